// What each state of a job takes, and that it takes nothing else. The lists were made from the rows of the library and
// then compared with Microsoft's pages, state by state: a second look, not a second author. Names are pages, those of
// methods of IBackgroundCopyJob among them; "README" is where it says why the library deviates from one, and "ours"
// where none says anything. Which event a call is, and what it does besides, is not here but in job_test.cpp.
#include "support/chapters.hpp"

#include <bitswire/machine/job.hpp>

using namespace bitswire;

TEST_CASE("machine: a job does in each state what the pages say [life-cycle-of-a-bits-job, IBackgroundCopyJob]") {
    using s = job_state;
    using e = job_event;
    using a = job_action;
    using list = reactions<job_rules>;
    constexpr hresult invalid_state{0x80200002}; // BG_E_INVALID_STATE
    constexpr hresult empty{0x80200003};         // BG_E_EMPTY
    constexpr hresult partial{0x00200017};       // BG_S_PARTIAL_COMPLETE
    constexpr hresult files_left{0x0020001A};    // BG_S_UNABLE_TO_DELETE_FILES
    // clang-format off
    // Unless it is over, a job can be called, in any state.
    const list alive{
        {{e::resume_called_without_work}, stays, a::nothing, empty}, // Resume
        {{e::cancel_called}, s::cancelled, a::clean_up}, // Cancel: "at any time"
        {{e::cancel_called_files_left}, s::cancelled, a::clean_up, files_left},
        {{e::complete_called}, s::acknowledged, a::finish}, // Complete: a download "at anytime"
        {{e::complete_called_in_part}, s::acknowledged, a::finish, partial},
        {{e::complete_called_on_unfinished_upload}, stays, a::nothing, invalid_state},
        {{e::complete_called_files_left}, s::acknowledged, a::finish, files_left},
        {{e::add_file_called, e::property_set}, stays, a::nothing}, // AddFileWithRanges, SetPriority and others
        {{e::inactive_for_too_long}, s::cancelled, a::clean_up}, // group-policies: JobInactivityTimeout
    };
    // Complete: "the state of the job must be BG_JOB_STATE_TRANSFERRED"; Resume: "no files to transfer".
    const list uploading{
        {{e::complete_called_on_upload}, stays, a::nothing, invalid_state},
        {{e::resume_called_when_transferred}, stays, a::nothing, empty},
    };
    const list resumed{{{e::resume_called}, s::queued, a::nothing}}; // life-cycle-of-a-bits-job, Resume
    // Suspend; Complete: "the state is BG_JOB_STATE_TRANSFERRED".
    const list idle{
        {{e::suspend_called}, s::suspended, a::nothing},
        {{e::rename_failed}, s::transferred, a::nothing},
    };
    const list running{
        {{e::suspend_called}, s::suspended, a::stop},
        {{e::rename_failed}, s::transferred, a::stop},
        {{e::resume_called}, stays, a::nothing}, // life-cycle-of-a-bits-job: "will stay in that state"
        {{e::yielded}, s::queued, a::stop}, // life-cycle-of-a-bits-job: time slice
        {{e::logged_off}, s::queued, a::stop}, // BG_JOB_STATE_QUEUED
        {{e::restarted}, s::queued, a::nothing}, // ours
        {{e::failed_for_now}, s::transient_error, a::wait_to_retry}, // BG_JOB_STATE_TRANSIENT_ERROR
        {{e::failed_until_change}, s::transient_error, a::wait_for_change}, // users-and-network-connections
        {{e::failed_for_good}, s::error, a::report_error}, // life-cycle-of-a-bits-job: fatal errors
        {{e::download_time_over}, s::error, a::report_error}, // SetMaximumDownloadTime
    };
    // What was under way when the job was stopped still counts: ours.
    const list late_news{
        {{e::progressed, e::file_transferred}, stays, a::nothing},
        {{e::all_transferred}, s::transferred, a::report_transferred},
    };
    // life-cycle-of-a-bits-job: "you can't call any of the state-changing methods"; SetPriority and others.
    const list over{
        {{e::suspend_called, e::resume_called, e::resume_called_without_work, e::cancel_called,
          e::cancel_called_files_left, e::complete_called, e::complete_called_in_part, e::complete_called_files_left,
          e::complete_called_on_upload, e::complete_called_on_unfinished_upload, e::resume_called_when_transferred,
          e::add_file_called, e::property_set}, stays, a::nothing, invalid_state},
    };

    check_chapters<job_rules>({
        {s::queued, alive + uploading + idle + late_news + list{
            {{e::resume_called}, stays, a::nothing}, // an action state, as those that run
            {{e::picked}, s::connecting, a::start}, // life-cycle-of-a-bits-job
            {{e::failed_for_now}, s::transient_error, a::wait_to_retry}, // ours: of what was under way
            {{e::failed_for_good}, s::error, a::report_error}, // helper-tokens-for-bits-transfer-jobs
            {{e::failed_until_change}, s::transient_error, a::wait_for_change}, // users-and-network-connections
        }},
        {s::connecting, alive + uploading + running + list{
            {{e::connected}, s::transferring, a::nothing}, // BG_JOB_STATE_CONNECTING
        }},
        {s::transferring, alive + uploading + running + list{
            {{e::progressed}, stays, a::nothing},
            {{e::file_transferred}, stays, a::next_file}, // AddFile: "sequentially"
            {{e::all_transferred}, s::transferred, a::report_transferred}, // life-cycle-of-a-bits-job
        }},
        {s::suspended, alive + idle + resumed + late_news + list{
            // BG_JOB_STATE_SUSPENDED: "until you call" Resume, Complete or Cancel
            {{e::resume_called_when_transferred}, s::transferred, a::nothing},
            {{e::complete_called_on_upload}, s::acknowledged, a::finish},
        }},
        {s::error, alive + uploading + idle + resumed},
        {s::transient_error, alive + uploading + idle + resumed + list{
            {{e::retry_due}, s::queued, a::nothing}, // SetMinimumRetryDelay
            {{e::change_came}, s::queued, a::nothing}, // users-and-network-connections, group-policies
            {{e::failed_for_good}, s::error, a::report_error}, // helper-tokens-for-bits-transfer-jobs
            {{e::no_progress_for_too_long}, s::error, a::report_error}, // SetNoProgressTimeout
        }},
        {s::transferred, alive + idle + resumed + list{ // with files that were added: life-cycle-of-a-bits-job
            {{e::complete_called_on_upload}, s::acknowledged, a::finish}, // Complete
            {{e::resume_called_when_transferred}, stays, a::nothing, empty}, // Resume: "no files to transfer"
        }},
        {s::acknowledged, over},
        {s::cancelled, over + list{ // Cancel: Cancel-Session is sent "periodically", "for up to 24 hours"; README
            {{e::retry_due}, stays, a::clean_up},
            {{e::server_session_ended, e::cancelling_for_too_long}, stays, a::finish},
        }},
    });
    // clang-format on
}
