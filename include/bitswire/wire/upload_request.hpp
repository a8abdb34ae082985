// bitswire/wire/upload_request.hpp: Ping, Create-Session, Fragment, Close-Session, Cancel-Session: bytes or headers to
// a checked value, and back.
//
// Knows what one packet must look like, not which packet may come when: that is the server session's business. The body
// of a Fragment is named by its range and never touched.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_UPLOAD_REQUEST_HPP
#define BITSWIRE_WIRE_UPLOAD_REQUEST_HPP

#include "content_range.hpp"
#include "file_path.hpp"
#include "guid.hpp"
#include "host.hpp"
#include "packet.hpp"
#include "read_message.hpp"
#include "write_message.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bitswire {

/// A request of the upload protocol. Members that its type does not have (see the presence matrix in header.hpp) are
/// empty after reading and must be for writing. Views borrow what the packet was read from.
struct upload_request {
    packet_type type = packet_type::ping; ///< not `ack`
    std::string_view target = "";         ///< as sent, not percent-decoded: a path with query, or a URL
    std::string_view host = "";
    std::string_view session_id = "";         ///< opaque, at most 100 characters; echo it byte for byte
    std::string_view content_name = "";       ///< file name; never to be used as a path
    protocol_list_view supported_protocols{}; ///< Create-Session only
    content_range range{};                    ///< Fragment only
    std::string_view user_agent = "";
    bool expects_continue = false; ///< the client waits for 100 (Continue) before it sends the body
    bool keep_alive = true;        ///< false: the connection ends after the Ack

    /// Bytes of the body: those of the range of a Fragment, otherwise none.
    [[nodiscard]] constexpr std::uint64_t body_size() const noexcept {
        return type == packet_type::fragment ? range.size_bytes : 0;
    }

    friend constexpr bool operator==(const upload_request&, const upload_request&) noexcept = default;
};

namespace detail {

template <>
struct packet_traits<upload_request> {
    static constexpr head_side side = head_side::request;
    using settings = read_options;

    static constexpr auto kinds = std::to_array<message_kind>({
        message_kind::ping_request,
        message_kind::create_session_request,
        message_kind::fragment_request,
        message_kind::close_session_request,
        message_kind::cancel_session_request,
    });
    static constexpr message_kind kind_of(const upload_request& r) noexcept { return request_kind(r.type); }

    static constexpr auto text = std::to_array<text_member<upload_request>>({
        {header::host, &upload_request::host, text_form::host},
        {header::session_id, &upload_request::session_id},
        {header::content_name, &upload_request::content_name, text_form::file_name},
        {header::user_agent, &upload_request::user_agent},
    });

    template <class Value>
    static constexpr error read(const request_line& start, const fields_view<Value>& fields,
                                const read_options& options, upload_request& out) noexcept {
        if (!is_text(start.method, bits_post)) {
            const bool overridden = options.allow_method_override && start.method == "POST" &&
                                    iequals(fields.text(header::method_override), bits_post);
            if (!overridden) return {errc::bad_method, header::none, start.offset, start.method, 0};
        }
        if (!fields.has(header::packet_type)) return {errc::missing_header, header::packet_type, 0};
        const std::string_view type_name = fields.text(header::packet_type);
        out.type = packet_type::fragment;
        const bool fragment = is_name_of(packet_type::fragment, type_name); // nearly always
        if (!fragment) {
            const auto type = find_packet_type(type_name);
            if (!type || *type == packet_type::ack) return fields.fail(errc::unknown_packet_type, header::packet_type);
            out.type = *type;
        }
        const message_kind kind = request_kind(out.type);
        out.target = start.target;
        out.keep_alive = !fields.connection().close;

        const header_set waived =
            options.allow_missing_content_length && !fragment ? set_of(header::content_length) : header_set{0};
        if (error e = check_presence(fields, kind, waived)) return e;
        std::uint64_t body_size = 0;
        if (error e = read_request_body(fields, body_size)) return e;
        if (error e = read_text(fields, kind, out)) return e;
        if (out.session_id.empty() && (required_headers(kind) & set_of(header::session_id)) != 0) {
            return fields.fail(errc::missing_header, header::session_id);
        }
        if (error e = check_host_header(out.host)) return fields.fail(e.code, e.in, e.offset);
        if (error e = read_expect(fields, out.expects_continue)) return e;
        if (!fragment && body_size != 0) return fields.fail(errc::unexpected_body, header::content_length);
        if (fragment) return read_fragment(fields, body_size, out);
        if (out.type == packet_type::create_session) return read_protocols(fields, out);
        return {};
    }

    template <class Value>
    [[gnu::always_inline]] static constexpr error read_fragment(const fields_view<Value>& fields,
                                                                std::uint64_t body_size, upload_request& out) noexcept {
        const result<content_range> range = parse_content_range(fields.text(header::content_range));
        if (!range) return fields.fail(range.error().code, header::content_range, range.error().offset);
        if (range->size_bytes != body_size) return fields.fail(errc::range_length_mismatch, header::content_length);
        if (fields.has(header::content_encoding) && !iequals(fields.text(header::content_encoding), "identity")) {
            return fields.fail(errc::unsupported_encoding, header::content_encoding);
        }
        out.range = *range;
        return {};
    }

    template <class Value>
    static constexpr error read_protocols(const fields_view<Value>& fields, upload_request& out) noexcept {
        if (fields.has_too_many_lines()) return fields.fail(errc::too_many_protocols, header::supported_protocols);
        for (std::size_t i = 0; i < fields.line_count(); ++i)
            out.supported_protocols.add_line(fields.line(i));
        return out.supported_protocols.for_each([](const guid&) noexcept {});
    }

    /// Strict in what is sent: exactly one GUID, in braces and lower case, as Windows has it.
    static constexpr error check_protocols(const protocol_list_view& protocols) noexcept {
        const std::string_view line = protocols.line(0);
        if (protocols.line_count() == 1 && line == bits_upload_protocol_text) return {}; // there is no other
        const result<guid> protocol = parse_guid(line);
        if (!protocol) return {errc::unsendable_value, header::supported_protocols, protocol.error().offset};
        const auto canonical = write_guid(*protocol, guid_style::braces_lower);
        if (protocols.line_count() != 1 || line != std::string_view{canonical.data(), canonical.size()}) {
            return {errc::unsendable_value, header::supported_protocols, 0};
        }
        return {};
    }

    static constexpr error problem_of(const upload_request& r) noexcept {
        if (r.type >= packet_type::ack) return {errc::unsendable_combination, header::packet_type, 0};
        if (!is_sendable_target(r.target)) return {errc::unsendable_value, header::none, 0};
        if (r.type == packet_type::fragment) {
            if (!r.range.is_valid()) return {errc::unsendable_value, header::content_range, 0};
        } else if (r.type == packet_type::create_session) {
            return check_protocols(r.supported_protocols);
        }
        return {};
    }

    static constexpr header_set usual = set_of(header::accept) | set_of(header::packet_type) |
                                        set_of(header::content_length) | set_of(header::connection);
    [[gnu::always_inline]] static constexpr header_set headers_of(const upload_request& r) noexcept {
        const bool has_range = r.type == packet_type::fragment || r.range != content_range{};
        return only_if(!r.supported_protocols.empty(), set_of(header::supported_protocols)) |
               only_if(has_range, set_of(header::content_range)) | only_if(r.expects_continue, set_of(header::expect));
    }

    static constexpr std::string_view start_line_text(const upload_request& r) noexcept { return r.target; }
    template <class Text>
    [[gnu::always_inline]] static constexpr void put_start_line(const upload_request& r, Text& out) noexcept {
        put_request_line(out, "BITS_POST ", r.target);
    }

    template <header H, class Put>
    [[gnu::always_inline]] static constexpr void put_value(const upload_request& r, Put put) noexcept {
        if constexpr (H == header::packet_type) {
            if (r.type == packet_type::fragment) { // nearly always
                put.template usual<message_kind::fragment_request>();
            } else {
                put(name_of(r.type));
            }
        } else if constexpr (H == header::supported_protocols) {
            put(r.supported_protocols.line(0));
        } else if constexpr (H == header::content_range) {
            put(r.range);
        } else if constexpr (H == header::content_length) {
            put(decimal{r.body_size()});
        } else {
            put_request_value<H>(r, put);
        }
    }
};

} // namespace detail

/// Door 1 for requests; `parse_message<upload_request>` is door 2. Source: [MC-BUP] 2.2.
using upload_request_parser = message_parser<upload_request>;

} // namespace bitswire

#endif
