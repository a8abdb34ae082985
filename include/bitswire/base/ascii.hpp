// bitswire/base/ascii.hpp: the character classes of HTTP text, as one table, and letter-case-blind comparison.
//
// Not <cctype>: no locale, no int conversions, bytes of 0x80 and above are never letters.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_ASCII_HPP
#define BITSWIRE_BASE_ASCII_HPP

#include "borrowed_text.hpp"
#include "text_literal.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// Classes a byte can belong to; a byte may be in several.
enum class char_class : std::uint8_t {
    digit = 0x01,   ///< DIGIT, RFC 5234 B.1
    hex = 0x02,     ///< HEXDIG in either letter case
    alpha = 0x04,   ///< ALPHA
    token = 0x08,   ///< tchar, RFC 9110 5.6.2: method and field names
    visible = 0x10, ///< VCHAR: what a request target may consist of
    label = 0x20,   ///< what a label of a host name consists of, RFC 1123 2.1, and "_", which Windows allows
    path = 0x40,    ///< pchar and "/", RFC 3986 3.3, without "%"
};

namespace detail {

constexpr bool contains(std::string_view set, char c) noexcept {
    for (const char s : set) {
        if (s == c) return true;
    }
    return false;
}

/// The members of a class: ranges of characters, `from` to `to`, one behind the other.
struct char_class_row {
    char_class of;
    std::string_view ranges;
};

// clang-format off
inline constexpr auto char_class_rows = std::to_array<char_class_row>({
    {char_class::digit,   "09"sv},
    {char_class::hex,     "09AFaf"sv},
    {char_class::alpha,   "AZaz"sv},
    {char_class::token,   "09AZaz!!#'*+-.^`||~~"sv},
    {char_class::visible, "!~"sv},
    {char_class::label,   "09AZaz--__"sv},
    {char_class::path,    "AZaz__~~!!$$&;==@@"sv},
});
// clang-format on

consteval std::array<std::uint8_t, 256> make_char_classes() {
    std::array<std::uint8_t, 256> table{};
    std::uint8_t* const classes = table.data();
    for (const char_class_row& row : char_class_rows) {
        const auto bit = static_cast<std::uint8_t>(row.of);
        for (const char* range = row.ranges.data(); *range != 0; range += 2) {
            for (char c = range[0]; c <= range[1]; ++c)
                classes[static_cast<unsigned char>(c)] |= bit;
        }
    }
    return table;
}

inline constexpr std::array<std::uint8_t, 256> char_classes = make_char_classes();

} // namespace detail

/// Whether `c` belongs to class `k`.
[[nodiscard]] constexpr bool is(char_class k, char c) noexcept {
    return (detail::char_classes[static_cast<unsigned char>(c)] & static_cast<unsigned>(k)) != 0;
}

/// The position of the first byte of `text` outside class `k`, or `text.size()`.
[[nodiscard]] constexpr std::size_t find_not(char_class k, std::string_view text) noexcept {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end && is(k, *at))
        ++at;
    return static_cast<std::size_t>(at - text.data());
}

/// A set of characters, made once: looking one up is a load.
class char_set {
  public:
    constexpr explicit char_set(std::string_view members) noexcept {
        for (const char c : members)
            is_member_[static_cast<unsigned char>(c)] = true;
    }
    [[nodiscard]] constexpr bool contains(char c) const noexcept { return is_member_[static_cast<unsigned char>(c)]; }
    /// The position of the first byte of `text` that is a member, or `text.size()`.
    [[nodiscard]] constexpr std::size_t find_in(std::string_view text) const noexcept {
        const char* at = text.data();
        const char* const end = at + text.size();
        while (at != end && !contains(*at))
            ++at;
        return static_cast<std::size_t>(at - text.data());
    }

  private:
    std::array<bool, 256> is_member_{};
};

/// `c` with A-Z turned into a-z; every other byte unchanged.
[[nodiscard]] constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// `c` with a-z turned into A-Z; every other byte unchanged.
[[nodiscard]] constexpr char to_upper(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
}

/// Equality without regard to the case of ASCII letters.
[[nodiscard]] constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (to_lower(a[i]) != to_lower(b[i])) return false;
    }
    return true;
}

/// Whether `text` is `constant`. Compilers compare in place what they know the size of; `==` is a call to them.
[[nodiscard, gnu::always_inline]] constexpr bool is_text(std::string_view text, std::string_view constant) noexcept {
    return text.size() == constant.size() &&
           std::char_traits<char>::compare(text.data(), constant.data(), constant.size()) == 0;
}
[[nodiscard, gnu::always_inline]] constexpr bool begins_with(std::string_view text,
                                                             std::string_view constant) noexcept {
    return text.size() >= constant.size() && is_text({text.data(), constant.size()}, constant);
}

/// Optional white space, RFC 9110 5.6.3.
[[nodiscard]] constexpr bool is_ows(char c) noexcept { return c == ' ' || c == '\t'; }

/// `text` without optional white space at both ends. Borrows from `text`.
[[nodiscard]] constexpr std::string_view trim_ows(borrowed_text text BITSWIRE_LIFETIMEBOUND) noexcept {
    while (!text.empty() && is_ows(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_ows(text.back()))
        text.remove_suffix(1);
    return text;
}

/// Walks the elements of a list that is separated by commas (and, where the caller says so, by blanks), RFC 9110 5.6.1.
/// Empty elements are skipped. Borrows from the text it was given.
class list_tokens {
  public:
    enum class separator : std::uint8_t { comma, comma_or_blank };

    constexpr explicit list_tokens(std::string_view list, separator by = separator::comma) noexcept
        : rest_(list), by_(by) {}

    /// The next element, trimmed, or an empty view when there is none left.
    constexpr std::string_view next() noexcept {
        while (!rest_.empty()) {
            std::size_t n = 0;
            while (n < rest_.size() && !separates(rest_[n]))
                ++n;
            const std::string_view element = trim_ows(rest_.substr(0, n));
            rest_.remove_prefix(n < rest_.size() ? n + 1 : n);
            if (!element.empty()) return element;
        }
        return {};
    }

  private:
    [[nodiscard]] constexpr bool separates(char c) const noexcept {
        return c == ',' || (by_ == separator::comma_or_blank && is_ows(c));
    }

    std::string_view rest_;
    separator by_;
};

} // namespace bitswire

#endif
