// bitswire/base/time.hpp: moments and spans of time. There is no clock here; moments come in as arguments.
//
// There are two kinds of clock, and a type for each, so that code which mixes them does not compile. Timers count on
// the steady clock; the time of day is for people, and for what must survive a restart. Nothing wraps: what lies beyond
// the range is `time_never`, and a clock that went back looks like one that stood still.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_TIME_HPP
#define BITSWIRE_BASE_TIME_HPP

#include "config.hpp"

#include <compare>
#include <cstdint>

namespace bitswire {

/// A moment in milliseconds of a **steady** clock: one that nobody sets. It may begin anywhere, and anew with each run
/// of the program: `std::chrono::steady_clock`, CLOCK_MONOTONIC or CLOCK_BOOTTIME, GetTickCount64. The time of day is
/// none: it jumps whenever somebody, or NTP, sets it. `{}` is the clock's beginning.
struct time_point {
    std::uint64_t ms = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 that a comparison is compared with for a pointer
    friend constexpr auto operator<=>(const time_point&, const time_point&) noexcept = default;
};

/// The time of day in milliseconds since 1970, which people read and set. No timer counts on it.
struct wall_time {
    std::uint64_t ms = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): as above
    friend constexpr auto operator<=>(const wall_time&, const wall_time&) noexcept = default;
};

/// A moment that does not come.
inline constexpr time_point time_never{UINT64_MAX};
inline constexpr wall_time wall_time_never{UINT64_MAX};

/// Now, on both clocks.
struct moment {
    time_point steady{};
    wall_time wall{};
};

/// The moment `span_ms` milliseconds after `t`.
[[nodiscard]] constexpr time_point after_ms(time_point t, std::uint64_t span_ms) noexcept {
    return span_ms < time_never.ms - t.ms ? time_point{t.ms + span_ms} : time_never;
}

/// The moment `span_s` seconds after `t`.
[[nodiscard]] constexpr time_point after_s(time_point t, std::uint32_t span_s) noexcept {
    return after_ms(t, std::uint64_t{span_s} * 1000U);
}

/// The milliseconds from `from` to `to`; 0 if `to` is the earlier one.
[[nodiscard]] constexpr std::uint64_t elapsed_ms(time_point from, time_point to) noexcept {
    return to > from ? to.ms - from.ms : 0;
}
[[nodiscard]] constexpr std::uint64_t elapsed_ms(wall_time from, wall_time to) noexcept {
    return to > from ? to.ms - from.ms : 0;
}

} // namespace bitswire

#endif
