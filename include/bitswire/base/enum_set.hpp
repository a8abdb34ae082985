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
  public:
    constexpr enum_set() noexcept = default;
    constexpr enum_set(std::initializer_list<Enum> members) noexcept {
        for (const Enum e : members)
            bits_ |= bit(e);
    }
    /// All enumerators that there are.
    static constexpr enum_set all() noexcept {
        static_assert(enumerator_count<Enum> <= 32);
        enum_set set;
        set.bits_ = ~std::uint32_t{0} >> (32 - enumerator_count<Enum>);
        return set;
    }
    [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
    /// Bit n stands for enumerator n.
    [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }
    [[nodiscard]] constexpr bool contains(Enum e) const noexcept { return (bits_ & bit(e)) != 0; }

    friend constexpr enum_set operator|(enum_set a, enum_set b) noexcept {
        a.bits_ |= b.bits_;
        return a;
    }
    friend constexpr enum_set operator&(enum_set a, enum_set b) noexcept {
        a.bits_ &= b.bits_;
        return a;
    }
    friend constexpr bool operator==(enum_set a, enum_set b) noexcept { return a.bits_ == b.bits_; }

  private:
    static constexpr std::uint32_t bit(Enum e) noexcept { return std::uint32_t{1} << static_cast<unsigned>(e); }
    std::uint32_t bits_ = 0;
};

} // namespace bitswire

#endif
