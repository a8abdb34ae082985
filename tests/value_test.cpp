// The forms of single header values: GUIDs, protocol lists, ranges, hosts, codes, URLs.
#include "support/guarded_bytes.hpp"
#include "support/print.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bitswire;

TEST_CASE("guid: braces or bare, any letter case, nothing else [MS-DTYP 2.3.4.3]") {
    const guid expected = bits_upload_protocol;
    for (const std::string_view text :
         {"{7df0354d-249b-430f-820d-3d2a9bef4931}", "{7DF0354D-249B-430F-820D-3D2A9BEF4931}",
          "7df0354D-249b-430f-820d-3d2a9bef4931"}) {
        const result<guid> g = parse_guid(text);
        REQUIRE(g.has_value());
        CHECK(*g == expected);
    }
    const std::string good(bits_upload_protocol_text);
    for (std::size_t i = 0; i < good.size(); ++i) {
        CAPTURE(i);
        std::string bad = good;
        bad[i] = 'g';
        CHECK(parse_guid(bad).error().code == errc::bad_guid);
        if (i > 0) CHECK(parse_guid(bad).error().offset == i);
        CHECK_FALSE(parse_guid(good.substr(0, i)));
    }
    CHECK_FALSE(parse_guid(good + " "));
    CHECK_FALSE(parse_guid(good.substr(1))); // one brace
    CHECK_FALSE(parse_guid(good.substr(0, 37)));
}

TEST_CASE("guid: written as Windows writes protocols and session ids") {
    for (const guid_style style : {guid_style::braces_lower, guid_style::braces_upper}) {
        const auto text = write_guid(bits_upload_protocol, style);
        CHECK(
            std::string_view(text.data(), text.size()) ==
            (style == guid_style::braces_lower ? bits_upload_protocol_text : "{7DF0354D-249B-430F-820D-3D2A9BEF4931}"));
    }
}

TEST_CASE("protocols: up to 100 of them, in as many lines as are kept [MC-BUP 6 note 6]") {
    std::string list;
    for (int i = 0; i < 100; ++i)
        list += "{00000000-0000-0000-0000-000000000001} ";
    std::size_t count = 0;
    CHECK_FALSE(protocol_list_view(list).for_each([&](const guid&) { ++count; }));
    CHECK(count == 100);
    CHECK_FALSE(protocol_list_view(list).contains(bits_upload_protocol));
    const std::string longer = list + "{7df0354d-249b-430f-820d-3d2a9bef4931}";
    const error e = protocol_list_view(longer).for_each([](const guid&) {});
    CHECK(e == error{errc::too_many_protocols, header::supported_protocols, 3900});
    CHECK_FALSE(protocol_list_view(longer).contains(bits_upload_protocol));
    const std::string spoilt = std::string(bits_upload_protocol_text) + ", {7df0354d}";
    CHECK_FALSE(protocol_list_view(spoilt).contains(bits_upload_protocol)); // a list with an error names nothing

    protocol_list_view lines;
    CHECK(lines.empty());
    CHECK(lines.for_each([](const guid&) {}).code == errc::missing_header);
    for (unsigned i = 0; i < max_list_lines; ++i)
        CHECK(lines.add_line(bits_upload_protocol_text));
    CHECK_FALSE(lines.add_line(bits_upload_protocol_text));
    CHECK(lines.contains(bits_upload_protocol));
}

TEST_CASE("content-range: offset and size, never beyond the total [RFC 9110 14.4]") {
    CHECK(*parse_content_range("bytes 0-4891/4892") == content_range{0, 4892, 4892});
    CHECK(*parse_content_range("BYTES \t 128-212/1000") == content_range{128, 85, 1000});
    CHECK(*parse_content_range("bytes */0") == content_range{});
    CHECK(parse_content_range("bytes 0-4891/4892")->is_last());
    CHECK_FALSE(parse_content_range("bytes 0-4890/4892")->is_last());
    CHECK(*parse_content_range("bytes 18446744073709551614-18446744073709551614/18446744073709551615") ==
          content_range{UINT64_MAX - 1, 1, UINT64_MAX});

    struct row {
        std::string_view text;
        errc code;
        std::uint32_t offset;
    };
    for (const row& r : std::initializer_list<row>{
             {"", errc::bad_range, 0},
             {"bytes", errc::bad_range, 5},
             {"bytes ", errc::bad_range, 6},
             {"bytes0-1/2", errc::bad_range, 5},
             {"bytes=0-1/2", errc::bad_range, 5},
             {"bytes -1/2", errc::bad_range, 6},
             {"bytes 0-/2", errc::bad_range, 8},
             {"bytes 0-1", errc::bad_range, 9},
             {"bytes 0-1/", errc::bad_range, 10},
             {"bytes 0-1/*", errc::bad_range, 10},
             {"bytes 0-1/2x", errc::bad_range, 11},
             {"bytes 0-1/2, 3-4/5", errc::bad_range, 11},
             {"bytes 0 - 1/2", errc::bad_range, 7},
             {"bytes +0-1/2", errc::bad_range, 6},
             {"bytes */5", errc::bad_range, 6},
             {"bytes 2-1/5", errc::range_reversed, 8},
             {"bytes 0-5/5", errc::range_beyond_total, 8},
             {"bytes 0-0/0", errc::range_beyond_total, 8},
             {"bytes 18446744073709551616-1/2", errc::number_overflow, 25},
             {"bytes 0-99999999999999999999/2", errc::number_overflow, 27},
             {"bytes 0-18446744073709551615/18446744073709551615", errc::range_beyond_total, 8},
         }) {
        CAPTURE(r.text);
        const result<content_range> range = parse_content_range(r.text);
        REQUIRE_FALSE(range.has_value());
        CHECK(range.error() == error{r.code, header::content_range, r.offset});
    }
}

TEST_CASE("content-range: what cannot be is not valid to write") {
    CHECK(content_range{0, 0, 0}.is_valid());
    CHECK(content_range{4, 1, 5}.is_valid());
    CHECK_FALSE(content_range{0, 0, 5}.is_valid());
    CHECK_FALSE(content_range{5, 0, 0}.is_valid());
    CHECK_FALSE(content_range{5, 1, 5}.is_valid());
    CHECK_FALSE(content_range{1, UINT64_MAX, UINT64_MAX}.is_valid());
    CHECK(content_range{0, UINT64_MAX, UINT64_MAX}.is_valid());
}

TEST_CASE("L9: BITS-Host-Id is a host, and may have a port [MC-BUP 2.2.3.2]") {
    struct row {
        std::string_view text;
        host_id_view id;
    };
    for (const row& r : std::initializer_list<row>{
             {"h", {{host_form::name, "h"}, ""}},
             {"::1", {{host_form::ipv6, "::1"}, ""}},
             {"1:2:3:4:5:6:7:8", {{host_form::ipv6, "1:2:3:4:5:6:7:8"}, ""}}, // the last group is no port
             {"h:1", {{host_form::name, "h"}, "1"}},
             {"h.example.:8443", {{host_form::name, "h.example."}, "8443"}},
             {"127.0.0.1:41295", {{host_form::ipv4, "127.0.0.1"}, "41295"}},
             {"[fe80::1]:65535", {{host_form::ipv6, "fe80::1"}, "65535"}},
             {"h:0080", {{host_form::name, "h"}, "0080"}},
         }) {
        CAPTURE(r.text);
        const result<host_id_view> id = parse_host_id(r.text);
        REQUIRE(id.has_value());
        CHECK(*id == r.id);
    }
    struct bad_row {
        std::string_view text;
        std::uint32_t offset; ///< of what is wrong
    };
    for (const bad_row& r : std::initializer_list<bad_row>{
             {"", 0},
             {"a/b", 0},
             {":80", 0},
             {"h:80:80", 0},
             {"2001:db8::1:80000", 0}, // an address without brackets has no port
             {"[::1", 0},
             {"[::1]80", 0},
             {"u@h:80", 0},
             {"10.0.0.1:99999", 9},
             {"h:", 2},
             {"h:0", 2},
             {"h:000", 2},
             {"h:65536", 2},
             {"h:18446744073709551617", 2},
             {"h:-1", 2},
             {"h:8 0", 2},
             {"[::1]:x", 6},
         }) {
        CAPTURE(r.text);
        CHECK(parse_host_id(r.text).error() == error{errc::bad_host, header::none, r.offset});
    }
}

TEST_CASE("host: names, IPv4, IPv6 bare or in brackets, no port [MC-BUP 2.2.3.2]") {
    struct row {
        std::string_view text;
        host_form form;
        std::string_view host;
    };
    for (const row& r : std::initializer_list<row>{
             {"FRANKCAO8", host_form::name, "FRANKCAO8"},
             {"a_b-c.example.", host_form::name, "a_b-c.example."},
             {"10.0.0.1", host_form::ipv4, "10.0.0.1"},
             {"1.example.com", host_form::name, "1.example.com"},
             {"a1", host_form::name, "a1"},
             {"::", host_form::ipv6, "::"},
             {"::1", host_form::ipv6, "::1"},
             {"1::", host_form::ipv6, "1::"},
             {"[fe80::1]", host_form::ipv6, "fe80::1"},
             {"1:2:3:4:5:6:7:8", host_form::ipv6, "1:2:3:4:5:6:7:8"},
             {"::ffff:10.0.0.1", host_form::ipv6, "::ffff:10.0.0.1"},
             {"1:2:3:4:5:6:10.0.0.1", host_form::ipv6, "1:2:3:4:5:6:10.0.0.1"},
         }) {
        CAPTURE(r.text);
        const result<host_view> h = parse_host(r.text);
        REQUIRE(h.has_value());
        CHECK((*h == host_view{r.form, r.host}));
    }
    for (const std::string_view bad : {"",
                                       ".",
                                       "-a",
                                       "a..b",
                                       "a b",
                                       "a/b",
                                       "a:80",
                                       "a@b",
                                       "[::1",
                                       "::1]",
                                       "[a]",
                                       "[]",
                                       ":",
                                       ":::",
                                       "1:::2",
                                       "1::2::3",
                                       "1:2:3:4:5:6:7",
                                       "1:2:3:4:5:6:7:8:9",
                                       "1:2:3:4:5:6:7::8:9",
                                       "1:2:3:4:5:6:7:",
                                       "12345::",
                                       "::g",
                                       "::10.0.0.256",
                                       "::10.0.0.1:1",
                                       "a\r\nb",
                                       "\xe4",
                                       "010.0.0.1",
                                       "1.2.3.04",
                                       "127.1",
                                       "0x7f.1",
                                       "0x7F000001",
                                       "2130706433",
                                       "256.1.1.1",
                                       "1.2.3.4.",
                                       "1.2.3.4.5",
                                       "::ffff:01.2.3.4",
                                       "a.0x"}) {
        CAPTURE(bad);
        CHECK(parse_host(bad).has_value() == false);
    }
    CHECK_FALSE(check_host_header("a:80"));
    CHECK_FALSE(check_host_header("[::1]:80"));
    CHECK_FALSE(check_host_header(""));
    CHECK(check_host_header("a b") == error{errc::bad_host, header::host, 0});
    CHECK(check_host_header("a/b") == error{errc::bad_host, header::host, 0});
    for (const std::string_view bad : {"u@h", "[[", "[::1", "a]:b:c", "a:b", "%zz", "[]:1", "::1", "[::1]x"}) {
        CAPTURE(bad);
        CHECK(check_host_header(bad).code == errc::bad_host);
    }
    CHECK(check_host_header("a:65536") == error{errc::bad_host, header::host, 2});
    CHECK_FALSE(check_host_header("a:"));
    CHECK_FALSE(check_host_header("a:65535"));
    const std::string label(63, 'l');
    CHECK(parse_host(label).has_value());
    CHECK_FALSE(parse_host(label + "l"));
    CHECK_FALSE(parse_host("a-.b"));
    CHECK_FALSE(parse_host("a-"));
    CHECK(parse_host(label + "." + label + "." + label + "." + label.substr(2)).has_value()); // 253 characters
    CHECK_FALSE(parse_host(label + "." + label + "." + label + "." + label.substr(1)));
    CHECK_FALSE(parse_host("1:2:3:4:5:6:7::8"));
    CHECK_FALSE(parse_url("http://h/#a b"));
}

TEST_CASE("header: what is none has no name, and each presence has the letter of the matrix") {
    for (const header_row& row : header_rows)
        CHECK(name_of(row.id) == row.name);
    CHECK(name_of(header::none).empty());
    std::string letters;
    for (const presence p :
         {presence::never, presence::seen, presence::read, presence::optional, presence::sent, presence::required})
        letters += letter_of(p);
    CHECK(letters == ".sroSR");
}

TEST_CASE("codes: with 0x, with x, bare, in any letter case [MC-BUP 2.2.1.2, ack-for-fragment]") {
    for (const std::string_view text :
         {"0x8020001F", "0X8020001f", "x8020001F", "X8020001F", "8020001f", "00008020001F"}) {
        CAPTURE(text);
        const result<std::uint32_t> code = parse_code(text);
        REQUIRE(code.has_value());
        CHECK(*code == 0x8020001F);
    }
    CHECK(*parse_code("0") == 0);
    CHECK(*parse_code("1") == 1);
    CHECK(parse_code("").error().code == errc::bad_number);
    CHECK(parse_code("x").error().code == errc::bad_number);
    CHECK(parse_code("0x").error().code == errc::bad_number);
    CHECK(parse_code("0xx1").error() == error{errc::bad_number, header::none, 2});
    CHECK(parse_code("-1").error().code == errc::bad_number);
    CHECK(parse_code("0x100000000").error().code == errc::number_overflow);
}

TEST_CASE("codes: written as a public client searches for them") {
    CHECK(write_code("BG_E_SESSION_NOT_FOUND"_hresult).view() == "0x8020001F");
    CHECK(write_code(hresult{}).view() == "0x00000000");
    CHECK(write_code(error_context::remote_file).view() == "0x5");
}

TEST_CASE("url: parts of an http URL [RFC 3986 3]") {
    const result<url_view> url = parse_url("HTTPS://host:8443/a/b?c=/d#e");
    REQUIRE(url.has_value());
    CHECK((*url == url_view{"HTTPS", "host:8443", "host", "8443", "/a/b", "?c=/d"}));
    CHECK((*parse_url("http://[::1]") == url_view{"http", "[::1]", "[::1]", "", "", ""}));
    CHECK((*parse_url("http://h?q") == url_view{"http", "h", "h", "", "", "?q"}));
    for (const std::string_view bad : {"",
                                       "h",
                                       "/x",
                                       "ftp://h/",
                                       "file:///x",
                                       "http:/h",
                                       "http://",
                                       "http:///x",
                                       "http://h:x/",
                                       "http://h:65536/",
                                       "http://[::1/",
                                       "http://[::1]x/",
                                       "http://a b/",
                                       "http://h/\r\n",
                                       "http://u@/",
                                       "http://u@h/",
                                       "http://good\\@evil/",
                                       "http://u\r\nX: y@h/",
                                       "http://[zz]/",
                                       "http://[]/",
                                       "http://h%zz/",
                                       "http://h/a b",
                                       "http://h/\x80",
                                       "http://127.1/"}) {
        CAPTURE(bad);
        CHECK(parse_url(bad).has_value() == false);
    }
}

namespace {

std::string reply_url(std::string_view destination, std::string_view reply) {
    std::string out(max_resolved_url_size(destination.size(), reply.size()), '?');
    const result<std::size_t> size = resolve_reply_url(destination, reply, out);
    if (!size) return std::string(name_of(size.error().code));
    CHECK(resolve_reply_url(destination, reply, std::span<char>(out).first(*size - 1)).error().code ==
          errc::buffer_too_small);
    if (reply.find("..") == std::string_view::npos) {
        std::string exact(*size, '?');
        CHECK(resolve_reply_url(destination, reply, exact).has_value());
        CHECK(exact == out.substr(0, *size));
    }
    out.resize(*size);
    return out;
}

} // namespace

TEST_CASE("reply url: as the Windows client resolves what IIS sends [MC-BUP 4.2]") {
    CHECK(reply_url("http://frankcao8/upload-ref-isapi-WebFarm/2100mb-rfc2119.txt",
                    R"(BITS-Sessions\Replies\{C85B4E0A-9EB9-4114-BFA4-8A43B4710091}\responsefile.bin)") ==
          "http://frankcao8/upload-ref-isapi-WebFarm/BITS-Sessions/Replies/"
          "%7BC85B4E0A-9EB9-4114-BFA4-8A43B4710091%7D/responsefile.bin");
}

TEST_CASE("reply url: absolute, relative, paths, dots, queries [RFC 3986 5.2]") {
    constexpr std::string_view base = "http://h:8/a/b/c?q=/x";
    CHECK(reply_url(base, "http://r/x") == "http://r/x");
    CHECK(reply_url(base, "HTTPS://r:1/x/../y?z#f") == "HTTPS://r:1/y?z");
    CHECK(reply_url(base, "http://r") == "http://r/");
    CHECK(reply_url(base, "x") == "http://h:8/a/b/x");
    CHECK(reply_url(base, "x/y?z=1") == "http://h:8/a/b/x/y?z=1");
    CHECK(reply_url(base, "/x") == "http://h:8/x");
    CHECK(reply_url(base, "\\x\\y") == "http://h:8/x/y");
    CHECK(reply_url(base, "../x") == "http://h:8/a/x");
    CHECK(reply_url(base, "./x/.") == "http://h:8/a/b/x/");
    CHECK(reply_url(base, "x/..") == "http://h:8/a/b/");
    CHECK(reply_url(base, "..\\..\\..\\..\\x") == "http://h:8/x");
    CHECK(reply_url("http://h", "x") == "http://h/x");
    CHECK(reply_url("http://h/x", "y") == "http://h/y");
    CHECK(reply_url("https://[::1]:8/x/y", "z") == "https://[::1]:8/x/z");
    CHECK(reply_url("http://h/x", "http://r?q") == "http://r/?q");
    CHECK(reply_url("http://h/x", "http://r/y\\z") == "http://r/y%5Cz"); // folders of a path only
    // A colon makes a scheme only where a scheme can stand before it.
    CHECK(reply_url("http://h/x/", "1a:b") == "http://h/x/1a:b");
    CHECK(reply_url("http://h/x/", "a_b:c") == "http://h/x/a_b:c");
    CHECK(reply_url("http://h/x/", ":80") == "http://h/x/:80");
}

TEST_CASE("reply url: what may not stand in a URL is percent-encoded, what is encoded stays [RFC 3986 2.1]") {
    CHECK(reply_url("http://h/", "a b{c}\"\xe4") == "http://h/a%20b%7Bc%7D%22%E4");
    CHECK(reply_url("http://h/", "%7Ba%7D") == "http://h/%7Ba%7D");
    CHECK(reply_url("http://h/", "100%") == "http://h/100%25");
    CHECK(reply_url("http://h/", "%zz%4") == "http://h/%25zz%254");
    CHECK(reply_url("http://h/", "%4z%z4%41") == "http://h/%254z%25z4%41");
    CHECK(reply_url("http://h/", "a?b?c d") == "http://h/a?b?c%20d");
    CHECK(reply_url("http://h/", "http://r/a\\b") == "http://r/a%5Cb");
    CHECK(reply_url("http://h/", "a/{x:y}") == "http://h/a/%7Bx:y%7D");
}

TEST_CASE("reply url: other schemes, other hosts without a scheme, controls and excess are refused") {
    CHECK(reply_url("http://h/", "") == "bad_url");
    CHECK(reply_url("http://h/", "#x") == "bad_url");
    CHECK(reply_url("http://h/", "?q") == "bad_url");
    CHECK(reply_url("http://u:p@h/", "x") == "bad_url");
    CHECK(reply_url("http://h/", "file:///etc/passwd") == "bad_url");
    CHECK(reply_url("http://h/", "C:\\bits\\reply") == "bad_url");
    CHECK(reply_url("http://h/", "javascript:alert(1)") == "bad_url");
    CHECK(reply_url("http://h/", "h2:x") == "bad_url");
    CHECK(reply_url("http://h/", "a+b-c.d:x") == "bad_url");
    CHECK(reply_url("http://h/", "http:") == "bad_url");
    CHECK(reply_url("http://h/", "http:/") == "bad_url");
    CHECK(reply_url("http://h/", "http://") == "bad_url");
    CHECK(reply_url("http://h/", "http:\\\\evil\\x") == "bad_url");
    CHECK(reply_url("http://h/", "http://evil\\x") == "bad_url");
    CHECK(reply_url("http://h/", "//evil/x") == "bad_url");
    CHECK(reply_url("http://h/", "\\\\evil\\share") == "bad_url");
    CHECK(reply_url("http://h/", "/\\evil/x") == "bad_url");
    CHECK(reply_url("http://h/", "http://u:p@evil/x") == "bad_url");
    CHECK(reply_url("http://h/", "http:///x") == "bad_url");
    CHECK(reply_url("http://h/", "a\r\nb") == "bad_url");
    CHECK(reply_url("h/x", "a") == "bad_url");
    CHECK(reply_url("http://h/", std::string(2200, 'a')).size() == 9 + 2200);
    CHECK(reply_url("http://h/", std::string(2201, 'a')) == "value_too_long");
}

namespace {

/// The relative path that a target names below /up, or `bad N` with the offset of what is wrong.
std::string file_of(std::string_view target, std::string_view prefix = "/up") {
    std::string out(target.size(), '?');
    const auto size = write_file_path(target, prefix, out);
    if (!size) {
        CHECK(size.error().code == errc::bad_file_path);
        return "bad " + std::to_string(size.error().offset);
    }
    out.resize(*size);
    return out;
}

} // namespace

TEST_CASE("file path: a target names a file below a folder [RFC 3986 3.3]") {
    CHECK(file_of("/up/a.bin") == "a.bin");
    CHECK(file_of("/up/a/b/c.bin?q=/../x") == "a/b/c.bin");
    CHECK(file_of("http://host:80/up/a.bin") == "a.bin");
    CHECK(file_of("/up/a%20b%2Ec") == "a b.c");
    CHECK(file_of("/up/%c3%bc") == "\xc3\xbc");
    CHECK(file_of("/up/%2525") == "%25"); // decoded once
    CHECK(file_of("/a.bin", "") == "a.bin");
    CHECK(file_of("/a.bin", "/") == "a.bin");
    CHECK(file_of("/up/a.bin", "/up/") == "a.bin");
    CHECK(file_of("/up/.hidden") == ".hidden");
    CHECK(file_of("/up/console.txt") == "console.txt");
    CHECK(file_of("/up/com10") == "com10");
    for (const std::string name : {"coma", "com-", "com", "lpt.txt", "com%c2%b4", "co1"}) { // no devices
        CAPTURE(name);
        CHECK(file_of("/up/" + name).substr(0, 4) != "bad ");
    }
    // UTF-8 of one to four bytes, at its edges (RFC 3629 4).
    for (const std::string_view name :
         {"\x7e", "\xc2\xa1", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xe2\x82\xac",
          "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
        CAPTURE(name);
        CHECK(is_safe_file_name(name));
        CHECK(is_safe_file_name("a" + std::string(name) + "z"));
    }
    CHECK(file_of("/up/" + std::string(255, 'x')) == std::string(255, 'x'));
}

TEST_CASE("file path: nothing leads out of the folder, in any spelling") {
    for (const char* const target : {"/up/../x",
                                     "/up/%2e%2e/x",
                                     "/up/%2E./x",
                                     "/up/.%2e/x",
                                     "/up/./x",
                                     "/up/..",
                                     "/up/a/../../x",
                                     "/up/..%2fx",
                                     "/up/..%5cx",
                                     "/up/a%2fb",
                                     "/up/a%5cb",
                                     "/up/a\\b",
                                     "/up/%00",
                                     "/up/a%00.txt",
                                     "/up/c:",
                                     "/up/c%3a",
                                     "/up/a%0ab",
                                     "/up/a%7f",
                                     "/up//x",
                                     "/up/x/",
                                     "/up/",
                                     "/up",
                                     "/upx/a",
                                     "/other/a",
                                     "/",
                                     "",
                                     "*",
                                     "up/a",
                                     "//up/a",
                                     "/up/%",
                                     "/up/%4",
                                     "/up/%zz",
                                     "/up/%-1",
                                     "/up/...",
                                     "/up/a.",
                                     "/up/a%20",
                                     "/up/%20a",
                                     "/up/con",
                                     "/up/CON.txt",
                                     "/up/nul",
                                     "/up/com1",
                                     "/up/LPT9.x.y",
                                     "/up/com%c2%b9",
                                     "/up/lpt%c2%b2",
                                     "/up/COM%C2%B3.log",
                                     "/up/com0",
                                     "/up/aux%20.txt",
                                     "/up/conin$",
                                     "/up/a%3Cb",
                                     "/up/a|b",
                                     "/up/a*",
                                     "/up/a%3Fb",
                                     "/up/%22",
                                     "/up/%ff",
                                     "/up/%c0%ae%c0%ae/x",
                                     "/up/%e0%80%ae%e0%80%ae/x",
                                     "/up/%e0%9f%bf",
                                     "/up/%f0%80%80%ae%f0%80%80%ae/x",
                                     "/up/%f0%8f%bf%bf",
                                     "/up/%e2%28%a1",
                                     "/up/%e2%82%c3",
                                     "/up/%f0%9f%98a",
                                     "/up/%80",
                                     "/up/%f5%80%80%80",
                                     "/up/%ed%bf%bf",
                                     "/up/%ed%a0%80",
                                     "/up/%f4%90%80%80",
                                     "/up/%e2%82"}) {
        CAPTURE(target);
        CHECK(file_of(target).substr(0, 4) == "bad ");
    }
    CHECK(file_of("/up/" + std::string(256, 'x')) == "bad 4");
    CHECK(is_safe_file_name(std::string(max_file_name_size, 'x')));
    CHECK_FALSE(is_safe_file_name(std::string(max_file_name_size + 1, 'x')));
    CHECK(file_of("/up/a/%2e%2e/b") == "bad 6");
    CHECK(file_of("/up/ab%zz") == "bad 6");
    CHECK(file_of("/UP/a") == "bad 0"); // letter case counts in paths
}

TEST_CASE("file path: a buffer that is too small is an error, and not overrun") {
    std::string out(3, '?');
    CHECK(write_file_path("/up/abcd", "/up", out).error().code == errc::buffer_too_small);
    CHECK(write_file_path("/up/a/b", "/up", out).value() == 3);
    CHECK(out == "a/b");
    const std::string_view cut = "\xf0\x9f\x98"; // of four bytes
    for (std::size_t size = 1; size <= cut.size(); ++size) {
        const guarded_bytes bytes(cut.substr(0, size));
        CHECK_FALSE(is_safe_file_name(bytes.view()));
    }
    std::string two(2, '?');
    CHECK(write_file_path("/up/a/b", "/up", two).error().code == errc::buffer_too_small);
}

TEST_CASE("L13: a target is decoded once: by the library, or by whoever has decoded it before") {
    const auto raw = [](std::string_view target) {
        std::string out(target.size(), '?');
        const auto size = write_file_path(target, "/in", out);
        return size ? out.substr(0, *size) : "error at " + std::to_string(size.error().offset);
    };
    const auto decoded = [](std::string_view path) {
        std::string out(path.size(), '?');
        const auto size = write_decoded_file_path(path, "/in", out);
        return size ? out.substr(0, *size) : "error at " + std::to_string(size.error().offset);
    };
    // The client has sent `x%41.txt`, a name with a percent sign; libmicrohttpd makes of it what stands in the second.
    CHECK(raw("/in/x%2541.txt") == "x%41.txt");
    CHECK(decoded("/in/x%41.txt") == "x%41.txt");
    CHECK(raw("/in/x%41.txt") == "xA.txt");
    CHECK(decoded("/in/100%") == "100%");
    CHECK(raw("/in/100%") == "error at 7");
    CHECK(decoded("/in/a b#c/d") == "a b#c/d");
    CHECK(raw("/in/a?b/c") == "a");
    CHECK(decoded("/in/a?b/c") == "error at 4"); // no query: a name that is none
    // Nothing leads out of the folder there either.
    for (const std::string_view path : {"/in/../x", "/in/..", "/in", "/in/a//b", "/in/a\\b", "/inside/x", "in/x", "",
                                        "/in/c:x", "http://host/in/x", "/in/con", "/in/a\nb", "/in/%2e%2e/../x"}) {
        CAPTURE(std::string(path));
        CHECK(decoded(path).starts_with("error at "));
    }
    CHECK(decoded("/in/%2e%2e/x") == "%2e%2e/x"); // a name as any other, that nobody may decode again
    std::array<char, 2> two{};
    CHECK(write_decoded_file_path("/in/abc", "/in", two).error().code == errc::buffer_too_small);
}

TEST_CASE("P3: a reply below the folder of the destination has a relative URL that arrives behind every proxy") {
    const auto written = [](std::string_view path) {
        std::string out(3 * path.size(), '?');
        const auto size = write_relative_reply_url(path, out);
        return size ? out.substr(0, *size) : "error at " + std::to_string(size.error().offset);
    };
    const std::string url = written("BITS-Sessions/Replies/{7}/responsefile.bin");
    CHECK(url == "BITS-Sessions/Replies/%7B7%7D/responsefile.bin");
    const auto resolved = [&](std::string_view destination, std::string_view reply) {
        std::array<char, 300> out{};
        const auto size = resolve_reply_url(destination, reply, out);
        return size ? std::string(out.data(), *size) : std::string("error");
    };
    CHECK(resolved("http://outside/prefix/in/file.bin?x=/1", url) ==
          "http://outside/prefix/in/BITS-Sessions/Replies/%7B7%7D/responsefile.bin");
    // Whatever the names are, what is read is below the folder.
    CHECK(written("a:b") == "a%3Ab");
    CHECK(written("http:/x") == "http%3A/x");
    CHECK(written("100%/a?b#c d/\\x") == "100%25/a%3Fb%23c%20d/%5Cx");
    CHECK(written("caf\xc3\xa9\n") == "caf%C3%A9%0A");
    CHECK(resolved("http://h/in/f", written("x/a?b\\..\\..")) == "http://h/in/x/a%3Fb%5C..%5C..");
    CHECK(written("") == "error at 0");
    CHECK(written("/x") == "error at 0");
    CHECK(written("a//b") == "error at 2");
    CHECK(written("a/") == "error at 2");
    CHECK(written("../x") == "error at 0");
    CHECK(written("a/./b") == "error at 2");
    CHECK(written("a/..") == "error at 2");
    for (std::size_t room = 0; room < url.size(); ++room) {
        std::string out(room, '?');
        CHECK(write_relative_reply_url("BITS-Sessions/Replies/{7}/responsefile.bin", out).error().code ==
              errc::buffer_too_small);
    }
}
