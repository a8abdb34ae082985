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
#include "../base/folded_name.hpp"
#include "../base/hash_index.hpp"
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

/// Templates, so that only those wait for them who look headers up.
template <class Late>
inline constexpr auto header_spellings = [] {
    std::array<header_spelling, header_count + std::size(header_aliases)> table{};
    std::size_t n = 0;
    for (const header_row& row : header_rows)
        table[n++] = {folded_name(row.name), row.id};
    for (const header_alias& a : header_aliases)
        table[n++] = {folded_name(a.alias), a.id};
    return table;
}();

template <class Late>
inline constexpr auto header_by_name = hash_index<256>::over(header_spellings<Late>, [](const header_spelling& s) {
    return hash_of_header(s.name.view());
});

} // namespace detail

/// The header of this name in any letter case, other known spellings included, or `header::none`. `readable` is how
/// many bytes may be read at `name.data()`: more than the name, if it stands in a larger buffer, makes the look-up
/// faster.
template <class Late = void>
[[nodiscard]] constexpr header find_header(std::string_view name, std::size_t readable) noexcept {
    if (name.size() < 4) return header::none;
    header found = header::none;
    const auto matches = [&](std::size_t n) noexcept {
        const detail::header_spelling& s = detail::header_spellings<Late>[n];
        if (s.name.size() != name.size() || !s.name.begins(name.data(), readable)) return false;
        found = s.id;
        return true;
    };
    static_cast<void>(detail::header_by_name<Late>.find(detail::hash_of_header(name), matches));
    return found;
}
template <class Late = void>
[[nodiscard]] constexpr header find_header(std::string_view name) noexcept {
    return find_header<Late>(name, name.size());
}

namespace detail {

/// How the line of a header begins, nearly always.
template <header H>
inline constexpr folded_name line_start{name_of(H), ": "};

/// The whole line, where its value is the usual one.
template <header H, message_kind Kind>
inline constexpr folded_name usual_line{name_of(H), ": ", usual_value(H, Kind), "\r\n"};

/// Whether messages of kind `kind` come with a header, as Windows, IIS and this library write them.
constexpr bool may_come(header h, message_kind kind) noexcept {
    const presence p = presence_of(h, kind);
    return p == presence::seen || p >= presence::optional;
}

consteval std::size_t count_headers(message_kind kind) {
    std::size_t n = 0;
    for (const header_row& row : header_rows)
        n += may_come(row.id, kind) ? 1U : 0U;
    return n;
}

/// The headers that messages of kind `Kind` come with, in their order.
template <message_kind Kind>
inline constexpr auto headers_in_order = [] {
    std::array<header, count_headers(Kind)> headers{};
    std::size_t n = 0;
    for (const header_row& row : header_rows) {
        if (may_come(row.id, Kind)) headers[n++] = row.id;
    }
    return headers;
}();

} // namespace detail

/// Where a value stands in a buffer that the caller keeps.
class positioned_value {
  public:
    constexpr positioned_value() noexcept = default; // `positioned_value{}` is an empty text
    /// Of a head, which has at most 2^31 bytes.
    constexpr positioned_value(std::size_t offset, std::size_t size) noexcept
        : offset_and_size_(offset | std::uint64_t{size} << 32) {}

    [[nodiscard]] constexpr std::string_view view(const char* buffer) const noexcept {
        return {buffer + position(), static_cast<std::size_t>(offset_and_size_ >> 32)};
    }
    [[nodiscard]] constexpr std::uint32_t position() const noexcept {
        return static_cast<std::uint32_t>(offset_and_size_);
    }

  private:
    /// One word, since processors wait when two halves are written and then read as one.
    std::uint64_t offset_and_size_; // nothing, until it is one: most of the headers of a message do not come
};

/// A value that stands wherever its owner keeps it.
struct borrowed_value {
    std::string_view text = "";

    [[nodiscard]] constexpr std::string_view view(const char* /*buffer*/) const noexcept { return text; }
};

/// The options of Connection that matter here (RFC 9112 9.3).
struct connection_options {
    bool close = false;
    bool keep_alive = false;

    friend constexpr connection_options operator|(connection_options a, connection_options b) noexcept {
        return {a.close || b.close, a.keep_alive || b.keep_alive};
    }
};

namespace detail {

inline constexpr folded_name close_option("close");
inline constexpr folded_name keep_alive_option("keep-alive");

} // namespace detail

/// Reads one line of Connection.
[[nodiscard]] constexpr connection_options read_connection(std::string_view text) noexcept {
    using detail::close_option;
    using detail::keep_alive_option;
    connection_options options;
    list_tokens tokens(text);
    for (std::string_view option = tokens.next(); !option.empty(); option = tokens.next()) {
        options = options | connection_options{close_option.matches(option), keep_alive_option.matches(option)};
    }
    return options;
}

template <class Value>
class fields_view;

/// The known headers of one message, by `header`. `Value` is one of the two above.
template <class Value>
class field_set {
  public:
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Weffc++" // the arrays stay as they are
#endif
    constexpr field_set() noexcept {} // NOLINT(modernize-use-equals-default): `= default` would clear them
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
    /// For constants, in which every byte must be set.
    struct nothing {};
    constexpr explicit field_set(nothing /*tag*/) noexcept : values_{}, more_lines_{} {}

    /// No header is present any more.
    constexpr void clear() noexcept {
        present_ = 0;
        conflicting_ = 0;
        more_line_count_ = 0;
        too_many_lines_ = false;
        more_options_ = {};
    }

    /// For callers that track presence themselves; what they call present must have a value.
    constexpr void set_value(header h, Value value) noexcept {
        if (h < header::none) values_[static_cast<std::size_t>(h)] = value;
    }
    constexpr void set_present(header_set present) noexcept { present_ = present; }

    /// Takes a header line whose value is trimmed and free of control characters; `header::none` is not kept. Errors:
    /// value_too_long, conflicting_headers.
    constexpr errc add(header h, Value value, const char* buffer, const read_limits& limits) noexcept {
        if (value.view(buffer).size() > limits.value_bytes) return errc::value_too_long;
        if (has(h)) return add_again(h, value, buffer);
        present_ |= set_of(h);
        set_value(h, value);
        return errc::ok;
    }

    [[nodiscard]] constexpr header_set present() const noexcept { return present_; }
    [[nodiscard]] constexpr bool has(header h) const noexcept { return (present_ & set_of(h)) != 0; }
    /// The value of a header; an empty text where it is absent.
    [[nodiscard]] constexpr Value value(header h) const noexcept { return has(h) ? present_value(h) : Value{}; }
    /// The headers that came with different values; whether that matters depends on the kind of message.
    [[nodiscard]] constexpr header_set conflicting() const noexcept { return conflicting_; }
    /// Whether BITS-Supported-Protocols came in more lines than are kept.
    [[nodiscard]] constexpr bool has_too_many_lines() const noexcept { return too_many_lines_; }
    /// The further lines of BITS-Supported-Protocols.
    [[nodiscard]] constexpr std::size_t more_line_count() const noexcept { return more_line_count_; }
    [[nodiscard]] constexpr Value more_line(std::size_t i) const noexcept {
        return i < more_line_count_ ? more_lines_[i] : Value{};
    }
    /// What further lines of Connection ask for.
    [[nodiscard]] constexpr connection_options more_connection_options() const noexcept { return more_options_; }

  private:
    friend class fields_view<Value>;

    [[nodiscard]] constexpr Value present_value(header h) const noexcept {
        return values_[static_cast<std::size_t>(h)];
    }
    constexpr errc add_again(header h, Value value, const char* buffer) noexcept {
        switch (detail::repetitions[static_cast<std::size_t>(h)]) {
        case repetition::first:
            return errc::ok;
        case repetition::list:
            if (h == header::connection) {
                more_options_ = more_options_ | read_connection(value.view(buffer));
            } else if (more_line_count_ == more_lines_.size()) {
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
    connection_options more_options_{};
};

namespace detail {

/// For code that has checked that a header is present.
struct present_header {
    template <class Fields>
    [[gnu::always_inline]] static constexpr std::string_view text(const Fields& fields, header h) noexcept {
        return fields.present_text(h);
    }
};

/// The headers of a message that has none.
template <class Late>
inline constexpr field_set<positioned_value> no_fields{field_set<positioned_value>::nothing{}};

} // namespace detail

/// The headers of a complete message, with their text. Borrows the set and the buffer.
template <class Value>
class fields_view {
  public:
    constexpr fields_view(const field_set<Value>& fields, const char* buffer) noexcept
        : fields_(&fields), buffer_(buffer) {}

    [[nodiscard]] constexpr header_set present() const noexcept { return fields_->present(); }
    [[nodiscard]] constexpr bool has(header h) const noexcept { return fields_->has(h); }
    /// The value of `h`, or an empty view when it is absent.
    [[nodiscard, gnu::always_inline]] constexpr std::string_view text(header h) const noexcept {
        return has(h) ? present_text(h) : std::string_view{""};
    }
    [[nodiscard]] constexpr header_set conflicting() const noexcept { return fields_->conflicting(); }
    [[nodiscard]] constexpr bool has_too_many_lines() const noexcept { return fields_->has_too_many_lines(); }
    /// How many lines of BITS-Supported-Protocols there are.
    [[nodiscard]] constexpr std::size_t line_count() const noexcept {
        return has(header::supported_protocols) ? 1 + fields_->more_line_count() : 0;
    }
    [[nodiscard]] constexpr std::string_view line(std::size_t i) const noexcept { return line_value(i).view(buffer_); }
    /// What Connection asks for, in all its lines.
    [[nodiscard]] constexpr connection_options connection() const noexcept {
        if (!has(header::connection)) return {};
        const std::string_view first = present_text(header::connection);
        const bool is_usual = is_text(first, usual_value(header::connection, message_kind::fragment_request));
        return fields_->more_connection_options() |
               (is_usual ? connection_options{.keep_alive = true} : read_connection(first));
    }

    /// An error in the value of `h`, `offset` bytes into it.
    [[nodiscard, gnu::noinline, gnu::cold]] constexpr error fail(errc code, header h,
                                                                 std::size_t offset = 0) const noexcept {
        if (!has(h)) return {code, h, static_cast<std::uint32_t>(offset)};
        return {code, h, offset, present_text(h)};
    }

  private:
    friend struct detail::present_header;

    [[nodiscard, gnu::always_inline]] constexpr std::string_view present_text(header h) const noexcept {
        return fields_->present_value(h).view(buffer_);
    }
    [[nodiscard]] constexpr Value line_value(std::size_t i) const noexcept {
        return i == 0 ? fields_->value(header::supported_protocols) : fields_->more_line(i - 1);
    }

    const field_set<Value>* fields_;
    const char* buffer_;
};

} // namespace bitswire

#endif
