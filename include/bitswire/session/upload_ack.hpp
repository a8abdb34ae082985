// bitswire/session/upload_ack.hpp: which event an Ack is for the client that waits for it.
//
// One pure function: what was sent and what came back go in, an event of the client's table comes out. All tolerance
// towards careless servers in what an Ack means is here.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_UPLOAD_ACK_HPP
#define BITSWIRE_SESSION_UPLOAD_ACK_HPP

#include "../machine/upload_client.hpp"
#include "../spec/hresult_table.hpp"
#include "../wire/ack.hpp"
#include "../wire/check_message.hpp"
#include "../wire/content_range.hpp"
#include "../wire/guid.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// What a client knows when an Ack comes in.
struct awaited_ack {
    packet_type answers = packet_type::ping; ///< what was sent
    std::string_view session_id = "";        ///< empty: there is no session
    std::uint64_t size_bytes = 0;            ///< of the file
    std::uint64_t offset = 0;                ///< how many bytes the server has, as far as known
    content_range fragment{};                ///< what the Fragment was, if it was one
    bool wants_reply = false;                ///< the upload is an upload-reply
    bool has_reply = false;                  ///< the reply is known from an Ack before
    bool may_shrink = false;                 ///< there is a smaller size of Fragments
    bool may_start_over = false;             ///< no 416 without BITS-Received-Content-Range has come yet
};

/// What an Ack means.
struct ack_meaning {
    upload_client_event event = upload_client_event::refused;
    std::uint64_t offset = 0; ///< how many bytes the server has now
    error problem{};          ///< of ack_invalid
};

namespace detail {

/// What is next, with `offset` bytes at the server, which is not more than there are.
constexpr upload_client_event next_for(const awaited_ack& sent, std::uint64_t offset, bool has_reply) noexcept {
    using e = upload_client_event;
    if (offset < sent.size_bytes) return e::bytes_missing;
    if (!sent.wants_reply) return e::all_received;
    if (has_reply) return e::reply_announced;
    // An empty file has one Fragment, too, where its Ack is to bring a reply.
    return sent.answers == packet_type::fragment ? e::reply_missing : e::bytes_missing;
}

constexpr ack_meaning invalid(const error& problem) noexcept { return {upload_client_event::ack_invalid, 0, problem}; }

constexpr ack_meaning meaning_of_success(const ack& a, const awaited_ack& sent) noexcept {
    using e = upload_client_event;
    // WINDOWS: most Acks come without BITS-Session-Id; one that is there must be the right one. A Ping is about no
    // session, so the id that a server sends with its Ack, as [MC-BUP] 2.2.1.2 demands, says nothing.
    const bool is_about_session = sent.answers != packet_type::create_session && sent.answers != packet_type::ping;
    if (is_about_session && !a.session_id.empty() && a.session_id != sent.session_id) {
        return invalid({errc::unexpected_value, header::session_id, 0, a.session_id});
    }
    switch (sent.answers) {
    case packet_type::create_session:
        if (a.session_id.empty()) return invalid({errc::missing_header, header::session_id});
        if (const std::size_t limit = row_of(header::session_id).max_read; a.session_id.size() > limit) {
            return invalid({errc::value_too_long, header::session_id, limit, a.session_id});
        }
        // One that no parser of this library has read.
        if (constexpr std::size_t limit = longest_sent(header::session_id); !is_sendable(a.session_id, limit))
            return invalid(unsendable(header::session_id, a.session_id, limit));
        if (a.protocol && *a.protocol != bits_upload_protocol)
            return invalid({errc::unexpected_value, header::protocol});
        if (!a.host_id.empty()) {
            const result<host_id_view> host = parse_host_id(a.host_id);
            if (!host) return invalid({host.error().code, header::host_id, host.error().offset, a.host_id});
            return {e::host_assigned, 0, {}};
        }
        return {next_for(sent, 0, false), 0, {}};
    case packet_type::ping:
        if (sent.session_id.empty()) return {e::session_missing, 0, {}};
        return {next_for(sent, sent.offset, sent.has_reply), sent.offset, {}};
    case packet_type::fragment: {
        // Some servers do not say where to continue; they have taken what was sent.
        const std::uint64_t offset = a.received_content_range.value_or(sent.fragment.end());
        if (offset > sent.size_bytes) return invalid({errc::number_overflow, header::received_content_range});
        return {next_for(sent, offset, sent.has_reply || !a.reply_url.empty()), offset, {}};
    }
    case packet_type::close_session:
        return {e::session_closed, sent.offset, {}};
    case packet_type::cancel_session:
        return {e::session_cancelled, sent.offset, {}};
    case packet_type::ack:
        break;
    }
    return invalid({errc::unknown_packet_type, header::packet_type});
}

} // namespace detail

/// What `a` means for the client that has sent what `sent` says. Source: [MC-BUP] 3.1.5.2.
[[nodiscard]] constexpr ack_meaning meaning_of(const ack& a, const awaited_ack& sent) noexcept {
    using e = upload_client_event;
    const bool fragment = sent.answers == packet_type::fragment;
    const bool ends_session = sent.answers == packet_type::close_session || sent.answers == packet_type::cancel_session;
    if (a.answers != sent.answers) return detail::invalid({errc::unknown_packet_type, header::packet_type});
    if (a.is_success()) return detail::meaning_of_success(a, sent);
    if (a.status == 401 || a.status == 407) return {e::credentials_required, sent.offset, {}};
    if (a.error_code == "BG_E_SESSION_NOT_FOUND"_hresult && !sent.session_id.empty()) {
        // What was to be cancelled is gone.
        return {sent.answers == packet_type::cancel_session ? e::session_cancelled : e::session_lost, 0, {}};
    }
    if (fragment && a.status == 416) {
        if (a.received_content_range) {
            const std::uint64_t offset = *a.received_content_range;
            if (offset > sent.size_bytes)
                return detail::invalid({errc::number_overflow, header::received_content_range});
            const e next = detail::next_for(sent, offset, sent.has_reply);
            return {next == e::bytes_missing ? e::ack_out_of_sync : next, offset, {}};
        }
        if (!sent.may_start_over) return detail::invalid({errc::missing_header, header::received_content_range});
        return {e::ack_out_of_sync, 0, {}};
    }
    if (fragment && a.status == 413 && sent.may_shrink) return {e::fragment_too_large, sent.offset, {}};
    if (ends_session && a.status >= 500) return {e::server_failed, sent.offset, {}};
    return {e::refused, sent.offset, {}};
}

} // namespace bitswire

#endif
