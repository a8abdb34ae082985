// bitswire/base/scan.hpp: the one place where message bytes are looked at in bulk.
//
// Finds what ends a run of text, and compares names without regard to letter case. A question to bytes is written once
// and asked of a block at a time, and a block is what the target has: 32 bytes with AVX2, 16 with SSE2 or NEON, eight
// in an integer anywhere, and one in constant expressions and where there is less than a block. No byte outside of what
// was handed over is ever read.
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
#include <utility>

namespace bitswire {

namespace detail {

/// A block of eight bytes in an integer, the first one lowest. An answer is the high bit of each byte; the others mean
/// nothing, and no byte's answer carries into its neighbour.
struct word_blocks {
    using block = std::uint64_t;
    static constexpr std::size_t width = 8;
    static constexpr unsigned bits_per_byte = 8; ///< of a mask

    static constexpr block load(const char* at) noexcept {
        block b = 0;
        if (std::endian::native == std::endian::big || std::is_constant_evaluated()) {
            for (std::size_t i = width; i-- > 0;)
                b = b << 8 | static_cast<unsigned char>(at[i]);
        } else {
            std::memcpy(&b, at, sizeof b);
        }
        return b;
    }
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

#if defined(__SSE2__) || (defined(__ARM_NEON) && defined(__AARCH64EL__))
/// A block of 16 or 32 bytes in a vector. An answer is all bits of each byte, or none.
template <std::size_t Width>
struct vector_blocks {
    using block [[gnu::vector_size(Width)]] = unsigned char;
    using signed_block [[gnu::vector_size(Width)]] = signed char;
    static constexpr std::size_t width = Width;

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
#if defined(__AVX2__)
using text_blocks = vector_blocks<32>;
#else
using text_blocks = name_blocks;
#endif

/// The questions that are asked of text. A name is what a byte is for which the answer is yes.
struct control_character { ///< CTL except HTAB: what may not stand in a field value or a start line (RFC 9110 5.5)
    template <class Blocks>
    static constexpr auto in(typename Blocks::block b) noexcept {
        return (Blocks::less(b, 0x20) ^ Blocks::equal(b, '\t')) | Blocks::equal(b, '\x7f');
    }
};
template <unsigned char First, unsigned char Last>
struct outside_range {
    static constexpr unsigned char first = First;
    static constexpr unsigned char last = Last;
    template <class Blocks>
    static constexpr auto in(typename Blocks::block b) noexcept {
        return Blocks::outside(b, first, last);
    }
};
using not_printable = outside_range<' ', '~'>; ///< anything but SP and VCHAR: what most field values are without
using not_visible = outside_range<'!', '~'>;   ///< anything but VCHAR (RFC 5234 B.1)
struct not_in_target { ///< what may stand in no request target: the same, and what begins a fragment (RFC 9112 3.2)
    template <class Blocks>
    static constexpr auto in(typename Blocks::block b) noexcept {
        return not_visible::in<Blocks>(b) | Blocks::equal(b, '#');
    }
};
struct not_in_label { ///< what a label of a host name has not: anything but letters, digits and '-' (RFC 1123 2.1)
    template <class Blocks>
    static constexpr auto in(typename Blocks::block b) noexcept {
        return Blocks::outside(Blocks::fold(b), 'a', 'z') & Blocks::outside(b, '0', '9') & ~Blocks::equal(b, '-');
    }
};
/// The characters of a set: pairs of them that differ in one bit are one comparison.
template <const std::string_view& Members>
struct one_of {
    template <class Blocks>
    [[gnu::always_inline]] static constexpr auto in(typename Blocks::block b) noexcept {
        return in<Blocks>(b, std::make_index_sequence<pairs.size>{});
    }

  private:
    struct comparison {
        unsigned char set = 0; ///< bits that do not matter
        char equal = 0;
    };
    struct comparisons {
        comparison all[Members.size()] = {};
        std::size_t size = 0;
    };
    static constexpr comparisons pairs = [] {
        comparisons found;
        bool done[Members.size()] = {};
        for (std::size_t i = 0; i < Members.size(); ++i) {
            if (done[i]) continue;
            comparison& c = found.all[found.size++];
            c.equal = Members[i];
            for (std::size_t k = i + 1; k < Members.size() && c.set == 0; ++k) {
                const auto differing = static_cast<unsigned char>(Members[i] ^ Members[k]);
                if (done[k] || !std::has_single_bit(differing)) continue;
                c = {differing, static_cast<char>(Members[i] | differing)};
                done[k] = true;
            }
        }
        return found;
    }();

    template <class Blocks, std::size_t... I>
    [[gnu::always_inline]] static constexpr auto in(typename Blocks::block b,
                                                    std::index_sequence<I...> /*all*/) noexcept {
        return (... | Blocks::equal(b | Blocks::all(pairs.all[I].set), pairs.all[I].equal));
    }
};
struct colon {
    template <class Blocks>
    static constexpr auto in(typename Blocks::block b) noexcept {
        return Blocks::equal(b, ':');
    }
};

/// Which byte a mask's first bit belongs to.
template <class Blocks>
constexpr std::size_t first_of(std::uint64_t mask) noexcept {
    return static_cast<unsigned>(std::countr_zero(mask)) / Blocks::bits_per_byte;
}

template <class Question, class Blocks>
constexpr std::uint64_t ask(const char* at) noexcept {
    return Blocks::mask(Question::template in<Blocks>(Blocks::load(at)));
}

template <class Question, class Blocks>
constexpr const char* find_by(const char* buffer, const char* from, const char* end) noexcept;

/// The end of a search, where less than a block is left.
template <class Question, class Blocks>
[[gnu::noinline]] constexpr const char* find_in_rest(const char* buffer, const char* from, const char* end) noexcept {
    if (from >= end) return end;
    const auto rest = static_cast<std::size_t>(end - from);
    if (static_cast<std::size_t>(end - buffer) < Blocks::width) {
        using narrower = std::conditional_t<Blocks::width == word_blocks::width, byte_blocks, word_blocks>;
        return find_by<Question, narrower>(buffer, from, end);
    }
    // The last block, of which the bytes before `from` are known already.
    const std::uint64_t hits =
        ask<Question, Blocks>(end - Blocks::width) >> ((Blocks::width - rest) * Blocks::bits_per_byte);
    return hits != 0 ? from + first_of<Blocks>(hits) : end;
}

/// The same as `find`, looking at blocks of this size.
template <class Question, class Blocks>
[[gnu::always_inline]] constexpr const char* find_by(const char* buffer, const char* from, const char* end) noexcept {
    for (; end - from >= static_cast<std::ptrdiff_t>(Blocks::width); from += Blocks::width) {
        const std::uint64_t hits = ask<Question, Blocks>(from);
        if (hits != 0) return from + first_of<Blocks>(hits);
    }
    if constexpr (Blocks::width == 1) {
        return end;
    } else {
        return find_in_rest<Question, Blocks>(buffer, from, end);
    }
}

/// The first byte of [from, end) that is a `Question`, or `end`. What stands before it, from `buffer` on, may be read
/// as well.
template <class Question>
[[gnu::always_inline]] constexpr const char* find(const char* buffer, const char* from, const char* end) noexcept {
    if (std::is_constant_evaluated()) return find_by<Question, byte_blocks>(buffer, from, end);
    return find_by<Question, text_blocks>(buffer, from, end);
}
template <class Question>
constexpr std::size_t find(std::string_view text) noexcept {
    const char* const begin = text.data();
    return static_cast<std::size_t>(find<Question>(begin, begin, begin + text.size()) - begin);
}

/// Whether some byte of several texts is a `Question`: the answers of all blocks are put together, and asked for once.
template <class Question, class Blocks = name_blocks>
class any_of {
  public:
    /// Looks at a text of any length. Short ones, which most are, are looked at from both ends.
    [[gnu::always_inline]] void add(std::string_view text) noexcept {
        constexpr std::size_t width = Blocks::width;
        const char* const at = text.data();
        const std::size_t size = text.size();
        if (size < width) {
            if (size != 0) seen_ = with(seen_, Blocks::load_few(at, size));
            return;
        }
        if (size > 4 * width) [[unlikely]] {
            seen_ = with_long(seen_, text);
            return;
        }
        seen_ = with(with(seen_, Blocks::load(at)), Blocks::load(at + size - width));
        if (size > 2 * width) seen_ = with(with(seen_, Blocks::load(at + width)), Blocks::load(at + size - 2 * width));
    }
    [[nodiscard, gnu::always_inline]] bool yes() const noexcept {
        if constexpr (is_range) {
            constexpr block most = block{} + static_cast<unsigned char>(Question::last - Question::first);
            return !Blocks::is_zero((seen_ > most ? seen_ : most) ^ most);
        } else {
            return Blocks::mask(seen_) != 0;
        }
    }

  private:
    using block = typename Blocks::block;
    /// Of a range only the byte that is farthest from its beginning counts.
    static constexpr bool is_range = Blocks::width > word_blocks::width&& requires { Question::first; };
    using answer = std::conditional_t<is_range, block, decltype(Question::template in<Blocks>(block{}))>;

    [[gnu::always_inline]] static answer with(answer seen, block b) noexcept {
        if constexpr (is_range) {
            const block distance = b - Question::first;
            return distance > seen ? distance : seen;
        } else {
            return seen | Question::template in<Blocks>(b);
        }
    }
    [[gnu::noinline]] static answer with_long(answer seen, std::string_view text) noexcept {
        const char* const last = text.data() + text.size() - Blocks::width;
        for (const char* at = text.data(); at < last; at += Blocks::width)
            seen = with(seen, Blocks::load(at));
        return with(seen, Blocks::load(last));
    }

    answer seen_{};
};

/// Whether some byte of `text` is a `Question`.
template <class Question, class Blocks = name_blocks>
[[gnu::always_inline]] constexpr bool has(std::string_view text) noexcept {
    if (std::is_constant_evaluated()) return find<Question>(text) != text.size();
    any_of<Question, Blocks> found;
    found.add(text);
    return found.yes();
}

} // namespace detail

/// Whether `c` may not stand inside a field value or a start line: CTL except HTAB (RFC 9110 5.5).
constexpr bool is_control(char c) noexcept {
    return detail::ask<detail::control_character, detail::byte_blocks>(&c) != 0;
}

/// The first control character other than HTAB in `text`, as a position; `text.size()` when there is none.
constexpr std::size_t find_control(std::string_view text) noexcept {
    return detail::find<detail::control_character>(text);
}

/// Whether every byte of `text` is a visible ASCII character (VCHAR).
constexpr bool is_visible(std::string_view text) noexcept { return !detail::has<detail::not_visible>(text); }

/// A text whose letters others may write in either case: a name, or how a line begins. At most 32 characters.
class alignas(16) folded_name {
  public:
    static constexpr std::size_t capacity = 32;

  private:
    static constexpr char case_bit = 0x20;
    static constexpr char any = '\xff'; ///< behind the name: whatever stands there is equal

    constexpr void add(std::string_view text) noexcept {
        assert(text.size() <= capacity - size_);
        for (const char c : text) {
            const bool upper = c >= 'A' && c <= 'Z';
            const bool letter = upper || (c >= 'a' && c <= 'z');
            lower_[size_] = upper ? static_cast<char>(c | case_bit) : c;
            fold_[size_++] = letter ? case_bit : '\0';
        }
    }

    /// Zero where the text and the name are the same.
    template <class Blocks>
    [[nodiscard]] constexpr typename Blocks::block difference(const char* text, std::size_t at) const noexcept {
        return (Blocks::load(text + at) | Blocks::load(fold_ + at)) ^ Blocks::load(lower_ + at);
    }
    template <class Blocks>
    [[nodiscard, gnu::always_inline]] constexpr bool begins_by(const char* text) const noexcept {
        typename Blocks::block all = difference<Blocks>(text, 0);
        for (std::size_t at = Blocks::width; at < size_; at += Blocks::width)
            all |= difference<Blocks>(text, at);
        return Blocks::is_zero(all);
    }
    /// In words, where nothing behind the name may be read: the last word overlaps the one before.
    [[nodiscard, gnu::always_inline]] constexpr bool begins_narrowly(const char* text) const noexcept {
        using detail::word_blocks;
        if (size_ < word_blocks::width) return begins_by<detail::byte_blocks>(text);
        word_blocks::block all =
            difference<word_blocks>(text, 0) | difference<word_blocks>(text, size_ - word_blocks::width);
        for (std::size_t at = word_blocks::width; at + word_blocks::width < size_; at += word_blocks::width)
            all |= difference<word_blocks>(text, at);
        return word_blocks::is_zero(all);
    }

  public:
    constexpr folded_name() noexcept = default;
    /// Of texts that follow each other; their upper-case letters are folded.
    template <class... Parts>
    constexpr explicit folded_name(std::string_view first, const Parts&... more) noexcept {
        add(first);
        (add(more), ...);
        for (std::size_t i = size_; i < capacity; ++i)
            lower_[i] = fold_[i] = any;
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {lower_, size_}; }
    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return size_; }

    /// Whether the first `size()` of the `readable` bytes at `text` are this name. More that may be read, up to
    /// `capacity`, makes it faster.
    [[nodiscard, gnu::always_inline]] constexpr bool begins(const char* text, std::size_t readable) const noexcept {
        using detail::name_blocks;
        if (std::is_constant_evaluated()) return readable >= size_ && begins_by<detail::byte_blocks>(text);
        if (readable >= (size_ <= name_blocks::width ? name_blocks::width : capacity)) {
            return begins_by<name_blocks>(text);
        }
        return readable >= size_ && begins_narrowly(text);
    }

    /// Whether `text` is this name.
    [[nodiscard, gnu::always_inline]] constexpr bool matches(std::string_view text) const noexcept {
        return text.size() == size_ && begins(text.data(), text.size());
    }

  private:
    char lower_[capacity] = {};
    char fold_[capacity] = {};
    std::uint8_t size_ = 0;
};

} // namespace bitswire

#endif
