// bitswire/wire/hresult_text.hpp: HRESULTs and error contexts as header values.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_HRESULT_TEXT_HPP
#define BITSWIRE_WIRE_HRESULT_TEXT_HPP

#include "../base/number.hpp"
#include "../spec/error.hpp"
#include "../spec/hresult.hpp"

#include <cstdint>
#include <string_view>

namespace bitswire {

/// Reads a 32-bit hexadecimal number with the prefix `0x`, with `x` (as [MC-BUP] prints them) or with none, in any
/// letter case, all of `text`. Errors: bad_number, number_overflow. Source: *ack-for-fragment*, [MC-BUP] 2.2.1.2.
[[nodiscard]] constexpr result<std::uint32_t> parse_code(std::string_view text) noexcept {
    std::size_t prefix = 0;
    if (text.size() >= 2 && text[0] == '0' && to_lower(text[1]) == 'x') {
        prefix = 2;
    } else if (!text.empty() && to_lower(text[0]) == 'x') {
        prefix = 1;
    }
    const number n = parse_hexadecimal(text.substr(prefix), UINT32_MAX);
    if (n.status != number_status::ok) {
        return error{n.status == number_status::overflow ? errc::number_overflow : errc::bad_number, header::none,
                     prefix + n.offset, text};
    }
    return static_cast<std::uint32_t>(n.value);
}

/// `code` as a server sends it: `0x8020001F`, eight upper-case digits, which a public client searches for as text.
[[nodiscard]] constexpr number_text write_code(hresult code) noexcept {
    return number_text::hexadecimal(code.value, 8);
}

/// `context` as a server sends it: `0x5`.
[[nodiscard]] constexpr number_text write_code(error_context context) noexcept {
    return number_text::hexadecimal(static_cast<std::uint32_t>(context), 1);
}

namespace detail {

template <class Text>
[[gnu::always_inline]] constexpr void put_text(Text& out, hresult code) noexcept {
    out.put(write_code(code));
}
template <class Text>
[[gnu::always_inline]] constexpr void put_text(Text& out, error_context context) noexcept {
    out.put(write_code(context));
}

} // namespace detail

} // namespace bitswire

#endif
