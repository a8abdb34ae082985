// bitswire/session/upload_client.hpp: the client of one upload: says what to send next, and learns what came back.
//
// No I/O: a call says that something has happened, the step that it returns says what to do now. What may happen when
// is the table in machine/upload_client.hpp; what an Ack means is in upload_ack.hpp. File bytes never come here: a
// Fragment is an offset and a size. Retrying after a failure is the layer above's decision: `resume`.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_UPLOAD_CLIENT_HPP
#define BITSWIRE_SESSION_UPLOAD_CLIENT_HPP

#include "../base/inline_text.hpp"
#include "../base/snapshot.hpp"
#include "../base/time.hpp"
#include "../machine/upload_client.hpp"
#include "../wire/upload_request.hpp"
#include "../wire/url.hpp"
#include "fragment_size.hpp"
#include "upload_ack.hpp"
#include "upload_failure.hpp"
#include "upload_step.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bitswire {

/// One upload. Every call that says that something happened returns what to do now; one that is out of place changes
/// nothing and returns `upload_todo::nothing`. Source: [MC-BUP] 3.1.
class upload_client {
  public:
    using state_type = upload_client_state;

    constexpr explicit upload_client(const upload_client_config& config) noexcept
        : config_(config), fragment_size_(config.fragment) {
        const result<url_view> url = parse_url(config.url);
        if (config.url.size() > max_url_size) {
            url_problem_ = {errc::value_too_long, header::none, max_url_size};
        } else if (!url) {
            url_problem_ = url.error();
        } else if (url->path.empty() && !url->query.empty()) {
            url_problem_ = {errc::bad_url, header::none, static_cast<std::uint32_t>(config.url.find('?'))};
        } else {
            url_ = *url;
        }
    }

    /// Begins. What of the configuration cannot be sent stops here: bad_argument.
    constexpr upload_step start(time_point now) noexcept {
        if (machine_.state() != state_type::init) return {};
        if (const error problem = check()) {
            failure_ = {.what = upload_status::bad_argument, .during = packet_type::create_session, .problem = problem};
            return {.todo = upload_todo::stopped};
        }
        using e = upload_client_event;
        return happened(config_.ping_first ? e::started_with_ping : e::started, now);
    }

    /// The Ack to what was sent. An interim one (`ack::is_interim`) must not come here. `a` is not kept.
    constexpr upload_step on_ack(const ack& a, time_point now) noexcept {
        if (!is_waiting_ || a.is_interim()) return {};
        const ack_meaning m = meaning_of(a, awaited());
        if (a.is_success() || m.event == upload_client_event::ack_out_of_sync) fallback_at_ = time_never;
        failure_ = {.during = sent(),
                    .http_status = a.status,
                    .code = a.error_code.value_or(hresult{}),
                    .context = a.error_context.value_or(error_context::none),
                    .problem = m.problem};
        return happened(take(a, m, now), now);
    }
    /// What came back was no valid Ack: `problem` is what the parser says.
    constexpr upload_step on_bad_ack(const error& problem, time_point now) noexcept {
        if (!is_waiting_) return {};
        failure_ = {.during = sent(), .problem = problem};
        return happened(upload_client_event::ack_invalid, now);
    }
    /// The request could not be sent, or the connection ended before its Ack.
    constexpr upload_step on_transport_error(time_point now) noexcept {
        return on_no_answer(upload_client_event::transport_failed, now);
    }
    /// The request was not sent, or its Ack not received, in the time that the step gave; the connection is to be
    /// closed.
    constexpr upload_step on_timeout(time_point now) noexcept {
        return on_no_answer(upload_client_event::timed_out, now);
    }
    /// The time of a step's `wake_at` has come.
    constexpr upload_step on_timer(time_point now) noexcept {
        if (now >= fallback_at_ && !is_waiting_) {
            fallback_at_ = time_never;
            if (const auto action = machine_.step(upload_client_event::host_fallback_due)) perform(*action, now);
        }
        if (is_waiting_ || repeat_at_ == time_never || now < repeat_at_) return {.wake_at = wake_at()};
        return happened(upload_client_event::repeat_due, now);
    }

    constexpr upload_step on_credentials_given(time_point now) noexcept {
        if (!is_asking_) return {};
        return happened(upload_client_event::credentials_given, now);
    }
    constexpr upload_step on_credentials_withheld(time_point now) noexcept {
        if (!is_asking_) return {};
        return happened(upload_client_event::credentials_withheld, now);
    }

    constexpr upload_step on_reply_fetched(time_point now) noexcept {
        return happened(upload_client_event::reply_fetched, now);
    }
    /// Nobody will fetch the reply any more; the server may delete it.
    constexpr upload_step on_reply_given_up(time_point now) noexcept {
        return happened(upload_client_event::reply_given_up, now);
    }
    constexpr upload_step on_reply_failed(time_point now) noexcept {
        if (!machine_.accepts(upload_client_event::reply_failed)) return {};
        failure_ = {.during = packet_type::fragment};
        return happened(upload_client_event::reply_failed, now);
    }

    /// Stops when the request under way has ended; at once if there is none.
    constexpr upload_step suspend(time_point now) noexcept {
        const bool can = machine_.accepts(upload_client_event::suspended);
        if (!can) return {};
        suspending_ = true;
        return is_waiting_ ? upload_step{} : happened(upload_client_event::suspended, now);
    }
    /// Goes on after `stopped` or `suspended`: with a Ping, and then where the server left off; or with the cancelling
    /// that was begun. While a request is under way it takes back `suspend`.
    constexpr upload_step resume(time_point now) noexcept {
        using e = upload_client_event;
        suspending_ = false;
        if (is_waiting_) return {};
        setbacks_ = 0;
        if (now >= fallback_at_) on_timer(now);
        return happened(cancelling_ ? (has_session() ? e::cancel_requested : e::abandoned) : e::resumed, now);
    }
    /// Cancels when the request under way has ended, which the embedder may cut short; at once if there is none.
    constexpr upload_step cancel(time_point now) noexcept {
        using e = upload_client_event;
        if (machine_.is_final()) return {};
        cancelling_ = true;
        suspending_ = false;
        return is_waiting_ ? upload_step{} : happened(has_session() ? e::cancel_requested : e::abandoned, now);
    }

    [[nodiscard]] constexpr state_type state() const noexcept { return machine_.state(); }
    /// Closed or cancelled.
    [[nodiscard]] constexpr bool finished() const noexcept { return machine_.is_final(); }
    /// The server has closed the session, so the file is where it belongs.
    [[nodiscard]] constexpr bool succeeded() const noexcept { return machine_.state() == state_type::closed; }
    /// Why the upload stopped, or waits for credentials or a repetition.
    [[nodiscard]] constexpr const upload_failure& failure() const noexcept { return failure_; }
    /// Bytes that the server has acknowledged, and that are not to be sent again.
    [[nodiscard]] constexpr std::uint64_t bytes_done() const noexcept { return offset_; }
    [[nodiscard]] constexpr std::uint64_t bytes_total() const noexcept { return config_.size_bytes; }
    /// Borrows this object until the next call that changes it.
    [[nodiscard]] constexpr std::string_view session_id() const noexcept { return session_id_.view(); }
    /// BITS-Reply-URL as the server sent it. Borrows this object.
    [[nodiscard]] constexpr std::string_view reply_url() const noexcept { return reply_url_.view(); }
    /// Writes the absolute URL of the reply and returns its size. Errors: those of `resolve_reply_url`.
    [[nodiscard]] constexpr result<std::size_t> write_reply_url(std::span<char> out) const noexcept {
        return resolve_reply_url(config_.url, reply_url_.view(), out);
    }

    /// The largest snapshot, in bytes.
    static constexpr std::size_t max_snapshot_size = 3 * max_url_size;
    /// Writes what is needed to go on in another process and returns its size, at most `max_snapshot_size`. Best after
    /// every Ack. Errors: buffer_too_small; what is wrong with the URL.
    [[nodiscard]] constexpr result<std::size_t> write_snapshot(std::span<char> out) const noexcept {
        if (url_problem_) return url_problem_;
        snapshot_writer w(out, snapshot);
        w.put(config_.url);
        w.put(config_.size_bytes);
        w.put(config_.wants_reply);
        w.put(static_cast<std::uint8_t>(machine_.state()));
        w.put(session_id_.view());
        w.put(host_.view());
        w.put(fallback_s_);
        w.put(fallback_at_.ms);
        w.put(reply_url_.view());
        w.put(offset_);
        w.put(furthest_);
        w.put(fragment_size_.bytes());
        w.put(fragment_size_.ceiling());
        w.put(cancelling_);
        const std::size_t size = w.finish();
        if (size > out.size()) return error{errc::buffer_too_small, header::none, 0};
        return size;
    }
    /// A client that goes on where another one was when it wrote `bytes`: unless it had finished, or had not begun, it
    /// waits for `resume` or `cancel`. Errors: bad_snapshot; snapshot_of_another, if URL, size or `wants_reply` are not
    /// those of `config`; what of `config` cannot be sent. That the file has not changed meanwhile is the embedder's to
    /// know.
    static constexpr result<upload_client> restore(const upload_client_config& config,
                                                   std::string_view bytes) noexcept {
        snapshot_reader r(bytes, snapshot);
        result<upload_client> restored{upload_client(config)};
        upload_client& c = *restored;
        const error unsendable = c.check(); // of `config` alone
        const std::string_view url = r.get_text(max_url_size);
        const auto size = r.get<std::uint64_t>();
        const bool wants_reply = r.get_bool();
        const auto state = r.get_enum<state_type>(enumerator_count<state_type>);
        const auto read_text = [&r]<std::size_t Capacity>(inline_text<Capacity>& text) noexcept {
            static_cast<void>(text.assign(r.get_text(Capacity))); // not longer, or bad
        };
        read_text(c.session_id_);
        read_text(c.host_);
        c.fallback_s_ = r.get<std::uint32_t>();
        c.fallback_at_.ms = r.get<std::uint64_t>();
        read_text(c.reply_url_);
        c.offset_ = r.get<std::uint64_t>();
        c.furthest_ = r.get<std::uint64_t>();
        const auto fragment_bytes = r.get<std::uint64_t>();
        c.fragment_size_.resume(fragment_bytes, r.get<std::uint64_t>());
        c.cancelling_ = r.get_bool();
        if (!r.finish() || c.furthest_ > size || c.offset_ > c.furthest_)
            return error{errc::bad_snapshot, header::none, 0};
        if (url != config.url || size != config.size_bytes || wants_reply != config.wants_reply)
            return error{errc::snapshot_of_another, header::none, 0};
        if (unsendable) return unsendable;
        if (!c.is_possible(state)) return error{errc::bad_snapshot, header::none, 0};
        const bool as_it_was = upload_client_rules::final.contains(state) || state == state_type::init;
        c.machine_ = upload_client_machine(as_it_was ? state : state_type::suspend);
        return restored;
    }

  private:
    static constexpr snapshot_kind snapshot{"BWUC", 1};
    /// A host, the brackets of an IPv6 address, and a port.
    static constexpr std::size_t max_host_size = row_of(header::host_id).max_read + 8;

    /// What of the configuration cannot be sent.
    [[nodiscard]] constexpr error check() const noexcept {
        if (url_problem_) return url_problem_;
        return detail::check_sendable(make_request(packet_type::create_session));
    }
    /// Whether what was read can be of a client in `state`: its texts can be sent, and go together.
    [[nodiscard]] constexpr bool is_possible(state_type state) const noexcept {
        if (detail::check_sendable(make_request(packet_type::ping))) return false;
        if (!reply_url_.empty() && check_reply_url(config_.url, reply_url_.view())) return false;
        if (!has_session() && (offset_ != 0 || !reply_url_.empty())) return false;
        if (state == state_type::init && (has_session() || !host_.empty())) return false;
        // The last byte counts as acknowledged only with the reply.
        return !config_.wants_reply || config_.size_bytes == 0 || offset_ != config_.size_bytes || !reply_url_.empty();
    }

    [[nodiscard]] constexpr bool has_session() const noexcept { return !session_id_.empty(); }

    /// The type of what is sent in the state the machine is in.
    [[nodiscard]] constexpr packet_type sent() const noexcept {
        switch (machine_.state()) {
        case state_type::create_session:
            return packet_type::create_session;
        case state_type::fragment:
            return packet_type::fragment;
        case state_type::complete:
            return packet_type::close_session;
        case state_type::cancel:
            return packet_type::cancel_session;
        default:
            return packet_type::ping;
        }
    }

    [[nodiscard]] constexpr awaited_ack awaited() const noexcept {
        return {.answers = sent(),
                .session_id = session_id_.view(),
                .size_bytes = config_.size_bytes,
                .offset = offset_,
                .fragment = fragment_,
                .wants_reply = config_.wants_reply,
                .has_reply = !reply_url_.empty(),
                .may_shrink = fragment_size_.can_shrink(fragment_.size_bytes),
                .may_start_over = !started_over_};
    }

    /// Takes what an Ack brings into the data; returns the event that it is in the light of them.
    constexpr upload_client_event take(const ack& a, const ack_meaning& m, time_point now) noexcept {
        using e = upload_client_event;
        switch (m.event) {
        case e::host_assigned:
        case e::bytes_missing:
        case e::all_received:
        case e::reply_announced:
        case e::ack_out_of_sync:
            if (sent() == packet_type::create_session) take_session(a);
            if (sent() == packet_type::fragment) return take_fragment(a, m, now);
            return m.event;
        case e::session_lost:
            drop_session();
            return is_one_setback_too_many() ? e::no_progress : m.event;
        case e::fragment_too_large:
            fragment_size_.on_too_large(fragment_.size_bytes);
            return m.event;
        case e::server_failed:
            if (ending_since_ == time_never) ending_since_ = now;
            return elapsed_ms(ending_since_, now) < std::uint64_t{config_.repeat_for_s} * 1000U ? m.event : e::refused;
        default:
            return m.event;
        }
    }

    constexpr void take_session(const ack& a) noexcept {
        drop_session();
        static_cast<void>(session_id_.assign(a.session_id)); // not longer: `meaning_of`
        host_.clear();
        fallback_s_ = a.host_id_fallback_timeout_s;
        if (a.host_id.empty()) return;
        const result<host_view> host = parse_host(a.host_id); // a host: `meaning_of`
        bool fits = true;
        const auto put = [&](std::string_view part) noexcept {
            if (!host_.append(part)) fits = false;
        };
        const bool ipv6 = host->form == host_form::ipv6;
        if (ipv6) put("[");
        put(host->text);
        if (ipv6) put("]");
        if (!url_.port.empty()) put(":");
        put(url_.port);
        if (!fits) host_.clear(); // a port with hundreds of zeros before it
    }

    constexpr upload_client_event take_fragment(const ack& a, const ack_meaning& m, time_point now) noexcept {
        using e = upload_client_event;
        if (m.event == e::reply_announced && !a.reply_url.empty()) {
            failure_.problem = check_reply_url(config_.url, a.reply_url);
            if (failure_.problem) return e::ack_invalid;
            static_cast<void>(reply_url_.assign(a.reply_url)); // not longer: `check_reply_url`
        }
        if (m.event == e::ack_out_of_sync && !a.received_content_range) started_over_ = true;
        if (a.is_success()) fragment_size_.on_acknowledged(fragment_.size_bytes, elapsed_ms(sent_at_, now));
        offset_ = m.offset;
        if (offset_ > furthest_) {
            furthest_ = offset_;
            setbacks_ = 0;
            started_over_ = false;
        }
        const bool goes_on = m.event == e::bytes_missing || m.event == e::ack_out_of_sync;
        return goes_on && offset_ <= fragment_.offset && is_one_setback_too_many() ? e::no_progress : m.event;
    }

    constexpr bool is_one_setback_too_many() noexcept {
        if (setbacks_ == config_.setbacks_allowed) return true;
        ++setbacks_;
        return false;
    }

    constexpr void drop_session() noexcept {
        session_id_.clear();
        reply_url_.clear();
        offset_ = 0;
    }

    constexpr upload_step on_no_answer(upload_client_event event, time_point now) noexcept {
        if (!is_waiting_) return {};
        failure_ = {.during = sent()};
        if (sent() == packet_type::fragment) fragment_size_.on_lost();
        return happened(event, now);
    }

    /// The one way on: steps the machine, and does what it says. What the layer above has asked for meanwhile comes
    /// after it.
    constexpr upload_step happened(upload_client_event event, time_point now) noexcept {
        using e = upload_client_event;
        const bool was_cancelling = machine_.state() == state_type::cancel;
        auto action = machine_.step(event);
        if (!action) return {};
        is_waiting_ = false;
        is_asking_ = false;
        repeat_at_ = time_never;
        failure_.what = status_of(event, failure_);
        if (!failure_) failure_ = {};
        if (!machine_.is_final()) {
            machine_step<upload_client_action> then;
            if (cancelling_ && !was_cancelling) {
                then = machine_.step(has_session() ? e::cancel_requested : e::abandoned);
            } else if (suspending_) {
                then = machine_.step(e::suspended);
            }
            if (then) action = then;
        }
        return perform(*action, now);
    }

    constexpr upload_step perform(upload_client_action action, time_point now) noexcept {
        using a = upload_client_action;
        switch (action) {
        case a::send_close_session:
        case a::send_cancel_session:
            ending_since_ = time_never;
            repeat_after_s_ = config_.first_repeat_s;
            return send(now);
        case a::send_create_session:
        case a::send_ping:
        case a::send_fragment:
        case a::repeat_message:
            return send(now);
        case a::wait_to_repeat:
            repeat_at_ = after_s(now, repeat_after_s_);
            repeat_after_s_ = repeat_after_s_ > UINT32_MAX / 2 ? UINT32_MAX : repeat_after_s_ * 2;
            return {.todo = upload_todo::wait, .wake_at = wake_at()};
        case a::ask_for_credentials:
            is_asking_ = true;
            return {.todo = upload_todo::give_credentials, .wake_at = wake_at()};
        case a::fetch_reply:
            return {.todo = upload_todo::fetch_reply, .wake_at = wake_at()};
        case a::report_error:
            if (!host_.empty() && fallback_at_ == time_never && fallback_s_ != host_id_fallback_never_s) {
                fallback_at_ = after_s(now, fallback_s_);
            }
            return {.todo = upload_todo::stopped, .wake_at = wake_at()};
        case a::use_origin_host:
            host_.clear();
            return {.wake_at = wake_at()};
        case a::rest:
            return {.todo = upload_todo::suspended, .wake_at = wake_at()};
        case a::finish:
            break;
        }
        return {.todo = upload_todo::done};
    }

    constexpr upload_step send(time_point now) noexcept {
        is_waiting_ = true;
        sent_at_ = now;
        if (sent() == packet_type::fragment) {
            const std::uint64_t left = config_.size_bytes - offset_;
            fragment_ = {.offset = offset_,
                         .size_bytes = left < fragment_size_.bytes() ? left : fragment_size_.bytes(),
                         .total_bytes = config_.size_bytes};
        }
        return {.todo = upload_todo::send,
                .request = make_request(sent()),
                .request_timeout_s = config_.request_timeout_s,
                .response_timeout_s = config_.response_timeout_s};
    }

    [[nodiscard]] constexpr upload_request make_request(packet_type type) const noexcept {
        upload_request r;
        r.type = type;
        r.target = target();
        r.host = host_.empty() ? url_.authority : host_.view();
        r.user_agent = config_.user_agent;
        if (type != packet_type::ping) r.content_name = config_.content_name;
        if (type == packet_type::create_session) r.supported_protocols = bits_upload_protocols;
        if (type != packet_type::create_session) r.session_id = session_id_.view();
        if (type == packet_type::fragment) r.range = fragment_;
        return r;
    }

    /// Path and query, which stand next to each other in the URL.
    [[nodiscard]] constexpr std::string_view target() const noexcept {
        if (url_.path.empty()) return "/";
        return {url_.path.data(), url_.path.size() + url_.query.size()};
    }

    [[nodiscard]] constexpr time_point wake_at() const noexcept {
        if (is_waiting_) return time_never;
        return repeat_at_ < fallback_at_ ? repeat_at_ : fallback_at_;
    }

    upload_client_config config_;
    url_view url_{};
    error url_problem_{};
    upload_client_machine machine_{};
    fragment_size fragment_size_;
    upload_failure failure_{};
    content_range fragment_{};             ///< the last one sent
    std::uint64_t offset_ = 0;             ///< what the server has
    std::uint64_t furthest_ = 0;           ///< the largest it ever had
    time_point sent_at_{};                 ///< when the request under way was handed out
    time_point repeat_at_ = time_never;    ///< when Close-Session or Cancel-Session is sent again
    time_point ending_since_ = time_never; ///< when the server first failed to end the session
    time_point fallback_at_ = time_never;  ///< when the Host-Id host is given up
    std::uint32_t fallback_s_ = host_id_fallback_never_s;
    std::uint32_t repeat_after_s_ = 0;
    std::uint8_t setbacks_ = 0;
    bool started_over_ = false; ///< by a 416 that does not say where to go on
    bool is_waiting_ = false;   ///< for an Ack
    bool is_asking_ = false;    ///< for credentials
    bool suspending_ = false;
    bool cancelling_ = false;
    inline_text<row_of(header::session_id).max_read> session_id_{};
    inline_text<max_host_size> host_{};
    inline_text<row_of(header::reply_url).max_read> reply_url_{};
};

} // namespace bitswire

#endif
