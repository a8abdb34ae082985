// bitswire/wire/host.hpp: the address in BITS-Host-Id, and the check of a Host value.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_HOST_HPP
#define BITSWIRE_WIRE_HOST_HPP

#include "../base/ascii.hpp"
#include "../base/borrowed_text.hpp"
#include "../base/number.hpp"
#include "../base/scan.hpp"
#include "../spec/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

enum class host_form : std::uint8_t { name, ipv4, ipv6 };

/// A host without a port. Borrows the text it was parsed from.
struct host_view {
    host_form form = host_form::name;
    std::string_view text = ""; ///< an IPv6 address without its brackets; a URL or Host value needs them again

    friend constexpr bool operator==(const host_view&, const host_view&) noexcept = default;
};

namespace detail {

constexpr bool is_ipv4(std::string_view text) noexcept {
    for (unsigned parts = 1;; ++parts) {
        const std::string_view run = text.substr(0, find_not(char_class::digit, text));
        if (run.empty() || (run.size() > 1 && run.front() == '0')) return false; // 010 is 8 to some and 10 to others
        if (parse_decimal(run, 255).status != number_status::ok) return false;
        text.remove_prefix(run.size());
        if (parts == 4) return text.empty();
        if (text.empty() || text.front() != '.') return false;
        text.remove_prefix(1);
    }
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

inline constexpr std::size_t longest_label = 63;

/// Whether `text` is a host name of one label that begins with a letter, as it often is: nothing needs a closer look.
[[gnu::always_inline]] constexpr bool is_host_label(std::string_view text) noexcept {
    return text.size() - 1 < longest_label && text.front() >= 'A' && text.back() != '-' && !has<not_in_label>(text);
}

/// The size of the host name that `text` begins with; 0 if it begins with none (RFC 1123 2.1). A name whose last label
/// is a number is none: many resolvers read 127.1, 0x7f.1 or 2130706433 as IPv4 addresses.
constexpr std::size_t host_name_size(std::string_view text) noexcept {
    if (is_host_label(text)) return text.size();
    const char* const end = text.data() + text.size();
    const char* at = text.data();
    const char* label = at;
    while (true) {
        const char* const from = at;
        while (at != end && is(char_class::label, *at))
            ++at;
        const bool more = at != end && *at == '.';
        if (at == from && from != text.data() && !more) break; // the name has ended with a '.'
        label = from;
        if (at == from || static_cast<std::size_t>(at - from) > longest_label || *from == '-' || at[-1] == '-')
            return 0;
        if (!more) break;
        ++at;
    }
    const auto size = static_cast<std::size_t>(at - text.data());
    if (size - (at[-1] == '.' ? 1 : 0) > 253) return 0;
    if (!is(char_class::digit, *label)) return size; // nearly always
    std::string_view digits{label, static_cast<std::size_t>(at - label)};
    if (digits.back() == '.') digits.remove_suffix(1);
    const bool hexadecimal = digits.size() >= 2 && digits[0] == '0' && to_lower(digits[1]) == 'x';
    if (hexadecimal) digits.remove_prefix(2);
    return find_not(hexadecimal ? char_class::hex : char_class::digit, digits) != digits.size() ? size : 0;
}

} // namespace detail

/// Reads a host name, an IPv4 address, or an IPv6 address bare or in brackets, all of `text`; no port.
/// Errors: bad_host. Source: [MC-BUP] 2.2.3.2.
[[nodiscard]] constexpr result<host_view> parse_host(borrowed_text text BITSWIRE_LIFETIMEBOUND) noexcept {
    if (!text.empty() && detail::host_name_size(text) == text.size()) return host_view{host_form::name, text};
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
        const std::string_view inner = text.substr(1, text.size() - 2);
        if (detail::is_ipv6(inner)) return host_view{host_form::ipv6, inner};
    } else if (detail::is_ipv4(text)) {
        return host_view{host_form::ipv4, text};
    } else if (detail::is_ipv6(text)) {
        return host_view{host_form::ipv6, text};
    }
    return error{errc::bad_host, header::none, 0, text};
}

/// A host with the port that may follow it. Borrows the text it was parsed from.
struct authority_view {
    std::string_view host = ""; ///< an IPv6 address keeps its brackets here
    std::string_view port = ""; ///< digits, or empty

    friend constexpr bool operator==(const authority_view&, const authority_view&) noexcept = default;
};

/// Reads `host [":" port]`, all of `text`; user information has no place in it. Errors: bad_host, with the offset of
/// the part at fault. Source: RFC 9112 3.2, RFC 3986 3.2.
[[nodiscard]] constexpr result<authority_view> parse_authority(borrowed_text text BITSWIRE_LIFETIMEBOUND) noexcept {
    const bool bracketed = !text.empty() && text.front() == '[';
    const std::size_t from = bracketed ? text.find(']') : 0;
    const std::size_t colon = from == std::string_view::npos ? from : text.find(':', from);
    authority_view a;
    a.host = text.substr(0, colon);
    // Without brackets an IPv6 address and its port could not be told apart: it ends at its first colon, and is none.
    if (!parse_host(a.host)) return error{errc::bad_host, header::none, 0, text};
    if (colon == std::string_view::npos) return a;
    a.port = text.substr(colon + 1);
    if (!a.port.empty() && parse_decimal(a.port, 65535).status != number_status::ok) {
        return error{errc::bad_host, header::none, colon + 1, text};
    }
    return a;
}

/// What BITS-Host-Id names. Borrows the text it was parsed from.
struct host_id_view {
    host_view host{};
    std::string_view port = ""; ///< 1 to 65535; empty: that of the URL

    friend constexpr bool operator==(const host_id_view&, const host_id_view&) noexcept = default;
};

/// Reads what `parse_host` reads, with a port behind a name, an IPv4 address or an IPv6 address in brackets. RFC 1738
/// hosts have no port; servers that do not listen on 80 or 443 need one. Errors: bad_host, with the offset of the part
/// at fault; port 0 and an empty port are none. Source: [MC-BUP] 2.2.3.2.
[[nodiscard]] constexpr result<host_id_view> parse_host_id(borrowed_text text BITSWIRE_LIFETIMEBOUND) noexcept {
    if (const result<host_view> host = parse_host(text)) return host_id_view{*host, {}};
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return error{errc::bad_host, header::none, 0, text};
    const result<host_view> host = parse_host(text.substr(0, colon));
    // Without brackets an IPv6 address and its port could not be told apart.
    if (!host || (host->form == host_form::ipv6 && text.front() != '[')) {
        return error{errc::bad_host, header::none, 0, text};
    }
    const std::string_view port = text.substr(colon + 1);
    const number n = parse_decimal(port, 65535);
    if (n.status != number_status::ok || n.value == 0) {
        return error{errc::bad_host, header::none, colon + 1, text};
    }
    return host_id_view{*host, port};
}

/// Checks the value of Host: a host and perhaps a port, or empty. Errors: bad_host. Source: RFC 9112 3.2.
[[nodiscard]] constexpr error check_host_header(std::string_view value) noexcept {
    if (detail::host_name_size(value) == value.size()) return {}; // nearly always; and where there is none
    const result<authority_view> a = parse_authority(value);
    return a ? error{} : error{errc::bad_host, header::host, a.error().offset, value};
}

} // namespace bitswire

#endif
