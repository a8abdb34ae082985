// bitswire/wire/guid.hpp: GUIDs as text and as bytes, and the list of them in BITS-Supported-Protocols.
//
// No generation of GUIDs: randomness is the embedder's. Session ids are not GUIDs here either; they are opaque text.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_GUID_HPP
#define BITSWIRE_WIRE_GUID_HPP

#include "../base/ascii.hpp"
#include "../base/borrowed_text.hpp"
#include "../base/number.hpp"
#include "../spec/error.hpp"
#include "../spec/limits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// A GUID, its bytes in the order of its digits ([MS-DTYP] 2.3.4.3).
struct guid {
    std::array<std::uint8_t, 16> bytes{};

    friend constexpr bool operator==(const guid&, const guid&) noexcept = default;
};

enum class guid_style : std::uint8_t {
    braces_lower, ///< as Windows writes protocols
    braces_upper, ///< as Windows writes session ids
};

inline constexpr std::size_t guid_text_size = 38; ///< characters of a GUID with its braces

namespace detail {

/// Whether a dash stands before the digits of this byte.
constexpr bool is_guid_dash(std::size_t byte) noexcept { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

} // namespace detail

/// Reads a GUID in either letter case, with braces or bare, all of `text`. Errors: bad_guid. Source: [MS-DTYP] 2.3.4.3.
[[nodiscard]] constexpr result<guid> parse_guid(std::string_view text) noexcept {
    const bool braces = !text.empty() && text.front() == '{';
    std::size_t at = braces ? 1 : 0;
    guid g;
    const auto bad = [&] { return error{errc::bad_guid, header::none, at, text}; };
    if (text.size() != (braces ? guid_text_size : guid_text_size - 2)) {
        at = text.size();
        return bad();
    }
    for (std::size_t i = 0; i < g.bytes.size(); ++i) {
        if (detail::is_guid_dash(i)) {
            if (text[at] != '-') return bad();
            ++at;
        }
        const unsigned high = detail::digit_value<16>(text[at]);
        if (high > 0xf) return bad();
        const unsigned low = detail::digit_value<16>(text[++at]);
        if (low > 0xf) return bad();
        g.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
        ++at;
    }
    if (braces && text[at] != '}') return bad();
    return g;
}

/// The text of `g`, in braces.
[[nodiscard]] constexpr std::array<char, guid_text_size> write_guid(const guid& g, guid_style style) noexcept {
    const std::string_view digits = style == guid_style::braces_lower ? "0123456789abcdef" : "0123456789ABCDEF";
    std::array<char, guid_text_size> text{};
    std::size_t at = 0;
    text[at++] = '{';
    for (std::size_t i = 0; i < g.bytes.size(); ++i) {
        if (detail::is_guid_dash(i)) text[at++] = '-';
        text[at++] = digits[g.bytes[i] >> 4U];
        text[at++] = digits[g.bytes[i] & 0xfU];
    }
    text[at] = '}';
    return text;
}

/// The protocol of [MC-BUP] 1.7.1, "BITS 1.5 Upload Protocol".
inline constexpr guid bits_upload_protocol = *parse_guid(bits_upload_protocol_text);

/// The protocols that a client offers, most preferred first. Borrows the header values it was made from; each of up to
/// `max_list_lines` header lines is a list separated by blanks, commas or both ([MC-BUP] 2.2.2.2).
class protocol_list_view {
  public:
    constexpr protocol_list_view() noexcept = default;
    constexpr explicit protocol_list_view(borrowed_text line BITSWIRE_LIFETIMEBOUND) noexcept
        : lines_{line}, line_count_(1) {}

    /// Appends a header line; false when there is no room for it.
    constexpr bool add_line(std::string_view line) noexcept {
        if (line_count_ == max_list_lines) return false;
        lines_[line_count_++] = line;
        return true;
    }

    [[nodiscard]] constexpr bool empty() const noexcept { return line_count_ == 0; }
    [[nodiscard]] constexpr std::size_t line_count() const noexcept { return line_count_; }
    /// Line i, empty where there is none.
    [[nodiscard]] constexpr std::string_view line(std::size_t i) const noexcept {
        return i < line_count_ ? lines_[i] : std::string_view{""};
    }

    /// Calls `visit(guid)` for each protocol, in order. Errors: bad_guid, too_many_protocols (over
    /// `max_supported_protocols`), missing_header (none at all); the offset is that in the line at fault.
    template <class Visit>
    [[nodiscard]] constexpr error for_each(Visit visit) const noexcept {
        unsigned count = 0;
        for (std::size_t i = 0; i < line_count_; ++i) {
            list_tokens tokens(lines_[i], list_tokens::separator::comma_or_blank);
            for (std::string_view token = tokens.next(); !token.empty(); token = tokens.next()) {
                const auto offset = static_cast<std::size_t>(token.data() - lines_[i].data());
                const result<guid> protocol = parse_guid(token);
                if (!protocol) {
                    return {protocol.error().code, header::supported_protocols, offset + protocol.error().offset,
                            lines_[i]};
                }
                if (++count > max_supported_protocols) {
                    return {errc::too_many_protocols, header::supported_protocols, offset, lines_[i]};
                }
                visit(*protocol);
            }
        }
        if (count == 0) return {errc::missing_header, header::supported_protocols, 0};
        return {};
    }

    /// Whether a list without an error names `protocol`.
    [[nodiscard]] constexpr bool contains(const guid& protocol) const noexcept {
        bool found = false;
        const error e = for_each([&](const guid& g) { found = found || g == protocol; });
        return found && !e;
    }

    friend constexpr bool operator==(const protocol_list_view&, const protocol_list_view&) noexcept = default;

  private:
    std::array<std::string_view, max_list_lines> lines_{};
    std::size_t line_count_ = 0;
};

/// What a client of this library offers: exactly the one protocol there is.
inline constexpr protocol_list_view bits_upload_protocols{bits_upload_protocol_text};

} // namespace bitswire

#endif
