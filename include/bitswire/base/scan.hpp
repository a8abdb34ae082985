// bitswire/base/scan.hpp: the one place where message bytes are looked at in bulk.
//
// Finds what ends a run of text, and whether something stands in one at all. A question to bytes is written once and
// asked of a block at a time. No byte outside of what was handed over is ever read.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_SCAN_HPP
#define BITSWIRE_BASE_SCAN_HPP

#include "blocks.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bitswire {

namespace detail {

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

    template <class Blocks, std::size_t... Index>
    [[gnu::always_inline]] static constexpr auto in(typename Blocks::block b,
                                                    std::index_sequence<Index...> /*all*/) noexcept {
        return (... | Blocks::equal(b | Blocks::all(pairs.all[Index].set), pairs.all[Index].equal));
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
            return !Blocks::is_zero(Blocks::larger(seen_, most) ^ most);
        } else {
            return Blocks::mask(seen_) != 0;
        }
    }

  private:
    using block = typename Blocks::block;
    /// Of a range only the byte that is farthest from its beginning counts.
    static constexpr bool is_range = (Blocks::width > word_blocks::width) && requires { Question::first; };
    using answer = std::conditional_t<is_range, block, decltype(Question::template in<Blocks>(block{}))>;

    [[gnu::always_inline]] static answer with(answer seen, block b) noexcept {
        if constexpr (is_range) {
            return Blocks::larger(seen, b - Question::first);
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
[[nodiscard]] constexpr bool is_control(char c) noexcept {
    return detail::ask<detail::control_character, detail::byte_blocks>(&c) != 0;
}

/// The first control character other than HTAB in `text`, as a position; `text.size()` when there is none.
[[nodiscard]] constexpr std::size_t find_control(std::string_view text) noexcept {
    return detail::find<detail::control_character>(text);
}

/// Whether every byte of `text` is a visible ASCII character (VCHAR).
[[nodiscard]] constexpr bool is_visible(std::string_view text) noexcept {
    return !detail::has<detail::not_visible>(text);
}

} // namespace bitswire

#endif
