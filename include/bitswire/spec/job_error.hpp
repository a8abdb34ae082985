// bitswire/spec/job_error.hpp: whether a job that met an error is tried again, and when.
//
// What a public page says of a code is its row in hresult_table.hpp. Here is what depends on where the error happened,
// and what holds for codes of which no page says anything: those that may pass by themselves are tried again, since the
// no-progress time-out ends that; those that will not pass stop the job, so that somebody learns of them.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_JOB_ERROR_HPP
#define BITSWIRE_SPEC_JOB_ERROR_HPP

#include "../base/text_literal.hpp"
#include "hresult_table.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// What went wrong with a job (IBackgroundCopyError).
struct job_error {
    hresult code{};
    error_context context = error_context::unknown;
    /// Of the answer that the code came with; 0: there was none. It counts where the code says nothing.
    std::uint16_t http_status = 0;

    friend constexpr bool operator==(const job_error&, const job_error&) noexcept = default;
};

/// The codes `first` to `last`, when they come from `context`; `error_context::none` stands for all.
struct job_error_row {
    hresult first;
    hresult last;
    error_context context;
    disposition treated_as; ///< transient, waits or fatal
    std::string_view source;
};

// clang-format off
/// What goes before the table of codes.
inline constexpr job_error_row job_error_exceptions[] = {
    // SPEC: 409 is transient where a server application says it, and "exists already" where the server does.
    {{0x80190199}, {0x80190199}, error_context::remote_application, disposition::transient, "handling-server-application-errors"sv},
    {{0x80190199}, {0x80190199}, error_context::none,               disposition::fatal,     "ack-for-create-session"sv},
};

/// What comes after it; the last row holds for all.
inline constexpr job_error_row job_error_defaults[] = {
    {{0x801901AD}, {0x801901AD}, error_context::none,               disposition::transient, "RFC 6585 4: too many requests"sv},
    {{0x80190064}, {0x8019018F}, error_context::remote_application, disposition::transient, "handling-server-application-errors"sv},
    {{0x80190064}, {0x801901F3}, error_context::none,               disposition::fatal,     "RFC 9110 15: the same request will have the same answer"sv},
    {{0x801901F4}, {0x80190257}, error_context::none,               disposition::transient, "RFC 9110 15.6"sv},
    {{0x8020002D}, {0x80200039}, error_context::none,               disposition::transient, "BG_JOB_STATE: connecting; the other failures of a connection alike"sv},
    {{0x8020003A}, {0x8020003A}, error_context::none,               disposition::fatal,     "AddFileWithRanges: BG_E_INVALID_SERVER_RESPONSE alike"sv},
    {{0x8020003B}, {0x8020003B}, error_context::none,               disposition::transient, "BG_JOB_STATE: connecting"sv},
    {{0x8020003C}, {0x8020003C}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    // ERROR_WINHTTP_SECURE_*: the name, the date or the issuer of the certificate is wrong.
    {{0x80072F05}, {0x80072F06}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    {{0x80072F0D}, {0x80072F0D}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    {{0x80072F89}, {0x80072F89}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    {{0x80072F8F}, {0x80072F8F}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    {{0},          {UINT32_MAX}, error_context::local_file,         disposition::fatal,     "BG_JOB_STATE: access-denied; a local file does not mend itself"sv},
    {{0},          {UINT32_MAX}, error_context::general_queue_manager, disposition::fatal,  "the job itself is wrong"sv},
    {{0},          {UINT32_MAX}, error_context::none,               disposition::transient, "SetNoProgressTimeout"sv},
};
// clang-format on

namespace detail {

template <class Rows>
constexpr const job_error_row* find_job_error_row(const Rows& rows, hresult code, error_context context) noexcept {
    for (const job_error_row& row : rows) {
        if (code < row.first || code > row.last) continue;
        if (row.context == error_context::none || row.context == context) return &row;
    }
    return nullptr;
}

/// What is said of the code itself, or `unstated`.
constexpr disposition stated_disposition(hresult code, error_context context) noexcept {
    if (const job_error_row* row = find_job_error_row(job_error_exceptions, code, context)) return row->treated_as;
    const hresult_row* row = find_hresult(code);
    if (row == nullptr || row->treated_as == disposition::success) return disposition::unstated;
    // A server that names a policy or the network of this machine must not make the job wait for them.
    const bool is_from_server = context == error_context::remote_file || context == error_context::remote_application;
    return row->treated_as == disposition::waits && is_from_server ? disposition::transient : row->treated_as;
}

} // namespace detail

/// Whether a job with this error is tried again (transient), tried again when what hinders it has gone (waits), or
/// stopped (fatal).
constexpr disposition disposition_of(const job_error& e) noexcept {
    disposition d = detail::stated_disposition(e.code, e.context);
    if (d != disposition::unstated) return d;
    const hresult status = hresult::from_http_status(e.http_status);
    if (e.http_status != 0) d = detail::stated_disposition(status, e.context);
    if (d != disposition::unstated) return d;
    const hresult known = e.http_status != 0 ? status : e.code;
    return detail::find_job_error_row(job_error_defaults, known, e.context)->treated_as;
}

} // namespace bitswire

#endif
