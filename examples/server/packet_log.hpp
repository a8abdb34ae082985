// bitswire-server: one line of text for each packet.
//
// What comes from a peer is escaped, so that nobody can forge a line or send codes to a terminal.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SERVER_PACKET_LOG_HPP
#define BITSWIRE_SERVER_PACKET_LOG_HPP

#include <bitswire/spec/error_line.hpp>
#include <bitswire/wire/ack.hpp>
#include <bitswire/wire/upload_request.hpp>

#include <ctime>
#include <string>
#include <string_view>

namespace bits_server {

/// `text` with everything but visible ASCII characters as `\xNN`.
std::string escaped(std::string_view text);

/// `Sat, 21 Nov 2026 12:00:00 GMT` (RFC 9110 5.6.7).
std::string http_date(std::time_t t);

/// A line with the time before it, flushed.
void log_line(std::string_view text);

/// A request that was read, and the answer to it.
void log_packet(std::string_view peer, const bitswire::upload_request& request, std::string_view session_id,
                const bitswire::ack& answer);

/// A request that could not be read.
void log_bad_packet(std::string_view peer, const bitswire::error& problem, const bitswire::ack& answer);

} // namespace bits_server

#endif
