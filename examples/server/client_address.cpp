// bitswire-server: who the client is, where a proxy stands between: X-Forwarded-For and the PROXY protocol.
//
// SPDX-License-Identifier: BSL-1.0
#include "client_address.hpp"

#include <bitswire/base/ascii.hpp>
#include <bitswire/base/number.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace bits_server {

namespace {

namespace ip = boost::asio::ip;
using bitswire::outcome;

/// An IPv4 address in an IPv6 one (::ffff:192.0.2.1) is the IPv4 address, so that one client has one name.
ip::address plain(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

/// An address as it is written in a header: without a scope, which means something on one computer only.
std::optional<ip::address> read_address(std::string_view text) {
    if (text.find('%') != std::string_view::npos) return std::nullopt;
    boost::system::error_code problem;
    const ip::address address = ip::make_address(std::string(text), problem);
    if (problem) return std::nullopt;
    return plain(address);
}

std::optional<std::uint16_t> read_port(std::string_view text) {
    const auto port = bitswire::parse_decimal(text, 65535);
    if (port.status != bitswire::number_status::ok) return std::nullopt;
    return static_cast<std::uint16_t>(port.value);
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`
std::optional<client_address> read_entry(std::string_view text) {
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        port = text.substr(end + 1);
        text = text.substr(1, end - 1);
        if (text.find(':') == std::string_view::npos) return std::nullopt;
    } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos && colon == text.rfind(':')) {
        port = text.substr(colon);
        text = text.substr(0, colon);
    }
    const auto address = read_address(text);
    if (!address) return std::nullopt;
    if (port.empty()) return client_address{*address, 0};
    const auto number = port.starts_with(':') ? read_port(port.substr(1)) : std::nullopt;
    if (!number) return std::nullopt;
    return client_address{*address, *number};
}

/// The values of all lines of a header, in order. Borrows `head`, which need not be complete.
std::vector<std::string_view> values_of(std::string_view head, std::string_view name) {
    std::vector<std::string_view> values;
    std::size_t end = head.find("\r\n"); // of the start line
    while (end != std::string_view::npos) {
        head.remove_prefix(end + 2);
        end = head.find("\r\n");
        const std::string_view line = head.substr(0, end);
        if (line.empty() || end == std::string_view::npos) break;
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos && bitswire::iequals(line.substr(0, colon), name))
            values.push_back(line.substr(colon + 1));
    }
    return values;
}

/// Takes the last entry off a list.
std::string_view take_last(std::string_view& list) {
    const std::size_t comma = list.rfind(',');
    const std::string_view last = comma == std::string_view::npos ? list : list.substr(comma + 1);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(0, comma);
    return bitswire::trim_ows(last);
}

// The PROXY protocol.

constexpr std::string_view v1_start = "PROXY ";
constexpr std::size_t v1_longest = 107; // with its CRLF
constexpr std::string_view v2_signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t v2_fixed_size = 16;
/// Addresses take 216 bytes at most; what follows them (certificates, names) is not of interest here.
constexpr std::size_t v2_longest = 4096;

/// Whether one of them is the beginning of the other.
bool agree(std::string_view a, std::string_view b) {
    const std::size_t size = std::min(a.size(), b.size());
    return a.substr(0, size) == b.substr(0, size);
}

/// `PROXY TCP4 203.0.113.7 192.0.2.1 4711 443`, without the CRLF
proxy_header read_v1(std::string_view line) {
    std::array<std::string_view, 6> words;
    std::size_t count = 0;
    for (std::string_view rest = line; count < words.size();) {
        const std::size_t blank = rest.find(' ');
        words[count++] = rest.substr(0, blank);
        if (blank == std::string_view::npos) break;
        rest.remove_prefix(blank + 1);
        if (count == words.size()) return {.state = outcome::bad}; // a seventh word
    }
    const std::size_t size = line.size() + 2;
    if (count >= 2 && words[1] == "UNKNOWN") return {.state = outcome::complete, .size = size};
    const bool is_v6 = words[1] == "TCP6";
    if (count != words.size() || !(is_v6 || words[1] == "TCP4")) return {.state = outcome::bad};
    boost::system::error_code bad_source;
    boost::system::error_code bad_target;
    const ip::address source = ip::make_address(std::string(words[2]), bad_source);
    const ip::address target = ip::make_address(std::string(words[3]), bad_target);
    const auto source_port = read_port(words[4]);
    const bool is_scoped = line.find('%') != std::string_view::npos;
    if (bad_source || bad_target || is_scoped || source.is_v6() != is_v6 || target.is_v6() != is_v6 || !source_port ||
        !read_port(words[5]))
        return {.state = outcome::bad};
    return {.state = outcome::complete, .size = size, .client = client_address{plain(source), *source_port}};
}

/// All 16 bytes of the fixed part are there.
proxy_header read_v2(std::string_view bytes) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[i])); };
    const auto pair = [&](std::size_t i) { return static_cast<std::uint16_t>(byte(i) << 8 | byte(i + 1)); };
    constexpr unsigned local = 0x20;
    constexpr unsigned proxied = 0x21;
    constexpr unsigned tcp_v4 = 0x11;
    constexpr unsigned tcp_v6 = 0x21;
    constexpr std::size_t v4_size = 12;
    constexpr std::size_t v6_size = 36;
    const unsigned command = byte(12);
    const unsigned family = byte(13);
    const std::size_t length = pair(14);
    if (command != local && command != proxied) return {.state = outcome::bad};
    const bool too_short =
        command == proxied && ((family == tcp_v4 && length < v4_size) || (family == tcp_v6 && length < v6_size));
    if (too_short || v2_fixed_size + length > v2_longest) return {.state = outcome::bad};
    if (bytes.size() < v2_fixed_size + length) return {};
    proxy_header h{.state = outcome::complete, .size = v2_fixed_size + length};
    // Other families (UDP, UNIX) have no address that means anything here.
    if (command == proxied && family == tcp_v4) {
        ip::address_v4::bytes_type source{};
        std::memcpy(source.data(), bytes.data() + v2_fixed_size, source.size());
        h.client = client_address{ip::make_address_v4(source), pair(v2_fixed_size + 8)};
    } else if (command == proxied && family == tcp_v6) {
        ip::address_v6::bytes_type source{};
        std::memcpy(source.data(), bytes.data() + v2_fixed_size, source.size());
        h.client = client_address{plain(ip::make_address_v6(source)), pair(v2_fixed_size + 32)};
    }
    return h;
}

} // namespace

bool trusted_networks::add(const std::string& text) {
    const bool has_prefix = text.find('/') != std::string::npos;
    boost::system::error_code problem;
    if (text.find(':') != std::string::npos) {
        const auto network = ip::make_network_v6(has_prefix ? text : text + "/128", problem);
        if (problem || network != network.canonical()) return false;
        v6_.push_back(network);
    } else {
        const auto network = ip::make_network_v4(has_prefix ? text : text + "/32", problem);
        if (problem || network != network.canonical()) return false;
        v4_.push_back(network);
    }
    return true;
}

bool trusted_networks::contain(const ip::address& address) const {
    if (address.is_v4()) {
        return std::any_of(v4_.begin(), v4_.end(), [&](const ip::network_v4& n) {
            return ip::network_v4(address.to_v4(), n.prefix_length()).network() == n.network();
        });
    }
    return std::any_of(v6_.begin(), v6_.end(), [&](const ip::network_v6& n) {
        return ip::network_v6(address.to_v6(), n.prefix_length()).network() == n.network();
    });
}

std::string text_of(const client_address& client) {
    std::string address = client.address.to_string();
    if (client.port == 0) return address;
    return (client.address.is_v6() ? '[' + address + ']' : address) + ':' + std::to_string(client.port);
}

client_address forwarded_for(std::string_view head, const client_address& peer, const trusted_networks& trusted) {
    client_address client = peer;
    if (!trusted.contain(peer.address)) return client;
    std::vector<std::string_view> lists = values_of(head, "X-Forwarded-For");
    for (; !lists.empty(); lists.pop_back()) {
        std::string_view& list = lists.back();
        while (!list.empty()) {
            const std::string_view text = take_last(list);
            if (text.empty()) continue; // RFC 9110 5.6.1.2: empty elements of a list are none
            const auto entry = read_entry(text);
            if (!entry) return client;
            client = *entry;
            if (!trusted.contain(client.address)) return client;
        }
    }
    return client;
}

bool begins_proxy_header(std::string_view bytes) {
    return bytes.starts_with(v1_start) || bytes.starts_with(v2_signature);
}

proxy_header read_proxy_header(std::string_view bytes) {
    if (agree(bytes, v2_signature)) return bytes.size() < v2_fixed_size ? proxy_header{} : read_v2(bytes);
    if (!agree(bytes, v1_start)) return {.state = outcome::bad};
    const std::size_t end = bytes.substr(0, v1_longest).find("\r\n");
    if (end != std::string_view::npos) return read_v1(bytes.substr(0, end));
    return {.state = bytes.size() < v1_longest ? outcome::need_more : outcome::bad};
}

} // namespace bits_server
