// bitswire/session/job_timers.hpp: the timers of a job: how long each has run, and when the next one is over.
//
// What they are and when they run is the table in machine/job.hpp. They count time that has passed, not moments to
// come, so they can be stored and continue in another run with the time that was left.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_JOB_TIMERS_HPP
#define BITSWIRE_SESSION_JOB_TIMERS_HPP

#include "../base/snapshot.hpp"
#include "../base/time.hpp"
#include "../machine/job.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace bitswire {

class job_timers {
  public:
    constexpr job_timers() noexcept = default;
    constexpr explicit job_timers(time_point now) noexcept : since_(now) {
        for (const job_timer_row& row : job_timer_rows)
            set_limit(row.id, row.default_s);
        halt(job_timer::no_progress);
    }

    /// The limit of a timer in seconds.
    [[nodiscard]] constexpr std::uint32_t limit_s(job_timer t) const noexcept { return at(t).limit_s; }
    constexpr void set_limit(job_timer t, std::uint32_t seconds) noexcept {
        at(t).limit_s = seconds < row_of(t).least_s ? row_of(t).least_s : seconds;
    }

    /// A timer that is halted does not run, whatever the state is.
    constexpr void halt(job_timer t) noexcept { at(t).is_halted = true; }
    constexpr void release(job_timer t) noexcept { at(t).is_halted = false; }

    /// The job has been in state `s` until now.
    constexpr void advance(job_state s, time_point now) noexcept {
        for (const job_timer_row& row : job_timer_rows)
            at(row.id).elapsed_ms = elapsed(row.id, s, now);
        if (now > since_) since_ = now;
    }
    /// `e` has happened: sets those back that the table says.
    constexpr void on_event(job_event e) noexcept {
        for (const job_timer_row& row : job_timer_rows) {
            if (row.reset_by.contains(e)) at(row.id).elapsed_ms = 0;
        }
    }

    /// Counts time that passed between two runs. If it is all that was left, or more, at most a day stays.
    constexpr void skip(job_timer t, std::uint64_t ms) noexcept {
        constexpr std::uint64_t day_ms = 86'400'000;
        const std::uint64_t left = left_ms(t, at(t).elapsed_ms);
        if (left == UINT64_MAX) return;
        if (ms < left) {
            at(t).elapsed_ms += ms;
        } else if (left > day_ms) {
            at(t).elapsed_ms += left - day_ms;
        }
    }

    /// Whether a timer has run for as long as it may.
    [[nodiscard]] constexpr bool is_over(job_timer t, job_state s, time_point now) const noexcept {
        return left_ms(t, elapsed(t, s, now)) == 0;
    }
    /// Whether a timer is over in a state where that means something; then `e` becomes what happens.
    [[nodiscard]] constexpr bool find_over(job_state s, time_point now, job_event& e) const noexcept {
        for (const job_timer_row& row : job_timer_rows) {
            if (!runs(row, s) || !is_over(row.id, s, now)) continue;
            e = row.over;
            return true;
        }
        return false;
    }
    /// When the first one will be over, if nothing happens before.
    [[nodiscard]] constexpr time_point wake_at(job_state s) const noexcept {
        time_point first = time_never;
        for (const job_timer_row& row : job_timer_rows) {
            if (!runs(row, s)) continue;
            const time_point over = after_ms(since_, left_ms(row.id, at(row.id).elapsed_ms));
            if (over < first) first = over;
        }
        return first;
    }

    constexpr void write(snapshot_writer& w, job_state s, time_point now) const noexcept {
        for (const job_timer_row& row : job_timer_rows) {
            w.put(elapsed(row.id, s, now));
            w.put(at(row.id).limit_s);
            w.put(at(row.id).is_halted);
        }
    }
    /// Goes on at `now` with the time that was left. False: a limit is less than it can be.
    [[nodiscard]] constexpr bool read(snapshot_reader& r, time_point now) noexcept {
        bool possible = true;
        for (const job_timer_row& row : job_timer_rows) {
            timer& t = at(row.id);
            t.elapsed_ms = r.get<std::uint64_t>();
            t.limit_s = r.get<std::uint32_t>();
            t.is_halted = r.get_bool();
            possible = possible && t.limit_s >= row.least_s;
        }
        since_ = now;
        return possible;
    }

  private:
    struct timer {
        std::uint64_t elapsed_ms = 0;
        std::uint32_t limit_s = 0;
        bool is_halted = false;
    };

    [[nodiscard]] constexpr timer& at(job_timer t) noexcept { return timers_[static_cast<std::size_t>(t)]; }
    [[nodiscard]] constexpr const timer& at(job_timer t) const noexcept { return timers_[static_cast<std::size_t>(t)]; }

    /// Whether it runs, and its end means something in this state.
    [[nodiscard]] constexpr bool runs(const job_timer_row& row, job_state s) const noexcept {
        return row.runs_in.contains(s) && !at(row.id).is_halted && job_machine(s).accepts(row.over);
    }
    [[nodiscard]] constexpr std::uint64_t elapsed(job_timer t, job_state s, time_point now) const noexcept {
        const timer& of = at(t);
        if (of.is_halted || !row_of(t).runs_in.contains(s)) return of.elapsed_ms;
        const std::uint64_t more = elapsed_ms(since_, now);
        return more > UINT64_MAX - of.elapsed_ms ? UINT64_MAX : of.elapsed_ms + more;
    }
    [[nodiscard]] constexpr std::uint64_t left_ms(job_timer t, std::uint64_t elapsed) const noexcept {
        const std::uint64_t limit_ms = std::uint64_t{at(t).limit_s} * 1000U;
        if (limit_ms == 0 && row_of(t).zero_is_none) return UINT64_MAX;
        return elapsed < limit_ms ? limit_ms - elapsed : 0;
    }

    std::array<timer, enumerator_count<job_timer>> timers_{};
    time_point since_{}; ///< up to when the elapsed times count
};

} // namespace bitswire

#endif
