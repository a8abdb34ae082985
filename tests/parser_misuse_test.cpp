// Parsers and tables in the wrong hands: one object for two messages, a buffer that shrank or was replaced,
// accessors too early, settings and enumerators that are none. Each buffer ends where readable memory ends.
#include "support/guarded_bytes.hpp"
#include "support/print.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace bitswire;

namespace parser_misuses { // named: several test files are compiled as one

const std::string long_request =
    "BITS_POST /inbox/a-name-that-is-rather-long HTTP/1.1\r\nBITS-Packet-Type: Fragment\r\n"
    "BITS-Session-Id: {7}\r\nContent-Range: bytes 0-4/5\r\nUser-Agent: " +
    std::string(250, 'x') + "\r\nHost: example\r\nContent-Length: 5\r\n\r\n";
const std::string short_request =
    "BITS_POST /x HTTP/1.1\r\nBITS-Packet-Type: Ping\r\nHost: a\r\nContent-Length: 0\r\n\r\n";

constexpr error caller_replaced{errc::bytes_replaced, header::none, 0};

} // namespace parser_misuses

TEST_CASE("L1: one parser reads one message after the other, whatever their sizes") {
    using namespace parser_misuses;
    upload_request_parser parser;
    for (const std::string* message : {&long_request, &short_request, &short_request, &long_request, &short_request}) {
        const guarded_bytes bytes(*message);
        const auto r = parser.parse(bytes.view());
        REQUIRE(r.is_complete());
        CHECK(r.consumed == message->size());
        CHECK(r.packet.type == (message == &short_request ? packet_type::ping : packet_type::fragment));
    }
    const guarded_bytes beginning(std::string_view(short_request).substr(0, 30));
    CHECK(parser.parse(beginning.view()).state == outcome::need_more);
    const guarded_bytes all(short_request);
    CHECK(parser.parse(all.view()).is_complete());
    CHECK(parser.parse({}).state == outcome::need_more); // of the next message, nothing is there yet
}

TEST_CASE("L1: a parser keeps a bad answer until it is told to begin again") {
    using namespace parser_misuses;
    const auto check = [](std::string_view bad_message, errc code) {
        upload_request_parser parser;
        const guarded_bytes bad(bad_message);
        CHECK(parser.parse(bad.view()).problem.code == code);
        const guarded_bytes good(short_request);
        CHECK(parser.parse(good.view()).is_bad());
        CHECK(parser.parse(good.view()).problem.code == code);
        CHECK(parser.parse({}).problem.code == code);
        parser.reset();
        CHECK(parser.parse(good.view()).is_complete());
    };
    check("\x01", errc::control_character);
    check("BITS_POST /x HTTP/1.1\r\nHost: a\nb", errc::bare_line_end);
    check("BITS_POST /x HTTP/1.1\r\nBITS-Packet-Type: Ping\r\n\r\n", errc::missing_header); // a bad packet, a good head
}

TEST_CASE("L1: a buffer that has shrunk while more was needed is an error of the caller") {
    using namespace parser_misuses;
    for (const std::string& message : {long_request, short_request}) {
        for (std::size_t size = 1; size < message.size(); ++size) {
            CAPTURE(size);
            upload_request_parser parser;
            const guarded_bytes first(std::string_view(message).substr(0, size));
            REQUIRE(parser.parse(first.view()).state == outcome::need_more);
            const guarded_bytes shrunk(std::string_view(message).substr(0, size / 2));
            const auto r = parser.parse(shrunk.view());
            // A CR at the end, of which nothing was said yet, is all that may get lost.
            if (size > 1 || message[0] != '\r') REQUIRE(r.is_bad());
            REQUIRE(r.problem == caller_replaced);
            REQUIRE(row_of(r.problem.code).on == blame::caller);
            REQUIRE(parser.parse(first.view()).problem == caller_replaced);
            parser.reset();
            const guarded_bytes all(message);
            REQUIRE(parser.parse(all.view()).is_complete());
        }
    }
}

TEST_CASE("L1: handing over only what is new is an error of the caller, not another message") {
    using namespace parser_misuses;
    for (std::size_t size = 9; size < long_request.size() - 1; ++size) {
        CAPTURE(size);
        upload_request_parser parser;
        const guarded_bytes first(std::string_view(long_request).substr(0, size));
        REQUIRE(parser.parse(first.view()).state == outcome::need_more);
        const guarded_bytes only_new(std::string_view(long_request).substr(size));
        REQUIRE(parser.parse(only_new.view()).problem == caller_replaced);
        upload_request_parser again;
        REQUIRE(again.parse(first.view()).state == outcome::need_more);
        const guarded_bytes more(std::string(long_request.size(), 'y'));
        REQUIRE(again.parse(more.view()).problem == caller_replaced);
    }
}

TEST_CASE("L1: the accessors of a head give nothing too early, nor for a buffer that is too short") {
    using namespace parser_misuses;
    request_head_parser parser;
    const auto has_nothing = [&](std::string_view bytes) {
        const request_line start = parser.start_line(bytes);
        const auto fields = parser.fields(bytes);
        bool empty = start.method.empty() && start.target.empty() && fields.present() == 0 &&
                     fields.line_count() == 0 && !fields.connection().close && !fields.connection().keep_alive;
        for (std::size_t h = 0; h <= header_count + 1; ++h)
            empty = empty && fields.text(static_cast<header>(h)).empty() && !fields.has(static_cast<header>(h));
        for (std::size_t line = 0; line < 9; ++line)
            empty = empty && fields.line(line).empty();
        return empty;
    };
    CHECK(has_nothing({}));
    CHECK(parser.size() == 0);
    const guarded_bytes bytes(long_request);
    const guarded_bytes part(std::string_view(long_request).substr(0, 200));
    CHECK(parser.parse(part.view()) == outcome::need_more);
    CHECK(parser.size() == 0);
    CHECK(has_nothing(part.view()));
    CHECK(has_nothing(bytes.view()));
    CHECK(parser.parse(bytes.view()) == outcome::complete);
    CHECK(parser.size() == long_request.size());
    CHECK(parser.fields(bytes.view()).text(header::session_id) == "{7}");
    CHECK(parser.fields(bytes.view()).text(header::none).empty());
    CHECK(parser.fields(bytes.view()).text(static_cast<header>(200)).empty());
    CHECK(parser.fields(bytes.view()).line(7).empty());
    CHECK(has_nothing(part.view()));
    CHECK(has_nothing({}));
    parser.reset();
    CHECK(has_nothing(bytes.view()));

    response_head_parser answers;
    CHECK(answers.start_line("HTTP/1.1 200 OK\r\n\r\n").status == 0);
    CHECK(answers.parse("HTTP/1.1 200 OK\r\n\r\n") == outcome::complete);
    CHECK(answers.start_line("HTTP/1.1 200 OK\r\n\r\n").status == 200);
    CHECK(answers.start_line("HTTP/1.1").status == 0);
    CHECK(answers.parse("HTTP/2.1 200 OK\r\n\r\n") == outcome::bad);
    CHECK(answers.start_line("HTTP/1.1 200 OK\r\n\r\n").status == 0);
}

TEST_CASE("L1: a head whose packet is bad can be looked at as HTTP") {
    using namespace parser_misuses;
    upload_request_parser parser;
    const guarded_bytes bytes("GET /reply HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(parser.parse(bytes.view()).problem.code == errc::bad_method);
    CHECK(parser.head().start_line(bytes.view()).target == "/reply");
    CHECK(parser.head().size() == bytes.view().size());
    CHECK(parser.parse(bytes.view()).problem.code == errc::bad_method);
    parser.reset();
    CHECK(parser.head().start_line(bytes.view()).target.empty());
}

TEST_CASE("L1: limits of any size") {
    using namespace parser_misuses;
    for (const std::uint32_t size : {0U, 1U, (1U << 31) - 1, 1U << 31, (1U << 31) + 1, UINT32_MAX - 1, UINT32_MAX}) {
        for (std::uint32_t read_limits::*limit : {&read_limits::head_bytes, &read_limits::target_bytes,
                                                  &read_limits::header_lines, &read_limits::value_bytes}) {
            CAPTURE(size);
            read_limits limits;
            limits.*limit = size;
            const guarded_bytes bytes(long_request);
            upload_request_parser parser({.limits = limits});
            CHECK(parser.parse(bytes.view()).is_complete() == (size > 1));
            upload_request_parser in_parts({.limits = limits});
            const guarded_bytes part(std::string_view(long_request).substr(0, 100));
            static_cast<void>(in_parts.parse(part.view()));
            CHECK(in_parts.parse(bytes.view()).is_complete() == (size > 1));
        }
    }
}

TEST_CASE("L1: settings that name no request are an error of the caller, in both doors") {
    using namespace parser_misuses;
    constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nBITS-Packet-Type: Ack\r\nContent-Length: 0\r\n\r\n";
    for (unsigned n = static_cast<unsigned>(packet_type::ack); n < 256; ++n) {
        const ack_options options{.answers = static_cast<packet_type>(n), .limits = {}};
        ack_parser parser(options);
        CHECK(parser.parse(answer).problem.code == errc::bad_setting);
        parser.reset();
        CHECK(parser.parse(answer).problem.code == errc::bad_setting);
        const auto none = [](std::string_view) { return std::string_view{}; };
        CHECK(parse_message<ack>({.status = 200}, none, options).error().code == errc::bad_setting);
        ack a;
        a.answers = options.answers;
        CHECK(size_of_message(a).error().code == errc::unsendable_combination);
        upload_request r;
        r.type = options.answers;
        CHECK_FALSE(size_of_message(r).has_value());
    }
}

TEST_CASE("L1: a value that is no enumerator has the first row, and an empty name") {
    using namespace parser_misuses;
    for (unsigned n = 0; n < 256; ++n) {
        CAPTURE(n);
        CHECK(&row_of(static_cast<errc>(n)) == &error_rows[n < error_rows.size() ? n : 0]);
        CHECK(&row_of(static_cast<header>(n)) == &header_rows[n < header_count ? n : 0]);
        CHECK(&row_of(static_cast<refusal>(n)) == &refusal_rows[n < refusal_rows.size() ? n : 0]);
        CHECK(&row_of(static_cast<job_timer>(n)) == &job_timer_rows[n < job_timer_rows.size() ? n : 0]);
        CHECK(&row_of(static_cast<upload_status>(n)) == &upload_status_rows[n < std::size(upload_status_rows) ? n : 0]);
        CHECK(name_of(static_cast<errc>(n)).empty() == (n >= error_rows.size()));
        CHECK(name_of(static_cast<header>(n)).empty() == (n >= header_count));
        CHECK(name_of(static_cast<packet_type>(n)).empty() == (n > static_cast<unsigned>(packet_type::ack)));
        CHECK(set_of(static_cast<header>(n)) == (n < header_count ? header_set{1} << n : 0));
        CHECK_FALSE(is_name_of(static_cast<packet_type>(n | 8), "Ping"));
        CHECK(request_kind(static_cast<packet_type>(n | 8)) == message_kind::ping_request);
        CHECK(ack_kind(static_cast<packet_type>(n | 8), 200) == message_kind::error_ack);
        CHECK(presence_of(header::none, static_cast<message_kind>(n)) == presence::never);
        CHECK(letter_of(static_cast<presence>(n | 8)) == '.');
    }
    CHECK(refuse(error{static_cast<errc>(255), header::none, 0}).status == 500);
    CHECK(protocol_list_view("a").line(1).empty());
    CHECK(protocol_list_view().line(100).empty());
}

TEST_CASE("L1: names and texts that are null, and headers that nobody has") {
    using namespace parser_misuses;
    struct field {
        const char* name;
        std::string_view value;
    };
    const field nameless[] = {{nullptr, {}}};
    CHECK(parse_message<upload_request>({"BITS_POST", "/x", 0, 1}, nameless).error().code == errc::bad_header_line);
    CHECK(parse_message<upload_request>({{}, "/x", 0, 1}, [](std::string_view) { return ""; }).error().code ==
          errc::bad_method);
    CHECK(parse_message<upload_request>({{}, {}, 0, 1}, [](std::string_view) -> const char* { return nullptr; })
              .error()
              .code == errc::bad_target);
    CHECK_FALSE(find_field(":a\r\n:b\r\n\r\n", ""));
    CHECK_FALSE(find_field({}, {}));
    CHECK_FALSE(find_field(short_request, {}));
    field_set<borrowed_value> fields;
    CHECK(fields.add(header::none, {"x"}, nullptr, {}) == errc::ok);
    CHECK(fields.present() == 0);
    CHECK(fields.value(header::none).text.empty());
    CHECK(fields.value(header::host).text.empty());
    CHECK(fields.more_line(0).text.empty());
}
