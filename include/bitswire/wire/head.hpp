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
#include "../base/borrowed_text.hpp"
#include "../base/number.hpp"
#include "../base/scan.hpp"
#include "../spec/error.hpp"
#include "../spec/http_status.hpp"
#include "../spec/limits.hpp"
#include "field_set.hpp"
#include "url.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bitswire {

/// How far reading a message has come.
enum class [[nodiscard]] outcome : std::uint8_t{
    need_more, ///< no error so far, and not the end
    complete,
    bad, ///< see the error; nothing behind it was looked at
};

enum class head_side : std::uint8_t { request, response };

/// `request_line::minor_version` of a request of which nobody has said it.
inline constexpr std::uint8_t minor_version_unknown = UINT8_MAX;

/// The start line of a request. Borrows its text.
struct request_line {
    borrowed_text method{};
    borrowed_text target{};   ///< as sent, not percent-decoded: a path with query, or an absolute http URL
    std::uint32_t offset = 0; ///< where it stands in the bytes of the message
    /// Of HTTP/1: a request of any other version than 1.1 is refused, and so is one of which nobody said it.
    std::uint8_t minor_version = minor_version_unknown;
};

/// The start line of a response; the reason phrase is for people and not kept.
struct status_line {
    std::uint16_t status = 0;
    std::uint8_t minor_version = 1; ///< of HTTP/1: 0 in an answer of an old proxy
};

namespace detail {

inline constexpr std::uint32_t status_offset = 9; ///< behind `HTTP/1.1 `

/// Whether a request target has a form that BITS uses: a path, or an http URL (RFC 9112 3.2.1, 3.2.2).
[[gnu::always_inline]] constexpr bool is_target(std::string_view target) noexcept {
    if (target.empty() || has<not_in_target>(target)) return false;
    return target.front() == '/' || parse_url(target).has_value();
}

} // namespace detail

/// Reads heads, one after the other. Hand it the bytes from the start of the message again and again while they grow;
/// the buffer may move in between. After `complete`, the accessors give views into the bytes they are handed, and the
/// next call of `parse` begins the next message. After `bad` it keeps its answer until `reset`, since nobody knows
/// where the next message begins.
template <head_side Side>
class head_parser {
  public:
    constexpr explicit head_parser(const read_limits& limits = {}) noexcept : limits_(limits) {
        if (limits_.head_bytes > largest_head_bytes) limits_.head_bytes = largest_head_bytes;
    }

    /// `bytes` starts with the first byte of the message and holds at least what it held in the call before; nothing of
    /// it is kept. Errors, in `problem()`: bad_start_line, bad_target, target_too_long, bad_http_version, bad_status,
    /// bare_line_end, control_character, bad_header_line, obsolete_line_folding, head_too_large, too_many_headers,
    /// value_too_long, conflicting_headers (Host, Content-Length, Transfer-Encoding); bytes_replaced, if `bytes` is
    /// shorter than in the call before, or differs from it at the start or where reading stopped. (Other bytes in the
    /// middle are not noticed: the message is then read as if part of it had come from each buffer.)
    /// Source: RFC 9112 2 to 5.
    constexpr outcome parse(std::string_view bytes) noexcept {
        if (!is_fresh() && !can_read(bytes)) return outcome_;
        const char* const buffer = bytes.data();
        const auto size =
            static_cast<std::uint32_t>(bytes.size() < limits_.head_bytes ? bytes.size() : limits_.head_bytes);
        do {
            if (scanned_ <= line_) {
                if (!started_) take_likely_start_line(buffer, size);
                if (started_) take_likely_lines(buffer, size);
            }
            const char* const end = buffer + size;
            const char* stop = buffer + line_;
            if (!is_line_end(stop, end)) {
                stop = detail::find<detail::control_character>(buffer, buffer + (line_ < scanned_ ? scanned_ : line_),
                                                               end);
            }
            scanned_ = static_cast<std::uint32_t>(stop - buffer);
            if (!is_line_end(stop, end)) {
                stop_short(buffer, size);
                return outcome_;
            }
            take_line(buffer, line_, scanned_);
            line_ = scanned_ + 2;
        } while (outcome_ == outcome::need_more);
        return outcome_;
    }

    /// Forgets the message: the next call of `parse` begins another one.
    constexpr void reset() noexcept {
        outcome_ = outcome::need_more;
        started_ = false;
        line_ = 0;
        scanned_ = 0;
        header_lines_ = 0;
        is_refused_ = false;
        error_ = {};
        fields_.clear();
    }

    /// What is wrong, after `bad`.
    [[nodiscard]] constexpr error problem() const noexcept { return error_; }
    /// The size of the head in bytes, after `complete`: where the body begins. 0 otherwise.
    [[nodiscard]] constexpr std::size_t size() const noexcept { return is_complete() ? line_ : 0; }

    /// The start line, after `complete`, of the bytes that were read, which `bytes` begins with; empty otherwise, and
    /// where `bytes` is shorter than the head. Borrows `bytes`.
    [[nodiscard]] constexpr request_line start_line(borrowed_text bytes BITSWIRE_LIFETIMEBOUND) const noexcept
        requires(Side == head_side::request) {
        return is_head_in(bytes) ? complete_start_line(bytes.data()) : request_line{};
    }
    [[nodiscard]] constexpr status_line start_line(std::string_view bytes) const noexcept
        requires(Side == head_side::response) {
        return is_head_in(bytes) ? complete_start_line(bytes.data()) : status_line{};
    }

    /// The known headers, under the same conditions; none otherwise. Borrows this object, until it reads again, and
    /// `bytes`.
    [[nodiscard]] constexpr fields_view<positioned_value>
    fields(borrowed_text bytes BITSWIRE_LIFETIMEBOUND) const noexcept BITSWIRE_LIFETIMEBOUND {
        if (!is_head_in(bytes)) return {detail::no_fields<late>, nullptr};
        return complete_fields(bytes.data());
    }

  private:
    template <class Packet>
    friend class message_parser;
    using late = std::void_t<std::integral_constant<head_side, Side>>; ///< void, where there is a parser

    static constexpr std::uint32_t largest_head_bytes = std::uint32_t{1} << 31;

    [[gnu::noinline, gnu::cold]] constexpr void fail(const error& e) noexcept {
        error_ = e;
        outcome_ = outcome::bad;
    }
    /// No header is named, and what is wrong is byte `at` of `part`, which is a part of the message.
    [[gnu::noinline, gnu::cold]] constexpr void fail(errc code, const char* buffer, std::string_view part,
                                                     std::size_t at = 0) noexcept {
        fail(error(code, header::none, static_cast<std::size_t>(part.data() - buffer) + at, part, at));
    }

    [[nodiscard]] constexpr auto complete_start_line([[maybe_unused]] const char* buffer) const noexcept {
        if constexpr (Side == head_side::request) {
            return request_line{method_.view(buffer), target_.view(buffer), method_.position(), 1};
        } else {
            return status_;
        }
    }
    [[nodiscard]] constexpr fields_view<positioned_value> complete_fields(const char* buffer) const noexcept {
        return {fields_, buffer};
    }
    /// A complete head is not that of a packet. `e` is the answer from now on.
    [[gnu::always_inline]] constexpr void refuse(const error& e) noexcept {
        is_refused_ = outcome_ == outcome::complete;
        outcome_ = outcome::bad;
        error_ = e;
    }
    [[nodiscard]] constexpr bool is_complete() const noexcept { return outcome_ == outcome::complete || is_refused_; }
    [[nodiscard]] constexpr bool is_head_in(std::string_view bytes) const noexcept {
        return is_complete() && bytes.size() >= line_;
    }

    /// What the first and the last of `size` bytes look like: other bytes than in the call before are a mistake that is
    /// easily made, by handing over only what is new.
    static constexpr std::uint32_t mark_of(const char* bytes, std::uint32_t size) noexcept {
        constexpr std::uint32_t looked_at = 8;
        std::uint32_t mark = 0;
        const auto add = [&](std::uint32_t i) { mark = (mark ^ static_cast<unsigned char>(bytes[i])) * 0x0100'0193U; };
        for (std::uint32_t i = 0; i < size && i < looked_at; ++i)
            add(i);
        for (std::uint32_t i = size < looked_at ? 0 : size - looked_at; i < size; ++i)
            add(i);
        return mark;
    }
    /// Whether no byte was read yet.
    [[nodiscard]] constexpr bool is_fresh() const noexcept { return scanned_ == 0 && outcome_ == outcome::need_more; }
    /// Whether `bytes` are of the next message, or begin with what was read of this one.
    [[gnu::noinline]] constexpr bool can_read(std::string_view bytes) noexcept {
        if (outcome_ == outcome::complete) {
            reset();
        } else if (outcome_ == outcome::need_more &&
                   (bytes.size() < scanned_ || mark_of(bytes.data(), scanned_) != mark_)) {
            fail({errc::bytes_replaced, header::none, 0});
        }
        return outcome_ == outcome::need_more;
    }

    /// Scanning stopped at `scanned_`, but not at the end of a line.
    [[gnu::noinline]] constexpr void stop_short(const char* buffer, std::uint32_t size) noexcept {
        const bool at_end = scanned_ == size || (buffer[scanned_] == '\r' && scanned_ + 1 == size);
        if (at_end) {
            mark_ = mark_of(buffer, scanned_);
            if (size == limits_.head_bytes) fail({errc::head_too_large, header::none, size});
            return;
        }
        const bool line_end = buffer[scanned_] == '\r' || buffer[scanned_] == '\n';
        const auto colon =
            static_cast<std::size_t>(detail::find<detail::colon>(buffer, buffer + line_, buffer + scanned_) - buffer);
        const bool in_header = started_ && colon != scanned_;
        const header h = in_header ? find_header<late>({buffer + line_, colon - line_}) : header::none;
        const errc code = line_end ? errc::bare_line_end : errc::control_character;
        if (h == header::none) return fail(code, buffer, {buffer + line_, scanned_ + 1 - line_}, scanned_ - line_);
        std::size_t value = colon + 1;
        while (is_ows(buffer[value]))
            ++value;
        // What stands behind it may not have come yet.
        fail(error(code, h, scanned_ - value, {buffer + value, scanned_ + 1 - value}));
    }

    [[gnu::always_inline]] static constexpr bool is_line_end(const char* at, const char* end) noexcept {
        return end - at >= 2 && is_text({at, 2}, "\r\n");
    }

    /// Takes the start line, if it is as Windows or IIS writes it. Whatever is less than usual is left to
    /// `take_start_line`, which could do all of it.
    [[gnu::always_inline]] constexpr void take_likely_start_line(const char* buffer, std::uint32_t size) noexcept {
        const std::string_view text{buffer + line_, size - line_};
        if constexpr (Side == head_side::request) {
            constexpr std::string_view start = "BITS_POST ";
            constexpr std::string_view end = " HTTP/1.1\r\n";
            if (text.size() <= start.size() + end.size() || !begins_with(text, start)) return;
            const char* const target = text.data() + start.size();
            if (*target != '/') return;
            // What is found, or is as far from the end as this, is looked at as the end of a line.
            const char* const stop = detail::find<detail::not_in_target>(buffer, target, buffer + size - end.size());
            const auto target_size = static_cast<std::size_t>(stop - target);
            if (!is_text({stop, end.size()}, end) || target_size > limits_.target_bytes) return;
            method_ = {line_, bits_post.size()};
            target_ = {line_ + start.size(), target_size};
            line_ = static_cast<std::uint32_t>(stop - buffer) + static_cast<std::uint32_t>(end.size());
        } else {
            constexpr std::size_t line_size = detail::usual_status_line.size();
            if (!begins_with(text, detail::usual_status_line) || !is_line_end(text.data() + line_size, buffer + size)) {
                return;
            }
            status_ = {detail::usual_status, 1};
            line_ += static_cast<std::uint32_t>(line_size) + 2;
        }
        started_ = true;
    }

    /// Takes lines for as long as they come in the order in which they are likely to, whichever of them are missing,
    /// and need no closer look. Whatever is less than usual is left to `take_line`, which could do all of it.
    constexpr void take_likely_lines(const char* buffer, std::uint32_t size) noexcept {
        if (limits_.header_lines - header_lines_ < likely_headers.size()) return;
        // No value is too long in so few bytes.
        const std::uint32_t looked_at = size < limits_.value_bytes ? size : limits_.value_bytes;
        if (looked_at < line_ + 2) return;
        likely_run run{buffer, buffer + line_, buffer + looked_at, 0, fields_.present()};
        take_each_likely_line(run, std::make_index_sequence<likely_headers.size()>{});
        line_ = static_cast<std::uint32_t>(run.line - buffer);
        header_lines_ += run.lines;
        fields_.set_present(run.present);
    }

    /// What `take_likely_lines` keeps in registers.
    struct likely_run {
        const char* const buffer;
        const char* line;
        const char* const end;
        std::uint32_t lines;
        header_set present;
    };

    template <std::size_t... Index>
    [[gnu::always_inline]] constexpr void take_each_likely_line(likely_run& run,
                                                                std::index_sequence<Index...> /*all*/) noexcept {
        static_cast<void>((take_likely_line<likely_headers[Index]>(run) && ...));
    }

    /// Takes the next line, if it is of header H; false if it is, but needs a closer look.
    template <header H>
    [[gnu::always_inline]] constexpr bool take_likely_line(likely_run& run) noexcept {
        constexpr const folded_name& start = detail::line_start<H>;
        constexpr std::size_t usual_size = usual_value(H, likely_kind).size();
        const auto readable = static_cast<std::size_t>(run.end - run.line);
        std::size_t size = usual_size;
        if (usual_size == 0 || !detail::usual_line<H, likely_kind>.begins(run.line, readable)) {
            if (!start.begins(run.line, readable)) return true;
            const char* const value = run.line + start.size();
            // What is found, or is two bytes from the end, is looked at as the end of a line.
            const char* const stop = detail::find<detail::not_printable>(run.buffer, value, run.end - 2);
            if (!is_text({stop, 2}, "\r\n") || is_blank(*value) || is_blank(stop[-1])) return false;
            size = static_cast<std::size_t>(stop - value);
        }
        if ((run.present & set_of(H)) != 0) return false;
        run.present |= set_of(H);
        const char* const value = run.line + start.size();
        fields_.set_value(H, {static_cast<std::size_t>(value - run.buffer), size});
        run.line = value + size + 2;
        ++run.lines;
        return true;
    }

    /// The line is [line, stop).
    constexpr void take_line(const char* buffer, std::uint32_t line, std::uint32_t stop) noexcept {
        if (stop == line) {
            // RFC 9112 2.2: empty lines before a request line are ignored.
            if (started_) outcome_ = outcome::complete;
            if (!started_ && Side == head_side::response) fail({errc::bad_start_line, header::none, line});
        } else if (started_) {
            take_header_line(buffer, line, stop);
        } else {
            started_ = true;
            take_start_line(buffer, {buffer + line, stop - line});
        }
    }

    [[gnu::noinline]] constexpr void take_start_line(const char* buffer, std::string_view line) noexcept {
        const auto at = [&](std::string_view part) {
            return positioned_value{static_cast<std::size_t>(part.data() - buffer), part.size()};
        };
        constexpr std::string_view protocol = "HTTP/";
        constexpr std::size_t version_size = 8; // HTTP/1.1
        const auto is_version = [&](std::string_view v) {
            return v.size() == version_size && begins_with(v, protocol) && is(char_class::digit, v[5]) && v[6] == '.' &&
                   is(char_class::digit, v[7]);
        };
        if constexpr (Side == head_side::request) {
            const std::size_t method_size = find_not(char_class::token, line);
            if (method_size == 0 || line.size() < method_size + 2 + version_size || line[method_size] != ' ' ||
                line[line.size() - version_size - 1] != ' ' ||
                !is_version({line.data() + line.size() - version_size, version_size})) {
                return fail(errc::bad_start_line, buffer, line);
            }
            const std::string_view version{line.data() + line.size() - version_size, version_size};
            const std::string_view target{line.data() + method_size + 1, line.size() - version_size - method_size - 2};
            if (!is_text(version, "HTTP/1.1")) return fail(errc::bad_http_version, buffer, version);
            if (target.size() > limits_.target_bytes) {
                return fail(errc::target_too_long, buffer, target, limits_.target_bytes);
            }
            if (!detail::is_target(target)) return fail(errc::bad_target, buffer, target);
            method_ = at({line.data(), method_size});
            target_ = at(target);
        } else {
            if (!begins_with(line, "HTTP/1.1")) {
                const std::string_view version = line.substr(0, version_size);
                if (!is_version(version)) return fail(errc::bad_start_line, buffer, line);
                if (version != "HTTP/1.0") return fail(errc::bad_http_version, buffer, version);
            }
            // " 200 ", and the reason; the last blank may be missing.
            const std::string_view rest{line.data() + version_size, line.size() - version_size};
            constexpr std::size_t digits = 3;
            const bool is_long_enough = rest.size() > digits;
            const number status = parse_decimal({rest.data() + 1, is_long_enough ? digits : 0}, 599);
            if (!is_long_enough || rest[0] != ' ' || status.status != number_status::ok || status.value < 100 ||
                (rest.size() > digits + 1 && rest[digits + 1] != ' ')) {
                return fail(errc::bad_status, buffer, line, detail::status_offset);
            }
            status_ = {static_cast<std::uint16_t>(status.value),
                       static_cast<std::uint8_t>(line[version_size - 1] - '0')};
        }
    }

    /// White space, where control characters other than HTAB are known to be absent.
    static constexpr bool is_blank(char c) noexcept { return static_cast<unsigned char>(c) <= ' '; }

    static constexpr positioned_value trimmed(const char* buffer, std::uint32_t first, std::uint32_t last) noexcept {
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

    [[gnu::noinline]] constexpr void take_header_line(const char* buffer, std::uint32_t line,
                                                      std::uint32_t stop) noexcept {
        if (++header_lines_ > limits_.header_lines) return fail({errc::too_many_headers, header::none, 0});
        const auto colon =
            static_cast<std::uint32_t>(detail::find<detail::colon>(buffer, buffer + line, buffer + stop) - buffer);
        const std::string_view text{buffer + line, stop - line};
        if (colon == stop) return fail(bad_line(buffer[line]), buffer, text);
        const std::string_view name{buffer + line, colon - line};
        const header h = find_header<late>(name, stop - line);
        if (h == header::none) {
            const std::size_t bad = find_not(char_class::token, name);
            if (bad == name.size() && !name.empty()) return; // unknown, and of no further interest
            const errc e = bad == 0 ? bad_line(buffer[line]) : errc::bad_header_line;
            return fail(e, buffer, text, bad);
        }
        const positioned_value value = trimmed(buffer, colon + 1, stop);
        const errc e = fields_.add(h, value, buffer, limits_);
        if (e != errc::ok) fail(error(e, h, e == errc::value_too_long ? limits_.value_bytes : 0, value.view(buffer)));
    }

    /// Of Fragments and their Acks there are most.
    static constexpr message_kind likely_kind =
        Side == head_side::request ? message_kind::fragment_request : message_kind::fragment_ack;
    static constexpr const auto& likely_headers = detail::headers_in_order<likely_kind>;

    read_limits limits_;
    outcome outcome_ = outcome::need_more;
    bool started_ = false;
    bool is_refused_ = false;
    std::uint32_t line_ = 0;    ///< where the current line starts
    std::uint32_t scanned_ = 0; ///< up to here no line end was found
    std::uint32_t header_lines_ = 0;
    std::uint32_t mark_ = 0; ///< of the bytes up to `scanned_`
    positioned_value method_{};
    positioned_value target_{};
    status_line status_{};
    error error_{};
    field_set<positioned_value> fields_{};
};

using request_head_parser = head_parser<head_side::request>;
using response_head_parser = head_parser<head_side::response>;

/// The value of the first header named `name` (any letter case) in a head that was read completely, known to the
/// library or not: how a server looks at Authorization. No header has an empty name. Borrows `head`.
/// Source: RFC 9110 5.
[[nodiscard]] constexpr std::optional<std::string_view> find_field(borrowed_text head BITSWIRE_LIFETIMEBOUND,
                                                                   std::string_view name) noexcept {
    if (name.empty()) return std::nullopt;
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
