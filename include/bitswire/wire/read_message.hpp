// bitswire/wire/read_message.hpp: messages to packets, through both doors: raw bytes, and headers from another HTTP
// library.
//
// Both doors fill a field_set and then run the same code, so that they agree. A packet that breaks the rules of its
// kind is an error that says which header; use nothing of it then.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_READ_MESSAGE_HPP
#define BITSWIRE_WIRE_READ_MESSAGE_HPP

#include "../base/ascii.hpp"
#include "../base/borrowed_text.hpp"
#include "../base/number.hpp"
#include "../base/scan.hpp"
#include "../spec/error.hpp"
#include "../spec/header.hpp"
#include "../spec/limits.hpp"
#include "field_set.hpp"
#include "head.hpp"
#include "packet.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bitswire {

/// What reading raw bytes has come to. `packet` counts only after `complete`, and has nothing in it otherwise;
/// `problem` counts only after `bad`.
template <class Packet>
struct [[nodiscard]] parsed {
    outcome state = outcome::need_more;
    error problem{};
    std::size_t consumed = 0; ///< size of the head; the body begins there
    Packet packet{};

    [[nodiscard]] constexpr bool is_complete() const noexcept { return state == outcome::complete; }
    [[nodiscard]] constexpr bool is_bad() const noexcept { return state == outcome::bad; }
};

namespace detail {

/// Stores a text header in the member that holds it, if it is `wanted`, and says whether it is short enough.
template <std::size_t Index, class Packet, class Value>
[[gnu::always_inline]] constexpr bool read_text_member(const fields_view<Value>& fields, header_set wanted,
                                                       Packet& packet, error& problem) noexcept {
    constexpr text_member<Packet> t = packet_traits<Packet>::text[Index];
    constexpr std::size_t limit = row_of(t.id).max_read;
    if ((wanted & set_of(t.id)) == 0) return true;
    packet.*t.member = present_header::text(fields, t.id);
    if (limit == 0 || (packet.*t.member).size() <= limit) return true;
    problem = fields.fail(errc::value_too_long, t.id, limit);
    return false;
}
template <class Packet, class Value, std::size_t... Index>
[[gnu::always_inline]] constexpr error read_text_members(const fields_view<Value>& fields, header_set wanted,
                                                         Packet& packet,
                                                         std::index_sequence<Index...> /*all*/) noexcept {
    error problem;
    static_cast<void>((read_text_member<Index>(fields, wanted, packet, problem) && ...));
    return problem;
}

/// Stores the text headers of a message of kind `kind` in their members. Errors: value_too_long.
template <class Packet, class Value>
[[gnu::always_inline]] constexpr error read_text(const fields_view<Value>& fields, message_kind kind,
                                                 Packet& packet) noexcept {
    return read_text_members(fields, readable_headers(kind) & fields.present(), packet,
                             std::make_index_sequence<packet_traits<Packet>::text.size()>{});
}

/// Errors: missing_header and missing_content_length, unless every required header of the kind is there or in `waived`;
/// conflicting_headers, if a header that the kind reads came with different values.
template <class Value>
constexpr error check_presence(const fields_view<Value>& fields, message_kind kind, header_set waived = 0) noexcept {
    const header_set missing = required_headers(kind) & ~fields.present() & ~waived;
    const header_set conflicting = readable_headers(kind) & fields.conflicting();
    if ((missing | conflicting) == 0) return {};
    if (conflicting != 0) {
        return fields.fail(errc::conflicting_headers, static_cast<header>(std::countr_zero(conflicting)));
    }
    const auto h = static_cast<header>(std::countr_zero(missing));
    return {h == header::content_length ? errc::missing_content_length : errc::missing_header, h, 0};
}

/// Reads a decimal value. Errors: bad_number, number_overflow.
template <class Value>
[[gnu::always_inline]] constexpr error read_decimal(const fields_view<Value>& fields, header h, std::uint64_t limit,
                                                    std::uint64_t& out) noexcept {
    const number n = parse_decimal(fields.text(h), limit);
    if (n.status == number_status::ok) {
        out = n.value;
        return {};
    }
    return fields.fail(n.status == number_status::overflow ? errc::number_overflow : errc::bad_number, h, n.offset);
}

/// How the body of a request is framed: by Content-Length, or not at all. Errors: conflicting_framing, bad_number,
/// number_overflow.
template <class Value>
constexpr error read_request_body(const fields_view<Value>& fields, std::uint64_t& size_bytes) noexcept {
    if (fields.has(header::transfer_encoding)) return fields.fail(errc::conflicting_framing, header::transfer_encoding);
    if (!fields.has(header::content_length)) return {};
    return read_decimal(fields, header::content_length, UINT64_MAX, size_bytes);
}

/// How the body of a response is framed (RFC 9112 6.3). Errors: as above; Transfer-Encoding alone is none, but in
/// HTTP/1.0.
template <class Value>
[[gnu::always_inline]] constexpr error read_response_body(const fields_view<Value>& fields, const status_line& start,
                                                          body_framing& body) noexcept {
    if (fields.has(header::transfer_encoding)) {
        if (fields.has(header::content_length) || start.minor_version == 0) {
            return fields.fail(errc::conflicting_framing, header::transfer_encoding);
        }
        list_tokens codings(fields.text(header::transfer_encoding));
        std::string_view last;
        for (std::string_view c = codings.next(); !c.empty(); c = codings.next())
            last = c;
        body.end = iequals(last, "chunked") ? body_end::chunked : body_end::connection;
    } else if (fields.has(header::content_length)) {
        if (error e = read_decimal(fields, header::content_length, UINT64_MAX, body.size_bytes)) return e;
    } else {
        body.end = body_end::connection;
    }
    if (!may_have_body(start.status)) body = {};
    return {};
}

/// Whether the connection stays open after a response (RFC 9112 9.3).
template <class Value>
constexpr bool read_keep_alive(const fields_view<Value>& fields, const status_line& start,
                               const body_framing& body) noexcept {
    const connection_options wanted = fields.connection();
    if (wanted.close || body.end == body_end::connection) return false;
    return start.minor_version != 0 || wanted.keep_alive;
}

/// Whether a request waits for 100 (Continue). Errors: unsupported_expectation.
template <class Value>
[[gnu::always_inline]] constexpr error read_expect(const fields_view<Value>& fields, bool& expects_continue) noexcept {
    if (!fields.has(header::expect)) return {};
    if (!iequals(fields.text(header::expect), "100-continue")) {
        return fields.fail(errc::unsupported_expectation, header::expect);
    }
    expects_continue = true;
    return {};
}

/// Views borrow what another library owns; a text that it makes for the occasion would be gone before the packet is
/// used. `Text` is the type of the expression that names the text, `owner_stays` whether the object that it is part of
/// stays.
template <class Text>
consteval bool can_be_borrowed(bool owner_stays) {
    return (std::is_lvalue_reference_v<Text> && owner_stays) || std::is_trivially_copyable_v<std::remove_cvref_t<Text>>;
}

template <class Text>
constexpr std::string_view as_view(const Text& text) noexcept {
    if constexpr (std::is_pointer_v<Text>) {
        return text != nullptr ? std::string_view{text} : std::string_view{};
    } else if constexpr (requires { std::string_view{text.data(), text.size()}; }) {
        return {text.data(), text.size()};
    } else {
        return std::string_view{text};
    }
}

/// The name of a field: Boost.Beast's, of a pair, of a struct.
template <class Field>
constexpr decltype(auto) name_of_field(const Field& f) noexcept {
    if constexpr (requires { f.name_string(); }) {
        return f.name_string();
    } else if constexpr (requires { f.first; }) {
        return (f.first);
    } else {
        return (f.name);
    }
}

template <class Field>
constexpr decltype(auto) value_of_field(const Field& f) noexcept {
    if constexpr (requires { f.value(); }) {
        return f.value();
    } else if constexpr (requires { f.second; }) {
        return (f.second);
    } else {
        return (f.value);
    }
}

template <class Value>
constexpr error add_borrowed(field_set<Value>& fields, std::string_view name, std::string_view value,
                             const read_limits& limits) noexcept {
    if (name.empty() || find_not(char_class::token, name) != name.size())
        return {errc::bad_header_line, header::none, 0, name};
    const header h = find_header<std::void_t<Value>>(name);
    if (h == header::none) return {};
    value = trim_ows(value);
    if (const std::size_t bad = find_control(value); bad != value.size()) {
        return {errc::control_character, h, bad, value};
    }
    const errc e = fields.add(h, Value{value}, nullptr, limits);
    if (e == errc::ok) return {};
    return {e, h, e == errc::value_too_long ? std::size_t{limits.value_bytes} : 0, value};
}

/// Takes the known headers of a range of fields, or of a look-up `std::string_view(name)` that gives an empty text for
/// a header that is absent.
template <class Headers>
constexpr error collect(const Headers& headers, const read_limits& limits, field_set<borrowed_value>& fields) noexcept {
    if constexpr (requires { headers(std::string_view{}); }) {
        static_assert(can_be_borrowed<decltype(headers(std::string_view{}))>(true), "the look-up makes its text anew");
        for (const header_spelling& s : header_spellings<std::void_t<Headers>>) {
            const std::string_view value = as_view(headers(s.name.view()));
            if (value.empty()) continue;
            if (error e = add_borrowed(fields, s.name.view(), value, limits)) return e;
        }
    } else {
        std::uint32_t lines = 0;
        for (auto&& f : headers) {
            if (++lines > limits.header_lines) return {errc::too_many_headers, header::none, 0};
            static_assert(can_be_borrowed<decltype(value_of_field(f))>(std::is_lvalue_reference_v<decltype(f)>),
                          "the range makes its texts anew");
            const std::string_view name = as_view(name_of_field(f));
            if (error e = add_borrowed(fields, name, as_view(value_of_field(f)), limits)) return e;
        }
    }
    return {};
}

/// What `head_parser` checks of a start line, for one that somebody else has read.
constexpr error check_start(const request_line& start, const read_limits& limits) noexcept {
    const std::size_t target_at = start.offset + start.method.size() + 1;
    if (start.minor_version != 1) {
        return {errc::bad_http_version, header::none, static_cast<std::uint32_t>(target_at + start.target.size() + 1)};
    }
    if (start.target.size() > limits.target_bytes) {
        return {errc::target_too_long, header::none, target_at + limits.target_bytes, start.target,
                limits.target_bytes};
    }
    return is_target(start.target) ? error{} : error{errc::bad_target, header::none, target_at, start.target, 0};
}
constexpr error check_start(const status_line& start, const read_limits& /*limits*/) noexcept {
    return start.status >= 100 && start.status <= 599 ? error{} : error{errc::bad_status, header::none, status_offset};
}

/// Whether the settings of a reader make sense. Errors: bad_setting.
template <class Packet>
constexpr error check_settings(const typename packet_traits<Packet>::settings& settings) noexcept {
    if constexpr (requires { packet_traits<Packet>::check_settings(settings); }) {
        return packet_traits<Packet>::check_settings(settings);
    } else {
        return {};
    }
}

template <head_side Side>
struct start_line_of {
    using type = request_line;
};
template <>
struct start_line_of<head_side::response> {
    using type = status_line;
};

} // namespace detail

/// Door 1: reads one message of type `Packet` from raw bytes. Hand it the bytes from the start of the message again and
/// again while they grow; the buffer may move in between. No byte is scanned twice, and any split of the input gives
/// the same answer. The views in a packet borrow the bytes of the call that returned it. After `complete` the next call
/// begins the next message, with the bytes behind `consumed` and the body; so it is behind a 1xx answer. After `bad`
/// the parser keeps its answer until `reset`, since nobody knows where the next message begins.
template <class Packet>
class message_parser {
    using traits = detail::packet_traits<Packet>;

  public:
    using settings = typename traits::settings;

    constexpr explicit message_parser(
        const settings& s = {}) noexcept requires std::is_default_constructible_v<settings> : settings_(s),
                                                                                              head_(s.limits) {
        check_settings();
    }
    /// Where settings have no default: the parser of an Ack is always told what is answered.
    constexpr explicit message_parser(const settings& s) noexcept requires(!std::is_default_constructible_v<settings>)
        : settings_(s), head_(s.limits) {
        check_settings();
    }

    /// `bytes` starts with the first byte of the message. Errors: those of `head_parser::parse`; bad_method,
    /// missing_header, missing_content_length, conflicting_headers, conflicting_framing, and those of the values that
    /// the packet's kind has; bad_setting.
    constexpr parsed<Packet> parse(borrowed_text bytes BITSWIRE_LIFETIMEBOUND) noexcept {
        parsed<Packet> r = std::is_constant_evaluated() ? parsed<Packet>{} : nothing_yet();
        r.state = head_.parse(bytes);
        if (r.state == outcome::complete) {
            r.problem = traits::read(head_.complete_start_line(bytes.data()), head_.complete_fields(bytes.data()),
                                     settings_, r.packet);
            if (r.problem) {
                r.state = outcome::bad;
                r.packet = {}; // what was read so far may look like a success to a caller who does not look at `state`
                head_.refuse(r.problem);
            } else {
                r.consumed = head_.line_;
            }
        } else {
            r.problem = head_.problem();
        }
        return r;
    }

    /// Forgets the message: the next call of `parse` begins another one.
    constexpr void reset() noexcept {
        head_.reset();
        check_settings();
    }

    /// The head as HTTP, for messages that are none of the protocol's, such as the GET of a reply file: there also
    /// where only the packet is bad.
    [[nodiscard]] constexpr const head_parser<traits::side>& head() const noexcept BITSWIRE_LIFETIMEBOUND {
        return head_;
    }

  private:
    [[gnu::always_inline]] constexpr void check_settings() noexcept {
        if (const error e = detail::check_settings<Packet>(settings_)) head_.refuse(e);
    }
    /// Copied from memory, which costs a third of what compilers make of clearing two hundred bytes (`rep stos`).
    [[gnu::noinline]] static const parsed<Packet>& nothing_yet() noexcept {
        static constexpr parsed<Packet> nothing{};
        return nothing;
    }

    settings settings_;
    head_parser<traits::side> head_;
};

/// Door 2: a message of type `Packet` that another HTTP library has read: its start line, and `headers`, which is a
/// range of fields (pairs, structs with `name` and `value`, or Boost.Beast's fields) or a look-up
/// `text(std::string_view name)` that gives an empty text for a header that is absent; a look-up cannot show headers
/// that come twice or are empty. The views in the packet borrow from both. Errors: as of `message_parser`, but for
/// those of lines and of the head's size, which the other library has dealt with. Offsets are those of `error::offset`.
template <class Packet, class Headers>
[[nodiscard]] constexpr result<Packet>
parse_message(typename detail::start_line_of<detail::packet_traits<Packet>::side>::type start BITSWIRE_LIFETIMEBOUND,
              const Headers& headers, const typename detail::packet_traits<Packet>::settings& settings = {}) noexcept {
    if (error e = detail::check_settings<Packet>(settings)) return e;
    if (error e = detail::check_start(start, settings.limits)) return e;
    field_set<borrowed_value> fields;
    if (error e = detail::collect(headers, settings.limits, fields)) return e;
    result<Packet> r{Packet{}};
    const fields_view<borrowed_value> view(fields, nullptr);
    if (error e = detail::packet_traits<Packet>::read(start, view, settings, *r)) return e;
    return r;
}

} // namespace bitswire

#endif
