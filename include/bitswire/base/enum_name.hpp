// bitswire/base/enum_name.hpp: the names of enumerators, taken from the code instead of written beside it.
//
// For enumerations without gaps that start at 0. Compilers tell a function the value of its template argument as text;
// a compiler that tells something else does not compile tests/table_test.cpp.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_ENUM_NAME_HPP
#define BITSWIRE_BASE_ENUM_NAME_HPP

#include "config.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bitswire {

namespace detail {

/// `... [with auto ...Values = {bitswire::errc::ok}]` (g++) or `... [Values = <bitswire::errc::ok>]` (clang); more
/// values follow behind a comma and a blank. One that no enumerator has comes as a cast: `(bitswire::errc)99`.
template <auto... Values>
consteval auto told() {
    return std::string_view{__PRETTY_FUNCTION__, sizeof __PRETTY_FUNCTION__ - 1};
}

/// The name that stands at the end of what a compiler tells, or an empty view.
consteval std::string_view last_name(std::string_view text) {
    const char* const end = text.data() + text.size() - 2;
    const char* begin = end;
    while (begin[-1] != ':' && begin[-1] != ')')
        --begin;
    return begin[-1] == ':' ? std::string_view{begin, end} : std::string_view{};
}

/// Halves what is left to look at, so that few values are asked for: at most 63 enumerators.
template <class Enum, std::size_t Known, std::size_t Step>
consteval std::size_t count_enumerators() {
    if constexpr (Step == 0) {
        return Known;
    } else if constexpr (last_name(told<static_cast<Enum>(Known + Step - 1)>()).empty()) {
        return count_enumerators<Enum, Known, Step / 2>();
    } else {
        return count_enumerators<Enum, Known + Step, Step / 2>();
    }
}

} // namespace detail

/// How many enumerators an enumeration has, which are 0, 1, 2, ...
template <class Enum>
inline constexpr std::size_t enumerator_count = detail::count_enumerators<Enum, 0, 32>();

namespace detail {

/// The names alone, each with a zero behind it, and where they begin.
template <std::size_t Size, std::size_t Count>
struct name_list {
    std::array<char, Size> texts{};
    std::array<std::uint16_t, Count + 1> begins{};
};

template <class Enum>
inline constexpr auto enumerator_names = []<std::size_t... Index>(std::index_sequence<Index...>) consteval {
    constexpr std::size_t count = sizeof...(Index);
    constexpr std::string_view list = told<static_cast<Enum>(Index)...>();
    constexpr std::size_t around = told<>().size();
    constexpr std::size_t before_name = told<Enum{}>().size() - last_name(told<Enum{}>()).size() - around;
    name_list<list.size() - around - count * before_name - 2 * (count - 1) + count, count> names;
    const char* from = list.data() + around - 2;
    char* const written = names.texts.data();
    std::uint16_t to = 0;
    for (std::size_t i = 0; i < count; ++i, from += 2) {
        for (from += before_name; *from != ',' && from != list.data() + list.size() - 2; ++from)
            written[to++] = *from;
        names.begins[i + 1] = ++to;
    }
    return names;
}
(std::make_index_sequence<enumerator_count<Enum>>{});

template <class Enum>
constexpr std::string_view find_enum_name(Enum value) noexcept {
    const auto index = static_cast<std::size_t>(value);
    if (index >= enumerator_count<Enum>) return "";
    const auto& names = enumerator_names<Enum>;
    const std::size_t begin = names.begins[index];
    return {names.texts.data() + begin, names.begins[index + 1] - begin - 1};
}

/// Not inlined, since g++ does not see the zeros in an array that was computed: where it knows which name it is, it
/// warns of printf("%s").
template <class Enum>
[[gnu::noinline]] std::string_view find_enum_name_at_run_time(Enum value) noexcept {
    return find_enum_name(value);
}

} // namespace detail

/// The name of an enumerator as the code has it; `""` for a value that is none. Static storage, with a zero behind it.
template <class Enum>
[[nodiscard]] constexpr std::string_view enum_name(Enum value) noexcept {
    return std::is_constant_evaluated() ? detail::find_enum_name(value) : detail::find_enum_name_at_run_time(value);
}

} // namespace bitswire

#endif
