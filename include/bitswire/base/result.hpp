// bitswire/base/result.hpp: a value or an error, for code that neither throws nor allocates.
//
// Not std::expected (C++23), and deliberately smaller: no monadic helpers, only trivially copyable payloads, so that a
// result is a plain block of bytes in a register or on the stack and works in constant expressions.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_RESULT_HPP
#define BITSWIRE_BASE_RESULT_HPP

#include "config.hpp"

#include <cassert>

#if defined(_MSC_VER) && !defined(__clang__)
extern "C" [[noreturn]] void __fastfail(unsigned int);
#endif

namespace bitswire {

namespace detail {

/// Ends the program at once, as the hardened standard libraries do. No compiler may assume that it is never reached.
[[noreturn]] inline void stop_program() noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
    __fastfail(7); // FAST_FAIL_FATAL_APP_EXIT
#else
    __builtin_trap();
#endif
}

} // namespace detail

/// Either a `T` or an `E`. Look before you read: `if (!r) return r.error();`, or `if (const T* v = r.if_value())`, or
/// `value_or`. Reading a value that is not there is a bug of the caller: it ends the program, with NDEBUG too, and does
/// not compile in a constant expression.
template <class T, class E>
class [[nodiscard]] basic_result {
    static_assert(__is_trivially_copyable(T) && __is_trivially_copyable(E)); // of <type_traits>, without its templates

  public:
    constexpr basic_result(const T& value) noexcept : value_(value), has_value_(true) {}
    constexpr basic_result(const E& error) noexcept : error_(error), has_value_(false) {}

    [[nodiscard]] constexpr bool has_value() const noexcept { return has_value_; }
    constexpr explicit operator bool() const noexcept { return has_value_; }

    /// The value, which must be there. `*` and `->` likewise.
    [[nodiscard]] constexpr const T& value() const noexcept BITSWIRE_LIFETIMEBOUND { return require_value(), value_; }
    [[nodiscard]] constexpr T& value() noexcept BITSWIRE_LIFETIMEBOUND { return require_value(), value_; }
    [[nodiscard]] constexpr const T& operator*() const noexcept BITSWIRE_LIFETIMEBOUND { return value(); }
    [[nodiscard]] constexpr T& operator*() noexcept BITSWIRE_LIFETIMEBOUND { return value(); }
    [[nodiscard]] constexpr const T* operator->() const noexcept BITSWIRE_LIFETIMEBOUND { return &value(); }
    [[nodiscard]] constexpr T* operator->() noexcept BITSWIRE_LIFETIMEBOUND { return &value(); }

    /// The value if it is there, null otherwise. Points into this object.
    [[nodiscard]] constexpr const T* if_value() const noexcept BITSWIRE_LIFETIMEBOUND {
        return has_value_ ? &value_ : nullptr;
    }
    [[nodiscard]] constexpr T* if_value() noexcept BITSWIRE_LIFETIMEBOUND { return has_value_ ? &value_ : nullptr; }
    /// The value if it is there, `fallback` otherwise.
    [[nodiscard]] constexpr T value_or(const T& fallback) const noexcept { return has_value_ ? value_ : fallback; }

    /// The error; where there is a value, `E{}`, which is no error.
    [[nodiscard]] constexpr E error() const noexcept { return has_value_ ? E{} : error_; }

  private:
    constexpr void require_value() const noexcept {
        assert(has_value_);
        if (!has_value_) detail::stop_program();
    }

    union {
        T value_;
        E error_;
    };
    bool has_value_;
};

} // namespace bitswire

#endif
