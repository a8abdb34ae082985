// bitswire/wire/notification.hpp: what a BITS server tells the application behind it, and what that answers.
//
// The uploaded file and the reply are bodies or named files; their bytes never come here. What an answer means for the
// session is the notifier's business.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_NOTIFICATION_HPP
#define BITSWIRE_WIRE_NOTIFICATION_HPP

#include "host.hpp"
#include "packet.hpp"
#include "read_message.hpp"
#include "url.hpp"
#include "write_message.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bitswire {

/// BITSServerNotificationType (*bits-iis-extension-properties*).
enum class notification_type : std::uint8_t {
    none = 0,
    by_reference = 1, ///< the application gets the names of two files
    by_value = 2,     ///< the file is the body of the request, the reply that of the response
};

/// POST to the application. Views borrow what it was read from.
struct notification_request {
    notification_type type = notification_type::by_reference; ///< not `none`
    std::string_view target = "";
    std::string_view host = "";
    std::string_view original_request_url = "";   ///< the destination URL of the upload
    std::string_view request_datafile_name = "";  ///< by_reference: full path of the uploaded file
    std::string_view response_datafile_name = ""; ///< by_reference: full path where the reply is expected
    std::string_view user_agent = "";
    std::uint64_t body_bytes = 0; ///< by_value: size of the uploaded file
    bool expects_continue = false;
    bool keep_alive = true;

    friend constexpr bool operator==(const notification_request&, const notification_request&) noexcept = default;
};

/// The application's answer. Views borrow what it was read from.
struct notification_response {
    std::uint16_t status = 200;
    std::string_view static_response_url = ""; ///< an absolute URL that serves the reply; empty: none
    bool copy_file_to_destination = false;     ///< the uploaded file is to appear at the destination
    std::string_view date = "";
    std::string_view server = "";
    body_framing body{}; ///< by_value: the reply
    bool keep_alive = true;

    [[nodiscard]] constexpr bool is_success() const noexcept { return status == 200; }
    /// A 1xx answer: the response is still to come, read on behind it (RFC 9110 15.2).
    [[nodiscard]] constexpr bool is_interim() const noexcept { return status < 200 && status != 101; }

    friend constexpr bool operator==(const notification_response&, const notification_response&) noexcept = default;
};

namespace detail {

template <>
struct packet_traits<notification_request> {
    static constexpr head_side side = head_side::request;
    using settings = notification_options;

    static constexpr auto kinds =
        std::to_array<message_kind>({message_kind::notification_by_reference, message_kind::notification_by_value});
    static constexpr message_kind kind_of(const notification_request& r) noexcept {
        return r.type == notification_type::by_reference ? kinds[0] : kinds[1];
    }

    static constexpr auto text = std::to_array<text_member<notification_request>>({
        {header::original_request_url, &notification_request::original_request_url},
        {header::request_datafile_name, &notification_request::request_datafile_name},
        {header::response_datafile_name, &notification_request::response_datafile_name},
        {header::user_agent, &notification_request::user_agent},
        {header::host, &notification_request::host, text_form::host},
    });

    /// Either file name makes it a notification by reference, which then needs both ([MC-BUP] 3.4.5.2).
    template <class Value>
    static constexpr error read(const request_line& start, const fields_view<Value>& fields,
                                const notification_options& /*options*/, notification_request& out) noexcept {
        if (!is_text(start.method, "POST")) return {errc::bad_method, header::none, start.offset, start.method, 0};
        const bool by_reference =
            fields.has(header::request_datafile_name) || fields.has(header::response_datafile_name);
        out.type = by_reference ? notification_type::by_reference : notification_type::by_value;
        const message_kind kind = kind_of(out);
        out.target = start.target;
        out.keep_alive = !fields.connection().close;
        if (error e = check_presence(fields, kind)) return e;
        if (error e = read_request_body(fields, out.body_bytes)) return e;
        if (error e = read_text(fields, kind, out)) return e;
        if (error e = check_host_header(out.host)) return fields.fail(e.code, e.in, e.offset);
        if (error e = read_expect(fields, out.expects_continue)) return e;
        if (by_reference && out.body_bytes != 0) return fields.fail(errc::unexpected_body, header::content_length);
        for (const text_member<notification_request>& t : text) {
            if (presence_of(t.id, kind) == presence::required && t.id != header::host && (out.*t.member).empty()) {
                return fields.fail(errc::missing_header, t.id);
            }
        }
        return {};
    }

    static constexpr error problem_of(const notification_request& r) noexcept {
        if (r.type == notification_type::none) return {errc::unsendable_combination, header::none, 0};
        if (!is_sendable_target(r.target)) return {errc::unsendable_value, header::none, 0};
        if (r.type == notification_type::by_reference && r.body_bytes != 0)
            return {errc::unsendable_combination, header::content_length, 0};
        return {};
    }

    static constexpr header_set usual =
        set_of(header::accept) | set_of(header::content_length) | set_of(header::connection);
    [[gnu::always_inline]] static constexpr header_set headers_of(const notification_request& r) noexcept {
        return only_if(r.expects_continue, set_of(header::expect));
    }

    static constexpr std::string_view start_line_text(const notification_request& r) noexcept { return r.target; }
    template <class Text>
    [[gnu::always_inline]] static constexpr void put_start_line(const notification_request& r, Text& out) noexcept {
        put_request_line(out, "POST ", r.target);
    }

    template <header H, class Put>
    [[gnu::always_inline]] static constexpr void put_value(const notification_request& r, Put put) noexcept {
        if constexpr (H == header::content_length) {
            put(decimal{r.body_bytes});
        } else {
            put_request_value<H>(r, put);
        }
    }
};

template <>
struct packet_traits<notification_response> {
    static constexpr head_side side = head_side::response;
    using settings = notification_options;

    static constexpr auto kinds = std::to_array<message_kind>({message_kind::notification_response});
    static constexpr message_kind kind_of(const notification_response& /*r*/) noexcept { return kinds[0]; }

    static constexpr auto text = std::to_array<text_member<notification_response>>({
        {header::date, &notification_response::date},
        {header::server, &notification_response::server},
        {header::static_response_url, &notification_response::static_response_url, text_form::url},
    });

    template <class Value>
    static constexpr error read(const status_line& start, const fields_view<Value>& fields,
                                const notification_options& /*options*/, notification_response& out) noexcept {
        constexpr message_kind kind = message_kind::notification_response;
        out.status = start.status;
        if (out.is_interim()) return {};
        if (start.status < 200) return {errc::bad_status, header::none, status_offset}; // 101: what follows is no HTTP
        if (start.minor_version == 0 && out.is_success()) return {errc::bad_http_version, header::none, 0};
        if (error e = check_presence(fields, kind)) return e;
        if (error e = read_response_body(fields, start, out.body)) return e;
        out.keep_alive = read_keep_alive(fields, start, out.body);
        if (error e = read_text(fields, kind, out)) return e;
        if (!out.static_response_url.empty()) {
            const result<url_view> url = parse_url(out.static_response_url);
            if (!url) return fields.fail(url.error().code, header::static_response_url, url.error().offset);
        }
        out.copy_file_to_destination = fields.has(header::copy_file_to_destination);
        return {};
    }

    static constexpr error problem_of(const notification_response& r) noexcept {
        if (r.status < 200 || r.status > 599) return {errc::unsendable_value, header::none, 0};
        // Without a length only the end of the connection ends the body; the library writes no chunks.
        const bool ends_connection = r.body.end == body_end::connection;
        if (r.body.end == body_end::chunked || (ends_connection && (r.keep_alive || r.body.size_bytes != 0))) {
            return {errc::unsendable_combination, header::content_length, 0};
        }
        // An answer that names a static reply has none in its body ([MC-BUP] 2.2.13.3).
        const bool has_no_body = !may_have_body(r.status) || !r.static_response_url.empty();
        if (has_no_body && r.body != body_framing{}) return {errc::unsendable_combination, header::content_length, 0};
        return {};
    }

    static constexpr header_set usual = 0;
    [[gnu::always_inline]] static constexpr header_set headers_of(const notification_response& r) noexcept {
        const bool has_length = r.body.end == body_end::length && may_have_body(r.status);
        return only_if(r.copy_file_to_destination, set_of(header::copy_file_to_destination)) |
               only_if(has_length, set_of(header::content_length)) | only_if(!r.keep_alive, set_of(header::connection));
    }

    static constexpr std::string_view start_line_text(const notification_response& /*r*/) noexcept { return {}; }
    template <class Text>
    [[gnu::always_inline]] static constexpr void put_start_line(const notification_response& r, Text& out) noexcept {
        put_status_line(out, r.status);
    }

    template <header H, class Put>
    [[gnu::always_inline]] static constexpr void put_value(const notification_response& r, Put put) noexcept {
        if constexpr (H == header::copy_file_to_destination) {
            put(std::string_view{"1"}); // any value ([MC-BUP] 2.2.13.2)
        } else if constexpr (H == header::content_length) {
            put(decimal{r.body.size_bytes});
        } else if constexpr (H == header::connection) {
            put(std::string_view{"close"});
        }
    }
};

} // namespace detail

/// Door 1 for a server application; `parse_message<notification_request>` is door 2. Source: [MC-BUP] 2.2.12.
using notification_request_parser = message_parser<notification_request>;

/// Door 1 for a BITS server; `parse_message<notification_response>` is door 2. Source: [MC-BUP] 2.2.13.
using notification_response_parser = message_parser<notification_response>;

} // namespace bitswire

#endif
