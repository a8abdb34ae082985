// bitswire/session/job_step.hpp: what a job is told in the beginning, what it says in return, and what it knows of
// itself.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_JOB_STEP_HPP
#define BITSWIRE_SESSION_JOB_STEP_HPP

#include "../base/result.hpp"
#include "../base/time.hpp"
#include "../machine/job.hpp"
#include "../spec/hresult_table.hpp"
#include "../spec/job.hpp"
#include "../wire/guid.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// A value, or the HRESULT that the method returns instead.
template <class T>
using method_result = basic_result<T, hresult>;

/// What a new job is. The texts are copied into the job's storage.
struct job_config {
    guid id{}; ///< unique among the jobs of a queue
    job_type type = job_type::download;
    std::string_view display_name = ""; ///< 1 to 256 characters (UTF-16 units); need not be unique
    std::string_view owner = "";        ///< the SID or the name of a user, at most 256 bytes
    /// The limits hold for this owner, who is neither an administrator nor a service (*group-policies*).
    bool is_limited = true;
    job_limits limits{};
};

/// BG_FILE_INFO, for *AddFileSet*. Borrowed for the call.
struct job_file_name {
    std::string_view remote_name = "";
    std::string_view local_name = "";
};

/// The new owner of a job (*TakeOwnership*).
struct job_owner {
    std::string_view name = ""; ///< as in job_config
    bool is_limited = true;     ///< as in job_config
    bool is_logged_on = false;  ///< while they are not, the job waits
};

/// What CreateJob returns for a user who has `user_jobs`, on a machine that has `machine_jobs`: those that are
/// `is_enumerated`. Source: *CreateJob*, *group-policies*.
[[nodiscard]] constexpr hresult check_job_count(std::size_t user_jobs, std::size_t machine_jobs,
                                                const job_config& c) noexcept {
    if (c.is_limited && machine_jobs >= c.limits.jobs_per_machine) return "BG_E_TOO_MANY_JOBS_PER_MACHINE"_hresult;
    if (c.is_limited && user_jobs >= c.limits.jobs_per_user) return "BG_E_TOO_MANY_JOBS_PER_USER"_hresult;
    return {};
}

/// What to do now.
struct [[nodiscard]] job_step {
    hresult returns{}; ///< of a method
    job_action todo = job_action::nothing;
    notify_flags notify = notify_flags::none; ///< new events that the owner wants to be told: see `job::events`
};

/// BG_JOB_PROGRESS.
struct job_progress {
    std::uint64_t bytes_total = size_unknown;
    std::uint64_t bytes_transferred = 0;
    std::uint32_t files_total = 0;
    std::uint32_t files_transferred = 0;
};

/// BG_JOB_TIMES. `wall_time_never`: not yet.
struct job_times {
    wall_time created{};
    wall_time modified{};
    wall_time transfer_completed = wall_time_never;
};

/// The result of completing a download or an upload-reply: the embedder has renamed the temporary files.
struct job_completion {
    hresult rename_problem{};        ///< of the first file that could not be renamed
    std::uint32_t files_renamed = 0; ///< of a download with a problem: how many, from the first on, are renamed
    bool files_left = false;         ///< temporary files could not be deleted
};

} // namespace bitswire

#endif
