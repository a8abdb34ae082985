// bitswire/base/enum_set.hpp: a set of enumerators, as bits.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_ENUM_SET_HPP
#define BITSWIRE_BASE_ENUM_SET_HPP

#include "enum_name.hpp"

#include <cstdint>
#include <initializer_list>

namespace bitswire {

/// A set of enumerators of an enumeration with at most 32.
template <class Enum>
class enum_set {
    static_assert(enumerator_count<Enum> <= 32);

  public:
    constexpr enum_set() noexcept = default;
    constexpr enum_set(std::initializer_list<Enum> members) noexcept {
        for (const Enum e : members)
            bits_ |= bit(e);
    }
    [[nodiscard]] constexpr bool contains(Enum e) const noexcept { return (bits_ & bit(e)) != 0; }

  private:
    static constexpr std::uint32_t bit(Enum e) noexcept { return std::uint32_t{1} << static_cast<unsigned>(e); }
    std::uint32_t bits_ = 0;
};

} // namespace bitswire

#endif
