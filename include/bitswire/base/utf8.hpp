// bitswire/base/utf8.hpp: where characters begin and end, and how long a text is in the units of Windows.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_UTF8_HPP
#define BITSWIRE_BASE_UTF8_HPP

#include "config.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

namespace detail {

/// The well-formed sequences whose first byte is `first` to `last`.
struct utf8_row {
    std::uint8_t first;
    std::uint8_t last;
    std::uint8_t second_first; ///< of the second byte; those behind it are 80 to BF
    std::uint8_t second_last;
    std::uint8_t size;
};

// RFC 3629 4.
inline constexpr utf8_row utf8_rows[] = {
    {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

} // namespace detail

/// The bytes of the first character of `text`, 1 to 4; 0 if it is not well-formed UTF-8, or there is none.
[[nodiscard]] constexpr std::size_t utf8_size(std::string_view text) noexcept {
    if (text.empty()) return 0;
    const auto byte = [text](std::size_t i) noexcept { return static_cast<std::uint8_t>(text[i]); };
    for (const detail::utf8_row& row : detail::utf8_rows) {
        if (byte(0) < row.first || byte(0) > row.last) continue;
        if (text.size() < row.size) return 0;
        if (row.size > 1 && (byte(1) < row.second_first || byte(1) > row.second_last)) return 0;
        for (std::size_t i = 2; i < row.size; ++i) {
            if ((byte(i) & 0xc0U) != 0x80) return 0;
        }
        return row.size;
    }
    return 0;
}

/// The length of `text` in UTF-16 units, in which Windows counts. A byte that is part of no character counts as one.
[[nodiscard]] constexpr std::size_t utf16_length(std::string_view text) noexcept {
    std::size_t length = 0;
    while (!text.empty()) {
        const std::size_t size = utf8_size(text);
        length += size == 4 ? 2 : 1;
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return length;
}

/// A text of n UTF-16 units has at most this times n bytes of UTF-8.
inline constexpr std::size_t max_utf8_per_utf16 = 3;

} // namespace bitswire

#endif
