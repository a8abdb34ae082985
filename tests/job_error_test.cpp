// Which error a job is tried again after: expectations written from the pages and RFCs, not from the rows.
#include "support/job_world.hpp"
#include "support/print.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

TEST_CASE("job: of a download that could not be renamed whole, some files are completed [Complete]") {
    world_job w;
    w.add(3).go(job_state::transferred);
    const hresult locked = hresult::from_win32(32);
    CHECK(w.j.complete(w.now, {.rename_problem = locked, .files_renamed = 1}).returns == locked);
    CHECK(w.j.state() == job_state::transferred);
    CHECK(w.j.file(0).is_completed);
    CHECK_FALSE(w.j.file(1).is_completed);
    CHECK(w.j.complete(w.now, {.rename_problem = locked, .files_renamed = 9}).returns == locked);
    CHECK(w.j.file(2).is_completed); // no more than there are
    CHECK(w.j.complete(w.now).returns == hresult{});
    CHECK(w.j.state() == job_state::acknowledged);
}

TEST_CASE(
    "job: that files could not be renamed is told to who completes, and is no change to be told [JobModification]") {
    world_job w;
    w.add(2).go(job_state::suspended);
    w.j.set_notify_flags(static_cast<notify_flags>(all_notify_flags & ~4U), w.now);
    const job_step s = w.j.complete(w.now, {.rename_problem = hresult::from_win32(32)});
    CHECK(w.j.state() == job_state::transferred);
    CHECK(s.notify == notify_flags::none);
}

TEST_CASE("job: the end of a session at the server is told once [Cancel]") {
    world_job w(job_type::upload);
    w.add().go(job_state::connecting);
    CHECK(w.j.cancel(w.now).todo == job_action::clean_up);
    CHECK_FALSE(w.j.is_over());
    CHECK(w.j.on_server_session_ended(w.now).todo == job_action::finish);
    CHECK(w.j.is_over());
    CHECK(w.j.on_server_session_ended(w.now).todo == job_action::nothing);
}

TEST_CASE("job: an upload whose session has ended while it was in error is over as soon as it is cancelled [Cancel]") {
    world_job w(job_type::upload);
    w.add().go(job_state::transferring);
    w.j.on_server_session_ended(w.now); // out of place: the client has another one
    w.j.on_error({"BG_E_LOCAL_FILE_CHANGED"_hresult, error_context::local_file}, w.now);
    const std::string with_session = w.bytes();
    w.j.on_server_session_ended(w.now);
    CHECK(w.bytes() != with_session);
    CHECK(w.j.state() == job_state::error);
    w.j.cancel(w.now);
    CHECK(w.j.is_over());
}

TEST_CASE("job: read back in the same run it is as it was, in another one it is queued [life-cycle-of-a-bits-job]") {
    for (const job_state at_work : {job_state::connecting, job_state::transferring}) {
        world_job w(job_type::upload);
        w.add().go(at_work);
        const std::string bytes = w.bytes();
        job_memory same, other;
        const auto again = job::read_snapshot(bytes, same.storage(), w.now);
        REQUIRE(again);
        CHECK(again->state() == at_work);
        CHECK(bytes_of(*again, w.now) == bytes);
        CHECK(job::restore(bytes, other.storage(), w.now)->state() == job_state::queued);
    }
}

TEST_CASE("job: one that outgrows its memory goes on in another, and nothing is lost") {
    job_memory small(1, 60, 2);
    job j = *job::create(job_config_of(job_type::download), small.storage(), at_s(0));
    const std::array ranges{file_range{5, 5}};
    REQUIRE(j.add_file_with_ranges("http://host/a", "/home/a", ranges, at_s(0)).returns == hresult{});
    REQUIRE(j.add_file("http://host/b", "/home/b", at_s(0)).returns == "E_OUTOFMEMORY"_hresult);
    const std::string before = bytes_of(j, at_s(0));
    job_memory tiny(0, 60, 2), short_of_text(1, j.storage_size().text_bytes - 1, 2), without_ranges(1, 60, 0);
    for (job_memory* const m : {&tiny, &short_of_text, &without_ranges}) {
        CHECK_FALSE(j.move_to(m->storage()));
        CHECK(bytes_of(j, at_s(0)) == before);
    }
    job_memory large;
    REQUIRE(j.move_to(large.storage()));
    small = job_memory(1, 60, 2); // what it had is gone
    CHECK(bytes_of(j, at_s(0)) == before);
    CHECK(j.add_file("http://host/b", "/home/b", at_s(0)).returns == hresult{});
    CHECK(j.file(1).remote_name == "http://host/b");
}

TEST_CASE("scheduler: it goes on with more slots where it was") {
    world_job first(job_type::upload), second(job_type::upload), third(job_type::upload);
    std::vector<scheduler_slot> slots(2);
    scheduler s(slots);
    first.add().go(job_state::queued);
    second.add().go(job_state::queued);
    third.add().go(job_state::queued);
    s.update(0, first.j, first.now.steady);
    s.update(1, second.j, first.now.steady);
    std::vector<scheduler_slot> more(3);
    s.move_to(more);
    slots.assign(2, scheduler_slot{});
    s.update(2, third.j, first.now.steady);
    std::vector<std::uint32_t> order;
    s.for_each_in_order([&](std::uint32_t i) { order.push_back(i); });
    CHECK(order == std::vector<std::uint32_t>{0, 1, 2});
}

TEST_CASE("upload job: what the embedder knows of a reply that failed counts [MC-BUP 3.1.5.1.8]") {
    for (const auto& [cause, state] : {std::pair{hresult::from_http_status(404), job_state::error},
                                       std::pair{"BG_E_CONNECTION_CLOSED"_hresult, job_state::transient_error},
                                       std::pair{hresult{}, job_state::transient_error}}) {
        world_job w(job_type::upload_reply);
        w.add().go(job_state::connecting);
        upload_client c({.url = "http://host/folder/0", .size_bytes = 4, .wants_reply = true});
        const auto tell = [&](const upload_step& s) { follow(w.j, c, s, w.now); };
        tell(c.start({}));
        tell(c.on_ack({.answers = packet_type::create_session, .session_id = "{7}"}, {}));
        tell(c.on_ack({.answers = packet_type::fragment, .reply_url = "http://host/reply"}, {}));
        follow(w.j, c, c.on_reply_failed({}), w.now, cause);
        CHECK(w.j.state() == state);
        CHECK(w.j.get_error()->code == (cause == hresult{} ? "BG_E_RECEIVE_FAILURE"_hresult : cause));
    }
}
