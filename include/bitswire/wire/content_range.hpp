// bitswire/wire/content_range.hpp: Content-Range of a Fragment: which bytes of which total its body is.
//
// Kept as offset and size, never as first and last: the sum of an offset and a size cannot wrap once it is known to
// stay within a total that fits 64 bits.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_CONTENT_RANGE_HPP
#define BITSWIRE_WIRE_CONTENT_RANGE_HPP

#include "../base/ascii.hpp"
#include "../base/number.hpp"
#include "../base/scan.hpp"
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

/// Reads `bytes first-last/total` (the unit in any letter case) or `bytes */0`, all of `text`.
/// Errors: bad_range (another form, or a total of `*`), number_overflow, range_reversed, range_beyond_total.
/// Source: RFC 9110 14.4, [MC-BUP] 2.2.6.1.
/// SPEC: an empty file is defined nowhere; `bytes */0` is how the grammar of RFC 9110 can name one.
constexpr result<content_range> parse_content_range(std::string_view text) noexcept {
    const auto fail = [](errc code, std::size_t at) {
        return error{code, header::content_range, static_cast<std::uint32_t>(at)};
    };
    constexpr folded_name unit("bytes");
    std::size_t at = unit.view().size();
    if (!unit.matches(text.substr(0, at), text.size())) return fail(errc::bad_range, 0);
    const std::size_t blanks_from = at;
    while (at < text.size() && is_ows(text[at]))
        ++at;
    if (at == blanks_from) return fail(errc::bad_range, at);

    if (text.substr(at) == "*/0") return content_range{};

    error problem;
    const auto digits = [&]() -> std::uint64_t {
        std::size_t size = 0;
        const number n = detail::take_digits<10>(text.substr(at), UINT64_MAX, size);
        if (n.status != number_status::ok) {
            problem =
                fail(n.status == number_status::overflow ? errc::number_overflow : errc::bad_range, at + n.offset);
        }
        at += size;
        return n.value;
    };
    const auto literal = [&](char c) {
        if (at == text.size() || text[at] != c) problem = fail(errc::bad_range, at);
        ++at;
    };

    const std::uint64_t first = digits();
    if (!problem) literal('-');
    const std::size_t last_at = at;
    const std::uint64_t last = problem ? 0 : digits();
    if (!problem) literal('/');
    const std::uint64_t total = problem ? 0 : digits();
    if (problem) return problem;
    if (at != text.size()) return fail(errc::bad_range, at);
    if (last < first) return fail(errc::range_reversed, last_at);
    if (last >= total) return fail(errc::range_beyond_total, last_at);
    return content_range{first, last - first + 1, total};
}

} // namespace bitswire

#endif
