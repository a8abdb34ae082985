// bitswire/session/job_queue.hpp: a whole queue as bytes: all jobs, and the order in which they wait.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_JOB_QUEUE_HPP
#define BITSWIRE_SESSION_JOB_QUEUE_HPP

#include "../base/snapshot.hpp"
#include "../base/time.hpp"
#include "../spec/error.hpp"
#include "job.hpp"
#include "scheduler.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bitswire {

namespace detail {

inline constexpr snapshot_kind queue_snapshot{"BWJQ", 2};

} // namespace detail

/// Writes a queue and returns the size of it, which is larger than `out` if it did not fit: nothing but the size is of
/// use then. `for_each_job(f)` is to call `f(number, job)` for each of the `count` jobs.
template <class ForEachJob>
[[nodiscard]] constexpr std::size_t write_queue(std::uint32_t count, ForEachJob for_each_job, const scheduler& s,
                                                std::span<char> out, const moment& now) noexcept {
    snapshot_writer w(out, detail::queue_snapshot);
    w.put(count);
    for_each_job([&](std::uint32_t number, const job& j) noexcept {
        w.put(number);
        j.write(w, now);
    });
    std::uint32_t waiting = 0;
    s.for_each_in_order([&](std::uint32_t) noexcept { ++waiting; });
    w.put(waiting);
    s.for_each_in_order([&](std::uint32_t number) noexcept { w.put(number); });
    return w.finish();
}

/// Where the jobs of a queue that is read back go. The numbers come from the bytes: false refuses one that cannot be,
/// is there already, or, of `wait`, has not been taken.
template <class Receiver>
concept job_receiver = requires(Receiver& r, std::uint32_t number, const job_storage_size& size, const job& j) {
    { r.make_room(number, size) } -> std::convertible_to<job_storage>; ///< at least as large as `size`
    { r.take(number, j) } -> std::convertible_to<bool>;
    /// For `scheduler::update`: first these, in this order, then the others.
    { r.wait(number) } -> std::convertible_to<bool>;
};

/// Reads a queue. Jobs that were at work are queued again, timers continue with the time that was left, and all owners
/// count as logged on. Errors: bad_snapshot; buffer_too_small, if a storage is. After an error drop what was taken;
/// damage of the bytes is found before anything is.
template <job_receiver Receiver>
[[nodiscard]] constexpr error read_queue(std::string_view bytes, Receiver& receiver, const moment& now) noexcept {
    snapshot_reader r(bytes, detail::queue_snapshot);
    const error bad{errc::bad_snapshot, header::none, 0};
    const auto count = r.get<std::uint32_t>();
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto number = r.get<std::uint32_t>();
        if (r.is_bad()) return bad;
        const result<job_storage_size> size = job::peek_storage_size(r);
        if (!size) return size.error();
        result<job> j = job::read(r, receiver.make_room(number, *size), now);
        if (!j) return j.error();
        j->on_restarted();
        if (!receiver.take(number, *j)) return bad;
    }
    const auto waiting = r.get<std::uint32_t>();
    for (std::uint32_t i = 0; i < waiting; ++i) {
        const auto number = r.get<std::uint32_t>();
        if (r.is_bad() || !receiver.wait(number)) return bad;
    }
    return r.finish() ? error{} : bad;
}

} // namespace bitswire

#endif
