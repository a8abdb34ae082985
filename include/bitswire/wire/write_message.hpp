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
#include "content_range.hpp"
#include "head.hpp"
#include "host.hpp"
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

/// No value that is not the text of a member is longer than a range; no start line without its target than this.
inline constexpr std::size_t longest_value = longest_content_range;
inline constexpr std::size_t longest_start_line = 64;

/// Copies from one end and from the other, which overlap.
template <std::size_t Width>
[[gnu::always_inline]] inline void copy_ends(char* to, const char* from, std::size_t size) noexcept {
    char first[Width];
    char last[Width];
    std::memcpy(first, from, Width);
    std::memcpy(last, from + size - Width, Width);
    std::memcpy(to, first, Width);
    std::memcpy(to + size - Width, last, Width);
}

/// Copies text and returns the end of it. Most texts are short, and a call of memcpy takes longer than they do.
[[gnu::always_inline]] constexpr char* copy_text(char* to, std::string_view text) noexcept {
    const std::size_t size = text.size();
    if (std::is_constant_evaluated()) {
        for (std::size_t i = 0; i < size; ++i)
            to[i] = text[i];
    } else if (__builtin_constant_p(size) || size > 64) {
        std::memcpy(to, text.data(), size);
    } else if (size >= 32) {
        copy_ends<16>(to, text.data(), 32);
        copy_ends<16>(to + size - 32, text.data() + size - 32, 32);
    } else if (size >= 16) {
        copy_ends<16>(to, text.data(), size);
    } else if (size >= 8) {
        copy_ends<8>(to, text.data(), size);
    } else {
        for (std::size_t i = 0; i < size; ++i)
            to[i] = text[i];
    }
    return to + size;
}

/// Counts what a `text_writer` would write.
class text_counter {
  public:
    constexpr void put(std::string_view text) noexcept { size_ += text.size(); }
    constexpr void put_decimal(std::uint64_t value) noexcept { size_ += count_digits(value); }
    constexpr void put_number(const number_text& number) noexcept { size_ += number.view().size(); }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

  private:
    std::size_t size_ = 0;
};

/// Writes from left to right to a buffer that is known to be large enough. What is done with it is inlined, so that it
/// stays in a register: a pointer in memory might be what the text is written to, for all that a compiler knows.
class text_writer {
  public:
    constexpr explicit text_writer(char* at) noexcept : at_(at) {}

    [[gnu::always_inline]] constexpr void put(std::string_view text) noexcept { at_ = copy_text(at_, text); }
    [[gnu::always_inline]] constexpr void put_decimal(std::uint64_t value) noexcept { at_ = write_decimal(at_, value); }
    constexpr void put_number(const number_text& number) noexcept {
        for (const char c : number.view())
            *at_++ = c;
    }
    [[nodiscard]] constexpr char* end() const noexcept { return at_; }

  private:
    char* at_;
};

/// A number as a header value. The other forms of values have a `put_text` beside their types.
struct decimal {
    std::uint64_t value;
};
template <class Text>
[[gnu::always_inline]] constexpr void put_text(Text& out, decimal number) noexcept {
    out.put_decimal(number.value);
}
template <class Text>
[[gnu::always_inline]] constexpr void put_text(Text& out, std::string_view text) noexcept {
    out.put(text);
}

/// What stands between two values: the end of a line, and how the next begins.
template <header H>
inline constexpr auto between_values = [] {
    std::array<char, name_of(H).size() + 4> text{};
    text_writer out(text.data());
    for (const std::string_view part : {std::string_view{"\r\n"}, name_of(H), std::string_view{": "}})
        out.put(part);
    return text;
}();

/// Takes a message as text. The line before a header is ended with the header.
template <class Text>
class text_sink {
  public:
    constexpr explicit text_sink(Text& out) noexcept : out_(&out) {}
    template <header H, class Value>
    [[gnu::always_inline]] constexpr void field(const Value& value) noexcept {
        out_->put({between_values<H>.data(), between_values<H>.size()});
        put_text(*out_, value);
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
            char text[longest_value] = {};
            text_writer out(text);
            put_text(out, value);
            (*visit_)(name_of(H), std::string_view{text, static_cast<std::size_t>(out.end() - text)});
        }
    }

  private:
    Visit* visit_;
};

/// Which of a packet's text members holds a header, or how many there are, if none does.
template <class Packet, header H>
inline constexpr std::size_t text_member_of = [] {
    std::size_t i = 0;
    while (i < packet_traits<Packet>::text.size() && packet_traits<Packet>::text[i].id != H)
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
};

/// Writes one header of a packet of kind `Kind`, if it has a value.
template <message_kind Kind, header H, class Packet, class Sink>
[[gnu::always_inline]] constexpr void put_field(const Packet& packet, Sink& sink) noexcept {
    if constexpr (presence_of(H, Kind) >= presence::optional) {
        constexpr std::size_t member = text_member_of<Packet, H>;
        if constexpr (member < packet_traits<Packet>::text.size()) {
            const std::string_view value = packet.*packet_traits<Packet>::text[member].member;
            if (!value.empty()) sink.template field<H>(value);
        } else {
            packet_traits<Packet>::template put_value<Kind, H>(packet, field_emitter<H, Sink>{sink});
        }
    }
}

/// Writes all headers of a packet of kind `Kind` that have a value, in the order of the table.
template <message_kind Kind, class Packet, class Sink, std::size_t... H>
[[gnu::always_inline]] constexpr void put_fields(const Packet& packet, Sink sink,
                                                 std::index_sequence<H...> /*all*/) noexcept {
    (put_field<Kind, static_cast<header>(H)>(packet, sink), ...);
}

/// Writes a packet of kind `Kind` that was checked.
template <message_kind Kind, class Packet, class Text>
[[gnu::always_inline]] constexpr void put_message(const Packet& packet, Text& out) noexcept {
    packet_traits<Packet>::put_start_line(packet, out);
    put_fields<Kind>(packet, text_sink<Text>(out), std::make_index_sequence<header_count>{});
    out.put("\r\n\r\n");
}

/// At least as much as a header takes in a packet of kind `Kind`, without a text that a member holds.
template <message_kind Kind, class Packet, header H>
consteval std::size_t bound_of_field() {
    if (presence_of(H, Kind) < presence::optional) return 0;
    const bool is_text = text_member_of<Packet, H> < packet_traits<Packet>::text.size();
    return between_values<H>.size() + (is_text ? 0 : longest_value);
}
template <message_kind Kind, class Packet, std::size_t... H>
consteval std::size_t bound_of_fields(std::index_sequence<H...> /*all*/) {
    return (std::size_t{0} + ... + bound_of_field<Kind, Packet, static_cast<header>(H)>());
}

/// At least as much as `put_message` writes.
template <message_kind Kind, class Packet>
[[gnu::always_inline]] constexpr std::size_t bound_size(const Packet& packet) noexcept {
    constexpr std::size_t fixed =
        longest_start_line + bound_of_fields<Kind, Packet>(std::make_index_sequence<header_count>{}) + 4;
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return ((fixed + packet_traits<Packet>::start_line_text(packet).size()) + ... +
                (packet.*packet_traits<Packet>::text[I].member).size());
    }
    (std::make_index_sequence<packet_traits<Packet>::text.size()>{});
}

/// What is wrong with a text that may not be sent.
[[gnu::noinline]] constexpr error unsendable(header h, std::string_view value, std::size_t limit) noexcept {
    std::size_t bad = value.size() > limit ? limit : find_control(value);
    if (is_ows(value.back())) bad = value.size() - 1;
    if (is_ows(value.front())) bad = 0;
    return {errc::unsendable_value, h, static_cast<std::uint32_t>(bad)};
}

/// Whether a text may be sent, which is not empty.
[[gnu::always_inline]] constexpr bool is_sendable(std::string_view value, std::size_t limit) noexcept {
    if (value.size() > limit || is_ows(value.front()) || is_ows(value.back())) return false;
    return !has<not_printable>(value) || !has<control_character>(value); // most text is plain
}

template <message_kind Kind, std::size_t I, class Packet>
[[gnu::always_inline]] constexpr bool check_text_member(const Packet& packet, error& problem) noexcept {
    constexpr text_member<Packet> t = packet_traits<Packet>::text[I];
    constexpr presence rule = presence_of(t.id, Kind);
    constexpr std::size_t limit = row_of(t.id).max_sent != 0 ? row_of(t.id).max_sent : read_limits{}.value_bytes;
    const std::string_view value = packet.*t.member;
    if (value.empty()) {
        if (rule == presence::required) problem = {errc::unsendable_value, t.id, 0};
    } else if (rule < presence::optional) {
        problem = {errc::unsendable_combination, t.id, 0};
    } else if (!is_sendable(value, limit)) {
        problem = unsendable(t.id, value, limit);
    }
    return !problem;
}
template <message_kind Kind, class Packet, std::size_t... I>
[[gnu::always_inline]] constexpr error check_text_members(const Packet& packet,
                                                          std::index_sequence<I...> /*all*/) noexcept {
    error problem;
    static_cast<void>((check_text_member<Kind, I>(packet, problem) && ...));
    return problem;
}

/// Checks the text members: present where the kind wants them, absent where it never has them, and of a form and length
/// that may be sent. Errors: unsendable_value, unsendable_combination; the offset is that in the value.
template <message_kind Kind, class Packet>
constexpr error check_text(const Packet& packet) noexcept {
    return check_text_members<Kind>(packet, std::make_index_sequence<packet_traits<Packet>::text.size()>{});
}

/// Checks what a request line and Host are made of. Errors: unsendable_value.
constexpr error check_request_line(std::string_view target, std::string_view host) noexcept {
    if (target.size() > read_limits{}.target_bytes || !is_target(target))
        return {errc::unsendable_value, header::none, 0};
    if (error e = check_host_header(host)) return {errc::unsendable_value, e.in, e.offset};
    return {};
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
    if (status == usual_status) {
        out.put(usual_status_line);
    } else {
        out.put("HTTP/1.1 ");
        out.put_decimal(status);
        out.put(" ");
        out.put(reason_of(status));
    }
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

/// Whether a packet can be written so that it reads back equal, and then what `with.template operator()<kind>()` makes
/// of it. Errors: unsendable_value, unsendable_combination.
template <class Packet, class With>
constexpr error with_sendable(const Packet& packet, With with) noexcept {
    if (error e = packet_traits<Packet>::check(packet)) return e;
    error problem;
    with_kind(packet, [&]<message_kind Kind>() noexcept {
        problem = check_text<Kind>(packet);
        if (!problem) problem = with.template operator()<Kind>();
    });
    return problem;
}

template <class Packet>
constexpr error check_sendable(const Packet& packet) noexcept {
    return with_sendable(packet, []<message_kind Kind>() noexcept { return error{}; });
}

} // namespace detail

/// The exact size in bytes of what `write_message` writes. Errors: unsendable_value, unsendable_combination.
template <class Packet>
constexpr result<std::size_t> size_of_message(const Packet& packet) noexcept {
    detail::text_counter counter;
    const error problem = detail::with_sendable(packet, [&]<message_kind Kind>() noexcept {
        detail::put_message<Kind>(packet, counter);
        return error{};
    });
    if (problem) return problem;
    return counter.size();
}

/// Door 1: writes the head of a packet, order and spelling as Windows and IIS have them, and returns its size; a body
/// follows it. What is written reads back equal. `out` may not hold what the packet's views borrow. Errors:
/// unsendable_value, unsendable_combination, buffer_too_small; nothing is written then.
template <class Packet>
constexpr result<std::size_t> write_message(const Packet& packet, std::span<char> out) noexcept {
    std::size_t size = 0;
    const error problem = detail::with_sendable(packet, [&]<message_kind Kind>() noexcept {
        if (out.size() < detail::bound_size<Kind>(packet)) {
            detail::text_counter exactly;
            detail::put_message<Kind>(packet, exactly);
            if (out.size() < exactly.size()) return error{errc::buffer_too_small, header::none, 0};
        }
        detail::text_writer writer(out.data());
        detail::put_message<Kind>(packet, writer);
        size = static_cast<std::size_t>(writer.end() - out.data());
        return error{};
    });
    if (problem) return problem;
    return size;
}

/// Door 2: hands the headers of a packet to `visit(std::string_view name, std::string_view value)`, for another HTTP
/// library to send. The views live during the call. Errors: unsendable_value, unsendable_combination; nothing is
/// visited then.
template <class Packet, class Visit>
constexpr error visit_headers(const Packet& packet, Visit visit) noexcept {
    return detail::with_sendable(packet, [&]<message_kind Kind>() noexcept {
        detail::put_fields<Kind>(packet, detail::visit_sink<Visit>(visit), std::make_index_sequence<header_count>{});
        return error{};
    });
}

} // namespace bitswire

#endif
