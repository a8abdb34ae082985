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
    hresult bits_error;    ///< BITS-Error-Code of that answer
    error_context context; ///< BITS-Error-Context of that answer ([MC-BUP] 3.2.5.2.3)
    std::string_view text; ///< what is wrong, to stand after the name of the header
    std::string_view source;
};

// clang-format off
inline constexpr auto error_rows = [] {
    constexpr hresult none{};
    constexpr hresult invalid = "E_INVALIDARG"_hresult;
    constexpr error_context nowhere = error_context::none;
    constexpr error_context server = error_context::remote_file;
    return std::to_array<error_row>({
        {errc::ok,                     blame::nobody, 0,   none,    nowhere, "no error"sv, "-"sv},
        {errc::bad_start_line,         blame::peer,   400, invalid, server, "the start line is not HTTP"sv, "RFC 9112 3"sv},
        {errc::bad_method,             blame::peer,   400, invalid, server, "the method is not the one of the message"sv, "[MC-BUP] 2.2.1"sv},
        {errc::bad_target,             blame::peer,   400, invalid, server, "the request target is no path and no http URL, has a fragment, or a byte that is not visible ASCII"sv, "RFC 9112 3.2"sv},
        {errc::target_too_long,        blame::peer,   414, invalid, server, "the request target is longer than the limit"sv, "RFC 9112 3"sv},
        {errc::bad_http_version,       blame::peer,   400, invalid, server, "the HTTP version is not 1.1"sv, "[MC-BUP] 2.2.1"sv},
        {errc::bad_status,             blame::peer,   400, invalid, server, "the status is not a number of 100 to 599"sv, "RFC 9110 15"sv},
        {errc::bare_line_end,          blame::peer,   400, invalid, server, "CR without LF, or LF without CR"sv, "RFC 9112 2.2"sv},
        {errc::control_character,      blame::peer,   400, invalid, server, "control character"sv, "RFC 9110 5.5"sv},
        {errc::bad_header_line,        blame::peer,   400, invalid, server, "a header line without a colon, or with white space or another forbidden byte in the name"sv, "RFC 9112 5.1"sv},
        {errc::obsolete_line_folding,  blame::peer,   400, invalid, server, "a header line that continues the one before"sv, "RFC 9112 5.2"sv},
        {errc::head_too_large,         blame::peer,   431, invalid, server, "the head is larger than the limit"sv, "RFC 6585 5"sv},
        {errc::too_many_headers,       blame::peer,   431, invalid, server, "more header lines than the limit"sv, "RFC 6585 5"sv},
        {errc::value_too_long,         blame::peer,   400, invalid, server, "the value is longer than the limit"sv, "[MC-BUP] 2.2.1.2"sv},
        {errc::conflicting_headers,    blame::peer,   400, invalid, server, "comes twice with different values"sv, "RFC 9110 5.3"sv},
        {errc::conflicting_framing,    blame::peer,   400, invalid, server, "Transfer-Encoding where only Content-Length may frame the body"sv, "RFC 9112 6.1"sv},
        {errc::missing_header,         blame::peer,   400, invalid, server, "is missing"sv, "[MC-BUP] 3.2.5.2.3"sv},
        // WINDOWS: sends 400 ([MC-BUP] 6 note 23).
        {errc::missing_content_length, blame::peer,   411, invalid, server, "is missing"sv, "[MC-BUP] 3.2.5.2.3"sv},
        {errc::bad_number,             blame::peer,   400, invalid, server, "is not a number of the form required"sv, "RFC 9110 8.6"sv},
        {errc::number_overflow,        blame::peer,   400, invalid, server, "is a number that does not fit"sv, "RFC 9110 8.6"sv},
        {errc::bad_range,              blame::peer,   400, invalid, server, "is not of the form bytes first-last/total"sv, "RFC 9110 14.4"sv},
        {errc::range_reversed,         blame::peer,   400, invalid, server, "ends before it begins"sv, "RFC 9110 14.4"sv},
        {errc::range_beyond_total,     blame::peer,   400, invalid, server, "ends at or beyond its total length"sv, "RFC 9110 14.4"sv},
        {errc::range_length_mismatch,  blame::peer,   400, invalid, server, "is not the length of Content-Range"sv, "[MC-BUP] 2.2.6.3"sv},
        {errc::bad_guid,               blame::peer,   400, invalid, server, "is not a GUID"sv, "[MS-DTYP] 2.3.4.3"sv},
        {errc::too_many_protocols,     blame::peer,   400, invalid, server, "has more lines or protocols than the limit"sv, "[MC-BUP] 6 note 6"sv},
        {errc::unknown_packet_type,    blame::peer,   400, invalid, server, "is not a packet type that may stand here"sv, "[MC-BUP] 2.2.1.2"sv},
        {errc::unexpected_body,        blame::peer,   400, invalid, server, "announces a body where none may be"sv, "[MC-BUP] 2.2.2.3"sv},
        {errc::unsupported_encoding,   blame::peer,   400, invalid, server, "is not identity"sv, "[MC-BUP] 6 note 12"sv},
        {errc::unsupported_expectation, blame::peer,   417, invalid, server, "is not 100-continue"sv, "RFC 9110 10.1.1"sv},
        {errc::bad_host,               blame::peer,   400, invalid, server, "is not a host"sv, "RFC 3986 3.2.2"sv},
        {errc::bad_url,                blame::peer,   400, invalid, server, "is not an http or https URL of a kind that may stand here"sv, "RFC 3986 3"sv},
        {errc::bad_file_path,          blame::peer,   400, invalid, server, "the request target names no file below the folder for uploads, or one whose name is unsafe"sv, "[MC-BUP] 2.2.1.2, naming-a-file"sv},
        {errc::unsendable_value,       blame::caller, 0,   none,    nowhere, "has no value, one that is too long, or one with a byte that may not be sent"sv, "RFC 9110 5.5"sv},
        {errc::unsendable_combination, blame::caller, 0,   none,    nowhere, "does not go with the other values of the packet"sv, "[MC-BUP] 2.2"sv},
        {errc::buffer_too_small,       blame::caller, 0,   none,    nowhere, "the buffer is smaller than what is to be written"sv, "-"sv},
        {errc::bad_snapshot,           blame::caller, 0,   none,    nowhere, "is no snapshot of this kind and version, or was damaged"sv, "-"sv},
        {errc::snapshot_of_another,    blame::caller, 0,   none,    nowhere, "is the snapshot of another upload"sv, "-"sv},
        {errc::bytes_replaced,         blame::caller, 0,   none,    nowhere, "the message does not begin with the bytes of the call before: hand over all of it each time, or call reset"sv, "-"sv},
        {errc::bad_setting,            blame::caller, 0,   none,    nowhere, "a setting of the reader has a value that it cannot have"sv, "-"sv},
    });
}();
// clang-format on

/// What is wrong, where. `offset` counts bytes from the start of the message when raw bytes were read, and from the
/// start of the header's value when headers came from another HTTP library or a single value was read.
struct [[nodiscard]] error {
    errc code = errc::ok;
    header in = header::none;
    std::uint32_t offset = 0;

    /// True for an error, false for `errc::ok`.
    constexpr explicit operator bool() const noexcept { return code != errc::ok; }
    friend constexpr bool operator==(const error&, const error&) noexcept = default;
};

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
