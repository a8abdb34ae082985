// bitswire/wire/packet.hpp: what all packet structs have in common: body framing, and what a packet's header declares.
//
// Each packet specialises `detail::packet_traits`: which header goes to which text member, and how the rest of it is
// read from and written as text. Order, spelling, presence and lengths come from spec/header.hpp.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_PACKET_HPP
#define BITSWIRE_WIRE_PACKET_HPP

#include "../spec/error.hpp"
#include "../spec/header.hpp"
#include "../spec/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// How the end of a body is found (RFC 9112 6.3).
enum class body_end : std::uint8_t {
    length,     ///< after `size_bytes`
    chunked,    ///< with the last chunk; only proxies send such answers
    connection, ///< when the peer closes the connection
};

/// The body behind a head. The library never sees its bytes.
struct body_framing {
    body_end end = body_end::length;
    std::uint64_t size_bytes = 0;

    friend constexpr bool operator==(const body_framing&, const body_framing&) noexcept = default;
};

/// Settings of a reader. The defaults are what Microsoft's own client and server get along with.
struct read_options {
    read_limits limits{};
    /// Take `POST` with `X-Http-Method-Override: BITS_POST` for BITS_POST, as OneDrive's upload API does.
    bool allow_method_override = false;
    /// Take a request that has no body by nature without Content-Length, which [MC-BUP] 2.2.1.1 forbids to omit.
    bool allow_missing_content_length = false;
};

/// Whether a response with this status can have a body, and so a Content-Length (RFC 9110 6.4.1, 8.6).
[[nodiscard]] constexpr bool may_have_body(std::uint16_t status) noexcept {
    return status >= 200 && status != 204 && status != 304;
}

/// Settings of the readers of notifications.
struct notification_options {
    read_limits limits{};
};

namespace detail {

/// What a text has to be, beside a header value, to be sent.
enum class text_form : std::uint8_t { value, file_name, host, host_id, url };

/// Which member of a packet holds the text of a header.
template <class Packet>
struct text_member {
    header id;
    std::string_view Packet::*member;
    text_form form = text_form::value;
};

/// Specialised for every packet:
///   side                            which head it has
///   settings                        what its reader is told
///   kinds, kind_of(packet)          the columns of the presence matrix that it can be
///   text                            its `text_member`s
///   read(start, fields, settings, packet) -> error
///   check(packet) -> error          what must hold for writing beside the rules for text and presence
///   usual                           headers that are written in each message that may have them
///   headers_of(packet)              the other headers that it has a value for, but for text members
///   start_line_text(packet)         what its start line holds of any length
///   put_start_line(packet, out)     without the end of the line
///   put_value<header>(packet, emit) calls `emit(value)` for a header that it has and that is not a text member; the
///                                   value is text, or what has a `put_text`; or `emit.template usual<kind>()`
template <class Packet>
struct packet_traits;

} // namespace detail

} // namespace bitswire

#endif
