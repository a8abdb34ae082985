// bitswire/machine/upload_client.hpp: the upload client as a table ([MC-BUP] 3.1).
//
// States keep the names of [MC-BUP] 3.1.1.2. Its COMPLETE and CANCEL, which it calls terminal, still wait for an Ack;
// how they end has names here, `closed` and `cancelled`. Which event an Ack is, session/upload_client.hpp finds out.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_MACHINE_UPLOAD_CLIENT_HPP
#define BITSWIRE_MACHINE_UPLOAD_CLIENT_HPP

#include "../base/text_literal.hpp"
#include "../base/transition_table.hpp"

#include <array>
#include <cstdint>

namespace bitswire {

enum class upload_client_state : std::uint8_t {
    init,
    create_session, ///< Create-Session is sent or to be repeated; the same for the next ones
    ping,
    fragment,
    get_reply, ///< the layer above fetches the reply
    complete,  ///< Close-Session
    cancel,    ///< Cancel-Session
    suspend,   ///< waits for the layer above
    error,     ///< something went wrong; waits for the layer above
    closed,
    cancelled,
};

enum class upload_client_event : std::uint8_t {
    started,
    started_with_ping,
    session_missing, ///< the server answers, and there is no session yet
    host_assigned,   ///< a session, and a BITS-Host-Id
    bytes_missing,   ///< the server lacks bytes
    ack_out_of_sync, ///< 416: the server expects other bytes than those sent
    fragment_too_large,
    all_received,    ///< the server has all bytes, and there is no reply to fetch
    reply_announced, ///< the server has all bytes, and there is one
    reply_missing,   ///< the server has all bytes, and the reply that was expected does not come
    reply_fetched,
    reply_given_up,
    reply_failed,
    session_closed,
    session_cancelled,
    session_lost, ///< BG_E_SESSION_NOT_FOUND
    no_progress,  ///< the server loses sessions or bytes again and again
    credentials_required,
    credentials_given,
    credentials_withheld,
    server_failed, ///< 5xx to Close-Session or Cancel-Session
    repeat_due,
    refused,
    ack_invalid,
    transport_failed,
    timed_out,
    suspended,
    resumed,
    cancel_requested,
    abandoned, ///< cancelled before there was a session
    host_fallback_due,
};

enum class upload_client_action : std::uint8_t {
    send_create_session,
    send_ping,
    send_fragment,
    send_close_session,
    send_cancel_session,
    repeat_message,
    wait_to_repeat,
    ask_for_credentials,
    fetch_reply,
    use_origin_host,
    report_error,
    rest,
    finish,
};

struct upload_client_rules {
    using state = upload_client_state;
    using event = upload_client_event;
    using action = upload_client_action;
    using s = state;
    using e = event;
    using a = action;

    static constexpr state initial = s::init;
    static constexpr enum_set<state> final{s::closed, s::cancelled};

    // clang-format off
    static constexpr transition<state, event, action> rows[] = {
        {{s::init},                                                             e::started,              s::create_session, a::send_create_session, "[MC-BUP] 3.1.5.1.1"sv},
        {{s::init},                                                             e::started_with_ping,    s::ping,           a::send_ping,           "ping, create-session"sv},
        {{s::ping},                                                             e::session_missing,      s::create_session, a::send_create_session, "ping, create-session"sv},
        {{s::create_session},                                                   e::host_assigned,        s::ping,           a::send_ping,           "[MC-BUP] 3.1.5.1.2"sv},
        {{s::create_session, s::ping, s::fragment},                             e::bytes_missing,        s::fragment,       a::send_fragment,       "[MC-BUP] 3.1.5.1.2, 3.1.5.1.3, 3.1.5.1.4"sv},
        {{s::fragment},                                                         e::ack_out_of_sync,      s::fragment,       a::send_fragment,       "[MC-BUP] 3.1.5.2.4"sv},
        {{s::fragment},                                                         e::fragment_too_large,   s::fragment,       a::send_fragment,       "[MC-BUP] 3.1.5.2.4"sv},
        {{s::create_session, s::ping, s::fragment},                             e::all_received,         s::complete,       a::send_close_session,  "[MC-BUP] 3.1.5.1.4"sv},
        {{s::ping, s::fragment},                                                e::reply_announced,      s::get_reply,      a::fetch_reply,         "[MC-BUP] 3.1.5.1.4"sv},
        {{s::fragment},                                                         e::reply_missing,        s::error,          a::report_error,        "[MC-BUP] 3.1.5.2.4"sv},
        {{s::get_reply},                                                        e::reply_fetched,        s::complete,       a::send_close_session,  "[MC-BUP] 3.1.5.1.8"sv},
        {{s::get_reply},                                                        e::reply_given_up,       s::complete,       a::send_close_session,  "close-session"sv},
        {{s::get_reply},                                                        e::reply_failed,         s::error,          a::report_error,        "[MC-BUP] 3.1.5.1.8"sv},
        {{s::complete},                                                         e::session_closed,       s::closed,         a::finish,              "[MC-BUP] 3.1.5.2.5"sv},
        {{s::cancel},                                                           e::session_cancelled,    s::cancelled,      a::finish,              "[MC-BUP] 3.1.5.2.6"sv},
        {{s::ping, s::fragment, s::complete},                                   e::session_lost,         s::create_session, a::send_create_session, "[MC-BUP] 3.1.5.2.1"sv},
        {{s::ping, s::fragment, s::complete},                                   e::no_progress,          s::error,          a::report_error,        "[MC-BUP] 3.1.5.2.4: 'necessary checks'"sv},
        {{s::create_session, s::ping, s::fragment, s::complete, s::cancel},     e::credentials_required, stay,              a::ask_for_credentials, "[MC-BUP] 3.1.5.1.7"sv},
        {{s::create_session, s::ping, s::fragment, s::complete, s::cancel},     e::credentials_given,    stay,              a::repeat_message,      "[MC-BUP] 3.1.5.1.7"sv},
        {{s::create_session, s::ping, s::fragment, s::complete, s::cancel},     e::credentials_withheld, s::error,          a::report_error,        "[MC-BUP] 3.1.1.2: ERROR_AUTH_REQUIRED"sv},
        {{s::complete, s::cancel},                                              e::server_failed,        stay,              a::wait_to_repeat,      "ack-for-close-session, ack-for-cancel-session"sv},
        {{s::complete, s::cancel},                                              e::repeat_due,           stay,              a::repeat_message,      "ack-for-close-session, ack-for-cancel-session"sv},
        {{s::create_session, s::ping, s::fragment, s::complete, s::cancel},     e::refused,              s::error,          a::report_error,        "[MC-BUP] 3.1.5.2.1"sv},
        {{s::create_session, s::ping, s::fragment, s::complete, s::cancel},     e::ack_invalid,          s::error,          a::report_error,        "[MC-BUP] 3.1.5.2.2 to 3.1.5.2.6"sv},
        {{s::create_session, s::ping, s::fragment, s::complete, s::cancel},     e::transport_failed,     s::error,          a::report_error,        "[MC-BUP] 3.1.7.1"sv},
        {{s::create_session, s::ping, s::fragment, s::complete, s::cancel},     e::timed_out,            s::suspend,        a::report_error,        "[MC-BUP] 3.1.6.1, 3.1.6.2"sv},
        {{s::create_session, s::ping, s::fragment, s::get_reply, s::complete,
          s::error},                                                            e::suspended,            s::suspend,        a::rest,                "[MC-BUP] 3.1.4.2, 3.1.5.1.9"sv},
        {{s::suspend, s::error},                                                e::resumed,              s::ping,           a::send_ping,           "[MC-BUP] 3.1.4.3"sv},
        {{s::ping, s::fragment, s::get_reply, s::complete, s::suspend,
          s::error},                                                            e::cancel_requested,     s::cancel,         a::send_cancel_session, "[MC-BUP] 3.1.4.4"sv},
        {{s::init, s::create_session, s::ping, s::suspend, s::error},           e::abandoned,            s::cancelled,      a::finish,              "[MC-BUP] 3.1.4.4"sv},
        {{s::create_session, s::ping, s::cancel, s::suspend, s::error},         e::host_fallback_due,    stay,              a::use_origin_host,     "[MC-BUP] 3.1.6.3"sv},
    };
    // clang-format on
};

using upload_client_machine = state_machine<upload_client_rules>;

} // namespace bitswire

#endif
