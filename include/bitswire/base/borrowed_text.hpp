// bitswire/base/borrowed_text.hpp: a text of the caller, as an argument that is still needed after the call.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_BORROWED_TEXT_HPP
#define BITSWIRE_BASE_BORROWED_TEXT_HPP

#include "config.hpp"

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace bitswire {

/// A std::string_view that tells the compiler which object it was made from. Compilers do not follow a text from a
/// std::string through std::string_view into the object that keeps it; clang follows it through this type. The text is
/// borrowed; the function or the member that takes it says for how long.
struct borrowed_text : std::string_view {
    constexpr borrowed_text() noexcept : std::string_view("") {}
    constexpr borrowed_text(std::string_view text) noexcept : borrowed_text(text.data(), text.size()) {}
    borrowed_text(std::nullptr_t) = delete;
    /// A text with a zero behind it; null, as of `std::getenv`, is an empty text.
    constexpr borrowed_text(const char* text BITSWIRE_LIFETIMEBOUND) noexcept
        : std::string_view(text != nullptr ? text : "") {}
    /// Null is an empty text, whatever its size.
    constexpr borrowed_text(const char* text BITSWIRE_LIFETIMEBOUND, std::size_t size) noexcept
        : std::string_view(text != nullptr ? std::string_view(text, size) : std::string_view("")) {}
    /// An object that converts to std::string_view, such as a std::string.
    template <class Owner>
    requires(std::is_class_v<Owner> && !std::is_base_of_v<std::string_view, Owner> &&
             std::is_convertible_v<const Owner&,
                                   std::string_view>) constexpr borrowed_text(const Owner& owner
                                                                                  BITSWIRE_LIFETIMEBOUND) noexcept
        : std::string_view(static_cast<std::string_view>(owner)) {}
};

} // namespace bitswire

#endif
