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

/// The digits that [first, last) begins with, at most `safe_digits` of them.
struct digit_run {
    const char* end;
    std::uint64_t value;
};
template <unsigned Base>
[[gnu::always_inline]] constexpr digit_run take_safe_digits(const char* first, const char* last) noexcept {
    if (last - first > static_cast<std::ptrdiff_t>(safe_digits<Base>)) last = first + safe_digits<Base>;
    std::uint64_t value = 0;
    for (; first != last; ++first) {
        const unsigned digit = digit_value<Base>(*first);
        if (digit >= Base) break;
        value = value * Base + digit;
    }
    return {first, value};
}

/// Reads the digits that `text` starts with and sets `size` to how many there are.
template <unsigned Base>
[[gnu::noinline]] constexpr number take_digits(std::string_view text, std::size_t& size) noexcept {
    const digit_run run = take_safe_digits<Base>(text.data(), text.data() + text.size());
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
[[gnu::noinline]] constexpr number parse_unusual_digits(std::string_view text, std::uint64_t limit) noexcept {
    std::size_t size = 0;
    const number n = take_digits<Base>(text, size);
    if (size != text.size()) return {0, number_status::malformed, static_cast<std::uint32_t>(size)};
    if (n.value > limit) return {0, number_status::overflow, 0};
    return n;
}

template <unsigned Base>
[[gnu::always_inline]] constexpr number parse_digits(std::string_view text, std::uint64_t limit) noexcept {
    const char* const end = text.data() + text.size();
    const digit_run run = take_safe_digits<Base>(text.data(), end);
    if (run.end == end && !text.empty() && run.value <= limit) return {run.value, number_status::ok, 0};
    return parse_unusual_digits<Base>(text, limit);
}

/// How many digits `value` has in decimal.
constexpr unsigned count_digits(std::uint64_t value) noexcept {
    unsigned digits = 1;
    for (; value >= 10'000; value /= 10'000)
        digits += 4;
    return digits + (value >= 10 ? 1U : 0U) + (value >= 100 ? 1U : 0U) + (value >= 1000 ? 1U : 0U);
}

/// The digits of 00 to 99.
inline constexpr auto digit_pairs = [] {
    std::array<char, 200> pairs{};
    for (unsigned i = 0; i < 100; ++i) {
        pairs[2 * i] = static_cast<char>('0' + i / 10);
        pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
}();

/// Writes `value` in decimal and returns the end of it.
constexpr char* write_decimal(char* at, std::uint64_t value) noexcept {
    char* const first = at;
    char* const end = at + count_digits(value);
    at = end;
    const auto put_pair = [&at](std::size_t pair) noexcept {
        *--at = digit_pairs[2 * pair + 1];
        *--at = digit_pairs[2 * pair];
    };
    // Eight digits fit 32 bits, which take half as long to divide.
    for (; value > UINT32_MAX; value /= 100'000'000) {
        auto eight = static_cast<std::uint32_t>(value % 100'000'000);
        for (unsigned pairs = 0; pairs < 4; ++pairs, eight /= 100)
            put_pair(eight % 100);
    }
    auto rest = static_cast<std::uint32_t>(value);
    for (; rest >= 10; rest /= 100)
        put_pair(rest % 100);
    if (at != first) *--at = static_cast<char>('0' + rest);
    return end;
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
        t.first_ = capacity - detail::count_digits(value);
        detail::write_decimal(t.text_ + t.first_, value);
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
