// bitswire/session/upload_job.hpp: an upload client at the service of a job.
//
// The job says when to transfer and when to stop, the client what to send; these two functions are all that is between
// them. That the two are stored together is the embedder's.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_UPLOAD_JOB_HPP
#define BITSWIRE_SESSION_UPLOAD_JOB_HPP

#include "../base/time.hpp"
#include "../machine/upload_client.hpp"
#include "../spec/job_error.hpp"
#include "job.hpp"
#include "upload_client.hpp"
#include "upload_failure.hpp"
#include "upload_step.hpp"

namespace bitswire {

namespace detail {

/// States that follow on an Ack that said yes.
constexpr bool is_connected(upload_client_state s) noexcept {
    using u = upload_client_state;
    return enum_set<u>{u::fragment, u::get_reply, u::complete, u::closed}.contains(s);
}

constexpr bool has_stopped(upload_client_state s) noexcept {
    return s == upload_client_state::error || s == upload_client_state::suspend;
}

/// 100 to 499 to Cancel-Session: it is not to be repeated (*ack-for-cancel-session*).
constexpr bool is_cancel_refused(const upload_client& client, const upload_step& step) noexcept {
    const upload_failure& f = client.failure();
    return step.todo == upload_todo::stopped && f.during == packet_type::cancel_session && f.http_status != 0 &&
           f.http_status < 500;
}

} // namespace detail

/// Makes the client do what the job says in `todo`: start or continue, stop, or cancel. Errors that the client did not
/// meet itself stop it as well: a policy, the network, a timer of the job, the local file. `now` is on the client's
/// clock. Call it with every step of a job that has an upload.
[[nodiscard]] constexpr upload_step carry_out(job_action todo, upload_client& client, time_point now) noexcept {
    switch (todo) {
    case job_action::start:
        return client.state() == upload_client_state::init ? client.start(now) : client.resume(now);
    case job_action::stop:
    case job_action::report_error:
    case job_action::wait_for_change:
    case job_action::wait_to_retry:
        // Where it has stopped by itself it keeps its failure.
        return detail::has_stopped(client.state()) ? upload_step{.wake_at = client.wake_at()} : client.suspend(now);
    case job_action::clean_up: // again, if the server could not be told before
        return client.cancel(now);
    default:
        return {.wake_at = client.wake_at()};
    }
}

/// Tells the job what has become of the upload: call it after every call of the client, with the step that it
/// returned, and carry out that step as ever. `cause` is what the embedder knows of a connection or of a reply
/// that failed, such as BG_E_NAME_RESOLUTION_FAILURE or BG_E_HTTP_ERROR_404.
[[nodiscard]] constexpr job_step follow(job& j, const upload_client& client, const upload_step& step, const moment& now,
                                        hresult cause = {}) noexcept {
    job_step last{};
    const auto merge = [&last](const job_step& s) noexcept {
        if (s.todo != job_action::nothing) last.todo = s.todo;
        last.notify = last.notify | s.notify;
    };
    if (j.state() == job_state::cancelled) {
        if (client.finished() || detail::is_cancel_refused(client, step)) merge(j.on_server_session_ended(now));
        return last;
    }
    if (detail::is_connected(client.state()) && j.state() == job_state::connecting) merge(j.on_connected(now));
    merge(j.on_progress(client.bytes_done(), now));
    if (client.succeeded()) {
        merge(j.on_file_transferred(now));
    } else if (step.todo == upload_todo::stopped && j.is_running()) { // a job that does not run knows it already
        job_error e = error_of(client.failure());
        const upload_status what = client.failure().what;
        const bool embedder_met_it = what == upload_status::transport || what == upload_status::reply_failed;
        if (embedder_met_it && cause.is_failure()) e.code = cause;
        merge(j.on_error(e, now));
    }
    return last;
}

} // namespace bitswire

#endif
