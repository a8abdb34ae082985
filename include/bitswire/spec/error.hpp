// bitswire/spec/error.hpp: everything that can be wrong with a message, one row each: who is to blame, the text, and
// what a server answers.
//
// These are errors of text and of use. That a peer said no is not one of them: it is data in the Ack. That bytes are
// missing is not one either: it is an outcome of reading.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_ERROR_HPP
#define BITSWIRE_SPEC_ERROR_HPP

#include "../base/enum_name.hpp"
#include "../base/result.hpp"
#include "../base/row_at.hpp"
#include "../base/text_literal.hpp"
#include "header.hpp"
#include "hresult.hpp"
#include "hresult_table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bitswire {

enum class [[nodiscard]] errc : std::uint8_t{
    ok,
    bad_start_line,
    bad_method,
    bad_target,
    target_too_long,
    bad_http_version,
    bad_status,
    bare_line_end,
    control_character,
    bad_header_line,
    obsolete_line_folding,
    head_too_large,
    too_many_headers,
    value_too_long,
    conflicting_headers,
    conflicting_framing,
    missing_header,
    missing_content_length,
    bad_number,
    number_overflow,
    bad_range,
    range_reversed,
    range_beyond_total,
    range_length_mismatch,
    bad_guid,
    too_many_protocols,
    unknown_packet_type,
    unexpected_body,
    unexpected_value,
    unsupported_encoding,
    unsupported_expectation,
    bad_host,
    bad_url,
    bad_file_path,
    unsendable_value,
    unsendable_combination,
    buffer_too_small,
    bad_snapshot,
    snapshot_of_another,
    bytes_replaced,
    bad_setting,
};

/// Whose fault an error is.
enum class blame : std::uint8_t {
    nobody,
    peer,   ///< the bytes of the message
    caller, ///< the arguments of a call; never the cause of an answer to a peer
};

struct error_row {
    errc code;
    blame on;
    std::uint16_t
        status; ///< what a server answers, with the code and the context that follow; 0 for an error of the caller
    hresult bits_error;       ///< BITS-Error-Code of that answer
    error_context context;    ///< BITS-Error-Context of that answer ([MC-BUP] 3.2.5.2.3)
    std::string_view subject; ///< what is wrong, where no header is named
    std::string_view text;    ///< what is wrong with it, to stand behind the subject or the header
    std::string_view source;
};

// clang-format off
inline constexpr auto error_rows = [] {
    constexpr hresult none{};
    constexpr hresult invalid = "E_INVALIDARG"_hresult;
    constexpr error_context nowhere = error_context::none;
    constexpr error_context server = error_context::remote_file;
    return std::to_array<error_row>({
        {errc::ok,                     blame::nobody, 0,   none,    nowhere, ""sv, "no error"sv, "-"sv},
        {errc::bad_start_line,         blame::peer,   400, invalid, server, "the start line"sv, "is not one of HTTP/1.1"sv, "RFC 9112 3"sv},
        {errc::bad_method,             blame::peer,   400, invalid, server, "the method"sv, "is not the method of this message"sv, "[MC-BUP] 2.2.1"sv},
        {errc::bad_target,             blame::peer,   400, invalid, server, "the request target"sv, "is neither a path nor an http URL, or has a fragment or a byte that is not visible ASCII"sv, "RFC 9112 3.2"sv},
        {errc::target_too_long,        blame::peer,   414, invalid, server, "the request target"sv, "is longer than the limit"sv, "RFC 9112 3"sv},
        {errc::bad_http_version,       blame::peer,   400, invalid, server, "the HTTP version"sv, "is not 1.1"sv, "[MC-BUP] 2.2.1"sv},
        {errc::bad_status,             blame::peer,   400, invalid, server, "the status"sv, "is not a number from 100 to 599 that may stand here"sv, "RFC 9110 15"sv},
        {errc::bare_line_end,          blame::peer,   400, invalid, server, "the line"sv, "has a CR without LF, or an LF without CR"sv, "RFC 9112 2.2"sv},
        {errc::control_character,      blame::peer,   400, invalid, server, "the line"sv, "has a control character"sv, "RFC 9110 5.5"sv},
        {errc::bad_header_line,        blame::peer,   400, invalid, server, "the line"sv, "is not a header line: it has no colon, or a forbidden byte in its name"sv, "RFC 9112 5.1"sv},
        {errc::obsolete_line_folding,  blame::peer,   400, invalid, server, "the line"sv, "continues the header line before it"sv, "RFC 9112 5.2"sv},
        {errc::head_too_large,         blame::peer,   431, invalid, server, "the head"sv, "is larger than the limit"sv, "RFC 6585 5"sv},
        {errc::too_many_headers,       blame::peer,   431, invalid, server, "the head"sv, "has more header lines than the limit"sv, "RFC 6585 5"sv},
        {errc::value_too_long,         blame::peer,   400, invalid, server, "the text"sv, "is longer than the limit"sv, "[MC-BUP] 2.2.1.2"sv},
        {errc::conflicting_headers,    blame::peer,   400, invalid, server, "a header"sv, "comes twice with different values"sv, "RFC 9110 5.3"sv},
        {errc::conflicting_framing,    blame::peer,   400, invalid, server, "a header"sv, "stands where only Content-Length may frame the body"sv, "RFC 9112 6.1"sv},
        {errc::missing_header,         blame::peer,   400, invalid, server, "a header"sv, "is missing or empty"sv, "[MC-BUP] 3.2.5.2.3"sv},
        // WINDOWS: sends 400 ([MC-BUP] 6 note 23).
        {errc::missing_content_length, blame::peer,   411, invalid, server, "Content-Length"sv, "is missing"sv, "[MC-BUP] 3.2.5.2.3"sv},
        {errc::bad_number,             blame::peer,   400, invalid, server, "the number"sv, "is not a number of the required form"sv, "RFC 9110 8.6"sv},
        {errc::number_overflow,        blame::peer,   400, invalid, server, "the number"sv, "is too large"sv, "RFC 9110 8.6"sv},
        {errc::bad_range,              blame::peer,   400, invalid, server, "the range"sv, "is not of the form bytes first-last/total"sv, "RFC 9110 14.4"sv},
        {errc::range_reversed,         blame::peer,   400, invalid, server, "the range"sv, "ends before it begins"sv, "RFC 9110 14.4"sv},
        {errc::range_beyond_total,     blame::peer,   400, invalid, server, "the range"sv, "ends at or beyond its total length"sv, "RFC 9110 14.4"sv},
        {errc::range_length_mismatch,  blame::peer,   400, invalid, server, "the length"sv, "is not the length of Content-Range"sv, "[MC-BUP] 2.2.6.3"sv},
        {errc::bad_guid,               blame::peer,   400, invalid, server, "the text"sv, "is not a GUID"sv, "[MS-DTYP] 2.3.4.3"sv},
        {errc::too_many_protocols,     blame::peer,   400, invalid, server, "the list"sv, "has more lines or protocols than the limit"sv, "[MC-BUP] 6 note 6"sv},
        {errc::unknown_packet_type,    blame::peer,   400, invalid, server, "the packet type"sv, "is not a packet type that may stand here"sv, "[MC-BUP] 2.2.1.2"sv},
        {errc::unexpected_body,        blame::peer,   400, invalid, server, "a header"sv, "announces a body where none may be"sv, "[MC-BUP] 2.2.2.3"sv},
        {errc::unexpected_value,       blame::peer,   400, invalid, server, "the value"sv, "is not the value that was expected"sv, "[MC-BUP] 3.1.5.2"sv},
        {errc::unsupported_encoding,   blame::peer,   400, invalid, server, "the encoding"sv, "is not identity"sv, "[MC-BUP] 6 note 12"sv},
        {errc::unsupported_expectation, blame::peer,   417, invalid, server, "the expectation"sv, "is not 100-continue"sv, "RFC 9110 10.1.1"sv},
        {errc::bad_host,               blame::peer,   400, invalid, server, "the host"sv, "is not a host"sv, "RFC 3986 3.2.2"sv},
        {errc::bad_url,                blame::peer,   400, invalid, server, "the URL"sv, "is not an http or https URL that may stand here"sv, "RFC 3986 3"sv},
        {errc::bad_file_path,          blame::peer,   400, invalid, server, "the request target"sv, "names no file below the folder for uploads, or one whose name is unsafe"sv, "[MC-BUP] 2.2.1.2, naming-a-file"sv},
        {errc::unsendable_value,       blame::caller, 0,   none,    nowhere, "the start line"sv, "is empty, too long, or of a form that cannot be sent"sv, "RFC 9110 5.5"sv},
        {errc::unsendable_combination, blame::caller, 0,   none,    nowhere, "the packet"sv, "has a value that does not go with the others"sv, "[MC-BUP] 2.2"sv},
        {errc::buffer_too_small,       blame::caller, 0,   none,    nowhere, "the buffer"sv, "is too small"sv, "-"sv},
        {errc::bad_snapshot,           blame::caller, 0,   none,    nowhere, "the snapshot"sv, "is damaged, or of another kind or version"sv, "-"sv},
        {errc::snapshot_of_another,    blame::caller, 0,   none,    nowhere, "the snapshot"sv, "belongs to another upload"sv, "-"sv},
        {errc::bytes_replaced,         blame::caller, 0,   none,    nowhere, "the message"sv, "does not begin with the bytes of the call before: hand over all of it each time, or call reset"sv, "-"sv},
        {errc::bad_setting,            blame::caller, 0,   none,    nowhere, "a setting of the reader"sv, "has an invalid value"sv, "-"sv},
    });
}();
// clang-format on

/// What is wrong, where, and an excerpt of the text that is wrong, so that all of it can be logged at any later time
/// (error_line.hpp). Owns all that it has.
struct [[nodiscard]] error {
    /// The most bytes of a text that are kept.
    static constexpr std::size_t max_excerpt_size = 40;

    errc code = errc::ok;
    header in = header::none; ///< the header whose value is wrong, or that is missing

  private:
    std::uint8_t excerpt_size_ = 0;
    std::uint8_t excerpt_form_ = 0;

  public:
    /// Where: bytes from the start of the value of the header `in` (without white space; of the line at fault, where it
    /// has several), or, where no header is named, from the start of the text that was handed over: the message, the
    /// URL, the snapshot. In a message that another HTTP library has read, the start line counts as if it stood there.
    /// 0 also where the whole of it is wrong. At most 2^32-1.
    std::uint32_t offset = 0;

    constexpr error() noexcept : error(errc::ok, header::none, 0) {}
    // NOLINTNEXTLINE(google-explicit-constructor): a code is an error of which no more is known
    constexpr error(errc e, header h = header::none, std::uint32_t where = 0) noexcept : code(e), in(h), offset(where) {
        if (std::is_constant_evaluated()) clear_excerpt(); // otherwise its bytes stay as they are, which costs nothing
    }
    /// With an excerpt of `text`, around byte `at` of it.
    [[gnu::noinline, gnu::cold]] constexpr error(errc e, header h, std::size_t where, std::string_view text,
                                                 std::size_t at) noexcept
        : code(e), in(h), offset(where < UINT32_MAX ? static_cast<std::uint32_t>(where) : UINT32_MAX) {
        clear_excerpt();
        constexpr std::size_t before = max_excerpt_size * 3 / 4; // of the byte that is wrong
        const std::size_t size = text.size() < max_excerpt_size ? text.size() : max_excerpt_size;
        std::size_t begin = at > before ? at - before : 0;
        if (begin > text.size() - size) begin = text.size() - size;
        for (std::size_t i = 0; i < size; ++i)
            excerpt_[i] = text[begin + i];
        excerpt_size_ = static_cast<std::uint8_t>(size);
        excerpt_form_ = has_excerpt_bit;
        if (begin != 0) excerpt_form_ |= cut_before_bit;
        if (begin + size != text.size()) excerpt_form_ |= cut_behind_bit;
    }
    /// The same, where offsets are those in `text`.
    constexpr error(errc e, header h, std::size_t where, std::string_view text) noexcept
        : error(e, h, where, text, where) {}

    /// Whether there is an excerpt: not of what is missing.
    [[nodiscard]] constexpr bool has_excerpt() const noexcept { return (excerpt_form_ & has_excerpt_bit) != 0; }
    /// A part of the text that is wrong, of at most `max_excerpt_size` bytes, as the peer sent it: write it to a log or
    /// a terminal only escaped, as `error_line` does. Borrows this object.
    [[nodiscard]] constexpr std::string_view excerpt() const noexcept BITSWIRE_LIFETIMEBOUND {
        return {excerpt_, excerpt_size_};
    }
    /// Whether the text has more before or behind the excerpt.
    [[nodiscard]] constexpr bool is_cut_before() const noexcept { return (excerpt_form_ & cut_before_bit) != 0; }
    [[nodiscard]] constexpr bool is_cut_behind() const noexcept { return (excerpt_form_ & cut_behind_bit) != 0; }

    /// True for an error, false for `errc::ok`.
    constexpr explicit operator bool() const noexcept { return code != errc::ok; }
    /// The same fault at the same place; the excerpts are not compared.
    friend constexpr bool operator==(const error& a, const error& b) noexcept {
        return a.code == b.code && a.in == b.in && a.offset == b.offset;
    }

  private:
    static constexpr std::uint8_t has_excerpt_bit = 1;
    static constexpr std::uint8_t cut_before_bit = 2;
    static constexpr std::uint8_t cut_behind_bit = 4;

    constexpr void clear_excerpt() noexcept {
        for (char& c : excerpt_)
            c = 0;
    }

    char excerpt_[max_excerpt_size]; // only the first excerpt_size_ of them
};
static_assert(sizeof(error) <= 48);

/// A value, or what is wrong with the text it should have come from or with the packet it should have been made from.
template <class T>
using result = basic_result<T, error>;

/// The row of an error code; the first row for a value that is none. Static storage.
[[nodiscard]] constexpr const error_row& row_of(errc code) noexcept { return row_at(error_rows, code); }

/// The name of an error code, as in this header. Static storage. (A template, so that the names are made where one is
/// asked for.)
template <class Enum = errc>
[[nodiscard]] constexpr std::string_view name_of(errc code) noexcept {
    return enum_name<Enum>(code);
}

} // namespace bitswire

#endif
