// What each state of a machine takes, and that it takes nothing else. By states, as the sections of the specification
// are, where the rows are by events; nothing here comes from the rows.
#include <bitswire/machine/back_end_client.hpp>
#include <bitswire/machine/job.hpp>
#include <bitswire/machine/upload_client.hpp>
#include <bitswire/machine/upload_server.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

using namespace bitswire;

namespace {

/// In state `in`, each of the events leads to `to`, and `act` is to be done.
template <class Rules>
struct expectation {
    typename Rules::state in;
    typename Rules::state to;
    typename Rules::action act;
    std::vector<typename Rules::event> events;
    hresult returns{}; ///< of a job
};

template <class Rules>
void check(const std::vector<expectation<Rules>>& expected) {
    for (std::size_t s = 0; s < enumerator_count<typename Rules::state>; ++s) {
        for (std::size_t e = 0; e < enumerator_count<typename Rules::event>; ++e) {
            const auto in = static_cast<typename Rules::state>(s);
            const auto on = static_cast<typename Rules::event>(e);
            CAPTURE(std::string(enum_name(in)));
            CAPTURE(std::string(enum_name(on)));
            const auto x = std::find_if(expected.begin(), expected.end(), [&](const expectation<Rules>& each) {
                return each.in == in && std::count(each.events.begin(), each.events.end(), on) != 0;
            });
            state_machine<Rules> m(in);
            const auto action = m.step(on);
            CHECK(action.has_value() == (x != expected.end()));
            if (x == expected.end()) {
                CHECK(m.state() == in);
            } else {
                CHECK(m.state() == x->to);
                CHECK(action == x->act);
                if constexpr (std::is_same_v<Rules, job_rules>) CHECK(result_of(in, on) == x->returns);
            }
        }
    }
}

} // namespace

TEST_CASE("machine: the upload client does in each state what its section says [MC-BUP 3.1.5.1.1-3.1.5.1.9]") {
    using s = upload_client_state;
    using e = upload_client_event;
    using a = upload_client_action;
    // clang-format off
    check<upload_client_rules>({
        {s::init, s::create_session, a::send_create_session, {e::started}},
        {s::init, s::ping, a::send_ping, {e::started_with_ping}},
        {s::init, s::cancelled, a::finish, {e::abandoned}},

        {s::create_session, s::ping, a::send_ping, {e::host_assigned}},
        {s::create_session, s::fragment, a::send_fragment, {e::bytes_missing}},
        {s::create_session, s::complete, a::send_close_session, {e::all_received}},
        {s::create_session, s::create_session, a::ask_for_credentials, {e::credentials_required}},
        {s::create_session, s::create_session, a::repeat_message, {e::credentials_given}},
        {s::create_session, s::error, a::report_error, {e::credentials_withheld, e::refused, e::ack_invalid,
         e::transport_failed}},
        {s::create_session, s::suspend, a::report_error, {e::timed_out}},
        {s::create_session, s::suspend, a::rest, {e::suspended}},
        {s::create_session, s::cancelled, a::finish, {e::abandoned}},
        {s::create_session, s::create_session, a::use_origin_host, {e::host_fallback_due}},

        {s::ping, s::create_session, a::send_create_session, {e::session_missing, e::session_lost}},
        {s::ping, s::fragment, a::send_fragment, {e::bytes_missing}},
        {s::ping, s::complete, a::send_close_session, {e::all_received}},
        {s::ping, s::get_reply, a::fetch_reply, {e::reply_announced}},
        {s::ping, s::error, a::report_error, {e::no_progress, e::credentials_withheld, e::refused, e::ack_invalid,
         e::transport_failed}},
        {s::ping, s::ping, a::ask_for_credentials, {e::credentials_required}},
        {s::ping, s::ping, a::repeat_message, {e::credentials_given}},
        {s::ping, s::suspend, a::report_error, {e::timed_out}},
        {s::ping, s::suspend, a::rest, {e::suspended}},
        {s::ping, s::cancel, a::send_cancel_session, {e::cancel_requested}},
        {s::ping, s::cancelled, a::finish, {e::abandoned}},
        {s::ping, s::ping, a::use_origin_host, {e::host_fallback_due}},

        {s::fragment, s::fragment, a::send_fragment, {e::bytes_missing, e::ack_out_of_sync, e::fragment_too_large}},
        {s::fragment, s::complete, a::send_close_session, {e::all_received}},
        {s::fragment, s::get_reply, a::fetch_reply, {e::reply_announced}},
        {s::fragment, s::error, a::report_error, {e::reply_missing, e::no_progress, e::credentials_withheld,
         e::refused, e::ack_invalid, e::transport_failed}},
        {s::fragment, s::create_session, a::send_create_session, {e::session_lost}},
        {s::fragment, s::fragment, a::ask_for_credentials, {e::credentials_required}},
        {s::fragment, s::fragment, a::repeat_message, {e::credentials_given}},
        {s::fragment, s::suspend, a::report_error, {e::timed_out}},
        {s::fragment, s::suspend, a::rest, {e::suspended}},
        {s::fragment, s::cancel, a::send_cancel_session, {e::cancel_requested}},

        {s::get_reply, s::complete, a::send_close_session, {e::reply_fetched, e::reply_given_up}},
        {s::get_reply, s::error, a::report_error, {e::reply_failed}},
        {s::get_reply, s::suspend, a::rest, {e::suspended}},
        {s::get_reply, s::cancel, a::send_cancel_session, {e::cancel_requested}},

        {s::complete, s::closed, a::finish, {e::session_closed}},
        {s::complete, s::create_session, a::send_create_session, {e::session_lost}},
        {s::complete, s::error, a::report_error, {e::no_progress, e::credentials_withheld, e::refused,
         e::ack_invalid, e::transport_failed}},
        {s::complete, s::complete, a::ask_for_credentials, {e::credentials_required}},
        {s::complete, s::complete, a::repeat_message, {e::credentials_given, e::repeat_due}},
        {s::complete, s::complete, a::wait_to_repeat, {e::server_failed}},
        {s::complete, s::suspend, a::report_error, {e::timed_out}},
        {s::complete, s::suspend, a::rest, {e::suspended}},
        {s::complete, s::cancel, a::send_cancel_session, {e::cancel_requested}},

        {s::cancel, s::cancelled, a::finish, {e::session_cancelled}},
        {s::cancel, s::cancel, a::ask_for_credentials, {e::credentials_required}},
        {s::cancel, s::cancel, a::repeat_message, {e::credentials_given, e::repeat_due}},
        {s::cancel, s::error, a::report_error, {e::credentials_withheld, e::refused, e::ack_invalid,
         e::transport_failed}},
        {s::cancel, s::cancel, a::wait_to_repeat, {e::server_failed}},
        {s::cancel, s::suspend, a::report_error, {e::timed_out}},
        {s::cancel, s::cancel, a::use_origin_host, {e::host_fallback_due}},

        {s::suspend, s::ping, a::send_ping, {e::resumed}},
        {s::suspend, s::cancel, a::send_cancel_session, {e::cancel_requested}},
        {s::suspend, s::cancelled, a::finish, {e::abandoned}},
        {s::suspend, s::suspend, a::use_origin_host, {e::host_fallback_due}},

        {s::error, s::suspend, a::rest, {e::suspended}},
        {s::error, s::ping, a::send_ping, {e::resumed}},
        {s::error, s::cancel, a::send_cancel_session, {e::cancel_requested}},
        {s::error, s::cancelled, a::finish, {e::abandoned}},
        {s::error, s::error, a::use_origin_host, {e::host_fallback_due}},
    });
    // clang-format on
}

TEST_CASE("machine: a session of the server does in each state what its section says [MC-BUP 3.2.5.1.1-3.2.5.1.6]") {
    using s = upload_server_state;
    using e = upload_server_event;
    using a = upload_server_action;
    // clang-format off
    check<upload_server_rules>({
        {s::init, s::receive_fragments, a::answer, {e::room_made}},
        {s::init, s::cancel, a::answer_error, {e::room_denied}},
        {s::init, s::cancel, a::discard, {e::cancel_requested, e::expired}},

        {s::receive_fragments, s::receive_fragments, a::store_body, {e::fragment_wanted}},
        {s::receive_fragments, s::receive_fragments, a::answer, {e::fragment_known, e::bytes_stored}},
        {s::receive_fragments, s::receive_fragments, a::answer_out_of_sync, {e::fragment_gap}},
        {s::receive_fragments, s::receive_fragments, a::answer_error, {e::request_refused, e::store_failed,
         e::publish_failed}},
        {s::receive_fragments, s::wait_for_close, a::answer, {e::last_byte_stored}},
        {s::receive_fragments, s::notify, a::notify, {e::notification_due}},
        {s::receive_fragments, s::receive_fragments, a::publish, {e::close_requested}},
        {s::receive_fragments, s::cancel, a::discard, {e::close_too_early, e::cancel_requested, e::expired}},
        {s::receive_fragments, s::complete, a::answer, {e::published}},

        {s::notify, s::wait_for_close, a::answer, {e::notified}},
        {s::notify, s::receive_fragments, a::answer_error, {e::notification_failed}},
        {s::notify, s::cancel, a::discard, {e::cancel_requested, e::expired}},

        {s::wait_for_close, s::wait_for_close, a::answer, {e::fragment_known}},
        {s::wait_for_close, s::wait_for_close, a::answer_error, {e::request_refused, e::publish_failed}},
        {s::wait_for_close, s::wait_for_close, a::publish, {e::close_requested}},
        {s::wait_for_close, s::complete, a::discard, {e::close_unwanted}},
        {s::wait_for_close, s::complete, a::answer, {e::published}},
        {s::wait_for_close, s::cancel, a::discard, {e::cancel_requested, e::expired}},
    });
    // clang-format on
}

TEST_CASE("machine: the back-end client does in each state what its section says [MC-BUP 3.3.5.2.1-3.3.5.2.5]") {
    using s = back_end_client_state;
    using e = back_end_client_event;
    using a = back_end_client_action;
    // clang-format off
    check<back_end_client_rules>({
        {s::init, s::complete, a::report_success, {e::not_wanted}},
        {s::init, s::send_headers, a::send_headers, {e::started}},

        {s::send_headers, s::receive_headers, a::receive_headers, {e::headers_sent}},
        {s::send_headers, s::send_data, a::send_data, {e::headers_before_data_sent}},
        {s::send_headers, s::complete, a::report_success, {e::accepted}},
        {s::send_headers, s::receive_data, a::receive_data, {e::accepted_with_data}},
        {s::send_headers, s::error, a::report_error, {e::refused, e::answer_invalid, e::transport_failed,
         e::timed_out}},

        {s::send_data, s::receive_headers, a::receive_headers, {e::data_sent}},
        {s::send_data, s::complete, a::report_success, {e::accepted}},
        {s::send_data, s::receive_data, a::receive_data, {e::accepted_with_data}},
        {s::send_data, s::error, a::report_error, {e::refused, e::answer_invalid, e::transport_failed, e::timed_out}},

        {s::receive_headers, s::complete, a::report_success, {e::accepted}},
        {s::receive_headers, s::receive_data, a::receive_data, {e::accepted_with_data}},
        {s::receive_headers, s::error, a::report_error, {e::refused, e::answer_invalid, e::transport_failed,
         e::timed_out}},

        {s::receive_data, s::complete, a::report_success, {e::data_received}},
        {s::receive_data, s::error, a::report_error, {e::transport_failed, e::timed_out}},
    });
    // clang-format on
}

TEST_CASE("machine: a job does in each state what the pages say [life-cycle-of-a-bits-job, IBackgroundCopyJob]") {
    using s = job_state;
    using e = job_event;
    using a = job_action;
    constexpr hresult invalid_state{0x80200002}; // BG_E_INVALID_STATE
    constexpr hresult empty{0x80200003};         // BG_E_EMPTY
    constexpr hresult partial{0x00200017};       // BG_S_PARTIAL_COMPLETE
    constexpr hresult files_left{0x0020001A};    // BG_S_UNABLE_TO_DELETE_FILES
    // clang-format off
    check<job_rules>({
        {s::queued, s::suspended, a::nothing, {e::suspend_called}},
        {s::queued, s::queued, a::nothing, {e::resume_called, e::add_file_called, e::property_set,
         e::progressed, e::file_transferred}},
        {s::queued, s::queued, a::nothing, {e::resume_called_without_work}, empty},
        {s::queued, s::cancelled, a::clean_up, {e::cancel_called, e::inactive_for_too_long}},
        {s::queued, s::cancelled, a::clean_up, {e::cancel_called_files_left}, files_left},
        {s::queued, s::acknowledged, a::finish, {e::complete_called}},
        {s::queued, s::acknowledged, a::finish, {e::complete_called_in_part}, partial},
        {s::queued, s::acknowledged, a::finish, {e::complete_called_files_left}, files_left},
        {s::queued, s::queued, a::nothing, {e::complete_called_on_upload}, invalid_state},
        {s::queued, s::connecting, a::start, {e::picked}},
        {s::queued, s::transferred, a::report_transferred, {e::all_transferred}},
        {s::queued, s::transferred, a::nothing, {e::rename_failed}},
        {s::queued, s::transient_error, a::wait_for_change, {e::failed_until_change}},

        {s::connecting, s::suspended, a::stop, {e::suspend_called}},
        {s::connecting, s::connecting, a::nothing, {e::resume_called, e::add_file_called,
         e::property_set}},
        {s::connecting, s::connecting, a::nothing, {e::resume_called_without_work}, empty},
        {s::connecting, s::cancelled, a::clean_up, {e::cancel_called, e::inactive_for_too_long}},
        {s::connecting, s::cancelled, a::clean_up, {e::cancel_called_files_left}, files_left},
        {s::connecting, s::acknowledged, a::finish, {e::complete_called}},
        {s::connecting, s::acknowledged, a::finish, {e::complete_called_in_part}, partial},
        {s::connecting, s::acknowledged, a::finish, {e::complete_called_files_left}, files_left},
        {s::connecting, s::connecting, a::nothing, {e::complete_called_on_upload}, invalid_state},
        {s::connecting, s::transferring, a::nothing, {e::connected}},
        {s::connecting, s::transferred, a::stop, {e::rename_failed}},
        {s::connecting, s::queued, a::stop, {e::yielded, e::logged_off}},
        {s::connecting, s::queued, a::nothing, {e::restarted}},
        {s::connecting, s::transient_error, a::wait_to_retry, {e::failed_for_now}},
        {s::connecting, s::transient_error, a::wait_for_change, {e::failed_until_change}},
        {s::connecting, s::error, a::report_error, {e::failed_for_good, e::download_time_over}},

        {s::transferring, s::suspended, a::stop, {e::suspend_called}},
        {s::transferring, s::transferring, a::nothing, {e::resume_called, e::add_file_called,
         e::property_set, e::progressed}},
        {s::transferring, s::transferring, a::nothing, {e::resume_called_without_work}, empty},
        {s::transferring, s::cancelled, a::clean_up, {e::cancel_called, e::inactive_for_too_long}},
        {s::transferring, s::cancelled, a::clean_up, {e::cancel_called_files_left}, files_left},
        {s::transferring, s::acknowledged, a::finish, {e::complete_called}},
        {s::transferring, s::acknowledged, a::finish, {e::complete_called_in_part}, partial},
        {s::transferring, s::acknowledged, a::finish, {e::complete_called_files_left}, files_left},
        {s::transferring, s::transferring, a::nothing, {e::complete_called_on_upload}, invalid_state},
        {s::transferring, s::transferring, a::next_file, {e::file_transferred}},
        {s::transferring, s::transferred, a::report_transferred, {e::all_transferred}},
        {s::transferring, s::transferred, a::stop, {e::rename_failed}},
        {s::transferring, s::queued, a::stop, {e::yielded, e::logged_off}},
        {s::transferring, s::queued, a::nothing, {e::restarted}},
        {s::transferring, s::transient_error, a::wait_to_retry, {e::failed_for_now}},
        {s::transferring, s::transient_error, a::wait_for_change, {e::failed_until_change}},
        {s::transferring, s::error, a::report_error, {e::failed_for_good, e::download_time_over}},

        {s::suspended, s::suspended, a::nothing, {e::suspend_called, e::add_file_called,
         e::property_set, e::progressed, e::file_transferred}},
        {s::suspended, s::queued, a::nothing, {e::resume_called}},
        {s::suspended, s::suspended, a::nothing, {e::resume_called_without_work}, empty},
        {s::suspended, s::cancelled, a::clean_up, {e::cancel_called, e::inactive_for_too_long}},
        {s::suspended, s::cancelled, a::clean_up, {e::cancel_called_files_left}, files_left},
        {s::suspended, s::acknowledged, a::finish, {e::complete_called}},
        {s::suspended, s::acknowledged, a::finish, {e::complete_called_in_part}, partial},
        {s::suspended, s::acknowledged, a::finish, {e::complete_called_files_left}, files_left},
        {s::suspended, s::suspended, a::nothing, {e::complete_called_on_upload}, invalid_state},
        {s::suspended, s::transferred, a::report_transferred, {e::all_transferred}},
        {s::suspended, s::transferred, a::nothing, {e::rename_failed}},

        {s::error, s::suspended, a::nothing, {e::suspend_called}},
        {s::error, s::queued, a::nothing, {e::resume_called}},
        {s::error, s::error, a::nothing, {e::resume_called_without_work}, empty},
        {s::error, s::cancelled, a::clean_up, {e::cancel_called, e::inactive_for_too_long}},
        {s::error, s::cancelled, a::clean_up, {e::cancel_called_files_left}, files_left},
        {s::error, s::acknowledged, a::finish, {e::complete_called}},
        {s::error, s::acknowledged, a::finish, {e::complete_called_in_part}, partial},
        {s::error, s::acknowledged, a::finish, {e::complete_called_files_left}, files_left},
        {s::error, s::error, a::nothing, {e::complete_called_on_upload}, invalid_state},
        {s::error, s::error, a::nothing, {e::add_file_called, e::property_set}},
        {s::error, s::transferred, a::nothing, {e::rename_failed}},

        {s::transient_error, s::suspended, a::nothing, {e::suspend_called}},
        {s::transient_error, s::queued, a::nothing, {e::resume_called, e::change_came, e::retry_due}},
        {s::transient_error, s::transient_error, a::nothing, {e::resume_called_without_work}, empty},
        {s::transient_error, s::cancelled, a::clean_up, {e::cancel_called, e::inactive_for_too_long}},
        {s::transient_error, s::cancelled, a::clean_up, {e::cancel_called_files_left}, files_left},
        {s::transient_error, s::acknowledged, a::finish, {e::complete_called}},
        {s::transient_error, s::acknowledged, a::finish, {e::complete_called_in_part}, partial},
        {s::transient_error, s::acknowledged, a::finish, {e::complete_called_files_left}, files_left},
        {s::transient_error, s::transient_error, a::nothing, {e::complete_called_on_upload}, invalid_state},
        {s::transient_error, s::transient_error, a::nothing, {e::add_file_called, e::property_set}},
        {s::transient_error, s::transferred, a::nothing, {e::rename_failed}},
        {s::transient_error, s::error, a::report_error, {e::no_progress_for_too_long}},

        {s::transferred, s::suspended, a::nothing, {e::suspend_called}},
        {s::transferred, s::queued, a::nothing, {e::resume_called}},
        {s::transferred, s::transferred, a::nothing, {e::resume_called_without_work}, empty},
        {s::transferred, s::cancelled, a::clean_up, {e::cancel_called, e::inactive_for_too_long}},
        {s::transferred, s::cancelled, a::clean_up, {e::cancel_called_files_left}, files_left},
        {s::transferred, s::acknowledged, a::finish, {e::complete_called,
         e::complete_called_on_upload}},
        {s::transferred, s::acknowledged, a::finish, {e::complete_called_in_part}, partial},
        {s::transferred, s::acknowledged, a::finish, {e::complete_called_files_left}, files_left},
        {s::transferred, s::transferred, a::nothing, {e::add_file_called, e::property_set,
         e::rename_failed}},

        {s::acknowledged, s::acknowledged, a::nothing, {e::suspend_called, e::resume_called,
         e::resume_called_without_work, e::cancel_called, e::cancel_called_files_left,
         e::complete_called, e::complete_called_in_part, e::complete_called_files_left,
         e::complete_called_on_upload, e::add_file_called, e::property_set}, invalid_state},

        {s::cancelled, s::cancelled, a::nothing, {e::suspend_called, e::resume_called,
         e::resume_called_without_work, e::cancel_called, e::cancel_called_files_left,
         e::complete_called, e::complete_called_in_part, e::complete_called_files_left,
         e::complete_called_on_upload, e::add_file_called, e::property_set}, invalid_state},
        {s::cancelled, s::cancelled, a::clean_up, {e::retry_due}},
        {s::cancelled, s::cancelled, a::finish, {e::server_session_ended, e::cancelling_for_too_long}},
    });
    // clang-format on
}
