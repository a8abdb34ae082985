// queue/runner.cpp: transfers what is in the queue until nothing is left to do.
//
// SPDX-License-Identifier: BSL-1.0
#include "runner.hpp"

#include "words.hpp"

#include <bitswire/session/upload_job.hpp>
#include <bitswire/wire/read_message.hpp>
#include <nlohmann/json.hpp>
#include <transfer/file_error.hpp>
#include <transfer/stop_request.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <spawn.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <tuple>
#include <unistd.h>

namespace queue_tool {

namespace {

using bitswire::error_context;
using bitswire::hresult;
using bitswire::job_action;
using bitswire::job_state;
using bitswire::job_step;
using bitswire::moment;
using bitswire::packet_type;
using bitswire::upload_step;
using bitswire::upload_todo;
using transfer::http_answer;
using transfer::http_result;
using transfer::stop_request;
// NOLINTNEXTLINE(misc-unused-using-decls): clang-tidy 14 does not see what uses it
using bitswire::operator""_hresult;

/// Changes that others make are seen as soon as that.
constexpr std::uint64_t glance_ms = 200;
constexpr std::uint64_t between_lines_ms = 1000;
constexpr std::size_t most_jobs = 65'536;

/// The clock of uploads: as that of the timers of jobs.
bitswire::time_point client_time() { return now().steady; }

/// What Windows calls a connection that failed; S_OK if there is no name for it.
hresult transport_of(CURLcode code) {
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return "BG_E_NAME_RESOLUTION_FAILURE"_hresult;
    case CURLE_COULDNT_RESOLVE_PROXY:
        return "BG_E_PROXY_NAME_RESOLUTION_FAILURE"_hresult;
    case CURLE_COULDNT_CONNECT:
        return "BG_E_CONNECT_FAILURE"_hresult;
    case CURLE_OPERATION_TIMEDOUT:
        return "BG_E_TIMEOUT"_hresult;
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND:
        return "BG_E_SEND_FAILURE"_hresult;
    case CURLE_PARTIAL_FILE:
        return "BG_E_RECEIVE_FAILURE"_hresult;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
        return "BG_E_CONNECTION_CLOSED"_hresult;
    case CURLE_SSL_CONNECT_ERROR:
        return "BG_E_SECURE_CHANNEL_FAILURE"_hresult;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
        return "BG_E_TRUST_FAILURE"_hresult;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return "BG_E_SERVER_PROTOCOL_VIOLATION"_hresult;
    default:
        return {};
    }
}

std::uint64_t random_number() {
    std::uint64_t number = 0;
    while (number == 0) {
        if (::getrandom(&number, sizeof(number), 0) != sizeof(number)) number = 0;
    }
    return number;
}

/// Separated by blanks; those in double quotes are one.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    bool is_inside = false;
    bool is_quoted = false;
    for (const char c : text) {
        if (c == '"') is_quoted = !is_quoted;
        const bool separates = c == ' ' && !is_quoted;
        if (!separates && !is_inside) words.emplace_back();
        is_inside = !separates;
        if (!separates && c != '"') words.back() += c;
    }
    return words;
}

bool is_active(job_state s) { return bitswire::job_rules::active.contains(s); }

} // namespace

runner::runner(const command& c)
    : command_(c), folder_(c.queue), slots_(most_jobs), scheduler_(std::span<bitswire::scheduler_slot>(slots_)) {
    for (std::uint32_t i = most_jobs; i-- > 0;)
        free_slots_.push_back(i);
}

int runner::run() {
    std::signal(SIGCHLD, SIG_DFL); // may be inherited as ignored; then nobody learns how programs end
    {
        const open_file lock = folder_.lock();
        run_ = random_number();
        run_lock_ = folder_.begin_run(run_);
        if (run_lock_) folder_.sweep();
    }
    if (!run_lock_) throw folder_error(folder_.path() + ": another run works on this queue");
    bool is_first = true;
    while (is_first || is_something_left()) {
        {
            const open_file lock = folder_.lock();
            turn();
        }
        is_first = false;
        if (!is_something_left()) break;
        std::uint64_t wait_ms = glance_ms;
        const moment t = now();
        if (!is_stopping_)
            wait_ms = std::min(wait_ms, bitswire::elapsed_ms(t.steady, scheduler_.next(t.steady).wake_at));
        mailbox_.wait_for(std::chrono::milliseconds(std::max<std::uint64_t>(wait_ms, 1)));
    }
    if (stop_request::is_made()) return 128 + static_cast<int>(stop_request::signal);
    const bool failed = std::any_of(entries_.begin(), entries_.end(), [](const auto& e) {
        return !e.second.is_gone && e.second.record->its().state() == job_state::error;
    });
    return failed || !damaged_.empty() ? exit_failed : exit_done;
}

/// Under the lock.
void runner::turn() {
    see_changes();
    for (const auto& what : mailbox_.take())
        what();
    if (stop_request::is_made() && !is_stopping_) stop_all();
    if (stop_request::is_urgent()) {
        for (auto& [id, e] : entries_)
            e.thread.cut();
    }
    on_client_timers();
    if (!is_stopping_) schedule();
    for (auto& [id, e] : entries_) {
        on_download_progress(e);
        tell(e);
        show(e);
    }
    forget_those_that_are_gone();
}

// ---- The folder.

void runner::see_changes() {
    const auto revisions = folder_.revisions();
    std::vector<std::unique_ptr<job_record>> fresh;
    for (const auto& [id, revision] : revisions) {
        const auto at = entries_.find(id);
        const bool is_known = at != entries_.end();
        if (is_known && (at->second.is_gone || at->second.record->revision == revision)) continue;
        if (!is_known && damaged_.contains(id)) continue;
        try {
            auto record = folder_.read(id, run_);
            if (!record) continue;
            if (is_known) {
                adopt(at->second, std::move(record));
            } else {
                fresh.push_back(std::move(record));
            }
        } catch (const folder_error& problem) {
            std::fprintf(stderr, "bitswire-queue: %s\n", printable(problem.what()).c_str());
            damaged_.insert(id);
            if (is_known) let_go(at->second);
        }
    }
    for (auto& [id, e] : entries_) {
        if (!e.is_gone && !revisions.contains(id)) let_go(e);
    }
    // Who was made first has the first turn.
    std::sort(fresh.begin(), fresh.end(),
              [](const auto& a, const auto& b) { return a->its().times().created < b->its().times().created; });
    for (auto& record : fresh) {
        if (free_slots_.empty()) throw folder_error(folder_.path() + ": there are too many jobs");
        const std::string id = id_text(record->its().id());
        entry& e = entries_[id];
        e.id = id;
        e.slot = free_slots_.back();
        free_slots_.pop_back();
        e.record = std::move(record);
        scheduler_.update(e.slot, e.record->its(), now().steady);
        if (e.record->its().is_final()) clean_up(e); // what the run before could not end
    }
}

/// Somebody else has changed the job.
void runner::adopt(entry& e, std::unique_ptr<job_record> fresh) {
    const job_state before = e.record->its().state();
    e.record = std::move(fresh);
    const bitswire::job& j = e.record->its();
    scheduler_.update(e.slot, j, now().steady);
    if (is_old_upload_busy(e)) e.thread.cut();
    if (j.is_final()) {
        if (before != j.state()) clean_up(e);
    } else if (is_active(before) && !j.is_running()) {
        stop(e);
    }
}

/// The job is no more, or its file cannot be read.
void runner::let_go(entry& e) {
    e.is_gone = true;
    e.thread.cut();
    scheduler_.forget(e.slot, now().steady);
}

void runner::forget_those_that_are_gone() {
    for (auto at = entries_.begin(); at != entries_.end();) {
        if (at->second.is_gone && !at->second.thread.is_busy() && at->second.program == 0) {
            free_slots_.push_back(at->second.slot);
            at = entries_.erase(at);
        } else {
            ++at;
        }
    }
}

/// The job on disk becomes what it is here; one that is over goes.
void runner::save(entry& e) {
    if (e.is_gone) return;
    const moment t = now();
    if (e.record->its().is_over()) {
        folder_.remove(e.record->its().id());
        show(e);
        let_go(e);
        return;
    }
    folder_.write(*e.record, run_);
    e.saved_at = t.steady;
    scheduler_.update(e.slot, e.record->its(), t.steady);
}

// ---- Who runs when.

bool runner::is_something_left() const {
    return std::any_of(entries_.begin(), entries_.end(), [this](const auto& pair) {
        const entry& e = pair.second;
        if (e.thread.is_busy()) return true;
        // A program is not waited for: what it was told is told again in a later run.
        if (is_stopping_) return false;
        if (e.program != 0) return true;
        if (e.is_gone) return false;
        const bitswire::job& j = e.record->its();
        if (j.state() == job_state::transient_error)
            return j.get_error()->what_to_do() == bitswire::remedy::retry_later;
        return j.state() == job_state::queued || j.is_running() || j.state() == job_state::cancelled;
    });
}

/// All jobs are queued; what is under way ends first.
void runner::stop_all() {
    is_stopping_ = true;
    for (auto& [id, e] : entries_) {
        if (e.is_gone || !e.record->its().is_running()) continue;
        std::ignore = e.record->job->on_yielded(now());
        stop(e);
        save(e);
    }
}

void runner::schedule() {
    for (;;) {
        const bitswire::schedule_step s = scheduler_.next(now().steady);
        if (s.todo == bitswire::schedule_todo::nothing) return;
        const auto at = std::find_if(entries_.begin(), entries_.end(),
                                     [&s](const auto& e) { return !e.second.is_gone && e.second.slot == s.job; });
        entry& e = at->second;
        bitswire::job& j = *e.record->job;
        const job_state before = j.state();
        const job_step did = s.todo == bitswire::schedule_todo::start   ? j.on_picked(now())
                             : s.todo == bitswire::schedule_todo::yield ? j.on_yielded(now())
                                                                        : j.on_timer(now());
        save(e);
        if (e.is_gone) continue;
        if (did.todo == job_action::start) {
            start(e);
        } else if (did.todo == job_action::clean_up) {
            clean_up(e);
        } else if (is_active(before) && !j.is_running()) {
            stop(e);
        }
    }
}

void runner::on_client_timers() {
    for (auto& [id, e] : entries_) {
        if (e.is_gone || !e.up || !e.up->client || e.thread.is_busy() || e.up->wake_at > client_time()) continue;
        e.up->wake_at = bitswire::time_never;
        pump(e, e.up->client->on_timer(client_time()));
    }
}

/// It is the job's turn.
void runner::start(entry& e) {
    if (is_stopping_) return;
    if (e.record->is_download()) return start_download(e);
    if (is_old_upload_busy(e)) return;
    if (!e.up && !open_upload(e, true)) return;
    pump(e, bitswire::carry_out(job_action::start, *e.up->client, client_time()));
}

void runner::stop(entry& e) {
    if (e.record->is_download()) {
        e.start_later = false;
        e.thread.cut();
    } else if (!is_old_upload_busy(e) && e.up) {
        if (e.up->is_fetching_reply || stop_request::is_urgent()) e.thread.cut();
        pump(e, bitswire::carry_out(job_action::stop, *e.up->client, client_time()));
    }
}

/// The job is cancelled: the session at the server has to go, too.
void runner::clean_up(entry& e) {
    bitswire::job& j = *e.record->job;
    if (e.record->is_download()) { // cancelled because nothing happened for so long
        e.thread.cut();
        for (std::uint32_t i = 0; i < j.file_count(); ++i)
            remove_part(part_path(j.id(), i, std::string(j.file(i).local_name)));
        return save(e);
    }
    if (is_old_upload_busy(e)) return;
    if (!e.up && !open_upload(e, false)) {
        std::ignore = j.on_server_session_ended(now());
        return save(e);
    }
    // Only what takes long; a session whose id is not known yet could not be cancelled.
    if (e.up->is_fetching_reply || e.up->sent == packet_type::fragment) e.thread.cut();
    pump(e, bitswire::carry_out(job_action::clean_up, *e.up->client, client_time()));
}

// ---- Uploads.

/// Whether a request of an upload is under way that the job has nothing to do with any more. What comes next waits
/// until that has ended: `on_thread_free_of_old_upload`.
bool runner::is_old_upload_busy(entry& e) {
    if (!e.up || e.up->generation == e.record->generation) return false;
    if (e.thread.is_busy()) return true;
    e.up.reset();
    return false;
}

/// Goes on with the upload that the record knows, or begins one. False, and the job knows why, if that cannot be;
/// without the file, false as well if there is nothing to cancel.
bool runner::open_upload(entry& e, bool with_file) {
    job_record& r = *e.record;
    bitswire::job& j = *r.job;
    auto up = std::make_unique<upload>();
    if (!with_file && r.client.empty()) return false;
    const std::string local(j.file(0).local_name);
    try {
        if (with_file) up->file = std::make_unique<transfer::source_file>(local);
        up->url = sent_url(j.file(0).remote_name);
        up->http = std::make_unique<transfer::http_client>(options_of(j, command_.http), up->url);
    } catch (const transfer::file_error& problem) {
        r.detail = problem.what();
        std::ignore =
            j.on_error({problem.os_error == 0 ? "E_INVALIDARG"_hresult : transfer::hresult_of_errno(problem.os_error),
                        error_context::local_file},
                       now());
        save(e);
        return false;
    }
    if (r.source.path.empty()) r.source = up->file->identity();
    up->content_name = transfer::content_name_of(local);
    up->config.url = up->url;
    up->config.size_bytes = r.source.size_bytes;
    up->config.content_name = up->content_name;
    up->config.user_agent = "bitswire-queue/0.1";
    up->config.wants_reply = j.type() == bitswire::job_type::upload_reply;
    if (command_.fragment_size) {
        auto& size = up->config.fragment;
        size.first = size.largest = *command_.fragment_size;
        size.smallest = std::min(size.smallest, *command_.fragment_size);
    }
    up->client.emplace(up->config);
    if (!r.client.empty()) {
        const auto restored = bitswire::upload_client::restore(up->config, r.client, client_time());
        if (restored) {
            up->client.emplace(*restored);
        } else {
            r.client.clear();
        }
    }
    up->generation = r.generation;
    j.on_size(0, r.source.size_bytes);
    const bool has_changed = up->file && up->file->identity() != r.source;
    e.up = std::move(up);
    if (!has_changed) return true;
    r.detail = local + ": has changed since the upload began";
    std::ignore = j.on_error({"BG_E_LOCAL_FILE_CHANGED"_hresult, error_context::local_file}, now());
    pump(e, e.up->client->cancel(client_time()));
    return false;
}

/// Does what the step says, after what has become of the job is on disk.
void runner::pump(entry& e, upload_step s, hresult transport) {
    for (;;) {
        upload& up = *e.up;
        bitswire::job& j = *e.record->job;
        bitswire::upload_client& client = *up.client;
        const moment t = now();
        std::ignore = bitswire::follow(j, client, s, t, transport);
        transport = {};
        std::array<char, bitswire::upload_client::max_snapshot_size> bytes{};
        if (const auto size = client.write_snapshot(bytes, t.steady)) e.record->client.assign(bytes.data(), *size);
        up.wake_at = s.wake_at;
        const bool is_cancelled = client.finished() && !client.succeeded();
        if (is_cancelled) e.record->forget_upload();
        save(e);
        if (e.is_gone) return;
        switch (s.todo) {
        case upload_todo::send: {
            const packet_type type = s.request.type;
            // A session is never closed over a file that was written to while it was read.
            const bool needs_file = type == packet_type::fragment || type == packet_type::close_session;
            if (needs_file && up.file && up.file->has_changed()) {
                s = give_up_changed_file(e);
                continue;
            }
            up.sent = type;
            return send(e, up.http->prepare(s));
        }
        case upload_todo::fetch_reply:
            return fetch_reply(e);
        case upload_todo::give_credentials: // curl has tried those that there are
            s = client.on_credentials_withheld(client_time());
            continue;
        case upload_todo::done:
            e.up.reset();
            if (is_cancelled && j.is_running()) start(e); // it was resumed meanwhile
            return;
        default:
            return;
        }
    }
}

/// The request at hand is not sent, or did not end well; a session that is there is cancelled instead.
upload_step runner::give_up_changed_file(entry& e) {
    e.record->detail = std::string(e.record->its().file(0).local_name) + ": changed while it was being uploaded";
    std::ignore = e.record->job->on_error({"BG_E_LOCAL_FILE_CHANGED"_hresult, error_context::local_file}, now());
    static_cast<void>(e.up->client->cancel(client_time()));
    return e.up->client->on_transport_error(client_time());
}

void runner::send(entry& e, transfer::http_request request) {
    if (e.thread.is_busy()) { // with a reply that nobody waits for any more
        e.up->pending = std::move(request);
        return;
    }
    upload& up = *e.up;
    e.thread.begin([this, &e, &http = *up.http, file = up.file.get(), request = std::move(request)] {
        http_answer answer;
        try {
            answer = http.send(request, file, [&e](std::uint64_t bytes) {
                e.thread.set_bytes(bytes);
                return !e.thread.is_cut();
            });
        } catch (const std::exception& problem) {
            answer.trouble = problem.what();
        }
        mailbox_.post([this, &e, answer = std::move(answer)] {
            e.thread.join();
            on_ack(e, answer);
        });
    });
}

/// The upload was given up while a request was under way.
void runner::on_thread_free_of_old_upload(entry& e) {
    e.up.reset();
    if (e.record->its().is_running()) return start(e);
    if (e.record->its().is_final()) clean_up(e);
}

void runner::on_ack(entry& e, const http_answer& a) {
    if (e.is_gone) return;
    upload& up = *e.up;
    if (up.generation != e.record->generation) return on_thread_free_of_old_upload(e);
    bitswire::upload_client& client = *up.client;
    e.record->detail = a.trouble;
    const bitswire::time_point t = client_time();
    upload_step s;
    switch (a.result) {
    case http_result::answered: {
        const auto ack = bitswire::parse_message<bitswire::ack>(a.start, a.headers, {.answers = up.sent});
        s = ack ? client.on_ack(*ack, t) : client.on_bad_ack(ack.error(), t);
        break;
    }
    case http_result::head_too_large:
        s = client.on_bad_ack({bitswire::errc::head_too_large, bitswire::header::none, 0}, t);
        break;
    case http_result::timed_out:
        s = client.on_timeout(t);
        break;
    case http_result::file_changed:
        s = give_up_changed_file(e);
        break;
    default:
        s = client.on_transport_error(t);
        break;
    }
    pump(e, s, transport_of(a.code));
}

void runner::fetch_reply(entry& e) {
    upload& up = *e.up;
    std::array<char, bitswire::max_resolved_url_size(bitswire::max_url_size, bitswire::max_url_size)> url{};
    const auto size = up.client->write_reply_url(url);
    if (!size) { // the client has looked at it
        return pump(e, up.client->on_reply_failed(client_time()));
    }
    up.is_fetching_reply = true;
    const bitswire::job& j = e.record->its();
    std::string part = part_path(j.id(), 0, reply_path(j));
    e.thread.begin([this, &e, &http = *up.http, part = std::move(part), from = std::string(url.data(), *size)] {
        fetch_result result;
        try {
            result = fetch_part(
                http, from, part, {}, [&e](std::uint64_t) { return !e.thread.is_cut(); }, [](const fetch_head&) {});
        } catch (const std::exception& problem) {
            result.answer.trouble = problem.what();
        }
        mailbox_.post([this, &e, result = std::move(result)] {
            e.thread.join();
            on_reply(e, result);
        });
    });
}

/// What is wrong with what was fetched.
static bitswire::job_error error_of(const fetch_result& r) {
    if (r.os_error != 0) return {transfer::hresult_of_errno(r.os_error), error_context::local_file};
    if (r.length_is_missing) return {"BG_E_MISSING_FILE_SIZE"_hresult, error_context::remote_file};
    if (r.range_is_wrong) return {"BG_E_INVALID_SERVER_RESPONSE"_hresult, error_context::remote_file};
    const std::uint16_t status = r.answer.start.status;
    if (r.answer.result == http_result::head_too_large)
        return {"BG_E_INVALID_SERVER_RESPONSE"_hresult, error_context::remote_file};
    if (r.answer.result == http_result::answered && status != 200 && status != 206)
        return {hresult::from_http_status(status), error_context::remote_file, status};
    if (r.answer.result == http_result::timed_out) return {"BG_E_TIMEOUT"_hresult, error_context::general_transport};
    const hresult transport = transport_of(r.answer.code);
    return {transport != hresult{} ? transport : "BG_E_RECEIVE_FAILURE"_hresult, error_context::general_transport};
}

static std::string detail_of(const fetch_result& r) {
    return r.os_error != 0 ? std::strerror(r.os_error) : r.answer.trouble;
}

void runner::on_reply(entry& e, const fetch_result& r) {
    if (e.is_gone) return;
    upload& up = *e.up;
    up.is_fetching_reply = false;
    if (up.generation != e.record->generation) return on_thread_free_of_old_upload(e);
    if (up.pending) { // the client waits for the answer to something else by now
        transfer::http_request request = std::move(*up.pending);
        up.pending.reset();
        return send(e, std::move(request));
    }
    bitswire::job& j = *e.record->job;
    if (r.is_whole) {
        e.record->detail.clear();
        std::ignore = j.on_reply_progress(r.bytes, r.bytes, now());
        return pump(e, up.client->on_reply_fetched(client_time()));
    }
    if (e.thread.is_cut()) return; // suspended
    e.record->detail = detail_of(r);
    // Before the client says no more than that it failed.
    std::ignore = j.on_error(error_of(r), now());
    pump(e, up.client->on_reply_failed(client_time()));
}

// ---- Downloads.

void runner::start_download(entry& e) {
    if (e.thread.is_busy()) { // it was stopped just now
        e.start_later = true;
        return;
    }
    e.start_later = false;
    job_record& r = *e.record;
    const bitswire::job& j = r.its();
    const std::uint32_t number = j.current_file();
    const bitswire::job_file f = j.file(number);
    const std::string url = sent_url(f.remote_name);
    const std::string part = part_path(j.id(), number, std::string(f.local_name));
    fetch_begin begin{.validator = r.validator};
    const auto size = r.validator.empty() ? std::nullopt : size_of_part(part, r.part_inode);
    // Of a file of which all is there, the last byte is asked for again: nothing could not be answered.
    if (size && *size != 0) begin.offset = *size == f.bytes_total ? *size - 1 : *size;
    e.download = std::make_unique<transfer::http_client>(options_of(j, command_.http), url);
    e.thread.begin([this, &e, &http = *e.download, number, url, part, begin] {
        fetch_result result;
        try {
            result = fetch_part(
                http, url, part, begin,
                [&e](std::uint64_t bytes) {
                    e.thread.set_bytes(bytes);
                    return !e.thread.is_cut();
                },
                [this, &e](const fetch_head& head) { mailbox_.post([this, &e, head] { on_download_head(e, head); }); });
        } catch (const std::exception& problem) {
            result.answer.trouble = problem.what();
        }
        mailbox_.post([this, &e, number, part, result = std::move(result)] {
            e.thread.join();
            on_downloaded(e, number, part, result);
        });
    });
}

void runner::on_download_head(entry& e, const fetch_head& head) {
    if (e.is_gone) return;
    job_record& r = *e.record;
    r.validator = head.validator;
    r.part_inode = head.inode;
    r.detail.clear();
    std::ignore = r.job->on_connected(now());
    r.job->on_size(r.job->current_file(), head.total_bytes);
    save(e);
}

/// So that the time without progress is known, and others see it.
void runner::on_download_progress(entry& e) {
    if (e.is_gone || !e.record->is_download() || !e.thread.is_busy()) return;
    if (e.record->its().state() != job_state::transferring) return;
    std::ignore = e.record->job->on_progress(e.thread.bytes(), now());
    if (bitswire::elapsed_ms(e.saved_at, now().steady) >= between_lines_ms) save(e);
}

void runner::on_downloaded(entry& e, std::uint32_t file, const std::string& part, const fetch_result& r) {
    if (e.is_gone) {
        // It may have begun anew after the others were deleted; a file that is damaged on disk still has its parts.
        if (!damaged_.contains(e.id)) remove_part(part);
        return;
    }
    bitswire::job& j = *e.record->job;
    if (j.current_file() != file) return;
    if (r.is_whole) {
        std::ignore = j.on_connected(now());
        std::ignore = j.on_progress(r.bytes, now());
        e.record->validator.clear();
        e.record->part_inode = 0;
        const job_step s = j.on_file_transferred(now());
        save(e);
        if (s.todo == job_action::next_file || (e.start_later && j.is_running())) start(e);
        return;
    }
    if (e.thread.is_cut() && r.os_error == 0) {
        std::ignore = j.on_progress(r.bytes, now());
        save(e);
        if (e.start_later && j.is_running()) start(e);
        return;
    }
    if (r.range_is_wrong || r.answer.start.status == 416) e.record->validator.clear(); // anew
    e.record->detail = detail_of(r);
    std::ignore = j.on_error(error_of(r), now());
    save(e);
}

// ---- What its owner is told.

/// Runs the job's program for events that its owner was not told, until it returns 0; in this run or in a later one.
void runner::tell(entry& e) {
    using bitswire::notify_flags;
    if (e.program != 0) {
        int status = 0;
        const ::pid_t ended = ::waitpid(e.program, &status, WNOHANG);
        if (ended == 0) return;
        e.program = 0;
        if (e.is_gone) return;
        if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
            e.record->job->on_told(e.telling);
            save(e);
        } else {
            e.tell_at = bitswire::after_s(now().steady, e.record->its().minimum_retry_delay_s());
        }
        return;
    }
    if (e.is_gone || is_stopping_ || now().steady < e.tell_at) return;
    const bitswire::job& j = e.record->its();
    const notify_flags events = j.events() & bitswire::default_notify_flags;
    const bitswire::job_command_line line = j.notify_cmd_line();
    if (events == notify_flags::none || line.program.empty()) return;
    const std::string program(line.program);
    std::vector<std::string> words = words_of(line.parameters);
    if (words.empty()) words.push_back(program);
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    e.telling = events;
    if (::posix_spawn(&e.program, program.c_str(), nullptr, nullptr, arguments.data(), environ) != 0) {
        e.program = 0;
        e.tell_at = bitswire::after_s(now().steady, j.minimum_retry_delay_s());
    }
}

// ---- What is to be seen of it.

void runner::show(entry& e) {
    const bitswire::job& j = e.record->its();
    bitswire::job_progress p = j.progress();
    const bool is_sending = e.thread.is_busy() && e.up && e.up->sent == packet_type::fragment;
    if (is_sending && j.is_running()) p.bytes_transferred += e.thread.bytes();
    p.bytes_transferred = std::min(p.bytes_transferred, p.bytes_total);
    std::string line = id_text(j.id()) + " " + std::string(bitswire::enum_name(j.state()));
    const bool has_changed = !e.shown.starts_with(line + " ");
    const std::string error = j.get_error() ? text_of(j.get_error()->code) : "";
    line += " " + bytes_of(p) + " bytes " + printable(j.display_name());
    if (!error.empty()) line += ": " + error;
    const moment t = now();
    if (e.is_gone || line == e.shown) return;
    if (!has_changed && bitswire::elapsed_ms(e.shown_at, t.steady) < between_lines_ms) return;
    e.shown = line;
    e.shown_at = t.steady;
    if (command_.json) {
        nlohmann::json out = json_of(*e.record);
        out["bytes_transferred"] = p.bytes_transferred;
        say(dump(out));
    } else {
        say(line);
    }
}

void runner::say(const std::string& text) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
}

} // namespace queue_tool
