// bitswire/session/upload_session.hpp: one session of an upload server: what to answer, what to do with the body.
//
// No I/O and no texts: the session id and the reply URL are the store's. A length is never believed: a body is
// announced before it is read, and the received offset moves only after the embedder has reported the bytes as stored.
// What may happen when is the table in machine/upload_server.hpp. A ticket ties a report to the request that it is
// about, so that a connection that was given up cannot move a session that another one works on.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_UPLOAD_SESSION_HPP
#define BITSWIRE_SESSION_UPLOAD_SESSION_HPP

#include "../base/snapshot.hpp"
#include "../base/time.hpp"
#include "../machine/upload_server.hpp"
#include "../spec/refusal.hpp"
#include "../wire/ack.hpp"
#include "../wire/upload_request.hpp"
#include "notification_result.hpp"
#include "upload_directory.hpp"
#include "upload_server_step.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bitswire {

/// The state of one upload. Beside it an embedder keeps the session id, the destination, the user and the reply URL.
/// Source: [MC-BUP] 3.2.1.4.
class upload_session {
  public:
    using state_type = upload_server_state;

    constexpr upload_session() noexcept = default;
    constexpr explicit upload_session(time_point now) noexcept : progressed_at_(now) {}

    /// Create-Session was accepted: a place is to be made.
    constexpr upload_server_step create(const upload_request& r) noexcept {
        begin(r);
        return wait_for(pending::room, upload_server_todo::make_room);
    }

    /// A Fragment, Close-Session or Cancel-Session.
    constexpr upload_server_step on_request(const upload_request& r, const upload_directory& d,
                                            const upload_session_call& c) noexcept {
        // The connection of a Fragment may have died unnoticed, so the next request takes over. Other work ends by
        // itself.
        const bool cancels = r.type == packet_type::cancel_session;
        const bool takes_over = pending_ == pending::store || (pending_ == pending::notification && cancels);
        if (pending_ != pending::none && !takes_over) {
            ack busy = refuse(refusal::session_busy, r.type, c.session_id);
            busy.keep_alive = r.keep_alive;
            if (r.type == packet_type::fragment) busy.received_content_range = received_bytes_;
            upload_server_step step{.answer = busy};
            detail::leave_body(r, d, step);
            return step;
        }
        begin(r);
        switch (r.type) {
        case packet_type::fragment:
            return with_body(r, d, on_fragment(r, d, c));
        case packet_type::close_session:
            return on_close(d, c);
        case packet_type::cancel_session:
            if (machine_.state() == state_type::cancel) return {.answer = accepted(d, c)};
            if (machine_.is_final()) return {.answer = refused(refusal::session_not_found, c)};
            return perform(upload_server_event::cancel_requested, d, c);
        default:
            return {.answer = refused(refusal::session_not_found, c)};
        }
    }

    /// The place for the partial file is there, or is not, because of `problem`.
    constexpr upload_server_step on_room(std::uint32_t ticket, std::optional<refusal> problem,
                                         const upload_directory& d, const upload_session_call& c) noexcept {
        if (!take(ticket, pending::room)) return {.todo = upload_server_todo::abandon};
        if (problem) return perform(upload_server_event::room_denied, d, c, refused(*problem, c));
        return perform(upload_server_event::room_made, d, c);
    }

    /// `stored_bytes` of what was to be stored are stored, from the beginning; fewer than all if the body was cut
    /// short. They must survive whatever the server is to survive.
    constexpr upload_server_step on_stored(std::uint32_t ticket, std::uint64_t stored_bytes, const upload_directory& d,
                                           const upload_session_call& c) noexcept {
        if (!take(ticket, pending::store)) return {.todo = upload_server_todo::abandon};
        if (stored_bytes < storing_bytes_) {
            closes_ = true;
            if (!d.keep_partial_fragments || stored_bytes == 0) {
                return perform(upload_server_event::store_failed, d, c, refused(refusal::body_cut_short, c));
            }
        } else {
            stored_bytes = storing_bytes_;
        }
        received_bytes_ += stored_bytes;
        has_total_ = true;
        progress(c.now);
        if (received_bytes_ == total_bytes_) return on_all_there(d, c);
        return perform(upload_server_event::bytes_stored, d, c);
    }
    /// Nothing was stored, because of `problem`. How much of the body was read is not known, so the connection ends.
    constexpr upload_server_step on_not_stored(std::uint32_t ticket, refusal problem, const upload_directory& d,
                                               const upload_session_call& c) noexcept {
        if (!take(ticket, pending::store)) return {.todo = upload_server_todo::abandon};
        closes_ = true;
        return perform(upload_server_event::store_failed, d, c, refused(problem, c));
    }

    /// What came of the notification. For a reply, `c.reply_url` is where the client finds it.
    constexpr upload_server_step on_notified(std::uint32_t ticket, const notification_result& result,
                                             const upload_directory& d, const upload_session_call& c) noexcept {
        if (!take(ticket, pending::notification)) return {.todo = upload_server_todo::abandon};
        if (!result.is_success()) {
            const ack told = refused(result, c);
            if (result.is_final) {
                final_status_ = told.status;
                final_code_ = result.code;
            }
            return perform(upload_server_event::notification_failed, d, c, told);
        }
        const ack announced{.answers = packet_type::fragment,
                            .session_id = c.session_id,
                            .received_content_range = received_bytes_,
                            .reply_url = c.reply_url};
        if (detail::check_sendable(announced)) {
            return perform(upload_server_event::notification_failed, d, c, refused(refusal::bad_reply_url, c));
        }
        copies_ = result.copy_to_destination;
        progress(c.now);
        upload_server_step step = perform(upload_server_event::notified, d, c);
        return answering_ == packet_type::close_session ? on_close(d, c) : step;
    }

    /// The file is at the destination, or is not, because of `problem`; the session can be closed again then.
    constexpr upload_server_step on_published(std::uint32_t ticket, std::optional<refusal> problem,
                                              const upload_directory& d, const upload_session_call& c) noexcept {
        if (!take(ticket, pending::publication)) return {.todo = upload_server_todo::abandon};
        if (problem) return perform(upload_server_event::publish_failed, d, c, refused(*problem, c));
        return perform(upload_server_event::published, d, c);
    }

    /// Whether the session's time is over ([MC-BUP] 3.2.2.1). It counts on the steady clock, from the last progress;
    /// what passed before a restart counts as far as `restore` has it. While the application is asked or the file moved
    /// it is not over.
    [[nodiscard]] constexpr bool is_expired(const upload_directory& d, time_point now) const noexcept {
        const std::uint32_t span_s = machine_.is_final() ? d.remember_closed_s : d.session_timeout_s;
        const bool is_at_work = pending_ != pending::none && pending_ != pending::store;
        const std::uint64_t span_ms = std::uint64_t{span_s} * 1000U;
        const std::uint64_t since_ms = elapsed_ms(progressed_at_, now);
        if (is_at_work || since_ms < span_ms - (before_ms_ < span_ms ? before_ms_ : span_ms)) return false;
        const std::uint64_t grace_ms = std::uint64_t{restored_session_grace_s} * 1000U;
        return before_ms_ == 0 || since_ms >= (grace_ms < span_ms ? grace_ms : span_ms);
    }
    /// Ends a session that is not over yet. What is reported about it afterwards is abandoned.
    constexpr void expire() noexcept {
        if (is_over()) return;
        begin({.type = packet_type::cancel_session});
        static_cast<void>(perform(upload_server_event::expired, {}, {.now = progressed_at_})); // nobody waits for it
    }

    [[nodiscard]] constexpr state_type state() const noexcept { return machine_.state(); }
    /// Closed or cancelled; only remembered for repeated requests.
    [[nodiscard]] constexpr bool is_over() const noexcept { return machine_.is_final(); }
    [[nodiscard]] constexpr std::uint64_t received_bytes() const noexcept { return received_bytes_; }
    /// The size of the file, once a Fragment has told it.
    [[nodiscard]] constexpr std::optional<std::uint64_t> total_bytes() const noexcept {
        return has_total_ ? std::optional{total_bytes_} : std::nullopt;
    }
    /// Whether the request that `ticket` is about still holds the session: to be asked before each write to the file.
    [[nodiscard]] constexpr bool holds(std::uint32_t ticket) const noexcept {
        return pending_ != pending::none && ticket == ticket_;
    }

    static constexpr std::size_t max_snapshot_size = 80;
    /// Writes all of the session and returns its size. The time of its last progress is written on both clocks: for a
    /// store of the same run of the machine, and for a server that starts again. Errors: buffer_too_small.
    [[nodiscard]] constexpr result<std::size_t> write_snapshot(std::span<char> out, const moment& now) const noexcept {
        snapshot_writer w(out, snapshot);
        w.put(static_cast<std::uint8_t>(machine_.state()));
        w.put(static_cast<std::uint8_t>(pending_));
        w.put(static_cast<std::uint8_t>(answering_));
        w.put(closes_);
        w.put(has_total_);
        w.put(copies_);
        w.put(final_status_);
        w.put(ticket_);
        w.put(final_code_.value);
        w.put(received_bytes_);
        w.put(total_bytes_);
        w.put(storing_bytes_);
        w.put(progressed_at_.ms);
        w.put(before_ms_);
        const std::uint64_t idle = idle_ms(now.steady);
        w.put(now.wall.ms > idle ? now.wall.ms - idle : std::uint64_t{0});
        const std::size_t size = w.finish();
        if (size > out.size()) return error{errc::buffer_too_small, header::none, 0};
        return size;
    }
    /// The session that wrote `bytes`, with what is under way: for stores that keep sessions as bytes while the server
    /// runs, on one steady clock. Errors: bad_snapshot.
    static constexpr result<upload_session> read_snapshot(std::string_view bytes) noexcept {
        wall_time progressed{};
        return read(bytes, progressed);
    }
    /// The session that wrote `bytes`, for a server that has started again: what was under way then was not done, but
    /// for what the embedder knows to be done, and tickets from then count no more. How long the session has been
    /// without progress is what the time of day says, as far as that can be: none if it went back; and the session has
    /// an hour from now on (`restored_session_grace_s`, at most its time-out), since the time of day may have been set
    /// forward. Errors: bad_snapshot.
    static constexpr result<upload_session> restore(std::string_view bytes, const moment& now) noexcept {
        wall_time progressed{};
        result<upload_session> restored = read(bytes, progressed);
        if (!restored) return restored;
        upload_session& s = *restored;
        s.progressed_at_ = now.steady;
        s.before_ms_ = elapsed_ms(progressed, now.wall);
        s.pending_ = pending::none;
        ++s.ticket_;
        if (s.state() == state_type::init)
            s.machine_ = upload_server_machine(state_type::cancel); // unknown to the client
        if (s.state() == state_type::notify) s.machine_ = upload_server_machine(state_type::receive_fragments);
        return restored;
    }

  private:
    /// What the embedder is at work on.
    enum class pending : std::uint8_t { none, room, store, notification, publication };

    static constexpr snapshot_kind snapshot{"BWUS", 2};

    /// `progressed`: when there was the last progress, by the time of day.
    static constexpr result<upload_session> read(std::string_view bytes, wall_time& progressed) noexcept {
        snapshot_reader r(bytes, snapshot);
        result<upload_session> found{upload_session()};
        upload_session& s = *found;
        const auto state = r.get_enum<state_type>(enumerator_count<state_type>);
        s.pending_ = r.get_enum<pending>(enumerator_count<pending>);
        s.answering_ = r.get_enum<packet_type>(request_type_count);
        s.closes_ = r.get_bool();
        s.has_total_ = r.get_bool();
        s.copies_ = r.get_bool();
        s.final_status_ = r.get<std::uint16_t>();
        s.ticket_ = r.get<std::uint32_t>();
        s.final_code_.value = r.get<std::uint32_t>();
        s.received_bytes_ = r.get<std::uint64_t>();
        s.total_bytes_ = r.get<std::uint64_t>();
        s.storing_bytes_ = r.get<std::uint64_t>();
        s.progressed_at_.ms = r.get<std::uint64_t>();
        s.before_ms_ = r.get<std::uint64_t>();
        progressed.ms = r.get<std::uint64_t>();
        s.machine_ = upload_server_machine(state);
        if (!r.finish() || !s.is_possible()) return error{errc::bad_snapshot, header::none, 0};
        return found;
    }

    constexpr void progress(time_point now) noexcept {
        progressed_at_ = now;
        before_ms_ = 0;
    }
    /// Time without progress, before a restart and since then.
    [[nodiscard]] constexpr std::uint64_t idle_ms(time_point now) const noexcept {
        return after_ms({before_ms_}, elapsed_ms(progressed_at_, now)).ms;
    }

    /// Whether a session can come to be like this.
    [[nodiscard]] constexpr bool is_possible() const noexcept {
        if (received_bytes_ > (has_total_ ? total_bytes_ : 0)) return false;
        if (final_status_ != 0 && (final_status_ < 300 || final_status_ > 599)) return false;
        const bool has_all = has_total_ && received_bytes_ == total_bytes_;
        switch (machine_.state()) {
        case state_type::init:
            return pending_ == pending::room;
        case state_type::receive_fragments:
            if (pending_ == pending::store) return storing_bytes_ <= total_bytes_ - received_bytes_;
            return pending_ == pending::none || (pending_ == pending::publication && has_all);
        case state_type::notify:
            return pending_ == pending::notification && has_all;
        case state_type::wait_for_close:
            return has_all && (pending_ == pending::none || pending_ == pending::publication);
        case state_type::complete:
            return has_all && pending_ == pending::none;
        case state_type::cancel:
            break;
        }
        return pending_ == pending::none;
    }

    constexpr void begin(const upload_request& r) noexcept {
        pending_ = pending::none;
        answering_ = r.type < packet_type::ack ? r.type : packet_type::ping; // so that a snapshot can be read
        closes_ = !r.keep_alive;
        ++ticket_;
    }
    constexpr bool take(std::uint32_t ticket, pending what) noexcept {
        if (ticket != ticket_ || pending_ != what) return false;
        pending_ = pending::none;
        return true;
    }
    constexpr upload_server_step wait_for(pending what, upload_server_todo todo) noexcept {
        pending_ = what;
        return {.todo = todo, .ticket = ticket_};
    }

    constexpr upload_server_step wait_for_body() noexcept {
        upload_server_step step = wait_for(pending::store, upload_server_todo::store_body);
        step.offset = received_bytes_;
        step.size_bytes = storing_bytes_;
        return step;
    }

    constexpr upload_server_step on_fragment(const upload_request& r, const upload_directory& d,
                                             const upload_session_call& c) noexcept {
        using e = upload_server_event;
        if (machine_.is_final()) return {.answer = refused(refusal::session_not_found, c)};
        if (!r.range.is_valid()) // none that a parser of this library has read
            return perform(e::request_refused, d, c, refused(refusal::total_changed, c));
        if (!has_total_) total_bytes_ = r.range.total_bytes;
        if (r.range.total_bytes > d.max_upload_bytes)
            return perform(e::request_refused, d, c, refused(refusal::upload_too_large, c));
        if (r.range.total_bytes != total_bytes_)
            return perform(e::request_refused, d, c, refused(refusal::total_changed, c));
        if (r.range.size_bytes > d.max_fragment_bytes)
            return perform(e::request_refused, d, c, refused(refusal::fragment_too_large, c));
        if (r.range.offset > received_bytes_) return perform(e::fragment_gap, d, c);
        const bool is_new = r.range.end() > received_bytes_;
        if (!is_new && (received_bytes_ != total_bytes_ || machine_.state() == state_type::wait_for_close)) {
            return perform(e::fragment_known, d, c);
        }
        // With all bytes there, any Fragment has come to notify again. Its body is read first: its client shall not
        // wait with sending it for as long as the application may take.
        if (is_new || (r.range.size_bytes != 0 && final_status_ == 0)) {
            storing_bytes_ = is_new ? r.range.end() - received_bytes_ : 0;
            upload_server_step step = perform(e::fragment_wanted, d, c);
            step.skip_bytes = r.range.size_bytes - storing_bytes_;
            return step;
        }
        has_total_ = true;
        return on_all_there(d, c);
    }

    constexpr upload_server_step on_all_there(const upload_directory& d, const upload_session_call& c) noexcept {
        using e = upload_server_event;
        if (d.notification == notification_type::none) return perform(e::last_byte_stored, d, c);
        if (final_status_ != 0) return perform(e::request_refused, d, c, refused(final_result(), c));
        return perform(e::notification_due, d, c);
    }

    constexpr upload_server_step on_close(const upload_directory& d, const upload_session_call& c) noexcept {
        using e = upload_server_event;
        switch (machine_.state()) {
        case state_type::complete:
            return {.answer = accepted(d, c)};
        case state_type::wait_for_close:
            return perform(copies_ ? e::close_requested : e::close_unwanted, d, c);
        case state_type::receive_fragments:
            // SPEC: an empty file is defined nowhere; one of which there was no Fragment is whole.
            if (received_bytes_ != total_bytes_)
                return perform(e::close_too_early, d, c, refused(refusal::closed_too_early, c));
            if (final_status_ != 0) return perform(e::close_too_early, d, c, refused(final_result(), c));
            has_total_ = true;
            if (d.notification == notification_type::none) return perform(e::close_requested, d, c);
            return on_all_there(d, c);
        default:
            return {.answer = refused(refusal::session_not_found, c)};
        }
    }

    /// The one way on: steps the machine, and says what its action is for the embedder. `told` is the Ack of an action
    /// that answers with an error.
    constexpr upload_server_step perform(upload_server_event event, const upload_directory& d,
                                         const upload_session_call& c, const ack& told) noexcept {
        return perform(event, d, c, &told);
    }
    constexpr upload_server_step perform(upload_server_event event, const upload_directory& d,
                                         const upload_session_call& c, const ack* told = nullptr) noexcept {
        using a = upload_server_action;
        const auto action = machine_.step(event);
        // The embedder's mistake: the session was never created, or was created twice.
        if (!action) return {.answer = refused(refusal::session_not_found, c)};
        if (machine_.is_final()) progress(c.now);
        switch (*action) {
        case a::answer:
            return {.answer = accepted(d, c)};
        case a::answer_out_of_sync:
            return {.answer = refused(refusal::out_of_sync, c)};
        case a::answer_error:
            return {.answer = told != nullptr ? *told : refused(refusal::storage_failed, c)};
        case a::store_body:
            return wait_for_body();
        case a::notify:
            return wait_for(pending::notification, upload_server_todo::notify);
        case a::publish: {
            upload_server_step step = wait_for(pending::publication, upload_server_todo::publish);
            step.may_replace = d.allow_overwrites;
            return step;
        }
        case a::discard:
            break;
        }
        return {.todo = upload_server_todo::discard, .answer = told != nullptr ? *told : accepted(d, c)};
    }

    constexpr upload_server_step with_body(const upload_request& r, const upload_directory& d,
                                           upload_server_step step) noexcept {
        if (step.todo == upload_server_todo::store_body) {
            step.send_continue = r.expects_continue;
        } else {
            detail::leave_body(r, d, step);
        }
        return step;
    }

    [[nodiscard]] constexpr ack accepted(const upload_directory& d, const upload_session_call& c) const noexcept {
        ack a;
        a.answers = answering_;
        a.session_id = c.session_id;
        a.keep_alive = !closes_;
        if (answering_ == packet_type::create_session) {
            if (d.answer_create_with_201) a.status = 201;
            a.protocol = bits_upload_protocol;
            a.host_id = d.host_id;
            if (!d.host_id.empty() && d.host_id_fallback_timeout_s != 0) {
                a.host_id_fallback_timeout_s = d.host_id_fallback_timeout_s;
            }
        }
        if (answering_ == packet_type::fragment) {
            a.received_content_range = received_bytes_;
            if (machine_.state() == state_type::wait_for_close) a.reply_url = c.reply_url;
        }
        return a;
    }
    [[nodiscard]] constexpr ack refused(refusal why, const upload_session_call& c) const noexcept {
        // Who is refused a session has none.
        const bool creating = answering_ == packet_type::create_session;
        ack a = refuse(why, answering_, creating ? std::string_view{} : c.session_id);
        a.received_content_range = next_byte();
        a.keep_alive = !closes_;
        return a;
    }
    [[nodiscard]] constexpr ack refused(const notification_result& result,
                                        const upload_session_call& c) const noexcept {
        ack a;
        a.answers = answering_;
        a.session_id = c.session_id;
        a.status = detail::can_be_told(result.status) ? result.status : row_of(refusal::application_unreachable).status;
        a.error_code = result.code;
        a.error_context = result.context;
        a.received_content_range = next_byte();
        a.keep_alive = !closes_;
        return a;
    }
    /// What every Ack to a Fragment says, whatever else it says ([MC-BUP] 2.2.7.2); nothing once the session is over.
    [[nodiscard]] constexpr std::optional<std::uint64_t> next_byte() const noexcept {
        if (answering_ != packet_type::fragment || machine_.is_final()) return std::nullopt;
        return received_bytes_;
    }
    /// What the application said when it wanted no further notification.
    [[nodiscard]] constexpr notification_result final_result() const noexcept {
        notification_result r;
        r.status = final_status_;
        r.code = final_code_;
        return r;
    }

    upload_server_machine machine_{};
    pending pending_ = pending::none;
    packet_type answering_ = packet_type::create_session;
    bool closes_ = false;    ///< the connection ends after the answer
    bool has_total_ = false; ///< `total_bytes_` is what a Fragment said that was taken
    bool copies_ = true;     ///< ShouldcopyToDestination
    std::uint16_t final_status_ = 0;
    std::uint32_t ticket_ = 0;
    hresult final_code_{};
    std::uint64_t received_bytes_ = 0;
    std::uint64_t total_bytes_ = 0;
    std::uint64_t storing_bytes_ = 0;
    time_point progressed_at_{};  ///< the last progress; of a restored session, its restart
    std::uint64_t before_ms_ = 0; ///< time without progress before the restart
};

static_assert(sizeof(upload_session) <= 192);

} // namespace bitswire

#endif
