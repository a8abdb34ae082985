// The compiler reads and writes packets: what has undefined behaviour does not compile in a constant expression.
#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string_view>
#include <utility>

using namespace bitswire;

namespace {

constexpr std::string_view fragment_head = "BITS_POST /upload/2000mb-rfc2119.txt HTTP/1.1\r\n"
                                           "Accept: */*\r\n"
                                           "BITS-Packet-Type: Fragment\r\n"
                                           "BITS-Session-Id: {A0FF5911-4144-45B3-BF27-27AFC8EC8A67}\r\n"
                                           "Content-Name: rfc2119.txt\r\n"
                                           "Content-Range: bytes 0-4891/4892\r\n"
                                           "User-Agent: Microsoft BITS/6.7\r\n"
                                           "Host: frankcao8\r\n"
                                           "Content-Length: 4892\r\n"
                                           "Connection: Keep-Alive\r\n\r\n";

constexpr parsed<upload_request> read_fragment() {
    upload_request_parser parser;
    return parser.parse(fragment_head);
}

static_assert(read_fragment().is_complete());
static_assert(read_fragment().consumed == fragment_head.size());
static_assert(read_fragment().packet.range == content_range{0, 4892, 4892});

/// Reads byte by byte, and stops at the first answer.
constexpr std::size_t bytes_until_answer(std::string_view message) {
    upload_request_parser parser;
    for (std::size_t size = 0; size <= message.size(); ++size) {
        if (parser.parse(message.substr(0, size)).state != outcome::need_more) return size;
    }
    return message.size() + 1;
}

static_assert(bytes_until_answer(fragment_head) == fragment_head.size());
static_assert(bytes_until_answer("BITS_POST /x HTTP/1.1\n") == 22);

template <class Packet>
constexpr bool writes_back(const Packet& packet, std::string_view expected) {
    std::array<char, 512> buffer{};
    const result<std::size_t> size = write_message(packet, buffer);
    return size.has_value() && std::string_view(buffer.data(), *size) == expected;
}

static_assert(writes_back(read_fragment().packet, fragment_head));

constexpr ack read_ack(std::string_view bytes, packet_type answers) {
    ack_parser parser({.answers = answers, .limits = {}});
    return parser.parse(bytes).packet;
}

constexpr std::string_view not_found = "HTTP/1.1 500 Internal Server Error\r\n"
                                       "BITS-Packet-Type: Ack\r\n"
                                       "Content-Length: 0\r\n"
                                       "BITS-Error-Code: 0x8020001F\r\n"
                                       "BITS-Error: 0x8020001F\r\n"
                                       "BITS-Error-Context: 0x5\r\n\r\n";
static_assert(read_ack(not_found, packet_type::fragment).error_code == "BG_E_SESSION_NOT_FOUND"_hresult);
static_assert(writes_back(read_ack(not_found, packet_type::fragment), not_found));

constexpr bool header_door_agrees() {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> headers = {{
        {"BITS-Packet-Type", "fragment"},
        {"BITS-Session-Id", "{A0FF5911-4144-45B3-BF27-27AFC8EC8A67}"},
        {"Content-Range", "bytes 0-4891/4892"},
        {"Host", "frankcao8"},
        {"Content-Length", "4892"},
    }};
    const auto r = parse_message<upload_request>({.method = bits_post, .target = "/x", .minor_version = 1}, headers);
    return r.has_value() && r->range == read_fragment().packet.range;
}
static_assert(header_door_agrees());

constexpr bool reply_url_resolves() {
    std::array<char, 200> out{};
    const auto size = resolve_reply_url("http://h/a/b", R"(r\{1}\f.bin)", out);
    return size.has_value() && std::string_view(out.data(), *size) == "http://h/a/r/%7B1%7D/f.bin";
}
static_assert(reply_url_resolves());

constexpr bool notifications_read_back() {
    notification_request r;
    r.type = notification_type::by_value;
    r.target = "/app";
    r.host = "h";
    r.original_request_url = "http://h/x";
    r.body_bytes = 5;
    std::array<char, 300> buffer{};
    const auto size = write_message(r, buffer);
    notification_request_parser parser;
    return size.has_value() && parser.parse({buffer.data(), *size}).packet == r;
}
static_assert(notifications_read_back());

constexpr bool responses_read_back() {
    notification_response r;
    r.status = 200;
    r.static_response_url = "http://h/r";
    r.body = {body_end::length, 0};
    std::array<char, 300> buffer{};
    const auto size = write_message(r, buffer);
    notification_response_parser parser;
    return size.has_value() && parser.parse({buffer.data(), *size}).packet == r;
}
static_assert(responses_read_back());

/// Good texts and bad ones, up to each reader's last byte.
constexpr bool values_are_read() {
    constexpr std::string_view id = "{7df0354d-249b-430f-820d-3d2a9bef4931}";
    std::size_t ids = 0;
    for (std::size_t size = 0; size <= id.size(); ++size)
        ids += parse_guid(id.substr(0, size)).has_value() ? 1U : 0U;
    const auto upper = write_guid(*parse_guid(id), guid_style::braces_upper);
    if (ids != 1 || !iequals({upper.data(), upper.size()}, id)) return false;

    for (const std::string_view host : {"", "h", "h:", "10.0.0.255:80", "[fe80::1]:8080", "a.b-c_d"}) {
        if (check_host_header(host)) return false;
    }
    for (const std::string_view host : {"h:65536", "[fe80::1", "[::1]x", "1:2:3", "a b", "\xff"}) {
        if (!check_host_header(host)) return false;
    }
    if (!parse_content_range("bytes 0-0/1")) return false;
    for (const std::string_view range : {"", "bytes", "bytes 1-0/2", "bytes 0-5/5", "bytes 0-18446744073709551616/1"}) {
        if (parse_content_range(range)) return false;
    }
    for (const std::string_view code : {"0x80200020", "80200020", "0x0"}) {
        if (!parse_code(code)) return false;
    }
    for (const std::string_view code : {"", "0x", "0x100000000", "-1"}) {
        if (parse_code(code)) return false;
    }

    std::array<char, 40> path{};
    const auto size = write_file_path("/up/%C3%A4.bin", "/up", path);
    if (!size || std::string_view(path.data(), *size) != "\xc3\xa4.bin") return false;
    for (const std::string_view target :
         {"/up/../x", "/up/%2e%2e/x", "/up/%", "/up/a%00", "/up/con", "/up/%C0%80", "/"}) {
        if (write_file_path(target, "/up", path)) return false;
    }
    return true;
}
static_assert(values_are_read());

} // namespace

TEST_CASE("constexpr: the packets of this file are the same at run time") {
    CHECK(read_fragment().is_complete());
    CHECK(writes_back(read_fragment().packet, fragment_head));
    CHECK(bytes_until_answer(fragment_head) == fragment_head.size());
    CHECK(writes_back(read_ack(not_found, packet_type::fragment), not_found));
    CHECK(header_door_agrees());
    CHECK(reply_url_resolves());
    CHECK(notifications_read_back());
    CHECK(responses_read_back());
    CHECK(values_are_read());
}
