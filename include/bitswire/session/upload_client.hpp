// bitswire/session/upload_client.hpp: the client of one upload: says what to send next, and learns what came back.
//
// No I/O: a call says that something has happened, the step that it returns says what to do now. What may happen when
// is the table in machine/upload_client.hpp; what an Ack means is in upload_ack.hpp. File bytes never come here: a
// Fragment is an offset and a size. Retrying after a failure is the layer above's decision: `resume`.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_UPLOAD_CLIENT_HPP
#define BITSWIRE_SESSION_UPLOAD_CLIENT_HPP

#include "../base/enum_set.hpp"
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
#include <utility>

namespace bitswire {

/// One upload. Every call that says that something happened returns what to do now; one that is out of place changes
/// nothing and returns `pending()`. Source: [MC-BUP] 3.1.
class upload_client {
  public:
    using state_type = upload_client_state;

    constexpr explicit upload_client(upload_client_config config BITSWIRE_LIFETIMEBOUND) noexcept
        : config_(config), fragment_size_(config.fragment) {
        const result<url_view> url = parse_url(config.url);
        if (config.url.size() > max_url_size) {
            url_problem_ = {errc::value_too_long, header::none, max_url_size, config.url};
        } else if (!url) {
            url_problem_ = url.error();
        } else if (url->path.empty() && !url->query.empty()) {
            url_problem_ = {errc::bad_url, header::none, config.url.find('?'), config.url};
        } else {
            url_ = *url;
        }
    }

    /// Begins. What of the configuration cannot be sent stops here: bad_argument.
    constexpr upload_step start(time_point now) noexcept {
        if (machine_.state() != state_type::init) return pending();
        if (const error problem = problem_of_config()) {
            failure_ = {.what = upload_status::bad_argument, .during = packet_type::create_session, .problem = problem};
            return {.todo = upload_todo::stopped};
        }
        using e = upload_client_event;
        return happened(config_.ping_first ? e::started_with_ping : e::started, now);
    }

    /// The Ack to what was sent. An interim one (`ack::is_interim`) must not come here. `a` is not kept.
    constexpr upload_step on_ack(const ack& a, time_point now) noexcept {
        if (!is_waiting() || a.is_interim()) return pending();
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
        if (!is_waiting()) return pending();
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
        leave_host_if_due(now);
        if (todo_ != upload_todo::wait || now < repeat_at_) return pending();
        return happened(upload_client_event::repeat_due, now);
    }

    constexpr upload_step on_credentials_given(time_point now) noexcept {
        if (todo_ != upload_todo::give_credentials) return pending();
        return happened(upload_client_event::credentials_given, now);
    }
    constexpr upload_step on_credentials_withheld(time_point now) noexcept {
        if (todo_ != upload_todo::give_credentials) return pending();
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
        if (!machine_.accepts(upload_client_event::reply_failed)) return pending();
        failure_ = {.during = packet_type::fragment};
        return happened(upload_client_event::reply_failed, now);
    }

    /// Stops when the request under way has ended; at once if there is none.
    constexpr upload_step suspend(time_point now) noexcept {
        if (!machine_.accepts(upload_client_event::suspended)) return pending();
        if (!is_waiting()) return happened(upload_client_event::suspended, now);
        suspending_ = true;
        return pending();
    }
    /// Continues after `stopped` or `suspended`: with a Ping, and then where the server left off; or with the
    /// cancelling that was begun. While a request is under way it takes back `suspend`.
    constexpr upload_step resume(time_point now) noexcept {
        using e = upload_client_event;
        suspending_ = false;
        if (is_waiting() || !machine_.accepts(e::resumed)) return pending();
        forgive();
        leave_host_if_due(now);
        return happened(cancelling_ ? ending() : e::resumed, now);
    }
    /// Cancels when the request under way has ended, which the embedder may cut short; at once if there is none.
    constexpr upload_step cancel(time_point now) noexcept {
        if (machine_.is_final()) return pending();
        cancelling_ = true;
        suspending_ = false;
        return is_waiting() ? pending() : happened(ending(), now);
    }

    /// What is still to be done, with the time of the next timer: what a call that is out of place returns. Nothing
    /// that is under way is asked for twice: while an Ack, credentials or a reply are awaited, it is `nothing`.
    [[nodiscard]] constexpr upload_step pending() const noexcept {
        using t = upload_todo;
        return {.todo = enum_set<t>{t::wait, t::stopped, t::suspended, t::done}.contains(todo_) ? todo_ : t::nothing,
                .wake_at = wake_at()};
    }
    /// When to call `on_timer`. While a request is under way there is no such time: the embedder sees to its time-outs.
    [[nodiscard]] constexpr time_point wake_at() const noexcept {
        if (is_waiting() || machine_.is_final()) return time_never;
        return repeat_at_ < fallback_at_ ? repeat_at_ : fallback_at_;
    }

    [[nodiscard]] constexpr state_type state() const noexcept { return machine_.state(); }
    /// Closed or cancelled.
    [[nodiscard]] constexpr bool finished() const noexcept { return machine_.is_final(); }
    /// The server has closed the session, so the file is where it belongs.
    [[nodiscard]] constexpr bool succeeded() const noexcept { return machine_.state() == state_type::closed; }
    /// Why the upload stopped, or waits for credentials or a repetition.
    [[nodiscard]] constexpr const upload_failure& failure() const noexcept BITSWIRE_LIFETIMEBOUND { return failure_; }
    /// Bytes that the server has acknowledged, and that are not to be sent again.
    [[nodiscard]] constexpr std::uint64_t bytes_done() const noexcept { return offset_; }
    [[nodiscard]] constexpr std::uint64_t bytes_total() const noexcept { return config_.size_bytes; }
    /// Borrows this object until the next call that changes it.
    [[nodiscard]] constexpr std::string_view session_id() const noexcept BITSWIRE_LIFETIMEBOUND {
        return session_id_.view();
    }
    /// BITS-Reply-URL as the server sent it. Borrows this object.
    [[nodiscard]] constexpr std::string_view reply_url() const noexcept BITSWIRE_LIFETIMEBOUND {
        return reply_url_.view();
    }
    /// Writes the absolute URL of the reply and returns its size. Errors: those of `resolve_reply_url`.
    [[nodiscard]] constexpr result<std::size_t> write_reply_url(std::span<char> out) const noexcept {
        return resolve_reply_url(config_.url, reply_url_.view(), out);
    }

    /// The largest snapshot, in bytes.
    static constexpr std::size_t max_snapshot_size = 3 * max_url_size;
    /// Writes what is needed to continue in another process and returns its size, at most `max_snapshot_size`. Best
    /// after every Ack. Of timers it has the time that is left at `now`, so the next process may have a clock that
    /// begins elsewhere. Errors: buffer_too_small; what is wrong with the URL.
    [[nodiscard]] constexpr result<std::size_t> write_snapshot(std::span<char> out, time_point now) const noexcept {
        if (url_problem_) return url_problem_;
        snapshot_writer w(out, snapshot);
        w.put(config_.url);
        w.put(bytes_total());
        w.put(config_.wants_reply);
        w.put(static_cast<std::uint8_t>(machine_.state()));
        w.put(session_id_.view());
        w.put(host_.view());
        w.put(fallback_s_);
        w.put(fallback_left_ms(now));
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
    /// A client that continues where another one was when it wrote `bytes`: unless it had finished, or had not begun,
    /// it waits for `resume` or `cancel`. Timers run on from `now`. Errors: bad_snapshot; snapshot_of_another, if URL,
    /// size or `wants_reply` are not those of `config`; what of `config` cannot be sent. The embedder must make sure
    /// that the file has not changed meanwhile.
    static constexpr result<upload_client> restore(upload_client_config config BITSWIRE_LIFETIMEBOUND,
                                                   std::string_view bytes, time_point now) noexcept {
        snapshot_reader r(bytes, snapshot);
        result<upload_client> restored{upload_client(config)};
        upload_client& c = *restored;
        const error unsendable = c.problem_of_config(); // of `config` alone
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
        const auto fallback_left_ms = r.get<std::uint64_t>();
        if (fallback_left_ms != no_timer) c.fallback_at_ = after_ms(now, fallback_left_ms);
        read_text(c.reply_url_);
        c.offset_ = r.get<std::uint64_t>();
        c.furthest_ = r.get<std::uint64_t>();
        const auto fragment_bytes = r.get<std::uint64_t>();
        c.fragment_size_.resume(fragment_bytes, r.get<std::uint64_t>());
        c.cancelling_ = r.get_bool();
        c.reached_ = c.offset_;
        if (!r.finish() || c.furthest_ > size || c.offset_ > c.furthest_)
            return error{errc::bad_snapshot, header::none, 0};
        if (url != config.url || size != config.size_bytes || wants_reply != config.wants_reply)
            return error{errc::snapshot_of_another, header::none, 0};
        if (unsendable) return unsendable;
        if (fallback_left_ms != no_timer && fallback_left_ms > c.fallback_span_ms())
            return error{errc::bad_snapshot, header::none, 0};
        if (!c.is_possible(state)) return error{errc::bad_snapshot, header::none, 0};
        const bool as_it_was = upload_client_rules::final.contains(state) || state == state_type::init;
        c.machine_ = upload_client_machine(as_it_was ? state : state_type::suspend);
        if (state != state_type::init) c.todo_ = as_it_was ? upload_todo::done : upload_todo::suspended;
        return restored;
    }

  private:
    static constexpr snapshot_kind snapshot{"BWUC", 2};
    /// In a snapshot: the timer does not run.
    static constexpr std::uint64_t no_timer = UINT64_MAX;
    /// A host, the brackets of an IPv6 address, and a port.
    static constexpr std::size_t max_host_size = row_of(header::host_id).max_read + 8;

    /// What of the configuration cannot be sent.
    [[nodiscard]] constexpr error problem_of_config() const noexcept {
        if (url_problem_) return url_problem_;
        return detail::check_sendable(make_request(packet_type::create_session));
    }
    /// Whether what was read can be of a client in `state`: its texts can be sent, and go together.
    [[nodiscard]] constexpr bool is_possible(state_type state) const noexcept {
        if (detail::check_sendable(make_request(packet_type::ping))) return false;
        if (!reply_url_.empty() && check_reply_url(config_.url, reply_url_.view())) return false;
        if (!has_session() && (offset_ != 0 || !reply_url_.empty())) return false;
        if (state == state_type::init && (has_session() || !host_.empty())) return false;
        // The timer runs only while there is another host to leave.
        if (fallback_at_ != time_never && (host_.empty() || fallback_s_ == host_id_fallback_never_s)) return false;
        // The last byte counts as acknowledged only with the reply.
        return !config_.wants_reply || config_.size_bytes == 0 || offset_ != config_.size_bytes || !reply_url_.empty();
    }

    [[nodiscard]] constexpr bool has_session() const noexcept { return !session_id_.empty(); }
    /// An Ack is awaited.
    [[nodiscard]] constexpr bool is_waiting() const noexcept { return todo_ == upload_todo::send; }
    [[nodiscard]] constexpr std::uint64_t fallback_span_ms() const noexcept {
        return std::uint64_t{fallback_s_} * 1000U;
    }
    /// Never more than its whole time, whatever the embedder's clock has done.
    [[nodiscard]] constexpr std::uint64_t fallback_left_ms(time_point now) const noexcept {
        if (fallback_at_ == time_never) return no_timer;
        const std::uint64_t left = elapsed_ms(now, fallback_at_);
        return left < fallback_span_ms() ? left : fallback_span_ms();
    }
    /// The event that ends an upload that is being cancelled.
    [[nodiscard]] constexpr upload_client_event ending() const noexcept {
        return has_session() ? upload_client_event::cancel_requested : upload_client_event::abandoned;
    }

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
            return is_one_too_many(lost_sessions_) ? e::no_progress : m.event;
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
        const result<host_id_view> id = parse_host_id(a.host_id); // valid: `meaning_of`
        const std::string_view port = id->port.empty() ? url_.port : id->port;
        bool fits = true;
        const auto put = [&](std::string_view part) noexcept {
            if (!host_.append(part)) fits = false;
        };
        const bool ipv6 = id->host.form == host_form::ipv6;
        if (ipv6) put("[");
        put(id->host.text);
        if (ipv6) put("]");
        if (!port.empty()) put(":");
        put(port);
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
        const std::uint64_t before = std::exchange(offset_, m.offset);
        const bool goes_on = m.event == e::bytes_missing || m.event == e::ack_out_of_sync;
        return is_setback(before) && goes_on ? e::no_progress : m.event;
    }

    /// The server has `offset_` bytes, and had `before`. Whether that is one setback too many.
    ///
    /// Each kind of setback is forgiven by what it took away, so that every upload ends: bytes that stand still by more
    /// bytes, bytes lost by more than the session ever had, a lost session by more than any session had.
    constexpr bool is_setback(std::uint64_t before) noexcept {
        if (offset_ > before) gaps_ = 0;
        if (offset_ > reached_) {
            reached_ = offset_;
            losses_ = 0;
            started_over_ = false;
        }
        if (offset_ > furthest_) {
            furthest_ = offset_;
            lost_sessions_ = 0;
        }
        if (offset_ > before) return false;
        return is_one_too_many(offset_ < before ? losses_ : gaps_);
    }
    constexpr bool is_one_too_many(std::uint8_t& setbacks) const noexcept {
        if (setbacks == config_.setbacks_allowed) return true;
        ++setbacks;
        return false;
    }
    /// What has happened so far does not count any more.
    constexpr void forgive() noexcept { gaps_ = losses_ = lost_sessions_ = 0; }

    constexpr void drop_session() noexcept {
        session_id_.clear();
        reply_url_.clear();
        offset_ = reached_ = 0;
        gaps_ = losses_ = 0;
        started_over_ = false;
    }

    constexpr upload_step on_no_answer(upload_client_event event, time_point now) noexcept {
        if (!is_waiting()) return pending();
        failure_ = {.during = sent()};
        if (sent() == packet_type::fragment) fragment_size_.on_lost();
        return happened(event, now);
    }

    /// The only place that steps the machine and does what it says. What the layer above has asked for meanwhile comes
    /// after it.
    constexpr upload_step happened(upload_client_event event, time_point now) noexcept {
        using e = upload_client_event;
        const bool was_cancelling = machine_.state() == state_type::cancel;
        auto action = machine_.step(event);
        if (!action) return pending();
        repeat_at_ = time_never;
        failure_.what = status_of(event, failure_);
        if (!failure_) failure_ = {};
        if (!machine_.is_final()) {
            machine_step<upload_client_action> then;
            if (cancelling_ && !was_cancelling) {
                then = machine_.step(ending());
            } else if (suspending_) {
                then = machine_.step(e::suspended);
            }
            if (then) action = then;
        }
        return perform(*action, now);
    }

    constexpr upload_step perform(upload_client_action action, time_point now) noexcept {
        using a = upload_client_action;
        const auto then = [this](upload_todo todo) noexcept {
            todo_ = todo;
            return upload_step{.todo = todo, .wake_at = wake_at()};
        };
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
            return then(upload_todo::wait);
        case a::ask_for_credentials:
            return then(upload_todo::give_credentials);
        case a::fetch_reply:
            return then(upload_todo::fetch_reply);
        case a::report_error:
            if (!host_.empty() && fallback_at_ == time_never && fallback_s_ != host_id_fallback_never_s) {
                fallback_at_ = after_s(now, fallback_s_);
            }
            return then(upload_todo::stopped);
        case a::use_origin_host: // of no event that comes here: `leave_host_if_due`
        case a::rest:
            return then(upload_todo::suspended);
        case a::finish:
            break;
        }
        return then(upload_todo::done);
    }

    /// The fall-back time is over: from now on the host of the URL is used again ([MC-BUP] 3.1.6.3). What is under way
    /// is not disturbed, and there is nothing new to do.
    constexpr void leave_host_if_due(time_point now) noexcept {
        if (is_waiting() || now < fallback_at_) return;
        fallback_at_ = time_never;
        if (machine_.step(upload_client_event::host_fallback_due)) host_.clear();
    }

    constexpr upload_step send(time_point now) noexcept {
        todo_ = upload_todo::send;
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
    [[nodiscard]] constexpr std::string_view target() const noexcept { return target_of(url_); }

    upload_client_config config_;
    url_view url_{};
    error url_problem_{};
    upload_client_machine machine_{};
    upload_todo todo_ = upload_todo::nothing; ///< what was last said, and is not done yet
    fragment_size fragment_size_;
    upload_failure failure_{};
    content_range fragment_{};             ///< the last one sent
    std::uint64_t offset_ = 0;             ///< what the server has
    std::uint64_t reached_ = 0;            ///< the most it had in this session
    std::uint64_t furthest_ = 0;           ///< the most it had in any session
    time_point sent_at_{};                 ///< when the request under way was handed out
    time_point repeat_at_ = time_never;    ///< when Close-Session or Cancel-Session is sent again
    time_point ending_since_ = time_never; ///< when the server first failed to end the session
    time_point fallback_at_ = time_never;  ///< when the Host-Id host is given up
    std::uint32_t fallback_s_ = host_id_fallback_never_s;
    std::uint32_t repeat_after_s_ = 0;
    std::uint8_t gaps_ = 0;          ///< Fragments in a row that have brought no byte
    std::uint8_t losses_ = 0;        ///< of bytes, since the session had the most
    std::uint8_t lost_sessions_ = 0; ///< since the upload had the most
    bool started_over_ = false;      ///< by a 416 that does not say where to continue
    bool suspending_ = false;
    bool cancelling_ = false;
    inline_text<row_of(header::session_id).max_read> session_id_{};
    inline_text<max_host_size> host_{};
    inline_text<row_of(header::reply_url).max_read> reply_url_{};
};

} // namespace bitswire

#endif
