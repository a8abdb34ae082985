// bitswire/session/upload_step.hpp: what the client of an upload is told in the beginning, and what it says in return.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_UPLOAD_STEP_HPP
#define BITSWIRE_SESSION_UPLOAD_STEP_HPP

#include "../base/borrowed_text.hpp"
#include "../base/required.hpp"
#include "../base/time.hpp"
#include "../spec/limits.hpp"
#include "../wire/upload_request.hpp"
#include "fragment_size.hpp"

#include <cstdint>
#include <string_view>

namespace bitswire {

/// What to upload, and how. The texts are borrowed for as long as the client lives.
struct upload_client_config {
    borrowed_text url{}; ///< the destination, absolute, at most 2,200 characters, with a path if it has a query
    required<std::uint64_t> size_bytes; ///< of the file
    borrowed_text content_name{};       ///< file name without path; empty: none is sent
    borrowed_text user_agent{};
    /// The upload is an upload-reply: the last Ack has to name a reply, and the session is closed only after
    /// `on_reply_fetched` or `on_reply_given_up`. Otherwise a reply that the server offers is left alone.
    bool wants_reply = false;
    /// Begin with a Ping: with an authentication of connections (NTLM) it saves sending a Fragment twice.
    bool ping_first = false;
    fragment_size_limits fragment{};
    std::uint32_t request_timeout_s = upload_request_timeout_s;   ///< for sending a request ([MC-BUP] 3.1.2.1)
    std::uint32_t response_timeout_s = upload_response_timeout_s; ///< for receiving its Ack ([MC-BUP] 3.1.2.2)
    /// Close-Session and Cancel-Session are repeated after 5xx: first after this time, then after twice the time each.
    std::uint32_t first_repeat_s = 5;
    std::uint32_t repeat_for_s = 86'400; ///< and no more once this time is over
    /// How often each of these may happen without progress in between: the server has no more bytes after a Fragment
    /// than before it; the server loses bytes of the session; the server loses the session. Once more, and the upload
    /// stops with `upload_status::no_progress`.
    std::uint8_t setbacks_allowed = 10;
};

/// What the embedder has to do now.
enum class upload_todo : std::uint8_t {
    nothing, ///< nothing new: an Ack, credentials or a reply are awaited, or `start` was not called
    send,    ///< send `request` with the bytes of its range; then `on_ack`, `on_bad_ack`, `on_transport_error` or
             ///< `on_timeout`
    wait,    ///< call `on_timer` at `wake_at`
    give_credentials, ///< `on_credentials_given` or `on_credentials_withheld`
    fetch_reply,      ///< `write_reply_url`; then `on_reply_fetched`, `on_reply_failed` or `on_reply_given_up`
    stopped,          ///< see `failure`; `resume` or `cancel`
    suspended,        ///< `resume` or `cancel`
    done,             ///< the session is closed or cancelled: see `state`
};

/// What to do now. Borrows the client until the next call that changes it.
struct [[nodiscard]] upload_step {
    upload_todo todo = upload_todo::nothing;
    upload_request request{};             ///< of `send`; its Host is where to connect
    std::uint32_t request_timeout_s = 0;  ///< of `send`
    std::uint32_t response_timeout_s = 0; ///< of `send`
    time_point wake_at = time_never; ///< call `on_timer` then, whatever else there is to do; replaces the one before
};

} // namespace bitswire

#endif
