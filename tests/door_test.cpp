// Door 2 on real containers and on Boost.Beast, the look-up form, and what the library promises of memory and
// exceptions.
#include "support/counting_new.hpp"
#include "support/describe.hpp"
#include "support/files.hpp"
#include "support/print.hpp"

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/verb.hpp>

#include <doctest/doctest.h>

#include <map>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

using namespace bitswire;
namespace http = boost::beast::http;

namespace {

constexpr request_line post_x{.method = "BITS_POST", .target = "/x", .minor_version = 1};

struct field {
    std::string name;
    std::string value;
};

const std::vector<field> fragment_fields = {
    {"BITS-Packet-Type", "Fragment"},
    {"bits-session-id", "{1}"},
    {"Content-Range", "bytes 5-9/10"},
    {"X-Unknown", std::string("a\0b", 3)},
    {"Host", "a"},
    {"Content-Length", " 5 "},
};

constexpr std::string_view fragment_description = "Fragment target=/x host=a session={1} range=5+5/10";

} // namespace

TEST_CASE(
    "headers: structs with name and value, pairs, a map, a look-up, and Boost.Beast's fields give the same packet") {
    const auto check = [](const auto& headers) {
        const result<upload_request> r = parse_message<upload_request>(post_x, headers);
        REQUIRE_MESSAGE(r.has_value(), r.error());
        CHECK(describe(*r) == fragment_description);
    };
    check(fragment_fields);

    std::vector<std::pair<const char*, std::string>> pairs;
    std::map<std::string, std::string> map;
    http::request_header<> beast;
    beast.method_string("BITS_POST");
    beast.target("/x");
    for (const field& f : fragment_fields) {
        pairs.emplace_back(f.name.c_str(), f.value);
        map.emplace(f.name, f.value);
        if (f.name != "X-Unknown") beast.insert(f.name, f.value);
    }
    check(pairs);
    check(map);
    check(beast);
    check([&](std::string_view name) -> std::string_view {
        for (const field& f : fragment_fields) {
            if (iequals(f.name, name)) return f.value;
        }
        return {};
    });
    check([&](std::string_view name) -> const char* {
        for (const field& f : fragment_fields) {
            if (iequals(f.name, name)) return f.value.c_str();
        }
        return nullptr;
    });
    // A look-up or a range that makes its texts anew would leave a packet of dangling views; it does not compile.
    static_assert(!detail::can_be_borrowed<std::string>(true));
    static_assert(!detail::can_be_borrowed<const std::string&>(false));
    static_assert(detail::can_be_borrowed<const std::string&>(true));
    static_assert(detail::can_be_borrowed<std::string_view>(false));
}

TEST_CASE("headers: a packet is handed to Boost.Beast header by header, and comes back equal") {
    upload_request r;
    r.type = packet_type::fragment;
    r.target = "/x";
    r.host = "a";
    r.session_id = "{1}";
    r.range = {0, 5, 10};
    http::request_header<> beast;
    beast.method_string({bits_post.data(), bits_post.size()});
    beast.target("/x");
    CHECK_FALSE(visit_headers(r, [&](std::string_view name, std::string_view value) {
        beast.insert({name.data(), name.size()}, {value.data(), value.size()});
    }));
    const result<upload_request> back = parse_message<upload_request>(post_x, beast);
    REQUIRE_MESSAGE(back.has_value(), back.error());
    CHECK(*back == r);
}

TEST_CASE("headers: errors name the header and the place in its value, as the raw door does") {
    const auto error_of = [](std::string_view name, std::string_view value, read_options options = {}) {
        std::vector<field> fields = fragment_fields;
        bool replaced = false;
        for (field& f : fields) {
            if (!iequals(f.name, name)) continue;
            f.value = value;
            replaced = true;
        }
        if (!replaced) fields.push_back({std::string(name), std::string(value)});
        const result<upload_request> r = parse_message<upload_request>(post_x, fields, options);
        return r ? error{} : r.error();
    };
    CHECK(error_of("Content-Range", "bytes 5-4/10") == error{errc::range_reversed, header::content_range, 8});
    CHECK(error_of("BITS-Session-Id", std::string(101, 's')) == error{errc::value_too_long, header::session_id, 100});
    CHECK(error_of("BITS-Session-Id", std::string(4097, 's')) == error{errc::value_too_long, header::session_id, 4096});
    CHECK(error_of("BITS-Session-Id", "{1}\r\nX: y") == error{errc::control_character, header::session_id, 3});
    CHECK(error_of("BITS-Session-Id", std::string("{1}\0", 4)) ==
          error{errc::control_character, header::session_id, 3});
    for (const std::string_view name :
         {"BITS\rSession-Id", "Transfer-Encoding ", " Content-Length", "", "a b", "\xe4"}) {
        CAPTURE(name);
        CHECK(error_of(name, "{2}") == error{errc::bad_header_line, header::none, 0});
    }
    CHECK(error_of("Transfer-Encoding", "chunked") == error{errc::conflicting_framing, header::transfer_encoding, 0});
    CHECK(error_of("Content-Length", "6") == error{errc::range_length_mismatch, header::content_length, 0});

    std::vector<field> twice = fragment_fields;
    twice.push_back({"BITS-Session-Id", "{2}"});
    CHECK(parse_message<upload_request>(post_x, twice).error() ==
          error{errc::conflicting_headers, header::session_id, 0});
    std::vector<field> two_lengths = fragment_fields;
    two_lengths.push_back({"Content-Length", "6"}); // framing: refused whatever the kind of message
    CHECK(parse_message<upload_request>(post_x, two_lengths).error() ==
          error{errc::conflicting_headers, header::content_length, 0});
    const auto look_up = [](std::string_view name) -> std::string_view {
        for (const field& f : fragment_fields) {
            if (iequals(f.name, name)) return iequals(name, "Host") ? std::string_view{"a\nb"} : f.value;
        }
        return {};
    };
    CHECK(parse_message<upload_request>(post_x, look_up).error() == error{errc::control_character, header::host, 1});
    // An error about a header that is not there has no place in it.
    const field_set<borrowed_value> none;
    CHECK(fields_view<borrowed_value>(none, nullptr).fail(errc::missing_header, header::host, 3) ==
          error{errc::missing_header, header::host, 3});
    CHECK(parse_message<upload_request>({.method = "GET", .target = "/x", .minor_version = 1}, fragment_fields)
              .error()
              .code == errc::bad_method);
    CHECK(parse_message<upload_request>({.method = "BITS_POST", .target = "x", .minor_version = 1}, fragment_fields)
              .error()
              .code == errc::bad_target);
    CHECK(parse_message<upload_request>({.method = "BITS_POST", .target = "/x", .minor_version = 0}, fragment_fields)
              .error()
              .code == errc::bad_http_version);
    const std::string long_target = "/" + std::string(8000, 'x');
    const request_line long_line{.method = "BITS_POST", .target = long_target, .minor_version = 1};
    CHECK(parse_message<upload_request>(long_line, fragment_fields).error().code == errc::target_too_long);
    CHECK(parse_message<ack>({.status = 99}, fragment_fields, {.answers = packet_type::fragment}).error().code ==
          errc::bad_status);
    CHECK(parse_message<ack>({.status = 600}, fragment_fields, {.answers = packet_type::fragment}).error().code ==
          errc::bad_status);
}

TEST_CASE("headers: more lines of a list than are kept are an error, not a loss") {
    std::vector<field> fields = {{"BITS-Packet-Type", "Create-Session"}, {"Host", "a"}, {"Content-Length", "0"}};
    for (unsigned i = 0; i < max_list_lines; ++i)
        fields.push_back({"BITS-Supported-Protocols", std::string(bits_upload_protocol_text)});
    const result<upload_request> r = parse_message<upload_request>(post_x, fields);
    REQUIRE(r.has_value());
    CHECK(r->supported_protocols.line_count() == max_list_lines);
    fields.push_back(fields.back());
    CHECK(parse_message<upload_request>(post_x, fields).error() ==
          error{errc::too_many_protocols, header::supported_protocols, 0});
}

TEST_CASE("memory: reading, writing and looking up allocate nothing") {
    const std::string head = capture("upload/03-fragment.request-head.bin");
    const std::string answer = capture("upload-reply/08-fragment.ack.bin");
    std::string buffer(1000, '?');
    std::string url(1000, '?');
    bool all = true;

    const std::size_t before = allocation_count();
    upload_request_parser requests;
    for (std::size_t size = 0; size < head.size(); ++size)
        all = all && !requests.parse({head.data(), size}).is_complete();
    const parsed<upload_request> r = requests.parse(head);
    all = all && r.is_complete() && write_message(r.packet, buffer).has_value();
    all = all && parse_message<upload_request>(post_x, fragment_fields).has_value();
    ack_parser acks({.answers = packet_type::fragment, .limits = {}});
    const parsed<ack> a = acks.parse(answer);
    all = all && a.is_complete() && resolve_reply_url("http://h/x", a.packet.reply_url, url).has_value();
    all = all && write_message(refuse({errc::bad_range, header::content_range, 5}), buffer).has_value();
    all = all && find_hresult("bg_e_too_large")->code == hresult{0x80200020} && !name_of(hresult{0x80200020}).empty();
    all = all && find_field(head, "host").has_value();
    const std::size_t after = allocation_count();

    CHECK(all);
    CHECK(after == before);
    ::operator delete(::operator new(1)); // the counter counts
    CHECK(allocation_count() > after);
}

TEST_CASE("exceptions: nothing of the library throws") {
    static_assert(noexcept(std::declval<upload_request_parser&>().parse({})));
    static_assert(noexcept(std::declval<ack_parser&>().parse({})));
    static_assert(noexcept(write_message(upload_request{}, {})));
    static_assert(noexcept(size_of_message(ack{})));
    static_assert(noexcept(parse_message<upload_request>({}, fragment_fields)));
    static_assert(noexcept(resolve_reply_url({}, {}, {})));
    static_assert(noexcept(find_hresult(hresult{})));
    static_assert(noexcept(parse_guid({}))&& noexcept(parse_content_range({}))&& noexcept(parse_host({})));
    static_assert(std::is_trivially_copyable_v<upload_request> && std::is_trivially_copyable_v<ack>);
    static_assert(std::is_trivially_copyable_v<upload_request_parser>);
    CHECK(sizeof(upload_request_parser) <= 512);
}

TEST_CASE("head: values of headers that the library does not know are found [RFC 9110 5]") {
    const std::string head =
        "BITS_POST /x HTTP/1.1\r\nHost: a\r\nAuthorization:  Basic eA== \r\nX:\r\n\r\nAuthorization: body";
    request_head_parser parser;
    REQUIRE(parser.parse(head) == outcome::complete);
    const std::string_view only_head = std::string_view(head).substr(0, parser.size());
    CHECK(find_field(only_head, "authorization") == "Basic eA==");
    CHECK(find_field(only_head, "x") == "");
    CHECK_FALSE(find_field(only_head, "BITS_POST /x HTTP/1.1"));
    CHECK_FALSE(find_field(only_head, "Cookie"));
    CHECK_FALSE(find_field("", "Cookie"));
    CHECK_FALSE(find_field("GET / HTTP/1.1\r\nCookie\r\n\r\n", "Cookie")); // a line without a colon is no field
    CHECK_FALSE(find_field("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody\r\nCookie: evil\r\n", "Cookie"));
    CHECK(find_field("\r\n\r\nGET / HTTP/1.1\r\nCookie: c\r\n\r\n", "Cookie") == "c");
}

TEST_CASE("head: a parser that has answered keeps its answer") {
    upload_request_parser parser;
    CHECK(parser.parse("BITS_POST /x HTTP/1.1\n").is_bad());
    CHECK(parser.parse("BITS_POST /x HTTP/1.1\r\nHost: a\r\n\r\n").is_bad());
    CHECK(parser.head().problem() == error{errc::bare_line_end, header::none, 21});
}

TEST_CASE("head: the limit of header lines is exact, in both doors") {
    std::vector<field> fields = {{"BITS-Packet-Type", "Ping"}, {"Host", "a"}, {"Content-Length", "0"}};
    while (fields.size() < read_limits{}.header_lines)
        fields.push_back({"X", "y"});
    CHECK(fields.size() == 100);
    for (int more = 0; more < 2; ++more) {
        std::string head = "BITS_POST /x HTTP/1.1\r\n";
        for (const field& f : fields)
            head += f.name + ": " + f.value + "\r\n";
        head += "\r\n";
        upload_request_parser parser;
        const parsed<upload_request> raw = parser.parse(head);
        const result<upload_request> foreign = parse_message<upload_request>(post_x, fields);
        CHECK(raw.is_complete() == (more == 0));
        CHECK(foreign.has_value() == (more == 0));
        if (more != 0) {
            CHECK(raw.problem.code == errc::too_many_headers);
            CHECK(foreign.error().code == errc::too_many_headers);
        }
        fields.push_back({"X", "y"});
    }
}

TEST_CASE("head: the limit of header lines holds for lines that come as Windows sends them") {
    const std::string head = capture("upload/03-fragment.request-head.bin");
    constexpr std::uint32_t lines = 9;
    for (std::uint32_t limit = 0; limit < 2 * header_count; ++limit) {
        CAPTURE(limit);
        upload_request_parser parser({.limits = {.header_lines = limit}});
        CHECK(parser.parse(head).is_complete() == (limit >= lines));
        if (limit < lines) CHECK(parser.head().problem().code == errc::too_many_headers);
    }
}

TEST_CASE("head: a limit of the head is exact") {
    const std::string head = capture("upload/05-ping.request.bin");
    for (const std::uint32_t limit :
         {static_cast<std::uint32_t>(head.size()), static_cast<std::uint32_t>(head.size() + 1)}) {
        upload_request_parser parser({.limits = {.head_bytes = limit}});
        CHECK(parser.parse(head).is_complete());
    }
    for (std::uint32_t limit = 0; limit < head.size(); ++limit) {
        CAPTURE(limit);
        upload_request_parser whole({.limits = {.head_bytes = limit}});
        const parsed<upload_request> r = whole.parse(head);
        REQUIRE(r.is_bad());
        CHECK(r.problem == error{errc::head_too_large, header::none, limit});
        upload_request_parser exact({.limits = {.head_bytes = limit}});
        CHECK(exact.parse({head.data(), limit}).problem == r.problem);
    }
}

TEST_CASE("L4: a start line of which nobody says the version is refused, and so is an empty one") {
    const auto code = [](const request_line& start) {
        return parse_message<upload_request>(start, fragment_fields).error().code;
    };
    CHECK(parse_message<upload_request>({.method = "BITS_POST", .target = "/x", .minor_version = 1}, fragment_fields));
    CHECK(code({.method = "BITS_POST", .target = "/x"}) == errc::bad_http_version);
    CHECK(code({.method = "BITS_POST", .minor_version = 1}) == errc::bad_target);
    CHECK(code({.target = "/x", .minor_version = 1}) == errc::bad_method);
}
