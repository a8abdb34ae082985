// bitswire/spec/http_status.hpp: the HTTP statuses of the protocol and their reason phrases.
//
// The phrase is for people; a reader ignores it (RFC 9112 4), and a status without a row is sent without one.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_HTTP_STATUS_HPP
#define BITSWIRE_SPEC_HTTP_STATUS_HPP

#include "../base/text_literal.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace bitswire {

struct http_status_row {
    std::uint16_t status;
    std::string_view reason;
    std::string_view source; ///< where BITS, or else HTTP, says when a server sends it
};

// clang-format off
inline constexpr http_status_row http_status_rows[] = {
    {100, "Continue"sv,                        "RFC 9110 15.2.1"sv},
    {200, "OK"sv,                              "[MC-BUP] 2.2.3.2"sv},
    {201, "Created"sv,                         "ack-for-create-session"sv},
    {206, "Partial Content"sv,                 "RFC 9110 15.3.7"sv},
    {304, "Not Modified"sv,                    "RFC 9110 15.4.5"sv},
    {400, "Bad Request"sv,                     "[MC-BUP] 2.2.1.2"sv},
    {401, "Unauthorized"sv,                    "[MC-BUP] 3.1.5.1.7"sv},
    {403, "Forbidden"sv,                       "[MC-BUP] 2.2.1.2"sv},
    {404, "Not Found"sv,                       "[MC-BUP] 3.2.5.2.7"sv},
    {405, "Method Not Allowed"sv,              "RFC 9110 15.5.6"sv},
    {407, "Proxy Authentication Required"sv,   "[MC-BUP] 3.1.5.1.7"sv},
    {408, "Request Timeout"sv,                 "[MC-BUP] 3.3.6.1"sv},
    {409, "Conflict"sv,                        "ack-for-create-session"sv},
    {411, "Length Required"sv,                 "[MC-BUP] 3.2.5.2.3"sv},
    {412, "Precondition Failed"sv,             "RFC 9110 15.5.13"sv},
    {413, "Content Too Large"sv,               "[MC-BUP] 6 note 10"sv},
    {414, "URI Too Long"sv,                    "RFC 9110 15.5.15"sv},
    {416, "Range Not Satisfiable"sv,           "[MC-BUP] 2.2.1.2"sv},
    {417, "Expectation Failed"sv,              "RFC 9110 15.5.18"sv},
    {429, "Too Many Requests"sv,               "RFC 6585 4"sv},
    {431, "Request Header Fields Too Large"sv, "RFC 6585 5"sv},
    {500, "Internal Server Error"sv,           "[MC-BUP] 2.2.1.2"sv},
    {501, "Not Implemented"sv,                 "[MC-BUP] 2.2.1.2"sv},
    {502, "Bad Gateway"sv,                     "RFC 9110 15.6.3"sv},
    {503, "Service Unavailable"sv,             "RFC 9110 15.6.4"sv},
    {504, "Gateway Timeout"sv,                 "RFC 9110 15.6.5"sv},
    {505, "HTTP Version Not Supported"sv,      "RFC 9110 15.6.6"sv},
};
// clang-format on

/// The reason phrase of a status; `""` for one without. Static storage, with a zero behind it.
[[nodiscard]] constexpr std::string_view reason_of(std::uint16_t status) noexcept {
    for (const http_status_row& row : http_status_rows) {
        if (row.status == status) return row.reason;
    }
    return ""sv;
}

namespace detail {

/// How most responses begin.
inline constexpr std::uint16_t usual_status = 200;
inline constexpr std::string_view usual_status_line = "HTTP/1.1 200 OK"sv;
static_assert(usual_status_line.ends_with(reason_of(200)));

} // namespace detail

} // namespace bitswire

#endif
