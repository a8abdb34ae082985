// bitswire/base/time.hpp: moments and spans of time. There is no clock here; moments come in as arguments.
//
// Nothing wraps: what lies beyond the range is `time_never`, and a clock that went back looks like one that stood
// still.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_TIME_HPP
#define BITSWIRE_BASE_TIME_HPP

#include <compare>
#include <cstdint>

namespace bitswire {

/// A moment in milliseconds of a clock that the embedder chooses once and that does not stop between runs if sessions
/// are stored between runs, such as the time since 1970. `{}` is its beginning.
struct time_point {
    std::uint64_t ms = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 that a comparison is compared with for a pointer
    friend constexpr auto operator<=>(const time_point&, const time_point&) noexcept = default;
};

/// A moment that does not come.
inline constexpr time_point time_never{UINT64_MAX};

/// Now, on two clocks. Timers of jobs count on `steady`, which nobody sets and which may begin anew with each run; what
/// people read is from `wall`, in milliseconds since 1970.
struct moment {
    time_point steady{};
    time_point wall{};
};

/// The moment `span_ms` milliseconds after `t`.
constexpr time_point after_ms(time_point t, std::uint64_t span_ms) noexcept {
    return span_ms < time_never.ms - t.ms ? time_point{t.ms + span_ms} : time_never;
}

/// The moment `span_s` seconds after `t`.
constexpr time_point after_s(time_point t, std::uint32_t span_s) noexcept {
    return after_ms(t, std::uint64_t{span_s} * 1000U);
}

/// The milliseconds from `from` to `to`; 0 if `to` is the earlier one.
constexpr std::uint64_t elapsed_ms(time_point from, time_point to) noexcept { return to > from ? to.ms - from.ms : 0; }

} // namespace bitswire

#endif
