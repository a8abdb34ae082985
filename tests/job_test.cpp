// Jobs: what each method and each event does in each state, transcribed from Microsoft's pages and not from the rows.
#include "support/files.hpp"
#include "support/job_world.hpp"
#include "support/print.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <tuple>

using namespace bitswire;

namespace {

constexpr std::array all_types{job_type::download, job_type::upload, job_type::upload_reply};
constexpr auto all_states = [] {
    std::array<job_state, 9> states{};
    for (std::size_t i = 0; i < states.size(); ++i)
        states[i] = static_cast<job_state>(i);
    return states;
}();

/// Letters for states, in the order of their values.
constexpr std::string_view state_letters = "QCTSERDAX";
char letter(job_state s) { return state_letters[static_cast<std::size_t>(s)]; }
/// Letters for actions.
char letter(job_action a) { return std::string_view{"-snpwctekf"}[static_cast<std::size_t>(a)]; }
/// Letters for what methods return.
hresult meant_by(char c) {
    switch (c) {
    case 'o':
        return hresult{0};
    case 'f':
        return hresult{1}; // S_FALSE
    case 'i':
        return hresult{0x80200002}; // BG_E_INVALID_STATE
    case 'm':
        return hresult{0x80200003}; // BG_E_EMPTY
    case 'p':
        return hresult{0x00200017}; // BG_S_PARTIAL_COMPLETE
    case 'u':
        return hresult{0x0020001A}; // BG_S_UNABLE_TO_DELETE_FILES
    case 't':
        return hresult{0x8020001C}; // BG_E_TOO_MANY_FILES
    case 'n':
        return hresult{0x80004001}; // E_NOTIMPL
    case 'a':
        return hresult{0x80070057}; // E_INVALIDARG
    case 'r':
        return hresult{0x80070005}; // what the embedder's renaming said
    default:
        FAIL("no letter for a code");
        return {};
    }
}

/// One call in all states. Columns as `state_letters`: queued, connecting, transferring, suspended, error,
/// transient_error, transferred, acknowledged, cancelled.
struct expectation {
    std::string_view name;
    std::string_view types; ///< of d, u, r
    int files;
    std::function<job_step(job&, const moment&)> call;
    std::string_view to;
    std::string_view todo;
    std::string_view returns; ///< empty: an event, which returns nothing
};

using when = const moment&;
job_step add_with_range(job& j, when n) {
    return j.add_file_with_ranges("http://h/x", "/x", std::array{file_range{0, 1}}, n);
}
job_step replace_host(job& j, when n) { return j.replace_remote_prefix("http://host/", "http://b/", n); }
const job_completion renaming_failed{.rename_problem = hresult{0x80070005}};

// clang-format off
const std::vector<expectation> expectations{
    // The pages of IBackgroundCopyJob and its successors, and life-cycle-of-a-bits-job. That SetMaximumDownloadTime is
    // refused in a final state is ours: its page has S_OK only.
    {"Suspend",                "dur", 1, [](job& j, when n) { return j.suspend(n); },
     "SSSSSSSAX", "-pp------", "oooooooii"},
    {"Resume",                 "dur", 1, [](job& j, when n) { return j.resume(n); },
     "QCTQQQDAX", "---------", "oooooomii"},
    {"Resume, no files",       "dur", 0, [](job& j, when n) { return j.resume(n); },
     "   S    X", "   -    -", "   m    i"},
    {"Cancel",                 "dur", 1, [](job& j, when n) { return j.cancel(n); },
     "XXXXXXXAX", "kkkkkkk--", "oooooooii"},
    {"Cancel, files left",     "dur", 1, [](job& j, when n) { return j.cancel(n, true); },
     "XXXXXXXAX", "kkkkkkk--", "uuuuuuuii"},
    {"Complete",               "d",   1, [](job& j, when n) { return j.complete(n); },
     "AAAAAAAAX", "fffffff--", "ppppppoii"},
    {"Complete, files left",   "d",   1, [](job& j, when n) { return j.complete(n, {.files_left = true}); },
     "AAAAAAAAX", "fffffff--", "ppppppuii"},
    {"Complete, not renamed",  "d",   1, [](job& j, when n) { return j.complete(n, renaming_failed); },
     "DDDDDDDAX", "-pp------", "rrrrrrrii"},
    {"Complete",               "ur",  1, [](job& j, when n) { return j.complete(n); },
     "QCTSERAAX", "------f--", "iiiiiioii"},
    {"Complete, not renamed",  "u",   1, [](job& j, when n) { return j.complete(n, renaming_failed); },
     "QCTSERAAX", "------f--", "iiiiiioii"},
    {"Complete, not renamed",  "r",   1, [](job& j, when n) { return j.complete(n, renaming_failed); },
     "QCTSERDAX", "---------", "iiiiiirii"},
    {"AddFile",                "d",   1, [](job& j, when n) { return j.add_file("http://h/x", "/x", n); },
     "QCTSERDAX", "---------", "oooooooii"},
    {"AddFile, a second one",  "ur",  1, [](job& j, when n) { return j.add_file("http://h/x", "/x", n); },
     "QCTSERDAX", "---------", "tttttttii"},
    {"AddFileWithRanges",      "d",   1, [](job& j, when n) { return add_with_range(j, n); },
     "QCTSERDAX", "---------", "oooooooii"},
    {"AddFileWithRanges",      "ur",  1, [](job& j, when n) { return add_with_range(j, n); },
     "QCTSERDAX", "---------", "nnnnnnnii"},
    {"SetDisplayName",         "dur", 1, [](job& j, when n) { return j.set_display_name("other", n); },
     "QCTSERDAX", "---------", "oooooooii"},
    {"SetDescription",         "dur", 1, [](job& j, when n) { return j.set_description("other", n); },
     "QCTSERDAX", "---------", "oooooooii"},
    {"SetPriority",            "dur", 1, [](job& j, when n) { return j.set_priority(job_priority::high, n); },
     "QCTSERDAX", "---------", "oooooooii"},
    {"SetNotifyFlags",         "dur", 1, [](job& j, when n) { return j.set_notify_flags(notify_flags::none, n); },
     "QCTSERDAX", "---------", "oooooooii"},
    {"SetMinimumRetryDelay",   "dur", 1, [](job& j, when n) { return j.set_minimum_retry_delay(60, n); },
     "QCTSERDAX", "---------", "oooooooii"},
    {"SetNoProgressTimeout",   "dur", 1, [](job& j, when n) { return j.set_no_progress_timeout(9000, n); },
     "QCTSERDAX", "---------", "oooooooii"},
    {"SetMaximumDownloadTime", "dur", 1, [](job& j, when n) { return j.set_maximum_download_time(60, n); },
     "QCTSERDAX", "---------", "oooooooii"},
    {"TakeOwnership",          "dur", 1, [](job& j, when n) { return j.take_ownership({"other", true, true}, n); },
     "QCTSERDAX", "---------", "oooooooii"},
    {"SetReplyFileName",       "du",  1, [](job& j, when n) { return j.set_reply_file_name("/r", n); },
     "QCTSERDAX", "---------", "nnnnnnnii"},
    {"SetReplyFileName",       "r",   1, [](job& j, when n) { return j.set_reply_file_name("/r", n); },
     "QCTSERDAX", "---------", "oooooooii"},
    {"ReplaceRemotePrefix",    "d",   1, [](job& j, when n) { return replace_host(j, n); },
     "QCTSERDAX", "---------", "oooooooii"},
    {"ReplaceRemotePrefix",    "ur",  1, [](job& j, when n) { return replace_host(j, n); },
     "QCTSERDAX", "---------", "oiiooooii"},
    {"SetRemoteName",          "d",   1, [](job& j, when n) { return j.set_remote_name(0, "http://b/", n); },
     "QCTSERDAX", "---------", "oooooooii"},
    {"SetRemoteName",          "ur",  1, [](job& j, when n) { return j.set_remote_name(0, "http://b/", n); },
     "QCTSERDAX", "---------", "oiiooooii"},

    // What happens to a job: what is out of place changes nothing.
    {"picked",                 "dur", 1, [](job& j, when n) { return j.on_picked(n); },
     "CCTSERDAX", "s--------", ""},
    {"connected",              "dur", 1, [](job& j, when n) { return j.on_connected(n); },
     "QTTSERDAX", "---------", ""},
    {"progress",               "dur", 1, [](job& j, when n) { return j.on_progress(5, n); },
     "QCTSERDAX", "---------", ""},
    {"last file transferred",  "dur", 1, [](job& j, when n) { return j.on_file_transferred(n); },
     "DCDDERDAX", "t-tt-----", ""},
    {"first file transferred", "d",   2, [](job& j, when n) { return j.on_file_transferred(n); },
     "QCTSERDAX", "--n------", ""},
    {"time slice over",        "dur", 1, [](job& j, when n) { return j.on_yielded(n); },
     "QQQSERDAX", "-pp------", ""},
    {"owner logged off",       "dur", 1, [](job& j, when n) { return j.on_logged_off(n); },
     "QQQSERDAX", "-pp------", ""},
    {"passing error",          "dur", 1, [](job& j, when n) { return j.on_error(passing_error, n); },
     "RRRSERDAX", "www------", ""},
    {"fatal error",            "dur", 1, [](job& j, when n) { return j.on_error(fatal_error, n); },
     "EEESEEDAX", "eee--e---", ""},
    {"blocked by policy",      "dur", 1, [](job& j, when n) { return j.on_error(waiting_error, n); },
     "RRRSERDAX", "ccc------", ""},
    {"network lost",           "dur", 1, [](job& j, when n) { return j.on_network_lost(n); },
     "RRRSERDAX", "ccc------", ""},
    {"network back",           "dur", 1, [](job& j, when n) { return j.on_network_back(n); },
     "QCTSEQDAX", "---------", ""},
    {"timer too early",        "dur", 1, [](job& j, when n) { return j.on_timer(n); },
     "QCTSERDAX", "---------", ""},
    {"session ended",          "d",   1, [](job& j, when n) { return j.on_server_session_ended(n); },
     "QCTSERDAX", "---------", ""},
    {"session ended",          "ur",  1, [](job& j, when n) { return j.on_server_session_ended(n); },
     "QCTSERDAX", "--------f", ""},
};
// clang-format on

job_type type_of(char c) {
    return c == 'd' ? job_type::download : c == 'u' ? job_type::upload : job_type::upload_reply;
}

/// `call` has to fail with `why`, and to change nothing.
template <class Call>
void refuses(world_job& w, hresult why, Call call) {
    const std::string before = w.bytes();
    const job_step s = call(w.j);
    CHECK(s.returns == why);
    CHECK(s.todo == job_action::nothing);
    CHECK(s.notify == notify_flags::none);
    CHECK(w.bytes() == before);
}

constexpr hresult e_invalidarg{0x80070057};
constexpr hresult e_outofmemory{0x8007000E};
constexpr hresult e_notimpl{0x80004001};
constexpr hresult invalid_state{0x80200002};
constexpr hresult string_too_long{0x80200021};
constexpr hresult unavailable{0x8020000F};
constexpr hresult invalid_range{0x8020002B};
constexpr hresult overlapping{0x8020002C};

} // namespace

TEST_CASE("job: every call in every state does and returns what its page says [IBackgroundCopyJob]") {
    for (const expectation& x : expectations) {
        for (const char t : x.types) {
            for (const job_state from : all_states) {
                const auto column = static_cast<std::size_t>(from);
                if (x.to[column] == ' ') continue;
                CAPTURE(std::string(x.name));
                CAPTURE(t);
                CAPTURE(std::string(enum_name(from)));
                world_job w(type_of(t));
                std::ignore = w.j.set_notify_flags(static_cast<notify_flags>(0x3b), w.now); // all but "disable"
                w.add(x.files);
                if (x.files == 0 && from == job_state::cancelled) {
                    std::ignore = w.j.cancel(w.now);
                } else {
                    w.go(from);
                }
                w.pass_s(1);
                const std::string before = w.bytes();
                const hresult may_complete = w.j.may_complete();
                CHECK(w.bytes() == before); // asking changes nothing
                const job_step s = x.call(w.j, w.now);
                if (x.name == "Complete") CHECK(s.returns == may_complete);
                CHECK(letter(w.j.state()) == x.to[column]);
                CHECK(letter(s.todo) == x.todo[column]);
                if (x.returns.empty()) {
                    const bool in_place = w.j.state() != from || s.todo != job_action::nothing;
                    const bool remembers = x.name == "session ended" && !w.j.is_running(); // nothing to cancel any more
                    if (!in_place && !remembers && x.name != "progress" && x.name != "first file transferred") {
                        CHECK(w.bytes() == before);
                        CHECK(s.notify == notify_flags::none);
                    }
                    continue;
                }
                const hresult expected = meant_by(x.returns[column]);
                CHECK(s.returns == expected);
                if (expected.is_failure() && expected != hresult{0x80070005}) CHECK(w.bytes() == before);
            }
        }
    }
}

TEST_CASE("job: what is not foreseen in a state is BG_E_INVALID_STATE") {
    for (const job_state s : all_states) {
        for (std::size_t e = 0; e < enumerator_count<job_event>; ++e) {
            const auto event = static_cast<job_event>(e);
            if (!job_machine(s).accepts(event)) CHECK(result_of(s, event) == invalid_state);
        }
        CHECK(result_of(s, job_event::property_set) == (final_states.contains(s) ? invalid_state : hresult{}));
    }
    CHECK(result_of(job_state::suspended, job_event::connected) == invalid_state);
}

TEST_CASE("job: the four classes of states are those of the page [life-cycle-of-a-bits-job]") {
    const auto members = [](enum_set<job_state> set) {
        std::string letters;
        for (const job_state s : all_states)
            letters += set.contains(s) ? std::string(1, letter(s)) : "";
        return letters;
    };
    CHECK(members(starting_states) == "S");
    CHECK(members(action_states) == "QCTR");
    CHECK(members(transferred_states) == "ED");
    CHECK(members(final_states) == "AX");
    for (const job_state s : all_states) {
        world_job w;
        w.add().go(s);
        CHECK(w.j.is_final() == (s == job_state::acknowledged || s == job_state::cancelled));
        CHECK(w.j.is_running() == (s == job_state::connecting || s == job_state::transferring));
        CHECK(w.j.is_ready() == (s == job_state::queued));
        CHECK(w.j.is_over() == w.j.is_final());
    }
}

TEST_CASE("job: a new job is suspended, empty and of normal priority [CreateJob]") {
    const world_job w;
    CHECK(w.j.state() == job_state::suspended);
    CHECK(w.j.priority() == job_priority::normal);
    CHECK(w.j.file_count() == 0);
    CHECK(w.j.error_count() == 0);
    CHECK(w.j.minimum_retry_delay_s() == 600);
    CHECK(w.j.no_progress_timeout_s() == 1'209'600);
    CHECK(w.j.maximum_download_time_s() == 7'776'000);
    CHECK(w.j.cancel_timeout_s() == 86'400);
    CHECK(w.j.get_notify_flags() == (notify_flags::job_transferred | notify_flags::job_error));
    CHECK(w.j.display_name() == "nightly");
    CHECK(w.j.owner() == "S-1-5-21-1");
    CHECK(w.j.description().empty());
    CHECK(w.j.reply_file_name().error() == e_notimpl);
    CHECK(w.j.id().bytes[15] == 7);
    CHECK(w.j.times().created.ms == w.now.wall.ms);
    CHECK(w.j.times().modified.ms == w.now.wall.ms);
    CHECK(w.j.times().transfer_completed == wall_time_never);
    CHECK(w.j.progress().bytes_total == 0);
    CHECK(w.j.progress().files_total == 0);
}

TEST_CASE("job: a name that is empty or too long makes no job [CreateJob]") {
    job_memory memory;
    job_config c = job_config_of(job_type::download);
    const std::string longest(256, 'n');
    const std::string longer(257, 'n');
    c.display_name = longest;
    CHECK(job::create(c, memory.storage(), at_s(0)));
    c.display_name = longer;
    CHECK(job::create(c, memory.storage(), at_s(0)).error() == e_invalidarg);
    c.display_name = {};
    CHECK(job::create(c, memory.storage(), at_s(0)).error() == e_invalidarg);
    c.display_name = "n";
    c.owner = longest;
    CHECK(job::create(c, memory.storage(), at_s(0)));
    c.owner = longer;
    CHECK(job::create(c, memory.storage(), at_s(0)).error() == e_invalidarg);
}

TEST_CASE("job: limits on the number of jobs hold for ordinary users only [group-policies]") {
    job_config c = job_config_of(job_type::download);
    CHECK(check_job_count(59, 299, c) == hresult{});
    CHECK(check_job_count(60, 299, c) == hresult{0x80200049});
    CHECK(check_job_count(59, 300, c) == hresult{0x80200050});
    c.is_limited = false;
    CHECK(check_job_count(60, 300, c) == hresult{});
    c.is_limited = true;
    c.limits.jobs_per_user = 0;
    CHECK(check_job_count(0, 0, c) == hresult{0x80200049});
}

TEST_CASE("job: files are added in order, up to the limit [AddFile, group-policies]") {
    job_config c = job_config_of(job_type::download);
    c.limits.files_per_job = 3;
    world_job w(c);
    w.add(3);
    CHECK(w.j.file(1).remote_name == "http://host/folder/1");
    CHECK(w.j.file(1).local_name == "/home/user/1");
    CHECK(w.j.file(1).bytes_total == size_unknown);
    CHECK(w.j.file(1).ranges.empty());
    refuses(w, hresult{0x80200051}, [&](job& j) { return j.add_file("http://h/x", "/x", w.now); });
    c.is_limited = false;
    world_job unlimited(c);
    unlimited.add(8);
    refuses(unlimited, e_outofmemory, [&](job& j) { return j.add_file("http://h/x", "/x", unlimited.now); });
    CHECK(job_limits{}.files_per_job == 200);
    CHECK(job_limits{}.ranges_per_file == 500);
    CHECK(job_limits{}.jobs_per_user == 60);
    CHECK(job_limits{}.jobs_per_machine == 300);
}

TEST_CASE("job: an upload has one file, and no ranges [AddFile, AddFileWithRanges]") {
    for (const job_type t : {job_type::upload, job_type::upload_reply}) {
        world_job w(t);
        const std::array ranges{file_range{0, 1}};
        refuses(w, e_notimpl, [&](job& j) { return j.add_file_with_ranges("http://h/x", "/x", ranges, w.now); });
        w.add();
        refuses(w, hresult{0x8020001C}, [&](job& j) { return j.add_file("http://h/x", "/x", w.now); });
    }
}

TEST_CASE("job: names that are no absolute http URL, or no full path, are refused [BG_FILE_INFO]") {
    const std::string longest_url = "http://h/?" + std::string(2200 - 10, 'u');
    const std::string longest_path = "/" + std::string(259, 'p');
    const std::vector<std::string> good_urls{"http://h", "HTTPS://h:81/a?b", "http://[::1]/", "http://h/?q",
                                             longest_url};
    const std::vector<std::string> bad_urls{"",
                                            "h",
                                            "/a",
                                            "ftp://h/a",
                                            "file:///a",
                                            "http:/h",
                                            "http://",
                                            "http://u@h/",
                                            "http://h?q",
                                            "http://h/a b",
                                            "http://h/\n",
                                            "http://h/\x7f",
                                            std::string("http://h/\0", 10),
                                            "\\\\host\\share\\f",
                                            longest_url + "u"};
    const std::vector<std::string> good_paths{"/a",   "/a b",      "C:\\a",      "c:/a",   "\\\\host\\share\\f",
                                              "/a*?", "/\xc3\xa4", longest_path, "/a/...", "/a:b\\",
                                              "/..a", "C:\\a..",   "C:\\.a",     "/a\\.."};
    const std::vector<std::string> bad_paths{"",
                                             "a",
                                             "a/b",
                                             "C:",
                                             "C:a",
                                             "1:\\a",
                                             "\\a",
                                             "\\\\?\\C:\\a",
                                             "C:\\a*",
                                             "C:\\a?",
                                             "\\\\h\\s\\*",
                                             "/a\nb",
                                             "/a\x7f",
                                             "/a\tb",
                                             "C:\\a\tb",
                                             std::string("/a\0", 3),
                                             longest_path + "p"};
    for (const std::string& url : good_urls) {
        CAPTURE(url);
        world_job w;
        CHECK(w.j.add_file(url, "/x", w.now).returns == hresult{});
        CHECK(w.j.file(0).remote_name == url);
    }
    for (const std::string& path : good_paths) {
        CAPTURE(path);
        world_job w;
        CHECK(w.j.add_file("http://h/x", path, w.now).returns == hresult{});
        CHECK(w.j.file(0).local_name == path);
    }
    const std::array ranges{file_range{0, 1}};
    for (const std::string& url : bad_urls) {
        CAPTURE(url);
        world_job w;
        w.add();
        refuses(w, e_invalidarg, [&](job& j) { return j.add_file(url, "/x", w.now); });
        refuses(w, e_invalidarg, [&](job& j) { return j.add_file_with_ranges(url, "/x", ranges, w.now); });
        refuses(w, e_invalidarg, [&](job& j) { return j.set_remote_name(0, url, w.now); });
        refuses(w, e_invalidarg, [&](job& j) { return j.replace_remote_prefix("http://host/folder/0", url, w.now); });
    }
    for (const std::string& path : bad_paths) {
        CAPTURE(path);
        world_job w(job_type::download);
        refuses(w, e_invalidarg, [&](job& j) { return j.add_file("http://h/x", path, w.now); });
        refuses(w, e_invalidarg, [&](job& j) { return j.add_file_with_ranges("http://h/x", path, ranges, w.now); });
        world_job r(job_type::upload_reply);
        if (!path.empty()) refuses(r, e_invalidarg, [&](job& j) { return j.set_reply_file_name(path, r.now); });
    }
    job_config c = job_config_of(job_type::upload_reply);
    c.limits.local_name_length = 400;
    world_job longer(c);
    CHECK(longer.j.add_file("http://h/x", longest_path + "p", longer.now).returns == hresult{});
    CHECK(longer.j.set_reply_file_name("/" + std::string(399, 'r'), longer.now).returns == hresult{});
    refuses(longer, e_invalidarg,
            [&](job& j) { return j.set_reply_file_name("/" + std::string(400, 'r'), longer.now); });
}

TEST_CASE("P6: AddFile refuses names of folders and of streams [BG_FILE_INFO: the file name, no NTFS streams]") {
    for (const std::string_view path :
         {"/", "/a/", "/a//", "/a/.", "/a/..", "/.", "/..", "C:\\", "C:/a/", "C:\\a\\", "C:\\a\\..", "C:/.", "C:\\a:b",
          "C:\\a::$DATA", "\\\\h\\s\\", "\\\\h\\s\\..", "\\\\h\\s\\f:b"}) {
        CAPTURE(path);
        for (const job_type type : {job_type::download, job_type::upload, job_type::upload_reply}) {
            world_job w(type);
            refuses(w, e_invalidarg, [&](job& j) { return j.add_file("http://h/x", path, w.now); });
        }
        world_job r(job_type::upload_reply);
        refuses(r, e_invalidarg, [&](job& j) { return j.set_reply_file_name(path, r.now); });
    }
}

TEST_CASE("job: ranges are refused that are empty, reversed, overlap or are too many [AddFileWithRanges]") {
    constexpr std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
    struct sample {
        std::vector<file_range> ranges;
        hresult expected;
    };
    const std::vector<sample> samples{
        {{{0, 10}}, {}},
        {{{10, 5}, {0, 10}}, {}},
        {{{0, length_to_eof}}, {}},
        {{{5, length_to_eof}, {0, 5}}, {}},
        {{{max - 1, 1}}, {}},
        {{{max - 1, length_to_eof}, {0, max - 1}}, {}},
        {{{0, max - 1}, {max - 1, 1}}, {}},
        {{}, e_invalidarg},
        {{{0, 0}}, invalid_range},
        {{{length_to_eof, 1}}, invalid_range},
        {{{max - 1, 2}}, invalid_range},
        {{{0, 10}, {9, 1}}, overlapping},
        {{{9, 1}, {0, 10}}, overlapping},
        {{{3, 4}, {3, 4}}, overlapping},
        {{{0, length_to_eof}, {100, 1}}, overlapping},
        {{{100, 1}, {0, length_to_eof}}, overlapping},
        {{{7, length_to_eof}, {7, length_to_eof}}, overlapping},
        {{{7, 1}, {7, length_to_eof}}, overlapping},
    };
    for (const sample& s : samples) {
        world_job w;
        if (s.expected != hresult{}) {
            refuses(w, s.expected, [&](job& j) { return j.add_file_with_ranges("http://h/x", "/x", s.ranges, w.now); });
            continue;
        }
        CHECK(w.j.add_file_with_ranges("http://h/x", "/x", s.ranges, w.now).returns == hresult{});
        const auto kept = w.j.file(0).ranges;
        CHECK(std::equal(kept.begin(), kept.end(), s.ranges.begin(), s.ranges.end())); // in the order given
    }
    job_config c = job_config_of(job_type::download);
    c.limits.ranges_per_file = 2;
    const std::vector<file_range> three{{0, 1}, {2, 1}, {4, 1}};
    world_job limited(c);
    refuses(limited, hresult{0x80200052},
            [&](job& j) { return j.add_file_with_ranges("http://h/x", "/x", three, limited.now); });
    CHECK(limited.j.add_file_with_ranges("http://h/x", "/x", std::span(three).first(2), limited.now).returns ==
          hresult{});
    c.is_limited = false;
    world_job unlimited(c);
    CHECK(unlimited.j.add_file_with_ranges("http://h/x", "/x", three, unlimited.now).returns == hresult{});
}

TEST_CASE("job: overlaps are found as a naive look at each pair finds them [AddFileWithRanges]") {
    constexpr std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
    std::mt19937_64 random(11); // NOLINT: repeatable
    const auto number = [&] {
        const std::uint64_t small = random() % 60;
        switch (random() % 6) {
        case 0:
            return max - small;
        case 1:
            return max / 2 + small;
        case 2:
            return max;
        default:
            return small;
        }
    };
    const auto naive = [&](const std::vector<file_range>& ranges) {
        for (const file_range& r : ranges) {
            if (r.offset == max || r.length == 0) return invalid_range;
            if (r.length != max && r.length > max - r.offset) return invalid_range;
        }
        const auto last = [&](const file_range& r) { return r.length == max ? max : r.offset + (r.length - 1); };
        for (std::size_t a = 0; a < ranges.size(); ++a) {
            for (std::size_t b = a + 1; b < ranges.size(); ++b) {
                if (ranges[a].offset <= last(ranges[b]) && ranges[b].offset <= last(ranges[a])) return overlapping;
            }
        }
        return hresult{};
    };
    std::map<std::uint32_t, int> seen;
    for (int round = 0; round < 30'000; ++round) {
        std::vector<file_range> ranges(1 + random() % 12);
        const bool tame = random() % 4 != 0;
        for (file_range& r : ranges)
            r = tame ? file_range{random() % 400, 1 + random() % 20} : file_range{number(), number()};
        if (tame && random() % 2 == 0) ranges[0] = {400, random() % 2 == 0 ? max : max - 400};
        world_job w;
        const std::string before = w.bytes();
        const hresult got = w.j.add_file_with_ranges("http://h/x", "/x", ranges, w.now).returns;
        REQUIRE(got == naive(ranges));
        ++seen[got.value];
        if (got.is_failure()) {
            REQUIRE(w.bytes() == before);
            continue;
        }
        std::uint64_t total = 0;
        for (const file_range& r : ranges)
            total = total == max || r.length == max ? max : total + r.length;
        REQUIRE(w.j.file(0).bytes_total == total);
    }
    CHECK(seen[0] > 1000);
    CHECK(seen[invalid_range.value] > 1000);
    CHECK(seen[overlapping.value] > 1000);
}

TEST_CASE("job: a storage of any size holds what fits, and the rest changes nothing") {
    const std::string url = "http://host/1";
    const std::string path = "/home/1";
    const std::vector<file_range> ranges{{0, 1}, {5, 1}, {3, 1}};
    for (std::size_t text_bytes = 0; text_bytes < 120; ++text_bytes) {
        CAPTURE(text_bytes);
        job_memory memory(3, text_bytes, 0);
        const moment now = at_s(5);
        job_config c = job_config_of(job_type::upload_reply);
        c.display_name = "four";
        c.owner = "owner";
        const auto made = job::create(c, memory.storage(), now);
        REQUIRE(made.has_value() == (text_bytes >= 9));
        if (!made) {
            CHECK(made.error() == e_outofmemory);
            continue;
        }
        job j = *made;
        std::size_t used = 9;
        const auto tries = [&](std::size_t needed, std::size_t more, auto call) {
            const std::string before = bytes_of(j, now);
            const hresult got = call().returns;
            const bool fits = used + needed <= text_bytes;
            CHECK(got == (fits ? hresult{} : e_outofmemory));
            if (fits) used += more;
            if (!fits) CHECK(bytes_of(j, now) == before);
            CHECK(j.storage_size().text_bytes == used);
            CHECK(j.display_name().substr(0, 2) == "fo");
            CHECK(j.owner() == "owner");
        };
        tries(url.size() + path.size(), url.size() + path.size(), [&] { return j.add_file(url, path, now); });
        // What replaces a text has to find room beside it.
        tries(6, 2, [&] { return j.set_display_name("fourty", now); });
        tries(11, 11, [&] { return j.set_description("description", now); });
        tries(2, 2, [&] { return j.set_reply_file_name("/r", now); });
        if (j.file_count() == 0) continue;
        const std::size_t size = j.file(0).remote_name.size() + 2;
        tries(size, 2, [&] { return j.replace_remote_prefix("http://ho", "http://holy", now); });
        CHECK(j.file(0).local_name == path);
        tries(13, 13 - j.file(0).remote_name.size(), [&] { return j.set_remote_name(0, "http://o/long", now); });
    }
    for (std::size_t count = 0; count < 12; ++count) {
        CAPTURE(count);
        job_memory memory(3, 500, count);
        job j = *job::create(job_config_of(job_type::download), memory.storage(), at_s(0));
        const std::string before = bytes_of(j, at_s(0));
        // To look for overlaps takes as much again.
        const bool fits = count >= 6;
        CHECK(j.add_file_with_ranges(url, path, ranges, at_s(0)).returns == (fits ? hresult{} : e_outofmemory));
        if (!fits) CHECK(bytes_of(j, at_s(0)) == before);
        if (fits) CHECK(j.storage_size().ranges == 3);
        if (fits) {
            CHECK(j.add_file_with_ranges(url, path, ranges, at_s(0)).returns ==
                  (count >= 9 ? hresult{} : e_outofmemory));
        }
    }
}

TEST_CASE("job: texts have their limits [SetDisplayName, SetDescription, TakeOwnership, SetReplyFileName]") {
    world_job w(job_type::upload_reply);
    CHECK(w.j.set_display_name(std::string(256, 'x'), w.now).returns == hresult{});
    refuses(w, string_too_long, [&](job& j) { return j.set_display_name(std::string(257, 'x'), w.now); });
    refuses(w, e_invalidarg, [&](job& j) { return j.set_display_name("", w.now); });
    CHECK(w.j.set_description(std::string(1024, 'x'), w.now).returns == hresult{});
    refuses(w, string_too_long, [&](job& j) { return j.set_description(std::string(1025, 'x'), w.now); });
    CHECK(w.j.set_description("", w.now).returns == hresult{});
    CHECK(w.j.description().empty());
    CHECK(w.j.take_ownership({std::string(256, 'x')}, w.now).returns == hresult{});
    refuses(w, e_invalidarg, [&](job& j) { return j.take_ownership({std::string(257, 'x')}, w.now); });
    CHECK(w.j.take_ownership({"S-1-5-18"}, w.now).returns == hresult{});
    CHECK(w.j.owner() == "S-1-5-18");
    CHECK(w.j.set_reply_file_name("/home/reply", w.now).returns == hresult{});
    CHECK(*w.j.reply_file_name() == "/home/reply");
    CHECK(w.j.set_reply_file_name("", w.now).returns == hresult{}); // the embedder chooses one
    CHECK(w.j.reply_file_name()->empty());
    // Once the reply is being fetched it has its name.
    w.add().go(job_state::transferring);
    std::ignore = w.j.on_reply_progress(0, size_unknown, w.now);
    CHECK(w.j.set_reply_file_name("/home/reply", w.now).returns == hresult{});
    std::ignore = w.j.on_reply_progress(0, 10, w.now);
    refuses(w, invalid_state, [&](job& j) { return j.set_reply_file_name("/home/other", w.now); });
}

TEST_CASE("job: values that are none are E_NOTIMPL [SetPriority, SetNotifyFlags]") {
    world_job w;
    for (const job_priority p :
         {job_priority::foreground, job_priority::high, job_priority::normal, job_priority::low}) {
        CHECK(w.j.set_priority(p, w.now).returns == hresult{});
        CHECK(w.j.priority() == p);
    }
    refuses(w, e_notimpl, [&](job& j) { return j.set_priority(static_cast<job_priority>(4), w.now); });
    refuses(w, e_notimpl, [&](job& j) { return j.set_priority(static_cast<job_priority>(255), w.now); });
    for (std::uint32_t f = 0; f < 64; ++f) {
        CHECK(w.j.set_notify_flags(static_cast<notify_flags>(f), w.now).returns == hresult{});
        CHECK(static_cast<std::uint32_t>(w.j.get_notify_flags()) == f);
    }
    for (const std::uint32_t f : {0x40U, 0x41U, 0x80000000U}) {
        refuses(w, e_notimpl, [&](job& j) { return j.set_notify_flags(static_cast<notify_flags>(f), w.now); });
    }
}

TEST_CASE("job: the beginning of remote names is replaced in all files, or in none [ReplaceRemotePrefix]") {
    world_job w;
    const auto add = [&](std::string_view url) { std::ignore = w.j.add_file(url, "/x", w.now); };
    add("http://a/done");
    add("http://a/1");
    add("http://A/2");
    add("http://b/http://a/3");
    add("http://a/4?q");
    w.go(job_state::transferring);
    std::ignore = w.j.on_file_transferred(w.now);
    std::ignore = w.j.on_progress(7, w.now);
    refuses(w, e_invalidarg, [&](job& j) { return j.replace_remote_prefix("", "http://c/", w.now); });
    refuses(w, e_invalidarg, [&](job& j) { return j.replace_remote_prefix("http://a/", "", w.now); });
    refuses(w, e_invalidarg, [&](job& j) { return j.replace_remote_prefix("http://a/", "ftp://c/", w.now); });
    refuses(w, e_invalidarg, [&](job& j) {
        // Good for one, too long for the other.
        return j.replace_remote_prefix("http://a/", "http://c/?" + std::string(2200 - 11, 'x'), w.now);
    });
    refuses(w, e_invalidarg,
            [&](job& j) { return j.replace_remote_prefix("http://a/", std::string(70'000, 'h'), w.now); });
    const auto none = w.j.replace_remote_prefix("http://z/", "http://c/", w.now);
    CHECK(none.returns == hresult{1});
    CHECK(w.j.replace_remote_prefix(std::string(3000, 'z'), "http://c/", w.now).returns == hresult{1});
    CHECK(w.j.replace_remote_prefix("http://a/", "https://longer.example/folder/", w.now).returns == hresult{});
    CHECK(w.j.file(0).remote_name == "https://longer.example/folder/done");
    CHECK(w.j.file(0).is_transferred); // "BITS does not restart already transferred files."
    CHECK(w.j.file(1).remote_name == "https://longer.example/folder/1");
    CHECK(w.j.file(2).remote_name == "http://A/2");
    CHECK(w.j.file(3).remote_name == "http://b/http://a/3");
    CHECK(w.j.file(4).remote_name == "https://longer.example/folder/4?q");
    CHECK(w.j.file(1).bytes_transferred == 7); // a download resumes where it was
    CHECK(w.j.display_name() == "nightly");
    for (std::uint32_t i = 0; i < 5; ++i)
        CHECK(w.j.file(i).local_name == "/x");
}

TEST_CASE("job: a new beginning may come from the job's own names [ReplaceRemotePrefix]") {
    world_job w;
    for (int i = 0; i < 3; ++i)
        std::ignore = w.j.add_file("http://one/same", "/x", w.now);
    std::ignore = w.j.add_file("http://second/place", "/x", w.now);
    CHECK(w.j.replace_remote_prefix(w.j.file(0).remote_name, w.j.file(3).remote_name, w.now).returns == hresult{});
    for (std::uint32_t i = 0; i < 4; ++i)
        CHECK(w.j.file(i).remote_name == "http://second/place");
    CHECK(w.j.set_remote_name(2, w.j.file(1).remote_name, w.now).returns == hresult{});
    CHECK(w.j.set_display_name(w.j.file(1).remote_name, w.now).returns == hresult{});
    CHECK(w.j.set_description(w.j.display_name().substr(7, 6), w.now).returns == hresult{});
    CHECK(w.j.display_name() == "http://second/place");
    CHECK(w.j.description() == "second");
    CHECK(w.j.add_file(w.j.file(1).remote_name, w.j.file(1).local_name, w.now).returns == hresult{});
    CHECK(w.j.file(4).remote_name == "http://second/place");
}

TEST_CASE("job: an upload whose address changes begins anew, and has nothing at the server [SetRemoteName]") {
    world_job w(job_type::upload);
    w.add().go(job_state::transferring);
    w.j.on_size(0, 100);
    std::ignore = w.j.on_progress(60, w.now);
    refuses(w, invalid_state, [&](job& j) { return j.set_remote_name(0, "http://b/", w.now); });
    std::ignore = w.j.on_error(fatal_error, w.now);
    refuses(w, e_invalidarg, [&](job& j) { return j.set_remote_name(1, "http://b/", w.now); });
    CHECK(w.j.set_remote_name(0, "http://b/", w.now).returns == hresult{});
    CHECK(w.j.state() == job_state::error);
    CHECK(w.j.progress().bytes_transferred == 0);
    std::ignore = w.j.resume(w.now);
    std::ignore = w.j.on_picked(w.now);
    std::ignore = w.j.on_connected(w.now);
    w.pass_s(1);
    std::ignore = w.j.on_progress(10, w.now); // counts as progress again
    CHECK(w.j.times().modified.ms == w.now.wall.ms);
    std::ignore = w.j.suspend(w.now);
    std::ignore = w.j.set_remote_name(0, "http://c/", w.now);
    std::ignore = w.j.cancel(w.now);
    CHECK(w.j.is_over());
}

TEST_CASE("job: progress is the sum of the files, unknown where one is [BG_JOB_PROGRESS]") {
    world_job w;
    w.add(3).go(job_state::transferring);
    CHECK(w.j.progress().bytes_total == size_unknown);
    w.j.on_size(0, 100);
    w.j.on_size(1, 0);
    CHECK(w.j.progress().bytes_total == size_unknown);
    w.j.on_size(2, 50);
    w.j.on_size(3, 50); // there is none
    CHECK(w.j.progress().bytes_total == 150);
    std::ignore = w.j.on_progress(99, w.now);
    CHECK(w.j.progress().bytes_transferred == 99);
    std::ignore = w.j.on_progress(5, w.now); // it has to be sent again
    CHECK(w.j.progress().bytes_transferred == 5);
    std::ignore = w.j.on_progress(1000, w.now); // never more than there is
    CHECK(w.j.progress().bytes_transferred == 100);
    CHECK(w.j.on_file_transferred(w.now).todo == job_action::next_file);
    CHECK(w.j.current_file() == 1);
    w.j.on_size(0, 7); // it is transferred
    CHECK(w.j.file(0).bytes_total == 100);
    CHECK(w.j.file(0).is_transferred);
    CHECK_FALSE(w.j.file(0).is_completed);
    std::ignore = w.j.on_file_transferred(w.now);
    std::ignore = w.j.on_file_transferred(w.now);
    const job_progress p = w.j.progress();
    CHECK(p.bytes_total == 150);
    CHECK(p.bytes_transferred == 150);
    CHECK(p.files_total == 3);
    CHECK(p.files_transferred == 3);
    std::ignore = w.j.complete(w.now);
    CHECK(w.j.file(2).is_completed);
}

TEST_CASE("job: a size that becomes smaller than what was transferred takes progress back with it [BG_FILE_PROGRESS]") {
    world_job w;
    w.add().go(job_state::transferring);
    std::ignore = w.j.on_progress(100, w.now);
    w.j.on_size(0, 50);
    CHECK(w.j.progress().bytes_transferred <= w.j.progress().bytes_total);
    job_memory other;
    CHECK(job::restore(w.bytes(), other.storage(), w.now)); // and can be stored
}

TEST_CASE("job: a size that was never known is what was transferred [BG_FILE_PROGRESS]") {
    world_job w(job_type::upload);
    w.add().go(job_state::transferring);
    std::ignore = w.j.on_progress(77, w.now);
    CHECK(w.j.file(0).bytes_transferred == 77);
    std::ignore = w.j.on_file_transferred(w.now);
    CHECK(w.j.progress().bytes_total == 77);
    CHECK(w.j.file(0).is_completed); // the server has it
}

TEST_CASE("job: sizes that do not fit into their sum are unknown [BG_JOB_PROGRESS]") {
    world_job w;
    w.add(2).go(job_state::transferring);
    w.j.on_size(0, UINT64_MAX - 1);
    w.j.on_size(1, 1);
    CHECK(w.j.progress().bytes_total == size_unknown);
    w.j.on_size(0, UINT64_MAX / 2 + 1);
    w.j.on_size(1, UINT64_MAX / 2 + 1);
    CHECK(w.j.progress().bytes_total == size_unknown);
    w.j.on_size(1, UINT64_MAX / 2 - 1);
    CHECK(w.j.progress().bytes_total == UINT64_MAX - 1);
}

TEST_CASE("job: the size of ranges is not the size of the file [BG_FILE_PROGRESS]") {
    world_job w;
    const std::vector<file_range> ranges{{0, 10}, {100, 5}};
    std::ignore = w.j.add_file_with_ranges("http://h/x", "/x", ranges, w.now);
    CHECK(w.j.progress().bytes_total == 15);
    w.j.on_size(0, 1000);
    CHECK(w.j.progress().bytes_total == 15);
}

TEST_CASE("job: a reply has a progress of its own, which the upload's does not count [GetReplyProgress]") {
    world_job w(job_type::upload_reply);
    w.add().go(job_state::transferring);
    w.j.on_size(0, 10);
    CHECK(w.j.reply_progress()->bytes_total == size_unknown);
    w.pass_s(1);
    std::ignore = w.j.on_reply_progress(4, 20, w.now);
    CHECK(w.j.times().modified.ms == w.now.wall.ms);
    CHECK(w.j.reply_progress()->bytes_total == 20);
    CHECK(w.j.reply_progress()->bytes_transferred == 4);
    CHECK(w.j.progress().bytes_transferred == 0);
    std::ignore = w.j.on_reply_progress(2, 20, w.now);
    CHECK(w.j.reply_progress()->bytes_transferred == 2);
    std::ignore = w.j.on_reply_progress(30, 20, w.now); // never more than there is
    CHECK(w.j.reply_progress()->bytes_transferred == 20);
    std::ignore = w.j.on_file_transferred(w.now);
    std::ignore = w.j.on_reply_progress(1, 2, w.now); // too late
    CHECK(w.j.reply_progress()->bytes_total == 20);
    for (const job_type t : {job_type::download, job_type::upload}) {
        world_job other(t);
        other.add().go(job_state::transferring);
        std::ignore = other.j.on_reply_progress(4, 20, other.now);
        CHECK(other.j.reply_progress().error() == e_notimpl);
    }
}

TEST_CASE("job: the error is there in the two states of errors, and in no other [GetError]") {
    for (const job_state s : all_states) {
        CAPTURE(std::string(enum_name(s)));
        world_job w;
        w.add().go(s);
        const bool has = s == job_state::error || s == job_state::transient_error;
        CHECK(w.j.get_error().has_value() == has);
        CHECK(w.j.get_error_file().has_value() == has);
        if (has) {
            CHECK(*w.j.get_error() == (s == job_state::error ? fatal_error : passing_error));
            CHECK(*w.j.get_error_file() == 0);
        } else {
            CHECK(w.j.get_error().error() == unavailable);
            CHECK(w.j.get_error_file().error() == unavailable);
        }
    }
}

TEST_CASE("job: an error is about the current file, or about none [IBackgroundCopyError::GetFile]") {
    for (std::uint32_t context = 0; context < 12; ++context) {
        CAPTURE(context);
        world_job w;
        w.add(2).go(job_state::transferring);
        std::ignore = w.j.on_file_transferred(w.now);
        std::ignore = w.j.on_error({hresult{0x80070005}, static_cast<error_context>(context)}, w.now);
        // 8: who looks at certificates has declined one.
        REQUIRE(w.j.state() == (context == 8 ? job_state::transient_error : job_state::error));
        const auto file = w.j.get_error_file();
        const bool about_file = context == 4 || context == 5 || context == 7;
        REQUIRE(file.has_value() == about_file);
        if (about_file) CHECK(*file == 1);
        if (!about_file) CHECK(file.error() == hresult{0x80200004}); // BG_E_FILE_NOT_AVAILABLE
    }
}

TEST_CASE("job: errors are counted, waiting is not, and nothing sets the count back [GetErrorCount]") {
    world_job w;
    w.add().go(job_state::transferring);
    const auto again = [&] {
        std::ignore = w.j.resume(w.now);
        std::ignore = w.j.on_picked(w.now);
    };
    std::ignore = w.j.on_error(passing_error, w.now);
    CHECK(w.j.error_count() == 1);
    std::ignore = w.j.on_error(passing_error, w.now); // out of place
    CHECK(w.j.error_count() == 1);
    again();
    std::ignore = w.j.on_error(passing_error, w.now); // a retry that failed while it connected
    CHECK(w.j.error_count() == 2);
    again();
    std::ignore = w.j.on_network_lost(w.now);
    CHECK(w.j.get_error()->code == hresult{0x80200010});
    CHECK(w.j.get_error()->context == error_context::general_transport);
    again();
    std::ignore = w.j.on_error(waiting_error, w.now);
    again();
    std::ignore = w.j.on_error({hresult{0x8020000D}, error_context::local_file}, w.now); // BG_E_DESTINATION_LOCKED
    CHECK(w.j.state() == job_state::transient_error);
    CHECK(w.j.error_count() == 2);
    again();
    std::ignore = w.j.on_error(fatal_error, w.now);
    CHECK(w.j.error_count() == 3);
    again();
    std::ignore = w.j.on_connected(w.now);
    std::ignore = w.j.on_progress(3, w.now);
    CHECK(w.j.error_count() == 3);
}

TEST_CASE("job: times of creation, change and transfer [BG_JOB_TIMES]") {
    world_job w;
    const auto created = w.now.wall;
    const auto changed = [&] { return w.j.times().modified == w.now.wall; };
    w.pass_s(1);
    w.add();
    CHECK(changed());
    w.pass_s(1);
    std::ignore = w.j.resume(w.now);
    CHECK(changed());
    w.pass_s(1);
    std::ignore = w.j.on_picked(w.now);
    CHECK(changed());
    w.pass_s(1);
    std::ignore = w.j.on_connected(w.now);
    CHECK(changed());
    w.pass_s(1);
    std::ignore = w.j.on_progress(5, w.now);
    CHECK(changed());
    w.pass_s(1);
    std::ignore = w.j.on_progress(5, w.now); // nothing new
    CHECK_FALSE(changed());
    std::ignore = w.j.set_display_name("", w.now); // refused
    CHECK_FALSE(changed());
    std::ignore = w.j.set_display_name("new", w.now);
    CHECK(changed());
    CHECK(w.j.times().transfer_completed == wall_time_never);
    w.pass_s(1);
    std::ignore = w.j.on_file_transferred(w.now);
    CHECK(changed());
    const auto transferred = w.now.wall;
    CHECK(w.j.times().transfer_completed == transferred);
    w.pass_s(1);
    std::ignore = w.j.complete(w.now);
    CHECK(changed());
    CHECK(w.j.times().transfer_completed == transferred);
    CHECK(w.j.times().created == created);
}

TEST_CASE("job: events pass as the flags say, and each of its kind [SetNotifyFlags, JobModification]") {
    constexpr std::uint32_t transferred = 1, error = 2, disable = 4, modification = 8, file = 16;
    for (const job_type t : all_types) {
        for (std::uint32_t flags = 0; flags < 64; ++flags) {
            CAPTURE(flags);
            CAPTURE(std::string(enum_name(t)));
            world_job w(t);
            std::ignore = w.j.set_notify_flags(static_cast<notify_flags>(flags), w.now);
            const auto told = [&](const job_step& s) { return static_cast<std::uint32_t>(s.notify); };
            const auto expected = [&](std::uint32_t events) { return (flags & disable) != 0 ? 0 : events & flags; };
            CHECK(told(w.j.add_file("http://h/x", "/x", w.now)) == expected(modification));
            if (t == job_type::download) std::ignore = w.j.add_file("http://h/y", "/y", w.now);
            CHECK(told(w.j.set_priority(job_priority::high, w.now)) == expected(modification));
            CHECK(told(w.j.set_priority(static_cast<job_priority>(9), w.now)) == 0);
            CHECK(told(w.j.resume(w.now)) == expected(modification));
            CHECK(told(w.j.on_picked(w.now)) == expected(modification));
            CHECK(told(w.j.on_connected(w.now)) == expected(modification));
            CHECK(told(w.j.on_progress(5, w.now)) == expected(modification));
            CHECK(told(w.j.on_error(passing_error, w.now)) == expected(modification)); // never JobError
            std::ignore = w.j.resume(w.now);
            std::ignore = w.j.on_picked(w.now);
            CHECK(told(w.j.on_error(fatal_error, w.now)) == expected(error)); // and no modification
            CHECK(told(w.j.set_priority(job_priority::low, w.now)) == expected(modification));
            std::ignore = w.j.resume(w.now);
            std::ignore = w.j.on_picked(w.now);
            std::ignore = w.j.on_connected(w.now);
            if (t == job_type::download) {
                CHECK(told(w.j.on_file_transferred(w.now)) == expected(modification | file));
            }
            const std::uint32_t last = t == job_type::upload ? transferred : transferred | file;
            CHECK(told(w.j.on_file_transferred(w.now)) == expected(last)); // and no modification
            CHECK(told(w.j.set_priority(job_priority::low, w.now)) == expected(modification));
            CHECK(told(w.j.complete(w.now)) == expected(modification));
            CHECK(told(w.j.cancel(w.now)) == 0);
        }
    }
}

TEST_CASE("job: no progress for too long is told as an error [SetNoProgressTimeout]") {
    world_job w;
    w.add();
    std::ignore = w.j.set_no_progress_timeout(1000, w.now);
    w.go(job_state::transient_error);
    std::ignore = w.j.on_error(passing_error, w.now);
    w.pass_s(600);
    std::ignore = w.j.on_timer(w.now);
    std::ignore = w.j.on_picked(w.now);
    std::ignore = w.j.on_error(passing_error, w.now);
    w.pass_s(400);
    const job_step s = w.j.on_timer(w.now);
    CHECK(s.notify == notify_flags::job_error);
    CHECK(s.todo == job_action::report_error);
}

TEST_CASE("job: values are those of mingw-w64's bits.h [BG_JOB_STATE, BG_JOB_TYPE, BG_JOB_PRIORITY, BG_NOTIFY]") {
    const std::string text = read_file(BITSWIRE_BITS_H);
    const std::string ranges_text = read_file(BITSWIRE_BITS2_0_H);
    std::map<std::string, std::uint32_t> header;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        // `    BG_JOB_STATE_QUEUED = 0,` or `#define BG_NOTIFY_JOB_ERROR 0x0002`
        std::istringstream words(line);
        std::string name, equals, value;
        words >> name;
        if (name == "#define") {
            words >> name >> value;
        } else {
            words >> equals >> value;
            if (equals != "=") continue;
        }
        if (name.substr(0, 3) != "BG_" || value.empty() || value[0] < '0' || value[0] > '9') continue;
        header.emplace(name, static_cast<std::uint32_t>(std::stoul(value, nullptr, 0)));
    }
    std::map<std::string, std::uint32_t> ours;
    const auto put_all = [&]<class Enum>(Enum, const std::string& prefix) {
        for (std::size_t i = 0; i < enumerator_count<Enum>; ++i) {
            std::string name = prefix;
            for (const char c : enum_name(static_cast<Enum>(i)))
                name += to_upper(c);
            ours.emplace(name, static_cast<std::uint32_t>(i));
        }
    };
    put_all(job_state{}, "BG_JOB_STATE_");
    put_all(job_type{}, "BG_JOB_TYPE_");
    put_all(job_priority{}, "BG_JOB_PRIORITY_");
    for (std::uint32_t i = 0; i < 8; ++i)
        ours.emplace(name_of(static_cast<error_context>(i)), i);
    // The flags are bits, which have no names of themselves.
    ours.emplace("BG_NOTIFY_JOB_TRANSFERRED", static_cast<std::uint32_t>(notify_flags::job_transferred));
    ours.emplace("BG_NOTIFY_JOB_ERROR", static_cast<std::uint32_t>(notify_flags::job_error));
    ours.emplace("BG_NOTIFY_DISABLE", static_cast<std::uint32_t>(notify_flags::disable));
    ours.emplace("BG_NOTIFY_JOB_MODIFICATION", static_cast<std::uint32_t>(notify_flags::job_modification));
    ours.emplace("BG_NOTIFY_FILE_TRANSFERRED", static_cast<std::uint32_t>(notify_flags::file_transferred));
    std::map<std::string, std::uint32_t> theirs;
    for (const auto& [name, value] : header) {
        for (const char* const prefix :
             {"BG_JOB_STATE_", "BG_JOB_TYPE_", "BG_JOB_PRIORITY_", "BG_ERROR_CONTEXT_", "BG_NOTIFY_"})
            if (name.rfind(prefix, 0) == 0) theirs.emplace(name, value);
    }
    CHECK(theirs == ours);
    CHECK(theirs.size() == 9 + 3 + 4 + 8 + 5);
    // mingw-w64 has no BG_NOTIFY_FILE_RANGES_TRANSFERRED, which came with BITS 10.1: 0x20 is from *SetNotifyFlags*.
    CHECK(static_cast<std::uint32_t>(notify_flags::file_ranges_transferred) == 0x20);
    CHECK(all_notify_flags == 0x3f);
    CHECK(text.find("#define BG_SIZE_UNKNOWN (UINT64)(-1)") != std::string::npos);
    CHECK(ranges_text.find("#define BG_LENGTH_TO_EOF (UINT64)(-1)") != std::string::npos);
    CHECK(size_unknown == static_cast<std::uint64_t>(-1));
    CHECK(length_to_eof == static_cast<std::uint64_t>(-1));
}

TEST_CASE("job: of a download that could not be renamed whole, some files are completed [Complete]") {
    world_job w;
    w.add(3).go(job_state::transferred);
    const hresult locked = hresult::from_win32(32);
    CHECK(w.j.complete(w.now, {.rename_problem = locked, .files_renamed = 1}).returns == locked);
    CHECK(w.j.state() == job_state::transferred);
    CHECK(w.j.file(0).is_completed);
    CHECK_FALSE(w.j.file(1).is_completed);
    CHECK(w.j.complete(w.now, {.rename_problem = locked, .files_renamed = 9}).returns == locked);
    CHECK(w.j.file(2).is_completed); // no more than there are
    CHECK(w.j.complete(w.now).returns == hresult{});
    CHECK(w.j.state() == job_state::acknowledged);
}

TEST_CASE(
    "job: that files could not be renamed is told to who completes, and is no change to be told [JobModification]") {
    world_job w;
    w.add(2).go(job_state::suspended);
    std::ignore = w.j.set_notify_flags(static_cast<notify_flags>(all_notify_flags & ~4U), w.now);
    const job_step s = w.j.complete(w.now, {.rename_problem = hresult::from_win32(32)});
    CHECK(w.j.state() == job_state::transferred);
    CHECK(s.notify == notify_flags::none);
}

TEST_CASE("job: the end of a session at the server is told once [Cancel]") {
    world_job w(job_type::upload);
    w.add().go(job_state::connecting);
    CHECK(w.j.cancel(w.now).todo == job_action::clean_up);
    CHECK_FALSE(w.j.is_over());
    CHECK(w.j.on_server_session_ended(w.now).todo == job_action::finish);
    CHECK(w.j.is_over());
    CHECK(w.j.on_server_session_ended(w.now).todo == job_action::nothing);
}

TEST_CASE("job: an upload whose session has ended while it was in error is over as soon as it is cancelled [Cancel]") {
    world_job w(job_type::upload);
    w.add().go(job_state::transferring);
    std::ignore = w.j.on_server_session_ended(w.now); // out of place: the client has another one
    std::ignore = w.j.on_error({"BG_E_LOCAL_FILE_CHANGED"_hresult, error_context::local_file}, w.now);
    const std::string with_session = w.bytes();
    std::ignore = w.j.on_server_session_ended(w.now);
    CHECK(w.bytes() != with_session);
    CHECK(w.j.state() == job_state::error);
    std::ignore = w.j.cancel(w.now);
    CHECK(w.j.is_over());
}

TEST_CASE("job: one that outgrows its memory goes on in another, and nothing is lost") {
    job_memory small(1, 60, 2);
    job j = *job::create(job_config_of(job_type::download), small.storage(), at_s(0));
    const std::array ranges{file_range{5, 5}};
    REQUIRE(j.add_file_with_ranges("http://host/a", "/home/a", ranges, at_s(0)).returns == hresult{});
    REQUIRE(j.add_file("http://host/b", "/home/b", at_s(0)).returns == "E_OUTOFMEMORY"_hresult);
    const std::string before = bytes_of(j, at_s(0));
    job_memory tiny(0, 60, 2), short_of_text(1, j.storage_size().text_bytes - 1, 2), without_ranges(1, 60, 0);
    for (job_memory* const m : {&tiny, &short_of_text, &without_ranges}) {
        CHECK_FALSE(j.move_to(m->storage()));
        CHECK(bytes_of(j, at_s(0)) == before);
    }
    job_memory large;
    REQUIRE(j.move_to(large.storage()));
    small = job_memory(1, 60, 2); // what it had is gone
    CHECK(bytes_of(j, at_s(0)) == before);
    CHECK(j.add_file("http://host/b", "/home/b", at_s(0)).returns == hresult{});
    CHECK(j.file(1).remote_name == "http://host/b");
}
