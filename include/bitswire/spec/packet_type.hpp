// bitswire/spec/packet_type.hpp: the values of BITS-Packet-Type, and the kinds of message that the protocol knows.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_PACKET_TYPE_HPP
#define BITSWIRE_SPEC_PACKET_TYPE_HPP

#include "../base/folded_name.hpp"
#include "../base/text_literal.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bitswire {

/// [MC-BUP] 2.2.1.2. The first five are requests, in the order of the columns of the presence matrix (header.hpp).
enum class packet_type : std::uint8_t { ping, create_session, fragment, close_session, cancel_session, ack };

inline constexpr std::size_t request_type_count = static_cast<std::size_t>(packet_type::ack);

inline constexpr std::string_view bits_post = "BITS_POST"; ///< the method of all requests ([MC-BUP] 2.2.1)

namespace detail {

/// As Windows spells them on the wire. [MC-BUP] prints the request types in capitals.
inline constexpr std::array<std::string_view, 6> packet_type_names = {
    "Ping"sv, "Create-Session"sv, "Fragment"sv, "Close-Session"sv, "Cancel-Session"sv, "Ack"sv,
};

inline constexpr auto folded_packet_type_names = [] {
    std::array<folded_name, packet_type_names.size()> names;
    for (std::size_t i = 0; i < names.size(); ++i)
        names[i] = folded_name(packet_type_names[i]);
    return names;
}();

} // namespace detail

/// The value of BITS-Packet-Type for `type`, as Windows spells it; `""` for a value that is no enumerator. Static
/// storage, with a zero behind it.
[[nodiscard]] constexpr std::string_view name_of(packet_type type) noexcept {
    const auto i = static_cast<std::size_t>(type);
    return i < detail::packet_type_names.size() ? detail::packet_type_names[i] : ""sv;
}

/// Whether a header value is `type`, in any letter case.
[[nodiscard, gnu::always_inline]] constexpr bool is_name_of(packet_type type, std::string_view value) noexcept {
    const auto i = static_cast<std::size_t>(type);
    return i < detail::folded_packet_type_names.size() && detail::folded_packet_type_names[i].matches(value);
}

/// The packet type of a header value, in any letter case.
[[nodiscard]] constexpr std::optional<packet_type> find_packet_type(std::string_view value) noexcept {
    for (std::size_t i = 0; i < detail::folded_packet_type_names.size(); ++i) {
        if (is_name_of(static_cast<packet_type>(i), value)) return static_cast<packet_type>(i);
    }
    return std::nullopt;
}

/// The columns of the presence matrix: every message whose headers have rules of their own.
enum class message_kind : std::uint8_t {
    ping_request,
    create_session_request,
    fragment_request,
    close_session_request,
    cancel_session_request,
    ping_ack, ///< the Acks of success: 200, and 201
    create_session_ack,
    fragment_ack,
    close_session_ack,
    cancel_session_ack,
    error_ack,                 ///< any other status, to any request
    out_of_sync_ack,           ///< 416 to a Fragment: BITS-Received-Content-Range says where to go on
    notification_by_reference, ///< BITSServerNotificationType 1
    notification_by_value,     ///< BITSServerNotificationType 2
    notification_response,
};

inline constexpr std::size_t message_kind_count = static_cast<std::size_t>(message_kind::notification_response) + 1;

/// The kind of a request; `ping_request` for a type that is none.
[[nodiscard]] constexpr message_kind request_kind(packet_type type) noexcept {
    return type < packet_type::ack ? static_cast<message_kind>(type) : message_kind::ping_request;
}

/// Whether an Ack with this status reports success ([MC-BUP] 2.2.1.2 knows 200; *ack-for-create-session* adds 201,
/// which peers also send to Close-Session).
[[nodiscard]] constexpr bool is_ack_success(std::uint16_t status) noexcept { return status == 200 || status == 201; }

/// The kind of an Ack with this status to a request of type `answers`; `error_ack` for a type that is none.
[[nodiscard]] constexpr message_kind ack_kind(packet_type answers, std::uint16_t status) noexcept {
    if (is_ack_success(status) && answers < packet_type::ack)
        return static_cast<message_kind>(static_cast<std::size_t>(answers) + request_type_count);
    return status == 416 && answers == packet_type::fragment ? message_kind::out_of_sync_ack : message_kind::error_ack;
}

/// Whether messages of this kind are requests of the upload protocol; its number is that of their type then.
[[nodiscard]] constexpr bool is_request(message_kind kind) noexcept {
    return static_cast<std::size_t>(kind) < request_type_count;
}

/// Whether messages of this kind answer a request of the upload protocol.
[[nodiscard]] constexpr bool is_ack(message_kind kind) noexcept {
    return kind >= message_kind::ping_ack && kind <= message_kind::out_of_sync_ack;
}

} // namespace bitswire

#endif
