// What is written reads back equal; what would not, or would break the message, is refused and nothing is written.
#include "support/describe.hpp"
#include "support/guarded_bytes.hpp"
#include "support/print.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace bitswire;

namespace {

upload_request fragment() {
    upload_request r;
    r.type = packet_type::fragment;
    r.target = "/x";
    r.host = "a";
    r.session_id = "{1}";
    r.range = {5, 5, 10};
    return r;
}

upload_request create_session() {
    upload_request r;
    r.type = packet_type::create_session;
    r.target = "/x";
    r.host = "a";
    r.supported_protocols = bits_upload_protocols;
    return r;
}

ack ack_of(packet_type answers, std::uint16_t status = 200) {
    ack a;
    a.answers = answers;
    a.status = status;
    if (answers != packet_type::ping) a.session_id = "{1}";
    if (answers == packet_type::create_session && a.is_success()) a.protocol = bits_upload_protocol;
    if (answers == packet_type::fragment && (a.is_success() || status == 416)) a.received_content_range = 7;
    if (!a.is_success()) {
        a.error_code = "E_INVALIDARG"_hresult;
        a.error_context = error_context::remote_file;
    }
    return a;
}

notification_request by_reference() {
    notification_request r;
    r.target = "/app";
    r.host = "a";
    r.original_request_url = "http://a/x";
    r.request_datafile_name = "/s/request";
    r.response_datafile_name = "/s/response";
    return r;
}

/// What takes the values of headers that no text member holds, for which the writer leaves a fixed room.
template <class Packet>
struct fixed_room {
    template <header H, class Value>
    void field(const Value& value) const {
        detail::careful_writer counter({});
        put_text(counter, value);
        if ((detail::headers_of_texts<Packet> & set_of(H)) == 0) CHECK(counter.size() <= detail::longest_value_of(H));
    }
    template <header H, message_kind Kind>
    void usual_field() const {
        field<H>(usual_value(H, Kind));
    }
};

/// Nothing is longer than the writer takes it to be, before it writes without counting; and then it writes the same.
template <class Packet>
void check_fast_way(const Packet& packet, std::string_view expected) {
    using traits = detail::packet_traits<Packet>;
    const message_kind kind = traits::kind_of(packet);
    detail::careful_writer counter({});
    traits::put_start_line(packet, counter);
    CHECK(counter.size() <= detail::longest_start_line + traits::start_line_text(packet).size());
    header_set headers = 0;
    CHECK_FALSE(detail::check_packet(packet, kind, headers));
    detail::put_fields(packet, headers, fixed_room<Packet>{});
    const std::size_t bound = detail::bound_size(packet, kind);
    CHECK(bound >= expected.size() + detail::text_overrun);
    for (const std::size_t size : {bound - 1, bound}) { // with care, and fast
        std::string buffer(size + 1, '?');
        CHECK(*write_message(packet, std::span(buffer.data(), size)) == expected.size());
        CHECK(std::string_view(buffer).substr(0, expected.size()) == expected);
        CHECK(std::string_view(buffer).substr(expected.size() + detail::text_overrun).find_first_not_of('?') ==
              std::string_view::npos);
    }
}

template <class Packet>
std::string written(const Packet& packet) {
    const result<std::size_t> size = size_of_message(packet);
    REQUIRE_MESSAGE(size.has_value(), size.error());
    std::string bytes(*size, '?');
    REQUIRE(write_message(packet, bytes).has_value());
    check_fast_way(packet, bytes);
    return bytes;
}

/// Refused by all three ways of writing, and not a byte of the buffer changed.
template <class Packet>
void check_refused(const Packet& packet, error expected) {
    std::string buffer(20000, '?');
    CHECK(write_message(packet, buffer).has_value() == false);
    CHECK(write_message(packet, buffer).error() == expected);
    CHECK(buffer == std::string(20000, '?'));
    CHECK(size_of_message(packet).error() == expected);
    int visited = 0;
    CHECK(visit_headers(packet, [&](std::string_view, std::string_view) { ++visited; }) == expected);
    CHECK(visited == 0);
}

template <class Packet>
Packet reread(const std::string& bytes, const typename detail::packet_traits<Packet>::settings& s = {}) {
    message_parser<Packet> parser(s);
    const parsed<Packet> r = parser.parse(bytes);
    REQUIRE_MESSAGE(r.is_complete(), r.problem << " in\n" << bytes);
    return r.packet;
}

} // namespace

TEST_CASE("writer: a buffer one byte too small stays as it is, one of exactly the size does") {
    const std::string bytes = written(fragment());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        std::string buffer(size, '?');
        REQUIRE(write_message(fragment(), buffer).error().code == errc::buffer_too_small);
        REQUIRE(buffer == std::string(size, '?'));
    }
    std::string buffer(bytes.size() + 5, '?');
    CHECK(*write_message(fragment(), buffer) == bytes.size());
    CHECK(buffer == bytes + "?????");
    const std::string name(4096, 'v');
    upload_request r = fragment();
    r.user_agent = name;
    buffer.assign(written(r).size() - 1, '?');
    CHECK(write_message(r, buffer).error().code == errc::buffer_too_small);
    CHECK(buffer == std::string(buffer.size(), '?'));
}

TEST_CASE("writer: values that would break the message are refused, at every place [RFC 9110 5.5]") {
    for (const char bad : {'\r', '\n', '\0', '\x01', '\x1f', '\x7f'}) {
        for (const std::size_t at : {0U, 1U, 2U, 20U, 39U}) {
            std::string value(40, 'v');
            value[at] = bad;
            const auto offset = static_cast<std::uint32_t>(at);
            upload_request r = fragment();
            r.session_id = value;
            check_refused(r, {errc::unsendable_value, header::session_id, offset});
            r = fragment();
            r.user_agent = value;
            check_refused(r, {errc::unsendable_value, header::user_agent, offset});
            r = create_session();
            r.content_name = value;
            check_refused(r, {errc::unsendable_value, header::content_name, offset});
            ack a = ack_of(packet_type::fragment);
            a.reply_url = value;
            check_refused(a, {errc::unsendable_value, header::reply_url, offset});
            notification_request n = by_reference();
            n.original_request_url = value;
            check_refused(n, {errc::unsendable_value, header::original_request_url, offset});
        }
    }
}

TEST_CASE("writer: white space at an end of a value would be lost, so it is refused [RFC 9112 5.1]") {
    upload_request r = fragment();
    r.session_id = " {1}";
    check_refused(r, {errc::unsendable_value, header::session_id, 0});
    r.session_id = "{1}\t";
    check_refused(r, {errc::unsendable_value, header::session_id, 3});
    r.session_id = "{1 2}";
    CHECK(reread<upload_request>(written(r)) == r);
}

TEST_CASE("writer: values that are too long are refused [MC-BUP 2.2.1, 2.2.1.1, ack-for-create-session]") {
    const std::string text(5000, 'v');
    const std::string_view view = text;
    upload_request r = fragment();
    r.session_id = view.substr(0, 100);
    CHECK(reread<upload_request>(written(r)) == r);
    r.session_id = view.substr(0, 101);
    check_refused(r, {errc::unsendable_value, header::session_id, 100});
    r = fragment();
    r.content_name = view.substr(0, 260);
    CHECK(reread<upload_request>(written(r)) == r);
    r.content_name = view.substr(0, 261);
    check_refused(r, {errc::unsendable_value, header::content_name, 260});
    r = fragment();
    r.user_agent = view.substr(0, 4096);
    CHECK(reread<upload_request>(written(r)) == r);
    r.user_agent = view.substr(0, 4097);
    check_refused(r, {errc::unsendable_value, header::user_agent, 4096});
    r = fragment();
    const std::string zeros = "h:" + std::string(4092, '0') + "80";
    r.host = zeros;
    CHECK(reread<upload_request>(written(r)) == r);
    const std::string more_zeros = "h:0" + zeros.substr(2);
    r.host = more_zeros;
    check_refused(r, {errc::unsendable_value, header::host, 4096});
    ack a = ack_of(packet_type::fragment);
    a.reply_url = view.substr(0, 2201);
    check_refused(a, {errc::unsendable_value, header::reply_url, 2200});
    const std::string url = "http://a/" + text;
    notification_response s;
    s.static_response_url = std::string_view(url).substr(0, 2200);
    CHECK(reread<notification_response>(written(s)) == s);
    s.static_response_url = std::string_view(url).substr(0, 2201);
    check_refused(s, {errc::unsendable_value, header::static_response_url, 2200});
    const std::string host =
        std::string(60, 'h') + "." + std::string(60, 'h') + "." + std::string(60, 'h') + "." + std::string(60, 'h');
    a = ack_of(packet_type::create_session);
    a.host_id = host;
    CHECK(reread<ack>(written(a), {.answers = packet_type::create_session, .limits = {}}) == a);
    const std::string too_long(301, 'h');
    a.host_id = too_long;
    CHECK(size_of_message(a).has_value() == false);
}

TEST_CASE("writer: request target and host are checked [RFC 9112 3.2]") {
    for (const std::string_view bad : {"", "x", "/a b", "/a\r\nX: y", "/\xe4", "ftp://h/", "*"}) {
        CAPTURE(bad);
        upload_request r = fragment();
        r.target = bad;
        check_refused(r, {errc::unsendable_value, header::none, 0});
    }
    const std::string long_target = "/" + std::string(8000, 'a');
    upload_request r = fragment();
    r.target = long_target;
    check_refused(r, {errc::unsendable_value, header::none, 0});
    r = fragment();
    r.host = "";
    check_refused(r, {errc::unsendable_value, header::host, 0});
    r.host = "a/b";
    check_refused(r, {errc::unsendable_value, header::host, 0});
}

TEST_CASE("writer: file names keep to what Windows takes [MC-BUP 6 note 3]") {
    for (const char c : std::string_view{"\\/:*?\"<>|"}) {
        CAPTURE(c);
        upload_request r = create_session();
        const std::string name = std::string("ab") + c;
        r.content_name = name;
        check_refused(r, {errc::unsendable_value, header::content_name, 2});
    }
}

TEST_CASE("writer: what a packet must have, it must have, and what it never has, it must not have [MC-BUP 2.2]") {
    upload_request r = fragment();
    r.session_id = "";
    check_refused(r, {errc::unsendable_value, header::session_id, 0});
    r = fragment();
    r.range = {};
    CHECK(reread<upload_request>(written(r)) == r); // the empty file
    r.range = {0, 0, 5};
    check_refused(r, {errc::unsendable_value, header::content_range, 0});
    r.range = {6, 5, 10};
    check_refused(r, {errc::unsendable_value, header::content_range, 0});
    r = fragment();
    r.type = packet_type::close_session;
    check_refused(r, {errc::unsendable_combination, header::content_range, 0});
    r = fragment();
    r.supported_protocols = bits_upload_protocols;
    check_refused(r, {errc::unsendable_combination, header::supported_protocols, 0});
    r = create_session();
    r.session_id = "{1}";
    check_refused(r, {errc::unsendable_combination, header::session_id, 0});
    r = create_session();
    r.supported_protocols = {};
    check_refused(r, {errc::unsendable_value, header::supported_protocols, 0});
    r.supported_protocols = protocol_list_view{"{not-a-guid}"};
    check_refused(r, {errc::unsendable_value, header::supported_protocols, 12});
    for (const std::string_view other_form :
         {"{7DF0354D-249B-430F-820D-3D2A9BEF4931}", "7df0354d-249b-430f-820d-3d2a9bef4931"}) {
        r.supported_protocols = protocol_list_view{other_form};
        check_refused(r, {errc::unsendable_value, header::supported_protocols, 0});
    }
    r.supported_protocols = protocol_list_view{"{7df0354d-249b-430f-820d-3d2a9bef4932}"};
    CHECK(size_of_message(r).has_value());
    r.supported_protocols = bits_upload_protocols;
    r.supported_protocols.add_line(bits_upload_protocol_text);
    check_refused(r, {errc::unsendable_value, header::supported_protocols, 0});
    r = create_session();
    r.type = packet_type::ack;
    check_refused(r, {errc::unsendable_combination, header::packet_type, 0});

    ack a = ack_of(packet_type::create_session);
    a.protocol.reset();
    check_refused(a, {errc::unsendable_value, header::protocol, 0});
    a = ack_of(packet_type::create_session);
    a.session_id = "";
    check_refused(a, {errc::unsendable_value, header::session_id, 0});
    a = ack_of(packet_type::close_session);
    a.session_id = "";
    check_refused(a, {errc::unsendable_value, header::session_id, 0});
    a = ack_of(packet_type::fragment);
    a.session_id = "";
    check_refused(a, {errc::unsendable_value, header::session_id, 0});
    a = ack_of(packet_type::fragment, 416);
    a.received_content_range.reset();
    check_refused(a, {errc::unsendable_value, header::received_content_range, 0});
    a = ack_of(packet_type::fragment);
    a.received_content_range.reset();
    check_refused(a, {errc::unsendable_value, header::received_content_range, 0});
    a = ack_of(packet_type::ping);
    a.received_content_range = 5;
    check_refused(a, {errc::unsendable_combination, header::received_content_range, 0});
    a = ack_of(packet_type::ping);
    a.error_code = hresult{};
    check_refused(a, {errc::unsendable_combination, header::error_code, 0});
    a = ack_of(packet_type::ping);
    a.error_context = error_context::remote_file;
    check_refused(a, {errc::unsendable_combination, header::error_context, 0});
    a = ack_of(packet_type::ping, 500);
    a.error_context.reset();
    check_refused(a, {errc::unsendable_value, header::error_context, 0});
    a = ack_of(packet_type::ping, 500);
    a.error_code.reset();
    check_refused(a, {errc::unsendable_value, header::error_code, 0});
    a = ack_of(packet_type::create_session, 500);
    a.protocol = bits_upload_protocol;
    check_refused(a, {errc::unsendable_combination, header::protocol, 0});
    for (const ack& other : {ack_of(packet_type::fragment), ack_of(packet_type::create_session, 500)}) {
        a = other;
        a.host_id = "h";
        check_refused(a, {errc::unsendable_combination, header::host_id, 0});
    }
    for (const ack& other : {ack_of(packet_type::close_session), ack_of(packet_type::fragment, 500)}) {
        a = other;
        a.reply_url = "r";
        check_refused(a, {errc::unsendable_combination, header::reply_url, 0});
    }
    a = ack_of(packet_type::create_session);
    a.host_id_fallback_timeout_s = 5;
    check_refused(a, {errc::unsendable_combination, header::host_id_fallback_timeout, 0});
    a.host_id = "h/x";
    check_refused(a, {errc::unsendable_value, header::host_id, 0});
    a.host_id = "h:0";
    check_refused(a, {errc::unsendable_value, header::host_id, 2});
    a = ack_of(packet_type::ping);
    a.status = 100;
    check_refused(a, {errc::unsendable_value, header::none, 0});
    a.status = 600;
    check_refused(a, {errc::unsendable_value, header::none, 0});
    a.status = 204; // RFC 9110 8.6: could not have a Content-Length
    check_refused(a, {errc::unsendable_value, header::none, 0});
    a = ack_of(packet_type::ping);
    a.body.size_bytes = 1;
    check_refused(a, {errc::unsendable_combination, header::content_length, 0});
    a = ack_of(packet_type::ping);
    a.answers = packet_type::ack;
    check_refused(a, {errc::unsendable_combination, header::packet_type, 0});

    notification_request n = by_reference();
    n.target = "app";
    check_refused(n, {errc::unsendable_value, header::none, 0});
    n = by_reference();
    n.host = "a/b";
    check_refused(n, {errc::unsendable_value, header::host, 0});
    n = by_reference();
    n.response_datafile_name = "";
    check_refused(n, {errc::unsendable_value, header::response_datafile_name, 0});
    n = by_reference();
    n.body_bytes = 5;
    check_refused(n, {errc::unsendable_combination, header::content_length, 0});
    n = by_reference();
    n.type = notification_type::by_value;
    check_refused(n, {errc::unsendable_combination, header::request_datafile_name, 0});
    n.type = notification_type::none;
    check_refused(n, {errc::unsendable_combination, header::none, 0});

    notification_response s;
    s.static_response_url = "/relative";
    check_refused(s, {errc::unsendable_value, header::static_response_url, 0});
    s = {};
    s.body.end = body_end::chunked;
    check_refused(s, {errc::unsendable_combination, header::content_length, 0});
    s.body.end = body_end::connection;
    check_refused(s, {errc::unsendable_combination, header::content_length, 0});
    s.keep_alive = false;
    CHECK(reread<notification_response>(written(s)) == s);
    s.body.size_bytes = 5; // a length that cannot be told
    check_refused(s, {errc::unsendable_combination, header::content_length, 0});
    s = {};
    s.status = 199;
    check_refused(s, {errc::unsendable_value, header::none, 0});
    s.status = 204;
    s.body.size_bytes = 3;
    check_refused(s, {errc::unsendable_combination, header::content_length, 0});
    s.body = {};
    CHECK(written(s).find("Content-Length") == std::string::npos); // RFC 9110 8.6
    CHECK(reread<notification_response>(written(s)) == s);
    s.status = 1000;
    check_refused(s, {errc::unsendable_value, header::none, 0});
    s = {};
    s.static_response_url = "http://a/b";
    s.body.size_bytes = 3; // [MC-BUP] 2.2.13.3
    check_refused(s, {errc::unsendable_combination, header::content_length, 0});
    s.body = {.end = body_end::connection};
    s.keep_alive = false;
    check_refused(s, {errc::unsendable_combination, header::content_length, 0});
}

TEST_CASE("writer: each request says its type and its length, and only a Fragment has a body "
          "[MC-BUP 2.2.2, 2.2.4, 2.2.6, 2.2.8, 2.2.10]") {
    for (std::size_t i = 0; i < request_type_count; ++i) {
        const auto type = static_cast<packet_type>(i);
        CAPTURE(std::string(name_of(type)));
        upload_request r = type == packet_type::create_session ? create_session() : fragment();
        r.type = type;
        if (type != packet_type::fragment) r.range = {};
        const std::string bytes = written(r);
        CHECK(bytes.starts_with("BITS_POST /x HTTP/1.1\r\n"));
        CHECK(bytes.find("\r\nBITS-Packet-Type: " + std::string(name_of(type)) + "\r\n") != std::string::npos);
        const bool has_body = type == packet_type::fragment;
        CHECK(r.body_size() == (has_body ? 5 : 0));
        CHECK(bytes.find(has_body ? "\r\nContent-Length: 5\r\n" : "\r\nContent-Length: 0\r\n") != std::string::npos);
        CHECK((bytes.find("\r\nContent-Range: bytes 5-9/10\r\n") != std::string::npos) == has_body);
        const bool has_session = type != packet_type::create_session;
        CHECK((bytes.find("\r\nBITS-Session-Id: {1}\r\n") != std::string::npos) == has_session);
        CHECK((bytes.find("\r\nBITS-Supported-Protocols: ") != std::string::npos) == !has_session);
        CHECK(bytes.find("\r\n\r\n") == bytes.size() - 4);
    }
}

TEST_CASE("writer: each Ack is an Ack without a body, and has a code and a context if and only if it refuses "
          "[MC-BUP 2.2.3, 2.2.5, 2.2.7, 2.2.9, 2.2.11]") {
    for (std::size_t i = 0; i < request_type_count; ++i) {
        for (const std::uint16_t status :
             {std::uint16_t{200}, std::uint16_t{201}, std::uint16_t{400}, std::uint16_t{416}, std::uint16_t{500}}) {
            const auto type = static_cast<packet_type>(i);
            CAPTURE(std::string(name_of(type)));
            CAPTURE(status);
            ack a = ack_of(type, status);
            if (type == packet_type::ping) a.session_id = "{1}";
            const std::string bytes = written(a);
            const auto has = [&](std::string_view line) { return bytes.find(line) != std::string::npos; };
            CHECK(bytes.starts_with("HTTP/1.1 " + std::to_string(status) + " "));
            CHECK(has("\r\nBITS-Packet-Type: Ack\r\n"));
            CHECK(has("\r\nContent-Length: 0\r\n"));
            CHECK(has("\r\nBITS-Session-Id: {1}\r\n"));
            CHECK(bytes.find("\r\n\r\n") == bytes.size() - 4);
            const bool refuses = status >= 300;
            CHECK(has("\r\nBITS-Error: 0x80070057\r\n") == refuses);
            CHECK(has("\r\nBITS-Error-Context: 0x5\r\n") == refuses);
            CHECK(has("\r\nBITS-Protocol: ") == (type == packet_type::create_session && !refuses));
            const bool says_where = type == packet_type::fragment && (!refuses || status == 416);
            CHECK(has("\r\nBITS-Received-Content-Range: 7\r\n") == says_where);
        }
    }
}

TEST_CASE("writer: Acks as a Windows client expects them [MC-BUP 2.2.3, 2.2.7, 2.2.1.2]") {
    ack a = ack_of(packet_type::create_session);
    a.host_id = "FRANKCAO8";
    a.host_id_fallback_timeout_s = 110;
    CHECK(written(a) == "HTTP/1.1 200 OK\r\n"
                        "BITS-Packet-Type: Ack\r\n"
                        "BITS-Protocol: {7df0354d-249b-430f-820d-3d2a9bef4931}\r\n"
                        "BITS-Session-Id: {1}\r\n"
                        "BITS-Host-Id: FRANKCAO8\r\n"
                        "BITS-Host-Id-Fallback-Timeout: 110\r\n"
                        "Content-Length: 0\r\n"
                        "Accept-encoding: identity\r\n\r\n");
    CHECK(written(ack_of(packet_type::ping)) == "HTTP/1.1 200 OK\r\n"
                                                "BITS-Packet-Type: Ack\r\n"
                                                "Content-Length: 0\r\n\r\n");
    a = ack_of(packet_type::fragment, 416);
    a.error_code = hresult{};
    CHECK(written(a) == "HTTP/1.1 416 Range Not Satisfiable\r\n"
                        "BITS-Packet-Type: Ack\r\n"
                        "BITS-Session-Id: {1}\r\n"
                        "Content-Length: 0\r\n"
                        "BITS-Received-Content-Range: 7\r\n"
                        "BITS-Error-Code: 0x00000000\r\n"
                        "BITS-Error: 0x00000000\r\n"
                        "BITS-Error-Context: 0x5\r\n\r\n");
    a = ack_of(packet_type::close_session, 500);
    a.error_code = "BG_E_SESSION_NOT_FOUND"_hresult;
    a.keep_alive = false;
    CHECK(written(a) == "HTTP/1.1 500 Internal Server Error\r\n"
                        "BITS-Packet-Type: Ack\r\n"
                        "BITS-Session-Id: {1}\r\n"
                        "Content-Length: 0\r\n"
                        "BITS-Error-Code: 0x8020001F\r\n"
                        "BITS-Error: 0x8020001F\r\n"
                        "BITS-Error-Context: 0x5\r\n"
                        "Connection: close\r\n\r\n");
}

TEST_CASE("writer: what is no type of a packet is refused, whatever the buffer") {
    constexpr std::uint16_t statuses[] = {200, 404, 416};
    for (unsigned type = request_type_count; type < 256; ++type) {
        upload_request r = fragment();
        r.type = static_cast<packet_type>(type);
        check_refused(r, {errc::unsendable_combination, header::packet_type, 0});
        ack a;
        a.answers = static_cast<packet_type>(type);
        for (const std::uint16_t status : statuses) {
            a.status = status;
            check_refused(a, {errc::unsendable_combination, header::packet_type, 0});
        }
    }
}

TEST_CASE("writer: an Ack of any status reads back equal, or is refused [MC-BUP 2.2.1.2, ack-for-fragment]") {
    for (std::uint16_t status = 0; status < 700; ++status) {
        CAPTURE(status);
        const ack a = ack_of(packet_type::fragment, status);
        const bool is_sendable = status == 200 || status == 201 || (status >= 300 && status < 600 && status != 304);
        if (is_sendable) {
            CHECK(reread<ack>(written(a), {.answers = packet_type::fragment, .limits = {}}) == a);
        } else {
            check_refused(a, {errc::unsendable_value, header::none, 0});
        }
    }
}

TEST_CASE("writer: a request says no Expect unless asked, and then in time for the body") {
    upload_request r = fragment();
    CHECK(written(r).find("Expect") == std::string::npos);
    r.expects_continue = true;
    CHECK(written(r).find("\r\nExpect: 100-continue\r\n") != std::string::npos);
    CHECK(reread<upload_request>(written(r)) == r);
}

// The phrases were compared with the headings of these RFCs (429 and 431: RFC 6585). Which statuses have one is ours:
// those that the sources of BITS name, and those of HTTP that a server of uploads or a proxy before it comes to send.
TEST_CASE("writer: a status has the phrase of its RFC, and no other status has one [RFC 9110 15, RFC 6585 4, 5]") {
    std::string phrases;
    for (std::uint16_t status = 0; status < 1000; ++status) {
        const std::string_view phrase = reason_of(status);
        if (!phrase.empty()) phrases += std::to_string(status) + ' ' + std::string(phrase) + '\n';
    }
    CHECK(phrases == "100 Continue\n"
                     "200 OK\n"
                     "201 Created\n"
                     "206 Partial Content\n"
                     "304 Not Modified\n"
                     "400 Bad Request\n"
                     "401 Unauthorized\n"
                     "403 Forbidden\n"
                     "404 Not Found\n"
                     "405 Method Not Allowed\n"
                     "407 Proxy Authentication Required\n"
                     "408 Request Timeout\n"
                     "409 Conflict\n"
                     "411 Length Required\n"
                     "412 Precondition Failed\n"
                     "413 Content Too Large\n"
                     "414 URI Too Long\n"
                     "416 Range Not Satisfiable\n"
                     "417 Expectation Failed\n"
                     "429 Too Many Requests\n"
                     "431 Request Header Fields Too Large\n"
                     "500 Internal Server Error\n"
                     "501 Not Implemented\n"
                     "502 Bad Gateway\n"
                     "503 Service Unavailable\n"
                     "504 Gateway Timeout\n"
                     "505 HTTP Version Not Supported\n");
}

TEST_CASE("writer: a status line has the number and the phrase of its status, if it has one [RFC 9112 4]") {
    for (std::uint16_t status = 200; status < 600; ++status) {
        if (!is_ack_success(status) && (status < 300 || !may_have_body(status))) continue;
        const std::string line = "HTTP/1.1 " + std::to_string(status) + ' ' + std::string(reason_of(status)) + "\r\n";
        CHECK(written(ack_of(packet_type::ping, status)).starts_with(line));
    }
}

TEST_CASE("writer: a tab inside a value stays, and is no reason to miss a control character [RFC 9110 5.5]") {
    upload_request r = fragment();
    r.user_agent = "a\tb";
    CHECK(reread<upload_request>(written(r)) == r);
    r.user_agent = "a\tb\x01";
    check_refused(r, {errc::unsendable_value, header::user_agent, 3});
}

TEST_CASE("writer: text of any length is copied whole, and nothing beside it is read or written") {
    std::string from;
    for (std::size_t size = 0; size < 200; ++size) {
        const guarded_bytes text(from);
        std::string to(size + 2, '?');
        CHECK(detail::copy_text(to.data() + 1, text.view()) == to.data() + 1 + size);
        CHECK(to == '?' + from + '?');
        from += static_cast<char>('a' + size % 26);
    }
}

TEST_CASE("writer: a text that is known is written whole, and no more than a block of what is behind it") {
    static constexpr auto known = detail::joined<21>({"one ", "", "and the other one"});
    CHECK(known.view() == "one and the other one");
    std::string to(known.view().size() + detail::text_overrun + 1, '?');
    detail::text_writer writer(to.data());
    writer.put(known);
    CHECK(writer.end() == to.data() + known.view().size());
    CHECK(to.substr(0, known.view().size()) == known.view());
    CHECK(to.back() == '?');
}

TEST_CASE("writer: numbers of any length are written, and nothing but a few bytes behind them") {
    const auto check = [](std::uint64_t value) {
        const std::string digits = std::to_string(value);
        std::string text(1 + digits.size() + detail::decimal_overrun + 1, '?');
        REQUIRE(detail::write_decimal(text.data() + 1, value) == text.data() + 1 + digits.size());
        REQUIRE(text.substr(0, 1 + digits.size()) == '?' + digits);
        REQUIRE(text.back() == '?');
        REQUIRE(number_text::decimal(value).view() == digits);
    };
    for (std::uint64_t value = 0; value < 100'000; ++value)
        check(value);
    for (std::uint64_t power = 1000; power <= UINT64_MAX / 10; power *= 10) {
        for (const std::uint64_t value : {power * 10 - 1, power * 10, power * 10 + 1})
            check(value);
    }
    check(UINT64_MAX);
    std::mt19937_64 random(9); // NOLINT: a fixed seed, so that a failure can be repeated
    for (int run = 0; run < 100'000; ++run) {
        const std::uint64_t bits = random();
        check(random() >> bits % 64);
    }
    static_assert(number_text::decimal(12'345'678'901'234'567'890U).view() == "12345678901234567890");
    static_assert(number_text::decimal(1000).view() == "1000");
}

TEST_CASE("writer: what is taken for plain at a glance, a closer look finds nothing in") {
    std::mt19937_64 random(11); // NOLINT: a fixed seed, so that a failure can be repeated
    const auto below = [&](std::uint64_t n) { return static_cast<std::size_t>(random() % n); };
    constexpr std::string_view odd = std::string_view(" \t\x01\x1f\x7f\x80\xff~!\\/:*?\"<>|-_.09a", 24);
    const auto text = [&] {
        std::string s(below(80), 'x');
        for (std::size_t n = below(3); n-- > 0 && !s.empty();)
            s[below(s.size())] = odd[below(odd.size())];
        return s;
    };
    std::size_t sendable = 0;
    const auto look = [&](const auto& packet, message_kind kind) {
        constexpr auto count = detail::packet_traits<std::decay_t<decltype(packet)>>::text.size();
        constexpr std::make_index_sequence<count> all;
        const detail::header_rules rules{writable_headers(kind), sent_headers(kind)};
        const error closely = detail::check_texts(packet, rules, all);
        if (detail::are_plain(packet, rules, all)) REQUIRE(closely == error{});
        if (closely == error{}) ++sendable;
    };
    for (int run = 0; run < 200'000; ++run) {
        const std::string texts[] = {text(), text(), text(), text(), text()};
        upload_request r = fragment();
        r.host = below(2) != 0 ? std::string_view(texts[0]) : "a";
        r.session_id = texts[1];
        r.content_name = texts[2];
        r.user_agent = texts[3];
        look(r, static_cast<message_kind>(below(request_type_count)));
        ack a = ack_of(packet_type::fragment);
        a.date = texts[0];
        a.server = texts[1];
        a.session_id = texts[2];
        a.reply_url = texts[3];
        a.host_id = below(2) != 0 ? std::string_view(texts[4]) : "";
        look(a, detail::packet_traits<ack>::kinds[below(7)]);
    }
    CHECK(sendable > 10'000);
}

TEST_CASE("writer: there is room for the longest range") {
    upload_request r = fragment();
    r.range = {UINT64_MAX - 2, 1, UINT64_MAX};
    const std::string range = "bytes 18446744073709551613-18446744073709551613/18446744073709551615";
    CHECK(range.size() == std::size_t{detail::longest_content_range});
    CHECK(written(r).find("Content-Range: " + range + "\r\n") != std::string::npos);
    std::string visited;
    REQUIRE_FALSE(visit_headers(r, [&](std::string_view name, std::string_view value) {
        if (name == "Content-Range") visited = value;
    }));
    CHECK(visited == range);
}

TEST_CASE("writer: the answer to each error of a peer is an Ack with its status, code and context [MC-BUP 3.2.5.2.3]") {
    for (const error_row& row : error_rows) {
        CAPTURE(row.code);
        const ack a = refuse({row.code, header::none, 0}, packet_type::create_session);
        CHECK(a.error_context == error_context::remote_file);
        CHECK_FALSE(a.keep_alive);
        CHECK(a.status == (row.on == blame::peer ? row.status : 500));
        CHECK(a.error_code == "E_INVALIDARG"_hresult);
        CHECK(a.session_id.empty());
        const ack_options asked{.answers = packet_type::create_session, .limits = {}};
        CHECK(reread<ack>(written(a), asked) == a);
    }
}

TEST_CASE("writer: an error of the caller is no cause of an answer [MC-BUP 3.2.5.2.3]") {
    constexpr std::array of_caller = {errc::unsendable_value, errc::unsendable_combination, errc::buffer_too_small,
                                      errc::bad_snapshot,     errc::snapshot_of_another,    errc::bytes_replaced,
                                      errc::bad_setting};
    for (const error_row& row : error_rows) {
        CAPTURE(row.code);
        const bool by_caller = std::find(of_caller.begin(), of_caller.end(), row.code) != of_caller.end();
        const bool is_error = row.code != errc::ok;
        CHECK(row.on == (by_caller ? blame::caller : is_error ? blame::peer : blame::nobody));
        if (row.on == blame::peer) continue;
        CHECK(row.status == 0);
        CHECK(row.bits_error == hresult{});
        CHECK(row.context == error_context::none);
    }
}

TEST_CASE("writer: the statuses of refusals [MC-BUP 2.2.1.2, 3.2.5.2.3, RFC 6585 5, RFC 9110 15.5.15, 15.5.18]") {
    for (const error_row& row : error_rows) {
        CAPTURE(row.code);
        if (row.on != blame::peer) continue;
        const int expected = row.code == errc::missing_content_length                                 ? 411
                             : row.code == errc::target_too_long                                      ? 414
                             : row.code == errc::unsupported_expectation                              ? 417
                             : row.code == errc::head_too_large || row.code == errc::too_many_headers ? 431
                                                                                                      : 400;
        CHECK(row.status == expected);
        CHECK(row.context == error_context::remote_file);
    }
    const ack a = refuse({errc::bad_range, header::content_range, 0}, packet_type::fragment, "{1}");
    CHECK(written(a).find("BITS-Session-Id: {1}\r\n") != std::string::npos);
}

TEST_CASE("writer: no start line is longer, without its target, than the bound of a message counts on") {
    for (const http_status_row& row : http_status_rows)
        CHECK(std::string_view("HTTP/1.1 200 ").size() + row.reason.size() <= detail::longest_start_line);
    CHECK(std::string_view("BITS_POST  HTTP/1.1").size() <= detail::longest_start_line);
}

TEST_CASE("writer: random packets read back equal, through both doors") {
    std::mt19937_64 random(7); // NOLINT: a fixed seed, so that a failure can be repeated
    const auto below = [&](std::uint64_t n) { return random() % n; };
    std::vector<std::string> keep;
    const auto text = [&](std::size_t longest) -> std::string_view {
        std::string s(1 + below(longest), 'x');
        for (char& c : s)
            c = static_cast<char>(0x21 + below(0x5e)); // visible
        for (std::size_t i = 1; i + 1 < s.size(); ++i) {
            if (below(8) == 0) s[i] = below(2) != 0 ? ' ' : static_cast<char>(0x80 + below(0x80));
        }
        keep.push_back(std::move(s));
        return keep.back();
    };
    const auto name = [&]() -> std::string_view {
        std::string s(text(200));
        for (char& c : s) {
            if (detail::contains(forbidden_in_file_names, c)) c = '_';
        }
        keep.push_back(std::move(s));
        return keep.back();
    };
    const auto maybe = [&](std::string_view s) { return below(2) != 0 ? s : std::string_view{}; };
    keep.reserve(1000000);
    for (int run = 0; run < 20000; ++run) {
        keep.clear();
        upload_request r;
        r.type = static_cast<packet_type>(below(request_type_count));
        r.target = below(2) != 0 ? "/a%20b?c" : "http://h:8/x";
        r.host = below(2) != 0 ? "h" : "[::1]:80";
        if (r.type == packet_type::create_session) {
            r.supported_protocols = bits_upload_protocols;
        } else {
            r.session_id = r.type == packet_type::ping ? maybe(text(100)) : text(100);
        }
        if (r.type != packet_type::ping) r.content_name = maybe(name());
        if (r.type == packet_type::fragment) {
            const std::uint64_t total = random() >> below(64);
            if (total != 0) {
                r.range.total_bytes = total;
                r.range.offset = below(total);
                r.range.size_bytes = 1 + below(total - r.range.offset);
            }
        }
        r.user_agent = maybe(text(below(50) == 0 ? 4096 : 100));
        r.expects_continue = below(2) != 0;
        r.keep_alive = below(2) != 0;
        REQUIRE(reread<upload_request>(written(r)) == r);
        std::vector<std::pair<std::string, std::string>> fields;
        REQUIRE_FALSE(visit_headers(r, [&](std::string_view n, std::string_view v) { fields.emplace_back(n, v); }));
        std::shuffle(fields.begin(), fields.end(), random);
        const result<upload_request> foreign =
            parse_message<upload_request>({.method = bits_post, .target = r.target, .minor_version = 1}, fields);
        REQUIRE(foreign.has_value());
        REQUIRE(*foreign == r);

        constexpr std::uint16_t statuses[] = {200, 201, 400, 401, 404, 416, 500, 599};
        ack a = ack_of(static_cast<packet_type>(below(request_type_count)), statuses[below(8)]);
        const message_kind kind = ack_kind(a.answers, a.status);
        if (!a.session_id.empty()) a.session_id = text(100);
        if (a.error_code) a.error_code = hresult{static_cast<std::uint32_t>(random())};
        if (a.error_context) a.error_context = static_cast<error_context>(static_cast<std::uint32_t>(random()));
        if (presence_of(header::received_content_range, kind) != presence::never)
            a.received_content_range = random() >> below(64);
        if (presence_of(header::reply_url, kind) != presence::never) a.reply_url = maybe(text(2200));
        if (presence_of(header::host_id, kind) != presence::never && below(2) != 0) {
            a.host_id = "10.0.0.1";
            a.host_id_fallback_timeout_s = static_cast<std::uint32_t>(random());
        }
        a.date = maybe(text(40));
        a.server = maybe(text(40));
        a.keep_alive = below(2) != 0;
        REQUIRE(reread<ack>(written(a), {.answers = a.answers, .limits = {}}) == a);

        notification_request n;
        n.type = below(2) != 0 ? notification_type::by_reference : notification_type::by_value;
        n.target = "/app";
        n.host = "a";
        n.original_request_url = text(2200);
        if (n.type == notification_type::by_reference) {
            n.request_datafile_name = text(500);
            n.response_datafile_name = text(500);
        } else {
            n.body_bytes = random() >> below(64);
        }
        n.keep_alive = below(2) != 0;
        REQUIRE(reread<notification_request>(written(n)) == n);

        notification_response s;
        s.status = static_cast<std::uint16_t>(200 + below(400));
        s.static_response_url = maybe("https://a/b?c");
        s.copy_file_to_destination = below(2) != 0;
        s.server = maybe(text(40));
        const bool may_have_body = s.status != 204 && s.status != 304 && s.static_response_url.empty();
        if (may_have_body) s.body.size_bytes = random() >> below(64);
        s.keep_alive = below(2) != 0;
        REQUIRE(reread<notification_response>(written(s)) == s);
    }
}
