// bitswire-server: who the client is, where a proxy stands between: X-Forwarded-For and the PROXY protocol.
//
// Both are text that anybody can send, so they are believed only from addresses that --trust names.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SERVER_CLIENT_ADDRESS_HPP
#define BITSWIRE_SERVER_CLIENT_ADDRESS_HPP

#include <bitswire/wire/head.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bits_server {

/// The addresses of proxies.
class trusted_networks {
  public:
    /// Adds `10.0.0.0/8`, `fd00::/8`, `127.0.0.1` or `::1`. False if `text` is none of these, or if it has bits behind
    /// its prefix, which is a slip: 10.1.0.0/8.
    [[nodiscard]] bool add(const std::string& text);
    [[nodiscard]] bool contain(const boost::asio::ip::address& address) const;
    [[nodiscard]] bool empty() const noexcept { return v4_.empty() && v6_.empty(); }

  private:
    std::vector<boost::asio::ip::network_v4> v4_;
    std::vector<boost::asio::ip::network_v6> v6_;
};

struct client_address {
    boost::asio::ip::address address{};
    std::uint16_t port = 0; ///< 0: not known
};

/// `203.0.113.7:4711`, `[2001:db8::1]:4711`; without a port just the address.
std::string text_of(const client_address& client);

/// The client of a request, whose head begins `head`, from a `peer`: the last address in X-Forwarded-For, counted from
/// the right over all of its lines, that is not a trusted proxy's. An entry that is no address ends the search at the
/// proxy that wrote it. A peer that is not trusted is the client, whatever it writes.
client_address forwarded_for(std::string_view head, const client_address& peer, const trusted_networks& trusted);

/// What a connection begins with where the PROXY protocol is spoken.
struct proxy_header {
    bitswire::outcome state = bitswire::outcome::need_more;
    std::size_t size = 0;                   ///< after `complete`: what follows it is HTTP
    std::optional<client_address> client{}; ///< none: the connection is the proxy's own, or the client is not known
};

/// Reads versions 1 and 2. `bytes` is all that has come so far. Source: the specification of the PROXY protocol,
/// https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt
proxy_header read_proxy_header(std::string_view bytes);

/// Whether `bytes` begin as a PROXY header does, which is no HTTP.
bool begins_proxy_header(std::string_view bytes);

} // namespace bits_server

#endif
