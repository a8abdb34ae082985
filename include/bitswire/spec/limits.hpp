// bitswire/spec/limits.hpp: how much a reader takes, and the numbers that the specification fixes.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_LIMITS_HPP
#define BITSWIRE_SPEC_LIMITS_HPP

#include "../base/config.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// The protocol of [MC-BUP], the only one there is (1.7.1): "BITS 1.5 Upload Protocol".
inline constexpr std::string_view bits_upload_protocol_text = "{7df0354d-249b-430f-820d-3d2a9bef4931}";

/// BITS-Host-Id-Fallback-Timeout when the header is absent: never go back to the origin host ([MC-BUP] 3.1.2.3).
inline constexpr std::uint32_t host_id_fallback_never_s = 0xffffffffU;

/// Most protocols that a server looks at in BITS-Supported-Protocols ([MC-BUP] 6 note 6).
inline constexpr unsigned max_supported_protocols = 100;

/// Most lines of one list header that are kept; further ones are an error. Windows sends one.
inline constexpr unsigned max_list_lines = 4;

/// Bounds of the size of a Fragment: those of Windows since BITS 2.5 ([MC-BUP] 6 note 16).
inline constexpr std::uint64_t smallest_fragment_bytes = 5 * 1024;
inline constexpr std::uint64_t largest_fragment_bytes = 13 * 1024 * 1024;

/// Timers of the upload client, in seconds ([MC-BUP] 3.1.2).
inline constexpr std::uint32_t upload_request_timeout_s = 120;
inline constexpr std::uint32_t upload_response_timeout_s = 300;

/// BITSSessionTimeout: an upload session without progress ends after 14 days (*bits-iis-extension-properties*).
inline constexpr std::uint32_t default_session_timeout_s = 1'209'600;
/// A session that a server reads back after its start is kept for at least this long, and at most its time-out,
/// whatever the time of day says: that may have been set meanwhile. A client that is still there comes back in this
/// time, since it tries again every 10 minutes by default (*SetMinimumRetryDelay*).
inline constexpr std::uint32_t restored_session_grace_s = 3'600;
/// BITSHostIdFallbackTimeout as a server sends it (*bits-iis-extension-properties*).
inline constexpr std::uint32_t default_host_id_fallback_timeout_s = 86'400;
/// BITSNumberOfSessionsLimit (*bits-iis-extension-properties*).
inline constexpr std::uint32_t default_sessions_per_user = 50;
/// How long a server application may take, in seconds ([MC-BUP] 3.3.2).
inline constexpr std::uint32_t notification_timeout_s = 300;

/// The longest URL, in characters ([MC-BUP] 2.2.1.2, *bits-iis-extension-properties*).
inline constexpr std::size_t max_url_size = 2200;
/// The longest part of a URL's path between two slashes, in UTF-16 units: MAX_PATH (BG_FILE_INFO).
inline constexpr std::size_t max_url_segment_length = 260;

/// What Windows does not take in Content-Name and has in no file name ([MC-BUP] 6 note 3).
inline constexpr std::string_view forbidden_in_file_names = "\\/:*?\"<>|";

/// What a reader refuses to go beyond. The defaults take every message that Windows sends with room to spare.
struct read_limits {
    /// Bytes of a head, from its first byte to the end of the empty line. More than 2^31 counts as 2^31.
    std::uint32_t head_bytes = 65536;
    /// Bytes of a request target. RFC 9112 3 recommends to take at least 8,000; a BITS URL has at most 2,200.
    std::uint32_t target_bytes = 8000;
    /// Header lines in a head.
    std::uint32_t header_lines = 100;
    /// Bytes of one value of a header that the library knows ([MC-BUP] 2.2.1: 4 KiB). Headers it does not know, such as
    /// a large Authorization, are held by `head_bytes` alone.
    std::uint32_t value_bytes = 4096;
};

} // namespace bitswire

#endif
