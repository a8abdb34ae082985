// bitswire/base/enum_name.hpp: the names of enumerators, taken from the code instead of written beside it.
//
// For enumerations without gaps that start at 0. Compilers tell a function the value of its template argument as text;
// what they tell is checked here, so that a compiler that tells something else does not compile.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_ENUM_NAME_HPP
#define BITSWIRE_BASE_ENUM_NAME_HPP

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace bitswire {

namespace detail {

/// `send_ping` of `... [with auto Value = bitswire::upload_client_action::send_ping; ...]` (g++) or `... [Value =
/// bitswire::upload_client_action::send_ping]` (clang). A value that no enumerator has comes as a cast: `(E)7`.
template <auto Value>
consteval std::string_view enumerator_name() {
    constexpr std::string_view mark = "Value = ";
    std::string_view text = __PRETTY_FUNCTION__;
    text.remove_prefix(text.find(mark) + mark.size());
    text = text.substr(0, text.find_first_of(";]"));
    const std::size_t bracket = text.rfind(')'); // of a cast, or of `(anonymous namespace)::`
    if (bracket != std::string_view::npos && text[bracket + 1] != ':') return {};
    return text.substr(text.rfind(':') + 1);
}

template <class Enum, std::size_t N = 0>
consteval std::size_t count_enumerators() {
    if constexpr (enumerator_name<static_cast<Enum>(N)>().empty()) {
        return N;
    } else {
        return count_enumerators<Enum, N + 1>();
    }
}

} // namespace detail

/// How many enumerators an enumeration has, which are 0, 1, 2, ...
template <class Enum>
inline constexpr std::size_t enumerator_count = detail::count_enumerators<Enum>();

namespace detail {

/// The name alone, with a zero behind it, instead of the long text that it was cut from.
template <auto Value>
inline constexpr auto enumerator_text = [] {
    std::array<char, enumerator_name<Value>().size() + 1> text{};
    for (std::size_t i = 0; i + 1 < text.size(); ++i)
        text[i] = enumerator_name<Value>()[i];
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
