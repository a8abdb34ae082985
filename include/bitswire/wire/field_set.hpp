// bitswire/wire/field_set.hpp: which header is this, and the known headers of one message.
//
// Both doors of the wire layer end here: raw bytes store positions, since the buffer may move between calls; somebody
// else's headers store views. What is done with the values afterwards is the same code for both. Unknown headers are
// looked at for their form only, and not kept ([MC-BUP] 2.2).
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_FIELD_SET_HPP
#define BITSWIRE_WIRE_FIELD_SET_HPP

#include "../base/ascii.hpp"
#include "../base/hash_index.hpp"
#include "../base/scan.hpp"
#include "../spec/error.hpp"
#include "../spec/header.hpp"
#include "../spec/limits.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

namespace detail {

/// A spelling that `find_header` recognises, in lower case and padded so that it can be compared in words.
struct header_spelling {
    std::array<char, 32> lower{};
    std::uint8_t size = 0;
    header id = header::none;

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {lower.data(), size}; }
};

/// Chosen so that the names of header.hpp hardly collide; any other choice would only be slower.
constexpr std::uint32_t hash_of_header(std::string_view name) noexcept {
    const auto folded = [&](std::size_t i) { return static_cast<std::uint32_t>(name[i] | 0x20) & 0x7fU; };
    return static_cast<std::uint32_t>(name.size()) * 3 + folded(name.size() - 2) * 36 + folded(name.size() / 2);
}

inline constexpr auto header_spellings = [] {
    std::array<header_spelling, header_count + header_aliases.size()> table{};
    std::size_t n = 0;
    const auto put = [&](std::string_view name, header id) {
        table[n].id = id;
        table[n].size = static_cast<std::uint8_t>(name.size());
        for (std::size_t i = 0; i < name.size(); ++i)
            table[n].lower.at(i) = to_lower(name[i]);
        ++n;
    };
    for (const header_row& row : header_rows)
        put(row.name, row.id);
    for (const header_alias& a : header_aliases)
        put(a.alias, a.id);
    return table;
}();

inline constexpr auto header_by_name =
    hash_index<128>::over(header_spellings, [](const header_spelling& s) { return hash_of_header(s.view()); });

} // namespace detail

/// The header of this name in any letter case, other known spellings included, or `header::none`. `name` must be free
/// of control characters.
constexpr header find_header(std::string_view name) noexcept {
    if (name.size() < 4) return header::none;
    const std::size_t i = detail::header_by_name.find(detail::hash_of_header(name), [&](std::size_t n) noexcept {
        const detail::header_spelling& s = detail::header_spellings[n];
        return s.size == name.size() && equals_folded(name.data(), s.lower.data(), name.size());
    });
    return i < detail::header_spellings.size() ? detail::header_spellings[i].id : header::none;
}

/// Where a value stands in a buffer that the caller keeps.
struct positioned_value {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;

    [[nodiscard]] constexpr std::string_view view(const char* buffer) const noexcept { return {buffer + offset, size}; }
    [[nodiscard]] constexpr std::uint32_t position() const noexcept { return offset; }
};

/// A value that stands wherever its owner keeps it.
struct borrowed_value {
    std::string_view text;

    [[nodiscard]] constexpr std::string_view view(const char* /*buffer*/) const noexcept { return text; }
    [[nodiscard]] constexpr std::uint32_t position() const noexcept { return 0; }
};

/// The known headers of one message, by `header`. `Value` is one of the two above.
template <class Value>
class field_set {
  public:
    /// Takes a header line whose value is trimmed and free of control characters. Errors: value_too_long,
    /// conflicting_headers.
    constexpr errc add(header h, Value value, const char* buffer, const read_limits& limits) noexcept {
        const std::string_view text = value.view(buffer);
        if (text.size() > limits.value_bytes) return errc::value_too_long;
        if (h == header::connection) {
            note_connection(text);
        } else if (has(h)) {
            return add_again(h, value, buffer);
        }
        present_ |= set_of(h);
        values_[static_cast<std::size_t>(h)] = value;
        return errc::ok;
    }

    [[nodiscard]] constexpr header_set present() const noexcept { return present_; }
    [[nodiscard]] constexpr bool has(header h) const noexcept { return (present_ & set_of(h)) != 0; }
    /// The value of a header that is present.
    [[nodiscard]] constexpr Value value(header h) const noexcept { return values_[static_cast<std::size_t>(h)]; }
    /// The further lines of BITS-Supported-Protocols.
    [[nodiscard]] constexpr std::size_t more_line_count() const noexcept { return more_line_count_; }
    [[nodiscard]] constexpr Value more_line(std::size_t i) const noexcept { return more_lines_[i]; }
    /// Whether Connection asks for this.
    [[nodiscard]] constexpr bool wants_close() const noexcept { return wants_close_; }
    [[nodiscard]] constexpr bool wants_keep_alive() const noexcept { return wants_keep_alive_; }

  private:
    constexpr void note_connection(std::string_view options) noexcept {
        list_tokens tokens(options);
        for (std::string_view option = tokens.next(); !option.empty(); option = tokens.next()) {
            if (iequals(option, "close")) wants_close_ = true;
            if (iequals(option, "keep-alive")) wants_keep_alive_ = true;
        }
    }

    constexpr errc add_again(header h, Value value, const char* buffer) noexcept {
        switch (row_of(h).twice) {
        case repetition::first:
            return errc::ok;
        case repetition::equal:
            return value.view(buffer) == this->value(h).view(buffer) ? errc::ok : errc::conflicting_headers;
        case repetition::list:
            if (more_line_count_ == more_lines_.size()) return errc::conflicting_headers;
            more_lines_[more_line_count_++] = value;
            return errc::ok;
        case repetition::once:
            break;
        }
        return errc::conflicting_headers;
    }

    std::array<Value, header_count> values_{};
    std::array<Value, max_list_lines - 1> more_lines_{};
    header_set present_ = 0;
    std::uint8_t more_line_count_ = 0;
    bool wants_close_ = false;
    bool wants_keep_alive_ = false;
};

/// The headers of a complete message, with their text. Borrows the set and the buffer.
template <class Value>
class fields_view {
  public:
    constexpr fields_view(const field_set<Value>& fields, const char* buffer) noexcept
        : fields_(&fields), buffer_(buffer) {}

    [[nodiscard]] constexpr header_set present() const noexcept { return fields_->present(); }
    [[nodiscard]] constexpr bool has(header h) const noexcept { return fields_->has(h); }
    /// The value of `h`, or an empty view when it is absent.
    [[nodiscard]] constexpr std::string_view text(header h) const noexcept {
        return has(h) ? fields_->value(h).view(buffer_) : std::string_view{};
    }
    [[nodiscard]] constexpr std::size_t more_line_count() const noexcept { return fields_->more_line_count(); }
    [[nodiscard]] constexpr std::string_view more_line(std::size_t i) const noexcept {
        return fields_->more_line(i).view(buffer_);
    }
    [[nodiscard]] constexpr bool wants_close() const noexcept { return fields_->wants_close(); }
    [[nodiscard]] constexpr bool wants_keep_alive() const noexcept { return fields_->wants_keep_alive(); }

    /// An error in the value of `h`, `offset` bytes into it.
    [[nodiscard]] constexpr error fail(errc code, header h, std::size_t offset = 0) const noexcept {
        const std::uint32_t base = has(h) ? fields_->value(h).position() : 0;
        return {code, h, base + static_cast<std::uint32_t>(offset)};
    }

  private:
    const field_set<Value>* fields_;
    const char* buffer_;
};

} // namespace bitswire

#endif
