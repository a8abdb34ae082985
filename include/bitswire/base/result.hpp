// bitswire/base/result.hpp: a value or an error, for code that neither throws nor allocates.
//
// Not std::expected (C++23), and deliberately smaller: no monadic helpers, only trivially copyable payloads, so that a
// result is a plain block of bytes in a register or on the stack and works in constant expressions.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_RESULT_HPP
#define BITSWIRE_BASE_RESULT_HPP

#include <cassert>

namespace bitswire {

/// Either a `T` or an `E`. Reading the half that is not there is a bug of the caller: it asserts in debug builds and
/// does not compile in a constant expression.
template <class T, class E>
class [[nodiscard]] basic_result {
    static_assert(__is_trivially_copyable(T) && __is_trivially_copyable(E)); // of <type_traits>, without its templates

  public:
    constexpr basic_result(const T& value) noexcept : value_(value), has_value_(true) {}
    constexpr basic_result(const E& error) noexcept : error_(error), has_value_(false) {}

    [[nodiscard]] constexpr bool has_value() const noexcept { return has_value_; }
    constexpr explicit operator bool() const noexcept { return has_value_; }

    [[nodiscard]] constexpr const T& value() const noexcept { return assert(has_value_), value_; }
    [[nodiscard]] constexpr T& value() noexcept { return assert(has_value_), value_; }
    constexpr const T& operator*() const noexcept { return value(); }
    constexpr T& operator*() noexcept { return value(); }
    constexpr const T* operator->() const noexcept { return &value(); }
    constexpr T* operator->() noexcept { return &value(); }

    [[nodiscard]] constexpr const E& error() const noexcept { return assert(!has_value_), error_; }

  private:
    union {
        T value_;
        E error_;
    };
    bool has_value_;
};

} // namespace bitswire

#endif
