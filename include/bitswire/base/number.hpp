// bitswire/base/number.hpp: decimal and hexadecimal numbers, read strictly and written exactly.
//
// Not strtoul, from_chars or atoi: no sign, no blanks, no prefix, no saturation, nothing left over. What overflows is
// an error of its own, since a peer that sends 2^64 is attacking and not mistyping.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_NUMBER_HPP
#define BITSWIRE_BASE_NUMBER_HPP

#include "ascii.hpp"

#include <array>
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
    std::uint32_t offset = 0;

    friend constexpr bool operator==(const number&, const number&) noexcept = default;
};

namespace detail {

/// The value of a digit in base 16, or 255.
inline constexpr auto digit_values = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned i = 0; i < 256; ++i) {
        const char c = static_cast<char>(i);
        const int letter = (to_lower(c) - 'a') + 10;
        table[i] = static_cast<std::uint8_t>(is(char_class::digit, c) ? c - '0'
                                             : is(char_class::hex, c) ? letter
                                                                      : 255);
    }
    return table;
}();

/// Reads the digits that `text` starts with and sets `size` to how many there are.
template <unsigned Base>
constexpr number take_digits(std::string_view text, std::uint64_t limit, std::size_t& size) noexcept {
    constexpr std::size_t safe_digits = Base == 10 ? 19 : 16; // cannot overflow 64 bits
    const std::size_t safe_end = text.size() < safe_digits ? text.size() : safe_digits;
    const auto digit_at = [&](std::size_t at) -> unsigned {
        const auto c = static_cast<unsigned char>(text[at]);
        return Base == 10 ? c - unsigned{'0'} : digit_values[c];
    };
    std::uint64_t value = 0;
    std::size_t i = 0;
    for (; i < safe_end; ++i) {
        const unsigned digit = digit_at(i);
        if (digit >= Base) break;
        value = value * Base + digit;
    }
    size = i;
    if (i == 0) return {0, number_status::malformed, 0};
    std::size_t overflow_at = text.size();
    if (i == safe_digits) {
        for (; i < text.size() && digit_at(i) < Base; ++i) {
            if (overflow_at != text.size()) continue;
            if (value > (UINT64_MAX - digit_at(i)) / Base) {
                overflow_at = i;
            } else {
                value = value * Base + digit_at(i);
            }
        }
        size = i;
    }
    if (overflow_at != text.size()) return {0, number_status::overflow, static_cast<std::uint32_t>(overflow_at)};
    if (value > limit) return {0, number_status::overflow, 0};
    return {value, number_status::ok, 0};
}

template <unsigned Base>
constexpr number parse_digits(std::string_view text, std::uint64_t limit) noexcept {
    std::size_t size = 0;
    const number n = take_digits<Base>(text, limit, size);
    if (size != text.size()) return {0, number_status::malformed, static_cast<std::uint32_t>(size)};
    return n;
}

} // namespace detail

/// Reads `1*DIGIT` that is at most `limit`, all of `text`. What does not fit 64 bits fails at the digit that is too
/// much, what does but is over `limit`, at its start.
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
