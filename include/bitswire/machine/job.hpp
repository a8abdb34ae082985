// bitswire/machine/job.hpp: the life of a job as a table (*life-cycle-of-a-bits-job*), and its timers as another.
//
// A row of a method also says what the method returns. A condition is an event of its own: which one a call is,
// session/job.hpp finds out. Who runs when is not here but in session/scheduler.hpp.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_MACHINE_JOB_HPP
#define BITSWIRE_MACHINE_JOB_HPP

#include "../base/row_at.hpp"
#include "../base/text_literal.hpp"
#include "../base/transition_table.hpp"
#include "../spec/hresult_table.hpp"
#include "../spec/job.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

enum class job_event : std::uint8_t {
    // Methods, as IBackgroundCopyJob has them.
    suspend_called,
    resume_called,
    resume_called_without_work,     ///< there are no files
    resume_called_when_transferred, ///< all files are transferred
    cancel_called,
    cancel_called_files_left, ///< temporary files could not be deleted
    complete_called,          ///< a download; all its files are where they belong
    complete_called_in_part,  ///< a download; the files that were transferred are
    complete_called_files_left,
    complete_called_on_upload, ///< the server has the file, and the reply of an upload-reply is here
    complete_called_on_unfinished_upload,
    add_file_called,
    property_set, ///< any Set method, ReplaceRemotePrefix, TakeOwnership

    // What happens to a job.
    picked, ///< it is the job's turn
    connected,
    progressed,
    file_transferred, ///< and there is another one
    all_transferred,
    rename_failed, ///< a download or an upload-reply was to be completed
    yielded,       ///< the time slice is over, or a job of a higher priority is there
    logged_off,    ///< the owner
    restarted,     ///< the job was read back from where it was stored
    failed_for_now,
    failed_until_change, ///< the network is gone, a policy forbids it, the volume is locked
    failed_for_good,
    change_came, ///< what `failed_until_change` waits for
    retry_due,
    no_progress_for_too_long,
    download_time_over,
    inactive_for_too_long,
    server_session_ended, ///< of a cancelled upload: the server has forgotten it
    cancelling_for_too_long,
};

/// What the embedder has to do.
enum class job_action : std::uint8_t {
    nothing,
    start,         ///< transfer the current file
    next_file,     ///< transfer the next file
    stop,          ///< stop the transfer, and keep what there is of it
    wait_to_retry, ///< call again when the retry delay is over
    wait_for_change,
    report_transferred,
    report_error,
    clean_up, ///< stop the transfer; delete temporary files; an upload: cancel the session at the server
    finish,   ///< the job is over: stop what is under way, and take it out of the queue
};

/// A row, with what the method returns.
struct job_transition : transition<job_state, job_event, job_action> {
    hresult returns{};
};

struct job_rules {
    using state = job_state;
    using event = job_event;
    using action = job_action;
    using s = state;
    using e = event;
    using a = action;

    static constexpr state initial = s::suspended;
    static constexpr enum_set<state> final = final_states;

    // Sets that rows share.
    static constexpr enum_set<state> active{s::connecting, s::transferring};
    static constexpr enum_set<state> living{s::queued, s::connecting,      s::transferring, s::suspended,
                                            s::error,  s::transient_error, s::transferred};
    static constexpr hresult ok{};
    static constexpr hresult invalid_state = "BG_E_INVALID_STATE"_hresult;

    // clang-format off
    static constexpr job_transition rows[] = {
        {{active,                                               e::suspend_called,             s::suspended,       a::stop,               "Suspend, life-cycle-of-a-bits-job"sv}, ok},
        {{{s::queued, s::suspended, s::error, s::transient_error,
           s::transferred},                                     e::suspend_called,             s::suspended,       a::nothing,            "Suspend, life-cycle-of-a-bits-job"sv}, ok},
        {{final,                                                e::suspend_called,             stay,               a::nothing,            "Suspend"sv}, invalid_state},

        {{{s::suspended, s::error, s::transient_error,
           s::transferred},                                     e::resume_called,              s::queued,          a::nothing,            "Resume, life-cycle-of-a-bits-job"sv}, ok},
        {{{s::queued, s::connecting, s::transferring},          e::resume_called,              stay,               a::nothing,            "life-cycle-of-a-bits-job"sv}, ok},
        {{living,                                               e::resume_called_without_work, stay,               a::nothing,            "Resume"sv}, "BG_E_EMPTY"_hresult},
        // SPEC: a job that was suspended when all was transferred goes back to where it was; nothing else leads on from there.
        {{{s::suspended},                                       e::resume_called_when_transferred, s::transferred, a::nothing,            "BG_JOB_STATE: suspended until Resume"sv}, ok},
        {{{s::queued, s::connecting, s::transferring,
           s::error, s::transient_error, s::transferred},       e::resume_called_when_transferred, stay,           a::nothing,            "Resume"sv}, "BG_E_EMPTY"_hresult},
        {{final,                                                e::resume_called,              stay,               a::nothing,            "Resume"sv}, invalid_state},
        {{final,                                                e::resume_called_without_work, stay,               a::nothing,            "Resume"sv}, invalid_state},
        {{final,                                                e::resume_called_when_transferred, stay,           a::nothing,            "Resume"sv}, invalid_state},

        {{living,                                               e::cancel_called,              s::cancelled,       a::clean_up,           "Cancel"sv}, ok},
        {{living,                                               e::cancel_called_files_left,   s::cancelled,       a::clean_up,           "Cancel"sv}, "BG_S_UNABLE_TO_DELETE_FILES"_hresult},
        {{final,                                                e::cancel_called,              stay,               a::nothing,            "Cancel"sv}, invalid_state},
        {{final,                                                e::cancel_called_files_left,   stay,               a::nothing,            "Cancel"sv}, invalid_state},

        {{living,                                               e::complete_called,            s::acknowledged,    a::finish,             "Complete"sv}, ok},
        {{living,                                               e::complete_called_in_part,    s::acknowledged,    a::finish,             "Complete"sv}, "BG_S_PARTIAL_COMPLETE"_hresult},
        {{living,                                               e::complete_called_files_left, s::acknowledged,    a::finish,             "Complete"sv}, "BG_S_UNABLE_TO_DELETE_FILES"_hresult},
        // SPEC: Complete asks for the state transferred; BG_JOB_STATE lets Complete end the state suspended. The server has the
        // file either way, and refusing would leave Cancel, which deletes the reply.
        {{{s::transferred, s::suspended},                       e::complete_called_on_upload,  s::acknowledged,    a::finish,             "Complete; BG_JOB_STATE: suspended until Complete"sv}, ok},
        {{{s::queued, s::connecting, s::transferring,
           s::error, s::transient_error,
           s::acknowledged, s::cancelled},                      e::complete_called_on_upload,  stay,               a::nothing,            "Complete"sv}, invalid_state},
        {{living | final,                                       e::complete_called_on_unfinished_upload, stay,     a::nothing,            "Complete"sv}, invalid_state},
        {{final,                                                e::complete_called,            stay,               a::nothing,            "Complete"sv}, invalid_state},
        {{final,                                                e::complete_called_in_part,    stay,               a::nothing,            "Complete"sv}, invalid_state},
        {{final,                                                e::complete_called_files_left, stay,               a::nothing,            "Complete"sv}, invalid_state},

        {{living,                                               e::add_file_called,            stay,               a::nothing,            "AddFile, life-cycle-of-a-bits-job: Transferred states"sv}, ok},
        {{final,                                                e::add_file_called,            stay,               a::nothing,            "AddFileWithRanges"sv}, invalid_state},
        {{living,                                               e::property_set,               stay,               a::nothing,            "SetPriority, SetMinimumRetryDelay, ..."sv}, ok},
        {{final,                                                e::property_set,               stay,               a::nothing,            "SetPriority, SetMinimumRetryDelay, ..."sv}, invalid_state},

        {{{s::queued},                                          e::picked,                     s::connecting,      a::start,              "life-cycle-of-a-bits-job"sv}, ok},
        {{{s::connecting},                                      e::connected,                  s::transferring,    a::nothing,            "BG_JOB_STATE"sv}, ok},
        {{{s::queued, s::transferring, s::suspended},           e::progressed,                 stay,               a::nothing,            "SetNoProgressTimeout; what was under way when the job was stopped"sv}, ok},
        {{{s::transferring},                                    e::file_transferred,           stay,               a::next_file,          "AddFile"sv}, ok},
        {{{s::queued, s::suspended},                            e::file_transferred,           stay,               a::nothing,            "what was under way when the job was stopped"sv}, ok},
        {{{s::transferring, s::queued, s::suspended},           e::all_transferred,            s::transferred,     a::report_transferred, "life-cycle-of-a-bits-job"sv}, ok},
        {{active,                                               e::rename_failed,              s::transferred,     a::stop,               "Complete"sv}, ok},
        {{{s::queued, s::suspended, s::error, s::transient_error,
           s::transferred},                                     e::rename_failed,              s::transferred,     a::nothing,            "Complete"sv}, ok},
        {{active,                                               e::yielded,                    s::queued,          a::stop,               "life-cycle-of-a-bits-job"sv}, ok},
        {{active,                                               e::logged_off,                 s::queued,          a::stop,               "BG_JOB_STATE"sv}, ok},
        {{active,                                               e::restarted,                  s::queued,          a::nothing,            "life-cycle-of-a-bits-job"sv}, ok},
        // SPEC: an error of a transfer that was under way when the job was stopped counts as one that is under way does.
        {{active | enum_set<state>{s::queued},                  e::failed_for_now,             s::transient_error, a::wait_to_retry,      "BG_JOB_STATE, SetMinimumRetryDelay"sv}, ok},
        {{{s::queued, s::connecting, s::transferring},          e::failed_until_change,        s::transient_error, a::wait_for_change,    "users-and-network-connections, group-policies"sv}, ok},
        {{active | enum_set<state>{s::queued, s::transient_error}, e::failed_for_good,         s::error,           a::report_error,       "BG_JOB_STATE, helper-tokens-for-bits-transfer-jobs"sv}, ok},
        {{{s::transient_error},                                 e::change_came,                s::queued,          a::nothing,            "users-and-network-connections, group-policies"sv}, ok},
        {{{s::transient_error},                                 e::retry_due,                  s::queued,          a::nothing,            "SetMinimumRetryDelay"sv}, ok},
        {{{s::transient_error},                                 e::no_progress_for_too_long,   s::error,           a::report_error,       "SetNoProgressTimeout"sv}, ok},
        {{active,                                               e::download_time_over,         s::error,           a::report_error,       "SetMaximumDownloadTime"sv}, ok},
        {{living,                                               e::inactive_for_too_long,      s::cancelled,       a::clean_up,           "group-policies: JobInactivityTimeout"sv}, ok},

        {{{s::cancelled},                                       e::retry_due,                  stay,               a::clean_up,           "Cancel: periodically"sv}, ok},
        {{{s::cancelled},                                       e::server_session_ended,       stay,               a::finish,             "Cancel"sv}, ok},
        {{{s::cancelled},                                       e::cancelling_for_too_long,    stay,               a::finish,             "Cancel: 24 hours"sv}, ok},
    };
    // clang-format on
};

using job_machine = state_machine<job_rules>;

/// What a method returns that is called in a state.
[[nodiscard]] constexpr hresult result_of(job_state s, job_event method) noexcept {
    const job_machine machine(s);
    return machine.accepts(method) ? machine.row_for(method).returns : job_rules::invalid_state;
}

/// A notification that the owner of a job gets at least once (*SetNotifyFlags*).
struct job_notification_row {
    notify_flags flag;
    enum_set<job_event> raised_by;
    enum_set<job_type> of;
    /// A listener that registers while the job is in such a state is told as well (*SetNotifyInterface*).
    enum_set<job_state> told_again_in;
    std::string_view source;
};

// clang-format off
inline constexpr auto job_notification_rows = [] {
    using s = job_state;
    using e = job_event;
    using t = job_type;
    constexpr auto all_types = enum_set<t>::all();
    constexpr enum_set<e> errors{e::failed_for_good, e::no_progress_for_too_long, e::download_time_over};
    // "BITS does not generate a modify event when the state of the job changes to BG_JOB_STATE_ERROR or
    // BG_JOB_STATE_TRANSFERRED" (JobModification).
    constexpr enum_set<e> said_otherwise =
        errors | enum_set<e>{e::all_transferred, e::rename_failed, e::resume_called_when_transferred, e::restarted};
    return std::to_array<job_notification_row>({
        {notify_flags::job_transferred,  {e::all_transferred},                      all_types,                   {s::transferred}, "IBackgroundCopyCallback::JobTransferred"sv},
        {notify_flags::job_error,        errors,                                    all_types,                   {s::error},       "IBackgroundCopyCallback::JobError"sv},
        {notify_flags::file_transferred, {e::file_transferred, e::all_transferred}, {t::download, t::upload_reply}, {},            "IBackgroundCopyCallback2::FileTransferred"sv},
        {notify_flags::job_modification, all_but(said_otherwise),                   all_types,                   {},               "IBackgroundCopyCallback::JobModification"sv},
    });
}();
// clang-format on

/// The timers of a job. They count the time of a clock that nobody sets (*SetNoProgressTimeout*: Note).
enum class job_timer : std::uint8_t { retry_delay, no_progress, inactivity, download_time, cancelling };

struct job_timer_row {
    job_timer id;
    job_event over; ///< what happens when its time is over
    std::uint32_t default_s;
    std::uint32_t least_s;       ///< what is less is taken for this
    bool zero_is_none;           ///< a limit of 0 means that there is none
    enum_set<job_state> runs_in; ///< in other states it stands still
    enum_set<job_event> reset_by;
    std::string_view source;
};

// clang-format off
inline constexpr auto job_timer_rows = [] {
    using s = job_state;
    using e = job_event;
    constexpr auto living = job_rules::living;
    constexpr auto active = job_rules::active;
    return std::to_array<job_timer_row>({
        {job_timer::retry_delay,   e::retry_due,                600,       5, false, {s::transient_error, s::cancelled},                            {e::failed_for_now, e::cancel_called, e::cancel_called_files_left, e::inactive_for_too_long, e::retry_due}, "SetMinimumRetryDelay"sv},
        {job_timer::no_progress,   e::no_progress_for_too_long, 1'209'600, 0, false, {s::queued, s::connecting, s::transferring, s::transient_error}, {e::progressed, e::file_transferred, e::all_transferred, e::resume_called}, "SetNoProgressTimeout"sv},
        {job_timer::inactivity,    e::inactive_for_too_long,    7'776'000, 0, true,  living,                                                          {e::progressed, e::file_transferred, e::all_transferred, e::property_set, e::add_file_called, e::suspend_called, e::resume_called, e::resume_called_when_transferred, e::rename_failed}, "group-policies: JobInactivityTimeout"sv},
        {job_timer::download_time, e::download_time_over,       7'776'000, 0, true,  active,                                                          {e::resume_called}, "SetMaximumDownloadTime"sv},
        {job_timer::cancelling,    e::cancelling_for_too_long,  86'400,    300, false, {s::cancelled},                                                  {}, "Cancel; at least one attempt: [MC-BUP] 3.1.2.2"sv},
    });
}();
// clang-format on

/// The row of a timer; the first row for a value that is none. Static storage.
[[nodiscard]] constexpr const job_timer_row& row_of(job_timer t) noexcept { return row_at(job_timer_rows, t); }

} // namespace bitswire

#endif
