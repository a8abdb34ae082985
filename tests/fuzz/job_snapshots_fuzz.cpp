// Snapshots of jobs and of queues with their scheduler: what is read is written back equal, fits into exactly the
// storage that was asked for, and can be worked with. What is done with it follows from the bytes of the input.
#include "snapshot_fuzz.hpp"

#include "support/job_memory.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <tuple>
#include <vector>

using namespace bitswire;

namespace {

constexpr moment first_moment{{1'000'000}, {1'600'000'000'000}};

std::string bytes_of(const job& j, const moment& now) {
    std::string bytes(j.write_snapshot({}, now), '\0');
    FUZZ_CHECK(j.write_snapshot(bytes, now) == bytes.size(), "the size of a snapshot is known before");
    return bytes;
}

/// A job in memory of its own, which may have room for more than it needs.
struct own_job {
    own_job(std::string_view bytes, const moment& now, std::size_t room)
        : size(job::storage_size_of(bytes)),
          memory(size ? size->files + room : 0, size ? size->text_bytes + 100 * room : 0,
                 size ? size->ranges + 4 * room : 0),
          j(job::read_snapshot(bytes, memory.storage(), now)) {}
    own_job(const own_job&) = delete;
    own_job& operator=(const own_job&) = delete;

    result<job_storage_size> size;
    job_memory memory;
    result<job> j;
};

/// What the job is now can be written, and is read back the same.
void check_roundtrip(const job& j, const moment& now) {
    const std::string written = bytes_of(j, now);
    const exact_bytes bytes(written);
    const own_job again(bytes.view(), now, 0);
    FUZZ_CHECK(again.j.has_value(), "what was written can be read");
    FUZZ_CHECK(bytes_of(*again.j, now) == written, "what was written is read back equal");
    const auto wakes = [&](const job& of) { return std::max(of.wake_at(), now.steady); }; // how late it is, is not kept
    FUZZ_CHECK(again.j->state() == j.state() && wakes(*again.j) == wakes(j), "a job wakes as it would have");
}

/// One thing that its owner, the network or the scheduler may do. `may_fail_half`: it is not an error that it changes
/// something and returns a failure.
job_step happen(job& j, unsigned what, unsigned value, const moment& now, bool& may_fail_half) {
    constexpr std::array<file_range, 2> ranges = {{{0, 10}, {20, 5}}};
    const std::array<job_error, 3> errors = {
        {{hresult::from_http_status(404), error_context::remote_file, 404},
         {hresult::from_http_status(503), error_context::remote_file, 503},
         {"BG_E_BLOCKED_BY_POLICY"_hresult, error_context::general_queue_manager}}};
    switch (what) {
    case 0:
        return j.suspend(now);
    case 1:
        return j.resume(now);
    case 2:
        return j.cancel(now, value % 2 != 0);
    case 3:
        return j.complete(now);
    case 4:
        may_fail_half = true;
        return j.complete(now, {.rename_problem = "E_ACCESSDENIED"_hresult, .files_renamed = value % 3});
    case 5:
        return j.add_file("http://host/more", "/more", now);
    case 6:
        return j.add_file_with_ranges("http://host/part", "/part", ranges, now);
    case 7:
        return j.replace_remote_prefix("http://", "https://", now);
    case 8:
        return j.set_remote_name(value % 3, "http://new/name", now);
    case 9:
        return j.set_display_name(std::string(value % 300, 'n'), now);
    case 10:
        return j.set_priority(static_cast<job_priority>(value % 5), now);
    case 11:
        return j.set_notify_flags(static_cast<notify_flags>(value % 0x80), now);
    case 12:
        return j.set_minimum_retry_delay(value % 1000, now);
    case 13:
        return j.set_no_progress_timeout(value % 5000, now);
    case 14:
        return j.set_reply_file_name(value % 2 == 0 ? "/reply" : "reply", now);
    case 15:
        return j.on_picked(now);
    case 16:
        return j.on_connected(now);
    case 17:
        j.on_size(value % 3, value);
        return j.on_progress(value % 1000, now);
    case 18:
        return j.on_reply_progress(value % 100, value % 200, now);
    case 19:
        return j.on_file_transferred(now);
    case 20:
        return j.on_error(errors[value % errors.size()], now);
    case 21:
        return j.on_network_back(now);
    case 22:
        return j.on_yielded(now);
    case 23:
        return j.on_server_session_ended(now);
    case 24:
        return j.on_logged_off(now);
    default:
        j.on_logged_on();
        return j.on_timer(now);
    }
}
constexpr unsigned happening_count = 26;

void live(job& j, std::uint64_t seed) {
    std::minstd_rand random(static_cast<std::minstd_rand::result_type>(seed));
    moment now = first_moment;
    for (int steps = 0; steps < 12; ++steps) {
        now.steady.ms += random() % 3 == 0 ? random() % 2'000'000 : 0;
        now.wall.ms += random() % 1000;
        const std::string before = bytes_of(j, now);
        bool may_fail_half = false;
        const auto what = static_cast<unsigned>(random() % happening_count);
        const job_step step = happen(j, what, static_cast<unsigned>(random() >> 4), now, may_fail_half);
        if (step.returns.is_failure() && !may_fail_half)
            FUZZ_CHECK(bytes_of(j, now) == before, "an error leaves the job unchanged");
        FUZZ_CHECK(j.current_file() <= j.file_count(), "no more files are transferred than there are");
        check_roundtrip(j, now);
    }
}

void check_job(std::string_view bytes) {
    const own_job read(bytes, first_moment, 0);
    if (read.size) {
        // Whoever makes room believes this, so it must not be out of proportion.
        FUZZ_CHECK(read.size->files <= bytes.size() && read.size->text_bytes <= bytes.size() &&
                       read.size->ranges <= bytes.size(),
                   "the storage that is asked for is in proportion");
    }
    if (!read.j) {
        FUZZ_CHECK(read.j.error().code == errc::bad_snapshot, "what cannot be read is damaged");
        return;
    }
    check_roundtrip(*read.j, first_moment);
    own_job other(bytes, first_moment, 0);
    other.j->on_restarted();
    FUZZ_CHECK(!other.j->is_running(), "nothing is at work after a restart");
    own_job roomy(bytes, first_moment, 3);
    live(*roomy.j, hash_of(bytes));
}

/// The embedder of a queue.
class queue {
  public:
    static constexpr std::uint32_t most = 16;

    job_storage make_room(std::uint32_t number, const job_storage_size& size) {
        if (number >= most) return {};
        rooms_.push_back(std::make_unique<job_memory>(size.files, size.text_bytes, size.ranges));
        return rooms_.back()->storage();
    }
    bool take(std::uint32_t number, const job& j) { return number < most && jobs_.emplace(number, j).second; }
    bool wait(std::uint32_t number) {
        if (!jobs_.contains(number)) return false;
        scheduler_.update(number, jobs_.at(number), now_.steady);
        return true;
    }

    error read(std::string_view bytes) {
        const error problem = read_queue(bytes, *this, now_);
        if (problem) return problem;
        for (const auto& [number, j] : jobs_)
            scheduler_.update(number, j, now_.steady);
        return {};
    }
    std::string write() const {
        const auto size = [&](std::span<char> out) {
            return write_queue(
                static_cast<std::uint32_t>(jobs_.size()),
                [&](auto f) {
                    for (const auto& [number, j] : jobs_)
                        f(number, j);
                },
                scheduler_, out, now_);
        };
        std::string bytes(size({}), '\0');
        FUZZ_CHECK(size(bytes) == bytes.size(), "the size of a queue is known before");
        return bytes;
    }

    /// Does what the scheduler says until it has nothing to say, some times.
    void work(std::uint64_t seed) {
        std::minstd_rand random(static_cast<std::minstd_rand::result_type>(seed));
        for (int rounds = 0; rounds < 4; ++rounds) {
            schedule_step s = scheduler_.next(now_.steady);
            for (int steps = 0; s.todo != schedule_todo::nothing; s = scheduler_.next(now_.steady)) {
                FUZZ_CHECK(++steps < 1000, "a scheduler comes to rest");
                FUZZ_CHECK(jobs_.contains(s.job), "a scheduler knows its jobs");
                tell(s);
            }
            check_at_rest();
            FUZZ_CHECK(s.wake_at > now_.steady, "who is at rest is not late");
            for (auto& [number, j] : jobs_) {
                if (!j.is_running() || random() % 2 == 0) continue;
                bool ignored = false;
                std::ignore =
                    happen(j, static_cast<unsigned>(15 + random() % 6), static_cast<unsigned>(random()), now_, ignored);
                scheduler_.update(number, j, now_.steady);
            }
            if (s.wake_at != time_never && random() % 2 == 0) now_.steady = s.wake_at;
        }
    }

  private:
    void tell(const schedule_step& s) {
        job& j = jobs_.at(s.job);
        if (s.todo == schedule_todo::start) std::ignore = j.on_picked(now_);
        if (s.todo == schedule_todo::yield) std::ignore = j.on_yielded(now_);
        if (s.todo == schedule_todo::timer) std::ignore = j.on_timer(now_);
        scheduler_.update(s.job, j, now_.steady);
    }
    void check_at_rest() const {
        std::size_t in_background = 0;
        for (const auto& [number, j] : jobs_) {
            const bool foreground = j.priority() == job_priority::foreground;
            FUZZ_CHECK(!foreground || !j.is_ready(), "no foreground job waits");
            in_background += j.is_running() && !foreground ? 1U : 0U;
        }
        FUZZ_CHECK(in_background <= 1, "one background job runs at a time");
        std::set<std::uint32_t> in_order;
        scheduler_.for_each_in_order(
            [&](std::uint32_t number) { FUZZ_CHECK(in_order.insert(number).second, "each job waits once"); });
        for (const auto& [number, j] : jobs_)
            FUZZ_CHECK(!j.is_ready() || in_order.contains(number), "each job that is ready waits");
    }

    moment now_ = first_moment;
    std::vector<std::unique_ptr<job_memory>> rooms_{};
    std::map<std::uint32_t, job> jobs_{};
    std::array<scheduler_slot, most> slots_{};
    scheduler scheduler_{slots_};
};

void check_queue(std::string_view bytes) {
    queue read;
    if (read.read(bytes)) return;
    const std::string written = read.write();
    queue again;
    FUZZ_CHECK(!again.read(written), "a queue that was written can be read");
    FUZZ_CHECK(again.write() == written, "a queue is read back equal");
    read.work(hash_of(bytes));
    const std::string later = read.write();
    queue last;
    FUZZ_CHECK(!last.read(later), "a queue that has worked can be read");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check_snapshot(text_of(data, size), [](std::string_view bytes) {
        check_job(bytes);
        check_queue(bytes);
    });
    return 0;
}
