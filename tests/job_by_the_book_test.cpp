// Jobs, where the library once did something else than Microsoft's pages say. Each case has the number of its finding
// and names the page; the words in quotation marks are the page's.
#include "support/job_world.hpp"
#include "support/print.hpp"

#include <array>
#include <string>
#include <tuple>

using namespace bitswire;

namespace book { // named: several test files are compiled as one

constexpr hresult ok{};
constexpr hresult access_denied{0x80070005};
constexpr hresult invalid_state{0x80200002};
constexpr hresult empty{0x80200003};

constexpr std::array all_types{job_type::download, job_type::upload, job_type::upload_reply};

} // namespace book

TEST_CASE("J1: a job that was suspended when it was transferred goes back there, or is completed [BG_JOB_STATE]") {
    // BG_JOB_STATE_SUSPENDED: "The job remains suspended until you call the Resume method, Complete method, or Cancel
    // method."
    for (const job_type type : book::all_types) {
        CAPTURE(std::string(enum_name(type)));
        world_job back(type);
        back.add().go(job_state::transferred);
        CHECK(back.j.suspend(back.now).returns == book::ok);
        CHECK(back.j.state() == job_state::suspended);
        const wall_time transferred_at = back.j.times().transfer_completed;
        back.pass_s(10);
        const job_step resumed = back.j.resume(back.now);
        CHECK(resumed.returns == book::ok);
        CHECK(resumed.todo == job_action::nothing);
        CHECK(back.j.state() == job_state::transferred);
        CHECK(back.j.times().transfer_completed == transferred_at);
        CHECK(back.j.resume(back.now).returns == book::empty); // Resume: "There are no files to transfer."
        CHECK(back.j.complete(back.now).returns == book::ok);
        CHECK(back.j.state() == job_state::acknowledged);

        world_job done(type);
        done.add().go(job_state::transferred);
        std::ignore = done.j.suspend(done.now);
        CHECK(done.j.may_complete() == book::ok);
        const job_step completed = done.j.complete(done.now);
        CHECK(completed.returns == book::ok);
        CHECK(completed.todo == job_action::finish);
        CHECK(done.j.state() == job_state::acknowledged);
    }
}

TEST_CASE("J1: an upload that is not transferred cannot be completed, suspended or not [Complete]") {
    for (const job_type type : {job_type::upload, job_type::upload_reply}) {
        world_job w(type);
        CHECK(w.j.complete(w.now).returns == book::invalid_state); // without a file
        w.add();
        CHECK(w.j.complete(w.now).returns == book::invalid_state);
        w.go(job_state::transferring);
        std::ignore = w.j.suspend(w.now);
        CHECK(w.j.complete(w.now).returns == book::invalid_state);
        CHECK(w.j.state() == job_state::suspended);
    }
}

TEST_CASE("J5: a reply that cannot be renamed is said, and the job stays transferred [Complete]") {
    // "The job remains in the transfer queue if BITS was unable to rename all of the temporary files [...] (the state
    // is BG_JOB_STATE_TRANSFERRED) until the application is able to fix the problem and calls either the Complete
    // method again or the Cancel method".
    for (const bool is_suspended : {false, true}) {
        world_job w(job_type::upload_reply);
        w.add().go(job_state::transferred);
        if (is_suspended) std::ignore = w.j.suspend(w.now);
        const job_step s = w.j.complete(w.now, {.rename_problem = book::access_denied});
        CHECK(s.returns == book::access_denied);
        CHECK(s.todo == job_action::nothing);
        CHECK(w.j.state() == job_state::transferred);
        CHECK_FALSE(w.j.is_over());
        CHECK(w.j.complete(w.now).returns == book::ok);
        CHECK(w.j.state() == job_state::acknowledged);
    }
    // Where there is nothing to complete yet, a problem changes nothing.
    world_job early(job_type::upload_reply);
    early.add().go(job_state::transferring);
    CHECK(early.j.complete(early.now, {.rename_problem = book::access_denied}).returns == book::invalid_state);
    CHECK(early.j.state() == job_state::transferring);
}
