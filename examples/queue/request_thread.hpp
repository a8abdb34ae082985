// queue/request_thread.hpp: one request of HTTP at a time in a thread of its own, and the box in which threads leave
// what is to be done with the answers.
//
// A thread knows nothing of jobs: what it needs it owns, or nobody else touches meanwhile.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_QUEUE_REQUEST_THREAD_HPP
#define BITSWIRE_EXAMPLES_QUEUE_REQUEST_THREAD_HPP

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace queue_tool {

/// What threads want the main loop to do.
class mailbox {
  public:
    void post(std::function<void()> what) {
        {
            const std::lock_guard guard(mutex_);
            posted_.push_back(std::move(what));
        }
        something_.notify_one();
    }
    /// Returns early if something is there.
    void wait_for(std::chrono::milliseconds t) {
        std::unique_lock guard(mutex_);
        something_.wait_for(guard, t, [this] { return !posted_.empty(); });
    }
    std::vector<std::function<void()>> take() {
        const std::lock_guard guard(mutex_);
        return std::exchange(posted_, {});
    }

  private:
    std::mutex mutex_{};
    std::condition_variable something_{};
    std::vector<std::function<void()>> posted_{};
};

class request_thread {
  public:
    request_thread() = default;
    request_thread(const request_thread&) = delete;
    request_thread& operator=(const request_thread&) = delete;
    ~request_thread() {
        cut();
        join();
    }

    [[nodiscard]] bool is_busy() const noexcept { return thread_.joinable(); }
    /// There must be no request under way.
    void begin(std::function<void()> work) {
        is_cut_ = false;
        bytes_ = 0;
        thread_ = std::thread(std::move(work));
    }
    /// Lets the request end soon, and badly.
    void cut() noexcept { is_cut_ = true; }
    void join() {
        if (thread_.joinable()) thread_.join();
    }

    // For the thread.
    [[nodiscard]] bool is_cut() const noexcept { return is_cut_; }
    void set_bytes(std::uint64_t bytes) noexcept { bytes_ = bytes; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

  private:
    std::thread thread_{};
    std::atomic<bool> is_cut_{false};
    std::atomic<std::uint64_t> bytes_{0};
};

} // namespace queue_tool

#endif
