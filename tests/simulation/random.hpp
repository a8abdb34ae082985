// Random numbers that are the same wherever they are made: no distribution of the standard library, which differ
// between libraries. Not for keys.
#pragma once

#include <cstddef>
#include <cstdint>

namespace simulation {

/// SplitMix64's finalizer: a number that has nothing to do with `x`, always the same one.
constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

class random_source {
  public:
    constexpr explicit random_source(std::uint64_t seed) noexcept : state_(mixed(seed)) {}

    constexpr std::uint64_t next() noexcept { return mixed(state_++); }
    /// 0 to `below` - 1.
    constexpr std::uint64_t pick(std::uint64_t below) noexcept { return next() % below; }
    constexpr std::uint64_t between(std::uint64_t low, std::uint64_t high) noexcept {
        return low + pick(high - low + 1);
    }
    /// From `low` to `high`, each order of magnitude alike.
    constexpr std::uint64_t log_between(std::uint64_t low, std::uint64_t high) noexcept {
        std::uint64_t steps = 0;
        while ((high >> steps) > low)
            ++steps;
        const std::uint64_t top = high >> pick(steps + 1);
        return between(low, top > low ? top : low);
    }
    constexpr bool chance_of(std::uint64_t in_100k) noexcept { return in_100k != 0 && pick(100'000) < in_100k; }

  private:
    std::uint64_t state_;
};

} // namespace simulation
