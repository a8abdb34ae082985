// bitswire/spec/header.hpp: every header of the protocol, one row each: spelling, repetition, lengths, and in which
// message it must, may or must not stand (the presence matrix).
//
// Readers take their rules from here, writers their order and spelling, the README its table. Rows stand in the order
// in which Windows and IIS write them. No parsing here: the forms of the values are the wire layer's.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_HEADER_HPP
#define BITSWIRE_SPEC_HEADER_HPP

#include "../base/row_at.hpp"
#include "../base/text_literal.hpp"
#include "limits.hpp"
#include "packet_type.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// A header that the library knows. The numbers are row numbers of `header_rows`.
enum class header : std::uint8_t {
    accept,
    date,
    server,
    pragma,
    packet_type,
    protocol,
    session_id,
    supported_protocols,
    host_id,
    host_id_fallback_timeout,
    original_request_url,
    request_datafile_name,
    response_datafile_name,
    static_response_url,
    copy_file_to_destination,
    content_name,
    content_range,
    content_encoding,
    range,
    user_agent,
    host,
    expect,
    method_override,
    transfer_encoding,
    content_length,
    received_content_range,
    reply_url,
    error_code,
    error,
    error_context,
    accept_encoding,
    connection,
    none, ///< no known header; in an error: the start line, or the message as a whole
};

inline constexpr std::size_t header_count = static_cast<std::size_t>(header::none);

/// What a reader makes of a header that comes twice.
enum class repetition : std::uint8_t {
    once,    ///< twice is an error, whatever the values (RFC 9112 3.2 and 6.1)
    framing, ///< equal values are one, different ones are an error in any message (RFC 9112 6.3)
    equal,   ///< equal values are one, different ones are an error where the header is read
    list,    ///< the lines are one list (RFC 9110 5.3)
    first,   ///< only for information: the first one counts
};

/// A cell of the presence matrix.
enum class presence : std::uint8_t {
    never,    ///< `.`  not written; ignored by a reader
    seen,     ///< `s`  the same, but Windows or IIS send it
    read,     ///< `r`  not written; heeded by a reader
    optional, ///< `o`  written when it has a value
    sent,     ///< `S`  always written, if it can be; a reader lives without it, since real peers omit it
    required, ///< `R`  always written; a reader refuses the message without it
};

struct header_row {
    header id;
    std::string_view name; ///< as it is written; names compare without regard to letter case (RFC 9110 5.1)
    repetition twice;
    std::uint16_t max_read;        ///< longest value that is read; 0: `read_limits::value_bytes`
    std::uint16_t max_sent;        ///< longest value that is written; 0: 4,096 ([MC-BUP] 2.2.1)
    std::string_view presence_row; ///< a letter for each `message_kind`, blanks for the eye
    std::string_view source;
};

// clang-format off
inline constexpr header_row header_rows[] = {
    // The columns: requests P(ing) C(reate) F(ragment) L(close) X(cancel), the Acks of success to these, E(rror) and O(ut of
    // sync) Acks, notifications by R(eference) and V(alue), and the A(nswer) to these.
    //
    //                                                                           twice          read  sent   PCFLX PCFLX EO RVA
    {header::accept,                   "Accept"sv,                        repetition::first,    0,    0, "SSSSS ..... .. SS."sv, "RFC 9110 12.5.1"sv},
    {header::date,                     "Date"sv,                          repetition::first,    0,    0, "..... ooooo oo ..o"sv, "RFC 9110 6.6.1"sv},
    {header::server,                   "Server"sv,                        repetition::first,    0,    0, "..... ooooo oo ..o"sv, "RFC 9110 10.2.4"sv},
    {header::pragma,                   "Pragma"sv,                        repetition::first,    0,    0, "..... sssss ss ..."sv, "seen on the wire; RFC 9111 5.4"sv},
    {header::packet_type,              "BITS-Packet-Type"sv,              repetition::equal,    0,    0, "RRRRR RRRRR SS ..."sv, "[MC-BUP] 2.2.1.2"sv},
    {header::protocol,                 "BITS-Protocol"sv,                 repetition::equal,    0,    0, "..... .S... .. ..."sv, "[MC-BUP] 2.2.3.2"sv},
    {header::session_id,               "BITS-Session-Id"sv,               repetition::equal,  100,  100, "o.RRR oRSSS oS ..."sv, "[MC-BUP] 2.2.1.2, ack-for-create-session"sv},
    {header::supported_protocols,      "BITS-Supported-Protocols"sv,      repetition::list,     0,    0, ".R... ..... .. ..."sv, "[MC-BUP] 2.2.2.2"sv},
    {header::host_id,                  "BITS-Host-Id"sv,                  repetition::equal,  300,  300, "..... .o... .. ..."sv, "[MC-BUP] 2.2.3.2, bits-iis-extension-properties"sv},
    {header::host_id_fallback_timeout, "BITS-Host-Id-Fallback-Timeout"sv, repetition::equal,    0,    0, "..... .o... .. ..."sv, "[MC-BUP] 2.2.3.2"sv},
    {header::original_request_url,     "BITS-Original-Request-URL"sv,     repetition::equal,    0,    0, "..... ..... .. RR."sv, "[MC-BUP] 2.2.12.2"sv},
    {header::request_datafile_name,    "BITS-Request-DataFile-Name"sv,    repetition::equal,    0,    0, "..... ..... .. R.."sv, "[MC-BUP] 2.2.12.2"sv},
    {header::response_datafile_name,   "BITS-Response-DataFile-Name"sv,   repetition::equal,    0,    0, "..... ..... .. R.."sv, "[MC-BUP] 2.2.12.2"sv},
    {header::static_response_url,      "BITS-Static-Response-URL"sv,      repetition::equal, max_url_size, max_url_size, "..... ..... .. ..o"sv, "[MC-BUP] 2.2.13.2, 2.2.1.2"sv},
    {header::copy_file_to_destination, "BITS-Copy-File-To-Destination"sv, repetition::first,    0,    0, "..... ..... .. ..o"sv, "[MC-BUP] 2.2.13.2"sv},
    {header::content_name,             "Content-Name"sv,                  repetition::equal,    0,  260, ".oooo ..... .. ..."sv, "[MC-BUP] 2.2.1.1"sv},
    {header::content_range,            "Content-Range"sv,                 repetition::equal,    0,    0, "..R.. ..... .. ..."sv, "[MC-BUP] 2.2.6.1"sv},
    {header::content_encoding,         "Content-Encoding"sv,              repetition::equal,    0,    0, "..r.. ..... .. ..."sv, "[MC-BUP] 2.2.6.1"sv},
    {header::range,                    "Range"sv,                         repetition::equal,    0,    0, "..... ..... .. ..."sv, "RFC 9110 14.2"sv},
    {header::user_agent,               "User-Agent"sv,                    repetition::first,    0,    0, "ooooo ..... .. oo."sv, "RFC 9110 10.1.5"sv},
    {header::host,                     "Host"sv,                          repetition::once,     0,    0, "RRRRR ..... .. RR."sv, "RFC 9112 3.2"sv},
    {header::expect,                   "Expect"sv,                        repetition::equal,    0,    0, "ooooo ..... .. oo."sv, "RFC 9110 10.1.1"sv},
    {header::method_override,          "X-Http-Method-Override"sv,        repetition::equal,    0,    0, "rrrrr ..... .. ..."sv, "OneDrive upload API"sv},
    {header::transfer_encoding,        "Transfer-Encoding"sv,             repetition::once,     0,    0, "rrrrr rrrrr rr rrr"sv, "RFC 9112 6.1"sv},
    {header::content_length,           "Content-Length"sv,                repetition::framing,    0,    0, "RRRRR SSSSS SS RRo"sv, "[MC-BUP] 2.2.1.1"sv},
    {header::received_content_range,   "BITS-Received-Content-Range"sv,   repetition::equal,    0,    0, "..... ..S.. oS ..."sv, "[MC-BUP] 2.2.7.2"sv},
    {header::reply_url,                "BITS-Reply-URL"sv,                repetition::equal, max_url_size, max_url_size, "..... ..o.. .. ..."sv, "[MC-BUP] 2.2.7.2, 2.2.1.2"sv},
    {header::error_code,               "BITS-Error-Code"sv,               repetition::equal,    0,    0, "..... ..... SS ..."sv, "ack-for-fragment"sv},
    {header::error,                    "BITS-Error"sv,                    repetition::equal,    0,    0, "..... ..... SS ..."sv, "[MC-BUP] 2.2.1.2"sv},
    {header::error_context,            "BITS-Error-Context"sv,            repetition::equal,    0,    0, "..... ..... SS ..."sv, "[MC-BUP] 2.2.1.2"sv},
    {header::accept_encoding,          "Accept-encoding"sv,               repetition::first,    0,    0, "..... .S... .. ..."sv, "[MC-BUP] 2.2.3.1"sv},
    {header::connection,               "Connection"sv,                    repetition::list,     0,    0, "SSSSS ooooo oo SSo"sv, "RFC 9110 7.6.1"sv},
};
// clang-format on

/// Another spelling of a name that real peers or another source use.
struct header_alias {
    std::string_view alias;
    header id;
    std::string_view source;
};

// clang-format off
inline constexpr header_alias header_aliases[] = {
    // SPEC: DataEntity in [MC-BUP] 2.2.12.2, DataFile in 3.4.5.2, on Microsoft's page and on the wire.
    {"BITS-Request-DataEntity-Name"sv,  header::request_datafile_name,  "[MC-BUP] 2.2.12.2"sv},
    {"BITS-Response-DataEntity-Name"sv, header::response_datafile_name, "[MC-BUP] 2.2.12.2"sv},
    // A misspelling that an open server implementation sends.
    {"BITS-Recieved-Content-Range"sv,   header::received_content_range, "seen on the wire"sv},
};
// clang-format on

/// The row of a header; the first row for `header::none`. Static storage.
[[nodiscard]] constexpr const header_row& row_of(header h) noexcept { return row_at(header_rows, h); }

/// The name of a header as it is written; empty for `header::none`. Static storage.
[[nodiscard]] constexpr std::string_view name_of(header h) noexcept { return h < header::none ? row_of(h).name : ""sv; }

/// A set of headers, one bit each.
using header_set = std::uint32_t;
static_assert(header_count <= 32);

/// The set of one header; empty for `header::none`.
[[nodiscard]] constexpr header_set set_of(header h) noexcept {
    return h < header::none ? header_set{1} << static_cast<unsigned>(h) : header_set{0};
}

namespace detail {

inline constexpr char presence_letters[] = {'.', 's', 'r', 'o', 'S', 'R'};

/// The headers of at least some presence in messages of some kind: [kind][presence].
using presence_sets = std::array<std::array<header_set, std::size(presence_letters)>, message_kind_count>;

consteval presence_sets make_presence_sets() {
    presence_sets sets{};
    header_set bit = 1;
    for (const header_row& row : header_rows) {
        auto* kind = sets.data();
        for (const char c : row.presence_row) {
            if (c == ' ') continue;
            if (c != '.') {
                header_set* const of_kind = (*kind).data();
                for (std::size_t p = 0; presence_letters[p] != c;)
                    of_kind[++p] |= bit;
            }
            ++kind;
        }
        if (kind != sets.data() + sets.size() || set_of(row.id) != bit) sets.at(sets.size()) = {}; // does not compile
        bit <<= 1;
    }
    return sets;
}

inline constexpr presence_sets headers_by_presence = make_presence_sets();

constexpr header_set headers_of_at_least(presence p, message_kind kind) noexcept {
    return row_at(row_at(headers_by_presence, kind), p);
}

} // namespace detail

/// The letter of a cell, as in the rows above.
[[nodiscard]] constexpr char letter_of(presence p) noexcept { return row_at(detail::presence_letters, p); }

/// The rule for header `h` in messages of kind `kind`.
[[nodiscard]] constexpr presence presence_of(header h, message_kind kind) noexcept {
    auto p = presence::required;
    while (p != presence::never && (detail::headers_of_at_least(p, kind) & set_of(h)) == 0)
        p = static_cast<presence>(static_cast<std::uint8_t>(p) - 1);
    return p;
}

/// The headers without which a reader refuses a message of kind `kind`.
[[nodiscard]] constexpr header_set required_headers(message_kind kind) noexcept {
    return detail::headers_of_at_least(presence::required, kind);
}

/// The headers that a reader looks at in a message of kind `kind`; it ignores all others.
[[nodiscard]] constexpr header_set readable_headers(message_kind kind) noexcept {
    return detail::headers_of_at_least(presence::read, kind);
}

/// The headers that may be written in a message of kind `kind`.
[[nodiscard]] constexpr header_set writable_headers(message_kind kind) noexcept {
    return detail::headers_of_at_least(presence::optional, kind);
}

/// The headers without which no message of kind `kind` is written.
[[nodiscard]] constexpr header_set sent_headers(message_kind kind) noexcept {
    return detail::headers_of_at_least(presence::sent, kind);
}

/// What header `h` says in messages of kind `kind`, always or nearly so, as Windows, IIS and this library write it;
/// empty where there is no such value.
[[nodiscard]] constexpr std::string_view usual_value(header h, message_kind kind) noexcept {
    const bool acknowledges = is_ack(kind);
    switch (h) {
    case header::accept:
        return "*/*"sv;
    case header::pragma:
        return "no-cache"sv;
    case header::packet_type:
        if (acknowledges) return name_of(packet_type::ack);
        return is_request(kind) ? name_of(static_cast<packet_type>(kind)) : ""sv;
    case header::content_length:
        return acknowledges ? "0"sv : ""sv;
    case header::accept_encoding:
        return "identity"sv;
    case header::connection:
        return "Keep-Alive"sv;
    default:
        return ""sv;
    }
}

namespace detail {

/// By header, so that nobody needs the texts of the rows to look one up.
inline constexpr auto repetitions = [] {
    std::array<repetition, header_count> all{};
    for (std::size_t h = 0; h < header_count; ++h)
        all[h] = header_rows[h].twice;
    return all;
}();

} // namespace detail

} // namespace bitswire

#endif
