// bitswire/base/required.hpp: a member that cannot be left out.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_REQUIRED_HPP
#define BITSWIRE_BASE_REQUIRED_HPP

#include "config.hpp"

namespace bitswire {

/// A member of an aggregate that has no safe default: a program that leaves it out does not compile. Otherwise it is
/// used like a `T`.
template <class T>
class required {
  public:
    required() = delete;
    // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions): it stands for the value
    constexpr required(T value) noexcept : value_(value) {}
    // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions): as above
    constexpr operator T() const noexcept { return value_; }

  private:
    T value_;
};

} // namespace bitswire

#endif
