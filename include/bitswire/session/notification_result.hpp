// bitswire/session/notification_result.hpp: what came of a notification, between the notifier and the upload session.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_NOTIFICATION_RESULT_HPP
#define BITSWIRE_SESSION_NOTIFICATION_RESULT_HPP

#include "../spec/hresult.hpp"
#include "../spec/hresult_table.hpp"
#include "../spec/job_error.hpp"
#include "../spec/refusal.hpp"
#include "../wire/packet.hpp"

#include <cstdint>
#include <string_view>

namespace bitswire {

/// What a status of a server application means: 200 is a success, all others are what a job makes of them. Source:
/// *handling-server-application-errors*.
[[nodiscard]] constexpr disposition disposition_of_application(std::uint16_t status) noexcept {
    if (status == 200) return disposition::success;
    // Of the rules alone: the table of codes has nothing about statuses, and a notifier need not carry it.
    const job_error_row* const row = detail::find_job_error_row(job_error_exceptions, hresult::from_http_status(status),
                                                                error_context::remote_application);
    return row != nullptr ? row->treated_as : disposition::transient; // what is no status may pass
}

/// What came of a notification: as long as nothing is filled in, that there was no answer.
struct notification_result {
    disposition meaning = disposition::transient; ///< transient: the next last Fragment notifies again, fatal: likewise
    bool is_final = false;                        ///< 403: the application wants no further notification of this upload
    bool copy_to_destination = false;             ///< the file is to appear at the destination
    std::string_view static_reply_url = ""; ///< where the reply is; borrowed from the answer; empty: nowhere static
    std::uint16_t status = row_of(refusal::application_unreachable).status; ///< what the client is told, if it failed
    hresult code = row_of(refusal::application_unreachable).bits_error;
    error_context context = error_context::remote_application;

    [[nodiscard]] constexpr bool is_success() const noexcept { return meaning == disposition::success; }
};

/// The result for an application that answered with 200. `copy_to_destination`: the file is to appear there.
[[nodiscard]] constexpr notification_result accepted_by_application(bool copy_to_destination) noexcept {
    notification_result r;
    r.meaning = disposition::success;
    r.copy_to_destination = copy_to_destination;
    r.status = 200;
    r.code = {};
    return r;
}

namespace detail {

/// Whether an Ack can tell a client of a failure with the status of an application: it can be sent, and does not mean
/// something else between client and server.
constexpr bool can_be_told(std::uint16_t status) noexcept {
    const bool misleads = status == 401 || status == 407 || status == 413 || status == 416;
    return status >= 300 && status <= 599 && may_have_body(status) && !misleads;
}

} // namespace detail

/// The result for an application that answered with `status`, which is not 200. The client is told the same status, or,
/// where an Ack cannot have it, one that means the same. The code always says it.
[[nodiscard]] constexpr notification_result refused_by_application(std::uint16_t status) noexcept {
    notification_result r;
    r.meaning = disposition_of_application(status);
    r.is_final = status == 403;
    r.code = hresult::from_http_status(status);
    r.status = status;
    if (!detail::can_be_told(status)) r.status = r.meaning == disposition::fatal ? 400 : 502;
    return r;
}

/// The result for an application that gave no answer that could be read.
[[nodiscard]] constexpr notification_result not_answered(refusal why) noexcept {
    notification_result r;
    r.meaning = disposition::transient;
    r.status = row_of(why).status;
    r.code = row_of(why).bits_error;
    r.context = row_of(why).context;
    return r;
}

} // namespace bitswire

#endif
