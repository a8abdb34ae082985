// bitswire/base/scan.hpp: the one place where message bytes are looked at in bulk.
//
// Finds what ends a run of field text, control characters (HTAB is text): blocks of 64 bytes become bit masks, one bit
// a byte, and lines are found by counting zeros. Finds colons, and compares names without regard to letter case. Three
// ways to the same answers: a plain loop for constant expressions, eight bytes at a time in an integer for any machine,
// sixteen at a time where SSE2 is part of the target. No byte outside of what was handed over is ever read.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_SCAN_HPP
#define BITSWIRE_BASE_SCAN_HPP

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#endif

namespace bitswire {

/// Whether `c` may not stand inside a field value or a start line: CTL except HTAB (RFC 9110 5.5).
constexpr bool is_control(char c) noexcept {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x20 && u != '\t') || u == 0x7f;
}

namespace detail {

constexpr std::uint64_t find_controls_bytewise(const char* first, std::size_t size) noexcept {
    std::uint64_t controls = 0;
    for (std::size_t i = 0; i < size; ++i)
        controls |= std::uint64_t{is_control(first[i])} << i;
    return controls;
}

/// Eight bytes at a time. No byte's test carries into its neighbour.
inline std::uint64_t find_controls_swar(const char* first, std::size_t size) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t sevens = ones * 0x7fU;
    constexpr std::uint64_t highs = ones * 0x80U;
    const auto equals = [](std::uint64_t w, unsigned char c) {
        const std::uint64_t x = w ^ (ones * c);
        return ~(((x & sevens) + sevens) | x);
    };
    std::uint64_t controls = 0;
    std::size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        std::uint64_t w = 0;
        if constexpr (std::endian::native == std::endian::little) {
            std::memcpy(&w, first + at, sizeof w);
        } else {
            for (std::size_t i = 0; i < 8; ++i)
                w |= std::uint64_t{static_cast<unsigned char>(first[at + i])} << (8 * i);
        }
        const std::uint64_t below_blank = ~((w | highs) - ones * 0x20U) & ~w;
        const std::uint64_t found = ((below_blank & ~equals(w, '\t')) | equals(w, 0x7f)) & highs;
        controls |= (((found >> 7) * 0x0102040810204080U) >> 56) << at; // one bit a byte, the first byte lowest
    }
    return at < size ? controls | find_controls_bytewise(first + at, size - at) << at : controls;
}

#if defined(__SSE2__) || defined(_M_X64)
/// Kept out of line, for its many words would crowd the registers of the loop it stands in.
[[gnu::noinline]] inline std::uint64_t find_controls_short(const char* first, std::size_t size) noexcept {
    return find_controls_swar(first, size);
}

inline std::uint64_t find_controls_sse2(const char* first, std::size_t size) noexcept {
    const auto take = [&](std::size_t at) {
        const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(first + at));
        const __m128i below_blank = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);
        const __m128i control = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\t')), below_blank),
                                             _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)));
        return std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(control))} << at;
    };
    if (size < 16) return find_controls_short(first, size);
    std::uint64_t controls = take(0) | take(size - 16); // the last 16 may be partly or wholly among the others
    if (size >= 32) controls |= take(16);
    if (size >= 48) controls |= take(32);
    return controls;
}
#endif

} // namespace detail

/// Looks at `size` bytes, at most 64: bit i says that byte i is a control character other than HTAB.
constexpr std::uint64_t find_controls(const char* first, std::size_t size) noexcept {
    if (std::is_constant_evaluated()) return detail::find_controls_bytewise(first, size);
#if defined(__SSE2__) || defined(_M_X64)
    return detail::find_controls_sse2(first, size);
#else
    return detail::find_controls_swar(first, size);
#endif
}

/// Goes through a buffer from one control character to the next, block by block, looking at each byte once.
class line_scanner {
  public:
    /// Scans `buffer` from position `from` up to position `size`.
    constexpr line_scanner(const char* buffer, std::uint32_t from, std::uint32_t size) noexcept
        : buffer_(buffer), size_(size), block_(from), next_(from) {}

    /// The position of the next control character other than HTAB, or `size`.
    constexpr std::uint32_t find_stop() noexcept {
        while (controls_ == 0) {
            if (next_ == size_) return size_;
            load();
        }
        const auto bit = static_cast<std::uint32_t>(std::countr_zero(controls_));
        controls_ &= controls_ - 1;
        return block_ + bit;
    }

    /// Passes over the LF that follows the CR that was found last.
    constexpr void skip_line_feed() noexcept {
        if (controls_ == 0) load();
        controls_ &= controls_ - 1;
    }

  private:
    constexpr void load() noexcept {
        const std::uint32_t left = size_ - next_;
        const std::uint32_t taken = left < 64 ? left : 64;
        block_ = next_;
        next_ += taken;
        controls_ = find_controls(buffer_ + block_, taken);
    }

    const char* buffer_;
    std::uint32_t size_;
    std::uint32_t block_; ///< where the block of `controls_` starts
    std::uint32_t next_;  ///< where the next one will
    std::uint64_t controls_ = 0;
};

/// The first colon in [first, last), or `last`. The bytes up to `readable_end`, which is not before `last`, may be
/// read.
constexpr const char* find_colon(const char* first, const char* last,
                                 [[maybe_unused]] const char* readable_end) noexcept {
#if defined(__SSE2__) || defined(_M_X64)
    if (!std::is_constant_evaluated()) {
        for (; first < last && readable_end - first >= 16; first += 16) {
            const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(first));
            const auto hits = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(':'))));
            if (hits == 0) continue;
            const char* const colon = first + std::countr_zero(hits);
            return colon < last ? colon : last;
        }
        if (first >= last) return last;
    }
#endif
    while (first != last && *first != ':')
        ++first;
    return first;
}

/// The first control character other than HTAB in `text`, as a position; `text.size()` when there is none.
constexpr std::size_t find_control(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size(); at += 64) {
        const std::uint64_t controls = find_controls(text.data() + at, text.size() - at < 64 ? text.size() - at : 64);
        if (controls != 0) return at + static_cast<std::size_t>(std::countr_zero(controls));
    }
    return text.size();
}

/// Whether every byte of `text` is a visible ASCII character (VCHAR).
constexpr bool is_visible(std::string_view text) noexcept {
    const char* first = text.data();
    std::size_t size = text.size();
    if (!std::is_constant_evaluated()) {
        // A byte is visible when neither adding 1 (DEL) nor subtracting 0x21 (CTL, blank) touches the high bit.
        constexpr std::uint64_t ones = 0x0101010101010101U;
        std::uint64_t odd = 0;
        for (; size >= 8; first += 8, size -= 8) {
            std::uint64_t w = 0;
            std::memcpy(&w, first, sizeof w);
            odd |= w | ((w & ones * 0x7fU) + ones) | ~((w | ones * 0x80U) - ones * 0x21U);
        }
        if ((odd & ones * 0x80U) != 0) return false;
    }
    for (; size != 0; ++first, --size) {
        const auto u = static_cast<unsigned char>(*first);
        if (u <= 0x20 || u >= 0x7f) return false;
    }
    return true;
}

namespace detail {

inline constexpr std::size_t max_folded_size = 32;

/// What `folded_name::matches` does with its characters; `lower` is readable for `max_folded_size` bytes.
constexpr bool equals_folded(const char* text, [[maybe_unused]] std::size_t readable, const char* lower,
                             std::size_t size) noexcept {
    if (std::is_constant_evaluated() || size < 4) {
        for (std::size_t i = 0; i < size; ++i) {
            if (static_cast<char>(text[i] | 0x20) != lower[i]) return false;
        }
        return true;
    }
#if defined(__SSE2__) || defined(_M_X64)
    const auto equal_bytes = [&](std::size_t at) {
        const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at));
        const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(lower + at));
        return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_or_si128(a, _mm_set1_epi8(0x20)), b)));
    };
    if (size <= 16 && readable >= 16) {
        const std::uint32_t wanted = (std::uint32_t{1} << size) - 1;
        return (equal_bytes(0) & wanted) == wanted;
    }
    if (readable >= max_folded_size) {
        const std::uint32_t wanted = (std::uint32_t{1} << size) - 1; // names have at most 31 characters
        return ((equal_bytes(0) | equal_bytes(16) << 16) & wanted) == wanted;
    }
#endif
    // In words; the last one may overlap the one before.
    const auto difference = [&]<class Word>(Word fold, std::size_t at) {
        Word a = 0;
        Word b = 0;
        std::memcpy(&a, text + at, sizeof a);
        std::memcpy(&b, lower + at, sizeof b);
        return static_cast<Word>((a | fold) ^ b);
    };
    constexpr std::uint64_t fold = 0x2020202020202020U;
    if (size < 8) {
        constexpr auto half = static_cast<std::uint32_t>(fold);
        return (difference(half, 0) | difference(half, size - 4)) == 0;
    }
    std::uint64_t all = difference(fold, size - 8);
    for (std::size_t at = 0; at + 8 < size; at += 8)
        all |= difference(fold, at);
    return all == 0;
}

} // namespace detail

/// A name of lower-case letters, digits and '-' that others may write in any letter case. At most 31 characters.
class alignas(16) folded_name {
  public:
    constexpr folded_name() noexcept = default;
    /// Takes upper-case letters too, and folds them.
    constexpr explicit folded_name(std::string_view name) noexcept : size_(static_cast<std::uint8_t>(name.size())) {
        assert(name.size() < detail::max_folded_size);
        for (std::size_t i = 0; i < name.size(); ++i) {
            const char c = name[i];
            lower_[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
        }
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {lower_, size_}; }
    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return size_; }

    /// Whether `text`, which must be free of control characters, is this name. Bit 5 is folded without asking, so that
    /// a CR would pass for a '-'. `readable` is how many bytes may be read at `text.data()`; more than the text, if it
    /// stands in a larger buffer, makes it faster.
    [[nodiscard]] constexpr bool matches(std::string_view text, std::size_t readable) const noexcept {
        return text.size() == size_ && detail::equals_folded(text.data(), readable, lower_, size_);
    }
    [[nodiscard]] constexpr bool matches(std::string_view text) const noexcept { return matches(text, text.size()); }

  private:
    char lower_[detail::max_folded_size] = {};
    std::uint8_t size_ = 0;
};

} // namespace bitswire

#endif
