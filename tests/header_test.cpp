// The table of headers, against lists for each message, transcribed from the sections of the messages and not from the
// rows.
#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <sstream>
#include <string>

using namespace bitswire;

namespace {

using names = std::set<std::string>;

names words(std::string_view text) {
    std::istringstream in{std::string(text)};
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
    struct message {
        message_kind kind;
        std::string_view must;     ///< or a reader refuses the message
        std::string_view always;   ///< written in every such message; a reader lives without it
        std::string_view if_known; ///< written when there is a value
        std::string_view heeded;   ///< never written
    };
    using k = message_kind;
    // Of all requests, of all Acks, and of the notifications.
    const std::string request = "BITS-Packet-Type Host Content-Length ";
    const std::string request_option = "User-Agent Expect ";
    const std::string request_heeded = "X-Http-Method-Override Transfer-Encoding ";
    const std::string ack_option = "Date Server Connection ";
    const std::string failed = "BITS-Packet-Type Content-Length BITS-Error-Code BITS-Error BITS-Error-Context ";
    const auto messages = std::to_array<message>({
        {k::ping_request, request, "Accept Connection", "User-Agent Expect BITS-Session-Id", request_heeded},
        {k::create_session_request, "BITS-Packet-Type Host Content-Length BITS-Supported-Protocols",
         "Accept Connection", "User-Agent Expect Content-Name", request_heeded},
        {k::fragment_request, "BITS-Packet-Type Host Content-Length BITS-Session-Id Content-Range", "Accept Connection",
         "User-Agent Expect Content-Name", "X-Http-Method-Override Transfer-Encoding Content-Encoding"},
        {k::close_session_request, "BITS-Packet-Type Host Content-Length BITS-Session-Id", "Accept Connection",
         "User-Agent Expect Content-Name", request_heeded},
        {k::cancel_session_request, "BITS-Packet-Type Host Content-Length BITS-Session-Id", "Accept Connection",
         "User-Agent Expect Content-Name", request_heeded},
        {k::ping_ack, "BITS-Packet-Type", "Content-Length", "Date Server Connection BITS-Session-Id",
         "Transfer-Encoding"},
        {k::create_session_ack, "BITS-Packet-Type BITS-Session-Id", "Content-Length BITS-Protocol Accept-encoding",
         "Date Server Connection BITS-Host-Id BITS-Host-Id-Fallback-Timeout", "Transfer-Encoding"},
        // Real servers leave out what is second here, though [MC-BUP] 2.2.1.2 says MUST.
        {k::fragment_ack, "BITS-Packet-Type", "Content-Length BITS-Session-Id BITS-Received-Content-Range",
         "Date Server Connection BITS-Reply-URL", "Transfer-Encoding"},
        {k::close_session_ack, "BITS-Packet-Type", "Content-Length BITS-Session-Id", ack_option, "Transfer-Encoding"},
        {k::cancel_session_ack, "BITS-Packet-Type", "Content-Length BITS-Session-Id", ack_option, "Transfer-Encoding"},
        {k::error_ack, "", failed, "Date Server Connection BITS-Session-Id BITS-Received-Content-Range",
         "Transfer-Encoding"},
        {k::out_of_sync_ack, "",
         "BITS-Packet-Type Content-Length BITS-Error-Code BITS-Error BITS-Error-Context BITS-Session-Id "
         "BITS-Received-Content-Range",
         ack_option, "Transfer-Encoding"},
        {k::notification_by_reference,
         "Host Content-Length BITS-Original-Request-URL BITS-Request-DataFile-Name BITS-Response-DataFile-Name",
         "Accept Connection", request_option, "Transfer-Encoding"},
        {k::notification_by_value, "Host Content-Length BITS-Original-Request-URL", "Accept Connection", request_option,
         "Transfer-Encoding"},
        {k::notification_response, "", "Content-Length",
         "Date Server Connection BITS-Static-Response-URL BITS-Copy-File-To-Destination", "Transfer-Encoding"},
    });
    REQUIRE(messages.size() == message_kind_count);
    for (const message& m : messages) {
        CAPTURE(enum_name(m.kind));
        const auto with = [&](presence p) {
            return headers_where([&](header h) { return presence_of(h, m.kind) == p; });
        };
        CHECK(with(presence::required) == words(m.must));
        CHECK(with(presence::sent) == words(m.always));
        CHECK(with(presence::optional) == words(m.if_known));
        CHECK(with(presence::read) == words(m.heeded));
        CHECK(members(required_headers(m.kind)) == words(m.must));
        names read = words(m.must);
        for (const std::string_view more : {m.always, m.if_known, m.heeded})
            read.merge(words(more));
        CHECK(members(readable_headers(m.kind)) == read);
    }
}

TEST_CASE("headers: how often each may come [RFC 9110 5.3, RFC 9112 3.2, 6.1, 6.3]") {
    const auto with = [](repetition r) { return headers_where([&](header h) { return row_of(h).twice == r; }); };
    CHECK(with(repetition::once) == words("Host Transfer-Encoding"));
    CHECK(with(repetition::framing) == words("Content-Length"));
    CHECK(with(repetition::list) == words("BITS-Supported-Protocols Connection"));
    CHECK(with(repetition::first) ==
          words("Accept Date Server User-Agent Accept-encoding BITS-Copy-File-To-Destination"));
}

TEST_CASE("headers: each is found by its name, and by the other spellings that are known [RFC 9110 5.1]") {
    for (std::size_t h = 0; h < header_count; ++h) {
        const auto id = static_cast<header>(h);
        CAPTURE(std::string(name_of(id)));
        CHECK(find_header(name_of(id)) == id);
    }
    CHECK(find_header("BITS-Request-DataEntity-Name") == header::request_datafile_name);
    CHECK(find_header("BITS-Response-DataEntity-Name") == header::response_datafile_name);
    CHECK(find_header("BITS-Recieved-Content-Range") == header::received_content_range);
}

TEST_CASE(
    "headers: values have their lengths [MC-BUP 2.2.1, 2.2.1.1, 2.2.3.2, 2.2.7.2, 2.2.13.2, ack-for-create-session]") {
    for (std::size_t h = 0; h < header_count; ++h) {
        const auto id = static_cast<header>(h);
        CAPTURE(std::string(name_of(id)));
        unsigned longest = 0; // as long as any value
        if (id == header::session_id) longest = 100;
        if (id == header::host_id) longest = 300;
        if (id == header::reply_url || id == header::static_response_url) longest = 2200;
        CHECK(row_of(id).max_read == longest);
        CHECK(row_of(id).max_sent == (id == header::content_name ? 260 : longest));
    }
}
