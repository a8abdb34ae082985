// bitswire/session/job.hpp: a job, as IBackgroundCopyJob has it: methods for its owner, and what happens to it.
//
// No I/O: a call says what was asked for or what has happened; the step that it returns says what the method returns,
// what to do now, and whom to tell. What may happen when is the table in machine/job.hpp. Methods keep the names and
// the HRESULTs of the Windows SDK. Who runs when: session/scheduler.hpp. An upload as a job: session/upload_job.hpp.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_JOB_HPP
#define BITSWIRE_SESSION_JOB_HPP

#include "../base/result.hpp"
#include "../base/snapshot.hpp"
#include "../base/time.hpp"
#include "../machine/job.hpp"
#include "../spec/error.hpp"
#include "../spec/job_error.hpp"
#include "job_record.hpp"
#include "job_step.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bitswire {

/// One job. A method that is called in a state in which it is not allowed returns BG_E_INVALID_STATE, and an event that
/// is out of place is ignored; both change nothing. Source: *IBackgroundCopyJob* and its method pages.
class job : public job_record {
  public:
    /// A new job, suspended and without files. Borrows `storage`. Errors: E_INVALIDARG for a name that is empty or too
    /// long, E_OUTOFMEMORY if the storage has no room for the texts.
    static constexpr method_result<job> create(const job_config& c, const job_storage& storage,
                                               const moment& now) noexcept {
        if (c.display_name.empty() || utf16_length(c.display_name) > max_display_name_length)
            return "E_INVALIDARG"_hresult;
        if (c.owner.size() > max_owner_size) return "E_INVALIDARG"_hresult;
        if (static_cast<std::size_t>(c.type) >= enumerator_count<job_type>) return "E_INVALIDARG"_hresult;
        job j(c, storage, now);
        if (!j.files_.set_text(display_name_text, c.display_name) || !j.files_.set_text(owner_text, c.owner))
            return "E_OUTOFMEMORY"_hresult;
        return j;
    }

    // ---- Methods that change the state.

    constexpr job_step suspend(const moment& now) noexcept { return happened(job_event::suspend_called, now); }
    /// Without files BG_E_EMPTY. A job that was suspended when all its files were transferred is transferred again.
    constexpr job_step resume(const moment& now) noexcept {
        if (!files_.all_transferred()) return happened(job_event::resume_called, now);
        return happened(files_.size() == 0 ? job_event::resume_called_without_work
                                           : job_event::resume_called_when_transferred,
                        now);
    }
    /// `files_left`: temporary files could not be deleted. An upload that was begun must be cancelled at the server
    /// after this; until then the job is not over (`is_over`).
    constexpr job_step cancel(const moment& now, bool files_left = false) noexcept {
        return happened(files_left ? job_event::cancel_called_files_left : job_event::cancel_called, now);
    }
    /// What `complete` would return, if the files can be renamed: to be asked before they are.
    [[nodiscard]] constexpr hresult may_complete() const noexcept { return result_of(state(), completing({})); }
    /// Ends the job. The embedder has renamed the files of a download that are transferred and not completed yet
    /// (`file(i)`), or the reply of an upload-reply, if `may_complete`, and says here what came of it. A problem is
    /// returned, and the job stays: it is transferred, and can be completed again. An upload has nothing to rename.
    constexpr job_step complete(const moment& now, const job_completion& c = {}) noexcept {
        if (type_ != job_type::upload && c.rename_problem.is_failure() && may_complete().is_success()) {
            job_step s = happened(job_event::rename_failed, now);
            if (type_ == job_type::download) files_.complete(c.files_renamed);
            s.returns = c.rename_problem;
            return s;
        }
        const job_step s = happened(completing(c), now);
        if (s.returns.is_success()) files_.complete(files_.transferred());
        return s;
    }

    // ---- Methods that change what the job is.

    /// Source: *AddFile*.
    constexpr job_step add_file(std::string_view remote_name, std::string_view local_name, const moment& now) noexcept {
        return add(remote_name, local_name, {}, now);
    }
    /// Adds all of `files`, or, where one cannot be added, none. Source: *AddFileSet*.
    constexpr job_step add_file_set(std::span<const job_file_name> files, const moment& now) noexcept {
        if (is_final()) return refused(result_of(state(), job_event::add_file_called));
        if (files.empty()) return refused("E_INVALIDARG"_hresult);
        const auto before = files_.end();
        for (const job_file_name& f : files) {
            const hresult problem = add_name(f.remote_name, f.local_name, {});
            if (problem.is_success()) continue;
            files_.cut(before);
            return refused(problem);
        }
        return happened(job_event::add_file_called, now);
    }
    /// Only for downloads; they are stored in the order given. Source: *AddFileWithRanges*.
    constexpr job_step add_file_with_ranges(std::string_view remote_name, std::string_view local_name,
                                            std::span<const file_range> ranges, const moment& now) noexcept {
        if (is_final()) return refused("BG_E_INVALID_STATE"_hresult);
        if (type_ != job_type::download) return refused("E_NOTIMPL"_hresult);
        if (ranges.empty()) return refused("E_INVALIDARG"_hresult);
        if (is_limited_ && ranges.size() > limits_.ranges_per_file)
            return refused("BG_E_TOO_MANY_RANGES_IN_FILE"_hresult);
        return add(remote_name, local_name, ranges, now);
    }
    /// Replaces the beginning of the remote names of all files; S_FALSE if none begins so. What is transferred stays
    /// so.
    // WINDOWS: returns E_NOTIMPL for uploads. Here an upload begins anew at the new place, if it is not under way.
    constexpr job_step replace_remote_prefix(std::string_view old_prefix, std::string_view new_prefix,
                                             const moment& now) noexcept {
        if (old_prefix.empty() || new_prefix.empty()) return set(now, "E_INVALIDARG"_hresult);
        return replace(old_prefix, new_prefix, UINT32_MAX, now);
    }
    /// Source: *SetRemoteName*. E_INVALIDARG if there is no such file. One that is transferred stays so.
    // WINDOWS: E_NOTIMPL for uploads, as above.
    constexpr job_step set_remote_name(std::uint32_t file, std::string_view name, const moment& now) noexcept {
        if (file >= files_.size()) return set(now, "E_INVALIDARG"_hresult);
        return replace(files_.file(file).remote_name, name, file, now);
    }
    /// Source: *SetReplyFileName*. Not once the reply is being fetched. Empty: the embedder chooses one.
    constexpr job_step set_reply_file_name(std::string_view name, const moment& now) noexcept {
        if (type_ != job_type::upload_reply) return set(now, "E_NOTIMPL"_hresult);
        if (reply_.bytes_total != size_unknown) return refused("BG_E_INVALID_STATE"_hresult);
        const bool valid = name.empty() || is_local_name(name, limits_.local_name_length);
        return set_text(reply_file_text, name, valid ? hresult{} : "E_INVALIDARG"_hresult, now);
    }
    constexpr job_step set_display_name(std::string_view name, const moment& now) noexcept {
        if (name.empty()) return set(now, "E_INVALIDARG"_hresult);
        const bool fits = utf16_length(name) <= max_display_name_length;
        return set_text(display_name_text, name, fits ? hresult{} : "BG_E_STRING_TOO_LONG"_hresult, now);
    }
    constexpr job_step set_description(std::string_view text, const moment& now) noexcept {
        const bool fits = utf16_length(text) <= max_description_length;
        return set_text(description_text, text, fits ? hresult{} : "BG_E_STRING_TOO_LONG"_hresult, now);
    }
    /// From now on the job is the new owner's, with their limits, and runs only while they are logged on. The embedder
    /// decides whether they may take it. Source: *TakeOwnership*.
    constexpr job_step take_ownership(const job_owner& owner, const moment& now) noexcept {
        const bool fits = owner.name.size() <= max_owner_size;
        job_step s = set_text(owner_text, owner.name, fits ? hresult{} : "E_INVALIDARG"_hresult, now);
        if (s.returns.is_failure()) return s;
        is_limited_ = owner.is_limited;
        // "removes credentials, [...] and command line notification from the job".
        for (std::size_t i = notify_program_text; i < text_count; ++i)
            static_cast<void>(files_.set_text(i, {})); // nothing always fits
        if (owner.is_logged_on) {
            on_logged_on();
        } else {
            s.todo = on_logged_off(now).todo;
        }
        return s;
    }
    /// A policy that holds for background jobs alone no longer hinders one that is in the foreground now.
    constexpr job_step set_priority(job_priority p, const moment& now) noexcept {
        const bool valid = static_cast<std::size_t>(p) < enumerator_count<job_priority>;
        const job_step s = set(now, valid ? hresult{} : "E_NOTIMPL"_hresult);
        if (s.returns.is_failure()) return s;
        priority_ = p;
        // MaxInternetBandwidth "does not affect foreground transfers" (*group-policies*).
        if (p == job_priority::foreground) static_cast<void>(on_unblocked("BG_E_BLOCKED_BY_POLICY"_hresult, now));
        return s;
    }
    constexpr job_step set_notify_flags(notify_flags f, const moment& now) noexcept {
        const bool valid = (static_cast<std::uint32_t>(f) & ~all_notify_flags) == 0;
        job_step s = set(now, valid ? hresult{} : "E_NOTIMPL"_hresult);
        if (s.returns.is_failure()) return s;
        notify_flags_ = f;
        s.notify = events();
        return s;
    }
    /// A listener registers, perhaps in another run. `notify` has the events that were not told yet, and the one that
    /// the state of the job stands for. Source: *SetNotifyInterface*: "even if the event for which you registered
    /// already occurred".
    constexpr job_step set_notify_interface() noexcept {
        if (is_final()) return refused("BG_E_INVALID_STATE"_hresult);
        for (const job_notification_row& row : job_notification_rows) {
            if (row.told_again_in.contains(state())) events_ = events_ | row.flag;
        }
        return {.notify = events()};
    }
    /// The owner has been told of these events: a callback such as JobTransferred has returned S_OK, or the program of
    /// the command line has returned 0. Until then they are kept.
    constexpr void on_told(notify_flags told) noexcept {
        events_ = static_cast<notify_flags>(static_cast<std::uint32_t>(events_) & ~static_cast<std::uint32_t>(told));
    }
    /// In seconds; less than 5 is taken for 5. Beyond the no-progress time-out: the job is not tried again.
    constexpr job_step set_minimum_retry_delay(std::uint32_t seconds, const moment& now) noexcept {
        return set_limit(job_timer::retry_delay, seconds, now);
    }
    /// In seconds, from the first transient error on. 0: each error is final.
    constexpr job_step set_no_progress_timeout(std::uint32_t seconds, const moment& now) noexcept {
        return set_limit(job_timer::no_progress, seconds, now);
    }
    /// In seconds of connecting and transferring; 0: no limit.
    constexpr job_step set_maximum_download_time(std::uint32_t seconds, const moment& now) noexcept {
        const job_step s = set_limit(job_timer::download_time, seconds, now);
        if (s.returns.is_success()) has_own_download_time_ = true;
        return s;
    }

    // ---- What the embedder carries out.

    /// Replaces what there is for this target and scheme. Source: *SetCredentials*.
    constexpr job_step set_credentials(const job_credentials& c, const moment& now) noexcept {
        const std::string_view password = c.password.reveal();
        const auto find_problem = [&]() noexcept -> hresult {
            if (static_cast<std::size_t>(c.target) - 1 >= auth_target_count) return "BG_E_INVALID_AUTH_TARGET"_hresult;
            if (!is_auth(c.target, c.scheme)) return "BG_E_INVALID_AUTH_SCHEME"_hresult;
            if (utf16_length(c.user) > max_user_length) return "BG_E_USERNAME_TOO_LARGE"_hresult;
            if (utf16_length(password) > max_password_length) return "BG_E_PASSWORD_TOO_LARGE"_hresult;
            const bool is_implicit = c.user.empty() && password.empty();
            const bool fits = is_implicit ? is_implicit_allowed(c.scheme) : !c.user.empty();
            const bool has_zero = c.user.find('\0') != std::string_view::npos;
            return fits && !has_zero ? hresult{} : "E_INVALIDARG"_hresult;
        };
        const hresult problem = find_problem();
        if (is_final() || problem.is_failure()) return set(now, problem);
        std::array<char, max_utf8_per_utf16*(max_user_length + max_password_length) + 1> kept{};
        std::size_t size = 0;
        for (const char ch : c.user)
            kept[size++] = ch;
        kept[size++] = '\0';
        for (const char ch : password)
            kept[size++] = ch;
        return set_text(text_of(c.target, c.scheme), {kept.data(), size}, {}, now);
    }
    /// S_FALSE if there are none. Source: *RemoveCredentials*.
    constexpr job_step remove_credentials(auth_target target, auth_scheme scheme, const moment& now) noexcept {
        if (static_cast<std::size_t>(target) - 1 >= auth_target_count)
            return set(now, "BG_E_INVALID_AUTH_TARGET"_hresult);
        if (!is_auth(target, scheme)) return set(now, "BG_E_INVALID_AUTH_SCHEME"_hresult);
        if (!is_final() && files_.text(text_of(target, scheme)).empty()) return refused("S_FALSE"_hresult);
        return set_text(text_of(target, scheme), {}, {}, now);
    }
    /// Source: *SetProxySettings*.
    constexpr job_step set_proxy_settings(const job_proxy& p, const moment& now) noexcept {
        const hresult problem = check_proxy(p);
        if (is_final() || problem.is_failure()) return set(now, problem);
        const job_step s = set_texts(proxy_list_text, p.list, proxy_bypass_text, p.bypass, now);
        if (s.returns.is_success()) proxy_usage_ = p.usage;
        return s;
    }
    /// What to run when the job is transferred or in error. If it returns 0, call `on_told`; otherwise run it again
    /// after the retry delay. Empty: nothing. Source: *SetNotifyCmdLine*.
    constexpr job_step set_notify_cmd_line(const job_command_line& c, const moment& now) noexcept {
        const hresult problem = check_command_line(c);
        if (is_final() || problem.is_failure()) return set(now, problem);
        return set_texts(notify_program_text, c.program, notify_parameters_text, c.parameters, now);
    }
    /// E_NOTIMPL for a property that is unknown or that this type of job does not have; E_INVALIDARG for a value that
    /// it does not take; BG_E_INVALID_STATE when it is too late. Source: *SetProperty*, BITS_JOB_PROPERTY_ID.
    constexpr job_step set_property(job_property id, std::uint64_t value, const moment& now) noexcept {
        const std::size_t i = find_job_property(id);
        if (i == job_property_count || !job_property_rows[i].of.contains(type_)) return set(now, "E_NOTIMPL"_hresult);
        const job_property_row& row = job_property_rows[i];
        if (value < row.least || value > row.most) return set(now, "E_INVALIDARG"_hresult);
        const bool too_late = (row.when == settable::before_resume && was_resumed_) ||
                              (row.when == settable::before_files && files_.size() != 0);
        const job_step s = set(now, too_late ? "BG_E_INVALID_STATE"_hresult : hresult{});
        if (s.returns.is_success()) properties_[i] = value;
        return s;
    }

    // ---- What happens to a job.

    /// Group policies have changed. They also hold for existing jobs, except for what *SetMaximumDownloadTime* has set.
    /// This does not count as activity of the job.
    constexpr void on_limits_changed(const job_limits& limits, const moment& now) noexcept {
        timers_.advance(state(), now.steady);
        limits_ = limits;
        timers_.set_limit(job_timer::inactivity, limits.inactivity_timeout_s);
        if (!has_own_download_time_) timers_.set_limit(job_timer::download_time, limits.max_download_time_s);
    }

    /// It is its turn.
    constexpr job_step on_picked(const moment& now) noexcept { return happened(job_event::picked, now); }
    constexpr job_step on_connected(const moment& now) noexcept { return happened(job_event::connected, now); }
    /// The size of a file has become known. Ignored for one with ranges, and for one that is transferred.
    constexpr void on_size(std::uint32_t file, std::uint64_t bytes) noexcept {
        if (file < files_.size() && file >= files_.transferred() && files_.file(file).ranges.empty())
            files_.set_size(file, bytes);
    }
    /// So many bytes of the current file are transferred; it may be fewer than before, when they have to be transferred
    /// again. Progress is what moves forward from there, also where the job has been before.
    constexpr job_step on_progress(std::uint64_t bytes, const moment& now) noexcept {
        if (files_.all_transferred() || !machine_.accepts(job_event::progressed)) return {};
        const std::uint64_t before = files_.file(files_.transferred()).bytes_transferred;
        files_.set_progress(bytes);
        const std::uint64_t done = files_.file(files_.transferred()).bytes_transferred;
        return done > before ? happened(job_event::progressed, now) : job_step{};
    }
    constexpr job_step on_reply_progress(std::uint64_t bytes, std::uint64_t bytes_total, const moment& now) noexcept {
        if (type_ != job_type::upload_reply || !machine_.accepts(job_event::progressed)) return {};
        if (bytes > bytes_total) bytes = bytes_total;
        const bool further = bytes > reply_.bytes_transferred;
        reply_ = {bytes_total, bytes, 0, 0};
        return further ? happened(job_event::progressed, now) : job_step{};
    }
    /// The current file is transferred, and the reply of an upload-reply is fetched. An upload: the session is closed.
    constexpr job_step on_file_transferred(const moment& now) noexcept {
        if (files_.all_transferred()) return {};
        const bool last = files_.transferred() + 1 == files_.size();
        const job_event e = last ? job_event::all_transferred : job_event::file_transferred;
        if (!machine_.accepts(e)) return {};
        files_.finish_current();
        if (type_ != job_type::download) files_.complete(files_.transferred());
        has_server_session_ = false;
        return happened(e, now);
    }
    /// The transfer of the current file has failed. `disposition_of(e)` says what happens to the job.
    constexpr job_step on_error(const job_error& e, const moment& now) noexcept {
        timers_.advance(state(), now.steady);
        const disposition d = disposition_of(e);
        const std::uint32_t retry_s = timers_.limit_s(job_timer::retry_delay);
        const std::uint32_t no_progress_s = timers_.limit_s(job_timer::no_progress);
        job_event event = job_event::failed_for_good;
        if (d == disposition::waits && no_progress_s != 0) {
            event = job_event::failed_until_change;
        } else if (d == disposition::transient && retry_s <= no_progress_s &&
                   !timers_.is_over(job_timer::no_progress, state(), now.steady)) {
            event = job_event::failed_for_now;
        }
        if (!machine_.accepts(event)) return {};
        error_ = e;
        error_file_ = files_.transferred();
        if (d != disposition::waits && error_count_ != UINT32_MAX) ++error_count_;
        return happened(event, now);
    }
    /// There is no network any more.
    constexpr job_step on_network_lost(const moment& now) noexcept {
        return on_error({"BG_E_NETWORK_DISCONNECTED"_hresult, error_context::general_transport}, now);
    }
    /// The network is back: every job with a transient error is tried again (*users-and-network-connections*).
    constexpr job_step on_network_back(const moment& now) noexcept { return happened(job_event::change_came, now); }
    /// The condition that the code stands for is over: BG_E_BLOCKED_BY_POLICY, BG_E_DESTINATION_LOCKED, ...
    constexpr job_step on_unblocked(hresult code, const moment& now) noexcept {
        if (error_.code != code) return {};
        return happened(job_event::change_came, now);
    }
    /// Another job takes the turn.
    constexpr job_step on_yielded(const moment& now) noexcept { return happened(job_event::yielded, now); }
    /// Without its owner a job waits.
    constexpr job_step on_logged_off(const moment& now) noexcept {
        is_owner_logged_on_ = false;
        return happened(job_event::logged_off, now);
    }
    constexpr void on_logged_on() noexcept { is_owner_logged_on_ = true; }
    /// The server has been told to forget the session, or does not know it. Ignored while the job is at work.
    constexpr job_step on_server_session_ended(const moment& now) noexcept {
        if (is_running()) return {};
        const bool had_one = has_server_session_;
        has_server_session_ = false;
        const bool is_awaited = had_one && machine_.accepts(job_event::server_session_ended);
        return is_awaited ? happened(job_event::server_session_ended, now) : job_step{};
    }
    /// The job was read back in another run: if it was at work, it is queued again.
    constexpr void on_restarted() noexcept { static_cast<void>(machine_.step(job_event::restarted)); }
    /// `ms` milliseconds by the time of day have passed since the job was written in another run. They count for its
    /// inactivity (*group-policies*: 90 days), but not for the timers of transfers. Somebody may have set the clock, so
    /// at least a day stays (less only if less was left), in which the owner can act.
    constexpr void on_time_away(std::uint64_t ms) noexcept { timers_.skip(job_timer::inactivity, ms); }
    /// `wake_at` has come. At most one timer is dealt with; call again while `wake_at` is not later than now.
    constexpr job_step on_timer(const moment& now) noexcept {
        job_event e{};
        if (is_over() || !timers_.find_over(state(), now.steady, e)) return {};
        if (e == job_event::download_time_over) {
            error_ = {"BG_E_MAXDOWNLOAD_TIMEOUT"_hresult, error_context::general_queue_manager};
            error_file_ = files_.transferred();
            if (error_count_ != UINT32_MAX) ++error_count_;
        }
        if (e == job_event::cancelling_for_too_long) has_server_session_ = false;
        return happened(e, now);
    }

    // ---- Bytes.

    /// A job exactly as it was when it wrote `bytes`, for queues that keep jobs as bytes while they run; its timers go
    /// on at `now` with the time that was left then, and its owner counts as logged on. Errors: bad_snapshot;
    /// buffer_too_small if `storage` is.
    static constexpr result<job> read_snapshot(std::string_view bytes, const job_storage& storage,
                                               const moment& now) noexcept {
        snapshot_reader r(bytes, snapshot);
        const result<job> j = read(r, storage, now);
        if (j && !r.finish()) return error{errc::bad_snapshot, header::none, 0};
        return j;
    }
    /// The same, in another run: see `on_restarted`.
    static constexpr result<job> restore(std::string_view bytes, const job_storage& storage,
                                         const moment& now) noexcept {
        result<job> j = read_snapshot(bytes, storage, now);
        if (j) j->on_restarted();
        return j;
    }
    /// A job exactly as it was, as a part of another snapshot.
    static constexpr result<job> read(snapshot_reader& r, const job_storage& storage, const moment& now) noexcept {
        const result<job_storage_size> size = peek_storage_size(r);
        if (!size) return size.error();
        if (size->files > storage.files.size() || size->text_bytes > storage.texts.size() ||
            size->ranges > storage.ranges.size())
            return error{errc::buffer_too_small, header::none, 0};
        job j({}, storage, now);
        if (!j.read_fields(r, now)) return error{errc::bad_snapshot, header::none, 0};
        return j;
    }

  private:
    constexpr job(const job_config& c, const job_storage& storage, const moment& now) noexcept
        : job_record(c, storage, now) {}

    [[nodiscard]] constexpr job_event completing(const job_completion& c) const noexcept {
        const bool whole = files_.size() != 0 && files_.all_transferred();
        if (type_ != job_type::download)
            return whole ? job_event::complete_called_on_upload : job_event::complete_called_on_unfinished_upload;
        if (!files_.all_transferred()) return job_event::complete_called_in_part;
        return c.files_left ? job_event::complete_called_files_left : job_event::complete_called;
    }

    static constexpr job_step refused(hresult why) noexcept { return {.returns = why}; }

    /// A property is to be set, unless there is a `problem`.
    constexpr job_step set(const moment& now, hresult problem) noexcept {
        if (is_final()) return refused("BG_E_INVALID_STATE"_hresult);
        if (problem.is_failure()) return refused(problem);
        return happened(job_event::property_set, now);
    }
    constexpr job_step set_text(text_number number, std::string_view value, hresult problem,
                                const moment& now) noexcept {
        if (is_final() || problem.is_failure()) return set(now, problem);
        return set(now, files_.set_text(number, value) ? hresult{} : "E_OUTOFMEMORY"_hresult);
    }
    /// Both, or neither.
    constexpr job_step set_texts(text_number first, std::string_view one, text_number second, std::string_view two,
                                 const moment& now) noexcept {
        const hresult problem = files_.set_texts(first, one, second, two) ? hresult{} : "E_OUTOFMEMORY"_hresult;
        return set(now, problem);
    }
    constexpr job_step set_limit(job_timer t, std::uint32_t seconds, const moment& now) noexcept {
        const job_step s = set(now, {});
        if (s.returns.is_success()) timers_.set_limit(t, seconds);
        return s;
    }

    constexpr job_step add(std::string_view remote_name, std::string_view local_name,
                           std::span<const file_range> ranges, const moment& now) noexcept {
        if (is_final()) return refused(result_of(state(), job_event::add_file_called));
        const hresult problem = add_name(remote_name, local_name, ranges);
        return problem.is_failure() ? refused(problem) : happened(job_event::add_file_called, now);
    }
    constexpr hresult add_name(std::string_view remote_name, std::string_view local_name,
                               std::span<const file_range> ranges) noexcept {
        if (type_ != job_type::download && files_.size() != 0) return "BG_E_TOO_MANY_FILES"_hresult;
        if (is_limited_ && files_.size() >= limits_.files_per_job) return "BG_E_TOO_MANY_FILES_IN_JOB"_hresult;
        if (!is_remote_name(remote_name) || !is_local_name(local_name, limits_.local_name_length))
            return "E_INVALIDARG"_hresult;
        return files_.add(remote_name, local_name, ranges);
    }
    constexpr job_step replace(std::string_view old_prefix, std::string_view new_prefix, std::uint32_t only,
                               const moment& now) noexcept {
        const bool is_upload = type_ != job_type::download;
        if (is_final() || (is_upload && is_running())) return refused("BG_E_INVALID_STATE"_hresult);
        const hresult done = files_.replace_prefix(old_prefix, new_prefix, is_upload, only);
        if (done != hresult{}) return refused(done);
        if (is_upload && !files_.all_transferred()) { // what was begun there cannot be continued here
            has_server_session_ = false;
            reply_ = {};
        }
        return set(now, {});
    }

    /// The only place that steps the machine and does what goes with it.
    constexpr job_step happened(job_event event, const moment& now) noexcept {
        if (!machine_.accepts(event)) return refused(job_rules::invalid_state);
        const hresult returns = machine_.row_for(event).returns;
        const job_state before = state();
        const job_action todo = *machine_.step(event);
        timers_.advance(before, now.steady);
        if (returns.is_failure()) return refused(returns);
        timers_.on_event(event);
        arm(event);
        times_.modified = now.wall;
        if (event == job_event::resume_called) was_resumed_ = true;
        if (event == job_event::all_transferred) times_.transfer_completed = now.wall;
        if (event == job_event::picked && type_ != job_type::download) has_server_session_ = true;
        const notify_flags raised = events_of(event);
        events_ = events_ | raised;
        return {.returns = returns, .todo = todo, .notify = raised & events()};
    }
    /// Starts and stops those timers that depend on more than the state.
    constexpr void arm(job_event event) noexcept {
        switch (event) {
        case job_event::failed_for_now:
            timers_.release(job_timer::retry_delay);
            timers_.release(job_timer::no_progress);
            break;
        case job_event::failed_until_change: // it is not tried again by time
            timers_.halt(job_timer::retry_delay);
            timers_.halt(job_timer::no_progress);
            break;
        case job_event::progressed:
        case job_event::file_transferred:
        case job_event::all_transferred:
        case job_event::resume_called: // counts from the first transient error on
            timers_.halt(job_timer::no_progress);
            break;
        case job_event::cancel_called:
        case job_event::cancel_called_files_left:
        case job_event::inactive_for_too_long:
            timers_.release(job_timer::retry_delay);
            timers_.set_limit(job_timer::cancelling, cancel_timeout_s());
            break;
        default:
            break;
        }
    }
    /// The notifications that an event raises.
    [[nodiscard]] constexpr notify_flags events_of(job_event event) const noexcept {
        notify_flags raised = notify_flags::none;
        for (const job_notification_row& row : job_notification_rows) {
            if (row.raised_by.contains(event) && row.of.contains(type_)) raised = raised | row.flag;
        }
        return raised;
    }
};

} // namespace bitswire

#endif
