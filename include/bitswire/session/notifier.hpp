// bitswire/session/notifier.hpp: tells a server application of one upload, and says what came of it.
//
// No I/O, and no file bytes: by value, the file is sent and the reply received by the embedder. What may happen when is
// the table in machine/back_end_client.hpp. Applications have to live with being told twice, so there is no retrying
// here: the next last Fragment notifies again.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_NOTIFIER_HPP
#define BITSWIRE_SESSION_NOTIFIER_HPP

#include "../base/borrowed_text.hpp"
#include "../machine/back_end_client.hpp"
#include "../spec/limits.hpp"
#include "../spec/refusal.hpp"
#include "../wire/notification.hpp"
#include "../wire/url.hpp"
#include "notification_result.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace bitswire {

/// What an application is told. The texts are borrowed for as long as the notifier lives.
struct notifier_config {
    notification_type type = notification_type::none;
    borrowed_text notification_url{};       ///< BITSServerNotificationURL, absolute or relative to `original_url`
    borrowed_text original_url{};           ///< the destination of the upload, absolute
    borrowed_text request_datafile_name{};  ///< by_reference: full path of the uploaded file
    borrowed_text response_datafile_name{}; ///< by_reference: full path where the application may write a reply
    std::uint64_t size_bytes = 0;           ///< of the uploaded file
    borrowed_text user_agent{};
    std::uint32_t timeout_s = notification_timeout_s; ///< for what each step says ([MC-BUP] 3.3.2)
    /// Where the URL is built; `max_resolved_url_size` bytes are always enough.
    std::span<char> url_buffer{};
};

/// What the embedder has to do now.
enum class notifier_todo : std::uint8_t {
    nothing,         ///< wait for what is under way; or the call was out of place, and nothing has changed
    send_headers,    ///< connect to `url` and send `request`; then `on_headers_sent`
    send_data,       ///< send the file; then `on_data_sent`
    receive_headers, ///< then `on_response` or `on_bad_response`
    receive_data,    ///< store the body as the reply; then `on_reply_received`
    done,            ///< see `result`
};

/// What to do now. Borrows the notifier and its buffer. After `timeout_s` seconds without having done it: `on_timeout`;
/// if the connection fails: `on_transport_error`.
struct [[nodiscard]] notifier_step {
    notifier_todo todo = notifier_todo::nothing;
    std::uint32_t timeout_s = 0;
    std::string_view url = "";      ///< of `send_headers`: absolute
    notification_request request{}; ///< of `send_headers`
};

/// One notification. Source: [MC-BUP] 3.3.
class notifier {
  public:
    using state_type = back_end_client_state;
    using event = back_end_client_event;

    constexpr explicit notifier(notifier_config config BITSWIRE_LIFETIMEBOUND) noexcept : config_(config) {}

    /// Begins. Without an application it is done, and the file goes to the destination.
    constexpr notifier_step start() noexcept BITSWIRE_LIFETIMEBOUND {
        if (machine_.state() != state_type::init) return {};
        if (config_.type == notification_type::none) {
            result_.copy_to_destination = true;
            return happened(event::not_wanted);
        }
        notifier_step step = happened(event::started);
        if (config_.notification_url.size() > max_url_size) {
            const error too_long{errc::value_too_long, header::none, max_url_size};
            return fail(event::transport_failed, too_long, refusal::application_unreachable);
        }
        const auto size = resolve_notification_url(config_.original_url, config_.notification_url, config_.url_buffer);
        if (!size) return fail(event::transport_failed, size.error(), refusal::application_unreachable);
        step.url = {config_.url_buffer.data(), *size};
        const url_view url = *parse_url(step.url);
        notification_request& r = step.request;
        r.type = config_.type;
        r.target = {url.path.data(), url.path.size() + url.query.size()}; // it has a path: `resolve_notification_url`
        r.host = url.authority;
        r.original_request_url = config_.original_url;
        if (config_.type == notification_type::by_reference) {
            r.request_datafile_name = config_.request_datafile_name;
            r.response_datafile_name = config_.response_datafile_name;
        } else {
            r.body_bytes = config_.size_bytes;
        }
        r.user_agent = config_.user_agent;
        return step;
    }

    constexpr notifier_step on_headers_sent() noexcept {
        return happened(config_.type == notification_type::by_value ? event::headers_before_data_sent
                                                                    : event::headers_sent);
    }
    constexpr notifier_step on_data_sent() noexcept { return happened(event::data_sent); }

    /// The application's answer, which may come before everything is sent. An interim one
    /// (`notification_response::is_interim`) changes nothing. `r` is not kept, but for `result().static_reply_url`,
    /// which borrows from it. A body that is not asked for (`receive_data`) is to be dropped.
    constexpr notifier_step on_response(const notification_response& r) noexcept {
        if (r.is_interim() || !machine_.accepts(event::accepted)) return {};
        if (!r.is_success()) {
            result_ = refused_by_application(r.status);
            return happened(event::refused);
        }
        result_.copy_to_destination = r.copy_file_to_destination;
        result_.static_reply_url = r.static_response_url;
        const bool has_body = r.body.end != body_end::length || r.body.size_bytes != 0;
        const bool is_reply = config_.type == notification_type::by_value && r.static_response_url.empty() && has_body;
        return happened(is_reply ? event::accepted_with_data : event::accepted);
    }
    /// What came back was no answer that can be read: `problem` is what the parser says.
    constexpr notifier_step on_bad_response(const error& problem) noexcept {
        return fail(event::answer_invalid, problem, refusal::application_unreachable);
    }
    constexpr notifier_step on_reply_received() noexcept { return happened(event::data_received); }
    constexpr notifier_step on_transport_error() noexcept {
        return fail(event::transport_failed, {}, refusal::application_unreachable);
    }
    constexpr notifier_step on_timeout() noexcept { return fail(event::timed_out, {}, refusal::application_timeout); }

    [[nodiscard]] constexpr state_type state() const noexcept { return machine_.state(); }
    [[nodiscard]] constexpr bool finished() const noexcept { return machine_.is_final(); }
    /// What came of it, once it has finished: for `on_notified` of the upload server. Before that, no answer.
    [[nodiscard]] constexpr const notification_result& result() const noexcept BITSWIRE_LIFETIMEBOUND {
        return result_;
    }
    /// What was wrong with the URL or the answer, for the log.
    [[nodiscard]] constexpr const error& problem() const noexcept BITSWIRE_LIFETIMEBOUND { return problem_; }

  private:
    [[nodiscard]] constexpr notification_result succeeded() const noexcept {
        notification_result r = accepted_by_application(result_.copy_to_destination);
        r.static_reply_url = result_.static_reply_url;
        return r;
    }
    constexpr notifier_step fail(event e, const error& problem, refusal why) noexcept {
        if (!machine_.accepts(e)) return {};
        problem_ = problem;
        result_ = not_answered(why);
        return happened(e);
    }

    constexpr notifier_step happened(event e) noexcept {
        using a = back_end_client_action;
        const auto action = machine_.step(e);
        if (!action) return {};
        switch (*action) {
        case a::send_headers:
            return {.todo = notifier_todo::send_headers, .timeout_s = config_.timeout_s};
        case a::send_data:
            return {.todo = notifier_todo::send_data, .timeout_s = config_.timeout_s};
        case a::receive_headers:
            return {.todo = notifier_todo::receive_headers, .timeout_s = config_.timeout_s};
        case a::receive_data:
            return {.todo = notifier_todo::receive_data, .timeout_s = config_.timeout_s};
        case a::report_success: // before that, what is asked too early is no success
            result_ = succeeded();
            break;
        case a::report_error:
            break;
        }
        return {.todo = notifier_todo::done};
    }

    notifier_config config_;
    back_end_client_machine machine_{};
    notification_result result_{};
    error problem_{};
};

} // namespace bitswire

#endif
