// bitswire/base/number.hpp: decimal and hexadecimal numbers, read strictly and written exactly.
//
// Not strtoul, from_chars or atoi: no sign, no blanks, no prefix, no saturation, nothing left over. What overflows is
// an error of its own, since a peer that sends 2^64 is attacking and not mistyping.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_NUMBER_HPP
#define BITSWIRE_BASE_NUMBER_HPP

#include "ascii.hpp"
#include "blocks.hpp"

#include <array>
#include <bit>
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
    table.fill(255);
    for (unsigned i = 0; i < 16; ++i) {
        const char c = "0123456789ABCDEF"[i];
        table[static_cast<unsigned char>(c)] = static_cast<std::uint8_t>(i);
        table[static_cast<unsigned char>(to_lower(c))] = static_cast<std::uint8_t>(i);
    }
    return table;
}();

template <unsigned Base>
constexpr unsigned digit_value(char c) noexcept {
    const auto u = static_cast<unsigned char>(c);
    return Base == 10 ? u - unsigned{'0'} : digit_values[u];
}

/// As many digits as cannot overflow 64 bits.
template <unsigned Base>
inline constexpr std::size_t safe_digits = Base == 10 ? 19 : 16;

/// Whether all four bytes are decimal digits: nothing is below '0', nor does it reach the high bit when '9' just does
/// not.
constexpr bool are_digits(std::uint32_t four) noexcept {
    return (((four - 0x3030'3030U) | (four + 0x4646'4646U)) & 0x8080'8080U) == 0;
}
/// The value of four decimal digits: pairs of them first.
constexpr std::uint32_t join_four_digits(std::uint32_t four) noexcept {
    four = ((four & 0x0f0f'0f0fU) * ((10U << 8) + 1)) >> 8;
    return ((four & 0x00ff'00ffU) * ((100U << 16) + 1)) >> 16;
}

/// The digits that [first, last) begins with, at most `safe_digits` of them.
struct digit_run {
    const char* end;
    std::uint64_t value;
};
template <unsigned Base>
[[gnu::always_inline]] constexpr digit_run take_safe_digits(const char* first, const char* last) noexcept {
    if (last - first > static_cast<std::ptrdiff_t>(safe_digits<Base>)) last = first + safe_digits<Base>;
    std::uint64_t value = 0;
    if constexpr (Base == 10) {
        for (; last - first >= 4 && are_digits(load_word<std::uint32_t>(first)); first += 4)
            value = value * 10'000 + join_four_digits(load_word<std::uint32_t>(first));
    }
    for (; first != last; ++first) {
        const unsigned digit = digit_value<Base>(*first);
        if (digit >= Base) break;
        value = value * Base + digit;
    }
    return {first, value};
}

/// The number that `text` starts with, of which `run` are the first digits; `size` becomes how many there are.
template <unsigned Base>
[[gnu::noinline]] constexpr number take_digits(std::string_view text, digit_run run, std::size_t& size) noexcept {
    std::uint64_t value = run.value;
    size = static_cast<std::size_t>(run.end - text.data());
    if (size == 0) return {0, number_status::malformed, 0};
    std::size_t overflow_at = text.size();
    for (; size < text.size() && digit_value<Base>(text[size]) < Base; ++size) {
        if (overflow_at != text.size()) continue;
        const unsigned digit = digit_value<Base>(text[size]);
        if (value > (UINT64_MAX - digit) / Base) {
            overflow_at = size;
        } else {
            value = value * Base + digit;
        }
    }
    if (overflow_at != text.size()) return {0, number_status::overflow, static_cast<std::uint32_t>(overflow_at)};
    return {value, number_status::ok, 0};
}

/// What `parse_digits` finds where a number is long, too large, or none.
template <unsigned Base>
[[gnu::noinline]] constexpr number parse_unusual_digits(std::string_view text, digit_run run,
                                                        std::uint64_t limit) noexcept {
    std::size_t size = 0;
    const number n = take_digits<Base>(text, run, size);
    if (size != text.size()) return {0, number_status::malformed, static_cast<std::uint32_t>(size)};
    if (n.value > limit) return {0, number_status::overflow, 0};
    return n;
}

template <unsigned Base>
[[gnu::always_inline]] constexpr number parse_digits(std::string_view text, std::uint64_t limit) noexcept {
    const char* const end = text.data() + text.size();
    const digit_run run = take_safe_digits<Base>(text.data(), end);
    if (run.end == end && !text.empty() && run.value <= limit) return {run.value, number_status::ok, 0};
    return parse_unusual_digits<Base>(text, run, limit);
}

/// The digits of a number of at most four, each in a byte of its own, the first one in the lowest. Quarters of two
/// digits, then single ones: x becomes x / n and, so many bits higher, x % n, which is x - x / n * n. A division by a
/// power of ten is a multiplication that is exact for so few digits.
[[gnu::always_inline]] constexpr std::uint32_t spread_four_digits(std::uint32_t x) noexcept {
    x = (x << 16) - (x * 5'243 >> 19) * ((100U << 16) - 1);
    return (x << 8) - (x * 103 >> 10 & 0x000f'000fU) * ((10U << 8) - 1);
}
/// The same of at most eight, halves of four digits first.
[[gnu::always_inline]] constexpr std::uint64_t spread_eight_digits(std::uint32_t value) noexcept {
    std::uint64_t x = (std::uint64_t{value} << 32) - (value / 10'000) * ((std::uint64_t{10'000} << 32) - 1);
    x = (x << 16) - (x * 10'486 >> 20 & 0x0000'007f'0000'007fU) * ((100U << 16) - 1);
    return (x << 8) - (x * 103 >> 10 & 0x000f'000f'000f'000fU) * ((10U << 8) - 1);
}

/// Writes digits that were spread, all bytes of the word, and returns the end of them; the first `skipped` are left
/// out.
template <class Word>
[[gnu::always_inline]] constexpr char* write_spread(char* at, Word digits, unsigned skipped) noexcept {
    store_word(at, static_cast<Word>((digits | static_cast<Word>(0x3030'3030'3030'3030U)) >> 8 * skipped));
    return at + (sizeof digits - skipped);
}
/// How many zeros stand before a number; the last digit is none of them.
template <class Word>
[[gnu::always_inline]] constexpr unsigned leading_zeros(Word digits) noexcept {
    return static_cast<unsigned>(std::countr_zero(digits | Word{1} << (8 * sizeof digits - 8))) / 8;
}

/// Writes a number of any length, and up to `decimal_overrun` bytes behind its end.
[[gnu::noinline]] constexpr char* write_long_decimal(char* at, std::uint64_t value) noexcept {
    constexpr std::uint64_t eight_digits = 100'000'000;
    const auto spread = [](std::uint64_t part) noexcept {
        return spread_eight_digits(static_cast<std::uint32_t>(part));
    };
    const std::uint64_t high = value / eight_digits;
    if (high == 0) {
        const std::uint64_t digits = spread(value);
        return write_spread(at, digits, leading_zeros(digits));
    }
    if (high < eight_digits) {
        const std::uint64_t digits = spread(high);
        at = write_spread(at, digits, leading_zeros(digits));
    } else {
        const std::uint32_t digits = spread_four_digits(static_cast<std::uint32_t>(high / eight_digits));
        at = write_spread(at, digits, leading_zeros(digits));
        at = write_spread(at, spread(high % eight_digits), 0);
    }
    return write_spread(at, spread(value % eight_digits), 0);
}

/// As many bytes behind the end of a number may be written with it.
inline constexpr std::size_t decimal_overrun = 7;

/// Writes `value` in decimal and returns the end of it.
[[gnu::always_inline]] constexpr char* write_decimal(char* at, std::uint64_t value) noexcept {
    if (value < 10) {
        *at = static_cast<char>('0' + value);
        return at + 1;
    }
    if (value >= 10'000) return write_long_decimal(at, value);
    const std::uint32_t digits = spread_four_digits(static_cast<std::uint32_t>(value));
    return write_spread(at, digits, leading_zeros(digits));
}

} // namespace detail

/// Reads `1*DIGIT` that is at most `limit`, all of `text`. What does not fit 64 bits fails at the digit that is too
/// much, what does but is over `limit`, at its start.
[[nodiscard]] constexpr number parse_decimal(std::string_view text, std::uint64_t limit = UINT64_MAX) noexcept {
    return detail::parse_digits<10>(text, limit);
}

/// Reads `1*HEXDIG` in either letter case that is at most `limit`, all of `text`; no prefix.
[[nodiscard]] constexpr number parse_hexadecimal(std::string_view text, std::uint64_t limit = UINT64_MAX) noexcept {
    return detail::parse_digits<16>(text, limit);
}

/// The text of a number, in a buffer of its own; `view()` borrows from this object.
class number_text {
  public:
    static constexpr std::size_t capacity = 20; ///< digits of 2^64-1

    /// `value` in decimal digits.
    static constexpr number_text decimal(std::uint64_t value) noexcept {
        number_text t;
        t.size_ = static_cast<std::size_t>(detail::write_decimal(t.text_, value) - t.text_);
        return t;
    }

    /// `0x` and `value` in upper-case hexadecimal, at least `digits` of them (at most 16).
    static constexpr number_text hexadecimal(std::uint64_t value, unsigned digits) noexcept {
        number_text t;
        t.text_[t.size_++] = '0';
        t.text_[t.size_++] = 'x';
        for (unsigned left = 16; left-- > 0;) {
            if (left < digits || value >> 4 * left != 0)
                t.text_[t.size_++] = "0123456789ABCDEF"[value >> 4 * left & 0xf];
        }
        return t;
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept BITSWIRE_LIFETIMEBOUND { return {text_, size_}; }

  private:
    constexpr number_text() noexcept = default;

    char text_[capacity + detail::decimal_overrun] = {};
    std::size_t size_ = 0;
};

} // namespace bitswire

#endif
