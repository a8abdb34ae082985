// bitswire/base/enum_set.hpp: a set of enumerators, as bits.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_ENUM_SET_HPP
#define BITSWIRE_BASE_ENUM_SET_HPP

#include "enum_name.hpp"

#include <cstdint>
#include <initializer_list>
#include <type_traits>

namespace bitswire {

/// A set of enumerators of an enumeration with at most 64.
template <class Enum>
class enum_set {
    static_assert(enumerator_count<Enum> <= 64);
    using bits_type = std::conditional_t<(enumerator_count<Enum> <= 32), std::uint32_t, std::uint64_t>;

  public:
    constexpr enum_set() noexcept = default;
    constexpr enum_set(std::initializer_list<Enum> members) noexcept {
        for (const Enum e : members)
            bits_ |= bit_of(e);
    }
    /// All enumerators that there are.
    static constexpr enum_set all() noexcept {
        enum_set set;
        set.bits_ = ~bits_type{0} >> (8 * sizeof(bits_type) - enumerator_count<Enum>);
        return set;
    }
    [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
    /// Bit n stands for enumerator n.
    [[nodiscard]] constexpr bits_type bits() const noexcept { return bits_; }
    [[nodiscard]] constexpr bool contains(Enum e) const noexcept { return (bits_ & bit_of(e)) != 0; }

    friend constexpr enum_set operator|(enum_set a, enum_set b) noexcept {
        a.bits_ |= b.bits_;
        return a;
    }
    friend constexpr enum_set operator&(enum_set a, enum_set b) noexcept {
        a.bits_ &= b.bits_;
        return a;
    }
    /// The enumerators that `a` does not contain.
    friend constexpr enum_set all_but(enum_set a) noexcept {
        a.bits_ = all().bits_ & ~a.bits_;
        return a;
    }
    friend constexpr bool operator==(enum_set a, enum_set b) noexcept { return a.bits_ == b.bits_; }

  private:
    /// No bit for a value that is no enumerator.
    static constexpr bits_type bit_of(Enum e) noexcept {
        const auto number = static_cast<std::size_t>(e);
        return number < enumerator_count<Enum> ? bits_type{1} << number : bits_type{0};
    }
    bits_type bits_ = 0;
};

} // namespace bitswire

#endif
