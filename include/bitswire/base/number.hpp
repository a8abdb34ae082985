// bitswire/base/number.hpp: decimal and hexadecimal numbers, read strictly and written exactly.
//
// Not strtoul, from_chars or atoi: no sign, no blanks, no prefix, no saturation, nothing left over. What overflows is
// an error of its own, since a peer that sends 2^64 is attacking and not mistyping.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_NUMBER_HPP
#define BITSWIRE_BASE_NUMBER_HPP

#include "ascii.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

enum class number_status : std::uint8_t {
    ok,
    malformed, ///< empty, or a byte that is no digit
    overflow,  ///< more than fits
};

/// What a number reader found: the value (0 unless `ok`) and the position of the first byte that made it fail.
struct number {
    std::uint64_t value = 0;
    number_status status = number_status::ok;
    std::size_t offset = 0;

    friend constexpr bool operator==(const number&, const number&) noexcept = default;
};

namespace detail {

template <unsigned Base>
constexpr number parse_digits(std::string_view text, std::uint64_t limit) noexcept {
    constexpr char_class digit_class = Base == 10 ? char_class::digit : char_class::hex;
    if (text.empty()) return {0, number_status::malformed, 0};
    std::uint64_t value = 0;
    bool overflow = false;
    std::size_t overflow_at = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (!is(digit_class, c)) return {0, number_status::malformed, i};
        const auto digit = static_cast<std::uint64_t>(is(char_class::digit, c) ? c - '0' : (to_lower(c) - 'a') + 10);
        if (overflow) continue;
        if (digit > limit || value > (limit - digit) / Base) {
            overflow = true;
            overflow_at = i;
        } else {
            value = value * Base + digit;
        }
    }
    if (overflow) return {0, number_status::overflow, overflow_at};
    return {value, number_status::ok, 0};
}

} // namespace detail

/// Reads `1*DIGIT` that is at most `limit`, all of `text`.
constexpr number parse_decimal(std::string_view text, std::uint64_t limit = UINT64_MAX) noexcept {
    return detail::parse_digits<10>(text, limit);
}

/// Reads `1*HEXDIG` in either letter case that is at most `limit`, all of `text`; no prefix.
constexpr number parse_hexadecimal(std::string_view text, std::uint64_t limit = UINT64_MAX) noexcept {
    return detail::parse_digits<16>(text, limit);
}

/// The text of a number, in a buffer of its own; `view()` borrows from this object.
class number_text {
  public:
    static constexpr std::size_t capacity = 20; ///< digits of 2^64-1

    /// `value` in decimal digits.
    static constexpr number_text decimal(std::uint64_t value) noexcept {
        number_text t;
        do {
            t.push_front(static_cast<char>('0' + value % 10));
            value /= 10;
        } while (value != 0);
        return t;
    }

    /// `0x` and `value` in upper-case hexadecimal, at least `digits` of them (at most 16).
    static constexpr number_text hexadecimal(std::uint64_t value, unsigned digits) noexcept {
        number_text t;
        for (unsigned n = 0; n < digits || value != 0; ++n) {
            t.push_front("0123456789ABCDEF"[value % 16]);
            value /= 16;
        }
        t.push_front('x');
        t.push_front('0');
        return t;
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {text_ + first_, capacity - first_}; }

  private:
    constexpr number_text() noexcept = default;
    constexpr void push_front(char c) noexcept { text_[--first_] = c; }

    char text_[capacity] = {};
    std::size_t first_ = capacity;
};

} // namespace bitswire

#endif
