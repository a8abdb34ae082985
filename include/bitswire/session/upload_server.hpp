// bitswire/session/upload_server.hpp: all sessions of an upload server: finds the one that a request is for, makes new
// ones, ends old ones.
//
// Sessions are in a store that the embedder supplies, with what else belongs to one (destination, user, partial file).
// **Sessions end only when somebody ends them**: a client may never come back, so once a minute or so a server calls
// `expire_sessions`, or `expire` for each id, and deletes the files of what has ended. BITS-Session-Id is all that a
// client needs to write to an upload, so the ids have to come from a generator for keys, with at least 122 random bits:
// getrandom, BCryptGenRandom, arc4random; not rand, not a clock, not std::mt19937.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_UPLOAD_SERVER_HPP
#define BITSWIRE_SESSION_UPLOAD_SERVER_HPP

#include "../base/borrowed_text.hpp"
#include "../base/required.hpp"
#include "../base/time.hpp"
#include "../spec/refusal.hpp"
#include "../wire/ack.hpp"
#include "../wire/guid.hpp"
#include "../wire/upload_request.hpp"
#include "../wire/url.hpp"
#include "notification_result.hpp"
#include "upload_directory.hpp"
#include "upload_session.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace bitswire {

/// What a store keeps for a session, and may add to.
template <class Record>
concept upload_record = requires(Record& r) {
    { r.session } -> std::convertible_to<upload_session&>;
    { r.target } -> std::convertible_to<std::string_view>;
    { r.reply_url } -> std::convertible_to<std::string_view>;
};

/// Where sessions are: a hash map, shared memory, a database. `insert` makes a record with the target of the session,
/// which never changes: requests with another target are refused. `find` and `insert` return something like a pointer
/// to a record, null for none; it is used only until the call of the server that asked for it returns, and never beside
/// another one, so a database can hand out an object that writes the record back when it goes (`write_snapshot`,
/// `read_snapshot`). Ids are compared byte for byte.
template <class Store>
concept upload_store = requires(Store& s, std::string_view id, std::string_view target, const upload_session& session) {
    static_cast<bool>(s.find(id));
    static_cast<bool>(s.insert(id, target, session)); // null: the id is taken, or there is no room
    s.erase(id);                                      // an id that is not there: nothing happens
    requires upload_record<std::remove_cvref_t<decltype(*s.find(id))>>;
};

namespace detail {

/// Path and query of a request target: the absolute form names the same as the origin form (RFC 9112 3.2.2).
constexpr std::string_view origin_form(std::string_view target) noexcept {
    if (target.empty() || target.front() == '/') return target;
    const result<url_view> url = parse_url(target);
    return url ? target_of(*url) : target;
}

} // namespace detail

/// What is known of the place where an upload ends. `unknown` is refused.
enum class destination_state : std::uint8_t { unknown, absent, exists, is_folder, folder_not_found };

/// What the embedder knows of a request that its text does not say. Whatever is left out refuses the request.
struct upload_request_facts {
    required<time_point> now;
    bool is_authorized = false; ///< the user may upload to this target
    /// The user is the one that made the session; of any request but Create-Session. Otherwise the request is answered
    /// as if there were no such session. That the target is the session's is compared here.
    bool is_owner = false;
    destination_state destination = destination_state::unknown; ///< of Create-Session
    std::uint32_t user_sessions = UINT32_MAX; ///< of Create-Session: sessions of the user that are not over
    borrowed_text new_session_id{};           ///< of Create-Session: unguessable; 1 to 100 characters
};

/// Gives requests to the sessions that they are for. Beside its requests each server needs a loop, without which
/// sessions and their files stay for ever:
///
///     every minute: server.expire_sessions(all.begin(), all.end(), directory, now,
///                                          [](std::string_view id, record& r) { delete the files of r });
///
/// A step borrows the request, the facts, the directory and the record. Source: [MC-BUP] 3.2.1.3, 3.2.5.2.
template <upload_store Store>
class upload_server {
  public:
    constexpr explicit upload_server(Store& store BITSWIRE_LIFETIMEBOUND) noexcept : store_(store) {}

    /// A request, and the settings of the directory that its target is in. What it is about after Create-Session is the
    /// session `facts.new_session_id`, otherwise `r.session_id`.
    constexpr upload_server_step on_request(const upload_request& r, const upload_directory& d,
                                            upload_request_facts facts BITSWIRE_LIFETIMEBOUND) noexcept {
        if (r.type == packet_type::ping) return answer_ping(r);
        if (!d.uploads_enabled) return refuse_request(r, d, refusal::uploads_disabled);
        if (!facts.is_authorized) return refuse_request(r, d, refusal::access_denied);
        if (r.type == packet_type::create_session) return on_create(r, d, facts);
        auto record = store_.find(r.session_id);
        if (!record || !facts.is_owner || detail::origin_form(record->target) != detail::origin_form(r.target))
            return refuse_request(r, d, refusal::session_not_found);
        return record->session.on_request(r, d, {r.session_id, record->reply_url, facts.now});
    }

    /// Reports, as `upload_session` has them. `session_id` as the client wrote it; the answer borrows it.
    constexpr upload_server_step on_room(borrowed_text session_id BITSWIRE_LIFETIMEBOUND, std::uint32_t ticket,
                                         std::optional<refusal> problem, const upload_directory& d,
                                         time_point now) noexcept {
        const upload_server_step step = report(session_id, now, [&](upload_session& s, const upload_session_call& c) {
            return s.on_room(ticket, problem, d, c);
        });
        if (problem && step.todo == upload_server_todo::answer) store_.erase(session_id);
        return step;
    }
    constexpr upload_server_step on_stored(borrowed_text session_id BITSWIRE_LIFETIMEBOUND, std::uint32_t ticket,
                                           std::uint64_t stored_bytes, const upload_directory& d,
                                           time_point now) noexcept {
        return report(session_id, now, [&](upload_session& s, const upload_session_call& c) {
            return s.on_stored(ticket, stored_bytes, d, c);
        });
    }
    constexpr upload_server_step on_not_stored(borrowed_text session_id BITSWIRE_LIFETIMEBOUND, std::uint32_t ticket,
                                               refusal problem, const upload_directory& d, time_point now) noexcept {
        return report(session_id, now, [&](upload_session& s, const upload_session_call& c) {
            return s.on_not_stored(ticket, problem, d, c);
        });
    }
    /// Set the record's reply URL before this call.
    constexpr upload_server_step on_notified(borrowed_text session_id BITSWIRE_LIFETIMEBOUND, std::uint32_t ticket,
                                             const notification_result& result, const upload_directory& d,
                                             time_point now) noexcept {
        return report(session_id, now, [&](upload_session& s, const upload_session_call& c) {
            return s.on_notified(ticket, result, d, c);
        });
    }
    constexpr upload_server_step on_published(borrowed_text session_id BITSWIRE_LIFETIMEBOUND, std::uint32_t ticket,
                                              std::optional<refusal> problem, const upload_directory& d,
                                              time_point now) noexcept {
        return report(session_id, now, [&](upload_session& s, const upload_session_call& c) {
            return s.on_published(ticket, problem, d, c);
        });
    }

    /// Ends those of the sessions from `at` to `end` whose time is over, and forgets them. Looks at `most` of them, and
    /// returns where to continue next time, so that a server with many sessions can do it in slices. What it returns
    /// must still be valid then: where requests come between two slices, iterate over a copy of the ids, since they may
    /// end the session that the iterator points to. An element is an id, or a pair that begins with one, as in a map of
    /// the store. `discard(id, record)` deletes the files of a session; it is called only if there are any, and before
    /// the store erases the record. During the call the store may erase the element that was looked at, no other one:
    /// maps with a node for each element, such as std::map and std::unordered_map, can be handed over as they are; of
    /// others, take a copy of the ids. Source: [MC-BUP] 3.2.6.1.
    template <class Iterator, class Sentinel, class Discard>
    [[nodiscard]] constexpr Iterator expire_sessions(Iterator at, Sentinel end, const upload_directory& d,
                                                     time_point now, Discard discard,
                                                     std::size_t most = SIZE_MAX) noexcept {
        for (; at != end && most != 0; --most) {
            const auto& element = *at;
            ++at; // before the element is erased
            std::string_view id;
            if constexpr (requires { element.first; }) {
                id = element.first;
            } else {
                id = element;
            }
            expire_one(id, d, now, discard);
        }
        return at;
    }
    /// Ends one session whose time is over: see `end`. Source: [MC-BUP] 3.2.6.1.
    [[nodiscard]] constexpr bool expire(std::string_view session_id, const upload_directory& d,
                                        time_point now) noexcept {
        bool has_files = false;
        expire_one(session_id, d, now, [&](std::string_view, auto&&) noexcept { has_files = true; });
        return has_files;
    }
    /// Ends a session and forgets it, for example when a directory takes no more uploads. True: it was not over;
    /// delete its files. Source: [MC-BUP] 3.2.4.2, 3.2.7.
    [[nodiscard]] constexpr bool end(std::string_view session_id) noexcept {
        bool has_files = false;
        end_one(
            session_id, [](const upload_session&) noexcept { return true; },
            [&](std::string_view, auto&&) noexcept { has_files = true; });
        return has_files;
    }

  private:
    template <class Discard>
    constexpr void expire_one(std::string_view session_id, const upload_directory& d, time_point now,
                              Discard&& discard) noexcept {
        end_one(
            session_id, [&](const upload_session& s) noexcept { return s.is_expired(d, now); }, discard);
    }
    /// Ends a session if it is there and `wanted`.
    template <class Wanted, class Discard>
    constexpr void end_one(std::string_view session_id, Wanted wanted, Discard&& discard) noexcept {
        {
            auto record = store_.find(session_id);
            if (!record || !wanted(record->session)) return;
            const bool has_files = !record->session.is_over();
            record->session.expire();
            if (has_files) discard(session_id, *record);
        }
        store_.erase(session_id);
    }

    template <class Report>
    constexpr upload_server_step report(std::string_view session_id, time_point now, Report call) noexcept {
        auto record = store_.find(session_id);
        if (!record) return {.todo = upload_server_todo::abandon};
        return call(record->session, upload_session_call{session_id, record->reply_url, now});
    }

    constexpr upload_server_step on_create(const upload_request& r, const upload_directory& d,
                                           const upload_request_facts& facts) noexcept {
        if (!r.supported_protocols.contains(bits_upload_protocol))
            return refuse_request(r, d, refusal::no_common_protocol);
        if (facts.destination > destination_state::folder_not_found)
            return refuse_request(r, d, refusal::storage_failed);
        switch (facts.destination) {
        case destination_state::absent:
            break;
        case destination_state::unknown:
            return refuse_request(r, d, refusal::storage_failed);
        case destination_state::exists:
            if (d.allow_overwrites) break;
            return refuse_request(
                r, d, d.refuse_existing_with_403 ? refusal::destination_exists_403 : refusal::destination_exists);
        case destination_state::is_folder:
            return refuse_request(r, d, refusal::destination_is_folder);
        case destination_state::folder_not_found:
            return refuse_request(r, d, refusal::folder_not_found);
        }
        if (facts.user_sessions >= d.sessions_per_user) return refuse_request(r, d, refusal::too_many_sessions);
        // What the embedder has set cannot be told to a client: better here than after the session is there.
        const ack told{.answers = packet_type::create_session,
                       .session_id = facts.new_session_id,
                       .protocol = bits_upload_protocol,
                       .host_id = d.host_id};
        if (detail::check_sendable(told)) return refuse_request(r, d, refusal::storage_failed);
        auto record = store_.insert(facts.new_session_id, r.target, upload_session(facts.now));
        if (!record) return refuse_request(r, d, refusal::storage_failed);
        return record->session.create(r);
    }

    /// Not inlined: where g++ 12 sees that the Ack has no code, it warns of every copy of the empty std::optional (GCC
    /// bug 80635).
    [[gnu::noinline]] static constexpr upload_server_step answer_ping(const upload_request& r) noexcept {
        upload_server_step step{.answer = {.answers = packet_type::ping, .session_id = r.session_id}};
        step.answer.keep_alive = r.keep_alive;
        return step;
    }

    /// An answer to a request that no session takes part in.
    static constexpr upload_server_step refuse_request(const upload_request& r, const upload_directory& d,
                                                       refusal why) noexcept {
        upload_server_step step{.answer = refuse(why, r.type, r.session_id)};
        step.answer.keep_alive = r.keep_alive;
        detail::leave_body(r, d, step);
        return step;
    }

    Store& store_;
};

} // namespace bitswire

#endif
