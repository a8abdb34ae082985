// An error as a line for a log: what it says, what it never does to a log or a terminal, and that its offset means the
// same whoever found the fault.
#include "support/print.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bitswire;

namespace {

std::string line_of(const error& e) { return std::string(error_line(e).view()); }

template <class T>
std::string line_of(const result<T>& r) {
    REQUIRE_FALSE(r.has_value());
    return line_of(r.error());
}

/// What both doors say of a Ping with one more header.
std::string line_of_ping(std::string_view name, std::string_view value) {
    const std::vector<std::pair<std::string, std::string>> fields = {
        {"BITS-Packet-Type", "Ping"}, {"Content-Length", "0"}, {std::string(name), std::string(value)}};
    std::string head = "BITS_POST /x HTTP/1.1\r\n";
    for (const auto& [n, v] : fields)
        head += n + ": " + v + "\r\n";
    upload_request_parser parser;
    head += "\r\n";
    const auto raw = parser.parse(head);
    const auto foreign = parse_message<upload_request>({"BITS_POST", "/x", 0, 1}, fields);
    REQUIRE(raw.is_bad());
    REQUIRE_FALSE(foreign.has_value());
    CHECK(raw.problem == foreign.error());
    CHECK(line_of(raw.problem) == line_of(foreign));
    return line_of(raw.problem);
}

} // namespace

TEST_CASE("L9: the line of an error tells the value that is wrong") {
    CHECK(line_of(parse_host_id("10.0.0.1:99999")) == "the host '10.0.0.1:99999' is not a host, at offset 9");
    ack_parser parser({.answers = packet_type::create_session, .limits = {}});
    const auto r = parser.parse("HTTP/1.1 200 OK\r\nBITS-Packet-Type: Ack\r\nBITS-Session-Id: {1}\r\n"
                                "BITS-Host-Id: 10.0.0.1:99999\r\nContent-Length: 0\r\n\r\n");
    CHECK(line_of(r.problem) == "BITS-Host-Id: '10.0.0.1:99999' is not a host, at offset 9");
}

TEST_CASE("error line: each door says the same, of each kind of fault") {
    CHECK(line_of_ping("Host", "a/b") == "Host: 'a/b' is not a host");
    CHECK(line_of_ping("Host", "a:99999") == "Host: 'a:99999' is not a host, at offset 2");
    CHECK(line_of_ping("X", "y") == "Host is missing or empty");
    CHECK(line_of_ping("Transfer-Encoding", "x\"y'z\\") == R"(Host is missing or empty)");
    CHECK(line_of_ping("Expect", std::string(5000, 'e')) ==
          "Expect: ...'" + std::string(40, 'e') + "'... is longer than the limit, at offset 4096");
    // Faults of the start line, which the second door counts as if it stood there.
    const auto check_start = [](std::string_view target) {
        upload_request_parser parser;
        const std::string head = "BITS_POST " + std::string(target) + " HTTP/1.1\r\n\r\n";
        const auto raw = parser.parse(head);
        const auto foreign =
            parse_message<upload_request>({"BITS_POST", target, 0, 1}, [](std::string_view) { return ""; });
        REQUIRE(raw.is_bad());
        CHECK(raw.problem == foreign.error());
        CHECK(line_of(raw.problem) == line_of(foreign));
    };
    check_start("x");
    check_start("ftp://a/x");
    check_start("/" + std::string(9000, 'x'));
}

TEST_CASE("error line: what no header is about says what it is about") {
    CHECK(line_of(parse_url("ftp://a")) == "the URL 'ftp://a' is not an http or https URL that may stand here");
    CHECK(line_of(parse_url("http://a:b/")) ==
          "the URL 'http://a:b/' is not an http or https URL that may stand here, at offset 9");
    CHECK(line_of(parse_guid("{7}")) == "the text '{7}' is not a GUID, at offset 3");
    CHECK(line_of(parse_code("0x1G")) == "the number '0x1G' is not a number of the required form, at offset 3");
    CHECK(line_of(parse_content_range("bytes 1-0/2")) ==
          "Content-Range: 'bytes 1-0/2' ends before it begins, at offset 8");
    char out[8];
    CHECK(line_of(write_file_path("/a/../b", "", out)) ==
          "the request target '/a/../b' names no file below the folder for uploads, or one whose name is unsafe, at "
          "offset 3");
    CHECK(line_of(error{errc::bad_snapshot, header::none, 0}) ==
          "the snapshot is damaged, or of another kind or version");
    CHECK(line_of(error{}) == "no error");
    upload_request_parser parser;
    CHECK(line_of(parser.parse("GET /x HTTP/1.0\r\n\r\n").problem) ==
          "the HTTP version 'HTTP/1.0' is not 1.1, at offset 7");
}

TEST_CASE("error line: an Ack of another session, or of another protocol, says so [MC-BUP 3.1.5.2]") {
    const awaited_ack fragment{.answers = packet_type::fragment, .session_id = "{7}", .size_bytes = 5};
    const auto of_other = meaning_of({.answers = packet_type::fragment, .session_id = "{8}"}, fragment);
    CHECK(line_of(of_other.problem) == "BITS-Session-Id: '{8}' is not the value that was expected");
    ack created{.answers = packet_type::create_session, .session_id = "{7}"};
    created.protocol = guid{};
    const auto foreign = meaning_of(created, {.answers = packet_type::create_session});
    CHECK(line_of(foreign.problem) == "BITS-Protocol is not the value that was expected");
    created.protocol = bits_upload_protocol;
    created.host_id = "10.0.0.1:99999";
    const auto bad_host = meaning_of(created, {.answers = packet_type::create_session});
    CHECK(line_of(bad_host.problem) == "BITS-Host-Id: '10.0.0.1:99999' is not a host, at offset 9");
}

TEST_CASE("error line: bytes of a peer are escaped, each of them") {
    std::string all;
    for (int c = 0; c < 256; ++c) {
        const char byte = static_cast<char>(c);
        const error_line line(error(errc::bad_host, header::host, 0, {&byte, 1}));
        for (const char shown : line.view())
            CHECK((shown >= ' ' && shown <= '~'));
        all += line.view().substr(std::strlen("Host: '"), line.view().find("' is") - std::strlen("Host: '"));
        all += ' ';
    }
    CHECK(all.starts_with(R"(\x00 \x01 \x02 \x03 \x04 \x05 \x06 \x07 \x08 \t \n \x0b \x0c \r \x0e )"));
    CHECK(all.find(R"(\x1b)") != std::string::npos);
    CHECK(all.find(R"( ! \" # )") != std::string::npos);
    CHECK(all.find(R"( & \' ( )") != std::string::npos);
    CHECK(all.find(R"( [ \\ ] )") != std::string::npos);
    CHECK(all.ends_with(R"(~ \x7f \x80 )" + all.substr(all.find(R"(\x81)"))));
    CHECK(all.ends_with(R"(\xfe \xff )"));
}

TEST_CASE("error line: an excerpt is around the fault, bounded, and says where it was cut") {
    std::string value;
    for (int i = 0; i < 100; ++i)
        value += static_cast<char>('0' + i % 10);
    const auto excerpt = [&](std::size_t at, std::size_t size) {
        const error e(errc::bad_url, header::reply_url, at, std::string_view(value).substr(0, size));
        CHECK(e.excerpt().size() <= error::max_excerpt_size);
        CHECK(e.has_excerpt());
        CHECK(e.offset == at);
        const std::string line = line_of(e);
        return line.substr(16, line.find(" is not") - 16);
    };
    const std::string forty = value.substr(0, 40);
    CHECK(excerpt(0, 0) == "''");
    CHECK(excerpt(0, 40) == "'" + forty + "'");
    CHECK(excerpt(40, 40) == "'" + forty + "'");
    CHECK(excerpt(0, 41) == "'" + forty + "'...");
    CHECK(excerpt(30, 100) == "'" + forty + "'...");
    CHECK(excerpt(31, 100) == "...'" + value.substr(1, 40) + "'...");
    CHECK(excerpt(89, 100) == "...'" + value.substr(59, 40) + "'...");
    CHECK(excerpt(90, 100) == "...'" + value.substr(60, 40) + "'");
    CHECK(excerpt(100, 100) == "...'" + value.substr(60, 40) + "'");
    CHECK(excerpt(5'000, 100) == "...'" + value.substr(60, 40) + "'"); // beyond the text
    CHECK(error(errc::bad_url, header::none, SIZE_MAX, "x").offset == UINT32_MAX);
    CHECK(sizeof(error) <= 48);
    static_assert(std::is_trivially_copyable_v<error>);
}

TEST_CASE("error line: it lives longer than what it is about, and two errors are the same without it") {
    error kept;
    {
        const std::string gone = "evil/host";
        kept = parse_host(gone).error();
    }
    CHECK(line_of(kept) == "the host 'evil/host' is not a host");
    CHECK(kept == error{errc::bad_host, header::none, 0});
    CHECK_FALSE(kept == error{errc::bad_host, header::host, 0});
    CHECK_FALSE(kept == error{errc::bad_host, header::none, 1});
    CHECK_FALSE(error{errc::bad_host, header::none, 0}.has_excerpt());
    constexpr error made_by_the_compiler = parse_host("a/b").error();
    static_assert(error_line(made_by_the_compiler).view() == "the host 'a/b' is not a host");
}

TEST_CASE("error line: no error has a line that does not fit, and too small a buffer is left alone") {
    const std::string worst(1000, '\x1b');
    std::size_t longest = 0;
    for (std::size_t code = 0; code < 256; ++code) {
        for (std::size_t h = 0; h < 256; ++h) {
            const error e(static_cast<errc>(code), static_cast<header>(h), UINT32_MAX, worst, 500);
            char buffer[max_error_line_size];
            const auto size = write_error(e, buffer);
            REQUIRE(size.has_value());
            longest = *size > longest ? *size : longest;
            const error_line line(e);
            REQUIRE(line.view() == std::string_view(buffer, *size));
            REQUIRE(std::strlen(line.c_str()) == *size);
        }
    }
    CHECK(longest <= max_error_line_size);
    CHECK(longest + 32 > max_error_line_size); // and it is not much too large
    const error e = parse_host("a/b").error();
    std::string small(error_line(e).view().size() - 1, '?');
    CHECK(write_error(e, small).error() == error{errc::buffer_too_small, header::none, 0});
    CHECK(small.find_first_not_of('?') == std::string::npos);
    std::string exact(small.size() + 1, '?');
    CHECK(write_error(e, exact).value_or(0) == exact.size());
    CHECK(exact == line_of(e));
    CHECK_FALSE(write_error(e, {}));
}

TEST_CASE("error line: each row reads as the end of a sentence, behind a subject or a header") {
    for (const error_row& row : error_rows) {
        CAPTURE(row.text);
        CHECK(row.text.back() != '.');
        CHECK(row.subject.empty() == (row.code == errc::ok));
        if (row.code == errc::ok) continue;
        const std::string_view verb = row.text.substr(0, row.text.find(' '));
        const bool is_verb = verb == "is" || verb == "has" || verb == "ends" || verb == "comes" || verb == "stands" ||
                             verb == "announces" || verb == "belongs" || verb == "continues" || verb == "names" ||
                             verb == "does";
        CHECK(is_verb);
    }
}
