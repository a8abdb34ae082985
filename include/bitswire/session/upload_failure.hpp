// bitswire/session/upload_failure.hpp: why an upload stopped, for the layer above the client.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_UPLOAD_FAILURE_HPP
#define BITSWIRE_SESSION_UPLOAD_FAILURE_HPP

#include "../base/enum_name.hpp"
#include "../base/text_literal.hpp"
#include "../machine/upload_client.hpp"
#include "../spec/error.hpp"
#include "../spec/hresult_table.hpp"
#include "../spec/job_error.hpp"
#include "../spec/packet_type.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// What stopped an upload. The first ones are STATUS_CODE of [MC-BUP] 3.1.1.2.
enum class upload_status : std::uint8_t {
    ok,
    auth_required,
    transport,
    timeout,
    refused,
    session_doubtful,
    invalid_ack,
    no_progress,
    reply_missing,
    reply_failed,
    bad_argument,
};

struct upload_status_row {
    upload_status status;
    std::string_view text;
    std::string_view advice; ///< what people can do
    hresult code;            ///< of the job's error, where the server named none; S_OK: that of the status
    error_context context;   ///< likewise
    std::string_view source;
};

// clang-format off
inline constexpr upload_status_row upload_status_rows[] = {
    {upload_status::ok,               "no failure"sv, ""sv, {}, error_context::none, "-"sv},
    {upload_status::auth_required,    "the server or a proxy asks for credentials, or refused those that were given"sv, "give credentials, then resume"sv, {}, error_context::remote_file, "[MC-BUP] 3.1.1.2: ERROR_AUTH_REQUIRED"sv},
    {upload_status::transport,        "the connection failed"sv, "resume when the network is back"sv, "BG_E_CONNECT_FAILURE"_hresult, error_context::general_transport, "[MC-BUP] 3.1.1.2: ERROR_TRANSPORT"sv},
    {upload_status::timeout,          "the server did not take the request, or did not answer, in time"sv, "resume later"sv, "BG_E_TIMEOUT"_hresult, error_context::general_transport, "[MC-BUP] 3.1.1.2: ERROR_TIMEOUT"sv},
    {upload_status::refused,          "the server refused the request"sv, "see the status and the code of the answer"sv, {}, error_context::remote_file, "[MC-BUP] 3.1.5.2.1"sv},
    {upload_status::session_doubtful, "the server failed with code 0x1, which some servers send for a session they do not know"sv, "if resuming fails again, start a new upload"sv, {}, error_context::remote_file, "seen on the wire"sv},
    {upload_status::invalid_ack,      "the answer breaks the rules of the protocol"sv, "check whether a proxy or another program answers at this address"sv, "BG_E_INVALID_SERVER_RESPONSE"_hresult, error_context::remote_file, "[MC-BUP] 3.1.5.2.2"sv},
    {upload_status::no_progress,      "the server keeps losing the session or its bytes"sv, "check the disk and the log of the server"sv, "BG_E_NO_PROGRESS"_hresult, error_context::remote_file, "[MC-BUP] 3.1.5.2.4"sv},
    {upload_status::reply_missing,    "the server has the file but sent no reply"sv, "check that the server and its application are set up for upload-reply; resuming notifies the application again"sv, "BG_E_INVALID_SERVER_RESPONSE"_hresult, error_context::remote_application, "[MC-BUP] 3.1.5.2.4"sv},
    {upload_status::reply_failed,     "the reply could not be fetched"sv, "resume to fetch it again"sv, "BG_E_RECEIVE_FAILURE"_hresult, error_context::remote_file, "[MC-BUP] 3.1.5.1.8"sv},
    {upload_status::bad_argument,     "the upload is set up with something that cannot be sent"sv, "correct what the error names"sv, "E_INVALIDARG"_hresult, error_context::general_queue_manager, "-"sv},
};
// clang-format on

/// The row of a status; the first row for a value that is none. Static storage.
[[nodiscard]] constexpr const upload_status_row& row_of(upload_status s) noexcept {
    return row_at(upload_status_rows, s);
}

/// Everything known about a failure. What the server said is passed on as it came ([MC-BUP] 3.1.1.2).
///
/// A loop around the client asks `what_to_do()` each time that the client stops, and resumes only if it may help:
///
///     if (step.todo == upload_todo::stopped) {
///         const bool may_help = client.failure().what_to_do() == remedy::retry_later;
///         if (!may_help || ++attempts > 10) return give_up(client.failure());
///         wait(delay_s);
///         delay_s *= 2;
///         step = client.resume(now());
///     }
struct upload_failure {
    upload_status what = upload_status::ok;
    packet_type during = packet_type::ping;                ///< the request that failed
    std::uint16_t http_status = 0;                         ///< 0: there was no answer
    hresult code{};                                        ///< S_OK: the server named none
    bitswire::error_context context = error_context::none; ///< where, as the server says
    error problem{};                                       ///< of invalid_ack and bad_argument: what is wrong, where

    constexpr explicit operator bool() const noexcept { return what != upload_status::ok; }
    /// Whether to resume later (`retry_later`), to give credentials, to wait for something, or to give up because the
    /// same upload will fail in the same way. `row_of(what_to_do()).text` is a sentence for people.
    [[nodiscard]] constexpr remedy what_to_do() const noexcept;
    friend constexpr bool operator==(const upload_failure&, const upload_failure&) noexcept = default;
};

/// The error that a job has from it: the server's own code and context where it named some (IBackgroundCopyError).
[[nodiscard]] constexpr job_error error_of(const upload_failure& f) noexcept {
    const upload_status_row& row = row_of(f.what);
    job_error e{f.code, f.context, f.http_status};
    if (e.code.is_success()) e.code = row.code;
    if (e.code.is_success()) e.code = hresult::from_http_status(f.http_status);
    if (e.context == error_context::none) e.context = row.context;
    return e;
}

[[nodiscard]] constexpr remedy upload_failure::what_to_do() const noexcept {
    if (what == upload_status::ok) return remedy::nothing;
    if (what == upload_status::auth_required) return remedy::give_credentials;
    return error_of(*this).what_to_do();
}

/// The failure that an event of the client is, `ok` if it is none. `answer` is what the server said, if it did.
[[nodiscard]] constexpr upload_status status_of(upload_client_event event, const upload_failure& answer) noexcept {
    using e = upload_client_event;
    switch (event) {
    case e::credentials_required:
    case e::credentials_withheld:
        return upload_status::auth_required;
    case e::transport_failed:
        return upload_status::transport;
    case e::timed_out:
        return upload_status::timeout;
    case e::ack_invalid:
        return upload_status::invalid_ack;
    case e::no_progress:
        return upload_status::no_progress;
    case e::reply_missing:
        return upload_status::reply_missing;
    case e::reply_failed:
        return upload_status::reply_failed;
    case e::refused:
    case e::server_failed: {
        const bool doubtful = answer.code == hresult{1} && (answer.http_status == 400 || answer.http_status == 500);
        return doubtful ? upload_status::session_doubtful : upload_status::refused;
    }
    default:
        return upload_status::ok;
    }
}

} // namespace bitswire

#endif
