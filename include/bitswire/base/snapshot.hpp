// bitswire/base/snapshot.hpp: objects as bytes that can be stored and read back by another process or machine.
//
// Layout: 4 bytes that name the kind, 2 bytes version, the fields in a fixed order (little-endian; texts with a 2-byte
// length before them), and at the end the CRC-32 of all before it. A reader that ran out of bytes, or of whose bytes
// one was changed, reads zeros and says so in the end; it never reads beyond the bytes.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_SNAPSHOT_HPP
#define BITSWIRE_BASE_SNAPSHOT_HPP

#include "borrowed_text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bitswire {

/// What a snapshot is of, and in which form.
struct snapshot_kind {
    std::string_view name; ///< 4 characters
    std::uint16_t version;
};

namespace detail {

inline constexpr auto crc32_table = [] {
    std::array<std::uint32_t, 256> table{};
    std::uint32_t* const of = table.data(); // of[a ^ b] is of[a] ^ of[b]
    std::uint32_t one_bit = 1;
    for (std::uint32_t bit = 0x80; bit != 0; bit /= 2) {
        one_bit = (one_bit >> 1) ^ (0xedb88320U & (0U - (one_bit & 1U)));
        for (std::uint32_t i = bit; i < table.size(); i += 2 * bit)
            of[i] = one_bit ^ of[i - bit];
    }
    return table;
}();

/// CRC-32 as in Ethernet and zip (ISO/IEC 8802-3 3.2.8).
class crc32 {
  public:
    constexpr void put(std::uint8_t byte) noexcept { state_ = (state_ >> 8) ^ crc32_table[(state_ ^ byte) & 0xffU]; }
    [[nodiscard]] constexpr std::uint32_t value() const noexcept { return ~state_; }

  private:
    std::uint32_t state_ = 0xffffffffU;
};

} // namespace detail

/// Writes a snapshot; a buffer that is too small is counted, not overrun.
class snapshot_writer {
  public:
    constexpr snapshot_writer(std::span<char> out, const snapshot_kind& kind) noexcept : out_(out) {
        for (const char c : kind.name)
            put_byte(static_cast<std::uint8_t>(c));
        put(kind.version);
    }

    template <class Unsigned>
    requires(static_cast<Unsigned>(-1) > Unsigned{}) constexpr void put(Unsigned value) noexcept {
        for (std::size_t i = 0; i < sizeof(Unsigned); ++i)
            put_byte(static_cast<std::uint8_t>(std::uint64_t{value} >> (8 * i)));
    }
    constexpr void put(bool value) noexcept { put(static_cast<std::uint8_t>(value)); }
    constexpr void put(std::string_view text) noexcept {
        put(static_cast<std::uint16_t>(text.size()));
        for (const char c : text)
            put_byte(static_cast<std::uint8_t>(c));
    }
    /// Ends the snapshot and returns its size, which is larger than the buffer if it did not fit.
    constexpr std::size_t finish() noexcept {
        put(crc_.value());
        return size_;
    }

  private:
    constexpr void put_byte(std::uint8_t byte) noexcept {
        crc_.put(byte);
        if (size_ < out_.size()) out_[size_] = static_cast<char>(byte);
        ++size_;
    }

    std::span<char> out_;
    std::size_t size_ = 0;
    detail::crc32 crc_{};
};

/// Reads a snapshot of the given kind. The texts borrow its bytes.
class snapshot_reader {
  public:
    constexpr snapshot_reader(borrowed_text bytes BITSWIRE_LIFETIMEBOUND, const snapshot_kind& kind) noexcept
        : bytes_(bytes) {
        constexpr std::size_t crc_size = 4;
        ok_ = bytes.size() >= kind.name.size() + sizeof(kind.version) + crc_size && bytes.starts_with(kind.name);
        if (!ok_) return;
        detail::crc32 crc;
        for (const char c : bytes.substr(0, bytes.size() - crc_size))
            crc.put(static_cast<std::uint8_t>(c));
        at_ = bytes.size() - crc_size;
        ok_ = get<std::uint32_t>() == crc.value();
        bytes_.remove_suffix(crc_size);
        at_ = kind.name.size();
        ok_ = get<std::uint16_t>() == kind.version && ok_;
    }

    template <class Unsigned>
    constexpr Unsigned get() noexcept {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < sizeof(Unsigned); ++i)
            value |= std::uint64_t{get_byte()} << (8 * i);
        return static_cast<Unsigned>(value);
    }
    constexpr bool get_bool() noexcept {
        const auto byte = get<std::uint8_t>();
        if (byte > 1) ok_ = false;
        return byte == 1;
    }
    /// A text of at most `limit` bytes.
    constexpr std::string_view get_text(std::size_t limit) noexcept {
        const std::size_t size = get<std::uint16_t>();
        if (size > limit || size > bytes_.size() - at_) {
            ok_ = false;
            return {"", 0};
        }
        at_ += size;
        return size != 0 ? bytes_.substr(at_ - size, size) : std::string_view{"", 0};
    }
    /// An enumerator of an enumeration with `count` of them.
    template <class Enum>
    constexpr Enum get_enum(std::size_t count) noexcept {
        const auto byte = get<std::uint8_t>();
        if (byte >= count) ok_ = false;
        return static_cast<Enum>(byte < count ? byte : 0);
    }
    /// How many bytes are not read yet.
    [[nodiscard]] constexpr std::size_t left() const noexcept { return bytes_.size() - at_; }
    /// Whether something that was read so far was not there, or not what it has to be.
    [[nodiscard]] constexpr bool is_bad() const noexcept { return !ok_; }
    /// Whether the bytes were a whole snapshot of this kind and nothing more.
    [[nodiscard]] constexpr bool finish() const noexcept { return ok_ && at_ == bytes_.size(); }

  private:
    constexpr std::uint8_t get_byte() noexcept {
        if (at_ == bytes_.size()) {
            ok_ = false;
            return 0;
        }
        return static_cast<std::uint8_t>(bytes_[at_++]);
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
    bool ok_ = false;
};

} // namespace bitswire

#endif
