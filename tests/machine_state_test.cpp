// What each state of the client, of a session of the server and of the back-end client takes, and that it takes nothing
// else. The lists were made from the rows of the library and then compared with [MC-BUP] 3.1 to 3.3 and Microsoft's
// pages, state by state: a second look, not a second author. A bare number is a section of [MC-BUP]. "README" is where
// it says why the library deviates from a source, and "ours" where none says anything. Which event a message is, is not
// here but in the tests of the sessions.
#include "support/chapters.hpp"

#include <bitswire/machine/back_end_client.hpp>
#include <bitswire/machine/upload_client.hpp>
#include <bitswire/machine/upload_server.hpp>

using namespace bitswire;

TEST_CASE("machine: the upload client does in each state what its section says [MC-BUP 3.1.5.1.1-3.1.5.1.9]") {
    using s = upload_client_state;
    using e = upload_client_event;
    using a = upload_client_action;
    using list = reactions<upload_client_rules>;
    // clang-format off
    // While an Ack is awaited. 401 and 407: 3.1.5.1.7, 3.1.1.2. Errors: 3.1.5.2.1, 3.1.7.1; an Ack that breaks the
    // rules: 3.1.5.2.2 to 3.1.5.2.6, README. Timers: 3.1.6.1, 3.1.6.2.
    const list ack_awaited{
        {{e::credentials_required}, stays, a::ask_for_credentials},
        {{e::credentials_given}, stays, a::repeat_message},
        {{e::credentials_withheld, e::refused, e::ack_invalid, e::transport_failed}, s::error, a::report_error},
        {{e::timed_out}, s::suspend, a::report_error},
    };
    // 3.1.5.2.1: but not of Cancel-Session, and not of Create-Session (README). How often: README.
    const list session_awaited{
        {{e::session_lost}, s::create_session, a::send_create_session},
        {{e::no_progress}, s::error, a::report_error},
    };
    const list pause{{{e::suspended}, s::suspend, a::rest}}; // 3.1.4.2: in each state but INIT and, README, CANCEL
    const list resume{{{e::resumed}, s::ping, a::send_ping}}; // 3.1.4.3
    const list cancel{{{e::cancel_requested}, s::cancel, a::send_cancel_session}}; // 3.1.4.4
    const list abandon{{{e::abandoned}, s::cancelled, a::finish}}; // 3.1.4.4 without a session: nothing to send is ours
    // 3.1.6.3, where the timer can run: a failure starts it (3.1.5.1.7), and a success ends it (README).
    const list fall_back{{{e::host_fallback_due}, stays, a::use_origin_host}};
    // 5xx is repeated: ack-for-close-session, ack-for-cancel-session.
    const list repetition{
        {{e::server_failed}, stays, a::wait_to_repeat},
        {{e::repeat_due}, stays, a::repeat_message},
    };

    check_chapters<upload_client_rules>({
        {s::init, abandon + list{ // 3.1.5.1.1
            {{e::started}, s::create_session, a::send_create_session},
            {{e::started_with_ping}, s::ping, a::send_ping}, // ping, create-session
        }},
        {s::create_session, ack_awaited + pause + abandon + fall_back + list{ // 3.1.5.1.2
            {{e::host_assigned}, s::ping, a::send_ping},
            {{e::bytes_missing}, s::fragment, a::send_fragment},
            {{e::all_received}, s::complete, a::send_close_session}, // an empty file: README
        }},
        {s::ping, ack_awaited + session_awaited + pause + cancel + abandon + fall_back + list{ // 3.1.5.1.3
            {{e::session_missing}, s::create_session, a::send_create_session}, // ping, create-session
            {{e::bytes_missing}, s::fragment, a::send_fragment},
            // Nothing is left to send: as after the last Fragment, 3.1.5.1.4.
            {{e::all_received}, s::complete, a::send_close_session},
            {{e::reply_announced}, s::get_reply, a::fetch_reply},
        }},
        {s::fragment, ack_awaited + session_awaited + pause + cancel + list{ // 3.1.5.1.4, 3.1.5.2.4
            {{e::bytes_missing, e::ack_out_of_sync, e::fragment_too_large}, s::fragment, a::send_fragment},
            {{e::all_received}, s::complete, a::send_close_session},
            {{e::reply_announced}, s::get_reply, a::fetch_reply},
            {{e::reply_missing}, s::error, a::report_error},
        }},
        {s::get_reply, pause + cancel + list{ // 3.1.5.1.8
            {{e::reply_fetched}, s::complete, a::send_close_session},
            {{e::reply_given_up}, s::complete, a::send_close_session}, // close-session: the reply is lost then
            {{e::reply_failed}, s::error, a::report_error},
        }},
        {s::complete, ack_awaited + session_awaited + pause + cancel + repetition + list{ // 3.1.5.1.5, 3.1.5.2.5
            {{e::session_closed}, s::closed, a::finish},
        }},
        {s::cancel, ack_awaited + repetition + fall_back + list{ // 3.1.5.1.6, 3.1.5.2.6
            {{e::session_cancelled}, s::cancelled, a::finish},
        }},
        {s::suspend, resume + cancel + abandon + fall_back}, // 3.1.5.1.9
        {s::error, resume + pause + cancel + abandon + fall_back}, // 3.1.5.1.7
    });
    // clang-format on
}

TEST_CASE("machine: a session of the server does in each state what its section says [MC-BUP 3.2.5.1.1-3.2.5.1.6]") {
    using s = upload_server_state;
    using e = upload_server_event;
    using a = upload_server_action;
    using list = reactions<upload_server_rules>;
    // clang-format off
    // At any time: 3.2.5.2.8, 3.2.6.1, though in 3.2.5.1.4 WAIT_FOR_CLOSE only answers a Cancel-Session.
    const list ending{{{e::cancel_requested, e::expired}, s::cancel, a::discard}};
    // 3.2.5.1.5, 3.2.5.2.7. The file is moved before the state changes, so that a failure can be repeated
    // (ack-for-close-session).
    const list closing{
        {{e::close_requested}, stays, a::publish},
        {{e::published}, s::complete, a::answer},
        {{e::publish_failed}, stays, a::answer_error},
    };
    const list fragment_again{
        {{e::fragment_known}, stays, a::answer}, // fragment; NotifyCache in 3.2.5.1.2; 3.2.5.1.4
        {{e::request_refused}, stays, a::answer_error}, // 3.2.5.2.3, 3.2.5.2.6
    };

    check_chapters<upload_server_rules>({
        {s::init, ending + list{ // 3.2.5.1.1, 3.2.5.2.4
            {{e::room_made}, s::receive_fragments, a::answer},
            {{e::room_denied}, s::cancel, a::answer_error}, // 2.2.3.2: no session id then
        }},
        {s::receive_fragments, ending + closing + fragment_again + list{ // 3.2.5.1.2; to close an empty file: README
            {{e::fragment_wanted}, stays, a::store_body},
            {{e::bytes_stored}, stays, a::answer},
            {{e::store_failed}, stays, a::answer_error}, // 2.2.1.2: ERROR_DISK_FULL
            {{e::fragment_gap}, stays, a::answer_out_of_sync}, // 3.2.5.2.6, README
            {{e::last_byte_stored}, s::wait_for_close, a::answer}, // 3.2.5.1.3 with NONE, which has nothing to wait for
            {{e::notification_due}, s::notify, a::notify},
            {{e::close_too_early}, s::cancel, a::discard}, // close-session
        }},
        {s::notify, ending + list{ // 3.2.5.1.3
            {{e::notified}, s::wait_for_close, a::answer},
            {{e::notification_failed}, s::receive_fragments, a::answer_error},
        }},
        {s::wait_for_close, ending + closing + fragment_again + list{ // 3.2.5.1.4
            {{e::close_unwanted}, s::complete, a::discard}, // 3.2.5.1.5: ShouldcopyToDestination
        }},
    });
    // clang-format on
}

TEST_CASE("machine: the back-end client does in each state what its section says [MC-BUP 3.3.5.2.1-3.3.5.2.5]") {
    using s = back_end_client_state;
    using e = back_end_client_event;
    using a = back_end_client_action;
    using list = reactions<back_end_client_rules>;
    // clang-format off
    // In each of the four sections, and 3.3.6.
    const list broken{{{e::transport_failed, e::timed_out}, s::error, a::report_error}};
    // 3.3.5.2.4. The status counts at once, not only in COMPLETE (3.3.5.2.6), and so does a reply URL instead of a body
    // (2.2.13.3). That an application may answer before it has read all is ours.
    const list answered{
        {{e::accepted}, s::complete, a::report_success},
        {{e::accepted_with_data}, s::receive_data, a::receive_data},
        {{e::refused, e::answer_invalid}, s::error, a::report_error}, // 3.3.5.3.2
    };

    check_chapters<back_end_client_rules>({
        {s::init, { // 3.3.5.2.1
            {{e::not_wanted}, s::complete, a::report_success},
            {{e::started}, s::send_headers, a::send_headers},
        }},
        {s::send_headers, broken + answered + list{ // 3.3.5.2.2
            {{e::headers_sent}, s::receive_headers, a::receive_headers},
            {{e::headers_before_data_sent}, s::send_data, a::send_data},
        }},
        {s::send_data, broken + answered + list{ // 3.3.5.2.3
            {{e::data_sent}, s::receive_headers, a::receive_headers},
        }},
        {s::receive_headers, broken + answered}, // 3.3.5.2.4
        {s::receive_data, broken + list{ // 3.3.5.2.5
            {{e::data_received}, s::complete, a::report_success},
        }},
    });
    // clang-format on
}
