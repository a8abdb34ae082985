// bitswire/base/blocks.hpp: several bytes at a time, as the target has them: 32 with AVX2, 16 with SSE2 or NEON, eight
// in an integer anywhere, and one in constant expressions and where there is less than a block.
//
// What can be done with a block of any width has the same name in each. An answer says yes or no for each byte.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_BLOCKS_HPP
#define BITSWIRE_BASE_BLOCKS_HPP

#include "config.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace bitswire::detail {

/// The bytes of a word, the first one lowest.
template <class Word>
[[gnu::always_inline]] constexpr Word load_word(const char* at) noexcept {
    Word word = 0;
    if (std::endian::native == std::endian::big || std::is_constant_evaluated()) {
        for (std::size_t i = sizeof word; i-- > 0;)
            word = word << 8 | static_cast<unsigned char>(at[i]);
    } else {
        std::memcpy(&word, at, sizeof word);
    }
    return word;
}
template <class Word>
[[gnu::always_inline]] constexpr void store_word(char* at, Word word) noexcept {
    if (std::endian::native == std::endian::big || std::is_constant_evaluated()) {
        for (std::size_t i = 0; i < sizeof word; ++i)
            at[i] = static_cast<char>(word >> 8 * i & 0xff);
    } else {
        std::memcpy(at, &word, sizeof word);
    }
}

/// A block of eight bytes in an integer, the first one lowest. An answer is the high bit of each byte; the others mean
/// nothing, and no byte's answer carries into its neighbour.
struct word_blocks {
    using block = std::uint64_t;
    static constexpr std::size_t width = 8;
    static constexpr unsigned bits_per_byte = 8; ///< of a mask

    static constexpr block load(const char* at) noexcept { return load_word<block>(at); }
    /// Of `size` bytes, at least one and less than a block: each of them, some of them twice, in any order.
    [[gnu::always_inline]] static block load_few(const char* at, std::size_t size) noexcept {
        std::uint32_t halves[2];
        if (size >= sizeof halves[0]) {
            std::memcpy(&halves[0], at, sizeof halves[0]);
            std::memcpy(&halves[1], at + size - sizeof halves[1], sizeof halves[1]);
        } else {
            const auto byte = [at](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(at[i])}; };
            halves[0] = halves[1] = 0x0101U * byte(0) | byte(size / 2) << 16 | byte(size - 1) << 24;
        }
        return std::uint64_t{halves[0]} << 32 | halves[1];
    }
    /// A block of which each byte is `c`.
    static constexpr block all(unsigned char c) noexcept { return 0x0101010101010101U * c; }
    /// Upper-case letters are lower-case ones, and no other byte is a letter that was none.
    static constexpr block fold(block b) noexcept { return b | all(0x20); }
    /// Bytes below `limit`, which is at most 0x80.
    static constexpr block less(block b, unsigned char limit) noexcept { return ~((b | highs) - all(limit)) & ~b; }
    /// Bytes below `first` or above `last`, both of which are ASCII.
    static constexpr block outside(block b, unsigned char first, unsigned char last) noexcept {
        return ~((b | highs) - all(first)) | ((b & ~highs) + all(0x7f - last)) | b;
    }
    static constexpr block equal(block b, char c) noexcept {
        const block x = b ^ all(static_cast<unsigned char>(c));
        return ~(((x & ~highs) + ~highs) | x);
    }
    /// A bit in each byte for which the answer is yes.
    static constexpr std::uint64_t mask(block answer) noexcept { return answer & highs; }
    /// Whether all bits of a block are zero.
    static constexpr bool is_zero(block b) noexcept { return b == 0; }

  private:
    static constexpr block highs = 0x8080808080808080U;
};

/// The same for a single byte: for constant expressions, and where there is less than a block.
struct byte_blocks : word_blocks {
    static constexpr std::size_t width = 1;
    static constexpr block load(const char* at) noexcept { return static_cast<unsigned char>(*at); }
    static constexpr std::uint64_t mask(block answer) noexcept { return answer & 0x80U; }
};

#if defined(__GNUC__) && (defined(__SSE2__) || (defined(__ARM_NEON) && defined(__AARCH64EL__)))
/// A block of 16 or 32 bytes in a vector. An answer is all bits of each byte, or none.
template <std::size_t Width>
struct vector_blocks {
    using block [[gnu::vector_size(Width)]] = unsigned char;
    using signed_block [[gnu::vector_size(Width)]] = signed char;
    static constexpr std::size_t width = Width;
    static_assert(sizeof(block) == Width, "the compiler does not know gnu::vector_size");

    static block load(const char* at) noexcept {
        block b;
        std::memcpy(&b, at, sizeof b);
        return b;
    }
    /// The same as of words: from each end eight bytes, which overlap, or all there are.
    [[gnu::always_inline]] static block load_few(const char* at, std::size_t size) noexcept requires(Width == 16) {
        using words [[gnu::vector_size(16)]] = std::uint64_t;
        words ends;
        if (size >= word_blocks::width) {
            ends = words{word_blocks::load(at), word_blocks::load(at + size - word_blocks::width)};
        } else {
            ends = words{} + word_blocks::load_few(at, size);
        }
        return reinterpret_cast<block>(ends);
    }
    static block all(unsigned char c) noexcept { return block{} + c; }
    static block fold(block b) noexcept { return b | static_cast<unsigned char>(0x20); }
    static block larger(block a, block b) noexcept { return a > b ? a : b; } ///< of each byte
    static auto less(block b, unsigned char limit) noexcept { return b < limit; }
    static auto outside(block b, unsigned char first, unsigned char last) noexcept {
        // Moved to the lowest of the signed numbers, a range takes one comparison.
        const block moved = b + static_cast<unsigned char>(0x80 - first);
        return reinterpret_cast<signed_block>(moved) > static_cast<signed char>(last - first - 0x80);
    }
    static auto equal(block b, char c) noexcept { return b == static_cast<unsigned char>(c); }
    static bool is_zero(block b) noexcept { return mask(b == 0) == full_mask; }

    /// One or more bits for each byte, all of them set if the answer is yes.
    static std::uint64_t mask(signed_block answer) noexcept {
#if defined(__AVX2__)
        if constexpr (Width == 32) {
            using chars [[gnu::vector_size(32)]] = char;
            return static_cast<std::uint32_t>(__builtin_ia32_pmovmskb256(reinterpret_cast<chars>(answer)));
        }
#endif
#if defined(__SSE2__)
        if constexpr (Width == 16) {
            using chars [[gnu::vector_size(16)]] = char;
            return static_cast<std::uint32_t>(__builtin_ia32_pmovmskb128(reinterpret_cast<chars>(answer)));
        }
#else // one instruction narrows each pair of bytes to one, which leaves four bits of each
        using pairs [[gnu::vector_size(16)]] = std::uint16_t; // g++ converts no vector whose size depends on Width
        using half_block [[gnu::vector_size(8)]] = unsigned char;
        return reinterpret_cast<std::uint64_t>(
            __builtin_convertvector(reinterpret_cast<pairs>(answer) >> 4, half_block));
#endif
    }
#if defined(__SSE2__)
    static constexpr unsigned bits_per_byte = 1;
#else
    static constexpr unsigned bits_per_byte = 4;
#endif
    static constexpr std::uint64_t full_mask = ~std::uint64_t{0} >> (64 - Width * bits_per_byte);
};

using name_blocks = vector_blocks<16>;
#else
using name_blocks = word_blocks;
#endif
#if defined(__GNUC__) && defined(__AVX2__)
using text_blocks = vector_blocks<32>;
#else
using text_blocks = name_blocks;
#endif

} // namespace bitswire::detail

#endif
