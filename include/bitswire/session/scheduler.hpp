// bitswire/session/scheduler.hpp: which jobs run now.
//
// All jobs of foreground priority run beside one background job; of those, the highest priority first, and within a
// priority one after the other, each for a time slice. A job that waits, is suspended or has failed does not hold up
// others (BG_JOB_PRIORITY, *life-cycle-of-a-bits-job*). It knows jobs by number and learns what they are by `update`;
// what it decides, the embedder does, and tells the job. Each call costs O(log n).
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_SCHEDULER_HPP
#define BITSWIRE_SESSION_SCHEDULER_HPP

#include "../base/heap.hpp"
#include "../base/time.hpp"
#include "../spec/job.hpp"
#include "job.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bitswire {

/// The embedder has to do it, and then to `update` the job.
enum class schedule_todo : std::uint8_t {
    nothing, ///< until `wake_at`, or until a job changes
    start,   ///< `on_picked`: it is this job's turn
    yield,   ///< `on_yielded`: this job's turn is over
    timer,   ///< `on_timer`
};

struct [[nodiscard]] schedule_step {
    schedule_todo todo = schedule_todo::nothing;
    std::uint32_t job = 0;           ///< its number
    time_point wake_at = time_never; ///< of `nothing`
};

/// What the scheduler keeps for a job.
struct scheduler_slot {
    /// What it was when it was last looked at.
    enum class place : std::uint8_t { outside, waiting, running };

    std::uint32_t previous = UINT32_MAX; ///< in the list that it is in
    std::uint32_t next = UINT32_MAX;
    std::uint32_t heap_position = UINT32_MAX; ///< where it is among the timers
    std::uint32_t heap_item = 0;              ///< nothing of this job: who is at this position of the heap
    time_point wake_at = time_never;
    place where = place::outside;
    job_priority priority = job_priority::normal;
};

/// How long a background job runs while another one of its priority waits. Microsoft does not say.
inline constexpr std::uint32_t default_time_slice_s = 300;

class scheduler {
  public:
    /// Borrows one slot for each job there can be; the number of a job is that of its slot. What is in the slots is
    /// overwritten.
    constexpr explicit scheduler(std::span<scheduler_slot> memory BITSWIRE_LIFETIMEBOUND,
                                 std::uint32_t time_slice_s = default_time_slice_s) noexcept
        : slots_(memory), time_slice_s_(time_slice_s) {
        // Not left to their initializers: where g++ 12 has evaluated this constructor, it takes zeros at run time.
        waiting_.fill({none, none});
        for (scheduler_slot& s : slots_)
            s = {};
    }
    scheduler(const scheduler&) = delete; // two of them would use the same slots
    scheduler& operator=(const scheduler&) = delete;
    /// A copy of `other` in slots of its own, at least as many, which must not overlap; with fewer it knows no job.
    constexpr scheduler(const scheduler& other, std::span<scheduler_slot> memory BITSWIRE_LIFETIMEBOUND) noexcept
        : scheduler(memory, other.time_slice_s_) {
        if (memory.size() < other.slots_.size()) return;
        for (std::size_t i = 0; i < other.slots_.size(); ++i)
            slots_[i] = other.slots_[i];
        waiting_ = other.waiting_;
        running_ = other.running_;
        slice_end_ = other.slice_end_;
        timers_ = other.timers_;
    }

    /// Job `i` is new, or may have changed; one for which there is no slot is ignored. `now` is on the steady clock.
    constexpr void update(std::uint32_t i, const job& j, time_point now) noexcept {
        if (i >= slots_.size()) return;
        using p = scheduler_slot::place;
        const p where = j.is_running() ? p::running : j.is_ready() ? p::waiting : p::outside;
        scheduler_slot& s = slots_[i];
        if (s.where != where || s.priority != j.priority()) {
            // A job that a higher priority interrupted continues first; one whose slice is over goes to the end.
            const bool in_front = s.where == p::running && where == p::waiting && is_preempted(i);
            leave(i, now);
            s.priority = j.priority();
            s.where = where;
            if (where == p::waiting) link(waiting_[index_of(s.priority)], i, in_front);
            if (where == p::running && is_background(s.priority)) {
                if (running_.head == none) slice_end_ = after_s(now, time_slice_s_);
                link(running_, i, false);
            }
        }
        set_timer(i, j.wake_at());
    }
    /// Job `i` is over, and its number may be given to another one. One for which there is no slot is ignored.
    constexpr void forget(std::uint32_t i, time_point now) noexcept {
        if (i >= slots_.size()) return;
        leave(i, now);
        slots_[i].where = scheduler_slot::place::outside;
        set_timer(i, time_never);
    }

    /// Continues with other slots, such as more of them, which must not overlap those it has. False, and nothing
    /// changed, if they are fewer.
    [[nodiscard]] constexpr bool move_to(std::span<scheduler_slot> memory) noexcept {
        if (memory.size() < slots_.size()) return false;
        for (std::size_t i = 0; i < slots_.size(); ++i)
            memory[i] = slots_[i];
        for (std::size_t i = slots_.size(); i < memory.size(); ++i)
            memory[i] = {};
        slots_ = memory;
        return true;
    }

    /// What to do next; to be called until it says `nothing`. Asking changes nothing.
    [[nodiscard]] constexpr schedule_step next(time_point now) const noexcept {
        time_point wake_at = time_never;
        if (timers_ != 0) {
            const std::uint32_t first = slots_[0].heap_item;
            if (slots_[first].wake_at <= now) return {schedule_todo::timer, first, now};
            wake_at = slots_[first].wake_at;
        }
        const std::uint32_t foreground = waiting_[index_of(job_priority::foreground)].head;
        if (foreground != none) return {schedule_todo::start, foreground, now};
        // Somebody who ran in the foreground has been given another priority.
        if (running_.head != running_.tail) return {schedule_todo::yield, running_.tail, now};
        const std::uint32_t waiting = first_background();
        if (waiting == none) return {.wake_at = wake_at};
        if (running_.head == none) return {schedule_todo::start, waiting, now};
        const job_priority its = slots_[waiting].priority;
        const job_priority mine = slots_[running_.head].priority;
        if (its < mine || (its == mine && now >= slice_end_)) return {schedule_todo::yield, running_.head, now};
        if (its == mine && slice_end_ < wake_at) wake_at = slice_end_;
        return {.wake_at = wake_at};
    }

    /// Calls `f` with the number of each job that waits, and of those that run in the background, in the order of their
    /// turns: what has to be stored for it to stay so.
    template <class F>
    constexpr void for_each_in_order(F f) const noexcept {
        for (std::uint32_t i = running_.head; i != none; i = slots_[i].next)
            f(i);
        for (const list& l : waiting_) {
            for (std::uint32_t i = l.head; i != none; i = slots_[i].next)
                f(i);
        }
    }

  private:
    static constexpr std::uint32_t none = UINT32_MAX;

    struct list {
        std::uint32_t head = none;
        std::uint32_t tail = none;
    };

    static constexpr std::size_t index_of(job_priority p) noexcept { return static_cast<std::size_t>(p); }
    static constexpr bool is_background(job_priority p) noexcept { return p != job_priority::foreground; }
    [[nodiscard]] constexpr std::uint32_t first_background() const noexcept {
        for (std::size_t p = index_of(job_priority::foreground) + 1; p < waiting_.size(); ++p) {
            if (waiting_[p].head != none) return waiting_[p].head;
        }
        return none;
    }
    /// Whether job `i`, which runs, has to make room for a higher priority.
    [[nodiscard]] constexpr bool is_preempted(std::uint32_t i) const noexcept {
        const std::uint32_t waiting = first_background();
        return is_background(slots_[i].priority) && waiting != none && slots_[waiting].priority < slots_[i].priority;
    }

    /// Takes job `i` out of the list that it is in. The next one that runs has its slice from now on.
    constexpr void leave(std::uint32_t i, time_point now) noexcept {
        using p = scheduler_slot::place;
        const scheduler_slot& s = slots_[i];
        if (s.where == p::waiting) unlink(waiting_[index_of(s.priority)], i);
        if (s.where != p::running || !is_background(s.priority)) return;
        if (running_.head == i) slice_end_ = after_s(now, time_slice_s_);
        unlink(running_, i);
    }
    constexpr void link(list& l, std::uint32_t i, bool in_front) noexcept {
        scheduler_slot& s = slots_[i];
        s.previous = in_front ? none : l.tail;
        s.next = in_front ? l.head : none;
        (s.previous == none ? l.head : slots_[s.previous].next) = i;
        (s.next == none ? l.tail : slots_[s.next].previous) = i;
    }
    constexpr void unlink(list& l, std::uint32_t i) noexcept {
        scheduler_slot& s = slots_[i];
        (s.previous == none ? l.head : slots_[s.previous].next) = s.next;
        (s.next == none ? l.tail : slots_[s.next].previous) = s.previous;
        s.previous = s.next = none;
    }

    /// The timers: a heap of all jobs that have one, the earliest at the front.
    constexpr void set_timer(std::uint32_t i, time_point at) noexcept {
        scheduler_slot& s = slots_[i];
        if (at == s.wake_at) return; // who has a time is among the timers, and nobody else
        const auto before = [this](std::size_t a, std::size_t b) noexcept {
            return slots_[slots_[a].heap_item].wake_at < slots_[slots_[b].heap_item].wake_at;
        };
        const auto swap = [this](std::size_t a, std::size_t b) noexcept {
            const std::uint32_t item = slots_[a].heap_item;
            place_in_heap(a, slots_[b].heap_item);
            place_in_heap(b, item);
        };
        std::size_t position = s.heap_position;
        s.wake_at = at;
        if (at == time_never) {
            const std::size_t last = --timers_;
            if (position != last) {
                swap(position, last);
                sift_up(position, before, swap);
                sift_down(position, timers_, before, swap);
            }
            s.heap_position = none;
            return;
        }
        if (s.heap_position == none) {
            position = timers_++;
            place_in_heap(position, i);
        }
        sift_up(position, before, swap);
        sift_down(position, timers_, before, swap);
    }
    constexpr void place_in_heap(std::size_t position, std::uint32_t item) noexcept {
        slots_[position].heap_item = item;
        slots_[item].heap_position = static_cast<std::uint32_t>(position);
    }

    std::span<scheduler_slot> slots_;
    std::array<list, enumerator_count<job_priority>> waiting_{}; ///< in the order of their turns
    list running_{};                                             ///< in the background; the first one has the turn
    time_point slice_end_{};                                     ///< when its turn is over
    std::size_t timers_ = 0;                                     ///< how many jobs have one
    std::uint32_t time_slice_s_;
};

} // namespace bitswire

#endif
