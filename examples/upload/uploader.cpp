// upload/uploader.cpp: drives the library's upload_client.
//
// SPDX-License-Identifier: BSL-1.0
#include "uploader.hpp"

#include <bitswire/spec/error_line.hpp>
#include <bitswire/spec/job_error.hpp>
#include <transfer/stop_request.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <thread>
#include <unistd.h>

namespace upload_tool {

namespace {

using bitswire::packet_type;
using bitswire::time_point;
using bitswire::upload_status;
using transfer::http_answer;
using transfer::http_result;
using transfer::source_file;
using transfer::stop_request;

constexpr std::uint64_t longest_delay_s = 600;

/// Of a clock that nobody sets.
time_point now() {
    const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
    return {static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_boot).count())};
}

std::uint64_t delay_s(std::uint64_t first_s, unsigned attempt) {
    for (; attempt != 0 && first_s < longest_delay_s; --attempt)
        first_s *= 2;
    return std::min(first_s, longest_delay_s);
}

/// For how long the library repeats Close-Session: as long as all attempts take, each after twice the time.
std::uint32_t repeat_for_s(const options& o) {
    std::uint64_t sum = 0;
    constexpr std::uint32_t longest_s = bitswire::upload_client_config{.size_bytes = 0}.repeat_for_s;
    std::uint64_t delay = std::max(o.retry_delay_s, 1U);
    for (unsigned i = 0; i < o.retries && sum < longest_s; ++i, delay *= 2)
        sum += delay;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, longest_s));
}

bitswire::upload_client_config config_of(const options& o, std::uint64_t size_bytes) {
    bitswire::upload_client_config c{.url = o.url, .size_bytes = size_bytes};
    c.content_name = o.content_name;
    c.user_agent = "bitswire-upload/0.1";
    c.wants_reply = !o.reply.empty();
    c.ping_first = o.ping_first;
    if (o.fragment_size) {
        c.fragment.first = c.fragment.largest = *o.fragment_size;
        c.fragment.smallest = std::min(c.fragment.smallest, *o.fragment_size);
    }
    if (o.timeout_s) c.request_timeout_s = c.response_timeout_s = *o.timeout_s;
    c.first_repeat_s = std::max(o.retry_delay_s, 1U);
    c.repeat_for_s = repeat_for_s(o);
    return c;
}

/// Whether a server that has said this may say something else later.
bool is_transient(const bitswire::upload_failure& f) { return f.what_to_do() == bitswire::remedy::retry_later; }

/// The state of a run before, if there is one and it is of this upload.
std::optional<upload_state> read_state(const options& o, const std::optional<state_file>& kept,
                                       const source_file* file) {
    if (!kept) return std::nullopt;
    kept->check_writable();
    std::optional<upload_state> state = kept->read();
    if (!state) {
        if (o.cancel) throw usage_error(kept->path() + ": there is no upload to cancel");
        return std::nullopt;
    }
    if (state->url != o.url) throw usage_error(kept->path() + ": this state belongs to an upload to " + state->url);
    if (file == nullptr || state->file == file->identity()) return state;
    const std::string start_over = "; to start over, use --cancel or delete the state";
    if (state->file.path != file->identity().path)
        throw usage_error(kept->path() + ": this state belongs to an upload of " + state->file.path + start_over);
    throw usage_error(o.file + ": has changed since the upload began" + start_over);
}

} // namespace

uploader::uploader(const options& o)
    : options_(o), client_(config_), http_(o.http, o.url), display_(o.json, o.verbose) {
    if (!bitswire::parse_url(o.url))
        throw usage_error(o.url + ": not an http or https URL; a name and a password go in --user");
    if (options_.content_name.empty()) options_.content_name = transfer::content_name_of(o.file);
    if (!o.cancel) file_.emplace(o.file);
    if (!o.state_file.empty()) state_file_.emplace(o.state_file);

    const std::optional<upload_state> kept = read_state(o, state_file_, file_ ? &*file_ : nullptr);
    state_.url = o.url;
    state_.file = file_ ? file_->identity() : kept->file;
    config_ = config_of(options_, state_.file.size_bytes);
    client_ = bitswire::upload_client(config_);
    if (!kept) return;
    const auto restored = bitswire::upload_client::restore(config_, kept->snapshot, now());
    if (!restored) throw usage_error(o.state_file + ": " + std::string(bitswire::error_line(restored.error()).view()));
    client_ = *restored;
}

int uploader::run() {
    using todo = bitswire::upload_todo;
    if (!options_.cancel) display_.started(options_.file, options_.url, client_.bytes_done(), client_.bytes_total());
    if (client_.finished()) return finished(); // and was killed before it could say so
    step s = begin();
    while (!stop_request::is_urgent()) {
        switch (s.todo) {
        case todo::send:
            s = exchange(s);
            break;
        case todo::fetch_reply:
            s = fetch_reply();
            break;
        case todo::give_credentials: // curl has tried those that there are
            s = client_.on_credentials_withheld(now());
            break;
        case todo::wait: // Close-Session or Cancel-Session failed, and the library repeats it
            trouble_.failure = client_.failure();
            display_.repeat(trouble_, bitswire::elapsed_ms(now(), s.wake_at) / 1000U);
            [[fallthrough]];
        case todo::nothing: // a timer that was due before the one that is waited for
            s = wait_until(s.wake_at) ? client_.on_timer(now()) : stop();
            break;
        case todo::stopped:
            if (!trouble_.is_about_reply) trouble_.failure = client_.failure();
            if (may_help_later() && wait_to_retry(s.wake_at)) {
                s = client_.resume(now());
            } else if (stop_request::is_made()) {
                s = stop();
            } else {
                return failed();
            }
            break;
        case todo::suspended:
            return interrupted();
        case todo::done:
            return finished();
        }
    }
    return interrupted();
}

uploader::step uploader::begin() {
    furthest_ = client_.bytes_done();
    if (options_.cancel) return client_.cancel(now());
    return client_.state() == bitswire::upload_client_state::init ? client_.start(now()) : client_.resume(now());
}

/// Sends what the step says, and tells the client what came back.
uploader::step uploader::exchange(const step& s) {
    const packet_type type = s.request.type;
    static_cast<void>(ask_to_stop());
    // A session is never closed over a file that was written to while it was read.
    const bool needs_file = type == packet_type::fragment || type == packet_type::close_session;
    if (needs_file && file_ && file_->has_changed()) return give_up_changed_file();

    display_.sent(s.request);
    const std::uint64_t before = client_.bytes_done();
    const http_answer answer = http_.send(http_.prepare(s), file_ ? &*file_ : nullptr, [&](std::uint64_t bytes) {
        static_cast<void>(ask_to_stop());
        display_.progress(before + bytes);
        return !stop_request::is_urgent();
    });
    if (answer.result == http_result::file_changed) return give_up_changed_file();
    const step next = on_answer(answer, type);
    save_state();
    if (client_.bytes_done() > furthest_) {
        furthest_ = client_.bytes_done();
        attempts_ = 0;
    }
    display_.progress(client_.bytes_done());
    return next;
}

uploader::step uploader::on_answer(const http_answer& answer, packet_type answers) {
    trouble_ = {};
    trouble_.detail = answer.trouble;
    trouble_may_pass_ = answer.may_help_later;
    switch (answer.result) {
    case http_result::answered: {
        const auto ack = bitswire::parse_message<bitswire::ack>(answer.start, answer.headers, {.answers = answers});
        if (!ack) return client_.on_bad_ack(ack.error(), now());
        display_.received(*ack);
        return client_.on_ack(*ack, now());
    }
    case http_result::head_too_large:
        return client_.on_bad_ack({bitswire::errc::head_too_large, bitswire::header::none, 0}, now());
    case http_result::timed_out:
        return client_.on_timeout(now());
    default:
        return client_.on_transport_error(now());
    }
}

/// Fetches the reply next to where it belongs, and moves it there when it is whole.
uploader::step uploader::fetch_reply() {
    std::array<char, bitswire::max_resolved_url_size(bitswire::max_url_size, bitswire::max_url_size)> url{};
    const auto size = client_.write_reply_url(url);
    if (!size) return on_reply_trouble(std::string(bitswire::error_line(size.error()).view()), 0, false);

    const std::string part = options_.reply + ".part";
    const auto os_trouble = [&] { return on_reply_trouble(part + ": " + std::strerror(errno), 0, false); };
    const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0) return os_trouble();
    std::uint64_t stored = 0;
    int store_errno = 0;
    const auto store = [&](std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t n = ::write(fd, bytes.data(), bytes.size());
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) {
                store_errno = errno;
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(n));
            stored += static_cast<std::uint64_t>(n);
        }
        return true;
    };
    const std::uint32_t timeout_s = options_.timeout_s.value_or(bitswire::upload_response_timeout_s);
    const http_answer answer = http_.fetch({.url = std::string(url.data(), *size), .response_timeout_s = timeout_s},
                                           store, [](std::uint64_t) { return !stop_request::is_made(); });
    if (answer.result == http_result::answered && answer.start.status == 200 && answer.length_is_known) {
        bool safe = ::fsync(fd) == 0;
        safe = ::close(fd) == 0 && safe;
        if (!safe || std::rename(part.c_str(), options_.reply.c_str()) != 0) return os_trouble();
        display_.reply(options_.reply, stored);
        return client_.on_reply_fetched(now());
    }
    ::close(fd);
    ::unlink(part.c_str());
    if (stop_request::is_made()) return stop();
    if (answer.result == http_result::sink_failed)
        return on_reply_trouble(part + ": " + std::strerror(store_errno), 0, false);
    if (answer.result == http_result::answered && answer.start.status == 200)
        return on_reply_trouble(
            "the server does not say how long the reply is, so a truncated one would not be noticed", 200, false);
    const std::uint16_t status = answer.result == http_result::answered ? answer.start.status : std::uint16_t{0};
    return on_reply_trouble(answer.trouble, status, answer.may_help_later);
}

uploader::step uploader::on_reply_trouble(std::string detail, std::uint16_t status, bool may_help_later) {
    const step s = client_.on_reply_failed(now());
    trouble_ = {client_.failure(), std::move(detail), true};
    trouble_.failure.http_status = status;
    trouble_may_pass_ = may_help_later && (status == 0 || is_transient(trouble_.failure));
    return s;
}

/// The request at hand is not sent; a session that is there is cancelled instead.
uploader::step uploader::give_up_changed_file() {
    file_has_changed_ = true;
    display_.warn(options_.file + " changed while it was being uploaded; the upload is cancelled");
    static_cast<void>(client_.cancel(now()));
    return client_.on_transport_error(now());
}

/// Tells the client once that somebody has asked to stop; it does so when the request under way has ended. What cannot
/// be gone on with is not left behind on the server either.
uploader::step uploader::ask_to_stop() {
    if (!stop_request::is_made() || is_told_to_stop_ || file_has_changed_) return {};
    is_told_to_stop_ = true;
    return state_file_ ? client_.suspend(now()) : client_.cancel(now());
}

/// The same while there is no request under way.
uploader::step uploader::stop() {
    step s = ask_to_stop();
    if (s.todo == bitswire::upload_todo::nothing) s.todo = bitswire::upload_todo::suspended;
    return s;
}

void uploader::save_state() {
    if (!state_file_ || client_.session_id().empty()) return;
    std::array<char, bitswire::upload_client::max_snapshot_size> bytes{};
    const auto size = client_.write_snapshot(bytes, now());
    if (!size) return; // the buffer is as large as any
    state_.snapshot.assign(bytes.data(), *size);
    const bool safe = state_file_->write(state_);
    if (!safe && !state_is_unsafe_) display_.warn(state_file_->path() + ": " + std::strerror(errno));
    state_is_unsafe_ = !safe;
}

bool uploader::may_help_later() const {
    if (file_has_changed_ || is_told_to_stop_) return false;
    const bitswire::upload_failure& f = trouble_.failure;
    // curl knows more about a connection than that it failed.
    if ((f.what == upload_status::transport || f.what == upload_status::reply_failed) && !trouble_may_pass_)
        return false;
    // The library has already repeated these for as long as was asked for.
    const bool is_end = f.during == packet_type::close_session || f.during == packet_type::cancel_session;
    if (f.what == upload_status::refused && is_end && f.http_status >= 500) return false;
    // It has already begun again and again; and what the server has lost, a new upload brings back.
    if (f.what == upload_status::no_progress || f.what == upload_status::session_doubtful) return false;
    return is_transient(f);
}

bool uploader::wait_to_retry(time_point wake_at) {
    if (attempts_ == options_.retries) return false;
    const std::uint64_t delay = delay_s(options_.retry_delay_s, attempts_++);
    display_.retry(trouble_, attempts_, options_.retries, delay);
    const time_point resume_at = bitswire::after_ms(now(), delay * 1000U);
    while (wake_at < resume_at) { // the host that does not answer is given up meanwhile
        if (!wait_until(wake_at)) return false;
        wake_at = client_.on_timer(now()).wake_at;
    }
    return wait_until(resume_at);
}

/// False if somebody has asked to stop.
bool uploader::wait_until(time_point t) {
    constexpr std::uint64_t glance_ms = 100;
    while (!stop_request::is_made()) {
        const std::uint64_t left_ms = bitswire::elapsed_ms(now(), t);
        if (left_ms == 0) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(std::min(left_ms, glance_ms)));
    }
    return false;
}

int uploader::finished() {
    if (state_file_) state_file_->remove();
    if (file_has_changed_) {
        display_.ended("the file changed while it was being uploaded, so nothing was uploaded", exit_failed);
        return exit_failed;
    }
    const bool cancelled = !client_.succeeded();
    if (cancelled && stop_request::is_made() && !options_.cancel) return interrupted();
    if (cancelled != options_.cancel) {
        display_.ended(cancelled ? "the upload was already cancelled" : "the upload was already complete", exit_failed);
        return exit_failed;
    }
    display_.done(cancelled);
    return exit_done;
}

int uploader::failed() {
    if (stop_request::is_made()) return interrupted();
    if (file_has_changed_) {
        display_.ended(
            "the file changed while it was being uploaded, and the session could not be cancelled at the server",
            exit_failed);
        return exit_failed;
    }
    const bool is_kept = state_file_ && !client_.session_id().empty() && !state_is_unsafe_;
    const bool passes =
        trouble_.failure.what == upload_status::auth_required || may_help_later() || is_transient(trouble_.failure);
    std::string hint;
    if (trouble_.failure.what == upload_status::auth_required) {
        hint = trouble_.failure.http_status == 407 ? "see --proxy-user" : "see --user";
    }
    if (trouble_.failure.what == upload_status::transport && !trouble_may_pass_) {
        hint = "if the certificate of the server is not known here, see --cacert";
    }
    if (is_kept) {
        hint.append(hint.empty() ? "" : "; ");
        hint += passes ? "the same command continues this upload" : "the state is kept: try again, or use --cancel";
    }
    const bool wrong_usage = trouble_.failure.what == upload_status::bad_argument;
    const int code = wrong_usage ? exit_wrong_usage : is_kept && passes ? exit_resumable : exit_failed;
    display_.failed(trouble_, hint, code);
    return code;
}

int uploader::interrupted() {
    const int code = 128 + static_cast<int>(stop_request::signal);
    const bool is_kept = state_file_ && !client_.session_id().empty() && !state_is_unsafe_;
    display_.ended(is_kept                        ? "stopped; the same command continues this upload"
                   : client_.session_id().empty() ? "stopped before the upload began"
                   : client_.finished()           ? "stopped; the upload is cancelled at the server"
                                                  : "stopped; use --resume to be able to continue",
                   code);
    return code;
}

} // namespace upload_tool
