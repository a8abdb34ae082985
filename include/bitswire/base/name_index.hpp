// bitswire/base/name_index.hpp: finds one of many names, in any letter case; built by the compiler, from the names.
//
// Names of capital letters, digits, '_', '(' and ')', as constants in C headers are. They are read in words of eight
// bytes, the last of which overlap: as many words for a short name as for a long one, so that no branch depends on what
// the name is. No byte outside of the name that was handed over is read.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_NAME_INDEX_HPP
#define BITSWIRE_BASE_NAME_INDEX_HPP

#include "ascii.hpp"
#include "perfect_index.hpp"
#include "scan.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

namespace detail {

/// Whether a text is a name in any letter case; both are given eight bytes at a time. Bit 5 is the case of a letter. In
/// names, only letters and '_' have bit 6, and it stays when 0x21 is added to letters only.
class name_comparison {
  public:
    constexpr void add(std::uint64_t text, std::uint64_t name) noexcept {
        const std::uint64_t letters = name & (name + word_blocks::all(0x21));
        different_ |= text ^ name;
        no_letters_ |= ((text ^ name) << 1) & ~letters;
    }
    [[nodiscard]] constexpr bool is_equal() const noexcept {
        return ((different_ & word_blocks::all(0xDF)) | (no_letters_ & word_blocks::all(0x40))) == 0;
    }

  private:
    std::uint64_t different_ = 0;
    std::uint64_t no_letters_ = 0; ///< in bit 6: what differs in bit 5 and may not
};

} // namespace detail

/// `Count` names of 1 to 62 characters, kept here once more.
template <std::size_t Count, std::size_t Slots>
class name_index {
  public:
    /// Of names as above, no two alike; for the multiplier see perfect_index.hpp.
    consteval name_index(const std::array<std::string_view, Count>& names, std::uint64_t multiplier)
        : index_(perfect_index<Slots>::over(names, hash_of, multiplier)) {
        for (std::size_t n = 0; n < Count; ++n) {
            for (const char c : names[n])
                names_[n].text[names_[n].size++] = c;
        }
    }

    struct found {
        std::size_t number; ///< of the only name that can be meant
        bool is_equal;      ///< it is
    };
    [[nodiscard]] constexpr found find(std::string_view text) const noexcept {
        if (text.size() > max_size) return {0, false};
        if (text.size() < word_size) return find_short(text);
        const std::size_t number = index_.find(hash_of_words(text));
        const kept_name& n = names_[number];
        detail::name_comparison compared;
        const auto compare_at = [&](std::size_t at) noexcept {
            compared.add(detail::word_blocks::load(text.data() + at), detail::word_blocks::load(n.text.data() + at));
        };
        const std::size_t last = text.size() - word_size;
        const std::size_t before = before_last(last);
        compared.add(text.size(), n.size);
        compare_at(last);
        compare_at(before);
        compare_at(0);
        compare_at(last < word_size ? last : word_size);
        for (std::size_t at = 2 * word_size; at < before; at += word_size) // most are not so long
            compare_at(at);
        return {number, compared.is_equal()};
    }

    static constexpr std::uint64_t hash_of(std::string_view name) noexcept {
        return name.size() < word_size ? short_word(name) | case_bits : hash_of_words(name);
    }
    [[nodiscard]] constexpr std::uint64_t multiplier() const noexcept { return index_.multiplier(); }

  private:
    static constexpr std::size_t word_size = detail::word_blocks::width;
    static constexpr std::size_t max_size = 62;

    /// Behind the characters are zeros, so that any word may be compared.
    struct alignas(64) kept_name {
        std::array<char, 63> text{};
        std::uint8_t size = 0;
    };

    [[nodiscard]] constexpr found find_short(std::string_view text) const noexcept {
        const std::uint64_t word = short_word(text);
        const std::size_t number = index_.find(word | case_bits);
        detail::name_comparison compared;
        compared.add(text.size(), names_[number].size);
        compared.add(word, detail::word_blocks::load(names_[number].text.data()));
        return {number, compared.is_equal()};
    }

    /// A text of less than eight bytes, and zeros.
    static constexpr std::uint64_t short_word(std::string_view text) noexcept {
        std::uint64_t word = 0;
        for (std::size_t i = text.size(); i-- > 0;)
            word = word << 8 | static_cast<unsigned char>(text[i]);
        return word;
    }
    /// Where the word before the last one begins, which overlaps it in a name of less than two.
    static constexpr std::size_t before_last(std::size_t last) noexcept {
        return last < word_size ? 0 : last - word_size;
    }

    static constexpr std::uint64_t case_bits = detail::word_blocks::all(0x20);

    /// Of the last 16 bytes, by which names differ, and the size; the same for either letter case.
    [[gnu::always_inline]] static constexpr std::uint64_t hash_of_words(std::string_view text) noexcept {
        const std::size_t last = text.size() - word_size;
        const std::uint64_t end = detail::word_blocks::load(text.data() + last) | case_bits;
        const std::uint64_t before = detail::word_blocks::load(text.data() + before_last(last)) | case_bits;
        return (end ^ std::rotl(before, 21)) + text.size();
    }

    std::array<kept_name, Count> names_{};
    perfect_index<Slots> index_;
};

} // namespace bitswire

#endif
