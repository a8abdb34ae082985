// Virtual time: what is to happen, in order of time; at the same time, in the order in which it was asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace simulation {

class event_queue {
  public:
    /// Milliseconds since the beginning of the run.
    [[nodiscard]] std::uint64_t now() const { return now_; }

    void at(std::uint64_t time, std::function<void()> what) {
        events_.push_back({std::max(time, now_), sequence_++, std::move(what)});
        std::push_heap(events_.begin(), events_.end(), is_later);
    }
    void after(std::uint64_t span, std::function<void()> what) { at(now_ + span, std::move(what)); }

    /// What happens until `end`, and that it is `end` then.
    void run_until(std::uint64_t end) {
        while (!events_.empty() && events_.front().time <= end) {
            std::pop_heap(events_.begin(), events_.end(), is_later);
            const event e = std::move(events_.back());
            events_.pop_back();
            now_ = e.time;
            e.what();
        }
        now_ = end;
    }

  private:
    struct event {
        std::uint64_t time;
        std::uint64_t sequence;
        std::function<void()> what;
    };
    static bool is_later(const event& a, const event& b) {
        return std::pair(a.time, a.sequence) > std::pair(b.time, b.sequence);
    }

    std::vector<event> events_{};
    std::uint64_t now_ = 0;
    std::uint64_t sequence_ = 0;
};

} // namespace simulation
