// Where the multipliers of base/perfect_index.hpp come from.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

/// The first power of a number without pattern that leads each of `rows` to one of `Slots` slots of its own; 0 if none
/// of many does.
template <std::size_t Slots, class Rows, class HashOf>
constexpr std::uint64_t perfect_multiplier(const Rows& rows, HashOf hash_of) {
    std::uint64_t multiplier = 1;
    std::vector<unsigned> taken_by(Slots); // the last try that led a row there
    for (unsigned tried = 1; tried < 1'000'000; ++tried) {
        multiplier *= 0xD6E8FEB86659FD93U;
        bool is_perfect = true;
        for (const auto& row : rows) {
            unsigned& taken = taken_by[(hash_of(row) * multiplier) >> (64 - std::countr_zero(Slots))];
            if (taken == tried) is_perfect = false;
            taken = tried;
        }
        if (is_perfect) return multiplier;
    }
    return 0;
}
