// The timers of jobs: what starts them, sets them back, holds them, and what happens at their ends.
#include "support/job_world.hpp"
#include "support/print.hpp"

#include <string>
#include <tuple>

using namespace bitswire;

namespace {

constexpr std::uint64_t day_s = 86'400;
constexpr hresult max_download_timeout{0x80200054};

/// Tries again, and fails at once.
void fail_again(world_job& w) {
    REQUIRE(w.j.state() == job_state::queued);
    std::ignore = w.j.on_picked(w.now);
    std::ignore = w.j.on_error(passing_error, w.now);
}

/// The timer that is next is over after just so many seconds, and does `to`; a moment before it does nothing.
job_step is_over_after(world_job& w, std::uint64_t seconds, job_state to) {
    const job_state before = w.j.state();
    CHECK(w.wakes_in_s() == seconds);
    w.now.steady.ms += seconds * 1000 - 1;
    const std::string bytes = w.bytes();
    const job_step early = w.j.on_timer(w.now);
    CHECK(early.todo == job_action::nothing);
    CHECK(w.j.state() == before);
    CHECK(w.bytes() == bytes);
    w.now.steady.ms += 1;
    const job_step s = w.j.on_timer(w.now);
    CHECK(w.j.state() == to);
    return s;
}

} // namespace

TEST_CASE("job timer: an error that may pass is tried again after the retry delay [SetMinimumRetryDelay]") {
    world_job w;
    w.add().go(job_state::transient_error);
    std::ignore = is_over_after(w, 600, job_state::queued);
    fail_again(w);
    w.pass_s(599);
    std::ignore = w.j.on_timer(w.now);
    CHECK(w.j.state() == job_state::transient_error); // counted from the beginning
    std::ignore = is_over_after(w, 1, job_state::queued);
    fail_again(w);
    std::ignore = w.j.set_minimum_retry_delay(4, w.now);
    CHECK(w.j.minimum_retry_delay_s() == 5); // not less
    std::ignore = is_over_after(w, 5, job_state::queued);
    fail_again(w);
    std::ignore = w.j.set_minimum_retry_delay(60, w.now);
    w.pass_s(30);
    std::ignore = w.j.set_minimum_retry_delay(20, w.now); // over by now
    CHECK(w.wakes_in_s() == 0);
    std::ignore = w.j.on_timer(w.now);
    CHECK(w.j.state() == job_state::queued);
    fail_again(w);
    CHECK(w.j.resume(w.now).returns == hresult{}); // earlier than the delay
    CHECK(w.j.state() == job_state::queued);
}

TEST_CASE("job timer: without progress for too long a job that fails has failed for good [SetNoProgressTimeout]") {
    world_job w;
    w.add();
    std::ignore = w.j.set_no_progress_timeout(1500, w.now);
    w.go(job_state::transferring);
    w.pass_s(5000); // not counted: from the first transient error on
    std::ignore = w.j.on_error(passing_error, w.now);
    w.pass_s(600);
    std::ignore = w.j.on_timer(w.now);
    fail_again(w);
    w.pass_s(600);
    std::ignore = w.j.on_timer(w.now);
    fail_again(w);
    const job_step s = is_over_after(w, 300, job_state::error);
    CHECK(s.todo == job_action::report_error);
    CHECK(w.j.get_error()->code == passing_error.code);
    // Resumed, it has all its time again.
    std::ignore = w.j.resume(w.now);
    fail_again(w);
    CHECK(w.j.state() == job_state::transient_error);
    w.pass_s(600);
    std::ignore = w.j.on_timer(w.now);
    fail_again(w);
    w.pass_s(600);
    std::ignore = w.j.on_timer(w.now);
    fail_again(w);
    std::ignore = is_over_after(w, 300, job_state::error);
    CHECK(job_timer_rows[1].default_s == 14 * day_s);
}

TEST_CASE("job timer: progress sets the no-progress time back, until the next error [SetNoProgressTimeout]") {
    world_job w;
    w.add();
    std::ignore = w.j.set_no_progress_timeout(1000, w.now);
    w.go(job_state::transient_error);
    w.pass_s(600);
    std::ignore = w.j.on_timer(w.now);
    std::ignore = w.j.on_picked(w.now);
    std::ignore = w.j.on_connected(w.now);
    std::ignore = w.j.on_progress(10, w.now);
    w.pass_s(5000);
    std::ignore = w.j.on_error(passing_error, w.now);
    CHECK(w.j.state() == job_state::transient_error);
    w.pass_s(600);
    std::ignore = w.j.on_timer(w.now);
    std::ignore = w.j.on_picked(w.now);
    std::ignore = w.j.on_connected(w.now);
    std::ignore = w.j.on_progress(10, w.now); // no more than before
    std::ignore = w.j.on_progress(3, w.now);  // less
    w.pass_s(399);
    std::ignore = w.j.on_error(passing_error, w.now);
    CHECK(w.j.state() == job_state::transient_error);
    std::ignore = is_over_after(w, 1, job_state::error);
}

TEST_CASE("job timer: the no-progress time passes during attempts, and ends a job with the next error") {
    world_job w;
    w.add();
    std::ignore = w.j.set_no_progress_timeout(1000, w.now);
    w.go(job_state::transient_error);
    w.pass_s(600);
    std::ignore = w.j.on_timer(w.now);
    w.pass_s(100); // queued
    std::ignore = w.j.on_picked(w.now);
    w.pass_s(100); // connecting
    std::ignore = w.j.on_connected(w.now);
    w.pass_s(200); // transferring
    CHECK(w.j.on_timer(w.now).todo == job_action::nothing);
    CHECK(w.j.state() == job_state::transferring); // it may still succeed
    CHECK(w.wakes_in_s() > 1000);                  // and nothing wakes it before
    CHECK(w.j.on_error(passing_error, w.now).todo == job_action::report_error);
    CHECK(w.j.state() == job_state::error);
}

TEST_CASE("job timer: a job that is suspended does not lose its no-progress time") {
    world_job w;
    w.add();
    std::ignore = w.j.set_no_progress_timeout(1000, w.now);
    w.go(job_state::transient_error);
    w.pass_s(300);
    std::ignore = w.j.suspend(w.now);
    w.pass_s(5000);
    CHECK(w.j.on_timer(w.now).todo == job_action::nothing);
    CHECK(w.j.state() == job_state::suspended);
    std::ignore = w.j.resume(w.now);
    fail_again(w);
    CHECK(w.j.state() == job_state::transient_error);
}

TEST_CASE("job timer: no retry without a no-progress time, or with a longer delay [SetMinimumRetryDelay]") {
    for (const job_error& e : {passing_error, waiting_error}) {
        world_job w;
        w.add();
        std::ignore = w.j.set_no_progress_timeout(0, w.now);
        w.go(job_state::transferring);
        CHECK(w.j.on_error(e, w.now).todo == job_action::report_error);
        CHECK(w.j.state() == job_state::error);
    }
    for (const std::uint32_t delay : {599U, 600U, 601U}) {
        world_job w;
        w.add();
        std::ignore = w.j.set_no_progress_timeout(600, w.now);
        std::ignore = w.j.set_minimum_retry_delay(delay, w.now);
        w.go(job_state::transferring);
        std::ignore = w.j.on_error(passing_error, w.now);
        CHECK(w.j.state() == (delay <= 600 ? job_state::transient_error : job_state::error));
    }
    // One that waits to be tried again is not, once the time is taken from it.
    world_job late;
    late.add().go(job_state::transient_error);
    CHECK(late.wakes_in_s() == 600);
    CHECK(late.j.set_no_progress_timeout(0, late.now).returns == hresult{});
    CHECK(late.j.wake_at() == late.now.steady);
    CHECK(late.j.on_timer(late.now).todo == job_action::report_error);
    CHECK(late.j.state() == job_state::error);
    // What waits for the network is not tried again by time anyway.
    world_job w;
    w.add();
    std::ignore = w.j.set_minimum_retry_delay(2000, w.now);
    std::ignore = w.j.set_no_progress_timeout(600, w.now);
    w.go(job_state::transferring);
    std::ignore = w.j.on_network_lost(w.now);
    CHECK(w.j.state() == job_state::transient_error);
}

TEST_CASE("job timer: without a network, or blocked, only the inactivity counts [users-and-network-connections]") {
    const auto lose = [](world_job& w, bool network) {
        return network ? w.j.on_network_lost(w.now) : w.j.on_error(waiting_error, w.now);
    };
    for (const bool network : {true, false}) {
        for (const job_state from : {job_state::queued, job_state::connecting, job_state::transferring}) {
            world_job w;
            w.add();
            std::ignore = w.j.set_no_progress_timeout(1000, w.now);
            w.go(from);
            CHECK(lose(w, network).todo == job_action::wait_for_change);
            CHECK(w.wakes_in_s() == 90 * day_s);
            w.pass_s(50'000);
            CHECK(w.j.on_timer(w.now).todo == job_action::nothing);
            CHECK(w.j.on_unblocked(hresult{0x8020000D}, w.now).todo == job_action::nothing);
            CHECK(w.j.state() == job_state::transient_error); // what it waits for is something else
            if (network) {
                std::ignore = w.j.on_network_back(w.now);
            } else {
                std::ignore = w.j.on_unblocked(waiting_error.code, w.now);
            }
            CHECK(w.j.state() == job_state::queued);
            // The time that it waited does not count.
            fail_again(w);
            CHECK(w.j.state() == job_state::transient_error);
            std::ignore = is_over_after(w, 600, job_state::queued);
        }
    }
    // The time of an error before stands still meanwhile.
    world_job w;
    w.add();
    std::ignore = w.j.set_no_progress_timeout(1000, w.now);
    w.go(job_state::transient_error);
    w.pass_s(600);
    std::ignore = w.j.on_timer(w.now);
    std::ignore = w.j.on_network_lost(w.now);
    w.pass_s(50'000);
    std::ignore = w.j.on_network_back(w.now); // also one that had an error of its own
    fail_again(w);
    std::ignore = is_over_after(w, 400, job_state::error);
}

TEST_CASE("job timer: a job that waits can be resumed and cancelled by its owner") {
    world_job w;
    w.add().go(job_state::queued);
    std::ignore = w.j.on_network_lost(w.now);
    CHECK(w.j.resume(w.now).returns == hresult{});
    CHECK(w.j.state() == job_state::queued);
    fail_again(w);
    std::ignore = is_over_after(w, 600, job_state::queued);
    std::ignore = w.j.on_network_lost(w.now);
    std::ignore = w.j.cancel(w.now);
    CHECK(w.j.is_over());
    CHECK(w.j.wake_at() == time_never);
}

TEST_CASE("job timer: 90 days without a change cancel a job in any state [group-policies: JobInactivityTimeout]") {
    for (const job_state s : {job_state::queued, job_state::suspended, job_state::error, job_state::transferred}) {
        CAPTURE(std::string(enum_name(s)));
        world_job w;
        w.add().go(s);
        const job_step step = is_over_after(w, 90 * day_s, job_state::cancelled);
        CHECK(step.todo == job_action::clean_up);
        CHECK(w.j.wake_at() == time_never);
    }
    world_job w;
    w.add();
    w.pass_s(90 * day_s - 10);
    std::ignore = w.j.set_description("x", w.now);
    CHECK(w.wakes_in_s() == 90 * day_s);
    w.pass_s(10);
    w.add();
    CHECK(w.wakes_in_s() == 90 * day_s);
    w.pass_s(10);
    std::ignore = w.j.resume(w.now);
    CHECK(w.wakes_in_s() == 90 * day_s);
    w.pass_s(10);
    std::ignore = w.j.suspend(w.now);
    CHECK(w.wakes_in_s() == 90 * day_s);
    std::ignore = w.j.resume(w.now);
    std::ignore = w.j.on_picked(w.now);
    std::ignore = w.j.on_connected(w.now);
    std::ignore = w.j.set_maximum_download_time(0, w.now);
    w.pass_s(10);
    std::ignore = w.j.on_progress(3, w.now);
    CHECK(w.wakes_in_s() == 90 * day_s);
    w.pass_s(10);
    std::ignore = w.j.on_progress(3, w.now); // none
    CHECK(w.wakes_in_s() == 90 * day_s - 10);
    std::ignore = w.j.on_file_transferred(w.now);
    CHECK(w.wakes_in_s() == 90 * day_s);
    w.pass_s(10);
    std::ignore = w.j.on_file_transferred(w.now);
    CHECK(w.wakes_in_s() == 90 * day_s);
    w.pass_s(10);
    std::ignore = w.j.complete(w.now, {.rename_problem = hresult{0x80070005}});
    CHECK(w.wakes_in_s() == 90 * day_s);
    job_config c = job_config_of(job_type::download);
    c.limits.inactivity_timeout_s = 0;
    world_job forever(c);
    CHECK(forever.j.wake_at() == time_never);
    c.limits.inactivity_timeout_s = 7;
    world_job soon(c);
    std::ignore = is_over_after(soon, 7, job_state::cancelled);
}

TEST_CASE("job timer: an upload that is cancelled for its inactivity is cancelled at the server too") {
    job_config c = job_config_of(job_type::upload);
    c.limits.inactivity_timeout_s = 700;
    world_job w(c);
    w.add().go(job_state::error);
    CHECK(is_over_after(w, 700, job_state::cancelled).todo == job_action::clean_up);
    CHECK_FALSE(w.j.is_over());
    CHECK(is_over_after(w, 600, job_state::cancelled).todo == job_action::clean_up); // again
}

TEST_CASE("job timer: connecting and transferring may take so long, all in all [SetMaximumDownloadTime]") {
    job_config c = job_config_of(job_type::download);
    c.limits.max_download_time_s = 1000;
    world_job w(c);
    CHECK(w.j.maximum_download_time_s() == 1000);
    w.add(2).go(job_state::queued);
    w.pass_s(5000); // not counted
    std::ignore = w.j.on_picked(w.now);
    w.pass_s(100);
    std::ignore = w.j.on_connected(w.now);
    w.pass_s(100);
    std::ignore = w.j.on_yielded(w.now);
    w.pass_s(5000);
    std::ignore = w.j.on_picked(w.now);
    std::ignore = w.j.on_error(passing_error, w.now);
    w.pass_s(600); // not counted
    std::ignore = w.j.on_timer(w.now);
    std::ignore = w.j.on_picked(w.now);
    std::ignore = w.j.on_connected(w.now);
    std::ignore = w.j.on_progress(5, w.now); // changes nothing about it
    std::ignore = w.j.on_file_transferred(w.now);
    const std::uint32_t errors = w.j.error_count();
    const job_step s = is_over_after(w, 800, job_state::error);
    CHECK(s.todo == job_action::report_error);
    CHECK(w.j.get_error()->code == max_download_timeout);
    CHECK(w.j.get_error()->context == error_context::general_queue_manager);
    CHECK(w.j.get_error_file().error() == hresult{0x80200004});
    CHECK(w.j.error_count() == errors + 1);
    std::ignore = w.j.resume(w.now); // resets it
    std::ignore = w.j.on_picked(w.now);
    CHECK(w.wakes_in_s() == 1000);
    w.pass_s(10);
    std::ignore = w.j.resume(w.now); // while at work, too
    CHECK(w.wakes_in_s() == 1000);
    std::ignore = w.j.set_maximum_download_time(0, w.now); // no limit
    CHECK(w.wakes_in_s() > 1000);
    std::ignore = w.j.set_maximum_download_time(20, w.now);
    std::ignore = is_over_after(w, 20, job_state::error);
}

TEST_CASE("job timer: a cancelled upload without a session at the server is over [Cancel]") {
    for (const job_type t : {job_type::upload, job_type::upload_reply}) {
        for (const job_state s : {job_state::suspended, job_state::queued, job_state::transferred}) {
            world_job w(t);
            w.add().go(s);
            CHECK(w.j.cancel(w.now).todo == job_action::clean_up);
            CHECK(w.j.is_over());
            CHECK(w.j.wake_at() == time_never);
            CHECK(w.j.on_timer(at_s(1'000'000'000)).todo == job_action::nothing);
        }
    }
}

TEST_CASE("job timer: Cancel-Session is repeated for 24 hours, or for the no-progress time [Cancel]") {
    struct sample {
        std::uint32_t no_progress_s;
        std::uint64_t ends_after_s;
    };
    for (const sample& x : {sample{1'209'600, day_s}, sample{86'401, day_s}, sample{86'399, 86'399}, sample{3000, 3000},
                            sample{301, 301}, sample{299, 300}, sample{0, 300}}) {
        CAPTURE(x.no_progress_s);
        world_job w(job_type::upload);
        w.add();
        std::ignore = w.j.set_no_progress_timeout(x.no_progress_s, w.now);
        std::ignore = w.j.set_minimum_retry_delay(250, w.now);
        w.go(job_state::connecting);
        w.pass_s(1000);
        const time_point begin = w.now.steady;
        CHECK(w.j.cancel(w.now).todo == job_action::clean_up);
        CHECK_FALSE(w.j.is_over());
        CHECK(w.j.cancel(w.now).returns == hresult{0x80200002});
        std::uint64_t repeats = 0;
        while (!w.j.is_over()) {
            REQUIRE(w.j.wake_at() >= w.now.steady);
            w.now.steady = w.j.wake_at();
            const job_step s = w.j.on_timer(w.now);
            CHECK(w.j.state() == job_state::cancelled);
            if (s.todo == job_action::clean_up) {
                ++repeats;
                CHECK(elapsed_ms(begin, w.now.steady) == repeats * 250'000);
            } else {
                CHECK(s.todo == job_action::finish);
            }
        }
        CHECK(elapsed_ms(begin, w.now.steady) == x.ends_after_s * 1000);
        CHECK(repeats == (x.ends_after_s - 1) / 250 + (x.ends_after_s % 250 == 0 ? 1 : 0));
    }
    // The server may know sooner that it is over; and an error that waited holds nothing up.
    world_job w(job_type::upload);
    w.add().go(job_state::connecting);
    std::ignore = w.j.on_network_lost(w.now);
    std::ignore = w.j.cancel(w.now, true);
    std::ignore = is_over_after(w, 600, job_state::cancelled);
    CHECK(w.j.on_server_session_ended(w.now).todo == job_action::finish);
    CHECK(w.j.is_over());
}

TEST_CASE("job timer: a clock that goes back is one that stood still") {
    world_job w(job_type::download, at_s(10'000));
    w.add().go(job_state::transient_error);
    const time_point wake = w.j.wake_at();
    w.now.steady = {0};
    CHECK(w.j.on_timer(w.now).todo == job_action::nothing);
    std::ignore = w.j.set_description("x", w.now);
    CHECK(w.j.wake_at() == wake);
    w.now.steady = at_s(10'599).steady;
    std::ignore = w.j.on_timer(w.now);
    CHECK(w.j.state() == job_state::transient_error);
    w.now.steady = at_s(10'600).steady;
    std::ignore = w.j.on_timer(w.now);
    CHECK(w.j.state() == job_state::queued);
}

TEST_CASE("job timer: times at the end of all clocks do not wrap") {
    world_job w(job_type::upload, {{UINT64_MAX - 5000}, {UINT64_MAX}});
    w.add();
    CHECK(w.j.wake_at() == time_never);
    w.go(job_state::transient_error);
    CHECK(w.j.wake_at() == time_never);
    w.now.steady = {UINT64_MAX};
    CHECK(w.j.on_timer(w.now).todo == job_action::nothing);
    std::ignore = w.j.set_minimum_retry_delay(UINT32_MAX, w.now);
    std::ignore = w.j.set_no_progress_timeout(UINT32_MAX, w.now);
    CHECK(w.j.wake_at() == time_never);
    // The time that passed in an earlier run and all that passes in this one are more than there is.
    world_job old(job_type::upload, at_s(0));
    old.add().go(job_state::transferring);
    old.pass_s(5);
    const std::string bytes = old.bytes();
    job_memory memory;
    auto again = job::restore(bytes, memory.storage(), at_s(0));
    REQUIRE(again);
    std::ignore = again->on_picked(at_s(0));
    const moment end{{UINT64_MAX}, {UINT64_MAX}};
    CHECK(again->on_timer(end).todo != job_action::nothing);
    CHECK(again->state() == job_state::cancelled); // for its inactivity
    // All the time there is passes at once.
    world_job sudden(job_type::upload, at_s(0));
    sudden.add().go(job_state::transient_error);
    sudden.now.steady = {UINT64_MAX};
    std::ignore = sudden.j.on_timer(sudden.now);
    CHECK(sudden.j.state() == job_state::queued);
    std::ignore = sudden.j.on_timer(sudden.now);
    CHECK(sudden.j.state() == job_state::cancelled);
}

TEST_CASE("job timer: one after the other, those that are over at the same time") {
    world_job w;
    w.add();
    std::ignore = w.j.set_no_progress_timeout(600, w.now);
    w.go(job_state::transient_error);
    w.pass_s(600);
    // The delay is over as well, so there is one more attempt.
    std::ignore = w.j.on_timer(w.now);
    CHECK(w.j.state() == job_state::queued);
    CHECK(w.j.wake_at() > w.now.steady);
    std::ignore = w.j.on_picked(w.now);
    std::ignore = w.j.on_error(passing_error, w.now);
    CHECK(w.j.state() == job_state::error);
}

TEST_CASE("job timer: without its owner a job waits, and has its turn when he is back [BG_JOB_STATE]") {
    world_job w;
    w.add().go(job_state::transferring);
    std::ignore = w.j.on_logged_off(w.now);
    CHECK(w.j.state() == job_state::queued);
    CHECK_FALSE(w.j.is_ready());
    w.j.on_logged_on();
    CHECK(w.j.is_ready());
    std::ignore = w.j.on_logged_off(w.now); // while it is queued
    CHECK_FALSE(w.j.is_ready());
    std::ignore = w.j.suspend(w.now);
    w.j.on_logged_on();
    CHECK_FALSE(w.j.is_ready());
}

TEST_CASE("job timer: in each state those run, and each event sets those back, that its page says "
          "[SetNoProgressTimeout, group-policies]") {
    using t = job_timer;
    using s = job_state;
    using e = job_event;
    using set = enum_set<job_timer>;
    const auto running_in = [](job_state in) -> set {
        switch (in) {
        case s::queued:
            return {t::no_progress, t::inactivity};
        case s::connecting:
        case s::transferring:
            return {t::no_progress, t::inactivity, t::download_time};
        case s::transient_error:
            return {t::no_progress, t::inactivity, t::retry_delay};
        case s::suspended:
        case s::error:
        case s::transferred:
            return {t::inactivity};
        case s::cancelled:
            return {t::retry_delay, t::cancelling};
        case s::acknowledged:
            break;
        }
        return {};
    };
    const auto set_back_by = [](job_event on) -> set {
        switch (on) {
        case e::resume_called:
            return {t::no_progress, t::inactivity, t::download_time};
        case e::progressed:
        case e::file_transferred:
        case e::all_transferred:
            return {t::no_progress, t::inactivity};
        case e::suspend_called:
        case e::resume_called_when_transferred:
        case e::add_file_called:
        case e::property_set:
        case e::rename_failed:
            return {t::inactivity};
        case e::cancel_called: // the first attempt to end the session at the server
        case e::cancel_called_files_left:
        case e::inactive_for_too_long:
        case e::failed_for_now:
        case e::retry_due:
            return {t::retry_delay};
        default:
            return {};
        }
    };
    const auto second = [](std::uint64_t n) { return time_point{n * 1000}; };
    for (std::size_t n = 0; n < enumerator_count<job_timer>; ++n) {
        const auto timer = static_cast<job_timer>(n);
        CAPTURE(std::string(enum_name(timer)));
        job_timers at_rest(second(0));
        at_rest.release(timer);
        at_rest.set_limit(timer, 1000);
        job_state running = s::queued;
        for (std::size_t i = 0; i < enumerator_count<job_state>; ++i) {
            const auto in = static_cast<job_state>(i);
            CAPTURE(std::string(enum_name(in)));
            job_timers timers = at_rest;
            timers.advance(in, second(1000));
            const bool runs = running_in(in).contains(timer);
            CHECK(timers.is_over(timer, in, second(1000)) == runs);
            if (runs) running = in;
        }
        for (std::size_t i = 0; i < enumerator_count<job_event>; ++i) {
            const auto on = static_cast<job_event>(i);
            CAPTURE(std::string(enum_name(on)));
            job_timers timers = at_rest;
            timers.advance(running, second(999));
            timers.on_event(on);
            CHECK(timers.is_over(timer, running, second(1000)) == !set_back_by(on).contains(timer));
        }
    }
}

TEST_CASE(
    "job timer: a limit of 0 is no limit, none at all, or the least there is [SetNoProgressTimeout, group-policies]") {
    const auto over_after = [](job_timer timer, job_state in, std::uint64_t seconds) {
        job_timers timers(time_point{0});
        timers.release(timer);
        timers.set_limit(timer, 0);
        return timers.is_over(timer, in, time_point{seconds * 1000});
    };
    CHECK(over_after(job_timer::no_progress, job_state::transient_error, 0));
    CHECK_FALSE(over_after(job_timer::inactivity, job_state::suspended, 1'000'000'000));
    CHECK_FALSE(over_after(job_timer::download_time, job_state::transferring, 1'000'000'000));
    CHECK_FALSE(over_after(job_timer::retry_delay, job_state::transient_error, 4));
    CHECK(over_after(job_timer::retry_delay, job_state::transient_error, 5));
    CHECK_FALSE(over_after(job_timer::cancelling, job_state::cancelled, 299));
    CHECK(over_after(job_timer::cancelling, job_state::cancelled, 300));
}

TEST_CASE(
    "job timer: until a job says otherwise they have the times of their pages [group-policies, SetMinimumRetryDelay]") {
    const job_timers timers(time_point{0});
    CHECK(timers.limit_s(job_timer::retry_delay) == 600);
    CHECK(timers.limit_s(job_timer::no_progress) == 14 * day_s);
    CHECK(timers.limit_s(job_timer::inactivity) == 90 * day_s);
    CHECK(timers.limit_s(job_timer::download_time) == 90 * day_s);
    CHECK(timers.limit_s(job_timer::cancelling) == day_s);
}
