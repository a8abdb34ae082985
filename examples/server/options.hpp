// bitswire-server: what the command line says.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SERVER_OPTIONS_HPP
#define BITSWIRE_SERVER_OPTIONS_HPP

#include "client_address.hpp"

#include <bitswire/session/upload_directory.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace bits_server {

struct options {
    boost::asio::ip::tcp::endpoint listen;
    std::string root;
    std::string state; ///< empty: a folder of its own, gone with the server
    std::string prefix = "/";
    std::string notification_url;
    std::string host_id;
    std::chrono::seconds timeout{60};
    std::uint32_t notification_timeout_s = bitswire::notification_timeout_s;
    bool method_override = false;
    trusted_networks trusted{};
    bool proxy_protocol = false; ///< trusted peers begin a connection with a PROXY header
    std::string health = "/healthz";
    std::size_t max_connections = 10'000;
    /// Borrows `host_id`.
    bitswire::upload_directory directory{.uploads_enabled = true, .max_upload_bytes = UINT64_MAX};
};

/// Reads the command line. Without a value, the program is to end with `exit_code`: help was asked for, or something is
/// wrong and has been said.
std::optional<options> read_options(int argc, char** argv, int& exit_code);

} // namespace bits_server

#endif
