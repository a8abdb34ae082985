// bitswire/base/inline_text.hpp: a short text that an object owns, without allocation.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_INLINE_TEXT_HPP
#define BITSWIRE_BASE_INLINE_TEXT_HPP

#include "config.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// At most `Capacity` bytes of text. A longer one is refused whole: half a session id is worse than none.
template <std::size_t Capacity>
class inline_text {
    static_assert(Capacity <= UINT16_MAX);

  public:
    static constexpr std::size_t capacity = Capacity;

    /// Replaces the text. False, and nothing changed, if it does not fit.
    [[nodiscard]] constexpr bool assign(std::string_view text) noexcept {
        if (text.size() > Capacity) return false;
        clear();
        return append(text);
    }
    /// Adds to the text. False, and nothing changed, if it does not fit.
    [[nodiscard]] constexpr bool append(std::string_view text) noexcept {
        if (text.size() > Capacity - size_) return false;
        std::string_view::traits_type::copy(bytes_.data() + size_, text.data(), text.size());
        size_ = static_cast<std::uint16_t>(size_ + text.size());
        return true;
    }
    constexpr void clear() noexcept { size_ = 0; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    /// Borrows this object.
    [[nodiscard]] constexpr std::string_view view() const noexcept BITSWIRE_LIFETIMEBOUND {
        return {bytes_.data(), size_};
    }

    friend constexpr bool operator==(const inline_text& a, const inline_text& b) noexcept {
        return a.view() == b.view();
    }

  private:
    std::array<char, Capacity> bytes_{};
    std::uint16_t size_ = 0;
};

} // namespace bitswire

#endif
