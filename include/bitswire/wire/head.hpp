// bitswire/wire/head.hpp: an HTTP/1.1 head as raw bytes: start line, header lines, empty line.
//
// Works line by line and in order, so that any split of the input ends in the same answer, and never looks twice at a
// byte that it has passed. Deliberately strict where messages are framed (RFC 9112 2.2, 5.1, 5.2, 6.1): no bare CR or
// LF, no folding, no white space before a colon. Knows headers, not packets. Copies nothing.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_HEAD_HPP
#define BITSWIRE_WIRE_HEAD_HPP

#include "../base/ascii.hpp"
#include "../base/number.hpp"
#include "../base/scan.hpp"
#include "../spec/error.hpp"
#include "../spec/limits.hpp"
#include "field_set.hpp"
#include "url.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bitswire {

/// How far reading a message has come.
enum class outcome : std::uint8_t {
    need_more, ///< no error so far, and not the end
    complete,
    bad, ///< see the error; nothing behind it was looked at
};

enum class head_side : std::uint8_t { request, response };

/// The start line of a request. Borrows its text.
struct request_line {
    std::string_view method{};
    std::string_view target{};      ///< a path with query, or an absolute http URL
    std::uint32_t offset = 0;       ///< where it stands in the bytes of the message
    std::uint8_t minor_version = 1; ///< of HTTP/1: a request of any other version than 1.1 is refused
};

/// The start line of a response; the reason phrase is for people and not kept.
struct status_line {
    std::uint16_t status = 0;
    std::uint8_t minor_version = 1; ///< of HTTP/1: 0 in an answer of an old proxy
};

namespace detail {

/// Whether a request target has a form that BITS uses: a path, or an http URL (RFC 9112 3.2.1, 3.2.2).
constexpr bool is_target(std::string_view target) noexcept {
    if (!is_visible(target) || target.find('#') != std::string_view::npos) return false;
    return target.substr(0, 1) == "/" || parse_url(target).has_value();
}

} // namespace detail

/// Reads one head. Hand it the bytes from the start of the message again and again while they grow; the buffer may move
/// in between. After `complete`, the accessors give views into the bytes they are handed. One object reads one message.
template <head_side Side>
class head_parser {
  public:
    constexpr explicit head_parser(const read_limits& limits = {}) noexcept : limits_(limits) {}

    /// `bytes` starts with the first byte of the message and holds at least what it held in the call before; nothing of
    /// it is kept. Errors, in `problem()`: bad_start_line, bad_target, target_too_long, bad_http_version, bad_status,
    /// bare_line_end, control_character, bad_header_line, obsolete_line_folding, head_too_large, too_many_headers,
    /// value_too_long, conflicting_headers (Host, Content-Length, Transfer-Encoding). Source: RFC 9112 2 to 5.
    constexpr outcome parse(std::string_view bytes) noexcept {
        if (outcome_ != outcome::need_more) return outcome_;
        const char* const buffer = bytes.data();
        const auto size =
            static_cast<std::uint32_t>(bytes.size() < limits_.head_bytes ? bytes.size() : limits_.head_bytes);
        line_scanner scanner(buffer, scanned_, size);
        std::uint32_t line = line_;
        do {
            const std::uint32_t stop = scanner.find_stop();
            if (size - stop < 2 || std::string_view{buffer + stop, 2} != "\r\n") {
                line_ = line;
                scanned_ = stop;
                stop_short(buffer, size);
                return outcome_;
            }
            take_line(buffer, size, line, stop);
            line = stop + 2;
            scanner.skip_line_feed();
        } while (outcome_ == outcome::need_more);
        line_ = line;
        return outcome_;
    }

    /// What is wrong, after `bad`.
    [[nodiscard]] constexpr error problem() const noexcept { return error_; }
    /// The size of the head in bytes, after `complete`: where the body begins.
    [[nodiscard]] constexpr std::size_t size() const noexcept { return line_; }

    /// The start line, after `complete`. Borrows `bytes`.
    [[nodiscard]] constexpr request_line start_line(std::string_view bytes) const noexcept
        requires(Side == head_side::request) {
        return {method_.view(bytes.data()), target_.view(bytes.data()), method_.offset};
    }
    [[nodiscard]] constexpr status_line start_line(std::string_view /*bytes*/) const noexcept
        requires(Side == head_side::response) {
        return status_;
    }

    /// The known headers. Borrows this object and `bytes`.
    [[nodiscard]] constexpr fields_view<positioned_value> fields(std::string_view bytes) const noexcept {
        return {fields_, bytes.data()};
    }

  private:
    constexpr void fail(errc code, header in, std::uint32_t offset) noexcept {
        error_ = {code, in, offset};
        outcome_ = outcome::bad;
    }

    /// Scanning stopped at `scanned_`, but not at the end of a line.
    [[gnu::noinline]] constexpr void stop_short(const char* buffer, std::uint32_t size) noexcept {
        const bool at_end = scanned_ == size || (buffer[scanned_] == '\r' && scanned_ + 1 == size);
        if (at_end) {
            if (size == limits_.head_bytes) fail(errc::head_too_large, header::none, size);
            return;
        }
        const bool line_end = buffer[scanned_] == '\r' || buffer[scanned_] == '\n';
        const char* const line = buffer + line_;
        const char* const colon = find_colon(line, buffer + scanned_, buffer + scanned_);
        const bool in_header = started_ && colon != buffer + scanned_;
        fail(line_end ? errc::bare_line_end : errc::control_character,
             in_header ? find_header({line, static_cast<std::size_t>(colon - line)}) : header::none, scanned_);
    }

    constexpr void take_line(const char* buffer, std::uint32_t size, std::uint32_t line, std::uint32_t stop) noexcept {
        if (stop == line) {
            // RFC 9112 2.2: empty lines before a request line are ignored.
            if (started_) outcome_ = outcome::complete;
            if (!started_ && Side == head_side::response) fail(errc::bad_start_line, header::none, line);
        } else if (started_) {
            take_header_line(buffer, size, line, stop);
        } else {
            started_ = true;
            take_start_line(buffer, {buffer + line, stop - line});
        }
    }

    [[gnu::noinline]] constexpr void take_start_line(const char* buffer, std::string_view line) noexcept {
        const auto at = [&](std::string_view part) {
            return positioned_value{static_cast<std::uint32_t>(part.data() - buffer),
                                    static_cast<std::uint32_t>(part.size())};
        };
        constexpr std::string_view protocol = "HTTP/";
        constexpr std::size_t version_size = 8; // HTTP/1.1
        const auto is_version = [&](std::string_view v) {
            return v.size() == version_size && v.substr(0, protocol.size()) == protocol &&
                   is(char_class::digit, v[5]) && v[6] == '.' && is(char_class::digit, v[7]);
        };
        if constexpr (Side == head_side::request) {
            // The usual method needs no look at each of its characters.
            const bool is_usual =
                line.starts_with(bits_post) && line.size() > bits_post.size() && line[bits_post.size()] == ' ';
            const std::size_t method_size = is_usual ? bits_post.size() : find_not(char_class::token, line);
            if (method_size == 0 || line.size() < method_size + 2 + version_size || line[method_size] != ' ' ||
                line[line.size() - version_size - 1] != ' ' || !is_version(line.substr(line.size() - version_size))) {
                return fail(errc::bad_start_line, header::none, at(line).offset);
            }
            const std::string_view version = line.substr(line.size() - version_size);
            const std::string_view target = line.substr(method_size + 1, line.size() - version_size - method_size - 2);
            if (version != "HTTP/1.1") return fail(errc::bad_http_version, header::none, at(version).offset);
            if (target.size() > limits_.target_bytes) {
                return fail(errc::target_too_long, header::none, at(target).offset + limits_.target_bytes);
            }
            if (!detail::is_target(target)) return fail(errc::bad_target, header::none, at(target).offset);
            method_ = at(line.substr(0, method_size));
            target_ = at(target);
        } else {
            const std::string_view version = line.substr(0, version_size);
            if (!is_version(version)) return fail(errc::bad_start_line, header::none, at(line).offset);
            if (version != "HTTP/1.1" && version != "HTTP/1.0")
                return fail(errc::bad_http_version, header::none, at(line).offset);
            const std::string_view rest = line.substr(version_size);
            const number status = parse_decimal(rest.substr(rest.empty() ? 0 : 1, 3), 599);
            if (rest.size() < 4 || rest[0] != ' ' || status.status != number_status::ok || status.value < 100 ||
                (rest.size() > 4 && rest[4] != ' ')) {
                return fail(errc::bad_status, header::none, at(rest).offset + 1);
            }
            status_ = {static_cast<std::uint16_t>(status.value), static_cast<std::uint8_t>(version[7] - '0')};
        }
    }

    /// White space, where control characters other than HTAB are known to be absent.
    static constexpr bool is_blank(char c) noexcept { return static_cast<unsigned char>(c) <= ' '; }

    [[gnu::noinline]] static constexpr positioned_value trimmed(const char* buffer, std::uint32_t first,
                                                                std::uint32_t last) noexcept {
        while (first != last && is_blank(buffer[first]))
            ++first;
        while (first != last && is_blank(buffer[last - 1]))
            --last;
        return {first, last - first};
    }

    /// What is wrong with a header line that starts with `c` instead of a name.
    static constexpr errc bad_line(char c) noexcept {
        return is_ows(c) ? errc::obsolete_line_folding : errc::bad_header_line;
    }

    /// Finds the colon of a header line and the header before it, where the likely one did not stand.
    static constexpr header look_up_name(const char* buffer, std::uint32_t size, std::uint32_t line, std::uint32_t stop,
                                         std::uint32_t& colon) noexcept {
        colon = static_cast<std::uint32_t>(find_colon(buffer + line, buffer + stop, buffer + size) - buffer);
        return find_header({buffer + line, colon - line}, size - line);
    }

    constexpr void take_header_line(const char* buffer, std::uint32_t size, std::uint32_t line,
                                    std::uint32_t stop) noexcept {
        if (++header_lines_ > limits_.header_lines) return fail(errc::too_many_headers, header::none, line);
        const folded_name& likely = detail::header_spellings[static_cast<std::size_t>(likely_)].name;
        std::uint32_t colon = line + likely.size();
        header h = likely_;
        if (colon >= stop || buffer[colon] != ':' || !likely.matches({buffer + line, likely.size()}, size - line)) {
            h = look_up_name(buffer, size, line, stop, colon);
            if (colon == stop) return fail(bad_line(buffer[line]), header::none, line);
        }
        if (h == header::none) {
            const std::string_view name{buffer + line, colon - line};
            const std::size_t bad = find_not(char_class::token, name);
            if (bad == name.size() && !name.empty()) return; // unknown, and of no further interest
            const errc e = bad == 0 ? bad_line(buffer[line]) : errc::bad_header_line;
            return fail(e, header::none, line + static_cast<std::uint32_t>(bad));
        }
        likely_ = likely_headers[static_cast<std::size_t>(h)];
        positioned_value value{colon + 2, stop - colon - 2};
        if (stop - colon < 3 || buffer[colon + 1] != ' ' || is_blank(buffer[colon + 2]) || is_blank(buffer[stop - 1])) {
            value = trimmed(buffer, colon + 1, stop);
        }
        const errc e = fields_.add(h, value, buffer, limits_);
        if (e != errc::ok) fail(e, h, e == errc::value_too_long ? value.offset + limits_.value_bytes : value.offset);
    }

    static constexpr const auto& likely_headers =
        Side == head_side::request ? detail::likely_request_headers : detail::likely_response_headers;

    read_limits limits_;
    outcome outcome_ = outcome::need_more;
    bool started_ = false;
    header likely_ = likely_headers[header_count]; ///< the header that the next line is likely to be
    std::uint32_t line_ = 0;                       ///< where the current line starts
    std::uint32_t scanned_ = 0;                    ///< up to here no line end was found
    std::uint32_t header_lines_ = 0;
    positioned_value method_{};
    positioned_value target_{};
    status_line status_;
    error error_;
    field_set<positioned_value> fields_;
};

using request_head_parser = head_parser<head_side::request>;
using response_head_parser = head_parser<head_side::response>;

/// The value of the first header named `name` (any letter case) in a head that was read completely, known to the
/// library or not: how a server looks at Authorization. Borrows `head`. Source: RFC 9110 5.
constexpr std::optional<std::string_view> find_field(std::string_view head, std::string_view name) noexcept {
    while (head.substr(0, 2) == "\r\n")
        head.remove_prefix(2); // empty lines before a request line
    for (std::size_t end = head.find("\r\n"); end != std::string_view::npos; end = head.find("\r\n")) {
        head.remove_prefix(end + 2);
        const std::string_view line = head.substr(0, head.find("\r\n"));
        if (line.empty()) break; // what follows is the body
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos && iequals(line.substr(0, colon), name)) {
            return trim_ows(line.substr(colon + 1));
        }
    }
    return std::nullopt;
}

} // namespace bitswire

#endif
