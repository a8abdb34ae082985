// The table of headers, which has a row for each header, against lists for each message, as the sections of [MC-BUP]
// have them. The lists were made from the table and then compared with the sections, the captures in 4.1 and 4.2 and
// Microsoft's pages: a second look, not a second author. A bare number is a section of [MC-BUP]; "README" is where it
// says why the library deviates from one. Other headers of HTTP are not here: a reader ignores what it does not know
// (2.2).
#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <sstream>
#include <string>

using namespace bitswire;

namespace {

using names = std::set<std::string>;

names words(std::string_view some, std::string_view more = {}) {
    std::istringstream in{std::string(some) + ' ' + std::string(more)};
    names all;
    for (std::string word; in >> word;)
        all.insert(word);
    return all;
}

template <class Wanted>
names headers_where(Wanted wanted) {
    names all;
    for (std::size_t h = 0; h < header_count; ++h) {
        if (wanted(static_cast<header>(h))) all.emplace(name_of(static_cast<header>(h)));
    }
    return all;
}

names members(header_set set) {
    return headers_where([&](header h) { return (set & set_of(h)) != 0; });
}

} // namespace

TEST_CASE("headers: each message has those of its section [MC-BUP 2.2.1.1, 2.2.1.2, 2.2.2-2.2.13]") {
    struct lists {
        std::string_view must{};     ///< or a reader refuses the message
        std::string_view always{};   ///< written in every such message; a reader lives without it
        std::string_view if_known{}; ///< written when there is a value
        std::string_view heeded{};   ///< read, and never written
        std::string_view seen{};     ///< neither, though IIS sends it
    };
    struct message {
        message_kind kind;
        std::string_view section;
        lists all; ///< what it shares with others
        lists own; ///< what it has besides
    };

    // BITS-Packet-Type: 2.2.1.2. Content-Length: 2.2.1.1. Host: RFC 9112 3.2. Accept, User-Agent and Connection: the
    // captures of 4.1 and 4.2. Expect: RFC 9110 10.1.1. X-Http-Method-Override: OneDrive's upload API.
    constexpr lists request{.must = "BITS-Packet-Type Host Content-Length",
                            .always = "Accept Connection",
                            .if_known = "User-Agent Expect",
                            .heeded = "X-Http-Method-Override Transfer-Encoding"};
    // Content-Length is a MUST of 2.2.3.1 and of the pages ack-for-...; BITS-Session-Id is one of 2.2.1.2, which the
    // captured server does not keep (README). Date, Server and Pragma: the captures.
    constexpr lists success{.must = "BITS-Packet-Type",
                            .always = "Content-Length",
                            .if_known = "Date Server Connection",
                            .heeded = "Transfer-Encoding",
                            .seen = "Pragma"};
    // 2.2.1.2: a code, under both of its names, and a context. Proxies answer without any of it (README).
    constexpr lists failure{
        .always = "BITS-Packet-Type Content-Length BITS-Error-Code BITS-Error BITS-Error-Context",
        .if_known = "Date Server Connection",
        .heeded = "Transfer-Encoding",
        .seen = "Pragma",
    };
    // 2.2.12, RFC 9112 3.2, and the capture of 4.2, which is by reference: no capture has one by value.
    constexpr lists notification{.must = "Host Content-Length BITS-Original-Request-URL",
                                 .always = "Accept Connection",
                                 .if_known = "User-Agent Expect",
                                 .heeded = "Transfer-Encoding"};

    using k = message_kind;
    const auto messages = std::to_array<message>({
        {k::ping_request, "2.2.4; README", request, {.if_known = "BITS-Session-Id"}},
        {k::create_session_request, "2.2.2", request, {.must = "BITS-Supported-Protocols", .if_known = "Content-Name"}},
        {k::fragment_request,
         "2.2.6",
         request,
         {.must = "BITS-Session-Id Content-Range", .if_known = "Content-Name", .heeded = "Content-Encoding"}},
        {k::close_session_request,
         "2.2.8; Content-Name: 4.1",
         request,
         {.must = "BITS-Session-Id", .if_known = "Content-Name"}},
        {k::cancel_session_request,
         "2.2.10; Content-Name: ours, as in Close-Session",
         request,
         {.must = "BITS-Session-Id", .if_known = "Content-Name"}},

        {k::ping_ack, "2.2.5; README", success, {.if_known = "BITS-Session-Id"}},
        {k::create_session_ack,
         "2.2.3",
         success,
         {.must = "BITS-Session-Id",
          .always = "BITS-Protocol Accept-encoding",
          .if_known = "BITS-Host-Id BITS-Host-Id-Fallback-Timeout"}},
        {k::fragment_ack,
         "2.2.7",
         success,
         {.always = "BITS-Session-Id BITS-Received-Content-Range", .if_known = "BITS-Reply-URL"}},
        {k::close_session_ack, "2.2.9", success, {.always = "BITS-Session-Id"}},
        {k::cancel_session_ack, "2.2.11", success, {.always = "BITS-Session-Id"}},

        {k::error_ack,
         "2.2.1.2, 2.2.7.2; README",
         failure,
         {.if_known = "BITS-Session-Id BITS-Received-Content-Range"}},
        {k::out_of_sync_ack, "2.2.1.2, 3.2.5.2.6", failure, {.always = "BITS-Session-Id BITS-Received-Content-Range"}},

        {k::notification_by_reference,
         "2.2.12, 3.4.5.2",
         notification,
         {.must = "BITS-Request-DataFile-Name BITS-Response-DataFile-Name"}},
        {k::notification_by_value, "2.2.12", notification, {}},
        {k::notification_response,
         "2.2.13; the one of 4.2 has no length",
         {.if_known = "Date Server Content-Length Connection", .heeded = "Transfer-Encoding"},
         {.if_known = "BITS-Static-Response-URL BITS-Copy-File-To-Destination"}},
    });
    REQUIRE(messages.size() == message_kind_count);
    for (const message& m : messages) {
        CAPTURE(enum_name(m.kind));
        CAPTURE(m.section);
        const auto with = [&](presence p) {
            return headers_where([&](header h) { return presence_of(h, m.kind) == p; });
        };
        const names must = words(m.all.must, m.own.must);
        const names always = words(m.all.always, m.own.always);
        const names if_known = words(m.all.if_known, m.own.if_known);
        const names heeded = words(m.all.heeded, m.own.heeded);
        CHECK(with(presence::required) == must);
        CHECK(with(presence::sent) == always);
        CHECK(with(presence::optional) == if_known);
        CHECK(with(presence::read) == heeded);
        const names seen = words(m.all.seen, m.own.seen);
        CHECK(with(presence::seen) == seen);
        CHECK(members(required_headers(m.kind)) == must);
        names read = must;
        for (const names& more : {always, if_known, heeded})
            read.insert(more.begin(), more.end());
        CHECK(members(readable_headers(m.kind)) == read);
        names come = must;
        for (const names& more : {always, if_known, seen})
            come.insert(more.begin(), more.end());
        CHECK(headers_where([&](header h) { return detail::may_come(h, m.kind); }) == come);
    }
}

TEST_CASE("headers: how often each may come [RFC 9110 5.3, RFC 9112 3.2, 6.1, 6.3]") {
    const auto with = [](repetition r) { return headers_where([&](header h) { return row_of(h).twice == r; }); };
    // RFC 9112 3.2. Of Transfer-Encoding RFC 9112 6.1 only says that "chunked" comes once; the rest is strictness.
    CHECK(with(repetition::once) == words("Host Transfer-Encoding"));
    CHECK(with(repetition::framing) == words("Content-Length"));                   // RFC 9112 6.3, RFC 9110 8.6
    CHECK(with(repetition::list) == words("BITS-Supported-Protocols Connection")); // 2.2.2.2, RFC 9110 7.6.1
    // Nothing depends on these. Of BITS-Copy-File-To-Destination any value will do (notification-protocol-...).
    CHECK(with(repetition::first) ==
          words("Accept Date Server Pragma User-Agent Accept-encoding BITS-Copy-File-To-Destination"));
    // What is left is `equal`: RFC 9110 5.3 forbids to send it twice, and leaves open what a reader does then.
}

TEST_CASE("headers: each is found by its name, and by the other spellings that are known [MC-BUP 2.2.12.2]") {
    for (std::size_t h = 0; h < header_count; ++h) {
        const auto id = static_cast<header>(h);
        CAPTURE(std::string(name_of(id)));
        CHECK(find_header(name_of(id)) == id);
    }
    CHECK(find_header("BITS-Request-DataEntity-Name") == header::request_datafile_name);
    CHECK(find_header("BITS-Response-DataEntity-Name") == header::response_datafile_name);
    CHECK(find_header("BITS-Recieved-Content-Range") == header::received_content_range); // an open server sends it
}

TEST_CASE("headers: values have their lengths [MC-BUP 2.2.1, 2.2.1.1, 2.2.1.2, ack-for-create-session]") {
    constexpr unsigned any = 0; // 4 KiB, 2.2.1
    for (std::size_t h = 0; h < header_count; ++h) {
        const auto id = static_cast<header>(h);
        CAPTURE(std::string(name_of(id)));
        unsigned read = any;
        unsigned sent = any;
        if (id == header::session_id) read = sent = 100; // ack-for-create-session
        if (id == header::host_id) read = sent = 300;    // bits-iis-extension-properties
        if (id == header::reply_url || id == header::static_response_url) read = sent = 2200; // 2.2.1.2: E_INVALIDARG
        if (id == header::content_name) sent = 260; // 2.2.1.1: SHOULD NOT exceed
        CHECK(row_of(id).max_read == read);
        CHECK(row_of(id).max_sent == sent);
    }
}

TEST_CASE("headers: what they nearly always say [MC-BUP 2.2.1.1, 2.2.1.2, 2.2.3.1, 4.1]") {
    const auto says = [](header h, std::string_view value, std::string_view columns) {
        CAPTURE(std::string(name_of(h)));
        for (std::size_t k = 0; k < message_kind_count; ++k) {
            if (columns[k] == 'x') CHECK(usual_value(h, static_cast<message_kind>(k)) == value);
        }
    };
    says(header::accept, "*/*", "xxxxx..........");
    says(header::packet_type, "Ping", "x..............");
    says(header::packet_type, "Create-Session", ".x.............");
    says(header::packet_type, "Fragment", "..x............");
    says(header::packet_type, "Close-Session", "...x...........");
    says(header::packet_type, "Cancel-Session", "....x..........");
    says(header::packet_type, "Ack", ".....xxxxxxx...");
    says(header::packet_type, "", "............xxx");
    says(header::content_length, "0", ".....xxxxxxx...");
    says(header::content_length, "", "xxxxx.......xxx");
    says(header::accept_encoding, "identity", "......x........");
    says(header::pragma, "no-cache", ".....xxxxxxx...");
    says(header::connection, "Keep-Alive", "xxxxx..........");
    says(header::host, "", "xxxxxxxxxxxxxxx");
}
