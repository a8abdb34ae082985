// bitswire/session/upload_directory.hpp: the settings of a virtual directory that takes uploads.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_UPLOAD_DIRECTORY_HPP
#define BITSWIRE_SESSION_UPLOAD_DIRECTORY_HPP

#include "../base/borrowed_text.hpp"
#include "../spec/limits.hpp"
#include "../wire/notification.hpp"

#include <cstdint>
#include <string_view>

namespace bitswire {

/// Settings of a virtual directory. One of which nothing is said takes no uploads: `uploads_enabled` and
/// `max_upload_bytes` have to be set. The texts are borrowed. Source, where none is named: [MC-BUP] 3.2.1.1,
/// *bits-iis-extension-properties*.
struct upload_directory {
    bool uploads_enabled = false;
    /// Uploads may replace files: if not, Create-Session is refused where there is one, and a file that appears later
    /// is not replaced (`upload_server_step::may_replace`).
    bool allow_overwrites = false;
    /// Refuse a destination that exists with 403 ([MC-BUP] 2.2.1.2) instead of 409 (*ack-for-create-session*).
    bool refuse_existing_with_403 = false;
    /// Answer Create-Session with 201 instead of 200; clients take both (*ack-for-create-session*).
    bool answer_create_with_201 = false;
    /// Keep what came of a Fragment whose body was cut short, instead of waiting for all of it again.
    bool keep_partial_fragments = false;
    notification_type notification = notification_type::none;
    std::uint64_t max_upload_bytes = 0; ///< a larger file is refused; UINT64_MAX: no limit
    /// A larger Fragment is refused with 413, upon which clients send smaller ones.
    std::uint64_t max_fragment_bytes = UINT64_MAX;
    /// The body of a refused request is read and dropped up to this size; beyond it the connection is closed.
    std::uint64_t max_dropped_bytes = largest_fragment_bytes;
    borrowed_text host_id{}; ///< where clients continue, as `parse_host_id` reads it; empty: here
    std::uint32_t host_id_fallback_timeout_s = default_host_id_fallback_timeout_s; ///< only with `host_id`
    std::uint32_t sessions_per_user = default_sessions_per_user;
    std::uint32_t session_timeout_s = default_session_timeout_s; ///< without progress
    /// How long a closed or cancelled session is remembered, so that Close-Session or Cancel-Session can be repeated
    /// after a lost Ack.
    std::uint32_t remember_closed_s = 86'400;
};

} // namespace bitswire

#endif
