// Which error a job is tried again after: expectations written from the pages and RFCs, not from the rows.
#include "support/job_world.hpp"
#include "support/print.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

using namespace bitswire;

namespace {

constexpr std::array all_contexts = {error_context::unknown,           error_context::general_queue_manager,
                                     error_context::local_file,        error_context::remote_file,
                                     error_context::general_transport, error_context::remote_application};

disposition of_status(std::uint16_t status, error_context context) {
    return disposition_of({hresult::from_http_status(status), context, status});
}

} // namespace

TEST_CASE("job error: what a server application says [handling-server-application-errors]") {
    for (std::uint16_t status = 300; status < 600; ++status) {
        CAPTURE(status);
        const bool is_fatal = (status <= 305) || status == 307 ||
                              (status >= 400 && status < 500 && status != 408 && status != 409) || status == 501 ||
                              status == 505;
        CHECK(of_status(status, error_context::remote_application) ==
              (is_fatal ? disposition::fatal : disposition::transient));
    }
}

TEST_CASE("job error: what a server says [RFC 9110 15, ack-for-create-session]") {
    const std::set<std::uint16_t> passing = {408, 429};
    for (std::uint16_t status = 300; status < 600; ++status) {
        CAPTURE(status);
        const bool is_transient = passing.contains(status) || (status >= 500 && status != 501 && status != 505);
        CHECK(of_status(status, error_context::remote_file) ==
              (is_transient ? disposition::transient : disposition::fatal));
    }
}

TEST_CASE("job error: a status counts where the code says nothing, and the code before it [MC-BUP 3.1.1.2]") {
    const hresult vendor{0xA0001234};
    CHECK(disposition_of({vendor, error_context::remote_file, 503}) == disposition::transient);
    CHECK(disposition_of({vendor, error_context::remote_file, 400}) == disposition::fatal);
    CHECK(disposition_of({vendor, error_context::remote_file, 0}) == disposition::transient);
    CHECK(disposition_of({hresult{}, error_context::remote_file, 404}) == disposition::fatal);
    CHECK(disposition_of({"BG_E_TOO_LARGE"_hresult, error_context::remote_file, 500}) == disposition::fatal);
    CHECK(disposition_of({"E_ACCESSDENIED"_hresult, error_context::remote_file, 503}) == disposition::fatal);
    CHECK(disposition_of({"BG_E_SESSION_NOT_FOUND"_hresult, error_context::remote_file, 400}) ==
          disposition::transient);
    CHECK(disposition_of({hresult::from_win32(112), error_context::remote_file, 500}) == disposition::transient);
    CHECK(disposition_of({hresult::from_win32(112), error_context::local_file, 0}) == disposition::fatal);
}

TEST_CASE("job error: connections may come back, certificates and local files do not mend themselves") {
    for (const hresult code :
         {"BG_E_CONNECT_FAILURE"_hresult, "BG_E_CONNECTION_CLOSED"_hresult, "BG_E_NAME_RESOLUTION_FAILURE"_hresult,
          "BG_E_TIMEOUT"_hresult, "BG_E_SEND_FAILURE"_hresult, "BG_E_RECEIVE_FAILURE"_hresult}) {
        CAPTURE(name_of(code));
        CHECK(disposition_of({code, error_context::general_transport}) == disposition::transient);
    }
    for (const hresult code :
         {"BG_E_TRUST_FAILURE"_hresult, "BG_E_SERVER_PROTOCOL_VIOLATION"_hresult,
          "BG_E_INVALID_SERVER_RESPONSE"_hresult, hresult::from_win32(12037), hresult::from_win32(12038),
          hresult::from_win32(12045), hresult::from_win32(12169), hresult::from_win32(12175)}) {
        CAPTURE(code.value);
        CHECK(disposition_of({code, error_context::general_transport}) == disposition::fatal);
    }
    CHECK(disposition_of({hresult::from_win32(12029), error_context::general_transport}) == disposition::transient);
    CHECK(disposition_of({hresult::from_win32(2), error_context::local_file}) == disposition::fatal);
    CHECK(disposition_of({"BG_E_UNKNOWN_ERROR"_hresult, error_context::general_queue_manager}) == disposition::fatal);
    CHECK(disposition_of({"BG_E_UNKNOWN_ERROR"_hresult, error_context::unknown}) == disposition::transient);
}

TEST_CASE("job error: a job waits for what hinders it here, but not because a server says so [group-policies]") {
    const std::array waiting = {"BG_E_NETWORK_DISCONNECTED"_hresult,
                                "BG_E_DESTINATION_LOCKED"_hresult,
                                "BG_E_BLOCKED_BY_POLICY"_hresult,
                                "BG_E_BLOCKED_BY_COST_TRANSFER_POLICY"_hresult,
                                "BG_E_BLOCKED_BY_BATTERY_POLICY"_hresult,
                                "BG_E_BLOCKED_BY_BATTERY_SAVER"_hresult,
                                "BG_E_BLOCKED_BY_GAME_MODE"_hresult,
                                "BG_E_BLOCKED_BY_BACKGROUND_ACCESS_POLICY"_hresult,
                                "BG_E_BLOCKED_BY_SYSTEM_POLICY"_hresult,
                                "BG_E_STANDBY_MODE"_hresult,
                                hresult::from_win32(1245)};
    for (const hresult code : waiting) {
        for (const error_context context : all_contexts) {
            CAPTURE(name_of(code));
            CAPTURE(name_of(context));
            const bool by_server =
                context == error_context::remote_file || context == error_context::remote_application;
            CHECK(disposition_of({code, context}) == (by_server ? disposition::transient : disposition::waits));
        }
    }
    for (const hresult_row& row : hresult_rows) {
        const bool waits = std::find(waiting.begin(), waiting.end(), row.code) != waiting.end();
        CHECK((row.treated_as == disposition::waits) == waits);
    }
}

TEST_CASE("job error: what is neither a status nor a failure of the connection is what its context makes of it") {
    const auto is_local = [](error_context c) {
        return c == error_context::local_file || c == error_context::general_queue_manager;
    };
    for (const error_context context : all_contexts) {
        CAPTURE(name_of(context));
        const disposition of_others = is_local(context) ? disposition::fatal : disposition::transient;
        // Beside the statuses, beside the connection's failures, beside those of certificates, and at both ends.
        for (const std::uint32_t code : {0x80190063U, 0x80190258U, 0x8020003DU, 0x80200073U, 0x80072F04U, 0x80072F07U,
                                         0x80072F0EU, 0x80072F88U, 0x80072F8EU, 0x80072F90U, 0U, 0xFFFFFFFFU}) {
            CAPTURE(code);
            CHECK(disposition_of({hresult{code}, context}) == of_others);
        }
        const disposition of_old =
            context == error_context::remote_application ? disposition::transient : disposition::fatal;
        for (const std::uint16_t status : std::to_array<std::uint16_t>({100, 399}))
            CHECK(of_status(status, context) == of_old);
        CHECK(of_status(499, context) == disposition::fatal);
        for (const std::uint16_t status : std::to_array<std::uint16_t>({500, 506, 510, 599}))
            CHECK(of_status(status, context) == disposition::transient);
        for (std::uint32_t code = "BG_E_CONNECT_FAILURE"_hresult.value; code <= "BG_E_SEND_FAILURE"_hresult.value;
             ++code)
            CHECK(disposition_of({hresult{code}, context}) == disposition::transient);
        CHECK(disposition_of({"BG_E_TIMEOUT"_hresult, context}) == disposition::transient);
    }
}

TEST_CASE("L11: codes that cannot mend themselves stop the job, wherever they come from") {
    const std::array fatal = {
        "BG_E_MISSING_FILE_SIZE"_hresult,          // "BITS jobs are failing": puts the job in ERROR
        "BG_E_INSUFFICIENT_RANGE_SUPPORT"_hresult, // the same page
        "BG_E_INSUFFICIENT_HTTP_SUPPORT"_hresult,  // event 202: only an administrator can correct it
        "BG_E_VOLUME_CHANGED"_hresult,
        "BG_E_MAX_DOWNLOAD_SIZE_LIMIT_REACHED"_hresult,
        "BG_E_INVALID_CREDENTIALS"_hresult,
        "BG_E_INVALID_AUTH_SCHEME"_hresult,
        "BG_E_INVALID_AUTH_TARGET"_hresult,
        "BG_E_SERVER_EXECUTE_ENABLE"_hresult,
        "BG_E_CLIENT_SERVER_PROTOCOL_MISMATCH"_hresult,
        "BG_E_TOO_MANY_FILES"_hresult,
        "BG_E_OVERLAPPING_RANGES"_hresult,
        "BG_E_RANDOM_ACCESS_NOT_SUPPORTED"_hresult,
        "BG_E_UNSUPPORTED_JOB_CONFIGURATION"_hresult,
        hresult{0x80072F8F}, // ERROR_WINHTTP_SECURE_FAILURE
        hresult{0x80072F0D}, // ERROR_WINHTTP_SECURE_INVALID_CA
        hresult{0x80072F05}, // ERROR_WINHTTP_SECURE_CERT_DATE_INVALID
        hresult{0x80072F93}, // ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE
        hresult{0x80072F9B}, // ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED_PROXY
        hresult{0x80072EE5}, // ERROR_WINHTTP_INVALID_URL
        hresult{0x80072EEF}, // ERROR_WINHTTP_LOGIN_FAILURE
        hresult{0x8007012D}, // a redirect 301 that the job does not allow (SetSecurityFlags)
        hresult{0x80070002}, // ERROR_FILE_NOT_FOUND
        hresult{0x8007007B}, // ERROR_INVALID_NAME
        hresult{0x800B0109}, // CERT_E_UNTRUSTEDROOT
        hresult{0x80092010}, // CRYPT_E_REVOKED
    };
    for (const hresult code : fatal) {
        for (const error_context context : all_contexts) {
            CAPTURE(code.value);
            CAPTURE(name_of(context));
            CHECK(disposition_of({code, context}) == disposition::fatal);
            CHECK(job_error{code, context}.what_to_do() != remedy::retry_later);
        }
    }
    // A status that may pass does not turn a code that cannot into one that may.
    CHECK(disposition_of({"BG_E_SERVER_EXECUTE_ENABLE"_hresult, error_context::remote_file, 503}) ==
          disposition::fatal);
}

TEST_CASE("job error: what a certificate callback declines is tried again, whatever it says "
          "[SetServerCertificateValidationInterface]") {
    for (const std::uint32_t code : {0U, 0x80070005U, 0x80190190U, 0x80200020U, 0xFFFFFFFFU})
        CHECK(disposition_of({hresult{code}, error_context::server_certificate_callback}) == disposition::transient);
}

TEST_CASE("L11: of all Win32 codes and those of certificates exactly these stop a job that met them on the way") {
    const auto is_one_of = [](std::uint32_t code, std::initializer_list<std::uint32_t> codes) {
        return std::find(codes.begin(), codes.end(), code) != codes.end();
    };
    for (const error_context context : {error_context::unknown, error_context::general_transport,
                                        error_context::remote_file, error_context::remote_application}) {
        const bool is_from_server =
            context == error_context::remote_file || context == error_context::remote_application;
        for (std::uint32_t low = 0; low <= 0xffff; ++low) {
            const bool is_bad_proxy = low == 87 && context == error_context::general_transport;
            const bool fatal = is_one_of(low, {2, 3, 5, 87, 123, 161, 206, 267, 300, 301, 302, 303, 307, 1326}) ||
                               is_one_of(low, {12005, 12006, 12015, 12037, 12038, 12040, 12044, 12045, 12055, 12056,
                                               12057, 12156, 12169}) ||
                               is_one_of(low, {12170, 12175, 12179, 12185, 12186, 12187, 12188});
            const disposition expected = low == 1245 && !is_from_server ? disposition::waits
                                         : fatal && !is_bad_proxy       ? disposition::fatal
                                                                        : disposition::transient;
            if (disposition_of({hresult{0x80070000U | low}, context}) != expected) FAIL_CHECK(low);

            const bool fatal_security =
                is_one_of(low, {0x030C, 0x030E, 0x0322, 0x0325, 0x0327, 0x0328, 0x0331, 0x0349}) ||
                is_one_of(low, {0x2010, 0x2011, 0x2012, 0x2013});
            const disposition of_security = fatal_security ? disposition::fatal : disposition::transient;
            if (disposition_of({hresult{0x80090000U | low}, context}) != of_security) FAIL_CHECK(low);

            const disposition of_trust = low >= 1 && low <= 0x114 ? disposition::fatal : disposition::transient;
            if (disposition_of({hresult{0x800B0000U | low}, context}) != of_trust) FAIL_CHECK(low);
        }
    }
    // What happens to a local file does not pass, but for a program that has it open.
    for (std::uint32_t low = 0; low <= 0xffff; ++low) {
        const disposition expected = low == 1245              ? disposition::waits
                                     : low == 32 || low == 33 ? disposition::transient
                                                              : disposition::fatal;
        if (disposition_of({hresult{0x80070000U | low}, error_context::local_file}) != expected) FAIL_CHECK(low);
    }
}

TEST_CASE("L11: of the codes of BITS exactly these are tried again") {
    const std::set<std::uint32_t> transient = {0x01, 0x02, 0x03, 0x04, 0x05, // of methods; no transfer ends so
                                               0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x1E, 0x76, // contexts
                                               0x0F, 0x1F, 0x2D, 0x2E, 0x2F, 0x30, 0x31, 0x32, 0x33, 0x34,
                                               0x35, 0x36, 0x37, 0x38, 0x39, 0x3B, 0x3D, 0x42, 0x43, 0x44,
                                               0x45, 0x46, 0x47, 0x48, 0x49, 0x50, 0x69, 0x73};
    for (const hresult_row& row : hresult_rows) {
        if (row.code.facility() != hresult_facility::bits || row.code.is_success()) continue;
        CAPTURE(row.name);
        const disposition d = disposition_of({row.code, error_context::general_transport});
        CHECK((d == disposition::transient) == transient.contains(row.code.code()));
    }
    for (const std::uint32_t code : {0x80004001U, 0x80200000U, 0x80200006U}) // E_NOTIMPL; no codes
        CHECK((disposition_of({hresult{code}, error_context::unknown}) == disposition::fatal) == (code == 0x80004001U));
}

TEST_CASE("L10: of all codes exactly these ask for credentials, for the user, the network or the volume") {
    const auto expected_of = [](std::uint32_t code) {
        const auto is = [code](std::initializer_list<std::uint32_t> codes) {
            return std::find(codes.begin(), codes.end(), code) != codes.end();
        };
        if (is({0x80190191, 0x80190197, 0x8007052E, 0x80072EEF, 0x80072F0C, 0x80072F99, 0x80072F9A, 0x80072F9B}))
            return remedy::give_credentials;
        if (is({0x8009030C, 0x8009030E, 0x80200027, 0x80200028, 0x80200040})) return remedy::give_credentials;
        if (is({0x80200056, 0x800704DD})) return remedy::wait_for_user;
        if (is({0x80200010})) return remedy::wait_for_network;
        if (is({0x8020000D})) return remedy::wait_for_volume;
        if (is({0x8020003E, 0x80200059, 0x80200065, 0x80200067, 0x80200068, 0x8020006E, 0x8020006F, 0x80200070}))
            return remedy::wait_for_policy;
        return remedy::nothing;
    };
    for (const std::uint32_t high : {0x80070000U, 0x80090000U, 0x80190000U, 0x80200000U}) {
        for (std::uint32_t low = 0; low <= 0xffff; ++low) {
            const job_error e{hresult{high | low}, error_context::general_queue_manager};
            const remedy expected = expected_of(high | low);
            const bool more = e.what_to_do() != remedy::give_up && e.what_to_do() != remedy::retry_later;
            if (more ? e.what_to_do() != expected : expected != remedy::nothing) FAIL_CHECK(e.code.value);
        }
    }
}

TEST_CASE("L11: a bad proxy name and an answer that is not HTTP are tried again [event 61]") {
    using c = error_context;
    CHECK(disposition_of({"E_INVALIDARG"_hresult, c::general_transport}) == disposition::transient);
    for (const c context : {c::unknown, c::general_queue_manager, c::local_file, c::remote_file, c::remote_application})
        CHECK(disposition_of({"E_INVALIDARG"_hresult, context}) == disposition::fatal);
    const hresult not_http{0x80072F78}; // ERROR_WINHTTP_INVALID_SERVER_RESPONSE
    for (const c context : {c::unknown, c::general_transport, c::remote_file})
        CHECK(disposition_of({not_http, context}) == disposition::transient);
    for (const std::uint32_t passing :
         {0x80072EE2U, 0x80072EE7U, 0x80072EFDU, 0x80072EFEU, 0x80072F7DU, 0x800704CFU, 0x800703EBU, 0x8007274CU})
        CHECK(disposition_of({hresult{passing}, c::general_transport}) == disposition::transient);
    // A local file that another program has open: the page GetTemporaryName says transient.
    CHECK(disposition_of({hresult{0x80070020}, c::local_file}) == disposition::transient);
    CHECK(disposition_of({hresult{0x80070050}, c::local_file}) == disposition::fatal); // ERROR_FILE_EXISTS
}

TEST_CASE("L10: the error of a job says what to do about it") {
    using c = error_context;
    const auto of = [](std::uint32_t code, c context, std::uint16_t status = 0) {
        return job_error{hresult{code}, context, status}.what_to_do();
    };
    CHECK(job_error{}.what_to_do() == remedy::nothing);
    CHECK(of(0x80072EE7, c::general_transport) == remedy::retry_later);
    CHECK(of(0x80070057, c::general_transport) == remedy::retry_later);
    CHECK(of(0x801901F7, c::remote_file, 503) == remedy::retry_later);
    CHECK(of(0, c::remote_file, 404) == remedy::give_up);
    CHECK(of(0x80200020, c::remote_file, 500) == remedy::give_up);
    CHECK(of(0x80070070, c::local_file) == remedy::give_up);
    CHECK(of(0x80200010, c::general_transport) == remedy::wait_for_network);
    CHECK(of(0x8020000D, c::local_file) == remedy::wait_for_volume);
    CHECK(of(0x80200056, c::general_queue_manager) == remedy::wait_for_user);
    CHECK(of(0x800704DD, c::general_queue_manager) == remedy::wait_for_user);
    for (const std::uint32_t policy :
         {0x8020003EU, 0x80200059U, 0x80200065U, 0x80200067U, 0x80200068U, 0x8020006EU, 0x8020006FU, 0x80200070U})
        CHECK(of(policy, c::general_queue_manager) == remedy::wait_for_policy);
    for (const std::uint32_t code : {0x80190191U, 0x80190197U, 0x80072F0CU, 0x80072F9BU, 0x80072EEFU, 0x8007052EU,
                                     0x8009030CU, 0x80200028U, 0x80200040U})
        CHECK(of(code, c::general_transport) == remedy::give_credentials);
    CHECK(of(0xA0001234, c::remote_file, 401) == remedy::give_credentials);
    CHECK(of(0x80070005, c::remote_file, 407) == remedy::give_credentials); // fatal by its code, credentials by status
    CHECK(of(0x80070005, c::remote_file, 403) == remedy::give_up);
    // A server must not make anybody wait for a policy of this machine, nor ask for what its application wants.
    CHECK(of(0x8020003E, c::remote_file, 500) == remedy::retry_later);
    CHECK(of(0x80190191, c::remote_application, 400) == remedy::give_up);
    CHECK(&row_of(static_cast<remedy>(200)) == &remedy_rows[0]); // no enumerator: never out of bounds
    for (const remedy_row& row : remedy_rows) {
        CHECK_FALSE(row.text.empty());
        CHECK(row.text.back() != '.');
    }
}

TEST_CASE("L10: the failure of an upload says what to do about it") {
    CHECK(upload_failure{}.what_to_do() == remedy::nothing);
    struct expectation {
        upload_status what;
        std::uint16_t status;
        remedy to_do;
    };
    using s = upload_status;
    const auto expected = std::to_array<expectation>({
        {s::auth_required, 401, remedy::give_credentials},
        {s::auth_required, 0, remedy::give_credentials},
        {s::transport, 0, remedy::retry_later},
        {s::timeout, 0, remedy::retry_later},
        {s::refused, 400, remedy::give_up},
        {s::refused, 404, remedy::give_up},
        {s::refused, 409, remedy::give_up},
        {s::refused, 429, remedy::retry_later},
        {s::refused, 503, remedy::retry_later},
        {s::session_doubtful, 500, remedy::retry_later},
        {s::session_doubtful, 400, remedy::give_up},
        {s::invalid_ack, 0, remedy::give_up},
        {s::no_progress, 0, remedy::give_up}, // it was tried again and again, and bytes that move are progress
        {s::reply_missing, 200, remedy::give_up},
        {s::reply_failed, 0, remedy::retry_later},
        {s::bad_argument, 0, remedy::give_up},
    });
    std::set<upload_status> seen{s::ok};
    for (const expectation& x : expected) {
        CAPTURE(enum_name(x.what));
        CAPTURE(x.status);
        CHECK(upload_failure{.what = x.what, .http_status = x.status}.what_to_do() == x.to_do);
        seen.insert(x.what);
    }
    CHECK(seen.size() == enumerator_count<upload_status>);
    // What the server says counts.
    CHECK(upload_failure{.what = s::refused, .http_status = 500, .code = "BG_E_TOO_LARGE"_hresult}.what_to_do() ==
          remedy::give_up);
}

TEST_CASE("L10: a client that asks its failure sends a request that is refused for good once, not forty times") {
    const auto requests_until = [](std::uint16_t status, remedy expected) {
        upload_client client({.url = "http://example/inbox/file.bin", .size_bytes = 4});
        time_point now{};
        int requests = 0;
        upload_step step = client.start(now);
        for (int attempts = 0; step.todo == upload_todo::send;) {
            ++requests;
            now = after_s(now, 1);
            step = client.on_ack({.answers = step.request.type, .status = status}, now);
            if (step.todo == upload_todo::stopped && client.failure().what_to_do() == remedy::retry_later &&
                ++attempts < 40)
                step = client.resume(now);
        }
        CHECK(client.failure().what_to_do() == expected);
        return requests;
    };
    CHECK(requests_until(400, remedy::give_up) == 1);
    CHECK(requests_until(503, remedy::retry_later) == 40);
}

TEST_CASE("job error: of an upload that stopped, it is what the server said, or else what happened [MC-BUP 3.1.1.2]") {
    struct expectation {
        upload_status what;
        hresult code; ///< S_OK: that of the status
        error_context context;
    };
    using c = error_context;
    const auto expected = std::to_array<expectation>({
        {upload_status::auth_required, {}, c::remote_file},
        {upload_status::transport, {0x8020002D}, c::general_transport}, // BG_E_CONNECT_FAILURE
        {upload_status::timeout, {0x8020003B}, c::general_transport},   // BG_E_TIMEOUT
        {upload_status::refused, {}, c::remote_file},
        {upload_status::session_doubtful, {}, c::remote_file},
        {upload_status::invalid_ack, {0x8020001B}, c::remote_file},            // BG_E_INVALID_SERVER_RESPONSE
        {upload_status::no_progress, {0x80200024}, c::remote_file},            // BG_E_NO_PROGRESS
        {upload_status::reply_missing, {0x8020001B}, c::remote_application},   // BG_E_INVALID_SERVER_RESPONSE
        {upload_status::reply_failed, {0x80200036}, c::remote_file},           // BG_E_RECEIVE_FAILURE
        {upload_status::bad_argument, {0x80070057}, c::general_queue_manager}, // E_INVALIDARG
    });
    CHECK(expected.size() + 1 == enumerator_count<upload_status>);
    for (const expectation& x : expected) {
        CAPTURE(enum_name(x.what));
        const hresult code = x.code == hresult{} ? hresult{0x80190193} : x.code; // BG_E_HTTP_ERROR_403
        CHECK(error_of(upload_failure{.what = x.what, .http_status = 403}) == job_error{code, x.context, 403});
        const hresult said{0xA0001234};
        CHECK(error_of(upload_failure{.what = x.what, .http_status = 403, .code = said, .context = c::local_file}) ==
              job_error{said, c::local_file, 403});
    }
    CHECK(error_of(upload_failure{}).context == c::none);
}

TEST_CASE("job error: every code has a disposition, whatever it is and wherever it comes from") {
    for (const error_context context : all_contexts) {
        for (std::uint64_t code = 0; code <= UINT32_MAX; code += 65'521) {
            const disposition d = disposition_of({hresult{static_cast<std::uint32_t>(code)}, context});
            const bool known = d == disposition::transient || d == disposition::fatal || d == disposition::waits;
            if (!known) FAIL(code);
        }
    }
}

TEST_CASE("job error: a server that names a policy cannot make the job wait for ever") {
    world_job w(job_type::upload);
    w.add().go(job_state::transferring);
    std::ignore = w.j.on_error({"BG_E_BLOCKED_BY_POLICY"_hresult, error_context::remote_file, 500}, w.now);
    CHECK(w.j.state() == job_state::transient_error);
    w.now = at_s(1600);
    std::ignore = w.j.on_timer(w.now);
    CHECK(w.j.state() == job_state::queued);
}
