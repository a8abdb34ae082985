// bitswire/wire/ack.hpp: the Ack to each request: bytes or headers to a checked value, and back.
//
// An Ack says nothing of the request it answers, so its reader is told. That the server refused is not an error here;
// it is what the Ack says. Which event an Ack is for a client is the client session's business.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_ACK_HPP
#define BITSWIRE_WIRE_ACK_HPP

#include "../base/borrowed_text.hpp"
#include "../base/required.hpp"
#include "../spec/refusal.hpp"
#include "guid.hpp"
#include "host.hpp"
#include "hresult_text.hpp"
#include "packet.hpp"
#include "read_message.hpp"
#include "write_message.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bitswire {

/// The answer to a request of the upload protocol. Members that its kind does not have are empty after reading and must
/// be for writing. Views borrow what the Ack was read from.
struct ack {
    packet_type answers = packet_type::ack; ///< the type of the request; `ack`, not filled in: cannot be sent
    std::uint16_t status = 200;
    std::string_view session_id = "";
    std::optional<guid> protocol{}; ///< Create-Session: the protocol the server chose; some servers do not say
    std::string_view host_id =
        ""; ///< Create-Session: the host to continue with, as `parse_host_id` reads it; empty: none
    std::uint32_t host_id_fallback_timeout_s = host_id_fallback_never_s; ///< seconds; only with `host_id`
    std::optional<std::uint64_t> received_content_range{};               ///< the offset that the server expects next
    std::string_view reply_url = "";                        ///< last Fragment of an upload-reply: see url.hpp
    std::optional<hresult> error_code{};                    ///< failures only
    std::optional<bitswire::error_context> error_context{}; ///< failures only
    std::string_view date = "";                             ///< RFC 9110 6.6.1; a server with a clock sends it
    std::string_view server = "";                           ///< RFC 9110 10.2.4
    body_framing body{};                                    ///< to be skipped; nothing but a proxy sends one
    bool keep_alive = true;                                 ///< false: the connection ends after this

    [[nodiscard]] constexpr bool is_success() const noexcept { return is_ack_success(status); }
    /// A 1xx answer: the Ack is still to come, read on behind it (RFC 9110 15.2).
    [[nodiscard]] constexpr bool is_interim() const noexcept { return status < 200 && status != 101; }

    friend constexpr bool operator==(const ack&, const ack&) noexcept = default;
};

/// Settings of an Ack's reader.
struct ack_options {
    required<packet_type> answers; ///< the type of the request that is answered; an Ack does not say it
    read_limits limits{};
};

namespace detail {

template <>
struct packet_traits<ack> {
    static constexpr head_side side = head_side::response;
    using settings = ack_options;

    static constexpr auto kinds = std::to_array<message_kind>({
        message_kind::ping_ack,
        message_kind::create_session_ack,
        message_kind::fragment_ack,
        message_kind::close_session_ack,
        message_kind::cancel_session_ack,
        message_kind::error_ack,
        message_kind::out_of_sync_ack,
    });
    static constexpr message_kind kind_of(const ack& a) noexcept { return ack_kind(a.answers, a.status); }

    static constexpr auto text = std::to_array<text_member<ack>>({
        {header::date, &ack::date},
        {header::server, &ack::server},
        {header::session_id, &ack::session_id},
        {header::host_id, &ack::host_id, text_form::host_id},
        {header::reply_url, &ack::reply_url},
    });

    static constexpr error check_settings(const ack_options& options) noexcept {
        return options.answers < packet_type::ack ? error{} : error{errc::bad_setting, header::none, 0};
    }

    template <class Value>
    static constexpr error read(const status_line& start, const fields_view<Value>& fields, const ack_options& options,
                                ack& out) noexcept {
        out.answers = options.answers;
        out.status = start.status;
        if (out.is_interim()) return {};
        if (start.status < 200) return {errc::bad_status, header::none, status_offset}; // 101: what follows is no HTTP
        const message_kind kind = ack_kind(options.answers, start.status);
        // A proxy may answer for a server it cannot reach in its own version of HTTP; an Ack is HTTP/1.1.
        if (start.minor_version == 0 && out.is_success()) return {errc::bad_http_version, header::none, 0};
        if (error e = check_presence(fields, kind)) return e;
        if (fields.has(header::packet_type) && !is_name_of(packet_type::ack, fields.text(header::packet_type))) {
            return fields.fail(errc::unknown_packet_type, header::packet_type);
        }
        if (error e = read_response_body(fields, start, out.body)) return e;
        out.keep_alive = read_keep_alive(fields, start, out.body);
        if (error e = read_text(fields, kind, out)) return e;
        if (out.session_id.empty() && (required_headers(kind) & set_of(header::session_id)) != 0) {
            return fields.fail(errc::missing_header, header::session_id);
        }
        const header_set wanted = readable_headers(kind) & fields.present();
        if ((wanted & set_of(header::protocol)) != 0) {
            const result<guid> protocol = parse_guid(fields.text(header::protocol));
            if (!protocol) return fields.fail(protocol.error().code, header::protocol, protocol.error().offset);
            out.protocol = *protocol;
        }
        if (!out.host_id.empty()) {
            const result<host_id_view> host = parse_host_id(out.host_id);
            if (!host) return fields.fail(host.error().code, header::host_id, host.error().offset);
            if (error e = read_fallback_timeout(fields, out)) return e;
        }
        if ((wanted & set_of(header::received_content_range)) != 0) {
            std::uint64_t offset = 0;
            if (error e = read_decimal(fields, header::received_content_range, UINT64_MAX, offset)) return e;
            out.received_content_range = offset;
        }
        // Some servers send a code with a success; it means nothing (*ack-for-fragment*).
        return start.status < 300 ? error{} : read_error(fields, out);
    }

    template <class Value>
    static constexpr error read_fallback_timeout(const fields_view<Value>& fields, ack& out) noexcept {
        if (!fields.has(header::host_id_fallback_timeout)) return {};
        std::uint64_t seconds = 0;
        if (error e = read_decimal(fields, header::host_id_fallback_timeout, UINT32_MAX, seconds)) return e;
        out.host_id_fallback_timeout_s = static_cast<std::uint32_t>(seconds);
        return {};
    }

    /// One code under two names; two different codes are a contradiction. An empty value is none.
    template <class Value>
    static constexpr error read_error(const fields_view<Value>& fields, ack& out) noexcept {
        for (const header h : {header::error_code, header::error}) {
            if (fields.text(h).empty()) continue;
            const result<std::uint32_t> code = parse_code(fields.text(h));
            if (!code) return fields.fail(code.error().code, h, code.error().offset);
            if (out.error_code && out.error_code->value != *code) return fields.fail(errc::conflicting_headers, h);
            out.error_code = hresult{*code};
        }
        if (out.error_code && !fields.text(header::error_context).empty()) {
            const result<std::uint32_t> context = parse_code(fields.text(header::error_context));
            if (!context) return fields.fail(context.error().code, header::error_context, context.error().offset);
            out.error_context = static_cast<bitswire::error_context>(*context);
        }
        return {};
    }

    static constexpr error problem_of(const ack& a) noexcept {
        if (a.answers >= packet_type::ack) return {errc::unsendable_combination, header::packet_type, 0};
        // Any other 2xx would have a code to write, and none to read.
        if (!a.is_success() && (!may_have_body(a.status) || a.status < 300 || a.status > 599))
            return {errc::unsendable_value, header::none, 0};
        if (a.body != body_framing{}) return {errc::unsendable_combination, header::content_length, 0};
        if (a.host_id_fallback_timeout_s != host_id_fallback_never_s && a.host_id.empty()) {
            return {errc::unsendable_combination, header::host_id_fallback_timeout, 0};
        }
        return {};
    }

    static constexpr header_set usual =
        set_of(header::packet_type) | set_of(header::content_length) | set_of(header::accept_encoding);
    [[gnu::always_inline]] static constexpr header_set headers_of(const ack& a) noexcept {
        constexpr header_set codes = set_of(header::error_code) | set_of(header::error);
        const bool falls_back = a.host_id_fallback_timeout_s != host_id_fallback_never_s;
        return only_if(a.protocol.has_value(), set_of(header::protocol)) |
               only_if(falls_back, set_of(header::host_id_fallback_timeout)) |
               only_if(a.received_content_range.has_value(), set_of(header::received_content_range)) |
               only_if(a.error_code.has_value(), codes) |
               only_if(a.error_context.has_value(), set_of(header::error_context)) |
               only_if(!a.keep_alive, set_of(header::connection));
    }

    static constexpr std::string_view start_line_text(const ack& /*a*/) noexcept { return {}; }
    template <class Text>
    [[gnu::always_inline]] static constexpr void put_start_line(const ack& a, Text& out) noexcept {
        put_status_line(out, a.status);
    }

    template <header H, class Put>
    [[gnu::always_inline]] static constexpr void put_value(const ack& a, Put put) noexcept {
        if constexpr (H == header::protocol) {
            const auto guid_text = write_guid(*a.protocol, guid_style::braces_lower);
            put(std::string_view{guid_text.data(), guid_text.size()});
        } else if constexpr (H == header::host_id_fallback_timeout) {
            put(decimal{a.host_id_fallback_timeout_s});
        } else if constexpr (H == header::received_content_range) {
            put(decimal{*a.received_content_range});
        } else if constexpr (H == header::error_code || H == header::error) {
            put(*a.error_code);
        } else if constexpr (H == header::error_context) {
            put(*a.error_context);
        } else if constexpr (H == header::connection) {
            put(std::string_view{"close"});
        } else {
            put.template usual<message_kind::ping_ack>();
        }
    }
};

} // namespace detail

/// Door 1 for Acks: `ack_parser p({.answers = packet_type::ping})`; `parse_message<ack>` is door 2. Source:
/// [MC-BUP] 2.2, *ack-for-create-session* and its siblings.
using ack_parser = message_parser<ack>;

/// What a server answers to a request that could not be read: status, code and context of the error's row. An error of
/// the caller, which is no peer's fault, becomes 500. The connection ends with it, since where the next request would
/// begin is not known. `answers` may be a guess where the type could not be read; `session_id` is the one that the
/// client wrote, if there was one, and is borrowed by the Ack. Source: [MC-BUP] 3.2.5.2.3.
[[nodiscard]] constexpr ack refuse(const error& problem, packet_type answers = packet_type::ping,
                                   borrowed_text session_id BITSWIRE_LIFETIMEBOUND = {}) noexcept {
    const error_row& row = row_of(problem.code);
    ack a;
    a.answers = answers;
    a.session_id = session_id;
    a.status = row.status != 0 ? row.status : std::uint16_t{500};
    a.error_code = row.status != 0 ? row.bits_error : "E_INVALIDARG"_hresult;
    a.error_context = row.status != 0 ? row.context : error_context::remote_file;
    a.keep_alive = false;
    return a;
}

/// What a server answers to a request that it refuses; the connection stays open. `session_id` as above.
[[nodiscard]] constexpr ack refuse(refusal why, packet_type answers,
                                   borrowed_text session_id BITSWIRE_LIFETIMEBOUND = {}) noexcept {
    const refusal_row& row = row_of(why);
    ack a;
    a.answers = answers;
    a.session_id = session_id;
    a.status = row.status;
    a.error_code = row.bits_error;
    a.error_context = row.context;
    return a;
}

} // namespace bitswire

#endif
