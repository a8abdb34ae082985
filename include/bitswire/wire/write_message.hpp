// bitswire/wire/write_message.hpp: packets to messages, through both doors: into a buffer, and header by header into
// another HTTP library.
//
// Follows the presence matrix row by row, so that order and spelling are those of Windows. Strict: a value that would
// break the message, or that would not read back equal, is refused before anything is written.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_WRITE_MESSAGE_HPP
#define BITSWIRE_WIRE_WRITE_MESSAGE_HPP

#include "../base/text_writer.hpp"
#include "../spec/error.hpp"
#include "../spec/header.hpp"
#include "../spec/http_status.hpp"
#include "check_message.hpp"
#include "content_range.hpp"
#include "guid.hpp"
#include "packet.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bitswire {

namespace detail {

/// No start line without its target is longer.
inline constexpr std::size_t longest_start_line = 48;
/// No value that is not the text of a member is longer than a range, and most are no longer than a number.
inline constexpr std::size_t longest_value = longest_content_range;
constexpr std::size_t longest_value_of(header h) noexcept {
    if (h == header::content_range) return longest_content_range;
    return h == header::protocol || h == header::supported_protocols ? guid_text_size : number_text::capacity;
}

/// What stands between two values: the end of a line, and how the next begins.
template <header H>
inline constexpr auto between_values = joined<name_of(H).size() + 4>({"\r\n"sv, name_of(H), ": "sv});
/// The same with the value that the header has, always or nearly so.
template <header H, message_kind Kind>
inline constexpr auto usual_between =
    joined<name_of(H).size() + 4 + usual_value(H, Kind).size()>({between_values<H>.view(), usual_value(H, Kind)});

/// Takes a message as text. The line before a header is ended with the header.
template <class Text>
class text_sink {
  public:
    constexpr explicit text_sink(Text& out) noexcept : out_(&out) {}
    template <header H, class Value>
    [[gnu::always_inline]] constexpr void field(const Value& value) noexcept {
        out_->put(between_values<H>);
        put_text(*out_, value);
    }
    template <header H, message_kind Kind>
    [[gnu::always_inline]] constexpr void usual_field() noexcept {
        out_->put(usual_between<H, Kind>);
    }

  private:
    Text* out_;
};

/// Hands headers to somebody else's message.
template <class Visit>
class visit_sink {
  public:
    constexpr explicit visit_sink(Visit& visit) noexcept : visit_(&visit) {}
    template <header H, class Value>
    constexpr void field(const Value& value) noexcept {
        if constexpr (std::is_convertible_v<Value, std::string_view>) {
            (*visit_)(name_of(H), std::string_view{value});
        } else {
            char text[longest_value + text_overrun] = {};
            text_writer out(text);
            put_text(out, value);
            (*visit_)(name_of(H), std::string_view{text, static_cast<std::size_t>(out.end() - text)});
        }
    }
    template <header H, message_kind Kind>
    constexpr void usual_field() noexcept {
        (*visit_)(name_of(H), usual_value(H, Kind));
    }

  private:
    Visit* visit_;
};

/// Which of a packet's text members holds the header of a row, or how many there are, if none does.
template <class Packet, std::size_t Row>
inline constexpr std::size_t text_member_of = [] {
    std::size_t i = 0;
    while (i < packet_traits<Packet>::text.size() && packet_traits<Packet>::text[i].id != static_cast<header>(Row))
        ++i;
    return i;
}();

/// What a packet's traits hand the value of header H to.
template <header H, class Sink>
struct field_emitter {
    Sink& sink;
    template <class Value>
    [[gnu::always_inline]] constexpr void operator()(const Value& value) const noexcept {
        sink.template field<H>(value);
    }
    /// The value that the header has in messages of this kind, always or nearly so.
    template <message_kind Kind>
    [[gnu::always_inline]] constexpr void usual() const noexcept {
        sink.template usual_field<H, Kind>();
    }
};

/// The headers that some message of a packet may have, and those that all of them have.
template <class Packet>
inline constexpr header_set headers_of_any = [] {
    header_set any = 0;
    for (const message_kind kind : packet_traits<Packet>::kinds)
        any |= writable_headers(kind);
    return any;
}();
template <class Packet>
inline constexpr header_set headers_of_each = [] {
    header_set each = packet_traits<Packet>::usual;
    for (const message_kind kind : packet_traits<Packet>::kinds)
        each &= sent_headers(kind);
    return each;
}();

/// Writes those of `Count` headers from row `First` of the table on for which there is a text, or that are among
/// `headers`, in the order of the table.
template <std::size_t First, std::size_t Count, class Packet, class Sink>
[[gnu::always_inline]] constexpr void put_fields(const Packet& packet, header_set headers, Sink& sink) noexcept {
    constexpr header_set mine = headers_of_any<Packet> & ((header_set{2} << (Count - 1)) - 1) << First;
    constexpr bool some_always = (mine & (headers_of_texts<Packet> | headers_of_each<Packet>)) != 0;
    if constexpr (mine == 0) {
        return;
    } else if constexpr (text_member_of<Packet, First> < packet_traits<Packet>::text.size() && Count == 1) {
        const std::string_view value = packet.*packet_traits<Packet>::text[text_member_of<Packet, First>].member;
        if (!value.empty()) sink.template field<static_cast<header>(First)>(value);
    } else {
        if (!some_always && (headers & mine) == 0) return; // all of them at once: most messages have none
        if constexpr (Count == 1) {
            constexpr auto h = static_cast<header>(First);
            packet_traits<Packet>::template put_value<h>(packet, field_emitter<h, Sink>{sink});
        } else {
            put_fields<First, Count / 2>(packet, headers, sink);
            put_fields<First + Count / 2, Count - Count / 2>(packet, headers, sink);
        }
    }
}
template <class Packet, class Sink>
[[gnu::always_inline]] constexpr void put_fields(const Packet& packet, header_set headers, Sink sink) noexcept {
    put_fields<0, header_count>(packet, headers, sink);
}

/// Writes a packet that was checked.
template <class Packet, class Text>
[[gnu::always_inline]] constexpr void put_message(const Packet& packet, header_set headers, Text& out) noexcept {
    packet_traits<Packet>::put_start_line(packet, out);
    put_fields(packet, headers, text_sink<Text>(out));
    out.put("\r\n\r\n");
}

/// At least as much as the head of a packet takes, by its kind, without the texts that are of any length.
template <class Packet>
consteval std::array<std::size_t, message_kind_count> make_fixed_bounds() {
    std::array<std::size_t, message_kind_count> bounds{};
    for (const message_kind kind : packet_traits<Packet>::kinds) {
        std::size_t& bound = bounds[static_cast<std::size_t>(kind)];
        bound = longest_start_line + 4 + text_overrun;
        for (std::size_t h = 0; h < header_count; ++h) {
            if (presence_of(static_cast<header>(h), kind) < presence::optional) continue;
            bool is_text = false;
            for (const text_member<Packet>& t : packet_traits<Packet>::text)
                is_text = is_text || t.id == static_cast<header>(h);
            bound +=
                name_of(static_cast<header>(h)).size() + 4 + (is_text ? 0 : longest_value_of(static_cast<header>(h)));
        }
    }
    return bounds;
}
template <class Packet>
inline constexpr auto fixed_bounds = make_fixed_bounds<Packet>();

/// At least as much as `put_message` writes.
template <class Packet>
[[gnu::always_inline]] constexpr std::size_t bound_size(const Packet& packet, message_kind kind) noexcept {
    const std::size_t fixed = fixed_bounds<Packet>[static_cast<std::size_t>(kind)];
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        return ((fixed + packet_traits<Packet>::start_line_text(packet).size()) + ... +
                (packet.*packet_traits<Packet>::text[Index].member).size());
    }
    (std::make_index_sequence<packet_traits<Packet>::text.size()>{});
}

/// `METHOD target HTTP/1.1`, without its end.
template <class Text>
[[gnu::always_inline]] constexpr void put_request_line(Text& out, std::string_view method_and_blank,
                                                       std::string_view target) noexcept {
    out.put(method_and_blank);
    out.put(target);
    out.put(" HTTP/1.1");
}

/// `HTTP/1.1 status reason`, without its end.
template <class Text>
[[gnu::always_inline]] constexpr void put_status_line(Text& out, std::uint16_t status) noexcept {
    if (status == usual_status) [[likely]] {
        out.put(usual_status_line);
    } else {
        out.put("HTTP/1.1 ");
        out.put_decimal(status);
        out.put(" ");
        out.put(reason_of(status));
    }
}

/// Writes of a packet that was checked what fits, and returns the size of all of it.
template <class Packet>
[[gnu::noinline]] constexpr std::size_t put_carefully(const Packet& packet, header_set headers,
                                                      std::span<char> out) noexcept {
    careful_writer writer(out);
    put_message(packet, headers, writer);
    return writer.size();
}

/// Writes a packet that was checked to a buffer that has no room to spare, or is too small.
template <class Packet>
[[gnu::noinline]] constexpr result<std::size_t> put_tightly(const Packet& packet, header_set headers, std::size_t bound,
                                                            std::span<char> out) noexcept {
    constexpr error too_small{errc::buffer_too_small, header::none, 0};
    char scratch[1024]; // enough but for very long texts
    if (bound > sizeof scratch || std::is_constant_evaluated()) {
        if (out.size() < put_carefully(packet, headers, {})) return too_small;
        return put_carefully(packet, headers, out);
    }
    text_writer writer(scratch);
    put_message(packet, headers, writer);
    const auto size = static_cast<std::size_t>(writer.end() - scratch);
    if (out.size() < size) return too_small;
    std::memcpy(out.data(), scratch, size);
    return size;
}

/// The value of a header that is the same for all requests, or nearly so.
template <header H, class Request, class Put>
[[gnu::always_inline]] constexpr void put_request_value(const Request& r, Put put) noexcept {
    if constexpr (H == header::expect) {
        put(std::string_view{"100-continue"});
    } else if constexpr (H == header::connection) {
        if (r.keep_alive) {
            put.template usual<message_kind::ping_request>();
        } else {
            put(std::string_view{"close"});
        }
    } else {
        put.template usual<message_kind::ping_request>();
    }
}

} // namespace detail

/// The exact size in bytes of what `write_message` writes. Errors: unsendable_value, unsendable_combination.
template <class Packet>
[[nodiscard]] constexpr result<std::size_t> size_of_message(const Packet& packet) noexcept {
    header_set headers = 0;
    if (const error e = detail::check_packet(packet, detail::packet_traits<Packet>::kind_of(packet), headers)) return e;
    return detail::put_carefully(packet, headers, {});
}

/// Door 1: writes the head of a packet, order and spelling as Windows and IIS have them, and returns its size; a body
/// follows it. What is written reads back equal. `out` may not hold what the packet's views borrow; behind the head,
/// some more of it may be overwritten. With room to spare it is faster: a kilobyte is enough for what Windows sends.
/// Errors: unsendable_value, unsendable_combination, buffer_too_small; nothing is written then.
template <class Packet>
[[nodiscard]] constexpr result<std::size_t> write_message(const Packet& packet, std::span<char> out) noexcept {
    const message_kind kind = detail::packet_traits<Packet>::kind_of(packet);
    header_set headers = 0;
    if (const error e = detail::check_packet(packet, kind, headers)) return e;
    const std::size_t bound = detail::bound_size(packet, kind);
    if (out.size() < bound) [[unlikely]]
        return detail::put_tightly(packet, headers, bound, out);
    detail::text_writer writer(out.data());
    detail::put_message(packet, headers, writer);
    return static_cast<std::size_t>(writer.end() - out.data());
}

/// Door 2: hands the headers of a packet to `visit(std::string_view name, std::string_view value)`, for another HTTP
/// library to send. The views live during the call. Errors: unsendable_value, unsendable_combination; nothing is
/// visited then.
template <class Packet, class Visit>
[[nodiscard]] constexpr error visit_headers(const Packet& packet, Visit visit) noexcept {
    header_set headers = 0;
    if (const error e = detail::check_packet(packet, detail::packet_traits<Packet>::kind_of(packet), headers)) return e;
    detail::put_fields(packet, headers, detail::visit_sink<Visit>(visit));
    return {};
}

} // namespace bitswire

#endif
