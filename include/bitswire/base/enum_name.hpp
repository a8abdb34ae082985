// bitswire/base/enum_name.hpp: the names of enumerators, taken from the code instead of written beside it.
//
// For enumerations without gaps that start at 0. Compilers tell a function the value of its template argument as text;
// what they tell is checked here, so that a compiler that tells something else does not compile.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_ENUM_NAME_HPP
#define BITSWIRE_BASE_ENUM_NAME_HPP

#include "text_literal.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace bitswire {

namespace detail {

/// `... [with auto Value = bitswire::errc::ok]` (g++) or `... [Value = bitswire::errc::ok]` (clang). A value that no
/// enumerator has comes as a cast: `(bitswire::errc)99`.
template <auto Value>
consteval auto told() {
    return std::string_view{__PRETTY_FUNCTION__, sizeof __PRETTY_FUNCTION__ - 1};
}

/// The name that stands at the end of what a compiler tells, or an empty view.
consteval std::string_view name_in(std::string_view told) {
    const char* const last = told.data() + told.size() - 1;
    const char* first = last;
    while (first[-1] != ':' && first[-1] != ')')
        --first;
    return first[-1] == ':' ? std::string_view{first, last} : std::string_view{};
}

/// Halves what is left to look at, so that few values are asked for: at most 63 enumerators.
template <class Enum, std::size_t Known, std::size_t Step>
consteval std::size_t count_enumerators() {
    if constexpr (Step == 0) {
        return Known;
    } else if constexpr (name_in(told<static_cast<Enum>(Known + Step - 1)>()).empty()) {
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

/// The name alone, with a zero behind it, instead of the long text that it was cut from.
template <auto Value>
inline constexpr auto enumerator_text = [] {
    constexpr std::string_view name = name_in(told<Value>());
    std::array<char, name.size() + 1> text{};
    char* to = text.data();
    for (const char c : name)
        *to++ = c;
    return text;
}();

template <class Enum>
inline constexpr auto enumerator_names = []<std::size_t... I>(std::index_sequence<I...>) consteval {
    return std::array<std::string_view, sizeof...(I)>{std::string_view{
        enumerator_text<static_cast<Enum>(I)>.data(), enumerator_text<static_cast<Enum>(I)>.size() - 1}...};
}
(std::make_index_sequence<enumerator_count<Enum>>{});

enum class enum_name_sample { first, second };
static_assert(enumerator_count<enum_name_sample> == 2 && enumerator_names<enum_name_sample>[1] == "second");

} // namespace detail

/// The name of an enumerator as the code has it; empty for a value that is none. Static storage, with a zero behind it.
template <class Enum>
constexpr std::string_view enum_name(Enum value) noexcept {
    const auto index = static_cast<std::size_t>(value);
    return index < enumerator_count<Enum> ? detail::enumerator_names<Enum>[index] : std::string_view{};
}

} // namespace bitswire

#endif
