// bitswire/session/job_record.hpp: what a job is, to be read and to be stored; what happens to it is session/job.hpp.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_JOB_RECORD_HPP
#define BITSWIRE_SESSION_JOB_RECORD_HPP

#include "../base/snapshot.hpp"
#include "../base/time.hpp"
#include "../machine/job.hpp"
#include "../spec/error.hpp"
#include "../spec/job_error.hpp"
#include "../spec/job_property.hpp"
#include "../wire/guid.hpp"
#include "job_files.hpp"
#include "job_step.hpp"
#include "job_timers.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bitswire {

/// The properties of a job, as the Get methods of *IBackgroundCopyJob* tell them.
class job_record {
  public:
    [[nodiscard]] constexpr const guid& id() const noexcept BITSWIRE_LIFETIMEBOUND { return id_; }
    [[nodiscard]] constexpr job_type type() const noexcept { return type_; }
    [[nodiscard]] constexpr job_priority priority() const noexcept { return priority_; }
    [[nodiscard]] constexpr job_state state() const noexcept { return machine_.state(); }
    [[nodiscard]] constexpr bool is_final() const noexcept { return machine_.is_final(); }
    /// Whether the job is in enumerations (*EnumJobs*) and counts for limits: not any more once it is final, though the
    /// session of an upload that was cancelled may still have to be ended at the server.
    [[nodiscard]] constexpr bool is_enumerated() const noexcept { return !is_final(); }
    /// Final, and there is nothing left to do at the server: the embedder can forget it.
    [[nodiscard]] constexpr bool is_over() const noexcept { return is_final() && !has_server_session_; }
    /// Whether it waits for its turn.
    [[nodiscard]] constexpr bool is_ready() const noexcept {
        return state() == job_state::queued && is_owner_logged_on_;
    }
    [[nodiscard]] constexpr bool is_running() const noexcept { return job_rules::active.contains(state()); }
    /// When to call `on_timer`, on the steady clock.
    [[nodiscard]] constexpr time_point wake_at() const noexcept {
        return is_over() ? time_never : timers_.wake_at(state());
    }

    /// These borrow the job until the next call that changes it.
    [[nodiscard]] constexpr std::string_view display_name() const noexcept { return files_.text(display_name_text); }
    [[nodiscard]] constexpr std::string_view description() const noexcept { return files_.text(description_text); }
    [[nodiscard]] constexpr std::string_view owner() const noexcept { return files_.text(owner_text); }
    /// Empty: the embedder chooses one. E_NOTIMPL without replies. Source: *GetReplyFileName*.
    [[nodiscard]] constexpr method_result<std::string_view> reply_file_name() const noexcept {
        if (type_ != job_type::upload_reply) return "E_NOTIMPL"_hresult;
        return files_.text(reply_file_text);
    }
    [[nodiscard]] constexpr std::uint32_t file_count() const noexcept { return files_.size(); }
    /// Empty where `i` is not less than `file_count`.
    [[nodiscard]] constexpr job_file file(std::uint32_t i) const noexcept { return files_.file(i); }
    /// The file that is being transferred, or is next; `file_count` if there is none.
    [[nodiscard]] constexpr std::uint32_t current_file() const noexcept { return files_.transferred(); }

    /// Source: BG_JOB_PROGRESS.
    [[nodiscard]] constexpr job_progress progress() const noexcept {
        job_progress p{0, 0, files_.size(), files_.transferred()};
        for (std::uint32_t i = 0; i < files_.size(); ++i) {
            const job_file f = files_.file(i);
            p.bytes_total = add_sizes(p.bytes_total, f.bytes_total);
            p.bytes_transferred = add_sizes(p.bytes_transferred, f.bytes_transferred);
        }
        return p;
    }
    /// BG_JOB_REPLY_PROGRESS; the total is BG_SIZE_UNKNOWN until the reply begins. E_NOTIMPL without replies.
    [[nodiscard]] constexpr method_result<job_progress> reply_progress() const noexcept {
        if (type_ != job_type::upload_reply) return "E_NOTIMPL"_hresult;
        return reply_;
    }
    /// Only in the states error and transient_error: otherwise BG_E_ERROR_INFORMATION_UNAVAILABLE. Source: *GetError*.
    [[nodiscard]] constexpr method_result<job_error> get_error() const noexcept {
        if (!has_error()) return "BG_E_ERROR_INFORMATION_UNAVAILABLE"_hresult;
        return error_;
    }
    /// The number of the file that the error is about. Source: *IBackgroundCopyError::GetFile*.
    [[nodiscard]] constexpr method_result<std::uint32_t> get_error_file() const noexcept {
        if (!has_error()) return "BG_E_ERROR_INFORMATION_UNAVAILABLE"_hresult;
        const bool about_file = error_.context == error_context::local_file ||
                                error_.context == error_context::remote_file ||
                                error_.context == error_context::remote_application;
        if (!about_file || error_file_ >= files_.size()) return "BG_E_FILE_NOT_AVAILABLE"_hresult;
        return error_file_;
    }
    /// "http", also for https, where the error is one of the protocol. Static storage. Source:
    /// *IBackgroundCopyError::GetProtocol*.
    [[nodiscard]] constexpr method_result<std::string_view> get_error_protocol() const noexcept {
        if (!has_error()) return "BG_E_ERROR_INFORMATION_UNAVAILABLE"_hresult;
        const bool is_of_protocol = error_.context == error_context::general_transport ||
                                    error_.context == error_context::remote_file ||
                                    error_.context == error_context::remote_application;
        if (!is_of_protocol) return "BG_E_PROTOCOL_NOT_AVAILABLE"_hresult;
        return std::string_view{"http"};
    }
    /// How often the transfer failed; not when the network was gone or a policy forbade it. Source: *GetErrorCount*.
    [[nodiscard]] constexpr std::uint32_t error_count() const noexcept { return error_count_; }
    [[nodiscard]] constexpr const job_times& times() const noexcept BITSWIRE_LIFETIMEBOUND { return times_; }
    [[nodiscard]] constexpr notify_flags get_notify_flags() const noexcept { return notify_flags_; }
    /// The events that the owner wants to be told of and that `on_told` has not confirmed yet; snapshots keep them.
    [[nodiscard]] constexpr notify_flags events() const noexcept {
        if ((notify_flags_ & notify_flags::disable) != notify_flags::none) return notify_flags::none;
        return events_ & notify_flags_;
    }
    /// Seconds.
    [[nodiscard]] constexpr std::uint32_t minimum_retry_delay_s() const noexcept {
        return timers_.limit_s(job_timer::retry_delay);
    }
    [[nodiscard]] constexpr std::uint32_t no_progress_timeout_s() const noexcept {
        return timers_.limit_s(job_timer::no_progress);
    }
    [[nodiscard]] constexpr std::uint32_t maximum_download_time_s() const noexcept {
        return timers_.limit_s(job_timer::download_time);
    }
    /// How long the Cancel-Session of an upload is repeated, in seconds: 24 hours, or the no-progress time-out where
    /// that is less. Source: *Cancel*.
    [[nodiscard]] constexpr std::uint32_t cancel_timeout_s() const noexcept {
        const std::uint32_t day = row_of(job_timer::cancelling).default_s;
        return no_progress_timeout_s() < day ? no_progress_timeout_s() : day;
    }

    /// How to reach servers. Source: *GetProxySettings*.
    [[nodiscard]] constexpr job_proxy proxy_settings() const noexcept BITSWIRE_LIFETIMEBOUND {
        return {proxy_usage_, files_.text(proxy_list_text), files_.text(proxy_bypass_text)};
    }
    /// What to run when the job is transferred or in error. Source: *GetNotifyCmdLine*.
    [[nodiscard]] constexpr job_command_line notify_cmd_line() const noexcept BITSWIRE_LIFETIMEBOUND {
        return {files_.text(notify_program_text), files_.text(notify_parameters_text)};
    }
    /// What *SetCredentials* has set, for answers to 401 and 407. Never show or log it. Borrows the job until its next
    /// change.
    [[nodiscard]] constexpr job_credentials credentials(auth_target target,
                                                        auth_scheme scheme) const noexcept BITSWIRE_LIFETIMEBOUND {
        job_credentials c{target, scheme, {}, {}, false};
        if (!is_auth(target, scheme)) return c;
        const std::string_view kept = files_.text(text_of(target, scheme));
        c.is_set = !kept.empty();
        if (!c.is_set) return c;
        const std::size_t end = kept.find('\0');
        c.user = kept.substr(0, end);
        c.password = secret_text(kept.substr(end + 1));
        return c;
    }
    /// A number, a flag as 0 or 1, or a BG_AUTH_TARGET. E_NOTIMPL for an unknown property. Source: *GetProperty*.
    [[nodiscard]] constexpr method_result<std::uint64_t> get_property(job_property id) const noexcept {
        const std::size_t i = find_job_property(id);
        if (i == job_property_count) return "E_NOTIMPL"_hresult;
        return properties_[i];
    }

    /// What storage the job needs, at least.
    [[nodiscard]] constexpr job_storage_size storage_size() const noexcept { return files_.storage_size(); }
    /// Continues in other memory, which must not overlap what it had: for a job that outgrows its storage. False, and
    /// nothing changed, if `storage` is smaller than `storage_size`.
    [[nodiscard]] constexpr bool move_to(const job_storage& storage) noexcept { return files_.move_to(storage); }

    /// Writes all that the job is and returns the size of it, which is larger than `out` if it did not fit: nothing but
    /// the size is of use then. The credentials are written as they are, not encrypted: keep the bytes secret.
    [[nodiscard]] constexpr std::size_t write_snapshot(std::span<char> out, const moment& now) const noexcept {
        snapshot_writer w(out, snapshot);
        write(w, now);
        return w.finish();
    }
    /// The same, as a part of another snapshot.
    constexpr void write(snapshot_writer& w, const moment& now) const noexcept {
        const job_storage_size size = storage_size();
        w.put(size.files);
        w.put(size.text_bytes);
        w.put(size.ranges);
        for (const std::uint8_t byte : id_.bytes)
            w.put(byte);
        w.put(static_cast<std::uint8_t>(type_));
        w.put(static_cast<std::uint8_t>(priority_));
        w.put(static_cast<std::uint8_t>(state()));
        w.put(static_cast<std::uint32_t>(notify_flags_));
        w.put(static_cast<std::uint32_t>(events_));
        w.put(is_limited_);
        w.put(limits_.files_per_job);
        w.put(limits_.ranges_per_file);
        w.put(limits_.local_name_length);
        w.put(error_.code.value);
        w.put(static_cast<std::uint32_t>(error_.context));
        w.put(error_.http_status);
        w.put(error_file_);
        w.put(error_count_);
        w.put(times_.created.ms);
        w.put(times_.modified.ms);
        w.put(times_.transfer_completed.ms);
        w.put(reply_.bytes_total);
        w.put(reply_.bytes_transferred);
        w.put(has_server_session_);
        w.put(has_own_download_time_);
        w.put(was_resumed_);
        w.put(static_cast<std::uint8_t>(proxy_usage_));
        for (const std::uint64_t value : properties_)
            w.put(value);
        timers_.write(w, state(), now.steady);
        files_.write(w);
    }
    /// The storage that is needed to read `bytes`, which is in proportion to their number. Errors: bad_snapshot.
    static constexpr result<job_storage_size> storage_size_of(std::string_view bytes) noexcept {
        return peek_storage_size(snapshot_reader(bytes, snapshot));
    }
    /// The same, of a job in another snapshot, from where `r` is.
    static constexpr result<job_storage_size> peek_storage_size(snapshot_reader r) noexcept {
        const job_storage_size size = read_storage_size(r);
        // Each file and each range has at least so many bytes.
        constexpr std::size_t file_bytes =
            2 * sizeof(std::uint16_t) + 2 * sizeof(std::uint64_t) + sizeof(std::uint32_t);
        constexpr std::size_t range_bytes = 2 * sizeof(std::uint64_t);
        if (r.is_bad() || size.files > r.left() / file_bytes || size.ranges > r.left() / range_bytes ||
            size.text_bytes > r.left())
            return error{errc::bad_snapshot, header::none, 0};
        return size;
    }

  protected:
    enum text_number : std::size_t {
        display_name_text,
        description_text,
        owner_text,
        reply_file_text,
        proxy_list_text,
        proxy_bypass_text,
        notify_program_text,
        notify_parameters_text,
        first_credentials_text, ///< of each target and scheme: the user, a zero, the password
        text_count = first_credentials_text + auth_target_count * auth_scheme_count,
    };
    static constexpr bool is_auth(auth_target t, auth_scheme s) noexcept {
        const auto target = static_cast<std::size_t>(t);
        const auto scheme = static_cast<std::size_t>(s);
        return target - 1 < auth_target_count && scheme - 1 < auth_scheme_count;
    }
    static constexpr text_number text_of(auth_target t, auth_scheme s) noexcept {
        return static_cast<text_number>(first_credentials_text + (static_cast<std::size_t>(t) - 1) * auth_scheme_count +
                                        static_cast<std::size_t>(s) - 1);
    }

    static constexpr snapshot_kind snapshot{"BWJB", 2};

    constexpr job_record(const job_config& c, const job_storage& storage, const moment& now) noexcept
        : id_(c.id), type_(c.type), is_limited_(c.is_limited), limits_(c.limits), files_(storage),
          timers_(now.steady), times_{now.wall, now.wall, wall_time_never} {
        timers_.set_limit(job_timer::inactivity, c.limits.inactivity_timeout_s);
        timers_.set_limit(job_timer::download_time, c.limits.max_download_time_s);
    }

    /// Reads what `write` wrote, into a new record. False: it is none, or cannot be.
    constexpr bool read_fields(snapshot_reader& r, const moment& now) noexcept {
        static_cast<void>(read_storage_size(r));
        for (std::uint8_t& byte : id_.bytes)
            byte = r.get<std::uint8_t>();
        type_ = r.get_enum<job_type>(enumerator_count<job_type>);
        priority_ = r.get_enum<job_priority>(enumerator_count<job_priority>);
        const auto state = r.get_enum<job_state>(enumerator_count<job_state>);
        notify_flags_ = static_cast<notify_flags>(r.get<std::uint32_t>());
        events_ = static_cast<notify_flags>(r.get<std::uint32_t>());
        is_limited_ = r.get_bool();
        limits_.files_per_job = r.get<std::uint32_t>();
        limits_.ranges_per_file = r.get<std::uint32_t>();
        limits_.local_name_length = r.get<std::uint16_t>();
        error_.code.value = r.get<std::uint32_t>();
        error_.context = static_cast<error_context>(r.get<std::uint32_t>());
        error_.http_status = r.get<std::uint16_t>();
        error_file_ = r.get<std::uint32_t>();
        error_count_ = r.get<std::uint32_t>();
        times_.created.ms = r.get<std::uint64_t>();
        times_.modified.ms = r.get<std::uint64_t>();
        times_.transfer_completed.ms = r.get<std::uint64_t>();
        reply_.bytes_total = r.get<std::uint64_t>();
        reply_.bytes_transferred = r.get<std::uint64_t>();
        has_server_session_ = r.get_bool();
        has_own_download_time_ = r.get_bool();
        was_resumed_ = r.get_bool();
        proxy_usage_ = r.get_enum<proxy_usage>(proxy_usage_count);
        for (std::uint64_t& value : properties_)
            value = r.get<std::uint64_t>();
        const bool timers_are_possible = timers_.read(r, now.steady);
        if (r.is_bad() || !timers_are_possible || !files_.read(r) || !is_possible(state)) return false;
        machine_ = job_machine(state);
        return true;
    }
    static constexpr job_storage_size read_storage_size(snapshot_reader& r) noexcept {
        job_storage_size size;
        size.files = r.get<std::uint32_t>();
        size.text_bytes = r.get<std::uint32_t>();
        size.ranges = r.get<std::uint32_t>();
        return size;
    }
    /// Whether what was read can be of a job in `state`.
    [[nodiscard]] constexpr bool is_possible(job_state state) const noexcept {
        if (display_name().empty() || utf16_length(display_name()) > max_display_name_length) return false;
        if (utf16_length(description()) > max_description_length || owner().size() > max_owner_size) return false;
        const std::string_view reply_name = files_.text(reply_file_text);
        if (!reply_name.empty() && (type_ != job_type::upload_reply || !is_local_name(reply_name, UINT16_MAX)))
            return false;
        if ((static_cast<std::uint32_t>(notify_flags_ | events_) & ~all_notify_flags) != 0) return false;
        if (!are_settings_possible()) return false;
        if (type_ == job_type::download) {
            if (has_server_session_) return false;
        } else {
            if (files_.size() > 1 || files_.storage_size().ranges != 0) return false;
            if (state == job_state::transferred && files_.transferred() != 1) return false;
        }
        const bool is_at_work = action_states.contains(state) || state == job_state::error;
        return !is_at_work || !files_.all_transferred();
    }
    [[nodiscard]] constexpr bool are_settings_possible() const noexcept {
        const job_proxy proxy = proxy_settings();
        const job_command_line line = notify_cmd_line();
        if (check_proxy(proxy).is_failure() || check_command_line(line).is_failure()) return false;
        for (std::size_t i = first_credentials_text; i < text_count; ++i) {
            const std::string_view kept = files_.text(i);
            const std::size_t end = kept.find('\0');
            if (kept.empty()) continue;
            if (end == std::string_view::npos || utf16_length(kept.substr(0, end)) > max_user_length) return false;
            if (utf16_length(kept.substr(end + 1)) > max_password_length) return false;
        }
        for (std::size_t i = 0; i < job_property_count; ++i) {
            const job_property_row& row = job_property_rows[i];
            const bool fits = properties_[i] >= row.least && properties_[i] <= row.most && row.of.contains(type_);
            if (properties_[i] != row.initial && !fits) return false;
        }
        return true;
    }
    /// Source: *SetProxySettings*.
    static constexpr hresult check_proxy(const job_proxy& p) noexcept {
        if (static_cast<std::size_t>(p.usage) >= proxy_usage_count) return "E_NOTIMPL"_hresult;
        if (utf16_length(p.list) > max_proxy_list_length) return "BG_E_PROXY_LIST_TOO_LARGE"_hresult;
        if (utf16_length(p.bypass) > max_proxy_list_length) return "BG_E_PROXY_BYPASS_LIST_TOO_LARGE"_hresult;
        const bool is_override = p.usage == proxy_usage::override_list;
        const bool fits = is_override ? !p.list.empty() : p.list.empty() && p.bypass.empty();
        return fits ? hresult{} : "E_INVALIDARG"_hresult;
    }
    /// Source: *SetNotifyCmdLine*.
    static constexpr hresult check_command_line(const job_command_line& c) noexcept {
        if (utf16_length(c.program) > max_notify_program_length) return "BG_E_STRING_TOO_LONG"_hresult;
        if (utf16_length(c.parameters) > max_notify_parameters_length) return "BG_E_STRING_TOO_LONG"_hresult;
        return c.program.empty() && !c.parameters.empty() ? "E_INVALIDARG"_hresult : hresult{};
    }
    [[nodiscard]] constexpr bool has_error() const noexcept {
        return state() == job_state::error || state() == job_state::transient_error;
    }

    guid id_;
    job_type type_;
    job_priority priority_ = job_priority::normal;
    job_machine machine_{};
    bool is_limited_;
    bool is_owner_logged_on_ = true;
    bool has_server_session_ = false; ///< an upload was begun, and is not over at the server
    bool was_resumed_ = false;
    proxy_usage proxy_usage_ = proxy_usage::preconfig;
    std::array<std::uint64_t, job_property_count> properties_ = [] {
        std::array<std::uint64_t, job_property_count> initial{};
        for (std::size_t i = 0; i < job_property_count; ++i)
            initial[i] = job_property_rows[i].initial;
        return initial;
    }();
    bool has_own_download_time_ = false; ///< and not that of the policy
    notify_flags notify_flags_ = default_notify_flags;
    notify_flags events_ = notify_flags::none; ///< not told yet, whether or not the owner wants them
    job_limits limits_;
    job_files<text_count> files_;
    job_timers timers_;
    job_error error_{};
    std::uint32_t error_file_ = 0;
    std::uint32_t error_count_ = 0;
    job_times times_;
    job_progress reply_{};
};

} // namespace bitswire

#endif
