// Which error a job is tried again after: expectations written from the pages and RFCs, not from the rows.
#include "support/job_world.hpp"
#include "support/print.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>

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
        if (status == 429) continue; // newer than the page
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
    const std::array waiting = {
        "BG_E_NETWORK_DISCONNECTED"_hresult,      "BG_E_DESTINATION_LOCKED"_hresult,
        "BG_E_BLOCKED_BY_POLICY"_hresult,         "BG_E_BLOCKED_BY_COST_TRANSFER_POLICY"_hresult,
        "BG_E_BLOCKED_BY_BATTERY_POLICY"_hresult, "BG_E_BLOCKED_BY_BATTERY_SAVER"_hresult,
        "BG_E_BLOCKED_BY_GAME_MODE"_hresult,      "BG_E_BLOCKED_BY_BACKGROUND_ACCESS_POLICY"_hresult,
        "BG_E_BLOCKED_BY_SYSTEM_POLICY"_hresult,  "BG_E_STANDBY_MODE"_hresult};
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
        for (const std::uint32_t code : {0x80190063U, 0x80190258U, 0x8020002CU, 0x8020003DU, 0x80072F04U, 0x80072F07U,
                                         0x80072F0EU, 0x80072F88U, 0x80072F8EU, 0x80072F90U, 0U, 0xFFFFFFFFU}) {
            CAPTURE(code);
            CHECK(disposition_of({hresult{code}, context}) == of_others);
        }
        const disposition of_old =
            context == error_context::remote_application ? disposition::transient : disposition::fatal;
        for (const std::uint16_t status : std::to_array<std::uint16_t>({100, 399}))
            CHECK(of_status(status, context) == of_old);
        CHECK(of_status(499, context) == disposition::fatal);
        for (const std::uint16_t status : std::to_array<std::uint16_t>({506, 510, 599}))
            CHECK(of_status(status, context) == disposition::transient);
        for (std::uint32_t code = "BG_E_CONNECT_FAILURE"_hresult.value; code <= "BG_E_SEND_FAILURE"_hresult.value;
             ++code)
            CHECK(disposition_of({hresult{code}, context}) == disposition::transient);
        CHECK(disposition_of({"BG_E_TIMEOUT"_hresult, context}) == disposition::transient);
    }
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
    w.j.on_error({"BG_E_BLOCKED_BY_POLICY"_hresult, error_context::remote_file, 500}, w.now);
    CHECK(w.j.state() == job_state::transient_error);
    w.now = at_s(1600);
    w.j.on_timer(w.now);
    CHECK(w.j.state() == job_state::queued);
}
