// The scheduler against one that is slow and simple, and the cases that have names [BG_JOB_PRIORITY].
#include "support/job_world.hpp"
#include "support/print.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

using namespace bitswire;

namespace {

using todo = schedule_todo;

/// What a scheduler is meant to do, without lists and heaps: it looks at all jobs each time.
class naive_scheduler {
  public:
    naive_scheduler(std::size_t count, std::uint32_t slice_s) : entries_(count), slice_ms_(slice_s * 1000ULL) {}

    void update(std::uint32_t i, const job& j, time_point now) {
        entry& e = entries_[i];
        const kind is = j.is_running() ? kind::running : j.is_ready() ? kind::waiting : kind::outside;
        if (is != e.is || j.priority() != e.priority) {
            bool in_front = false;
            if (e.is == kind::running && is == kind::waiting && e.priority != job_priority::foreground) {
                for (const entry& other : entries_)
                    in_front = in_front || (other.is == kind::waiting && other.priority < e.priority &&
                                            other.priority != job_priority::foreground);
            }
            const auto head = head_of_running();
            e.is = is;
            e.priority = j.priority();
            e.turn = in_front ? --first_ : ++last_;
            // With another priority the turn begins anew.
            if (head != head_of_running() || head == i) slice_end_ = now.ms + slice_ms_;
        }
        e.wake_at = j.wake_at();
    }
    void forget(std::uint32_t i, time_point now) {
        const auto head = head_of_running();
        entries_[i] = {};
        if (head != head_of_running()) slice_end_ = now.ms + slice_ms_;
    }
    /// Where more than one job's timer is over, any of them is right.
    void check(const schedule_step& got, time_point now) const {
        time_point first = time_never;
        for (const entry& e : entries_)
            first = std::min(first, e.wake_at);
        if (first <= now && first != time_never) {
            REQUIRE(got.todo == todo::timer);
            REQUIRE(entries_[got.job].wake_at == first);
            return;
        }
        if (const auto f = first_of(kind::waiting, job_priority::foreground)) return check(got, todo::start, *f);
        const auto running = all_running();
        if (running.size() > 1) return check(got, todo::yield, running.back());
        std::optional<std::uint32_t> next;
        for (const job_priority p : {job_priority::high, job_priority::normal, job_priority::low})
            if (!next) next = first_of(kind::waiting, p);
        if (next && running.empty()) return check(got, todo::start, *next);
        if (next) {
            const job_priority its = entries_[*next].priority;
            const job_priority mine = entries_[running[0]].priority;
            if (its < mine || (its == mine && now.ms >= slice_end_)) return check(got, todo::yield, running[0]);
            if (its == mine) first = std::min(first, time_point{slice_end_});
        }
        REQUIRE(got.todo == todo::nothing);
        REQUIRE(got.wake_at == first);
    }
    [[nodiscard]] std::vector<std::uint32_t> order() const {
        std::vector<std::uint32_t> all = all_running();
        for (std::size_t p = 0; p < 4; ++p) {
            const auto waiting = in_turn(
                [&](const entry& e) { return e.is == kind::waiting && e.priority == static_cast<job_priority>(p); });
            all.insert(all.end(), waiting.begin(), waiting.end());
        }
        return all;
    }

  private:
    enum class kind : std::uint8_t { outside, waiting, running };
    struct entry {
        kind is = kind::outside;
        job_priority priority = job_priority::normal;
        std::int64_t turn = 0;
        time_point wake_at = time_never;
    };

    static void check(const schedule_step& got, todo what, std::uint32_t who) {
        REQUIRE(got.todo == what);
        REQUIRE(got.job == who);
    }
    template <class Wanted>
    [[nodiscard]] std::vector<std::uint32_t> in_turn(Wanted wanted) const {
        std::vector<std::uint32_t> found;
        for (std::uint32_t i = 0; i < entries_.size(); ++i)
            if (wanted(entries_[i])) found.push_back(i);
        std::sort(found.begin(), found.end(), [&](auto a, auto b) { return entries_[a].turn < entries_[b].turn; });
        return found;
    }
    [[nodiscard]] std::vector<std::uint32_t> all_running() const {
        return in_turn([](const entry& e) { return e.is == kind::running && e.priority != job_priority::foreground; });
    }
    [[nodiscard]] std::optional<std::uint32_t> head_of_running() const {
        const auto all = all_running();
        return all.empty() ? std::nullopt : std::optional(all[0]);
    }
    [[nodiscard]] std::optional<std::uint32_t> first_of(kind k, job_priority p) const {
        const auto all = in_turn([&](const entry& e) { return e.is == k && e.priority == p; });
        return all.empty() ? std::nullopt : std::optional(all[0]);
    }

    std::vector<entry> entries_;
    std::uint64_t slice_ms_;
    std::uint64_t slice_end_ = 0;
    std::int64_t first_ = 0;
    std::int64_t last_ = 0;
};

/// A queue of jobs with its embedder. Each decision is compared with the naive one.
class queue_world {
  public:
    explicit queue_world(std::uint32_t count, std::uint32_t slice_s = 300)
        : slots_(count), scheduler_(slots_, slice_s), naive_(count, slice_s), jobs_(count) {}

    std::uint32_t add(std::uint32_t i, job_priority p = job_priority::normal, bool resumed = true) {
        jobs_[i] = std::make_unique<entry>(now);
        std::ignore = jobs_[i]->j.set_priority(p, now);
        std::ignore = jobs_[i]->j.add_file("http://h/x", "/x", now);
        if (resumed) std::ignore = jobs_[i]->j.resume(now);
        update(i);
        return i;
    }
    void remove(std::uint32_t i) {
        scheduler_.forget(i, now.steady);
        naive_.forget(i, now.steady);
        jobs_[i].reset();
        check();
    }
    [[nodiscard]] bool has(std::uint32_t i) const { return jobs_[i] != nullptr; }
    [[nodiscard]] job& at(std::uint32_t i) { return jobs_[i]->j; }
    template <class Call>
    void change(std::uint32_t i, Call call) {
        call(at(i));
        update(i);
    }
    void update(std::uint32_t i) {
        scheduler_.update(i, at(i), now.steady);
        naive_.update(i, at(i), now.steady);
        check();
    }
    [[nodiscard]] schedule_step next() const {
        const schedule_step s = scheduler_.next(now.steady);
        naive_.check(s, now.steady);
        return s;
    }
    /// Does what is to be done, until there is nothing.
    schedule_step settle() {
        for (std::size_t i = 0; i < 10 * jobs_.size() + 100; ++i) {
            const schedule_step s = next();
            ++decisions;
            if (s.todo == todo::nothing) return s;
            change(s.job, [&](job& j) {
                if (s.todo == todo::start) REQUIRE(j.on_picked(now).todo == job_action::start);
                if (s.todo == todo::start) ++starts;
                if (s.todo == todo::yield) REQUIRE(j.on_yielded(now).todo == job_action::stop);
                if (s.todo == todo::timer) std::ignore = j.on_timer(now);
            });
            if (at(s.job).is_over()) remove(s.job);
        }
        FAIL("the scheduler never comes to an end");
        return {};
    }
    void pass_s(std::uint64_t seconds) { now.steady.ms += seconds * 1000; }
    [[nodiscard]] std::vector<std::uint32_t> running() const {
        std::vector<std::uint32_t> all;
        for (std::uint32_t i = 0; i < jobs_.size(); ++i)
            if (jobs_[i] && jobs_[i]->j.is_running()) all.push_back(i);
        return all;
    }
    [[nodiscard]] std::vector<std::uint32_t> order() const {
        std::vector<std::uint32_t> all;
        scheduler_.for_each_in_order([&](std::uint32_t i) { all.push_back(i); });
        return all;
    }
    /// What holds whenever nothing is to be done.
    void check_settled() const {
        int background = 0;
        job_priority running = job_priority::foreground;
        for (const auto& e : jobs_) {
            if (e && e->j.is_running() && e->j.priority() != job_priority::foreground) {
                ++background;
                running = e->j.priority();
            }
        }
        REQUIRE(background <= 1);
        for (const auto& e : jobs_) {
            if (!e || !e->j.is_ready()) continue;
            REQUIRE(e->j.priority() != job_priority::foreground); // all of those run
            REQUIRE(background == 1);
            REQUIRE(e->j.priority() >= running);
        }
    }

    moment now = at_s(1'000'000);
    std::size_t decisions = 0;
    std::size_t starts = 0;

  private:
    struct entry {
        explicit entry(const moment& now) : j(*job::create(config(), memory.storage(), now)) {}
        static job_config config() {
            job_config c;
            c.display_name = "j";
            return c;
        }
        job_memory memory{1, 40, 0};
        job j;
    };
    void check() const { REQUIRE(order() == naive_.order()); }

    std::vector<scheduler_slot> slots_;
    scheduler scheduler_;
    naive_scheduler naive_;
    std::vector<std::unique_ptr<entry>> jobs_;
};

using numbers = std::vector<std::uint32_t>;

} // namespace

TEST_CASE("scheduler: all foreground jobs run beside one background job [life-cycle-of-a-bits-job]") {
    queue_world q(6);
    q.add(0);
    q.add(1, job_priority::foreground);
    q.add(2);
    q.add(3, job_priority::foreground);
    q.add(4, job_priority::foreground);
    std::ignore = q.settle();
    CHECK(q.running() == numbers{0, 1, 3, 4});
    q.change(0, [&](job& j) { std::ignore = j.on_connected(q.now), std::ignore = j.on_file_transferred(q.now); });
    std::ignore = q.settle();
    CHECK(q.running() == numbers{1, 2, 3, 4});
}

TEST_CASE("scheduler: nothing to do without jobs, and no time to wake at") {
    const scheduler empty({});
    CHECK(empty.next({5}).todo == todo::nothing);
    CHECK(empty.next({5}).wake_at == time_never);
    queue_world q(2);
    CHECK(q.next().wake_at == time_never);
}

TEST_CASE("scheduler: a higher priority pre-empts, and who was interrupted goes on first [BG_JOB_PRIORITY]") {
    queue_world q(6);
    q.add(0, job_priority::low);
    q.add(1, job_priority::low);
    std::ignore = q.settle();
    CHECK(q.running() == numbers{0});
    q.pass_s(10);
    q.add(2, job_priority::normal);
    q.add(3, job_priority::high);
    std::ignore = q.settle();
    CHECK(q.running() == numbers{3});
    CHECK(q.order() == numbers{3, 2, 0, 1});
    q.change(3, [&](job& j) { std::ignore = j.suspend(q.now); });
    std::ignore = q.settle();
    CHECK(q.running() == numbers{2});
    q.change(3, [&](job& j) { std::ignore = j.resume(q.now); });
    std::ignore = q.settle();
    CHECK(q.running() == numbers{3});
    q.change(3, [&](job& j) { std::ignore = j.cancel(q.now); });
    q.remove(3);
    q.change(2, [&](job& j) { std::ignore = j.cancel(q.now); });
    q.remove(2);
    std::ignore = q.settle();
    CHECK(q.running() == numbers{0});
}

TEST_CASE("scheduler: within a priority, one after the other, each for a slice [BG_JOB_PRIORITY]") {
    queue_world q(3);
    for (std::uint32_t i = 0; i < 3; ++i)
        q.add(i);
    const time_point begin = q.now.steady;
    for (std::uint32_t turn = 0; turn < 12; ++turn) {
        const schedule_step s = q.settle();
        CHECK(q.running() == numbers{turn % 3});
        CHECK(s.wake_at == after_s(begin, 300 * (turn + 1)));
        q.now.steady = {s.wake_at.ms - 1};
        CHECK(q.next().todo == todo::nothing);
        q.now.steady = s.wake_at;
        CHECK(q.next().todo == todo::yield);
    }
}

TEST_CASE("scheduler: who is alone in his priority does not yield, however long he runs") {
    queue_world q(3);
    q.add(0);
    q.add(1, job_priority::low);
    std::ignore = q.settle();
    q.pass_s(80'000);
    const schedule_step s = q.settle();
    CHECK(q.running() == numbers{0});
    CHECK(s.wake_at > after_s(q.now.steady, 300)); // only timers of the jobs
    q.add(2);                                      // his slice is over long ago
    std::ignore = q.settle();
    CHECK(q.running() == numbers{2});
    CHECK(q.order() == numbers{2, 0, 1});
}

TEST_CASE("scheduler: who waits, is suspended or has failed is in nobody's way [life-cycle-of-a-bits-job]") {
    queue_world q(8);
    q.add(0, job_priority::high);
    q.add(1, job_priority::high);
    q.add(2, job_priority::high);
    q.add(3, job_priority::high, false);
    q.add(4, job_priority::high);
    q.add(5, job_priority::low);
    std::ignore = q.settle();
    q.change(0, [&](job& j) { std::ignore = j.on_error(passing_error, q.now); });
    std::ignore = q.settle();
    q.change(1, [&](job& j) { std::ignore = j.on_error(fatal_error, q.now); });
    std::ignore = q.settle();
    q.change(2, [&](job& j) { std::ignore = j.on_error(waiting_error, q.now); });
    std::ignore = q.settle();
    CHECK(q.running() == numbers{4});
    q.change(4, [&](job& j) { std::ignore = j.on_logged_off(q.now); });
    std::ignore = q.settle();
    CHECK(q.running() == numbers{5});
    q.change(4, [&](job& j) {
        j.on_logged_on();
        static_cast<void>(j);
    });
    std::ignore = q.settle();
    CHECK(q.running() == numbers{4});
    q.pass_s(600);
    std::ignore = q.settle(); // the retry delay of the first one is over
    CHECK(q.at(0).state() != job_state::transient_error);
}

TEST_CASE("scheduler: a priority that changes counts at once [SetPriority]") {
    queue_world q(5);
    for (std::uint32_t i = 0; i < 4; ++i)
        q.add(i);
    std::ignore = q.settle();
    const auto give = [&](std::uint32_t i, job_priority p) {
        q.change(i, [&](job& j) { std::ignore = j.set_priority(p, q.now); });
    };
    give(2, job_priority::high); // while it waits
    std::ignore = q.settle();
    CHECK(q.running() == numbers{2});
    CHECK(q.order() == numbers{2, 0, 1, 3});
    give(2, job_priority::low); // while it runs
    std::ignore = q.settle();
    CHECK(q.running() == numbers{0});
    CHECK(q.order() == numbers{0, 1, 3, 2});
    give(3, job_priority::foreground);
    std::ignore = q.settle();
    CHECK(q.running() == numbers{0, 3});
    give(0, job_priority::foreground); // the place in the background is free
    std::ignore = q.settle();
    CHECK(q.running() == numbers{0, 1, 3});
    give(0, job_priority::normal); // two run in the background now
    CHECK(q.running() == numbers{0, 1, 3});
    std::ignore = q.settle();
    CHECK(q.running() == numbers{1, 3});
    CHECK(q.order() == numbers{1, 0, 2});
    give(3, job_priority::high); // from the foreground into the background
    std::ignore = q.settle();
    CHECK(q.running() == numbers{3});
}

TEST_CASE("scheduler: a foreground job that is interrupted goes to the end of its line") {
    queue_world q(4);
    q.add(0, job_priority::high);
    q.add(1, job_priority::foreground);
    std::ignore = q.settle();
    CHECK(q.running() == numbers{0, 1});
    q.add(2, job_priority::foreground);
    q.change(1, [&](job& j) { std::ignore = j.on_yielded(q.now); }); // its embedder's own will: nobody pre-empts it
    CHECK(q.order() == numbers{0, 2, 1});
    std::ignore = q.settle();
    CHECK(q.running() == numbers{0, 1, 2});
}

TEST_CASE("scheduler: a slice begins with the turn, also where another one has just ended") {
    queue_world q(4);
    q.add(0);
    q.add(1);
    q.add(2);
    std::ignore = q.settle();
    q.pass_s(299);
    q.change(0, [&](job& j) { std::ignore = j.suspend(q.now); });
    CHECK(q.settle().wake_at == after_s(q.now.steady, 300));
    CHECK(q.running() == numbers{1});
    q.pass_s(200);
    q.remove(1); // while it runs
    CHECK(q.running().empty());
    std::ignore = q.settle();
    CHECK(q.running() == numbers{2});
    q.pass_s(299);
    q.add(1);
    std::ignore = q.settle();
    CHECK(q.running() == numbers{2});
    // A lowered job runs beside it; the one that has the turn goes: the other one has a slice of its own.
    q.add(3, job_priority::foreground);
    std::ignore = q.settle();
    q.change(3, [&](job& j) { std::ignore = j.set_priority(job_priority::normal, q.now); });
    q.remove(2);
    CHECK(q.settle().wake_at == after_s(q.now.steady, 300));
    CHECK(q.running() == numbers{3});
}

TEST_CASE("scheduler: a number that was forgotten can be given to another job") {
    queue_world q(2);
    for (int round = 0; round < 20; ++round) {
        q.add(0, static_cast<job_priority>(round % 4));
        q.add(1, static_cast<job_priority>(round / 4 % 4));
        std::ignore = q.settle();
        if (round % 3 == 0) q.change(0, [&](job& j) { std::ignore = j.on_error(passing_error, q.now); });
        q.remove(0);
        std::ignore = q.settle();
        CHECK(q.running() == numbers{1});
        q.remove(1);
        CHECK(q.next().todo == todo::nothing);
        CHECK(q.next().wake_at == time_never);
        CHECK(q.order().empty());
    }
}

TEST_CASE("scheduler: timers in their order, also many at the same time") {
    constexpr std::uint32_t count = 100;
    queue_world q(count);
    std::mt19937_64 random(5); // NOLINT: repeatable
    std::map<std::uint64_t, int> expected;
    for (std::uint32_t i = 0; i < count; ++i) {
        q.add(i, job_priority::normal);
        const auto delay = static_cast<std::uint32_t>(5 + random() % 4);
        q.change(i, [&](job& j) {
            std::ignore = j.set_minimum_retry_delay(delay, q.now);
            std::ignore = j.on_picked(q.now);
            std::ignore = j.on_error(passing_error, q.now);
        });
        ++expected[delay];
    }
    const time_point begin = q.now.steady;
    std::map<std::uint64_t, int> seen;
    for (std::uint32_t i = 0; i < count; ++i) {
        q.now.steady = std::max(q.now.steady, q.next().todo == todo::timer ? q.now.steady : q.next().wake_at);
        schedule_step s = q.next();
        while (s.todo != todo::timer) { // jobs whose delay is over want to run
            q.change(s.job,
                     [&](job& j) { std::ignore = s.todo == todo::start ? j.suspend(q.now) : j.on_yielded(q.now); });
            if (q.next().todo == todo::nothing) q.now.steady = q.next().wake_at;
            s = q.next();
        }
        ++seen[elapsed_ms(begin, q.now.steady) / 1000];
        q.change(s.job, [&](job& j) { std::ignore = j.on_timer(q.now); });
    }
    CHECK(seen == expected);
}

TEST_CASE("scheduler: a seeded walk with hundreds of jobs decides as the naive one [BG_JOB_PRIORITY]") {
    std::size_t starts = 0;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed); // NOLINT: repeatable
        const auto pick = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
        const std::uint32_t count = seed % 3 == 0 ? 8 : seed % 3 == 1 ? 40 : 300;
        queue_world q(count, 30);
        for (int event = 0; event < 1500; ++event) {
            const std::uint32_t i = pick(count);
            const auto p = static_cast<job_priority>(pick(4));
            if (!q.has(i)) {
                q.add(i, p, pick(4) != 0);
            } else {
                const std::uint32_t what = pick(13);
                if (what == 0 && pick(3) == 0) std::ignore = q.at(i).cancel(q.now);
                if (q.at(i).is_over()) {
                    q.update(i);
                    q.remove(i);
                    continue;
                }
                q.change(i, [&](job& j) {
                    switch (what) {
                    case 1:
                        std::ignore = j.suspend(q.now);
                        break;
                    case 2:
                    case 3:
                        std::ignore = j.resume(q.now);
                        break;
                    case 4:
                        std::ignore = j.set_priority(p, q.now);
                        break;
                    case 5:
                        std::ignore = j.on_error(passing_error, q.now);
                        break;
                    case 6:
                        std::ignore = j.on_error(pick(3) == 0 ? fatal_error : waiting_error, q.now);
                        break;
                    case 7:
                        std::ignore = j.on_network_back(q.now);
                        break;
                    case 8:
                        std::ignore = j.on_connected(q.now);
                        break;
                    case 9:
                        std::ignore = j.on_progress(pick(100), q.now);
                        break;
                    case 10:
                        if (pick(4) == 0) std::ignore = j.on_file_transferred(q.now);
                        break;
                    case 11:
                        std::ignore = j.on_logged_off(q.now);
                        break;
                    default:
                        j.on_logged_on();
                    }
                });
            }
            if (pick(3) == 0) q.pass_s(pick(40));
            if (pick(50) == 0) q.pass_s(pick(5000));
            if (pick(3) != 0) { // now and then many things happen at once
                std::ignore = q.settle();
                q.check_settled();
            }
        }
        starts += q.starts;
    }
    CHECK(starts > 2000);
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
    CHECK_FALSE(s.move_to(std::span(more).first(1)));
    REQUIRE(s.move_to(more));
    slots.assign(2, scheduler_slot{});
    s.update(2, third.j, first.now.steady);
    std::vector<std::uint32_t> order;
    s.for_each_in_order([&](std::uint32_t i) { order.push_back(i); });
    CHECK(order == std::vector<std::uint32_t>{0, 1, 2});
}
