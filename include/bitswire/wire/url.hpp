// bitswire/wire/url.hpp: the parts of an http URL, and where a BITS-Reply-URL and a notification URL point.
//
// Not a general URL library: http and https only, nothing is decoded, and nothing but those two is ever resolved.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_URL_HPP
#define BITSWIRE_WIRE_URL_HPP

#include "../base/ascii.hpp"
#include "../base/borrowed_text.hpp"
#include "../base/number.hpp"
#include "../base/scan.hpp"
#include "../spec/error.hpp"
#include "host.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bitswire {

/// The parts of an absolute http or https URL. Borrows the text it was parsed from.
struct url_view {
    std::string_view scheme = "";    ///< as written
    std::string_view authority = ""; ///< host with port
    std::string_view host = "";      ///< an IPv6 address keeps its brackets here
    std::string_view port = "";      ///< digits, or empty
    std::string_view path = "";      ///< starts with '/', or is empty
    std::string_view query = "";     ///< with its '?', or empty

    friend constexpr bool operator==(const url_view&, const url_view&) noexcept = default;
};

/// Path and query of a URL, as they stand in a request. Borrows what the URL was read from.
[[nodiscard]] constexpr std::string_view target_of(const url_view& url) noexcept {
    if (url.path.empty()) return "/";
    return {url.path.data(), url.path.size() + url.query.size()}; // they stand next to each other
}

/// Reads an absolute http or https URL of visible characters, all of `text`; a fragment is dropped. User information
/// before the host is refused: it is how one host is made to look like another (RFC 9110 4.2.4). Errors: bad_url, with
/// the offset of the part at fault. Source: RFC 3986 3, RFC 9110 4.2.
[[nodiscard]] constexpr result<url_view> parse_url(borrowed_text text BITSWIRE_LIFETIMEBOUND) noexcept {
    const auto bad = [&](std::size_t at) { return error{errc::bad_url, header::none, at, text}; };
    url_view url;
    const std::size_t colon = text.find(':');
    url.scheme = text.substr(0, colon == std::string_view::npos ? 0 : colon);
    if (!iequals(url.scheme, "http") && !iequals(url.scheme, "https")) return bad(0);
    std::size_t at = colon + 1;
    if (text.substr(at, 2) != "//") return bad(at);
    at += 2;

    const std::string_view rest = text.substr(at);
    const std::size_t authority_size = rest.find_first_of("/?#");
    url.authority = rest.substr(0, authority_size);
    const result<authority_view> authority = parse_authority(url.authority);
    if (!authority) return bad(at + authority.error().offset);
    url.host = authority->host;
    url.port = authority->port;
    at += url.authority.size();

    if (!is_visible(text.substr(at))) return bad(at);
    const std::string_view path_query = text.substr(at, text.substr(at).find('#'));
    const std::size_t path_size = path_query.find('?');
    url.path = path_query.substr(0, path_size);
    if (path_size != std::string_view::npos) url.query = path_query.substr(path_size);
    return url;
}

namespace detail {

/// RFC 3986 3.1.
constexpr bool is_scheme(std::string_view text) noexcept {
    for (const char c : text) {
        if (!is(char_class::alpha, c) && !is(char_class::digit, c) && !contains("+-.", c)) return false;
    }
    return !text.empty() && is(char_class::alpha, text.front());
}

/// Writes a URL left to right into a buffer of fixed size, and can take path segments back.
class url_writer {
  public:
    constexpr explicit url_writer(std::span<char> out) noexcept : out_(out) {}

    constexpr void put(char c) noexcept {
        if (size_ < out_.size()) out_[size_] = c;
        ++size_;
    }
    constexpr void put(std::string_view text) noexcept {
        for (const char c : text)
            put(c);
    }
    /// Text from a peer: what may stand in a path, and in `also`, stands; valid percent-encodings stay; the rest is
    /// percent-encoded (RFC 3986 2.1).
    constexpr void put_encoded(std::string_view text, std::string_view also = {}) noexcept {
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            const bool encoded =
                c == '%' && i + 2 < text.size() && is(char_class::hex, text[i + 1]) && is(char_class::hex, text[i + 2]);
            if (encoded || is(char_class::path, c) || contains(also, c)) {
                put(c);
            } else {
                const auto u = static_cast<unsigned char>(c);
                put('%');
                put("0123456789ABCDEF"[u >> 4]);
                put("0123456789ABCDEF"[u & 0xfU]);
            }
        }
    }
    constexpr void begin_path() noexcept { path_at_ = size_; }
    /// Appends a segment with its leading '/'; `.` and `..` as RFC 3986 5.2.4 has it, never above the root.
    constexpr void put_segment(std::string_view segment, bool last) noexcept {
        if (segment == "." || segment == "..") {
            if (segment == "..") {
                while (size_ > path_at_ && at(--size_) != '/') {
                }
            }
            if (last) put('/');
            return;
        }
        put('/');
        put_encoded(segment);
    }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr bool fits() const noexcept { return !overflow_ && size_ <= out_.size(); }

  private:
    /// Beyond the buffer there is nothing to look at; the result is an error by then.
    [[nodiscard]] constexpr char at(std::size_t i) noexcept {
        if (i < out_.size()) return out_[i];
        overflow_ = true;
        return '/';
    }

    std::span<char> out_;
    std::size_t size_ = 0;
    std::size_t path_at_ = 0;
    bool overflow_ = false;
};

/// Writes what `reference` means, seen from `base`, and an error's offset in it if it means nothing that may stand
/// here: a host without a scheme (`//host`, `\\host`), another scheme, no file at all. Backslashes separate folders in
/// a relative reference as slashes do (RFC 3986 5.2, and what Windows does).
constexpr error write_reference(const url_view& base, std::string_view reference, url_writer& writer) noexcept {
    const auto bad = [&](std::size_t at) { return error{errc::bad_url, header::none, at, reference}; };
    const auto is_separator = [](char c) { return c == '/' || c == '\\'; };
    std::string_view scheme = base.scheme;
    std::string_view authority = base.authority;
    std::string_view folder = base.path.substr(0, base.path.rfind('/') + 1);
    std::string_view path = reference.substr(0, reference.find('#'));
    bool backslashes = true;

    const std::size_t colon = path.find(':');
    if (colon != std::string_view::npos && is_scheme(path.substr(0, colon))) {
        const std::size_t scheme_size = colon + 3; // with "://"
        const std::size_t authority_end = path.find_first_of("/?", scheme_size);
        const result<url_view> absolute = parse_url(path.substr(0, authority_end));
        if (!absolute) return absolute.error();
        scheme = absolute->scheme;
        authority = absolute->authority;
        folder = "/";
        path.remove_prefix(scheme_size + authority.size());
        backslashes = false;
    } else if (path.size() >= 2 && is_separator(path[0]) && is_separator(path[1])) {
        return bad(0);
    }
    const std::size_t query_at = path.find('?');
    const std::string_view query = query_at == std::string_view::npos ? std::string_view{} : path.substr(query_at);
    path = path.substr(0, query_at);
    if (path.empty() && backslashes) return bad(0);
    if (!path.empty() && is_separator(path[0])) { // what follows an authority begins with '/'
        folder = "/";
        path.remove_prefix(1);
    }

    writer.put(scheme);
    writer.put("://");
    writer.put(authority);
    writer.begin_path();
    const auto put_segments = [&](std::string_view segments, bool ends_path, bool split_backslashes) {
        while (true) {
            std::size_t size = 0;
            while (size < segments.size() && segments[size] != '/' && !(split_backslashes && segments[size] == '\\'))
                ++size;
            const bool last = size == segments.size();
            writer.put_segment(segments.substr(0, size), last && ends_path);
            if (last) return;
            segments.remove_prefix(size + 1);
        }
    };
    if (folder.size() > 1) put_segments(folder.substr(1, folder.size() - 2), false, false);
    put_segments(path, true, backslashes);
    writer.put_encoded(query, "?");
    return {};
}

/// `resolve_reply_url`, but for the size of the buffer.
constexpr error write_reply_url(std::string_view destination, std::string_view reply, url_writer& writer) noexcept {
    const auto bad = [&](std::size_t at) { return error{errc::bad_url, header::reply_url, at, reply}; };
    const std::size_t limit = row_of(header::reply_url).max_read;
    if (reply.size() > limit) return error{errc::value_too_long, header::reply_url, limit, reply};
    if (reply.empty()) return bad(0);
    if (const std::size_t control = find_control(reply); control != reply.size()) return bad(control);
    const result<url_view> base = parse_url(destination);
    if (!base) return base.error();
    if (const error e = write_reference(*base, reply, writer)) return bad(e.offset);
    return {};
}

} // namespace detail

/// A buffer of this size is always large enough for the functions below. A smaller one may be too small even for a
/// result that would fit, where `..` takes back what was written before.
[[nodiscard]] constexpr std::size_t max_resolved_url_size(std::size_t base_size, std::size_t reference_size) noexcept {
    return 3 * (base_size + reference_size) + 1;
}

/// Writes the absolute URL that a BITS-Reply-URL means and returns its size. `destination` is the URL of the upload,
/// absolute. `reply` is an absolute http URL, a path, or a path relative to the folder of `destination`; backslashes
/// separate folders there as slashes do, and what may not stand in a URL is percent-encoded, as the Windows client
/// does. A reference to another host without a scheme (`//host`, `\\host`) and other schemes are refused. Errors:
/// bad_url (in none: the destination; in reply_url: the reply), value_too_long (over 2,200 characters),
/// buffer_too_small. Source: [MC-BUP] 2.2.7.2 and the captures in 4.2; RFC 3986 5.2.
[[nodiscard]] constexpr result<std::size_t> resolve_reply_url(std::string_view destination, std::string_view reply,
                                                              std::span<char> out) noexcept {
    detail::url_writer writer(out);
    if (const error e = detail::write_reply_url(destination, reply, writer)) return e;
    if (!writer.fits()) return error{errc::buffer_too_small, header::none, 0};
    return writer.size();
}

/// Whether there is such a URL: the same errors, but for buffer_too_small.
[[nodiscard]] constexpr error check_reply_url(std::string_view destination, std::string_view reply) noexcept {
    detail::url_writer nowhere({});
    return detail::write_reply_url(destination, reply, nowhere);
}

/// Writes the absolute URL that a server application is notified at and returns its size: what
/// BITSServerNotificationURL means, seen from the URL of the upload, `original`, and behind it the query of `original`,
/// with a `&` if there is one already. Errors: bad_url, buffer_too_small. Source: *bits-iis-extension-properties*.
[[nodiscard]] constexpr result<std::size_t>
resolve_notification_url(std::string_view original, std::string_view notification, std::span<char> out) noexcept {
    const result<url_view> base = parse_url(original);
    if (!base) return base.error();
    if (!is_visible(notification)) return error{errc::bad_url, header::none, 0, notification};
    notification = notification.substr(0, notification.find('#'));
    detail::url_writer writer(out);
    if (error e = detail::write_reference(*base, notification, writer)) return e;
    if (base->query.size() > 1) {
        writer.put(notification.find('?') == std::string_view::npos ? '?' : '&');
        writer.put_encoded(base->query.substr(1), "?");
    }
    if (!writer.fits()) return error{errc::buffer_too_small, header::none, 0};
    return writer.size();
}

/// Writes a BITS-Reply-URL for a reply that stands at `path` below the folder of the destination, and returns its size.
/// `path` is not encoded, such as `BITS-Sessions/Replies/{...}/responsefile.bin`, and is written as a relative
/// reference with everything encoded that needs it: no part of it is taken for a scheme, a host, a query or a way up. A
/// relative one arrives through every proxy: one from the root breaks behind those that take a prefix of the path away,
/// an absolute one behind those that change the host. A buffer of three times the size of `path` is large enough.
/// Errors: bad_url, with the offset of an empty name, `.` or `..` in `path`; buffer_too_small. Source:
/// [MC-BUP] 2.2.7.2, 4.2; RFC 3986 2.1, 4.2.
[[nodiscard]] constexpr result<std::size_t> write_relative_reply_url(std::string_view path,
                                                                     std::span<char> out) noexcept {
    constexpr std::string_view hex = "0123456789ABCDEF";
    constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::size_t size = 0;
    const auto put = [&](char c) noexcept {
        if (size < out.size()) out[size] = c;
        ++size;
    };
    for (std::size_t at = 0; at <= path.size();) {
        const std::string_view name = path.substr(at, path.find('/', at) - at);
        if (name.empty() || name == "." || name == "..")
            return error{errc::bad_url, header::reply_url, static_cast<std::uint32_t>(at)};
        if (at != 0) put('/');
        for (const char c : name) {
            if (unreserved.find(c) != std::string_view::npos) {
                put(c);
                continue;
            }
            put('%');
            put(hex[static_cast<unsigned char>(c) >> 4]);
            put(hex[static_cast<unsigned char>(c) & 0xfU]);
        }
        at += name.size() + 1;
    }
    if (size > out.size()) return error{errc::buffer_too_small, header::none, 0};
    return size;
}

} // namespace bitswire

#endif
