// bitswire/base/hash_index.hpp: finds a row of a constexpr table by a hashed key; built by the compiler, from the
// table.
//
// Not a container: it stores row numbers, one byte each, and nothing of the rows. Open addressing with linear probing;
// at most half of the slots are used, so that a look-up that finds nothing ends soon as well.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_HASH_INDEX_HPP
#define BITSWIRE_BASE_HASH_INDEX_HPP

#include "config.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace bitswire {

template <std::size_t Slots>
class hash_index {
    static_assert((Slots & (Slots - 1)) == 0, "a power of two");

  public:
    static constexpr std::size_t npos = SIZE_MAX;

    /// An index of `rows`, where `hash_of(row)` is the hash of a row's key. Does not compile for a table that is too
    /// large.
    template <class Rows, class HashOf>
    static consteval hash_index over(const Rows& rows, HashOf hash_of) {
        hash_index index;
        std::uint8_t* const table = index.slots_.data();
        std::size_t number = 0;
        for (const auto& row : rows) {
            if (++number > 255 || number * 2 > Slots) index.slots_.at(Slots) = 0; // not a constant expression
            std::size_t slot = hash_of(row) & (Slots - 1);
            while (table[slot] != 0)
                slot = (slot + 1) & (Slots - 1);
            table[slot] = static_cast<std::uint8_t>(number);
        }
        return index;
    }

    /// The number of the row with this hash for which `matches(number)` says yes, or `npos`.
    template <class Matches>
    [[nodiscard]] constexpr std::size_t find(std::uint32_t hash, Matches matches) const noexcept {
        for (std::size_t slot = hash & (Slots - 1); slots_[slot] != 0; slot = (slot + 1) & (Slots - 1)) {
            const std::size_t number = slots_[slot] - 1U;
            if (matches(number)) return number;
        }
        return npos;
    }

  private:
    std::array<std::uint8_t, Slots> slots_{};
};

} // namespace bitswire

#endif
