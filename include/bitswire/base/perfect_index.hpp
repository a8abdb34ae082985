// bitswire/base/perfect_index.hpp: finds the one row of a constexpr table that can have a key; built by the compiler,
// from the table.
//
// Like hash_index, but no two rows share a slot: a multiplier leads each row to a slot of its own. So nothing is
// probed, and a look-up is one load without a branch that a processor could guess wrong; it takes more slots. The
// multiplier is written beside the table, since every file that includes it would search again:
// tests/table_test.cpp searches, and says which one it must be.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_PERFECT_INDEX_HPP
#define BITSWIRE_BASE_PERFECT_INDEX_HPP

#include "config.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace bitswire {

template <std::size_t Slots>
class perfect_index {
    static_assert(std::has_single_bit(Slots) && Slots > 1);

  public:
    /// An index of `rows`, at most 256, where `hash_of(row)` is the hash of a row's key.
    template <class Rows, class HashOf>
    static consteval perfect_index over(const Rows& rows, HashOf hash_of, std::uint64_t multiplier) {
        perfect_index index;
        index.multiplier_ = multiplier;
        std::uint8_t* const table = index.slots_.data();
        std::uint8_t number = 0;
        for (const auto& row : rows)
            table[index.slot_of(hash_of(row))] = number++;
        return index;
    }

    [[nodiscard]] constexpr std::uint64_t multiplier() const noexcept { return multiplier_; }
    /// The number of the only row that can have this hash; whether it has the key is the caller's to see.
    [[nodiscard]] constexpr std::size_t find(std::uint64_t hash) const noexcept { return slots_[slot_of(hash)]; }

  private:
    [[nodiscard]] constexpr std::size_t slot_of(std::uint64_t hash) const noexcept {
        return static_cast<std::size_t>((hash * multiplier_) >> (64 - std::countr_zero(Slots)));
    }

    std::array<std::uint8_t, Slots> slots_{}; ///< the numbers of rows; where there is none, any number
    std::uint64_t multiplier_ = 0;
};

} // namespace bitswire

#endif
