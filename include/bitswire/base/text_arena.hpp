// bitswire/base/text_arena.hpp: texts that change, kept one behind the other in memory that somebody else owns.
//
// No gaps: what is replaced is removed, and what lies behind it moves down. The owner of the slots moves them, too.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_TEXT_ARENA_HPP
#define BITSWIRE_BASE_TEXT_ARENA_HPP

#include "config.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bitswire {

/// Where a text is in its arena.
struct text_slot {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
};

class text_arena {
  public:
    constexpr text_arena() noexcept = default;
    /// Borrows `memory`, of which no more than 2^32-1 bytes are used.
    constexpr explicit text_arena(std::span<char> memory BITSWIRE_LIFETIMEBOUND) noexcept
        : memory_(memory.data()), capacity_(capacity_of(memory)) {}

    [[nodiscard]] constexpr std::uint32_t used() const noexcept { return used_; }
    [[nodiscard]] constexpr std::size_t room() const noexcept { return capacity_ - used_; }
    /// Borrows the memory until the next change of the arena. Empty for a slot of another arena that this one cannot
    /// have.
    [[nodiscard]] constexpr std::string_view view(const text_slot& slot) const noexcept {
        return slot.size != 0 && has(slot) ? std::string_view{memory_ + slot.offset, slot.size} : std::string_view{""};
    }

    /// Continues in other memory, with the same slots. False, and nothing changed, if it is too small.
    [[nodiscard]] constexpr bool move_to(std::span<char> memory) noexcept {
        if (memory.size() < used_) return false;
        for (std::uint32_t i = 0; i < used_; ++i)
            memory[i] = memory_[i];
        memory_ = memory.data();
        capacity_ = capacity_of(memory);
        return true;
    }

    /// Adds a text behind all others; it may be a part of the arena. Where there is no `room`, nothing is added.
    constexpr text_slot append(std::string_view text) noexcept {
        if (text.size() > room()) return {};
        const text_slot slot{used_, static_cast<std::uint32_t>(text.size())};
        for (const char c : text)
            memory_[used_++] = c;
        return slot;
    }

    /// Drops all texts behind the first `used` bytes.
    constexpr void cut(std::uint32_t used) noexcept { used_ = used < used_ ? used : used_; }

    /// Takes the text of `slot` out. `for_each_slot(f)` must call `f` with every slot there is.
    template <class ForEachSlot>
    constexpr void remove(text_slot& slot, ForEachSlot for_each_slot) noexcept {
        const text_slot gone = slot;
        slot.size = 0;
        if (!has(gone)) return;
        for (std::uint32_t i = gone.offset; i + gone.size < used_; ++i)
            memory_[i] = memory_[i + gone.size];
        used_ -= gone.size;
        for (std::uint32_t i = used_; i < used_ + gone.size; ++i)
            memory_[i] = '\0'; // it may have been a secret
        for_each_slot([&](text_slot& s) noexcept {
            if (s.offset > gone.offset) s.offset -= gone.size;
        });
    }

    /// Puts `text`, which may be a part of the arena, in place of what `slot` has. False, and nothing changed, if there
    /// is no room for both.
    template <class ForEachSlot>
    [[nodiscard]] constexpr bool replace(text_slot& slot, std::string_view text, ForEachSlot for_each_slot) noexcept {
        if (text.size() > room()) return false;
        text_slot fresh = append(text);
        const std::uint32_t removed = has(slot) ? slot.size : 0;
        remove(slot, for_each_slot);
        fresh.offset -= removed;
        slot = fresh;
        return true;
    }

  private:
    [[nodiscard]] constexpr bool has(const text_slot& slot) const noexcept {
        return slot.offset <= used_ && slot.size <= used_ - slot.offset;
    }
    static constexpr std::uint32_t capacity_of(std::span<char> memory) noexcept {
        return memory.size() < UINT32_MAX ? static_cast<std::uint32_t>(memory.size()) : UINT32_MAX;
    }

    char* memory_ = nullptr;
    std::uint32_t capacity_ = 0;
    std::uint32_t used_ = 0;
};

} // namespace bitswire

#endif
