// bitswire/spec/job.hpp: the words for jobs, with the values of Microsoft's bits.h, and the limits that jobs keep.
//
// Names are those of bits.h without their prefix: BG_JOB_STATE_QUEUED is job_state::queued. Which state follows on
// which is in machine/job.hpp.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_JOB_HPP
#define BITSWIRE_SPEC_JOB_HPP

#include "../base/enum_name.hpp"
#include "../base/enum_set.hpp"

#include <cstddef>
#include <cstdint>

namespace bitswire {

/// BG_JOB_STATE.
enum class job_state : std::uint8_t {
    queued = 0,
    connecting = 1,
    transferring = 2,
    suspended = 3,
    error = 4,
    transient_error = 5,
    transferred = 6,
    acknowledged = 7,
    cancelled = 8,
};

/// The four classes of states (*life-cycle-of-a-bits-job*).
inline constexpr enum_set<job_state> starting_states{job_state::suspended};
inline constexpr enum_set<job_state> action_states{job_state::queued, job_state::connecting, job_state::transferring,
                                                   job_state::transient_error};
inline constexpr enum_set<job_state> transferred_states{job_state::error, job_state::transferred};
inline constexpr enum_set<job_state> final_states{job_state::acknowledged, job_state::cancelled};

/// BG_JOB_TYPE.
enum class job_type : std::uint8_t { download = 0, upload = 1, upload_reply = 2 };

/// BG_JOB_PRIORITY: the lower, the sooner.
enum class job_priority : std::uint8_t { foreground = 0, high = 1, normal = 2, low = 3 };

/// The flags BG_NOTIFY_* of *SetNotifyFlags*, to be joined by `|`.
enum class notify_flags : std::uint32_t {
    none = 0,
    job_transferred = 0x1,
    job_error = 0x2,
    disable = 0x4, ///< the other flags are ignored
    job_modification = 0x8,
    file_transferred = 0x10,
    file_ranges_transferred = 0x20,
};
/// All that *SetNotifyFlags* takes.
inline constexpr std::uint32_t all_notify_flags = 0x3f;

[[nodiscard]] constexpr notify_flags operator|(notify_flags a, notify_flags b) noexcept {
    return static_cast<notify_flags>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
[[nodiscard]] constexpr notify_flags operator&(notify_flags a, notify_flags b) noexcept {
    return static_cast<notify_flags>(static_cast<std::uint32_t>(a) & static_cast<std::uint32_t>(b));
}

/// *GetNotifyFlags*: what a new job has.
inline constexpr notify_flags default_notify_flags = notify_flags::job_transferred | notify_flags::job_error;

/// BG_SIZE_UNKNOWN: a number of bytes that nobody knows yet.
inline constexpr std::uint64_t size_unknown = UINT64_MAX;
/// BG_LENGTH_TO_EOF: the length of a range that goes to the end of the file.
inline constexpr std::uint64_t length_to_eof = UINT64_MAX;

/// BG_FILE_RANGE: a part of a remote file, in bytes.
struct file_range {
    std::uint64_t offset = 0;
    std::uint64_t length = 0; ///< or `length_to_eof`

    friend constexpr bool operator==(const file_range&, const file_range&) noexcept = default;
};

/// What a user may have. Source: *group-policies*.
struct job_limits {
    std::uint32_t jobs_per_machine = 300;
    std::uint32_t jobs_per_user = 60;
    std::uint32_t files_per_job = 200;
    std::uint32_t ranges_per_file = 500;
    /// The longest local name, in UTF-16 units: MAX_PATH (BG_FILE_INFO). On other systems they may be longer.
    std::uint16_t local_name_length = 260;
    /// JobInactivityTimeout and MaxDownloadTime, in seconds: 90 days. 0: there is no limit.
    std::uint32_t inactivity_timeout_s = 7'776'000;
    std::uint32_t max_download_time_s = 7'776'000;
};

/// The longest texts of a job, in UTF-16 units (`utf16_length`); in bytes they may be three times as long.
inline constexpr std::size_t max_display_name_length = 256; ///< *SetDisplayName*
inline constexpr std::size_t max_description_length = 1024; ///< *SetDescription*
/// In bytes; ours: a SID has at most 184.
inline constexpr std::size_t max_owner_size = 256;

} // namespace bitswire

#endif
