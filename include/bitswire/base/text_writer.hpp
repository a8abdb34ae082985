// bitswire/base/text_writer.hpp: short texts and numbers, written one behind the other.
//
// Two ways to write the same: in whole blocks, which may reach a little behind the end of what is written, and with
// care, byte by byte, which counts what does not fit. Neither checks what it writes.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_TEXT_WRITER_HPP
#define BITSWIRE_BASE_TEXT_WRITER_HPP

#include "number.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string_view>
#include <type_traits>

namespace bitswire::detail {

/// Copies two blocks, from one end and from the other, which may overlap.
template <class Block>
[[gnu::always_inline]] inline void copy_ends(char* to, const char* from, std::size_t size) noexcept {
    Block first;
    Block last;
    std::memcpy(&first, from, sizeof first);
    std::memcpy(&last, from + size - sizeof last, sizeof last);
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + size - sizeof last, &last, sizeof last);
}

/// Sixteen bytes, which compilers copy in one instruction where there is one. (Not a vector type: a compiler that does
/// not know the attribute would take it for a single byte.)
struct sixteen_bytes {
    std::uint64_t halves[2];
};
static_assert(sizeof(sixteen_bytes) == 16);

/// Copies text and returns the end of it. Most texts are short, and a call of memcpy takes longer than they do.
[[gnu::always_inline]] constexpr char* copy_text(char* to, std::string_view text) noexcept {
    const char* const from = text.data();
    const std::size_t size = text.size();
    std::size_t fast_size = size;
    if (std::is_constant_evaluated()) fast_size = 0;
    if (fast_size > 64) [[unlikely]] {
        std::memcpy(to, from, size);
    } else if (fast_size > 32) {
        copy_ends<sixteen_bytes>(to, from, 32);
        copy_ends<sixteen_bytes>(to + size - 32, from + size - 32, 32);
    } else if (fast_size >= 16) {
        copy_ends<sixteen_bytes>(to, from, size);
    } else if (fast_size >= 8) {
        copy_ends<std::uint64_t>(to, from, size);
    } else if (fast_size >= 4) {
        copy_ends<std::uint32_t>(to, from, size);
    } else {
        for (std::size_t i = 0; i < size; ++i)
            to[i] = from[i];
    }
    return to + size;
}

/// As many bytes behind the end of a text may be written with it.
inline constexpr std::size_t text_overrun = 15;
static_assert(decimal_overrun <= text_overrun);

/// A text that the compiler knows, with as much behind it as it takes to copy it in whole blocks.
template <std::size_t Size>
struct known_text {
    char bytes[(Size + text_overrun) / 16 * 16] = {};
    [[nodiscard]] constexpr std::string_view view() const noexcept BITSWIRE_LIFETIMEBOUND { return {bytes, Size}; }
};

/// Texts one behind the other.
template <std::size_t Size>
consteval known_text<Size> joined(std::initializer_list<std::string_view> parts) {
    known_text<Size> all;
    char* at = all.bytes;
    for (const std::string_view part : parts)
        at = copy_text(at, part);
    return all;
}

/// Writes from left to right to a buffer that is known to be large enough, with `text_overrun` bytes to spare. What is
/// done with it is inlined, so that it stays in a register: a pointer in memory might be what the text is written to,
/// for all that a compiler knows.
class text_writer {
  public:
    constexpr explicit text_writer(char* at) noexcept : at_(at) {}

    [[gnu::always_inline]] constexpr void put(std::string_view text) noexcept { at_ = copy_text(at_, text); }
    template <std::size_t Size>
    [[gnu::always_inline]] constexpr void put(const known_text<Size>& text) noexcept {
        if (std::is_constant_evaluated()) return put(text.view());
        std::memcpy(at_, text.bytes, sizeof text.bytes);
        at_ += Size;
    }
    [[gnu::always_inline]] constexpr void put(const number_text& number) noexcept {
        for (const char c : number.view())
            *at_++ = c;
    }
    [[gnu::always_inline]] constexpr void put_decimal(std::uint64_t value) noexcept { at_ = write_decimal(at_, value); }
    [[nodiscard]] constexpr char* end() const noexcept { return at_; }

  private:
    char* at_;
};

/// Writes what fits, byte by byte, and counts all of it.
class careful_writer {
  public:
    constexpr explicit careful_writer(std::span<char> out) noexcept : out_(out) {}

    constexpr void put(std::string_view text) noexcept {
        for (std::size_t i = 0; i < text.size() && size_ + i < out_.size(); ++i)
            out_[size_ + i] = text[i];
        size_ += text.size();
    }
    template <std::size_t Size>
    constexpr void put(const known_text<Size>& text) noexcept {
        put(text.view());
    }
    constexpr void put(const number_text& number) noexcept { put(number.view()); }
    constexpr void put_decimal(std::uint64_t value) noexcept { put(number_text::decimal(value)); }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

  private:
    std::span<char> out_;
    std::size_t size_ = 0;
};

/// A number as a header value. The other forms of values have a `put_text` beside their types.
struct decimal {
    std::uint64_t value;
};
template <class Text>
[[gnu::always_inline]] constexpr void put_text(Text& out, decimal number) noexcept {
    out.put_decimal(number.value);
}
template <class Text>
[[gnu::always_inline]] constexpr void put_text(Text& out, std::string_view text) noexcept {
    out.put(text);
}

} // namespace bitswire::detail

#endif
