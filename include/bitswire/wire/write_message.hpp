// bitswire/wire/write_message.hpp: packets to messages, through both doors: into a buffer, and header by header into
// another HTTP library.
//
// Follows the presence matrix row by row, so that order and spelling are those of Windows. Strict: a value that would
// break the message, or that would not read back equal, is refused before anything is written.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_WRITE_MESSAGE_HPP
#define BITSWIRE_WIRE_WRITE_MESSAGE_HPP

#include "../base/ascii.hpp"
#include "../base/number.hpp"
#include "../base/scan.hpp"
#include "../spec/error.hpp"
#include "../spec/header.hpp"
#include "../spec/http_status.hpp"
#include "../spec/limits.hpp"
#include "head.hpp"
#include "host.hpp"
#include "packet.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bitswire {

namespace detail {

/// Counts what a writer would write.
class size_sink {
  public:
    constexpr void put(std::string_view text) noexcept { size_ += text.size(); }
    constexpr void field(std::string_view name, std::string_view value) noexcept {
        size_ += name.size() + value.size() + 4;
    }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

  private:
    std::size_t size_ = 0;
};

/// Writes to a buffer that is known to be large enough.
class buffer_sink {
  public:
    constexpr explicit buffer_sink(char* at) noexcept : at_(at) {}
    constexpr void put(std::string_view text) noexcept {
        if (std::is_constant_evaluated()) {
            for (std::size_t i = 0; i < text.size(); ++i)
                at_[i] = text[i];
        } else if (!text.empty()) {
            std::memcpy(at_, text.data(), text.size());
        }
        at_ += text.size();
    }
    constexpr void field(std::string_view name, std::string_view value) noexcept {
        put(name);
        put(": ");
        put(value);
        put("\r\n");
    }

  private:
    char* at_;
};

/// Hands header lines to somebody else's message.
template <class Visit>
class visit_sink {
  public:
    constexpr explicit visit_sink(Visit& visit) noexcept : visit_(&visit) {}
    constexpr void field(std::string_view name, std::string_view value) noexcept { (*visit_)(name, value); }

  private:
    Visit* visit_;
};

template <class Packet>
consteval std::size_t find_text_member(header h) {
    std::size_t i = 0;
    while (i < packet_traits<Packet>::text.size() && packet_traits<Packet>::text[i].id != h)
        ++i;
    return i;
}

/// Writes one header of a packet of kind `Kind`, if it has a value.
template <message_kind Kind, header H, class Packet, class Sink>
constexpr void put_field(const Packet& packet, Sink& sink) noexcept {
    if constexpr (presence_of(H, Kind) >= presence::optional) {
        constexpr std::string_view name = header_rows[static_cast<std::size_t>(H)].name;
        constexpr std::size_t member = find_text_member<Packet>(H);
        if constexpr (member < packet_traits<Packet>::text.size()) {
            const std::string_view value = packet.*packet_traits<Packet>::text[member].member;
            if (!value.empty()) sink.field(name, value);
        } else {
            packet_traits<Packet>::template put_value<H>(
                packet, [&](std::string_view value) noexcept { sink.field(name, value); });
        }
    }
}

/// Writes all headers of a packet of kind `Kind`, in the order of the table.
template <message_kind Kind, class Packet, class Sink>
constexpr void put_fields(const Packet& packet, Sink& sink) noexcept {
    [&]<std::size_t... H>(std::index_sequence<H...>) { (put_field<Kind, static_cast<header>(H)>(packet, sink), ...); }
    (std::make_index_sequence<header_count>{});
}

/// Checks the text members: present where the kind wants them, absent where it never has them, and of a form and length
/// that may be sent. Errors: unsendable_value, unsendable_combination; the offset is that in the value.
template <class Packet>
constexpr error check_text(const Packet& packet, message_kind kind) noexcept {
    for (const text_member<Packet>& t : packet_traits<Packet>::text) {
        const std::string_view value = packet.*t.member;
        const presence rule = presence_of(t.id, kind);
        if (value.empty()) {
            if (rule == presence::required) return {errc::unsendable_value, t.id, 0};
            continue;
        }
        if (rule < presence::optional) return {errc::unsendable_combination, t.id, 0};
        const std::size_t limit = row_of(t.id).max_sent != 0 ? row_of(t.id).max_sent : read_limits{}.value_bytes;
        std::size_t bad = value.size() > limit ? limit : find_control(value);
        if (is_ows(value.back())) bad = value.size() - 1;
        if (is_ows(value.front())) bad = 0;
        if (bad != value.size()) return {errc::unsendable_value, t.id, static_cast<std::uint32_t>(bad)};
    }
    return {};
}

/// Checks what a request line and Host are made of. Errors: unsendable_value.
constexpr error check_request_line(std::string_view target, std::string_view host) noexcept {
    if (target.size() > read_limits{}.target_bytes || !is_target(target))
        return {errc::unsendable_value, header::none, 0};
    if (error e = check_host_header(host)) return {errc::unsendable_value, e.in, e.offset};
    return {};
}

/// `METHOD target HTTP/1.1`
template <class Sink>
constexpr void put_request_line(Sink& sink, std::string_view method, std::string_view target) noexcept {
    sink.put(method);
    sink.put(" ");
    sink.put(target);
    sink.put(" HTTP/1.1\r\n");
}

/// `HTTP/1.1 status reason`
template <class Sink>
constexpr void put_status_line(Sink& sink, std::uint16_t status) noexcept {
    sink.put("HTTP/1.1 ");
    sink.put(number_text::decimal(status).view());
    sink.put(" ");
    sink.put(reason_of(status));
    sink.put("\r\n");
}

/// Calls `with.template operator()<kind>()` for the kind of a packet.
template <class Packet, class With>
constexpr void with_kind(const Packet& packet, With with) noexcept {
    constexpr auto kinds = packet_traits<Packet>::kinds;
    const message_kind kind = packet_traits<Packet>::kind_of(packet);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((kinds[I] == kind ? with.template operator()<kinds[I]>() : static_cast<void>(0)), ...);
    }
    (std::make_index_sequence<kinds.size()>{});
}

/// Writes a packet that was checked.
template <class Packet, class Sink>
constexpr void put_message(const Packet& packet, Sink& sink) noexcept {
    packet_traits<Packet>::put_start_line(packet, sink);
    with_kind(packet, [&]<message_kind Kind>() noexcept { put_fields<Kind>(packet, sink); });
    sink.put("\r\n");
}

/// Whether a packet can be written so that it reads back equal. Errors: unsendable_value, unsendable_combination.
template <class Packet>
constexpr error check_sendable(const Packet& packet) noexcept {
    if (error e = packet_traits<Packet>::check(packet)) return e;
    return check_text(packet, packet_traits<Packet>::kind_of(packet));
}

} // namespace detail

/// The exact size in bytes of what `write_message` writes. Errors: unsendable_value, unsendable_combination.
template <class Packet>
constexpr result<std::size_t> size_of_message(const Packet& packet) noexcept {
    if (error e = detail::check_sendable(packet)) return e;
    detail::size_sink counter;
    detail::put_message(packet, counter);
    return counter.size();
}

/// Door 1: writes the head of a packet, order and spelling as Windows and IIS have them, and returns its size; a body
/// follows it. What is written reads back equal. Errors: unsendable_value, unsendable_combination, buffer_too_small;
/// nothing is written then.
template <class Packet>
constexpr result<std::size_t> write_message(const Packet& packet, std::span<char> out) noexcept {
    const result<std::size_t> size = size_of_message(packet);
    if (!size) return size;
    if (*size > out.size()) return error{errc::buffer_too_small, header::none, 0};
    detail::buffer_sink sink(out.data());
    detail::put_message(packet, sink);
    return size;
}

/// Door 2: hands the headers of a packet to `visit(std::string_view name, std::string_view value)`, for another HTTP
/// library to send. The views live during the call. Errors: unsendable_value, unsendable_combination; nothing is
/// visited then.
template <class Packet, class Visit>
constexpr error visit_headers(const Packet& packet, Visit visit) noexcept {
    if (error e = detail::check_sendable(packet)) return e;
    detail::visit_sink<Visit> sink(visit);
    detail::with_kind(packet, [&]<message_kind Kind>() noexcept { detail::put_fields<Kind>(packet, sink); });
    return {};
}

} // namespace bitswire

#endif
