// bitswire/spec/refusal.hpp: why an upload server says no to a request that is well formed, one row each: what it
// answers.
//
// Requests that are not well formed are in error.hpp.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_REFUSAL_HPP
#define BITSWIRE_SPEC_REFUSAL_HPP

#include "../base/enum_name.hpp"
#include "../base/row_at.hpp"
#include "../base/text_literal.hpp"
#include "hresult.hpp"
#include "hresult_table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

enum class refusal : std::uint8_t {
    uploads_disabled,
    access_denied,
    no_common_protocol,
    folder_not_found,
    destination_is_folder,
    destination_exists,
    destination_exists_403,
    too_many_sessions,
    session_not_found,
    session_busy,
    upload_too_large,
    fragment_too_large,
    total_changed,
    out_of_sync,
    body_cut_short,
    closed_too_early,
    file_deleted,
    disk_full,
    storage_failed,
    bad_reply_url,
    application_timeout,
    application_unreachable,
};

struct refusal_row {
    refusal why;
    std::uint16_t status;
    hresult bits_error;
    error_context context;
    std::string_view text;
    std::string_view source;
};

// clang-format off
inline constexpr auto refusal_rows = [] {
    constexpr hresult denied = "E_ACCESSDENIED"_hresult;
    constexpr hresult invalid = "E_INVALIDARG"_hresult;
    constexpr error_context server = error_context::remote_file;
    constexpr error_context application = error_context::remote_application;
    return std::to_array<refusal_row>({
        {refusal::uploads_disabled,        501, denied,                                             server,      "uploads are not enabled here"sv, "[MC-BUP] 3.1.5.2.1, 6 note 22"sv},
        {refusal::access_denied,           403, denied,                                             server,      "the user may not upload here"sv, "[MC-BUP] 3.2.5.2.3"sv},
        {refusal::no_common_protocol,      400, invalid,                                            server,      "client and server have no protocol in common"sv, "[MC-BUP] 3.2.5.2.4"sv},
        {refusal::folder_not_found,        404, hresult::from_http_status(404),                     server,      "the folder of the destination does not exist"sv, "ack-for-create-session"sv},
        {refusal::destination_is_folder,   400, invalid,                                            server,      "the destination is a folder"sv, "[MC-BUP] 2.2.1.2"sv},
        // SPEC: 409 on Microsoft's page, 403 in [MC-BUP].
        {refusal::destination_exists,      409, denied,                                             server,      "the destination exists and may not be overwritten"sv, "ack-for-create-session"sv},
        {refusal::destination_exists_403,  403, denied,                                             server,      "the destination exists and may not be overwritten"sv, "[MC-BUP] 2.2.1.2"sv},
        {refusal::too_many_sessions,       503, hresult::from_http_status(503),                     server,      "the session limit per user is reached"sv, "bits-iis-extension-properties: BITSNumberOfSessionsLimit"sv},
        {refusal::session_not_found,       500, "BG_E_SESSION_NOT_FOUND"_hresult,                   server,      "the server does not know the session"sv, "[MC-BUP] 3.2.5.2.3"sv},
        {refusal::session_busy,            503, hresult::from_http_status(503),                     server,      "the previous request of the session is still being worked on"sv, "bits-upload-protocol: one outstanding request"sv},
        {refusal::upload_too_large,        500, "BG_E_TOO_LARGE"_hresult,                           server,      "the upload is larger than the folder allows"sv, "[MC-BUP] 2.2.1.2"sv},
        {refusal::fragment_too_large,      413, "BG_E_TOO_LARGE"_hresult,                           server,      "the Fragment is larger than the server accepts"sv, "[MC-BUP] 3.1.5.2.4"sv},
        {refusal::total_changed,           400, invalid,                                            server,      "the total length differs from that of earlier Fragments"sv, "[MC-BUP] 2.2.1.2"sv},
        {refusal::out_of_sync,             416, hresult{},                                          server,      "the Fragment begins beyond the next expected byte"sv, "[MC-BUP] 3.2.5.2.6"sv},
        {refusal::body_cut_short,          400, invalid,                                            server,      "the body is shorter than announced"sv, "[MC-BUP] 2.2.1.2"sv},
        {refusal::closed_too_early,        400, invalid,                                            server,      "the session was closed before all bytes had arrived; the upload is deleted"sv, "close-session"sv},
        {refusal::file_deleted,            404, hresult::from_http_status(404),                     server,      "the uploaded file is gone"sv, "[MC-BUP] 3.2.5.2.7"sv},
        // SPEC: [MC-BUP] 2.2.1.2 prints x80070112, which is 112 in decimal.
        {refusal::disk_full,               500, "HRESULT_FROM_WIN32(ERROR_DISK_FULL)"_hresult,      server,      "the disk is full"sv, "[MC-BUP] 2.2.1.2"sv},
        {refusal::storage_failed,          500, hresult::from_http_status(500),                     server,      "the server could not store or move the file"sv, "RFC 9110 15.6.1"sv},
        {refusal::bad_reply_url,           400, invalid,                                            application, "the reply URL is longer than 2,200 characters or cannot be sent"sv, "[MC-BUP] 2.2.1.2"sv},
        // SPEC: [MC-BUP] 3.3.6 prints BITS-Error x80070112 here, too; a time-out is no full disk.
        {refusal::application_timeout,     408, hresult::from_http_status(408),                     application, "the server application did not answer in time"sv, "[MC-BUP] 3.3.6"sv},
        {refusal::application_unreachable, 502, hresult::from_http_status(502),                     application, "the server application could not be reached, or its answer is not HTTP"sv, "[MC-BUP] 3.3.5.2.7"sv},
    });
}();
// clang-format on

[[nodiscard]] constexpr const refusal_row& row_of(refusal why) noexcept { return row_at(refusal_rows, why); }

} // namespace bitswire

#endif
