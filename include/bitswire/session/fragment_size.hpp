// bitswire/session/fragment_size.hpp: how many bytes the next Fragment has.
//
// Doubles while Fragments are quick, halves where they are slow, fail, or are too large for the server. How Windows
// does it is not public; its bounds are ([MC-BUP] 6 note 16).
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_FRAGMENT_SIZE_HPP
#define BITSWIRE_SESSION_FRAGMENT_SIZE_HPP

#include "../spec/limits.hpp"

#include <cstdint>

namespace bitswire {

/// Settings of the size of Fragments, in bytes.
struct fragment_size_limits {
    std::uint64_t first = 262144;
    std::uint64_t smallest = smallest_fragment_bytes; ///< not beyond `largest`; the last Fragment may be smaller
    std::uint64_t largest = largest_fragment_bytes;
    /// A Fragment that is acknowledged in less than half this time lets the next ones grow; one that takes more than
    /// twice this time lets them shrink.
    std::uint32_t wanted_ms = 4000;
};

/// The size of the next Fragment.
class fragment_size {
  public:
    constexpr fragment_size() noexcept = default;
    constexpr explicit fragment_size(const fragment_size_limits& limits) noexcept : limits_(limits) {
        if (limits_.largest == 0) limits_.largest = 1;
        if (limits_.smallest == 0) limits_.smallest = 1;
        if (limits_.smallest > limits_.largest) limits_.smallest = limits_.largest;
        resume(limits_.first, limits_.largest);
    }

    /// Goes on with a size and a ceiling that were in force before.
    constexpr void resume(std::uint64_t bytes, std::uint64_t ceiling) noexcept {
        ceiling_ = clamp(ceiling, limits_.largest);
        bytes_ = clamp(bytes, ceiling_);
    }

    [[nodiscard]] constexpr std::uint64_t bytes() const noexcept { return bytes_; }
    /// The largest size that the server has not refused.
    [[nodiscard]] constexpr std::uint64_t ceiling() const noexcept { return ceiling_; }

    /// A Fragment of `sent` bytes was acknowledged after `took_ms`.
    constexpr void on_acknowledged(std::uint64_t sent, std::uint64_t took_ms) noexcept {
        if (sent < bytes_) return; // the rest of a file says nothing
        if (took_ms < limits_.wanted_ms / 2) bytes_ = bytes_ > ceiling_ / 2 ? ceiling_ : bytes_ * 2;
        if (took_ms > std::uint64_t{2} * limits_.wanted_ms) shrink();
    }
    /// A Fragment was not acknowledged: the connection was lost, or it took too long.
    constexpr void on_lost() noexcept { shrink(); }
    /// Whether there is a smaller size than that of a Fragment of `sent` bytes.
    [[nodiscard]] constexpr bool can_shrink(std::uint64_t sent) const noexcept { return sent > limits_.smallest; }
    /// 413 to a Fragment of `sent` bytes: this size is too large from now on ([MC-BUP] 3.1.5.2.4).
    constexpr void on_too_large(std::uint64_t sent) noexcept {
        ceiling_ = clamp(sent / 2, ceiling_);
        bytes_ = clamp(bytes_, ceiling_);
    }

    friend constexpr bool operator==(const fragment_size& a, const fragment_size& b) noexcept {
        return a.bytes_ == b.bytes_ && a.ceiling_ == b.ceiling_;
    }

  private:
    [[nodiscard]] constexpr std::uint64_t clamp(std::uint64_t bytes, std::uint64_t most) const noexcept {
        if (bytes > most) bytes = most;
        return bytes < limits_.smallest ? limits_.smallest : bytes;
    }
    constexpr void shrink() noexcept { bytes_ = clamp(bytes_ / 2, ceiling_); }

    fragment_size_limits limits_{};
    std::uint64_t bytes_ = limits_.first;
    std::uint64_t ceiling_ = limits_.largest;
};

} // namespace bitswire

#endif
