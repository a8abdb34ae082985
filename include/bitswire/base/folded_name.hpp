// bitswire/base/folded_name.hpp: names that compare without regard to letter case, a block at a time.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_FOLDED_NAME_HPP
#define BITSWIRE_BASE_FOLDED_NAME_HPP

#include "blocks.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bitswire {

/// A text whose letters others may write in either case: a name, or how a line begins. At most 32 characters.
class alignas(16) folded_name {
  public:
    static constexpr std::size_t capacity = 32;

  private:
    static constexpr char case_bit = 0x20;
    static constexpr char any = '\xff'; ///< behind the name: whatever stands there is equal

    constexpr void add(std::string_view text) noexcept {
        assert(text.size() <= capacity - size_);
        for (const char c : text) {
            const bool upper = c >= 'A' && c <= 'Z';
            const bool letter = upper || (c >= 'a' && c <= 'z');
            lower_[size_] = upper ? static_cast<char>(c | case_bit) : c;
            fold_[size_++] = letter ? case_bit : '\0';
        }
    }

    /// Zero where the text and the name are the same.
    template <class Blocks>
    [[nodiscard]] constexpr typename Blocks::block difference(const char* text, std::size_t at) const noexcept {
        return (Blocks::load(text + at) | Blocks::load(fold_ + at)) ^ Blocks::load(lower_ + at);
    }
    template <class Blocks>
    [[nodiscard, gnu::always_inline]] constexpr bool begins_by(const char* text) const noexcept {
        typename Blocks::block all = difference<Blocks>(text, 0);
        for (std::size_t at = Blocks::width; at < size_; at += Blocks::width)
            all |= difference<Blocks>(text, at);
        return Blocks::is_zero(all);
    }
    /// In words, where nothing behind the name may be read: the last word overlaps the one before.
    [[nodiscard, gnu::always_inline]] constexpr bool begins_narrowly(const char* text) const noexcept {
        using detail::word_blocks;
        if (size_ < word_blocks::width) return begins_by<detail::byte_blocks>(text);
        word_blocks::block all =
            difference<word_blocks>(text, 0) | difference<word_blocks>(text, size_ - word_blocks::width);
        for (std::size_t at = word_blocks::width; at + word_blocks::width < size_; at += word_blocks::width)
            all |= difference<word_blocks>(text, at);
        return word_blocks::is_zero(all);
    }

  public:
    constexpr folded_name() noexcept = default;
    /// Of texts that follow each other; their upper-case letters are folded.
    template <class... Parts>
    constexpr explicit folded_name(std::string_view first, const Parts&... more) noexcept {
        add(first);
        (add(more), ...);
        for (std::size_t i = size_; i < capacity; ++i)
            lower_[i] = fold_[i] = any;
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept BITSWIRE_LIFETIMEBOUND { return {lower_, size_}; }
    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return size_; }

    /// Whether the first `size()` of the `readable` bytes at `text` are this name. More that may be read, up to
    /// `capacity`, makes it faster.
    [[nodiscard, gnu::always_inline]] constexpr bool begins(const char* text, std::size_t readable) const noexcept {
        using detail::name_blocks;
        if (std::is_constant_evaluated()) return readable >= size_ && begins_by<detail::byte_blocks>(text);
        if (readable >= (size_ <= name_blocks::width ? name_blocks::width : capacity)) {
            return begins_by<name_blocks>(text);
        }
        return readable >= size_ && begins_narrowly(text);
    }

    /// Whether `text` is this name.
    [[nodiscard, gnu::always_inline]] constexpr bool matches(std::string_view text) const noexcept {
        return text.size() == size_ && begins(text.data(), text.size());
    }

  private:
    char lower_[capacity] = {};
    char fold_[capacity] = {};
    std::uint8_t size_ = 0;
};

} // namespace bitswire

#endif
