// bitswire/spec/job_error.hpp: what to do about an error: try again, wait for something, or give up.
//
// What holds for a code wherever it comes from is its row in hresult_table.hpp. Here are the rules that depend on the
// place of the error, the rules for HTTP statuses, and what holds for codes that have neither: what may pass by itself
// is tried again, since the no-progress time-out ends that; what will not pass stops the job, so that somebody learns
// of it.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_JOB_ERROR_HPP
#define BITSWIRE_SPEC_JOB_ERROR_HPP

#include "../base/row_at.hpp"
#include "../base/text_literal.hpp"
#include "hresult_table.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// What can be done about a failure: the answer of `what_to_do()` of an upload's failure and of a job's error.
enum class remedy : std::uint8_t {
    nothing,          ///< there is no failure
    retry_later,      ///< transient: the same may work after a delay
    wait_for_network, ///< this machine has no network
    wait_for_policy,  ///< a policy, the cost of the network, or the power state forbids transfers now
    wait_for_volume,  ///< the volume of the local file is locked
    wait_for_user,    ///< the owner must log on, or give a helper token again
    give_credentials, ///< the server or a proxy wants credentials, other ones, or a client certificate
    give_up,          ///< final: the same will fail in the same way until somebody corrects what is wrong
};

struct remedy_row {
    remedy what;
    std::string_view text; ///< one sentence without its full stop
};

// clang-format off
inline constexpr remedy_row remedy_rows[] = {
    {remedy::nothing,          "there is nothing to correct"sv},
    {remedy::retry_later,      "the error is transient: try again after a delay"sv},
    {remedy::wait_for_network, "wait until the network is back, then resume"sv},
    {remedy::wait_for_policy,  "wait until the policy, the cost of the network or the power state allows transfers, then resume"sv},
    {remedy::wait_for_volume,  "wait until the volume of the local file is free, then resume"sv},
    {remedy::wait_for_user,    "wait until the owner has logged on, or give the helper token again, then resume"sv},
    {remedy::give_credentials, "give credentials or a client certificate that are accepted, then resume"sv},
    {remedy::give_up,          "the error is final: correct what is wrong before you try again"sv},
};
// clang-format on

/// The row of a remedy. Static storage.
[[nodiscard]] constexpr const remedy_row& row_of(remedy r) noexcept { return row_at(remedy_rows, r); }

/// What went wrong with a job (IBackgroundCopyError).
struct job_error {
    hresult code{};
    error_context context = error_context::unknown;
    /// Of the answer that the code came with; 0: there was none. It counts where the code says nothing.
    std::uint16_t http_status = 0;

    /// Whether to try again, to wait for something, or to give up.
    [[nodiscard]] constexpr remedy what_to_do() const noexcept;

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
/// What goes before the table of codes: what depends on the place of the error, and HTTP statuses. The page
/// *handling-server-application-errors* speaks of a server application; for the server itself, of which no page speaks,
/// RFC 9110 and 6585 decide where they say more.
inline constexpr job_error_row job_error_exceptions[] = {
    // The callback that checks certificates has declined one, with any code, or could not be called.
    {{0},          {UINT32_MAX}, error_context::server_certificate_callback, disposition::transient, "SetServerCertificateValidationInterface"sv},
    // An upload whose server keeps taking bytes and losing them. Bytes that move are progress, so the no-progress
    // time-out would never end it.
    {{0x80200024}, {0x80200024}, error_context::none,               disposition::fatal,     "SetNoProgressTimeout"sv},
    // The name of a proxy is wrong; in any other place the code says that the request or the job is wrong.
    {{0x80070057}, {0x80070057}, error_context::general_transport,  disposition::transient, "event 61: an invalid proxy name"sv},
    {{0x8019012C}, {0x80190131}, error_context::remote_application, disposition::fatal,     "handling-server-application-errors"sv},
    {{0x80190133}, {0x80190133}, error_context::remote_application, disposition::fatal,     "handling-server-application-errors"sv},
    // SPEC: 409 is transient where a server application says it, and "exists already" where the server does.
    {{0x80190198}, {0x80190199}, error_context::remote_application, disposition::transient, "handling-server-application-errors"sv},
    {{0x80190190}, {0x801901F3}, error_context::remote_application, disposition::fatal,     "handling-server-application-errors"sv},
    {{0x80190064}, {0x8019018F}, error_context::remote_application, disposition::transient, "handling-server-application-errors"sv},
    {{0x80190198}, {0x80190198}, error_context::none,               disposition::transient, "handling-server-application-errors"sv},
    {{0x801901AD}, {0x801901AD}, error_context::none,               disposition::transient, "RFC 6585 4: too many requests"sv},
    {{0x80190064}, {0x801901F3}, error_context::none,               disposition::fatal,     "RFC 9110 15: the same request has the same answer; 409: ack-for-create-session"sv},
    {{0x801901F5}, {0x801901F5}, error_context::none,               disposition::fatal,     "handling-server-application-errors"sv},
    {{0x801901F9}, {0x801901F9}, error_context::none,               disposition::fatal,     "handling-server-application-errors"sv},
    {{0x801901F4}, {0x80190257}, error_context::none,               disposition::transient, "handling-server-application-errors, RFC 9110 15.6"sv},
};

/// What comes after the table of codes; the last row holds for all.
inline constexpr job_error_row job_error_defaults[] = {
    {{0x8020002D}, {0x80200039}, error_context::none,               disposition::transient, "BG_JOB_STATE: connecting; the other failures of a connection alike"sv},
    {{0x8020003A}, {0x8020003A}, error_context::none,               disposition::fatal,     "AddFileWithRanges: BG_E_INVALID_SERVER_RESPONSE alike"sv},
    {{0x8020003B}, {0x8020003B}, error_context::none,               disposition::transient, "BG_JOB_STATE: connecting"sv},
    {{0x8020003C}, {0x8020003C}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    // The names of files: ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND; ERROR_INVALID_NAME; ERROR_BAD_PATHNAME;
    // ERROR_FILENAME_EXCED_RANGE; ERROR_DIRECTORY.
    {{0x80070002}, {0x80070003}, error_context::none,               disposition::fatal,     "does not pass by itself"sv},
    {{0x8007007B}, {0x8007007B}, error_context::none,               disposition::fatal,     "does not pass by itself"sv},
    {{0x800700A1}, {0x800700A1}, error_context::none,               disposition::fatal,     "does not pass by itself"sv},
    {{0x800700CE}, {0x800700CE}, error_context::none,               disposition::fatal,     "does not pass by itself"sv},
    {{0x8007010B}, {0x8007010B}, error_context::none,               disposition::fatal,     "does not pass by itself"sv},
    // HRESULT_FROM_WIN32 of the statuses 300 to 303 and 307.
    {{0x8007012C}, {0x8007012F}, error_context::none,               disposition::fatal,     "SetSecurityFlags: a redirect that is not allowed"sv},
    {{0x80070133}, {0x80070133}, error_context::none,               disposition::fatal,     "SetSecurityFlags: a redirect that is not allowed"sv},
    // ERROR_LOGON_FAILURE; ERROR_WINHTTP_LOGIN_FAILURE.
    {{0x8007052E}, {0x8007052E}, error_context::none,               disposition::fatal,     "authentication: credentials alike"sv},
    {{0x80072EEF}, {0x80072EEF}, error_context::none,               disposition::fatal,     "authentication: credentials alike"sv},
    // ERROR_WINHTTP_INVALID_URL, ERROR_WINHTTP_UNRECOGNIZED_SCHEME; ERROR_WINHTTP_REDIRECT_FAILED.
    {{0x80072EE5}, {0x80072EE6}, error_context::none,               disposition::fatal,     "does not pass by itself"sv},
    {{0x80072F7C}, {0x80072F7C}, error_context::none,               disposition::fatal,     "SetSecurityFlags: a redirect that is not allowed"sv},
    // ERROR_INTERNET_HTTPS_TO_HTTP_ON_REDIR; ERROR_INTERNET_SEC_CERT_ERRORS, ERROR_INTERNET_SEC_CERT_NO_REV.
    {{0x80072F08}, {0x80072F08}, error_context::none,               disposition::fatal,     "SetSecurityFlags: a redirect that is not allowed"sv},
    {{0x80072F17}, {0x80072F18}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    // ERROR_WINHTTP_SECURE_*: the name, the date, the issuer or the use of the certificate is wrong.
    {{0x80072F05}, {0x80072F06}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    {{0x80072F0D}, {0x80072F0D}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    {{0x80072F89}, {0x80072F89}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    {{0x80072F8F}, {0x80072F8F}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    {{0x80072F93}, {0x80072F93}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    // ERROR_WINHTTP_CLIENT_CERT_*, and the certificates of and for a proxy.
    {{0x80072F99}, {0x80072F9C}, error_context::none,               disposition::fatal,     "authentication, SetSecurityFlags: certificates alike"sv},
    // SEC_E_LOGON_DENIED, SEC_E_NO_CREDENTIALS; SEC_E_WRONG_PRINCIPAL; SEC_E_UNTRUSTED_ROOT; SEC_E_CERT_UNKNOWN,
    // SEC_E_CERT_EXPIRED; SEC_E_ALGORITHM_MISMATCH; SEC_E_CERT_WRONG_USAGE; CRYPT_E_REVOKED to CRYPT_E_REVOCATION_OFFLINE;
    // TRUST_E_*, CERT_E_*.
    {{0x8009030C}, {0x8009030C}, error_context::none,               disposition::fatal,     "authentication: credentials alike"sv},
    {{0x8009030E}, {0x8009030E}, error_context::none,               disposition::fatal,     "authentication: credentials alike"sv},
    {{0x80090322}, {0x80090322}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    {{0x80090325}, {0x80090325}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    {{0x80090327}, {0x80090328}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    {{0x80090331}, {0x80090331}, error_context::none,               disposition::fatal,     "does not pass by itself"sv},
    {{0x80090349}, {0x80090349}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    {{0x80092010}, {0x80092013}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    {{0x800B0001}, {0x800B0114}, error_context::none,               disposition::fatal,     "SetSecurityFlags: certificates alike"sv},
    // ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION: another program has the file open.
    {{0x80070020}, {0x80070021}, error_context::none,               disposition::transient, "GetTemporaryName"sv},
    {{0},          {UINT32_MAX}, error_context::local_file,         disposition::fatal,     "BG_JOB_STATE: access-denied; a local file does not mend itself"sv},
    {{0},          {UINT32_MAX}, error_context::general_queue_manager, disposition::fatal,  "the job itself is wrong"sv},
    {{0},          {UINT32_MAX}, error_context::none,               disposition::transient, "SetNoProgressTimeout"sv},
};

/// The codes and statuses of which more can be said than whether they are fatal.
struct remedy_of_code {
    hresult first;
    hresult last;
    remedy what;
};

inline constexpr remedy_of_code remedies_of_codes[] = {
    {{0x80190191}, {0x80190191}, remedy::give_credentials}, // 401
    {{0x80190197}, {0x80190197}, remedy::give_credentials}, // 407
    {{0x8007052E}, {0x8007052E}, remedy::give_credentials}, // ERROR_LOGON_FAILURE
    {{0x80072EEF}, {0x80072EEF}, remedy::give_credentials}, // ERROR_WINHTTP_LOGIN_FAILURE
    {{0x80072F0C}, {0x80072F0C}, remedy::give_credentials}, // ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED
    {{0x80072F99}, {0x80072F9B}, remedy::give_credentials}, // ERROR_WINHTTP_CLIENT_CERT_*, ..._CERT_NEEDED_PROXY
    {{0x8009030C}, {0x8009030C}, remedy::give_credentials}, // SEC_E_LOGON_DENIED
    {{0x8009030E}, {0x8009030E}, remedy::give_credentials}, // SEC_E_NO_CREDENTIALS
    {{0x80200027}, {0x80200028}, remedy::give_credentials}, // BG_E_INVALID_AUTH_TARGET, BG_E_INVALID_AUTH_SCHEME
    {{0x80200040}, {0x80200040}, remedy::give_credentials}, // BG_E_INVALID_CREDENTIALS
    {{0x80200056}, {0x80200056}, remedy::wait_for_user},    // BG_E_TOKEN_REQUIRED
    {{0x800704DD}, {0x800704DD}, remedy::wait_for_user},    // ERROR_NOT_LOGGED_ON
    {{0x80200010}, {0x80200010}, remedy::wait_for_network}, // BG_E_NETWORK_DISCONNECTED
    {{0x8020000D}, {0x8020000D}, remedy::wait_for_volume},  // BG_E_DESTINATION_LOCKED
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
[[nodiscard]] constexpr disposition stated_disposition(hresult code, error_context context) noexcept {
    if (const job_error_row* row = find_job_error_row(job_error_exceptions, code, context)) return row->treated_as;
    const hresult_row* row = find_hresult(code);
    if (row == nullptr || row->treated_as == disposition::success) return disposition::unstated;
    // A server that names a policy or the network of this machine must not make the job wait for them.
    const bool is_from_server = context == error_context::remote_file || context == error_context::remote_application;
    return row->treated_as == disposition::waits && is_from_server ? disposition::transient : row->treated_as;
}

} // namespace detail

/// Whether a job with this error is tried again (transient), tried again when what hinders it has gone (waits), or
/// stopped (fatal). The code counts before the status that it came with, and both before the place of the error.
[[nodiscard]] constexpr disposition disposition_of(const job_error& e) noexcept {
    disposition d = detail::stated_disposition(e.code, e.context);
    if (d != disposition::unstated) return d;
    if (e.http_status != 0) d = detail::stated_disposition(hresult::from_http_status(e.http_status), e.context);
    if (d != disposition::unstated) return d;
    return detail::find_job_error_row(job_error_defaults, e.code, e.context)->treated_as;
}

namespace detail {

constexpr remedy remedy_of_code_or(hresult code, remedy otherwise) noexcept {
    for (const remedy_of_code& row : remedies_of_codes) {
        if (code >= row.first && code <= row.last) return row.what;
    }
    return otherwise;
}

} // namespace detail

[[nodiscard]] constexpr remedy job_error::what_to_do() const noexcept {
    if (code.is_success() && http_status == 0) return remedy::nothing;
    const disposition d = disposition_of(*this);
    if (d == disposition::waits)
        return detail::remedy_of_code_or(code, remedy::wait_for_policy); // all others that wait
    if (d != disposition::fatal) return remedy::retry_later;
    // Between server and application the credentials are the server's.
    if (context == error_context::remote_application) return remedy::give_up;
    const remedy by_status = detail::remedy_of_code_or(hresult::from_http_status(http_status), remedy::give_up);
    return detail::remedy_of_code_or(code, by_status);
}

} // namespace bitswire

#endif
