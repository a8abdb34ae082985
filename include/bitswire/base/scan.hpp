// bitswire/base/scan.hpp: the one place where message bytes are looked at in bulk.
//
// Finds what ends a run of field text: the first control character (HTAB is text), and on the way the first colon.
// Three ways to the same answer: a plain loop for constant expressions and short tails, eight bytes at a time in an
// integer for any machine, sixteen at a time where SSE2 is part of the target. No byte outside [first, last) is ever
// read.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_SCAN_HPP
#define BITSWIRE_BASE_SCAN_HPP

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#endif

namespace bitswire {

/// Where a field line stands: `colon` is the first ':' before `stop` (null when there is none), `stop` the first
/// control character other than HTAB, or the end of what was scanned.
struct line_marks {
    const char* colon = nullptr;
    const char* stop = nullptr;
};

/// Whether `c` may not stand inside a field value or a start line: CTL except HTAB (RFC 9110 5.5).
constexpr bool is_control(char c) noexcept {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x20 && u != '\t') || u == 0x7f;
}

namespace detail {

constexpr line_marks scan_line_bytewise(const char* first, const char* last, const char* colon) noexcept {
    for (; first != last && !is_control(*first); ++first) {
        if (*first == ':' && colon == nullptr) colon = first;
    }
    return {colon, first};
}

/// Eight bytes at a time. The tests on a word may say yes too often (a byte above a hit, HTAB), never too rarely; a
/// word that says yes is then looked at byte by byte.
inline line_marks scan_line_swar(const char* first, const char* last, const char* colon) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t highs = 0x8080808080808080U;
    const auto has_zero = [](std::uint64_t w) { return ((w - ones) & ~w & highs) != 0; };
    while (last - first >= 8) {
        std::uint64_t w = 0;
        std::memcpy(&w, first, sizeof w);
        const bool control = ((w - ones * 0x20U) & ~w & highs) != 0 || has_zero(w ^ (ones * 0x7fU));
        if (control || (colon == nullptr && has_zero(w ^ (ones * ':')))) {
            const line_marks in_word = scan_line_bytewise(first, first + 8, colon);
            if (in_word.stop != first + 8) return in_word;
            colon = in_word.colon;
        }
        first += 8;
    }
    return scan_line_bytewise(first, last, colon);
}

#if defined(__SSE2__) || defined(_M_X64)
inline line_marks scan_line_sse2(const char* first, const char* last, const char* colon) noexcept {
    const __m128i last_c0 = _mm_set1_epi8(0x1f);
    const __m128i del = _mm_set1_epi8(0x7f);
    const __m128i tab = _mm_set1_epi8('\t');
    const __m128i colons = _mm_set1_epi8(':');
    while (last - first >= 16) {
        const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(first));
        const __m128i c0 = _mm_andnot_si128(_mm_cmpeq_epi8(v, tab), _mm_cmpeq_epi8(_mm_min_epu8(v, last_c0), v));
        const auto control = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(c0, _mm_cmpeq_epi8(v, del))));
        if (colon == nullptr) {
            auto hits = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(v, colons)));
            hits &= (control & (0U - control)) - 1U; // only what stands before the first control character
            if (hits != 0) colon = first + std::countr_zero(hits);
        }
        if (control != 0) return {colon, first + std::countr_zero(control)};
        first += 16;
    }
    return scan_line_swar(first, last, colon);
}
#endif

} // namespace detail

/// Scans [first, last) for the end of a field line. `colon` is what an earlier scan of the same line already found.
constexpr line_marks scan_line(const char* first, const char* last, const char* colon = nullptr) noexcept {
    if (std::is_constant_evaluated()) return detail::scan_line_bytewise(first, last, colon);
#if defined(__SSE2__) || defined(_M_X64)
    return detail::scan_line_sse2(first, last, colon);
#else
    return detail::scan_line_swar(first, last, colon);
#endif
}

/// The first control character other than HTAB in `text`, as a position; `text.size()` when there is none.
constexpr std::size_t find_control(std::string_view text) noexcept {
    if (text.empty()) return 0;
    return static_cast<std::size_t>(scan_line(text.data(), text.data() + text.size(), text.data()).stop - text.data());
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

/// Whether `text` equals `lower`, which must be lower-case letters and '-' only, without regard to letter case. `text`
/// must be free of control characters: bit 5 is folded without asking, so a CR would pass for a '-'.
constexpr bool equals_folded(const char* text, const char* lower, std::size_t size) noexcept {
    if (std::is_constant_evaluated() || size < 8) {
        for (std::size_t i = 0; i < size; ++i) {
            if (static_cast<char>(text[i] | 0x20) != lower[i]) return false;
        }
        return true;
    }
    constexpr std::uint64_t fold = 0x2020202020202020U;
    const auto differ = [&](std::size_t at) {
        std::uint64_t a = 0;
        std::uint64_t b = 0;
        std::memcpy(&a, text + at, sizeof a);
        std::memcpy(&b, lower + at, sizeof b);
        return (a | fold) ^ b;
    };
    std::uint64_t difference = differ(size - 8);
    for (std::size_t at = 0; at + 8 < size; at += 8)
        difference |= differ(at);
    return difference == 0;
}

} // namespace bitswire

#endif
