// Tables and numbers that can be changed while a program runs, and that know whether they were read. The copy of
// include/ that make_mutants.py writes is made of them. Where the compiler evaluates, they are what the library has.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace mutation {

/// A table that the library has as the array `Original`.
template <const auto& Original>
struct table {
    using array = std::remove_cvref_t<decltype(Original)>;

    static inline array now = Original; ///< as the program sees it
    static inline std::array<bool, Original.size()> was_read{};

    static constexpr const auto& original() noexcept { return Original; }
    static constexpr std::size_t size() noexcept { return Original.size(); }
    constexpr const auto& operator[](std::size_t i) const noexcept {
        if (std::is_constant_evaluated()) return Original[i];
        was_read[i] = true;
        return now[i];
    }
    constexpr auto begin() const noexcept {
        if (std::is_constant_evaluated()) return Original.begin();
        was_read.fill(true);
        return array_begin();
    }
    constexpr auto end() const noexcept { return begin() + static_cast<std::ptrdiff_t>(size()); }

  private:
    static auto array_begin() noexcept { return static_cast<const array&>(now).begin(); }
};

inline constexpr std::size_t max_numbers = 256;
inline std::array<bool, max_numbers> number_was_read{};
inline std::size_t changed_number = max_numbers; ///< none
inline bool is_one_more = false;                 ///< or one less

/// The number `Id` of the library.
template <class T, std::size_t Id>
struct number {
    static_assert(Id < max_numbers);
    T original;

    constexpr operator T() const noexcept { // NOLINT(google-explicit-constructor): it stands where a number stood
        if (std::is_constant_evaluated()) return original;
        number_was_read[Id] = true;
        if (changed_number != Id) return original;
        return static_cast<T>(is_one_more ? original + 1 : original - 1);
    }
};

} // namespace mutation
