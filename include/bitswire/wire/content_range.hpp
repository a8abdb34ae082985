// bitswire/wire/content_range.hpp: Content-Range of a Fragment: which bytes of which total its body is.
//
// Kept as offset and size, never as first and last: the sum of an offset and a size cannot wrap once it is known to
// stay within a total that fits 64 bits.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_CONTENT_RANGE_HPP
#define BITSWIRE_WIRE_CONTENT_RANGE_HPP

#include "../base/ascii.hpp"
#include "../base/folded_name.hpp"
#include "../base/number.hpp"
#include "../spec/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// The bytes [offset, offset + size) of a file of `total_bytes`. A range that was parsed keeps offset + size <= total.
struct content_range {
    std::uint64_t offset = 0;
    std::uint64_t size_bytes = 0; ///< 0 only for the empty file, `bytes */0`
    std::uint64_t total_bytes = 0;

    /// The offset behind the last byte. For a range that `is_valid`.
    [[nodiscard]] constexpr std::uint64_t end() const noexcept { return offset + size_bytes; }
    /// Whether the range holds the last byte of the file.
    [[nodiscard]] constexpr bool is_last() const noexcept { return end() == total_bytes; }
    /// Whether the range can stand in a message: not empty unless the file is, and not beyond the total.
    [[nodiscard]] constexpr bool is_valid() const noexcept {
        if (size_bytes == 0) return offset == 0 && total_bytes == 0;
        return offset < total_bytes && size_bytes <= total_bytes - offset;
    }

    friend constexpr bool operator==(const content_range&, const content_range&) noexcept = default;
};

namespace detail {

inline constexpr folded_name range_unit("bytes"); ///< RFC 9110 14.1.2

/// Goes through a range; after a problem it stays where it is.
struct range_reader {
    const char* at;
    const char* end;
    errc problem = errc::ok;

    [[gnu::always_inline]] constexpr std::uint64_t take_number() noexcept {
        if (problem != errc::ok) return 0;
        const digit_run run = take_safe_digits<10>(at, end);
        if (run.end != at && (run.end == end || !is(char_class::digit, *run.end))) {
            at = run.end;
            return run.value;
        }
        std::size_t size = 0;
        const number n = take_digits<10>({at, static_cast<std::size_t>(end - at)}, run, size);
        at += n.status == number_status::ok ? size : n.offset;
        if (n.status == number_status::overflow) problem = errc::number_overflow;
        if (n.status == number_status::malformed) problem = errc::bad_range;
        return n.value;
    }
    [[gnu::always_inline]] constexpr void take(char c) noexcept {
        if (problem == errc::ok && at != end && *at == c) {
            ++at;
        } else if (problem == errc::ok) {
            problem = errc::bad_range;
        }
    }
};

} // namespace detail

/// Reads `bytes first-last/total` (the unit in any letter case) or `bytes */0`, all of `text`.
/// Errors: bad_range (another form, or a total of `*`), number_overflow, range_reversed, range_beyond_total.
/// Source: RFC 9110 14.4, [MC-BUP] 2.2.6.1.
/// SPEC: an empty file is defined nowhere; `bytes */0` is how the grammar of RFC 9110 can name one.
[[nodiscard, gnu::always_inline]] constexpr result<content_range> parse_content_range(std::string_view text) noexcept {
    const auto fail = [&](errc code, std::size_t at) { return error{code, header::content_range, at, text}; };
    std::size_t at = detail::range_unit.size() + 1;
    const bool is_usual = begins_with(text, "bytes ") && text.size() > at && is(char_class::digit, text[at]);
    if (!is_usual) {
        if (!detail::range_unit.begins(text.data(), text.size())) return fail(errc::bad_range, 0);
        at = detail::range_unit.size();
        while (at < text.size() && is_ows(text[at]))
            ++at;
        if (at == detail::range_unit.size()) return fail(errc::bad_range, at);
        if (is_text({text.data() + at, text.size() - at}, "*/0")) return content_range{};
    }

    detail::range_reader range{text.data() + at, text.data() + text.size()};
    const std::uint64_t first = range.take_number();
    range.take('-');
    const char* const last_at = range.at;
    const std::uint64_t last = range.take_number();
    range.take('/');
    const std::uint64_t total = range.take_number();
    const auto offset_of = [&](const char* p) { return static_cast<std::size_t>(p - text.data()); };
    if (range.problem != errc::ok) return fail(range.problem, offset_of(range.at));
    if (range.at != range.end) return fail(errc::bad_range, offset_of(range.at));
    if (last < first) return fail(errc::range_reversed, offset_of(last_at));
    if (last >= total) return fail(errc::range_beyond_total, offset_of(last_at));
    return content_range{first, last - first + 1, total};
}

namespace detail {

inline constexpr std::size_t longest_content_range = 68; ///< `bytes `, three times 20 digits, `-` and `/`

/// Writes a range that `is_valid`.
template <class Text>
[[gnu::always_inline]] constexpr void put_text(Text& out, const content_range& range) noexcept {
    if (range.size_bytes == 0) {
        out.put("bytes */");
    } else {
        out.put("bytes ");
        out.put_decimal(range.offset);
        out.put("-");
        out.put_decimal(range.end() - 1);
        out.put("/");
    }
    out.put_decimal(range.total_bytes);
}

} // namespace detail

} // namespace bitswire

#endif
