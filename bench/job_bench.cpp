// What one decision of the scheduler costs, with what it leads to, and how that grows with the number of jobs. Beside
// it what a job of a queue costs to be written and read back.
#include "checks.hpp"

#include <bitswire/bitswire.hpp>

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <tuple>
#include <vector>

using namespace bitswire;

namespace {

/// Jobs with the memory that they borrow: one file each.
class job_set {
  public:
    explicit job_set(std::uint32_t count)
        : slots_(count), files_(count), texts_(count * text_bytes), who(slots_, slice_s) {
        jobs.reserve(count);
        for (std::uint32_t i = 0; i < count; ++i) {
            job_config c;
            c.display_name = "job";
            c.limits.inactivity_timeout_s = UINT32_MAX; // every job has a timer, and the time of this clock flies
            c.limits.max_download_time_s = 0;
            const auto j = job::create(c, storage_of(i), now());
            check(j.has_value(), "job_set");
            jobs.push_back(*j);
            std::ignore = jobs[i].add_file("http://frankcao8/folder/file.bin", "/home/user/file.bin", now());
            // The timers of many jobs are over at different times.
            now_ms += 7;
            std::ignore = jobs[i].set_minimum_retry_delay(5, now());
            std::ignore = jobs[i].set_priority(static_cast<job_priority>(1 + i % 3), now());
            std::ignore = jobs[i].resume(now());
            who.update(i, jobs[i], now().steady);
        }
    }

    [[nodiscard]] moment now() const { return {{now_ms}, {now_ms}}; }
    [[nodiscard]] job_storage storage_of(std::uint32_t i) {
        return {std::span(files_).subspan(i, 1), std::span(texts_).subspan(i * text_bytes, text_bytes), {}};
    }
    /// Asks, does it, and says what the job has become.
    schedule_todo decide() {
        const schedule_step s = who.next(now().steady);
        if (s.todo == schedule_todo::nothing) {
            check(s.wake_at != time_never, "nothing to wait for");
            now_ms = s.wake_at.ms;
            return s.todo;
        }
        job& j = jobs[s.job];
        if (s.todo == schedule_todo::start) {
            std::ignore = j.on_picked(now());
            std::ignore = j.on_connected(now());
            std::ignore = j.on_progress(++starts, now());
        }
        if (s.todo == schedule_todo::yield) std::ignore = j.on_yielded(now());
        if (s.todo == schedule_todo::timer) std::ignore = j.on_timer(now());
        if (s.todo == schedule_todo::start && starts % 4 == 0) {
            std::ignore =
                j.on_error({"BG_E_TIMEOUT"_hresult, error_context::general_transport}, now()); // waits for its retry
        }
        who.update(s.job, j, now().steady);
        return s.todo;
    }

  private:
    static constexpr std::size_t text_bytes = 64;
    static constexpr std::uint32_t slice_s = 10;
    std::vector<scheduler_slot> slots_;
    std::vector<job_file_record> files_;
    std::vector<char> texts_;

  public:
    std::vector<job> jobs{};
    scheduler who;
    std::uint64_t now_ms = 1'000'000;
    std::uint64_t starts = 0;
};

/// Pick, run, slice over, error, timer: one decision after the other.
void scheduler_decision(benchmark::State& state) {
    job_set set(static_cast<std::uint32_t>(state.range(0)));
    std::uint64_t seen[4] = {};
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        const schedule_todo done = set.decide();
        ++seen[static_cast<std::size_t>(done)];
        benchmark::DoNotOptimize(set.who);
    }
    check_no_allocations(before);
    check(state.iterations() < 1000 || (seen[0] > 0 && seen[1] > 0 && seen[2] > 0 && seen[3] > 0), "decisions");
}

constexpr std::uint32_t queue_jobs = 1000;

struct into_set {
    job_set& set;
    std::uint64_t waited = 0;

    job_storage make_room(std::uint32_t number, const job_storage_size& /*size*/) { return set.storage_of(number); }
    bool take(std::uint32_t number, const job& j) {
        if (number >= queue_jobs) return false;
        set.jobs[number] = j;
        return true;
    }
    bool wait(std::uint32_t number) {
        ++waited;
        return number < queue_jobs;
    }
};

std::size_t write_set(const job_set& set, std::span<char> out) {
    const auto each = [&](auto f) {
        for (std::uint32_t i = 0; i < queue_jobs; ++i)
            f(i, set.jobs[i]);
    };
    return write_queue(queue_jobs, each, set.who, out, set.now());
}

/// A queue of 1,000 jobs; the time is that of all of them.
void queue_write(benchmark::State& state) {
    const job_set set(queue_jobs);
    std::vector<char> out(write_set(set, {}));
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        check(write_set(set, out) == out.size(), "queue_write");
        benchmark::DoNotOptimize(out.data());
    }
    check_no_allocations(before);
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * queue_jobs);
    state.counters["bytes_per_job"] = static_cast<double>(out.size()) / queue_jobs;
}

void queue_read(benchmark::State& state) {
    job_set set(queue_jobs);
    std::vector<char> bytes(write_set(set, {}));
    write_set(set, bytes);
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        into_set receiver{set};
        check(!read_queue({bytes.data(), bytes.size()}, receiver, set.now()), "queue_read");
        check(receiver.waited == queue_jobs, "queue_read: all wait");
    }
    check_no_allocations(before);
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * queue_jobs);
}

BENCHMARK(scheduler_decision)->Arg(10)->Arg(1'000)->Arg(100'000);
BENCHMARK(queue_write);
BENCHMARK(queue_read);

} // namespace
