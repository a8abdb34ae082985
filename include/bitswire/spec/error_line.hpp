// bitswire/spec/error_line.hpp: an error as one line for a log.
//
// What a peer has sent stands in it escaped: a line stays a line, and a terminal shows it and does nothing else.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_ERROR_LINE_HPP
#define BITSWIRE_SPEC_ERROR_LINE_HPP

#include "../base/config.hpp"

#include "../base/text_literal.hpp"
#include "../base/text_writer.hpp"
#include "error.hpp"
#include "header.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bitswire {

namespace detail {

inline constexpr std::string_view cut_mark = "..."sv;
inline constexpr std::string_view before_offset = ", at offset "sv;

constexpr void put_escaped(careful_writer& out, char c) noexcept {
    constexpr std::string_view digits = "0123456789abcdef"sv;
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\r') return out.put("\\r"sv);
    if (c == '\n') return out.put("\\n"sv);
    if (c == '\t') return out.put("\\t"sv);
    if (c == '\'' || c == '"' || c == '\\') out.put("\\"sv);
    if (byte >= 0x20 && byte < 0x7f) return out.put({&c, 1});
    out.put("\\x"sv);
    out.put(digits.substr(byte >> 4U, 1));
    out.put(digits.substr(byte & 0xfU, 1));
}

constexpr void put_error(careful_writer& out, const error& e) noexcept {
    const error_row& row = row_of(e.code);
    const std::string_view name = name_of(e.in);
    out.put(name.empty() ? row.subject : name);
    if (e.has_excerpt()) {
        out.put(name.empty() ? " "sv : ": "sv);
        if (e.is_cut_before()) out.put(cut_mark);
        out.put("'"sv);
        for (const char c : e.excerpt())
            put_escaped(out, c);
        out.put("'"sv);
        if (e.is_cut_behind()) out.put(cut_mark);
    }
    if (out.size() != 0) out.put(" "sv);
    out.put(row.text);
    if (e.offset == 0) return;
    out.put(before_offset);
    out.put_decimal(e.offset);
}

consteval std::size_t longest_error_line() {
    std::size_t before = 0;
    std::size_t text = 0;
    for (const header_row& row : header_rows)
        before = row.name.size() > before ? row.name.size() : before;
    for (const error_row& row : error_rows) {
        before = row.subject.size() > before ? row.subject.size() : before;
        text = row.text.size() > text ? row.text.size() : text;
    }
    constexpr std::size_t escaped = 4; // \xHH
    constexpr std::size_t offset_digits = 10;
    return before + 2 + 2 * cut_mark.size() + 2 + escaped * error::max_excerpt_size + 1 + text + before_offset.size() +
           offset_digits;
}

} // namespace detail

/// A buffer of this size is large enough for the line of any error.
inline constexpr std::size_t max_error_line_size = detail::longest_error_line();

/// Writes all that is known about an error as one line of visible ASCII, without an end of line, and returns its size:
/// `BITS-Host-Id: '10.0.0.1:99999' is not a host, at offset 9`. Dots beside the quotes say that the text has more
/// there. Errors: buffer_too_small, and nothing is written; never with `max_error_line_size` bytes.
[[nodiscard]] constexpr result<std::size_t> write_error(const error& e, std::span<char> out) noexcept {
    detail::careful_writer counted({});
    detail::put_error(counted, e);
    if (counted.size() > out.size()) return error{errc::buffer_too_small, header::none, 0};
    detail::careful_writer writer(out);
    detail::put_error(writer, e);
    return writer.size();
}

/// The line of an error, in a buffer of its own: `std::puts(error_line(problem).c_str())`.
class error_line {
  public:
    constexpr explicit error_line(const error& e) noexcept {
        detail::careful_writer writer({text_, max_error_line_size});
        detail::put_error(writer, e);
        size_ = writer.size();
    }

    /// The line, with a zero behind it. Borrows this object.
    [[nodiscard]] constexpr std::string_view view() const noexcept BITSWIRE_LIFETIMEBOUND { return {text_, size_}; }
    [[nodiscard]] constexpr const char* c_str() const noexcept BITSWIRE_LIFETIMEBOUND { return text_; }

  private:
    char text_[max_error_line_size + 1] = {};
    std::size_t size_ = 0;
};

} // namespace bitswire

#endif
