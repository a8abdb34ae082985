// bitswire/base/perfect_index.hpp: finds the one row of a constexpr table that can have a key; built by the compiler,
// from the table.
//
// Like hash_index, but no two rows share a slot: the compiler tries multipliers until one leads each row to a slot of
// its own. So nothing is probed, and a look-up is one load without a branch that a processor could guess wrong; it
// takes more slots.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_PERFECT_INDEX_HPP
#define BITSWIRE_BASE_PERFECT_INDEX_HPP

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace bitswire {

template <std::size_t Slots>
class perfect_index {
    static_assert(std::has_single_bit(Slots) && Slots > 1);

  public:
    /// An index of `rows`, where `hash_of(row)` is the hash of a row's key. Does not compile where two rows have the
    /// same hash, or there are too many rows for so few slots.
    template <class Rows, class HashOf>
    static consteval perfect_index over(const Rows& rows, HashOf hash_of) {
        std::array<std::uint64_t, 256> hashes{};
        std::size_t count = 0;
        for (const auto& row : rows)
            hashes.at(count++) = hash_of(row); // not a constant expression where there are more
        perfect_index index;
        std::array<std::uint16_t, Slots> taken_by{}; // the last try that led a row there
        for (std::uint16_t tried = 1; tried < 10'000; ++tried) {
            index.multiplier_ *= 0xD6E8FEB86659FD93U;
            std::size_t number = 0;
            for (; number < count; ++number) {
                const std::size_t slot = index.slot_of(hashes[number]);
                if (taken_by[slot] == tried) break;
                taken_by[slot] = tried;
                index.slots_[slot] = static_cast<std::uint8_t>(number);
            }
            if (number == count) return index;
        }
        index.slots_.at(Slots) = 0; // not a constant expression
        return index;
    }

    /// The number of the only row that can have this hash; whether it has the key is the caller's to see.
    [[nodiscard]] constexpr std::size_t find(std::uint64_t hash) const noexcept { return slots_[slot_of(hash)]; }

  private:
    [[nodiscard]] constexpr std::size_t slot_of(std::uint64_t hash) const noexcept {
        return (hash * multiplier_) >> (64 - std::countr_zero(Slots));
    }

    std::array<std::uint8_t, Slots> slots_{}; ///< the numbers of rows; where there is none, any number
    std::uint64_t multiplier_ = 1;
};

} // namespace bitswire

#endif
