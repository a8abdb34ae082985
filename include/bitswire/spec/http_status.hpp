// bitswire/spec/http_status.hpp: the HTTP statuses of the protocol and their reason phrases.
//
// The phrase is for people; a reader ignores it (RFC 9112 4), and a status without a row is sent without one.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_HTTP_STATUS_HPP
#define BITSWIRE_SPEC_HTTP_STATUS_HPP

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
inline constexpr auto http_status_rows = std::to_array<http_status_row>({
    {100, "Continue",                        "RFC 9110 15.2.1"},
    {200, "OK",                              "[MC-BUP] 2.2.3.2"},
    {201, "Created",                         "ack-for-create-session"},
    {206, "Partial Content",                 "RFC 9110 15.3.7"},
    {400, "Bad Request",                     "[MC-BUP] 2.2.1.2"},
    {401, "Unauthorized",                    "[MC-BUP] 3.1.5.1.7"},
    {403, "Forbidden",                       "[MC-BUP] 2.2.1.2"},
    {404, "Not Found",                       "[MC-BUP] 3.2.5.2.7"},
    {405, "Method Not Allowed",              "RFC 9110 15.5.6"},
    {407, "Proxy Authentication Required",   "[MC-BUP] 3.1.5.1.7"},
    {408, "Request Timeout",                 "[MC-BUP] 3.3.6.1"},
    {409, "Conflict",                        "ack-for-create-session"},
    {411, "Length Required",                 "[MC-BUP] 3.2.5.2.3"},
    {413, "Content Too Large",               "[MC-BUP] 6 note 10"},
    {414, "URI Too Long",                    "RFC 9110 15.5.15"},
    {416, "Range Not Satisfiable",           "[MC-BUP] 2.2.1.2"},
    {417, "Expectation Failed",              "RFC 9110 15.5.18"},
    {429, "Too Many Requests",               "RFC 6585 4"},
    {431, "Request Header Fields Too Large", "RFC 6585 5"},
    {500, "Internal Server Error",           "[MC-BUP] 2.2.1.2"},
    {501, "Not Implemented",                 "[MC-BUP] 2.2.1.2"},
    {502, "Bad Gateway",                     "RFC 9110 15.6.3"},
    {503, "Service Unavailable",             "RFC 9110 15.6.4"},
    {504, "Gateway Timeout",                 "RFC 9110 15.6.5"},
    {505, "HTTP Version Not Supported",      "RFC 9110 15.6.6"},
});
// clang-format on

/// The reason phrase of a status, or an empty view. Static storage.
constexpr std::string_view reason_of(std::uint16_t status) noexcept {
    for (const http_status_row& row : http_status_rows) {
        if (row.status == status) return row.reason;
    }
    return {};
}

} // namespace bitswire

#endif
