// Every state that a few jobs and the scheduler can get into: breadth first, each state once, over the real types.
// Their owner suspends, resumes, cancels, completes and changes priorities; transfers connect, go on, fail for now and
// for good; the network goes and comes back; timers run out; the queue is written to bytes and read back.
//
// In each state: at most one background job is at work besides one that is about to stop; the scheduler and the jobs
// agree on who works; nobody waits while there is room for him, nor behind a lower priority, nor for longer than a
// slice; and if from now on every transfer went well, and the owner resumed and completed what there is, every job that
// is not cancelled would be acknowledged: from no state on, Cancel is the only way out. Bytes that move forward set the
// time without progress back, wherever the job has been before. An error that reaches a job that is queued or at work
// is its error afterwards. That a job is transferred or in error is told once at least, though the step is lost in
// which it happened, and what was told is forgotten when it happens anew.
//
// usage: job_model JOBS: up to how many, at most 3; the more, the less can happen to each
#include "explore.hpp"

#include <bitswire/bitswire.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace bitswire;

namespace {

constexpr std::size_t most_jobs = 3;
constexpr std::uint32_t slice_s = 10;
using job_bytes = std::array<char, 512>;
/// A timer as bytes: its time, its limit, a flag.
constexpr std::size_t timer_bytes = 8 + 4 + 1;
/// Where in the bytes of a job the record of its last error is, with the count, and where its timers are.
std::size_t error_at = 0;
std::size_t timers_at = 0;

/// Takes out of the bytes what only grows and makes no difference: errors that are over, and the time of timers beyond
/// their limits.
void mask(job_bytes& bytes) {
    constexpr std::size_t error_bytes = 4 + 4 + 2 + 4 + 4;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(error_at), error_bytes, '\0');
    for (std::size_t t = 0; t < enumerator_count<job_timer>; ++t) {
        const std::size_t at = timers_at + t * timer_bytes;
        std::uint64_t elapsed_ms = 0;
        std::uint64_t limit_ms = 0;
        for (std::size_t b = 8; b-- > 0;)
            elapsed_ms = elapsed_ms << 8 | static_cast<unsigned char>(bytes[at + b]);
        for (std::size_t b = 4; b-- > 0;)
            limit_ms = limit_ms << 8 | static_cast<unsigned char>(bytes[at + 8 + b]);
        limit_ms *= 1000;
        if (elapsed_ms > limit_ms) elapsed_ms = limit_ms;
        for (std::size_t b = 0; b < 8; ++b)
            bytes[at + b] = static_cast<char>(elapsed_ms >> (8 * b) & 0xff);
    }
}

/// What can happen to a job.
enum class happening : std::uint8_t {
    suspended,
    resumed,
    cancelled,
    completed,
    foreground,
    high,
    low,
    connected,
    progressed,
    fell_back, ///< bytes have to be transferred again
    transferred,
    told, ///< the owner, of all events
    failed_for_now,
    failed_for_good,
    network_lost,
    network_back,
    slept, ///< until the scheduler wants to be asked
    restarted,
};

struct event {
    happening what;
    std::size_t which = 0;
};

struct memory {
    std::array<job_file_record, 1> files{};
    std::array<char, 64> texts{};
    job_storage storage() { return {files, texts, {}}; }
};

/// What can happen, besides what a transfer does that goes well.
struct settings {
    bool failures = false;
    bool network = false;
    bool priorities = false;
    bool restarts = false;
    bool events = false; ///< the owner may be told later, or not at all; otherwise always at once
};

class world {
  public:
    world(std::size_t jobs, const settings& s) : settings_(s) {
        for (std::size_t i = 0; i < jobs; ++i) {
            memories_.emplace_back();
            const job_config c{.type = job_type::upload, .display_name = "j", .limits = {.inactivity_timeout_s = 0}};
            job j = *job::create(c, memories_.back().storage(), now());
            std::ignore = j.add_file("http://h/f", "/f", now());
            j.on_size(0, 2);
            std::ignore = j.set_priority(job_priority::low, now());
            std::ignore = j.set_minimum_retry_delay(5, now());
            std::ignore = j.set_no_progress_timeout(10, now());
            std::ignore = j.set_maximum_download_time(0, now());
            jobs_.push_back(j);
        }
        begin_schedule();
        settle();
    }
    world(const world& other) { *this = other; }
    world& operator=(const world& other) {
        settings_ = other.settings_;
        steady_ = other.steady_;
        memories_ = other.memories_;
        jobs_ = other.jobs_;
        slice_of_ = other.slice_of_;
        slice_since_ = other.slice_since_;
        heard_ = other.heard_;
        states_ = other.states_;
        broken_ = other.broken_;
        // What was borrowed from the other world is to be this one's.
        for (std::size_t i = 0; i < jobs_.size(); ++i)
            static_cast<void>(jobs_[i].move_to(memories_[i].storage()));
        slots_.assign(other.slots_.size(), scheduler_slot{});
        schedule_.emplace(*other.schedule_, slots_);
        return *this;
    }

    std::vector<event> possible() const {
        using h = happening;
        using s = job_state;
        std::vector<event> all;
        for (std::size_t i = 0; i < jobs_.size(); ++i) {
            const job& j = jobs_[i];
            const auto add = [&](h what) { all.push_back({what, i}); };
            if (j.is_over()) continue;
            if (j.state() != s::suspended) add(h::suspended);
            if (!j.is_ready() && !j.is_running()) add(h::resumed);
            if (j.may_complete().is_success()) add(h::completed);
            add(h::cancelled);
            if (settings_.priorities) {
                if (j.priority() != job_priority::foreground) add(h::foreground);
                if (j.priority() != job_priority::high) add(h::high);
                if (j.priority() != job_priority::low) add(h::low);
            }
            if (j.state() == s::connecting) add(h::connected);
            if (j.state() == s::transferring) {
                if (j.file(0).bytes_transferred == 0) add(h::progressed);
                if (settings_.failures && j.file(0).bytes_transferred != 0) add(h::fell_back);
                add(h::transferred);
            }
            if (settings_.events && j.events() != notify_flags::none) add(h::told);
            if (settings_.failures && (j.is_running() || j.is_ready())) {
                add(h::failed_for_now);
                add(h::failed_for_good);
            }
            if (settings_.network && (j.is_running() || j.is_ready())) add(h::network_lost);
            if (settings_.network && j.state() == s::transient_error) add(h::network_back);
        }
        if (schedule().next(now().steady).wake_at != time_never) all.push_back({h::slept});
        if (settings_.restarts) all.push_back({h::restarted});
        return all;
    }

    void apply(const event& e) {
        using h = happening;
        if (e.what == h::slept) {
            const time_point until = schedule().next(now().steady).wake_at;
            if (until > now().steady) steady_ = until.ms;
        } else if (e.what == h::restarted) {
            restart();
        } else {
            happen(jobs_[e.which], e.what);
            update(e.which, e.what == h::told);
        }
        settle();
    }

    std::string problem() const {
        const std::string broken = broken_law();
        if (!broken.empty()) return broken;
        return would_end() ? "" : "a job does not end, though everything goes well";
    }
    std::string broken_law() const {
        if (!broken_.empty()) return broken_;
        for (std::size_t i = 0; i < jobs_.size(); ++i) {
            for (const auto& [in, event] : {std::pair{job_state::transferred, notify_flags::job_transferred},
                                            std::pair{job_state::error, notify_flags::job_error}}) {
                const bool is_known = (heard_[i] & event) != notify_flags::none;
                const bool is_kept = (jobs_[i].events() & event) != notify_flags::none;
                if (jobs_[i].state() == in && !is_known && !is_kept) return "an event is lost";
            }
        }
        std::size_t background = 0;
        job_priority lowest_at_work = job_priority::foreground;
        for (const job& j : jobs_) {
            if (j.is_running() && j.priority() != job_priority::foreground) {
                ++background;
                if (j.priority() > lowest_at_work) lowest_at_work = j.priority();
            }
        }
        if (background > 1) return "two jobs are at work in the background";
        for (const job& j : jobs_) {
            if (!j.is_ready()) continue;
            if (j.priority() == job_priority::foreground) return "a foreground job waits";
            const bool slice_is_over = elapsed_ms({slice_since_}, now().steady) >= std::uint64_t{slice_s} * 1000U;
            if (j.priority() == lowest_at_work && slice_is_over) return "a job waits for one whose time slice is over";
            if (background == 0) return "a job waits, and nobody is at work";
            if (j.priority() < lowest_at_work) return "a job waits behind a lower priority";
        }
        return {};
    }

    /// Everything goes well from now on, and the owner does what is needed: does every job end?
    bool would_end() const {
        world w = *this;
        for (int steps = 0; steps < 200; ++steps) {
            if (!w.broken_law().empty()) return false;
            std::size_t at_work = most_jobs;
            bool open = false;
            for (std::size_t i = 0; i < w.jobs_.size(); ++i) {
                const job& j = w.jobs_[i];
                if (j.is_over()) continue;
                open = true;
                const bool sleeps = j.state() == job_state::transient_error && j.wake_at() != time_never;
                const bool can_go_on = j.state() != job_state::queued && !sleeps;
                if (can_go_on && at_work == most_jobs) at_work = i;
            }
            if (!open) return true;
            w.apply(at_work == most_jobs ? event{happening::slept} : event{w.next_for(at_work), at_work});
        }
        return false;
    }

    std::string key() const {
        std::string k;
        for (std::size_t i = 0; i < jobs_.size(); ++i) {
            job_bytes bytes{};
            const std::size_t size = jobs_[i].write_snapshot(bytes, now());
            mask(bytes);
            k.append(bytes.data(), size - 4);
            k += static_cast<char>(jobs_[i].state()); // bytes have it as it will be read back
            k += static_cast<char>(heard_[i]);
        }
        schedule().for_each_in_order([&k](std::uint32_t i) noexcept { k += static_cast<char>('0' + i); });
        const std::uint64_t slice_ms = elapsed_ms({slice_since_}, now().steady);
        k += std::to_string(slice_of_) + " " +
             std::to_string(slice_ms < slice_s * 1000U ? slice_ms : std::uint64_t{slice_s} * 1000U);
        return k;
    }

    static std::string text_of(const event& e) {
        std::ostringstream out;
        out << "job " << e.which << ' ' << enum_name(e.what);
        return out.str();
    }
    std::string describe() const {
        std::ostringstream out;
        out << steady_ / 1000 << " s:";
        for (const job& j : jobs_)
            out << ' ' << enum_name(j.priority()) << ' ' << enum_name(j.state()) << ' ' << j.file(0).bytes_transferred
                << ',';
        return out.str();
    }

  private:
    moment now() const { return {{steady_}, {}}; }
    const scheduler& schedule() const { return *schedule_; }

    void begin_schedule() {
        slots_.assign(jobs_.size(), scheduler_slot{});
        schedule_.emplace(slots_, slice_s);
        for (std::size_t i = 0; i < jobs_.size(); ++i)
            update(i);
    }

    void update(std::size_t i, bool is_told = false) {
        look_at_events(i, is_told || !settings_.events);
        schedule_->update(static_cast<std::uint32_t>(i), jobs_[i], now().steady);
        if (slice_of_ == i && !(jobs_[i].is_running() && jobs_[i].priority() != job_priority::foreground)) {
            slice_of_ = most_jobs;
        }
    }

    /// What happens anew has to be told anew. A job that was only suspended in between was told before.
    void look_at_events(std::size_t i, bool is_told) {
        job& j = jobs_[i];
        const job_state before = std::exchange(states_[i], j.state());
        const auto forget = [&](notify_flags event) {
            heard_[i] = static_cast<notify_flags>(static_cast<unsigned>(heard_[i]) & ~static_cast<unsigned>(event));
        };
        if (before != j.state() && j.state() == job_state::error) forget(notify_flags::job_error);
        if (before == job_state::transferring && j.state() == job_state::transferred)
            forget(notify_flags::job_transferred);
        if (!is_told) return;
        heard_[i] = heard_[i] | j.events();
        j.on_told(j.events());
    }
    bool has_time_without_progress_stopped(const job& j) const {
        job_bytes bytes{};
        std::ignore = j.write_snapshot(bytes, now());
        return bytes[timers_at + (static_cast<std::size_t>(job_timer::no_progress) + 1) * timer_bytes - 1] == 1;
    }

    void happen(job& j, happening what) {
        using h = happening;
        switch (what) {
        case h::suspended:
            std::ignore = j.suspend(now());
            break;
        case h::resumed:
            std::ignore = j.resume(now());
            break;
        case h::cancelled:
            std::ignore = j.cancel(now());
            std::ignore = j.on_server_session_ended(now());
            break;
        case h::completed:
            std::ignore = j.complete(now());
            break;
        case h::foreground:
            std::ignore = j.set_priority(job_priority::foreground, now());
            break;
        case h::high:
            std::ignore = j.set_priority(job_priority::high, now());
            break;
        case h::low:
            std::ignore = j.set_priority(job_priority::low, now());
            break;
        case h::connected:
            std::ignore = j.on_connected(now());
            break;
        case h::progressed:
            std::ignore = j.on_progress(1, now());
            if (!has_time_without_progress_stopped(j)) broken_ = "bytes moved forward, and that was no progress";
            break;
        case h::fell_back:
            std::ignore = j.on_progress(0, now());
            break;
        case h::told: // by `update`
            break;
        case h::transferred:
            std::ignore = j.on_file_transferred(now());
            break;
        case h::failed_for_now:
            std::ignore = j.on_error({"BG_E_TIMEOUT"_hresult, error_context::general_transport}, now());
            if (j.state() != job_state::transient_error && j.state() != job_state::error) broken_ = "an error is lost";
            break;
        case h::failed_for_good:
            std::ignore = j.on_error({"E_ACCESSDENIED"_hresult, error_context::remote_file}, now());
            if (j.state() != job_state::error) broken_ = "an error is lost";
            break;
        case h::network_lost:
            std::ignore = j.on_network_lost(now());
            break;
        case h::network_back:
            std::ignore = j.on_network_back(now());
            break;
        case h::slept:
        case h::restarted:
            break;
        }
    }

    /// Does what the scheduler says until it has nothing to say.
    void settle() {
        for (int rounds = 0; rounds < 100; ++rounds) {
            const schedule_step s = schedule_->next(now().steady);
            if (s.todo == schedule_todo::nothing) return;
            job& j = jobs_[s.job];
            if (s.todo == schedule_todo::start) {
                std::ignore = j.on_picked(now());
                if (j.priority() != job_priority::foreground) {
                    slice_of_ = s.job;
                    slice_since_ = steady_;
                }
            }
            if (s.todo == schedule_todo::yield) std::ignore = j.on_yielded(now());
            if (s.todo == schedule_todo::timer) std::ignore = j.on_timer(now());
            update(s.job);
        }
        std::puts("the scheduler does not come to an end");
        std::exit(1);
    }

    /// Another process goes on with what was written down, and has a clock of its own.
    void restart() {
        std::vector<char> bytes(4096);
        const auto each = [this](auto f) noexcept {
            for (std::size_t i = 0; i < jobs_.size(); ++i)
                f(static_cast<std::uint32_t>(i), jobs_[i]);
        };
        const std::size_t size = write_queue(static_cast<std::uint32_t>(jobs_.size()), each, schedule(), bytes, now());
        std::deque<memory> memories(jobs_.size());
        receiver r{*this, memories};
        steady_ = 0;
        order_.clear();
        if (read_queue({bytes.data(), size}, r, now())) {
            std::puts("the queue cannot be read back");
            std::exit(1);
        }
        memories_.swap(memories);
        slice_of_ = most_jobs;
        slots_.assign(jobs_.size(), scheduler_slot{});
        schedule_.emplace(slots_, slice_s);
        for (const std::uint32_t i : order_)
            update(i);
        for (std::size_t i = 0; i < jobs_.size(); ++i)
            update(i);
    }
    struct receiver {
        job_storage make_room(std::uint32_t number, const job_storage_size&) noexcept {
            return memories[number].storage();
        }
        bool take(std::uint32_t number, const job& j) noexcept {
            w.jobs_[number] = j;
            return true;
        }
        bool wait(std::uint32_t number) noexcept {
            w.order_.push_back(number);
            return true;
        }

        world& w;
        std::deque<memory>& memories;
    };

    happening next_for(std::size_t i) const {
        using h = happening;
        switch (jobs_[i].state()) {
        case job_state::connecting:
            return h::connected;
        case job_state::transferring:
            return h::transferred;
        case job_state::transferred:
            return h::completed;
        case job_state::transient_error:
            return h::network_back;
        default:
            return h::resumed;
        }
    }

    settings settings_{};
    std::uint64_t steady_ = 0;
    std::deque<memory> memories_{};
    std::vector<scheduler_slot> slots_{};
    std::vector<job> jobs_{};
    std::optional<scheduler> schedule_{};
    std::array<notify_flags, most_jobs> heard_{}; ///< of a job's last transfer and error
    std::array<job_state, most_jobs> states_{job_state::suspended, job_state::suspended, job_state::suspended};
    std::string broken_{};
    std::vector<std::uint32_t> order_{}; ///< of those that wait, when read back
    std::size_t slice_of_ = most_jobs;   ///< whose time slice runs
    std::uint64_t slice_since_ = 0;
};

/// The first place at which they differ.
std::size_t find_difference(const job_bytes& a, const job_bytes& b) {
    std::size_t at = 0;
    while (a[at] == b[at])
        ++at;
    return at;
}

void find_what_to_mask() {
    job_bytes without{};
    job_bytes with{};
    job_bytes later{};
    memory m;
    job j = *job::create({.type = job_type::upload, .display_name = "j"}, m.storage(), {});
    std::ignore = j.add_file("http://h/f", "/f", {});
    static_cast<void>(j.write_snapshot(without, {}));
    // Of a job that is suspended only the time of inactivity goes on.
    static_cast<void>(j.write_snapshot(later, {{1}, {}}));
    timers_at = find_difference(without, later) - static_cast<std::size_t>(job_timer::inactivity) * timer_bytes;
    for (const hresult code : {"E_ACCESSDENIED"_hresult, "E_INVALIDARG"_hresult}) {
        std::ignore = j.resume({});
        std::ignore = j.on_picked({});
        std::ignore = j.on_error({code, error_context::remote_file}, {});
        static_cast<void>(j.write_snapshot(code == "E_ACCESSDENIED"_hresult ? without : with, {}));
    }
    error_at = find_difference(without, with);
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t most = argc == 2 ? std::strtoul(argv[1], nullptr, 10) : 0;
    if (most == 0 || most > most_jobs) {
        std::fprintf(stderr, "usage: job_model JOBS: 1 to %zu\n", most_jobs);
        return 2;
    }
    find_what_to_mask();
    model_figures f;
    const auto holds = [&f](std::size_t jobs, const settings& what) { return explore(world(jobs, what), f); };
    const settings everything{.failures = true, .network = true, .priorities = true, .restarts = true, .events = true};
    if (!holds(1, everything)) return 1;
    if (most > 1 && !holds(2, {.failures = true})) return 1;
    if (most > 1 && !holds(2, {.priorities = true, .restarts = true})) return 1;
    if (most > 1 && !holds(2, {.network = true, .restarts = true})) return 1;
    if (most > 2 && !holds(2, {.failures = true, .network = true, .restarts = true})) return 1;
    if (most > 2 && !holds(3, {})) return 1;
    if (most > 2 && !holds(3, {.priorities = true})) return 1;
    f.print();
    return 0;
}
