// Jobs, where the library once did something else than Microsoft's pages say. Each case has the number of its finding
// and names the page; the words in quotation marks are the page's.
#include "support/job_world.hpp"
#include "support/print.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

using namespace bitswire;

namespace book { // named: several test files are compiled as one

constexpr hresult ok{};
constexpr hresult access_denied{0x80070005};
constexpr hresult invalid_state{0x80200002};
constexpr hresult empty{0x80200003};
constexpr hresult s_false{1};
constexpr hresult invalid_argument{0x80070057};
constexpr hresult not_implemented{0x80004001};
constexpr hresult string_too_long{0x80200021};
constexpr hresult too_many_files{0x8020001C};
constexpr hresult too_many_files_in_job{0x80200051};
constexpr hresult token_required{0x80200056};

constexpr std::array all_types{job_type::download, job_type::upload, job_type::upload_reply};

} // namespace book

TEST_CASE("J1: a job that was suspended when it was transferred goes back there, or is completed [BG_JOB_STATE]") {
    // BG_JOB_STATE_SUSPENDED: "The job remains suspended until you call the Resume method, Complete method, or Cancel
    // method."
    for (const job_type type : book::all_types) {
        CAPTURE(std::string(enum_name(type)));
        world_job back(type);
        back.add().go(job_state::transferred);
        CHECK(back.j.suspend(back.now).returns == book::ok);
        CHECK(back.j.state() == job_state::suspended);
        const wall_time transferred_at = back.j.times().transfer_completed;
        back.pass_s(10);
        const job_step resumed = back.j.resume(back.now);
        CHECK(resumed.returns == book::ok);
        CHECK(resumed.todo == job_action::nothing);
        CHECK(back.j.state() == job_state::transferred);
        CHECK(back.j.times().transfer_completed == transferred_at);
        CHECK(back.j.resume(back.now).returns == book::empty); // Resume: "There are no files to transfer."
        CHECK(back.j.complete(back.now).returns == book::ok);
        CHECK(back.j.state() == job_state::acknowledged);

        world_job done(type);
        done.add().go(job_state::transferred);
        std::ignore = done.j.suspend(done.now);
        CHECK(done.j.may_complete() == book::ok);
        const job_step completed = done.j.complete(done.now);
        CHECK(completed.returns == book::ok);
        CHECK(completed.todo == job_action::finish);
        CHECK(done.j.state() == job_state::acknowledged);
    }
}

TEST_CASE("J1: an upload that is not transferred cannot be completed, suspended or not [Complete]") {
    for (const job_type type : {job_type::upload, job_type::upload_reply}) {
        world_job w(type);
        CHECK(w.j.complete(w.now).returns == book::invalid_state); // without a file
        w.add();
        CHECK(w.j.complete(w.now).returns == book::invalid_state);
        w.go(job_state::transferring);
        std::ignore = w.j.suspend(w.now);
        CHECK(w.j.complete(w.now).returns == book::invalid_state);
        CHECK(w.j.state() == job_state::suspended);
    }
}

TEST_CASE("J5: a reply that cannot be renamed is said, and the job stays transferred [Complete]") {
    // "The job remains in the transfer queue if BITS was unable to rename all of the temporary files [...] (the state
    // is BG_JOB_STATE_TRANSFERRED) until the application is able to fix the problem and calls either the Complete
    // method again or the Cancel method".
    for (const bool is_suspended : {false, true}) {
        world_job w(job_type::upload_reply);
        w.add().go(job_state::transferred);
        if (is_suspended) std::ignore = w.j.suspend(w.now);
        const job_step s = w.j.complete(w.now, {.rename_problem = book::access_denied});
        CHECK(s.returns == book::access_denied);
        CHECK(s.todo == job_action::nothing);
        CHECK(w.j.state() == job_state::transferred);
        CHECK_FALSE(w.j.is_over());
        CHECK(w.j.complete(w.now).returns == book::ok);
        CHECK(w.j.state() == job_state::acknowledged);
    }
    // Where there is nothing to complete yet, a problem changes nothing.
    world_job early(job_type::upload_reply);
    early.add().go(job_state::transferring);
    CHECK(early.j.complete(early.now, {.rename_problem = book::access_denied}).returns == book::invalid_state);
    CHECK(early.j.state() == job_state::transferring);
}

TEST_CASE("J2: bytes that are transferred once more are progress [SetNoProgressTimeout, ReplaceRemotePrefix]") {
    // SetNoProgressTimeout: "If there is progress, the timer is reset." ReplaceRemotePrefix: "If the time stamp or file
    // size of the new remote name is different [...] BITS restarts the download."
    world_job w;
    w.add();
    w.j.on_size(0, 1'000'000);
    std::ignore = w.j.set_minimum_retry_delay(60, w.now);
    std::ignore = w.j.set_no_progress_timeout(1000, w.now);
    w.go(job_state::transferring);
    std::ignore = w.j.on_progress(600'000, w.now);
    CHECK(w.j.replace_remote_prefix("http://host/", "http://other/", w.now).returns == book::ok);
    // Over a connection that breaks again and again it gets there, slowly but steadily.
    for (std::uint64_t bytes = 0; bytes < 600'000; bytes += 20'000) {
        CAPTURE(bytes);
        std::ignore = w.j.on_error(passing_error, w.now);
        REQUIRE(w.j.state() == job_state::transient_error);
        w.pass_s(60);
        std::ignore = w.j.on_timer(w.now);
        std::ignore = w.j.on_picked(w.now);
        std::ignore = w.j.on_connected(w.now);
        std::ignore = w.j.on_progress(bytes, w.now);
        w.pass_s(1);
        const wall_time before = w.j.times().modified;
        CHECK(w.j.on_progress(bytes + 20'000, w.now).returns == book::ok);
        CHECK(w.j.times().modified > before); // BG_JOB_TIMES: "the last time the job [...] made progress"
    }
    CHECK(w.j.state() == job_state::transferring);
    // What only falls back is none.
    const wall_time before = w.j.times().modified;
    w.pass_s(1);
    std::ignore = w.j.on_progress(10, w.now);
    std::ignore = w.j.on_progress(10, w.now);
    CHECK(w.j.times().modified == before);
}

TEST_CASE("J2: a job that starts over is not inactive [group-policies: JobInactivityTimeout]") {
    // "Transfer progress or property changes reset the timer."
    job_config c = job_config_of(job_type::download);
    c.limits.inactivity_timeout_s = 1000;
    world_job w(c);
    w.add();
    w.j.on_size(0, 100);
    w.go(job_state::transferring);
    std::ignore = w.j.on_progress(90, w.now);
    std::ignore = w.j.on_progress(0, w.now);
    for (std::uint64_t bytes = 1; bytes < 60; ++bytes) {
        w.pass_s(900);
        std::ignore = w.j.on_progress(bytes, w.now);
    }
    CHECK(w.j.wake_at() > w.now.steady);
    CHECK(w.j.state() == job_state::transferring);
}

TEST_CASE("J3: a local name is the full path of a file, and of nothing else [BG_FILE_INFO, AddFile]") {
    // "The file name must include the full path [...]. You cannot use wildcards in the path or file name [...]. BITS
    // does not support NTFS streams. [...] Do not include the \\\\? prefix in the path. [...] BITS does not support SMB
    // paths to named pipes or devices."
    struct sample {
        std::string_view name;
        bool fits;
    };
    constexpr sample samples[] = {
        {"/", false},
        {"/dir/", false},
        {"/dir/.", false},
        {"/dir/..", false},
        {"/dir/...", true},
        {"/a:b<c>|d*e?", true}, // POSIX
        {"//f", true},
        {"\\\\.\\share\\file", false},
        {"C:\\", false},
        {"C:/", false},
        {"C:\\dir\\", false},
        {"C:\\dir/", false},
        {"C:\\dir\\..", false},
        {"C:\\dir\\file", true},
        {"C:\\dir\\file:stream", false},
        {"C:\\dir:x\\file", false},
        {"C:\\a<b", false},
        {"C:\\a>b", false},
        {"C:\\a|b", false},
        {"C:\\a\"b", false},
        {"C:\\a*", false},
        {"C:\\d?\\a", false},
        {"d:/dir/file.ext", true},
        {"\\\\server\\share\\path\\file", true},
        {"\\\\server\\share\\file", true},
        {"\\\\server\\share\\", false},
        {"\\\\server\\share", false},
        {"\\\\server", false},
        {"\\\\\\share\\file", false},
        {"\\\\server\\\\file", false},
        {"\\\\server\\share\\file:stream", false},
        {"\\\\.\\pipe\\x", false},
        {"\\\\?\\C:\\x", false},
        {"\\\\server\\pipe\\x", false},
        {"\\\\server\\PIPE\\x", false},
        {"\\\\server\\mailslot\\x", false},
        {"\\\\server\\pipes\\x", true},
        {"\\\\pipe\\share\\x", true},
    };
    for (const sample& s : samples) {
        CAPTURE(std::string(s.name));
        world_job w;
        CHECK(w.j.add_file("http://h/x", s.name, w.now).returns == (s.fits ? book::ok : book::invalid_argument));
        world_job r(job_type::upload_reply);
        CHECK(r.j.set_reply_file_name(s.name, r.now).returns == (s.fits ? book::ok : book::invalid_argument));
    }
}

TEST_CASE("J4: an event is kept until its owner was told, in snapshots too [IBackgroundCopyCallback]") {
    // "BITS guarantees to call your callback at least once, even if the registration occurs after the event."
    world_job w;
    w.add();
    CHECK(w.j.events() == notify_flags::none); // a new job has the flags of the page, and no event of these
    w.go(job_state::transferring);
    CHECK(w.j.on_file_transferred(w.now).notify == notify_flags::job_transferred);
    CHECK(w.j.events() == notify_flags::job_transferred);
    CHECK(w.j.set_priority(job_priority::low, w.now).notify == notify_flags::none); // told in a step once
    CHECK(w.j.events() == notify_flags::job_transferred);
    job_memory memory;
    result<job> later = job::restore(w.bytes(), memory.storage(), w.now);
    REQUIRE(later);
    CHECK(later->events() == notify_flags::job_transferred);
    later->on_told(notify_flags::job_transferred);
    CHECK(later->events() == notify_flags::none);
    job_memory again;
    const result<job> last = job::restore(bytes_of(*later, w.now), again.storage(), w.now);
    REQUIRE(last);
    CHECK(last->events() == notify_flags::none);
}

TEST_CASE("J4: whoever asks for an event that has happened is told [IBackgroundCopyCallback, SetNotifyInterface]") {
    // "For example, if you request notification of a job transfer after the transfer occurred, you will receive the job
    // transferred callback."
    for (const job_state in : {job_state::transferred, job_state::error}) {
        const notify_flags event =
            in == job_state::transferred ? notify_flags::job_transferred : notify_flags::job_error;
        world_job w;
        std::ignore = w.j.set_notify_flags(notify_flags::none, w.now);
        w.add().go(in);
        CHECK(w.j.events() == notify_flags::none);
        CHECK(w.j.set_notify_flags(default_notify_flags | notify_flags::disable, w.now).notify == notify_flags::none);
        CHECK(w.j.set_notify_flags(default_notify_flags, w.now).notify == event);
        w.j.on_told(event);
        CHECK(w.j.set_notify_flags(default_notify_flags, w.now).notify == notify_flags::none);
        // "if a job received a notification and the pointer is subsequently no longer valid, that job would receive
        // another notification if you later set the interface pointer on that job."
        const job_step told = w.j.set_notify_interface();
        CHECK(told.returns == book::ok);
        CHECK(told.notify == event);
        w.j.on_told(event);
        std::ignore = w.j.cancel(w.now);
        CHECK(w.j.set_notify_interface().returns == book::invalid_state);
        CHECK(w.j.events() == notify_flags::none);
    }
    // An error that was resumed and is over has happened all the same; a state that is not there any more is not told.
    world_job w;
    w.add().go(job_state::error);
    std::ignore = w.j.resume(w.now);
    CHECK(w.j.events() == notify_flags::job_error);
    w.j.on_told(notify_flags::job_error);
    CHECK(w.j.set_notify_interface().notify == notify_flags::none);
}

TEST_CASE("J7: limits of texts count characters as Windows does [SetDisplayName, SetDescription, BG_FILE_INFO]") {
    const auto many = [](std::size_t count, std::string_view character) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i)
            text += character;
        return text;
    };
    constexpr std::string_view cjk = "\xe6\xbc\xa2";
    constexpr std::string_view emoji = "\xf0\x9f\x93\xa6"; // two UTF-16 units
    CHECK(utf16_length(many(3, cjk) + many(2, emoji) + "ab") == 9);
    CHECK(utf8_size("") == 0);
    CHECK(utf16_length("\xe6\xbc\x41") == 3);
    CHECK(utf16_length("\xe6\xbc") == 2); // what is no character counts byte by byte
    CHECK(utf16_length("\xed\xa0\x80") == 3);
    CHECK(utf16_length("\xc0\xaf\xf5") == 3);
    world_job w(job_type::upload_reply);
    CHECK(w.j.set_display_name(many(256, cjk), w.now).returns == book::ok); // 768 bytes
    CHECK(w.j.set_display_name(many(257, cjk), w.now).returns == book::string_too_long);
    CHECK(w.j.set_display_name(many(128, emoji), w.now).returns == book::ok);
    CHECK(w.j.set_display_name(many(128, emoji) + "x", w.now).returns == book::string_too_long);
    CHECK(w.j.set_description(many(1024, cjk), w.now).returns == book::ok);
    CHECK(w.j.set_description(many(1025, cjk), w.now).returns == book::string_too_long);
    CHECK(w.j.set_reply_file_name("/" + many(259, cjk), w.now).returns == book::ok);
    CHECK(w.j.set_reply_file_name("/" + many(260, cjk), w.now).returns == book::invalid_argument);
    CHECK(w.j.add_file("http://h/x", "C:\\" + many(257, cjk), w.now).returns == book::ok);
    job_memory memory;
    CHECK(job::restore(w.bytes(), memory.storage(), w.now));
    job_config c = job_config_of(job_type::upload);
    const std::string longest = many(256, cjk);
    c.display_name = longest;
    CHECK(job::create(c, memory.storage(), w.now));
    const std::string longer = many(257, cjk);
    c.display_name = longer;
    CHECK_FALSE(job::create(c, memory.storage(), w.now));
}

TEST_CASE("J8: a remote name has legal characters, no wildcards and segments of 260 characters [BG_FILE_INFO]") {
    // "You cannot use wildcards in the path or file name. The URL must contain only legal URL characters; no escape
    // processing is performed. [...] Each segment of the URL is limited to MAX_PATH characters."
    const std::string segment(260, 's');
    struct sample {
        std::string name;
        bool fits;
    };
    const std::vector<sample> samples{
        {"http://h/" + segment, true},
        {"http://h/" + segment + "s", false},
        {"http://h/" + segment + "s/f", false},
        {"http://h/" + segment + "/" + segment + "/", true},
        {"http://h/f?" + segment + segment, true},
        {"http://h/a*", false},
        {"http://h/*/a", false},
        {"http://h/a?b=*", true},
        {"http://h/a%2A", true},
        {"http://h/%zz", false},
        {"http://h/%4", false},
        {"http://h/%", false},
        {"http://h/a?%zz", false},
        {"http://h/a<b", false},
        {"http://h/a>b", false},
        {"http://h/a\"b", false},
        {"http://h/a\\b", false},
        {"http://h/a{b}", false},
        {"http://h/a|b", false},
        {"http://h/a^b", false},
        {"http://h/a`b", false},
        {"http://h/a[b]", false},
        {"http://h/a?b|c", false},
        {"http://h/a;b=1,2@x:y!$&'()+~-._", true},
        {"http://h/a#part", true},
        {"http://h/a#pa rt", false},
        {"http://h/a?b?c#d?e", true},
        {"http://h/\xc3\xa4\xe6\xbc\xa2", true}, // Unicode in the path
        {"http://h/a?\xc3\xa4", true},
        {"http://\xc3\xa4/", false}, // "If the server portion of the URL contains Unicode characters, you must encode"
        {"http://h/\xc3", false},
        {"http://h/\xff", false},
    };
    for (const sample& s : samples) {
        CAPTURE(s.name);
        world_job w;
        CHECK(w.j.add_file(s.name, "/x", w.now).returns == (s.fits ? book::ok : book::invalid_argument));
        if (s.fits) CHECK(w.j.file(0).remote_name == s.name); // GetRemoteName: as it was given
    }
}

TEST_CASE("J8: Unicode in a remote name is percent-encoded where it is sent, and counts so [BG_FILE_INFO]") {
    std::string out(max_url_size, '\0');
    const auto sent = [&out](std::string_view name) -> std::string {
        const result<std::size_t> size = write_remote_url(name, out);
        return size ? out.substr(0, *size) : std::string("none");
    };
    CHECK(sent("http://h:81/a%20b/c?d#e") == "http://h:81/a%20b/c?d#e");
    CHECK(sent("http://h/\xc3\xa4/x?\xe6\xbc\xa2") == "http://h/%C3%A4/x?%E6%BC%A2");
    CHECK(sent("ftp://h/") == "none");
    CHECK(write_remote_url("http://h/\xc3\xa4", std::span<char>(out).first(14)).error().code == errc::buffer_too_small);
    CHECK(write_remote_url("http://h/\xc3\xa4", std::span<char>(out).first(15)));
    std::string longest = "http://h/?a"; // 2,199 of the 2,200 characters as it is sent
    for (int i = 0; i < 364; ++i)
        longest += "\xc3\xa4";
    longest += "bcde";
    CHECK(is_remote_name(longest));
    CHECK(sent(longest).size() == 2199);
    CHECK(is_remote_name(longest + "f"));
    CHECK_FALSE(is_remote_name(longest + "fg"));
}

TEST_CASE("J9: names of files that are transferred change as well [ReplaceRemotePrefix, SetRemoteName]") {
    // "This method changes all matching remote names in the job. [...] BITS does not restart already transferred
    // files."
    world_job w;
    w.add(2).go(job_state::transferring);
    std::ignore = w.j.on_file_transferred(w.now);
    CHECK(w.j.replace_remote_prefix("http://host/", "http://other/", w.now).returns == book::ok);
    CHECK(w.j.file(0).remote_name == "http://other/folder/0");
    CHECK(w.j.file(1).remote_name == "http://other/folder/1");
    CHECK(w.j.file(0).is_transferred);
    CHECK(w.j.set_remote_name(0, "http://third/0", w.now).returns == book::ok);
    CHECK(w.j.file(0).remote_name == "http://third/0");
    CHECK(w.j.file(0).is_transferred);
    CHECK(w.j.set_remote_name(2, "http://third/2", w.now).returns == book::invalid_argument);
    CHECK(w.j.replace_remote_prefix("http://host/", "http://other/", w.now).returns == book::s_false);
    world_job up(job_type::upload_reply);
    up.add().go(job_state::transferring);
    std::ignore = up.j.on_reply_progress(5, 5, up.now);
    std::ignore = up.j.on_file_transferred(up.now);
    CHECK(up.j.set_remote_name(0, "http://third/0", up.now).returns == book::ok);
    CHECK(up.j.state() == job_state::transferred);
    CHECK(up.j.reply_progress()->bytes_transferred == 5);
}

TEST_CASE("J10: a job that was taken over has the limits and the log-on of its new owner [TakeOwnership]") {
    // "After ownership of the job has changed, the job is processed only when the new owner is logged on to the
    // client."
    world_job w;
    w.add().go(job_state::transferring);
    const job_step taken = w.j.take_ownership({"admin", false, false}, w.now);
    CHECK(taken.returns == book::ok);
    CHECK(taken.todo == job_action::stop);
    CHECK(w.j.state() == job_state::queued);
    CHECK_FALSE(w.j.is_ready());
    w.j.on_logged_on();
    CHECK(w.j.is_ready());
    // MaxFilesPerJob: "does not apply to a user with administrator privileges".
    job_limits few;
    few.files_per_job = 2;
    w.j.on_limits_changed(few, w.now);
    w.add(2);
    CHECK(w.j.take_ownership({"user", true, true}, w.now).returns == book::ok);
    CHECK(w.j.is_ready());
    CHECK(w.j.add_file("http://h/x", "/x", w.now).returns == book::too_many_files_in_job);
    std::ignore = w.j.on_logged_off(w.now);
    CHECK(w.j.take_ownership({"admin", false, true}, w.now).todo == job_action::nothing);
    CHECK(w.j.is_ready());
}

TEST_CASE("J10: policies hold for jobs that there are, but for what was set for one of them [group-policies]") {
    for (const bool has_own : {false, true}) {
        CAPTURE(has_own);
        world_job w;
        w.add();
        if (has_own) std::ignore = w.j.set_maximum_download_time(500, w.now);
        w.go(job_state::transferring);
        w.pass_s(100);
        const wall_time modified = w.j.times().modified;
        job_limits limits;
        limits.files_per_job = 1;
        limits.inactivity_timeout_s = 300;
        limits.max_download_time_s = 150;
        w.j.on_limits_changed(limits, w.now);
        CHECK(w.j.times().modified == modified); // no activity
        CHECK(w.j.add_file("http://h/x", "/x", w.now).returns == book::too_many_files_in_job);
        // MaxDownloadTime: "To override this policy for a specific job, call [...] SetMaximumDownloadTime".
        CHECK(w.j.maximum_download_time_s() == (has_own ? 500 : 150));
        CHECK(w.wakes_in_s() == (has_own ? 200 : 50)); // the time that has passed counts
        job_memory memory;
        result<job> later = job::restore(w.bytes(), memory.storage(), w.now);
        REQUIRE(later);
        limits.max_download_time_s = 70;
        later->on_limits_changed(limits, w.now);
        CHECK(later->maximum_download_time_s() == (has_own ? 500 : 70));
    }
}

TEST_CASE("J11: an error that reaches a job that waits for its turn is not lost [users-and-network-connections]") {
    // helper-tokens-for-bits-transfer-jobs: "When the owner [...] logs off [...] If the transfer is not complete, the
    // BITS service places the job in an error state with the BG_E_TOKEN_REQUIRED error code".
    const job_error token{book::token_required, error_context::general_queue_manager};
    for (const job_state in :
         {job_state::queued, job_state::connecting, job_state::transferring, job_state::transient_error}) {
        world_job w;
        w.add().go(in);
        std::ignore = w.j.on_logged_off(w.now);
        CHECK(w.j.on_error(token, w.now).todo == job_action::report_error);
        CHECK(w.j.state() == job_state::error);
        CHECK(w.j.get_error()->code == book::token_required);
        CHECK(w.j.events() == notify_flags::job_error);
    }
    world_job waits;
    waits.add().go(job_state::queued);
    CHECK(waits.j.on_error(passing_error, waits.now).todo == job_action::wait_to_retry);
    CHECK(waits.j.state() == job_state::transient_error);
    CHECK(waits.wakes_in_s() == 600);
    CHECK(waits.j.error_count() == 1);
}

TEST_CASE("J14: a cancelled job is in no enumeration and counts for no limit [EnumJobs, life-cycle-of-a-bits-job]") {
    // "Once a job is in a final state, it won't move out of the final state and won't show up in a job enumeration".
    world_job w(job_type::upload);
    CHECK(w.j.is_enumerated());
    w.add().go(job_state::transferring);
    CHECK(w.j.is_enumerated());
    std::ignore = w.j.cancel(w.now);
    CHECK_FALSE(w.j.is_over()); // the server has to be told
    CHECK_FALSE(w.j.is_enumerated());
}

TEST_CASE("J15: a job that a policy blocks in the background runs in the foreground [group-policies]") {
    // MaxInternetBandwidth: "this policy does not affect foreground transfers".
    world_job w;
    w.add().go(job_state::transferring);
    std::ignore = w.j.on_error(waiting_error, w.now);
    CHECK(w.j.set_priority(job_priority::high, w.now).returns == book::ok);
    CHECK(w.j.state() == job_state::transient_error);
    CHECK(w.j.set_priority(job_priority::foreground, w.now).returns == book::ok);
    CHECK(w.j.state() == job_state::queued);
    CHECK(w.j.is_ready());
    // What else a job waits for is not over by that.
    world_job other;
    other.add().go(job_state::transferring);
    std::ignore = other.j.on_network_lost(other.now);
    std::ignore = other.j.set_priority(job_priority::foreground, other.now);
    CHECK(other.j.state() == job_state::transient_error);
    world_job failed;
    failed.add().go(job_state::error);
    CHECK(failed.j.set_priority(job_priority::foreground, failed.now).returns == book::ok);
    CHECK(failed.j.state() == job_state::error);
}

TEST_CASE("J16: only an upload-reply has a reply file name [GetReplyFileName]") {
    CHECK(world_job(job_type::download).j.reply_file_name().error() == book::not_implemented);
    CHECK(world_job(job_type::upload).j.reply_file_name().error() == book::not_implemented);
    CHECK(world_job(job_type::upload_reply).j.reply_file_name()->empty());
}

TEST_CASE(
    "J16: an error of the transfer has a protocol, and another one has none [IBackgroundCopyError::GetProtocol]") {
    const auto protocol_of = [](error_context context) {
        world_job w;
        w.add().go(job_state::transferring);
        std::ignore = w.j.on_error({book::access_denied, context}, w.now);
        return w.j.get_error_protocol();
    };
    for (const error_context c :
         {error_context::general_transport, error_context::remote_file, error_context::remote_application})
        CHECK(*protocol_of(c) == "http");
    for (const error_context c : {error_context::local_file, error_context::general_queue_manager})
        CHECK(protocol_of(c).error() == hresult{0x80200005}); // BG_E_PROTOCOL_NOT_AVAILABLE
    CHECK(world_job().j.get_error_protocol().error() == hresult{0x8020000F});
}

TEST_CASE("J18: a set of files is added whole, or not at all [AddFileSet]") {
    world_job w;
    w.add();
    const std::string before = w.bytes();
    const auto add = [&](std::vector<job_file_name> set) { return w.j.add_file_set(set, w.now).returns; };
    CHECK(add({{"http://h/1", "/1"}, {"http://h/2", "2"}}) == book::invalid_argument);
    CHECK(add({{"http://h/1", "/1"}, {"ftp://h/2", "/2"}}) == book::invalid_argument);
    CHECK(add({}) == book::invalid_argument);
    CHECK(add(std::vector<job_file_name>(8, {"http://h/1", "/1"})) == hresult{0x8007000E}); // room for 7 more
    CHECK(w.bytes() == before);
    w.pass_s(1);
    CHECK(add({{"http://h/1", "/1"}, {w.j.file(0).remote_name, w.j.file(0).local_name}}) == book::ok);
    REQUIRE(w.j.file_count() == 3);
    CHECK(w.j.file(1).remote_name == "http://h/1");
    CHECK(w.j.file(2).remote_name == "http://host/folder/0");
    CHECK(w.j.file(2).local_name == "/home/user/0");
    CHECK(w.j.times().modified == w.now.wall);
    std::ignore = w.j.cancel(w.now);
    CHECK(add({{"http://h/1", "/1"}}) == book::invalid_state);
    // "If the array contains more than one element, or the job already contains a file, the method returns
    // BG_E_TOO_MANY_FILES. [...] None of the files in the array were added to the job."
    world_job up(job_type::upload);
    const std::array two{job_file_name{"http://h/1", "/1"}, job_file_name{"http://h/2", "/2"}};
    CHECK(up.j.add_file_set(two, up.now).returns == book::too_many_files);
    CHECK(up.j.file_count() == 0);
    CHECK(up.j.add_file_set(std::span(two).first(1), up.now).returns == book::ok);
    CHECK(up.j.add_file_set(std::span(two).last(1), up.now).returns == book::too_many_files);
    // MaxFilesPerJob.
    job_config c = job_config_of(job_type::download);
    c.limits.files_per_job = 2;
    world_job few(c);
    few.add();
    CHECK(few.j.add_file_set(two, few.now).returns == book::too_many_files_in_job);
    CHECK(few.j.file_count() == 1);
}

TEST_CASE("J6: an upload-reply without a reply is an error, and resuming asks for it again [MC-BUP 2.2.7.2]") {
    // *GetReplyFileName*: "The file is empty if the server application did not provide a reply." Chosen: the other
    // reading.
    world_job w(job_type::upload_reply);
    w.add().go(job_state::connecting);
    upload_client c({.url = "http://host/folder/0", .size_bytes = 4, .wants_reply = true});
    const auto tell = [&](const upload_step& s) { std::ignore = follow(w.j, c, s, w.now); };
    tell(c.start({}));
    tell(c.on_ack({.answers = packet_type::create_session, .session_id = "{7}"}, {}));
    tell(c.on_ack({.answers = packet_type::fragment, .received_content_range = 4}, {}));
    CHECK(w.j.state() == job_state::error);
    CHECK(w.j.get_error()->context == error_context::remote_application);
    CHECK(w.j.resume(w.now).returns == book::ok);
    CHECK(w.j.on_picked(w.now).todo == job_action::start);
    CHECK(carry_out(job_action::start, c, {}).todo == upload_todo::send);
}

TEST_CASE("J12: a declined certificate is transient, and a redirect that is forbidden fatal [SetSecurityFlags]") {
    // *SetServerCertificateValidationInterface*: "If the validation method rejects a certificate, the job will
    // transition to BG_JOB_STATE_TRANSIENT_ERROR with a job error context of
    // BG_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK and the error HRESULT from your callback."
    constexpr error_context callback = error_context::server_certificate_callback;
    for (const hresult code : {book::access_denied, hresult{0x80072F8F}, hresult{0x80200074}, hresult{0x80004005}}) {
        CHECK(disposition_of({code, callback}) == disposition::transient);
        world_job w;
        w.add().go(job_state::connecting);
        CHECK(w.j.on_error({code, callback}, w.now).todo == job_action::wait_to_retry);
    }
    CHECK(disposition_of({hresult{0x80072F8F}, error_context::remote_file}) == disposition::fatal);
    // *SetSecurityFlags*, BG_HTTP_REDIRECT_POLICY_DISALLOW: the job is in BG_JOB_STATE_ERROR with one of these codes.
    for (const std::uint32_t status : {300U, 301U, 302U, 303U, 307U})
        CHECK(disposition_of({hresult::from_win32(status), error_context::remote_file}) == disposition::fatal);
}

TEST_CASE("J13: 429 of a server application is fatal, of a server transient [handling-server-application-errors]") {
    // "All 4xx error codes are fatal errors except for 408 and 409".
    CHECK(disposition_of({hresult::from_http_status(429), error_context::remote_application, 429}) ==
          disposition::fatal);
    CHECK(disposition_of({hresult::from_http_status(429), error_context::remote_file, 429}) == disposition::transient);
}

TEST_CASE("J2: a server that takes bytes and loses them for ever ends as an error [SetNoProgressTimeout]") {
    CHECK(disposition_of({hresult{0x80200024}, error_context::remote_file}) == disposition::fatal);
}

TEST_CASE("J19: credentials are kept for each target and scheme, and nobody sees them [SetCredentials]") {
    world_job w(job_type::upload);
    const auto set = [&](auth_target t, auth_scheme s, std::string_view user, std::string_view password) {
        return w.j.set_credentials({t, s, user, secret_text(password)}, w.now).returns;
    };
    CHECK_FALSE(w.j.credentials(auth_target::server, auth_scheme::basic).is_set);
    CHECK(set(auth_target::server, auth_scheme::basic, "me", "secret") == book::ok);
    CHECK(set(auth_target::proxy, auth_scheme::basic, "you", "") == book::ok);
    // "To specify implicit credentials [...], set the scheme to NTLM and the user name and password to NULL."
    CHECK(set(auth_target::server, auth_scheme::ntlm, "", "") == book::ok);
    CHECK(set(auth_target::proxy, auth_scheme::negotiate, "", "") == book::ok);
    CHECK(w.j.credentials(auth_target::server, auth_scheme::basic).user == "me");
    CHECK(w.j.credentials(auth_target::server, auth_scheme::basic).password.reveal() == "secret");
    CHECK(w.j.credentials(auth_target::proxy, auth_scheme::basic).user == "you");
    CHECK(w.j.credentials(auth_target::proxy, auth_scheme::basic).password.empty());
    CHECK(w.j.credentials(auth_target::server, auth_scheme::ntlm).is_set);
    CHECK_FALSE(w.j.credentials(auth_target::proxy, auth_scheme::ntlm).is_set);
    CHECK_FALSE(w.j.credentials(auth_target{9}, auth_scheme::ntlm).is_set);
    // "If the job currently contains credentials with the same target and scheme pair, the existing credentials are
    // replaced".
    CHECK(set(auth_target::server, auth_scheme::basic, "other", "p\xc3\xa4") == book::ok);
    CHECK(w.j.credentials(auth_target::server, auth_scheme::basic).user == "other");
    // "cannot be NULL if you specify the Basic or Digest scheme"
    CHECK(set(auth_target::server, auth_scheme::basic, "", "") == book::invalid_argument);
    CHECK(set(auth_target::server, auth_scheme::digest, "", "x") == book::invalid_argument);
    CHECK(set(auth_target::server, auth_scheme::basic, std::string_view("a\0b", 3), "x") == book::invalid_argument);
    const std::string longest(300, 'x');
    CHECK(set(auth_target::server, auth_scheme::passport, longest, longest) == book::ok);
    CHECK(set(auth_target::server, auth_scheme::digest, longest + "x", "") == hresult{0x80200025});
    CHECK(set(auth_target::server, auth_scheme::digest, "x", longest + "x") == hresult{0x80200026});
    CHECK(set(auth_target{0}, auth_scheme::basic, "x", "") == hresult{0x80200027});
    CHECK(set(auth_target{3}, auth_scheme::basic, "x", "") == hresult{0x80200027});
    CHECK(set(auth_target::server, auth_scheme{0}, "x", "") == hresult{0x80200028});
    CHECK(set(auth_target::server, auth_scheme{6}, "x", "") == hresult{0x80200028});
    // A snapshot has them.
    job_memory memory;
    const result<job> later = job::restore(w.bytes(), memory.storage(), w.now);
    REQUIRE(later);
    CHECK(later->credentials(auth_target::server, auth_scheme::basic).password.reveal() == "p\xc3\xa4");
    CHECK(w.j.remove_credentials(auth_target::server, auth_scheme::basic, w.now).returns == book::ok);
    CHECK(w.j.remove_credentials(auth_target::server, auth_scheme::basic, w.now).returns == book::s_false);
    CHECK_FALSE(w.j.credentials(auth_target::server, auth_scheme::basic).is_set);
    CHECK(w.j.remove_credentials(auth_target{0}, auth_scheme::basic, w.now).returns == hresult{0x80200027});
    CHECK(w.j.remove_credentials(auth_target::server, auth_scheme{0}, w.now).returns == hresult{0x80200028});
    CHECK(std::string(w.memory.texts.begin(), w.memory.texts.end()).find("p\xc3\xa4") == std::string::npos);
    std::ignore = w.j.cancel(w.now);
    CHECK(set(auth_target::server, auth_scheme::basic, "me", "x") == book::invalid_state);
    CHECK(w.j.remove_credentials(auth_target::proxy, auth_scheme::basic, w.now).returns == book::invalid_state);
}

TEST_CASE("J19: a proxy is given where it overrides, and nowhere else [SetProxySettings]") {
    world_job w;
    const auto set = [&](proxy_usage u, std::string_view list, std::string_view bypass) {
        return w.j.set_proxy_settings({u, list, bypass}, w.now).returns;
    };
    CHECK(w.j.proxy_settings().usage == proxy_usage::preconfig); // "The default"
    CHECK(set(proxy_usage::override_list, "http=http://p:80 other", "*.org <local>") == book::ok);
    CHECK(w.j.proxy_settings().usage == proxy_usage::override_list);
    CHECK(w.j.proxy_settings().list == "http=http://p:80 other");
    CHECK(w.j.proxy_settings().bypass == "*.org <local>");
    CHECK(set(proxy_usage::override_list, w.j.proxy_settings().bypass, w.j.proxy_settings().list) == book::ok);
    CHECK(w.j.proxy_settings().list == "*.org <local>");
    CHECK(w.j.proxy_settings().bypass == "http=http://p:80 other");
    CHECK(set(proxy_usage::override_list, "", "") == book::invalid_argument);
    CHECK(set(proxy_usage::no_proxy, "p", "") == book::invalid_argument);
    CHECK(set(proxy_usage::autodetect, "", "p") == book::invalid_argument);
    CHECK(set(proxy_usage{4}, "", "") == book::not_implemented);
    CHECK(set(proxy_usage::override_list, std::string(4000, 'p'), std::string(4000, 'b')) == book::ok);
    CHECK(set(proxy_usage::override_list, std::string(4001, 'p'), "") == "BG_E_PROXY_LIST_TOO_LARGE"_hresult);
    CHECK(set(proxy_usage::override_list, "p", std::string(4001, 'b')) == "BG_E_PROXY_BYPASS_LIST_TOO_LARGE"_hresult);
    CHECK(set(proxy_usage::no_proxy, "", "") == book::ok);
    CHECK(w.j.proxy_settings().list.empty());
    std::ignore = w.j.cancel(w.now);
    CHECK(set(proxy_usage::preconfig, "", "") == book::invalid_state);
}

TEST_CASE("J19: a proxy for which there is no memory is not set, neither half of it [SetProxySettings]") {
    job_memory memory(1, 60);
    const moment now = at_s(1000);
    job j = *job::create(job_config_of(job_type::download), memory.storage(), now);
    const std::string half(30, 'p');
    for (const auto& [list, bypass] : {std::pair(half + half + half, std::string()), std::pair(half, half)}) {
        CHECK(j.set_proxy_settings({proxy_usage::override_list, list, bypass}, now).returns == hresult{0x8007000E});
        CHECK(j.proxy_settings().usage == proxy_usage::preconfig);
        CHECK(j.proxy_settings().list.empty());
    }
}

TEST_CASE("J19: a program is kept for events, and goes with the owner [SetNotifyCmdLine, TakeOwnership]") {
    world_job w;
    const auto set = [&](std::string_view program, std::string_view parameters) {
        return w.j.set_notify_cmd_line({program, parameters}, w.now).returns;
    };
    CHECK(set("/bin/tell", "tell done") == book::ok);
    CHECK(w.j.notify_cmd_line().program == "/bin/tell");
    CHECK(w.j.notify_cmd_line().parameters == "tell done");
    CHECK(set("", "tell") == book::invalid_argument); // "fails if pProgram is NULL and pParameters is non-NULL"
    CHECK(set(std::string(261, 'p'), "") == book::string_too_long);
    CHECK(set("/p", std::string(4001, 'p')) == book::string_too_long);
    CHECK(set(std::string(260, 'p'), std::string(4000, 'p')) == book::ok);
    std::ignore = w.j.set_credentials({auth_target::server, auth_scheme::basic, "me", secret_text("p")}, w.now);
    // "removes credentials, certificates, custom headers, and command line notification from the job"
    std::ignore = w.j.take_ownership({"admin", false, true}, w.now);
    CHECK(w.j.notify_cmd_line().program.empty());
    CHECK(w.j.notify_cmd_line().parameters.empty());
    CHECK_FALSE(w.j.credentials(auth_target::server, auth_scheme::basic).is_set);
    CHECK(set("", "") == book::ok);
    std::ignore = w.j.cancel(w.now);
    CHECK(set("", "") == book::invalid_state);
}

TEST_CASE("J19: properties have their types, their values and their time [SetProperty, BITS_JOB_PROPERTY_ID]") {
    world_job w;
    const auto set = [&](job_property id, std::uint64_t value) { return w.j.set_property(id, value, w.now).returns; };
    CHECK(*w.j.get_property(job_property::minimum_notification_interval_ms) == 500); // "The default value is 500"
    CHECK(*w.j.get_property(job_property::max_download_size) == size_unknown);
    CHECK(w.j.get_property(job_property::notification_clsid).error() == book::not_implemented);
    CHECK(set(job_property::notification_clsid, 1) == book::not_implemented);
    CHECK(set(job_property::cost_flags, 0x80000001) == book::ok);
    CHECK(*w.j.get_property(job_property::cost_flags) == 0x80000001);
    CHECK(set(job_property::cost_flags, 0x1'0000'0000) == book::invalid_argument);
    CHECK(set(job_property::dynamic_content, 2) == book::invalid_argument);
    CHECK(set(job_property::use_stored_credentials, 1) == book::invalid_argument); // only BG_AUTH_TARGET_PROXY
    CHECK(set(job_property::use_stored_credentials, 2) == book::ok);
    CHECK(set(job_property::high_performance, 1) == book::ok);
    w.add();
    CHECK(set(job_property::high_performance, 0) == book::invalid_state); // "prior to adding any files"
    CHECK(set(job_property::dynamic_content, 1) == book::ok);
    w.go(job_state::queued);
    std::ignore = w.j.suspend(w.now);
    CHECK(set(job_property::dynamic_content, 0) == book::invalid_state); // "prior to the first time Resume is called"
    CHECK(set(job_property::max_download_size, 5) == book::invalid_state);
    CHECK(set(job_property::on_demand_mode, 1) == book::ok);
    job_memory memory;
    result<job> later = job::restore(w.bytes(), memory.storage(), w.now);
    REQUIRE(later);
    CHECK(*later->get_property(job_property::dynamic_content) == 1);
    CHECK(later->set_property(job_property::dynamic_content, 0, w.now).returns == book::invalid_state);
    world_job up(job_type::upload);
    CHECK(up.j.set_property(job_property::dynamic_content, 1, up.now).returns == book::not_implemented);
    CHECK(up.j.set_property(job_property::cost_flags, 1, up.now).returns == book::ok);
    std::ignore = up.j.cancel(up.now);
    CHECK(up.j.set_property(job_property::cost_flags, 1, up.now).returns == book::invalid_state);
}

TEST_CASE("J19: each property takes its values, of its types of jobs, at its time [BITS_JOB_PROPERTY_ID]") {
    using p = job_property;
    struct rule {
        p id;
        std::uint64_t least, most;
        bool of_uploads, before_files, before_resume;
    };
    constexpr std::uint64_t dword = 0xffff'ffff;
    constexpr rule rules[] = {
        {p::cost_flags, 0, dword, true, false, false},
        {p::dynamic_content, 0, 1, false, false, true},
        {p::high_performance, 0, 1, false, true, true},
        {p::max_download_size, 0, UINT64_MAX, false, false, true},
        {p::use_stored_credentials, 2, 2, true, false, false},
        {p::minimum_notification_interval_ms, 0, dword, true, false, false},
        {p::on_demand_mode, 0, 1, false, false, false},
    };
    for (const rule& r : rules) {
        CAPTURE(static_cast<int>(r.id));
        for (const job_type type : {job_type::download, job_type::upload, job_type::upload_reply}) {
            world_job w(type);
            const auto set = [&](std::uint64_t value) { return w.j.set_property(r.id, value, w.now).returns; };
            if (type != job_type::download && !r.of_uploads) {
                CHECK(set(r.least) == book::not_implemented);
                continue;
            }
            if (r.least != 0) CHECK(set(r.least - 1) == book::invalid_argument);
            CHECK(set(r.least) == book::ok);
            CHECK(set(r.most) == book::ok);
            if (r.most != UINT64_MAX) CHECK(set(r.most + 1) == book::invalid_argument);
            w.add();
            CHECK(set(r.most) == (r.before_files ? book::invalid_state : book::ok));
            std::ignore = w.j.resume(w.now);
            CHECK(set(r.most) == (r.before_files || r.before_resume ? book::invalid_state : book::ok));
        }
    }
}

TEST_CASE("J4: which event tells which listener, written from the pages [IBackgroundCopyCallback]") {
    using e = job_event;
    using s = job_state;
    // "...does not generate a modify event when the state of the job changes to BG_JOB_STATE_ERROR or
    // BG_JOB_STATE_TRANSFERRED."
    constexpr e no_modification[] = {e::failed_for_good, e::no_progress_for_too_long,       e::download_time_over,
                                     e::all_transferred, e::resume_called_when_transferred, e::rename_failed,
                                     e::restarted};
    for (std::size_t i = 0; i < enumerator_count<e>; ++i) {
        const auto event = static_cast<e>(i);
        CAPTURE(enum_name(event));
        const bool is_error =
            event == e::failed_for_good || event == e::no_progress_for_too_long || event == e::download_time_over;
        for (const job_notification_row& row : job_notification_rows) {
            const bool expected = row.flag == notify_flags::job_transferred ? event == e::all_transferred
                                  : row.flag == notify_flags::job_error     ? is_error
                                  : row.flag == notify_flags::file_transferred
                                      ? event == e::file_transferred || event == e::all_transferred
                                      : std::ranges::find(no_modification, event) == std::end(no_modification);
            CHECK(row.raised_by.contains(event) == expected);
        }
    }
    for (std::size_t i = 0; i < enumerator_count<s>; ++i) {
        const auto state = static_cast<s>(i);
        for (const job_notification_row& row : job_notification_rows) {
            CHECK(row.told_again_in.contains(state) ==
                  ((row.flag == notify_flags::job_transferred && state == s::transferred) ||
                   (row.flag == notify_flags::job_error && state == s::error)));
        }
    }
    for (const job_notification_row& row : job_notification_rows) {
        for (const job_type type : {job_type::download, job_type::upload, job_type::upload_reply})
            CHECK(row.of.contains(type) == (row.flag != notify_flags::file_transferred || type != job_type::upload));
    }
}

TEST_CASE("J20: time that passed between runs counts for inactivity, and a clock that jumped cancels nothing at once "
          "[group-policies: JobInactivityTimeout]") {
    constexpr std::uint64_t day_s = 86'400;
    const auto left_s = [](const world_job& w) { return w.wakes_in_s(); };
    world_job w;
    w.add();
    REQUIRE(left_s(w) == 90 * day_s);
    w.j.on_time_away(10 * day_s * 1000);
    CHECK(left_s(w) == 80 * day_s);
    w.j.on_time_away(365 * day_s * 1000);
    CHECK(left_s(w) == day_s);
    w.j.on_time_away(365 * day_s * 1000);
    CHECK(left_s(w) == day_s);
    w.j.on_time_away(3600 * 1000);
    CHECK(left_s(w) == day_s - 3600);
    w.j.on_time_away(day_s * 1000);
    CHECK(left_s(w) == day_s - 3600);
    w.pass_s(day_s - 3600);
    CHECK(w.j.on_timer(w.now).todo == job_action::clean_up);
    CHECK(w.j.state() == job_state::cancelled);
    job_config c = job_config_of(job_type::download);
    c.limits.inactivity_timeout_s = 0;
    world_job never(c);
    never.j.on_time_away(UINT64_MAX);
    CHECK(never.j.wake_at() == time_never);
    // Retries and the time without progress are of the steady clock alone.
    world_job failed;
    failed.add().go(job_state::transient_error);
    failed.j.on_time_away(10 * day_s * 1000);
    CHECK(left_s(failed) == 600);
}
