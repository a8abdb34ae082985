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

/// A spelling that `find_header` recognises.
struct header_spelling {
    folded_name name;
    header id = header::none;
};

/// Chosen so that no two names of header.hpp collide, and of the aliases only one; another choice would only be slower.
constexpr std::uint32_t hash_of_header(std::string_view name) noexcept {
    const auto folded = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(name[i] | 0x20));
    };
    return static_cast<std::uint32_t>(name.size()) * 4 + folded(name.size() - 4) * 3 + folded(0);
}

inline constexpr auto header_spellings = [] {
    std::array<header_spelling, header_count + header_aliases.size()> table{};
    std::size_t n = 0;
    for (const header_row& row : header_rows)
        table[n++] = {folded_name(row.name), row.id};
    for (const header_alias& a : header_aliases)
        table[n++] = {folded_name(a.alias), a.id};
    return table;
}();

inline constexpr auto header_by_name =
    hash_index<256>::over(header_spellings, [](const header_spelling& s) { return hash_of_header(s.name.view()); });

} // namespace detail

/// The header of this name in any letter case, other known spellings included, or `header::none`. `name` must be free
/// of control characters. `readable` is how many bytes may be read at `name.data()`: more than the name, if it stands
/// in a larger buffer, makes the look-up faster.
[[gnu::always_inline]] constexpr header find_header(std::string_view name, std::size_t readable) noexcept {
    if (name.size() < 4) return header::none;
    header found = header::none;
    const auto matches = [&](std::size_t n) noexcept {
        const detail::header_spelling& s = detail::header_spellings[n];
        if (!s.name.matches(name, readable)) return false;
        found = s.id;
        return true;
    };
    static_cast<void>(detail::header_by_name.find(detail::hash_of_header(name), matches));
    return found;
}
constexpr header find_header(std::string_view name) noexcept { return find_header(name, name.size()); }

namespace detail {

/// The header that is likely to follow each header, and at the end the one that a head is likely to begin with: the
/// order in which Windows and IIS write the messages of which there are most, Fragments and their Acks. A wrong guess
/// costs little.
consteval std::array<header, header_count + 1> make_likely_headers(message_kind kind) {
    std::array<header, header_count + 1> likely{};
    header next = header::accept;
    for (std::size_t h = header_count + 1; h-- > 0;) {
        likely[h] = next;
        if (h < header_count && presence_of(static_cast<header>(h), kind) >= presence::optional)
            next = static_cast<header>(h);
    }
    likely[header_count] = next;
    return likely;
}

inline constexpr auto likely_request_headers = make_likely_headers(message_kind::fragment_request);
inline constexpr auto likely_response_headers = make_likely_headers(message_kind::fragment_ack);

} // namespace detail

/// Where a value stands in a buffer that the caller keeps.
struct positioned_value {
    std::uint32_t offset;
    std::uint32_t size;

    [[nodiscard]] constexpr std::string_view view(const char* buffer) const noexcept { return {buffer + offset, size}; }
    [[nodiscard]] constexpr std::uint32_t position() const noexcept { return offset; }
};

/// A value that stands wherever its owner keeps it.
struct borrowed_value {
    std::string_view text{};

    [[nodiscard]] constexpr std::string_view view(const char* /*buffer*/) const noexcept { return text; }
    [[nodiscard]] constexpr std::uint32_t position() const noexcept { return 0; }
};

/// The known headers of one message, by `header`. `Value` is one of the two above.
template <class Value>
class field_set {
  public:
    constexpr field_set() noexcept {} // NOLINT(modernize-use-equals-default): the arrays stay as they are

    /// Takes a header line whose value is trimmed and free of control characters. Errors: value_too_long,
    /// conflicting_headers.
    constexpr errc add(header h, Value value, const char* buffer, const read_limits& limits) noexcept {
        constexpr header_set special = set_of(header::connection);
        if (value.view(buffer).size() > limits.value_bytes || ((present_ | special) & set_of(h)) != 0) {
            return add_special(h, value, buffer, limits);
        }
        present_ |= set_of(h);
        values_[static_cast<std::size_t>(h)] = value;
        return errc::ok;
    }

    [[nodiscard]] constexpr header_set present() const noexcept { return present_; }
    [[nodiscard]] constexpr bool has(header h) const noexcept { return (present_ & set_of(h)) != 0; }
    /// The value of a header that is present.
    [[nodiscard]] constexpr Value value(header h) const noexcept { return values_[static_cast<std::size_t>(h)]; }
    /// The headers that came with different values; whether that matters depends on the kind of message.
    [[nodiscard]] constexpr header_set conflicting() const noexcept { return conflicting_; }
    /// Whether BITS-Supported-Protocols came in more lines than are kept.
    [[nodiscard]] constexpr bool has_too_many_lines() const noexcept { return too_many_lines_; }
    /// The further lines of BITS-Supported-Protocols.
    [[nodiscard]] constexpr std::size_t more_line_count() const noexcept { return more_line_count_; }
    [[nodiscard]] constexpr Value more_line(std::size_t i) const noexcept { return more_lines_[i]; }
    /// Whether Connection asks for this.
    [[nodiscard]] constexpr bool wants_close() const noexcept { return wants_close_; }
    [[nodiscard]] constexpr bool wants_keep_alive() const noexcept { return wants_keep_alive_; }

  private:
    [[gnu::noinline]] constexpr errc add_special(header h, Value value, const char* buffer,
                                                 const read_limits& limits) noexcept {
        const std::string_view text = value.view(buffer);
        if (text.size() > limits.value_bytes) return errc::value_too_long;
        if (h != header::connection) return add_again(h, value, buffer);
        note_connection(text);
        present_ |= set_of(h);
        values_[static_cast<std::size_t>(h)] = value;
        return errc::ok;
    }

    constexpr bool note_option(std::string_view option) noexcept {
        constexpr folded_name keep_alive_option("keep-alive");
        constexpr folded_name close_option("close");
        const bool keep_alive = keep_alive_option.matches(option);
        const bool close = close_option.matches(option);
        wants_keep_alive_ = wants_keep_alive_ || keep_alive;
        wants_close_ = wants_close_ || close;
        return keep_alive || close;
    }

    constexpr void note_connection(std::string_view options) noexcept {
        if (note_option(options)) return; // the only one, nearly always
        list_tokens tokens(options);
        for (std::string_view option = tokens.next(); !option.empty(); option = tokens.next())
            note_option(option);
    }

    constexpr errc add_again(header h, Value value, const char* buffer) noexcept {
        switch (row_of(h).twice) {
        case repetition::first:
            return errc::ok;
        case repetition::list:
            if (more_line_count_ == more_lines_.size()) {
                too_many_lines_ = true;
            } else {
                more_lines_[more_line_count_++] = value;
            }
            return errc::ok;
        case repetition::equal:
            if (value.view(buffer) != this->value(h).view(buffer)) {
                conflicting_ |= set_of(h);
                values_[static_cast<std::size_t>(h)] = value; // the one at fault
            }
            return errc::ok;
        case repetition::framing:
            return value.view(buffer) == this->value(h).view(buffer) ? errc::ok : errc::conflicting_headers;
        case repetition::once:
            break;
        }
        return errc::conflicting_headers;
    }

    std::array<Value, header_count> values_;           // only those in present_ have a value
    std::array<Value, max_list_lines - 1> more_lines_; // only the first more_line_count_
    header_set present_ = 0;
    header_set conflicting_ = 0;
    std::uint8_t more_line_count_ = 0;
    bool too_many_lines_ = false;
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
    [[nodiscard]] constexpr header_set conflicting() const noexcept { return fields_->conflicting(); }
    [[nodiscard]] constexpr bool has_too_many_lines() const noexcept { return fields_->has_too_many_lines(); }
    /// All lines of BITS-Supported-Protocols, when it is present.
    [[nodiscard]] constexpr std::size_t line_count() const noexcept { return 1 + fields_->more_line_count(); }
    [[nodiscard]] constexpr std::string_view line(std::size_t i) const noexcept { return line_value(i).view(buffer_); }
    [[nodiscard]] constexpr std::uint32_t line_position(std::size_t i) const noexcept {
        return line_value(i).position();
    }
    [[nodiscard]] constexpr bool wants_close() const noexcept { return fields_->wants_close(); }
    [[nodiscard]] constexpr bool wants_keep_alive() const noexcept { return fields_->wants_keep_alive(); }

    /// An error in the value of `h`, `offset` bytes into it.
    [[nodiscard]] constexpr error fail(errc code, header h, std::size_t offset = 0) const noexcept {
        const std::uint32_t base = has(h) ? fields_->value(h).position() : 0;
        return {code, h, base + static_cast<std::uint32_t>(offset)};
    }

  private:
    [[nodiscard]] constexpr Value line_value(std::size_t i) const noexcept {
        return i == 0 ? fields_->value(header::supported_protocols) : fields_->more_line(i - 1);
    }

    const field_set<Value>* fields_;
    const char* buffer_;
};

} // namespace bitswire

#endif
