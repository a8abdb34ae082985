// bitswire/wire/host.hpp: the address in BITS-Host-Id, and the check of a Host value.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_HOST_HPP
#define BITSWIRE_WIRE_HOST_HPP

#include "../base/ascii.hpp"
#include "../base/number.hpp"
#include "../spec/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

enum class host_form : std::uint8_t { name, ipv4, ipv6 };

/// A host without a port. Borrows from the text it was parsed from.
struct host_view {
    host_form form = host_form::name;
    std::string_view text{}; ///< an IPv6 address without its brackets; a URL or Host value needs them again

    friend constexpr bool operator==(const host_view&, const host_view&) noexcept = default;
};

namespace detail {

constexpr bool is_ipv4(std::string_view text) noexcept {
    unsigned parts = 0;
    while (parts < 4) {
        const std::string_view run = text.substr(0, find_not(char_class::digit, text));
        if (run.empty() || run.size() > 3 || parse_decimal(run, 255).status != number_status::ok) return false;
        text.remove_prefix(run.size());
        if (++parts == 4) break;
        if (text.empty() || text.front() != '.') return false;
        text.remove_prefix(1);
    }
    return text.empty();
}

/// RFC 4291 2.2: eight groups of 16 bits, one run of zero groups as "::", the last two groups as an IPv4 address.
constexpr bool is_ipv6(std::string_view text) noexcept {
    unsigned groups = 0;
    bool compressed = false;
    if (text.substr(0, 2) == "::") {
        compressed = true;
        text.remove_prefix(2);
        if (text.empty()) return true;
    }
    while (true) {
        const std::string_view run = text.substr(0, find_not(char_class::hex, text));
        if (run.size() < text.size() && text[run.size()] == '.') {
            if (!is_ipv4(text)) return false;
            groups += 2;
            break;
        }
        if (run.empty() || run.size() > 4) return false;
        ++groups;
        text.remove_prefix(run.size());
        if (text.empty()) break;
        if (text.front() != ':') return false;
        text.remove_prefix(1);
        if (!text.empty() && text.front() == ':') {
            if (compressed) return false;
            compressed = true;
            text.remove_prefix(1);
            if (text.empty()) break;
        } else if (text.empty()) {
            return false;
        }
    }
    return compressed ? groups < 8 : groups == 8;
}

/// RFC 1738 5 and RFC 1123 2.1, and the underscore that Windows allows in names.
constexpr bool is_host_name(std::string_view text) noexcept {
    if (text.empty() || text.front() == '.' || text.front() == '-') return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '.' && i + 1 < text.size() && text[i + 1] == '.') return false;
        if (!is(char_class::alpha, c) && !is(char_class::digit, c) && c != '-' && c != '.' && c != '_') return false;
    }
    return true;
}

} // namespace detail

/// Reads a host name, an IPv4 address, or an IPv6 address bare or in brackets, all of `text`; no port.
/// Errors: bad_host. Source: [MC-BUP] 2.2.3.2.
constexpr result<host_view> parse_host(std::string_view text) noexcept {
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
        const std::string_view inner = text.substr(1, text.size() - 2);
        if (detail::is_ipv6(inner)) return host_view{host_form::ipv6, inner};
    } else if (detail::is_ipv4(text)) {
        return host_view{host_form::ipv4, text};
    } else if (detail::is_ipv6(text)) {
        return host_view{host_form::ipv6, text};
    } else if (detail::is_host_name(text)) {
        return host_view{host_form::name, text};
    }
    return error{errc::bad_host, header::none, 0};
}

/// Checks the value of Host: `uri-host [":" port]`, possibly empty. The offset is that of the first byte that may not
/// stand there. Errors: bad_host. Source: RFC 9112 3.2.
constexpr error check_host_header(std::string_view value) noexcept {
    const std::size_t bad = find_not(char_class::host, value);
    if (bad != value.size()) return {errc::bad_host, header::host, static_cast<std::uint32_t>(bad)};
    return {};
}

} // namespace bitswire

#endif
