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
    const auto r = parse_message<upload_request>({bits_post, "/x"}, headers);
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

} // namespace

TEST_CASE("constexpr: the packets of this file are the same at run time") {
    CHECK(read_fragment().is_complete());
    CHECK(writes_back(read_fragment().packet, fragment_head));
    CHECK(bytes_until_answer(fragment_head) == fragment_head.size());
    CHECK(writes_back(read_ack(not_found, packet_type::fragment), not_found));
    CHECK(header_door_agrees());
    CHECK(reply_url_resolves());
    CHECK(notifications_read_back());
}
