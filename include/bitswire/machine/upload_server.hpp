// bitswire/machine/upload_server.hpp: one session of the upload server as a table ([MC-BUP] 3.2).
//
// States keep the names of [MC-BUP] 3.2.1.4. Storing, notifying and publishing are done by others; that they have been
// done is an event. Which event a request is, session/upload_session.hpp finds out.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_MACHINE_UPLOAD_SERVER_HPP
#define BITSWIRE_MACHINE_UPLOAD_SERVER_HPP

#include "../base/text_literal.hpp"
#include "../base/transition_table.hpp"

#include <array>
#include <cstdint>

namespace bitswire {

enum class upload_server_state : std::uint8_t {
    init, ///< Create-Session was accepted; there is no room for the file yet
    receive_fragments,
    notify,         ///< the server application is at work
    wait_for_close, ///< all bytes are there, and the application, if there is one, has taken them
    complete,       ///< the file is where it belongs
    cancel,         ///< the file is gone
};

enum class upload_server_event : std::uint8_t {
    room_made,       ///< there is a place for the partial file
    room_denied,     ///< there is none
    fragment_wanted, ///< it brings missing bytes, or the last ones again to notify again
    fragment_known,  ///< all of its bytes are there already
    fragment_gap,    ///< it begins beyond the next expected byte
    request_refused,
    bytes_stored,
    store_failed,
    last_byte_stored,
    notification_due, ///< all bytes are there, and the application has not taken them yet
    notified,
    notification_failed,
    close_requested,
    close_unwanted, ///< Close-Session, and the application did not ask for the file at the destination
    close_too_early,
    published,
    publish_failed,
    cancel_requested,
    expired,
};

enum class upload_server_action : std::uint8_t {
    answer,
    answer_out_of_sync,
    answer_error,
    store_body,
    notify,
    publish, ///< moves the file to the destination, in one step
    discard, ///< deletes the partial file and the reply
};

struct upload_server_rules {
    using state = upload_server_state;
    using event = upload_server_event;
    using action = upload_server_action;
    using s = state;
    using e = event;
    using a = action;

    static constexpr state initial = s::init;
    static constexpr enum_set<state> final{s::complete, s::cancel};

    // clang-format off
    static constexpr transition<state, event, action> rows[] = {
        {{s::init},                                                e::room_made,           s::receive_fragments, a::answer,             "[MC-BUP] 3.2.5.2.4"sv},
        {{s::init},                                                e::room_denied,         s::cancel,            a::answer_error,       "[MC-BUP] 3.2.5.2.4"sv},
        {{s::receive_fragments},                                   e::fragment_wanted,     stay,                 a::store_body,         "[MC-BUP] 3.2.5.1.2"sv},
        {{s::receive_fragments, s::wait_for_close},                e::fragment_known,      stay,                 a::answer,             "fragment; [MC-BUP] 3.2.5.1.2: NotifyCache, 3.2.5.1.4"sv},
        {{s::receive_fragments},                                   e::fragment_gap,        stay,                 a::answer_out_of_sync, "[MC-BUP] 3.2.5.2.6"sv},
        {{s::receive_fragments, s::wait_for_close},                e::request_refused,     stay,                 a::answer_error,       "[MC-BUP] 3.2.5.2.3, 3.2.5.2.6"sv},
        {{s::receive_fragments},                                   e::bytes_stored,        stay,                 a::answer,             "[MC-BUP] 3.2.5.1.2"sv},
        {{s::receive_fragments},                                   e::store_failed,        stay,                 a::answer_error,       "[MC-BUP] 2.2.1.2"sv},
        {{s::receive_fragments},                                   e::last_byte_stored,    s::wait_for_close,    a::answer,             "[MC-BUP] 3.2.5.1.3, 3.3.5.2.1: NONE"sv},
        {{s::receive_fragments},                                   e::notification_due,    s::notify,            a::notify,             "[MC-BUP] 3.2.5.1.2: UploadComplete"sv},
        {{s::notify},                                              e::notified,            s::wait_for_close,    a::answer,             "[MC-BUP] 3.2.5.1.3"sv},
        {{s::notify},                                              e::notification_failed, s::receive_fragments, a::answer_error,       "[MC-BUP] 3.2.5.1.3, handling-server-application-errors"sv},
        {{s::receive_fragments, s::wait_for_close},                e::close_requested,     stay,                 a::publish,            "[MC-BUP] 3.2.5.2.7"sv},
        {{s::wait_for_close},                                      e::close_unwanted,      s::complete,          a::discard,            "[MC-BUP] 3.2.5.1.5: ShouldcopyToDestination"sv},
        {{s::receive_fragments},                                   e::close_too_early,     s::cancel,            a::discard,            "close-session"sv},
        {{s::receive_fragments, s::wait_for_close},                e::published,           s::complete,          a::answer,             "[MC-BUP] 3.2.5.2.7"sv},
        {{s::receive_fragments, s::wait_for_close},                e::publish_failed,      stay,                 a::answer_error,       "[MC-BUP] 3.2.5.2.7"sv},
        {{s::init, s::receive_fragments, s::notify,
          s::wait_for_close},                                      e::cancel_requested,    s::cancel,            a::discard,            "[MC-BUP] 3.2.5.2.8"sv},
        {{s::init, s::receive_fragments, s::notify,
          s::wait_for_close},                                      e::expired,             s::cancel,            a::discard,            "[MC-BUP] 3.2.6.1"sv},
    };
    // clang-format on
};

using upload_server_machine = state_machine<upload_server_rules>;

} // namespace bitswire

#endif
