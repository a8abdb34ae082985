// bitswire/session/upload_server_step.hpp: what an upload server tells the embedder to do for a request.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_UPLOAD_SERVER_STEP_HPP
#define BITSWIRE_SESSION_UPLOAD_SERVER_STEP_HPP

#include "../base/required.hpp"
#include "../base/time.hpp"
#include "../wire/ack.hpp"
#include "../wire/upload_request.hpp"
#include "upload_directory.hpp"

#include <cstdint>
#include <string_view>

namespace bitswire {

/// What the embedder has to do for a request. Where the file is told of or moved, it is the first `received_bytes` of
/// the session: what a Fragment that was cut short, or given up, has left behind them is to be cut off before.
enum class upload_server_todo : std::uint8_t {
    answer,     ///< send `answer`
    make_room,  ///< prepare a place for the partial file; then `on_room`
    store_body, ///< store the body, as told; then `on_stored` or `on_not_stored`
    notify,     ///< tell the server application (notifier.hpp); then `on_notified`
    publish,    ///< move the file to the destination, in one step, see `may_replace`, and delete the reply; then
                ///< `on_published`
    discard,    ///< delete the partial file and the reply, as far as they are there; then send `answer`
    abandon,    ///< another request has taken over the session: close the connection without an answer
};

/// What to do for a request. `answer` borrows the session id and the reply URL that went into the call, and the texts
/// of the directory.
struct [[nodiscard]] upload_server_step {
    upload_server_todo todo = upload_server_todo::answer;
    std::uint32_t ticket = 0;     ///< to be handed back with the report
    bool send_continue = false;   ///< of `store_body`: send 100 (Continue) first; the client waits for it
    std::uint64_t skip_bytes = 0; ///< of `store_body`: how much to read and drop first, because it is there already
    std::uint64_t offset = 0;     ///< of `store_body`: where in the file the rest belongs
    std::uint64_t size_bytes = 0; ///< of `store_body`: how much that is
    std::uint64_t drop_bytes = 0; ///< of `answer`: body that is still to be read, and dropped, before the next request
    /// Of `publish`: a file at the destination may be replaced. If not, move with something that fails if there is one
    /// (`renameat2` with RENAME_NOREPLACE, `link`, `MoveFileEx` without MOVEFILE_REPLACE_EXISTING), and report
    /// `refusal::destination_exists`. To look first is not enough: the file may appear between the two.
    bool may_replace = false;
    ack answer{}; ///< of `answer` and `discard`

    friend constexpr bool operator==(const upload_server_step&, const upload_server_step&) noexcept = default;
};

/// What goes with every call to a session.
struct upload_session_call {
    std::string_view session_id = ""; ///< as the client wrote it
    std::string_view reply_url = "";  ///< what the embedder keeps for the session; empty: there is no reply
    required<time_point> now;
};

namespace detail {

/// Says what becomes of a body that is not stored: it is dropped; or the connection ends, where the body is too large
/// for that, or it is not known whether the client will send it.
constexpr void leave_body(const upload_request& r, const upload_directory& d, upload_server_step& step) noexcept {
    if (r.body_size() == 0) return;
    if (r.expects_continue || r.body_size() > d.max_dropped_bytes) {
        step.answer.keep_alive = false;
    } else {
        step.drop_bytes = r.body_size();
    }
}

} // namespace detail

} // namespace bitswire

#endif
