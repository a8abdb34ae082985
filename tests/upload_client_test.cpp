// The upload client, Ack by Ack.
#include "support/print.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

using namespace bitswire;

namespace {

constexpr std::string_view server_id = "{5A6F1B0C-0001-4000-8000-000000000001}";

/// A client and the hand that answers it. `now` moves by hand only.
struct dialogue {
    explicit dialogue(const upload_client_config& config) : client(config), step(client.start(now)) {}

    [[nodiscard]] packet_type sent() const {
        REQUIRE(step.todo == upload_todo::send);
        return step.request.type;
    }
    /// Answers what was sent last, which must be a message that can be written.
    void answer(ack a) {
        a.answers = sent();
        REQUIRE(size_of_message(step.request));
        step = client.on_ack(a, now);
    }
    void create(ack a = {}) {
        REQUIRE(sent() == packet_type::create_session);
        if (a.session_id.empty()) a.session_id = server_id;
        answer(a);
    }
    void received(std::uint64_t offset) {
        REQUIRE(sent() == packet_type::fragment);
        answer({.received_content_range = offset});
    }
    void refuse_with(std::uint16_t status, std::optional<hresult> code = {}) {
        answer({.status = status, .error_code = code, .error_context = error_context::remote_file});
    }

    time_point now{1'000'000};
    upload_client client;
    upload_step step;
};

constexpr upload_client_config small{.url = "http://host/folder/file.bin?q=1",
                                     .size_bytes = 10,
                                     .content_name = "file.bin",
                                     .fragment = {.first = 4, .smallest = 2, .largest = 8}};

constexpr upload_client_config with_reply{.url = "http://host/folder/file.bin",
                                          .size_bytes = 10,
                                          .wants_reply = true,
                                          .fragment = {.first = 10, .smallest = 2, .largest = 10}};

} // namespace

TEST_CASE("client: create, fragments, close [MC-BUP 3.1.5.1]") {
    dialogue d(small);
    CHECK(d.client.state() == upload_client_state::create_session);
    CHECK(d.step.request.target == "/folder/file.bin?q=1");
    CHECK(d.step.request.host == "host");
    CHECK(d.step.request.content_name == "file.bin");
    CHECK(d.step.request_timeout_s == 120);
    CHECK(d.step.response_timeout_s == 300);
    d.create();
    CHECK(d.step.request.session_id == server_id);
    CHECK(d.step.request.content_name == "file.bin");
    CHECK(d.step.request.range == content_range{0, 4, 10});
    d.received(4);
    CHECK(d.step.request.range == content_range{4, 6, 10}); // quick, so larger
    CHECK(d.step.request.content_name == "file.bin");
    CHECK(d.client.bytes_done() == 4);
    CHECK(d.client.bytes_total() == 10);
    d.received(10);
    CHECK(d.sent() == packet_type::close_session);
    CHECK_FALSE(d.client.finished());
    d.answer({});
    CHECK(d.step.todo == upload_todo::done);
    CHECK(d.client.succeeded());
    CHECK_FALSE(d.client.failure());
}

TEST_CASE("client: an empty file is Create-Session and Close-Session") {
    dialogue d({.url = "http://host/f", .size_bytes = 0});
    d.create();
    CHECK(d.sent() == packet_type::close_session);
    d.answer({});
    CHECK(d.client.succeeded());
}

TEST_CASE("client: an empty file that is to bring a reply has one empty Fragment") {
    dialogue d({.url = "http://host/f", .size_bytes = 0, .wants_reply = true});
    d.create();
    CHECK(d.step.request.range == content_range{});
    d.answer({.received_content_range = 0, .reply_url = "r"});
    CHECK(d.step.todo == upload_todo::fetch_reply);
}

TEST_CASE("client: Ping first, where it was asked for [MC-BUP 6 note 9]") {
    upload_client_config config = small;
    config.ping_first = true;
    dialogue d(config);
    CHECK(d.sent() == packet_type::ping);
    CHECK(d.step.request.session_id.empty());
    d.answer({});
    CHECK(d.sent() == packet_type::create_session);
}

TEST_CASE("client: what cannot be sent stops before anything is sent") {
    for (const upload_client_config& config : {
             upload_client_config{.url = "ftp://host/f", .size_bytes = 1},
             upload_client_config{.url = "", .size_bytes = 1},
             upload_client_config{.url = "http://user@host/f", .size_bytes = 1},
             upload_client_config{.url = "http://host?q", .size_bytes = 1}, // where would the target begin
             upload_client_config{.url = "http://host/f", .size_bytes = 1, .content_name = "a/b"},
             upload_client_config{.url = "http://host/f", .size_bytes = 1, .user_agent = "a\r\nb"},
         }) {
        upload_client c(config);
        CHECK(c.start({}).todo == upload_todo::stopped);
        CHECK(c.failure().what == upload_status::bad_argument);
        CHECK(c.failure().problem);
        CHECK(c.state() == upload_client_state::init);
    }
    const std::string longest = "http://h/" + std::string(max_url_size - 9, 'u');
    CHECK(upload_client({.url = longest, .size_bytes = 1}).start({}).todo == upload_todo::send);
    const std::string too_long = longest + "u";
    upload_client longer({.url = too_long, .size_bytes = 1});
    CHECK(longer.start({}).todo == upload_todo::stopped);
    CHECK(longer.failure().problem.code == errc::value_too_long);
}

TEST_CASE("client: a URL without a path has the target /") {
    CHECK(dialogue({.url = "http://host", .size_bytes = 1}).step.request.target == "/");
    CHECK(dialogue({.url = "http://host:81", .size_bytes = 1}).step.request.host == "host:81");
    CHECK(dialogue({.url = "http://host/?q", .size_bytes = 1}).step.request.target == "/?q");
}

TEST_CASE("client: session ids are echoed byte for byte [ack-for-create-session]") {
    const std::string path_of_99 = "/" + std::string(98, 'x');
    for (const std::string& odd :
         {std::string("-7203125"), path_of_99, std::string("5a6f1b0c-0001-4000"), std::string("{a b}")}) {
        dialogue d(small);
        d.create({.session_id = odd});
        CHECK(d.step.request.session_id == odd);
    }
}

TEST_CASE("client: an Ack to Create-Session that breaks the rules is not acted on [MC-BUP 3.1.5.2.2]") {
    const auto problem = [](ack a) {
        dialogue d(small);
        d.answer(a);
        CHECK(d.step.todo == upload_todo::stopped);
        CHECK(d.client.failure().what == upload_status::invalid_ack);
        CHECK(d.client.session_id().empty());
        return d.client.failure().problem.in;
    };
    CHECK(problem({}) == header::session_id);
    const std::string too_long(101, 'x');
    CHECK(problem({.session_id = too_long}) == header::session_id);
    CHECK(problem({.session_id = "{1}", .protocol = guid{}}) == header::protocol);
    CHECK(problem({.session_id = "{1}", .host_id = "a/b"}) == header::host_id);
}

TEST_CASE("client: 201, no protocol, no session id in later Acks, codes on a success: all taken") {
    dialogue d(small);
    d.create({.status = 201, .session_id = server_id, .error_code = hresult{1}});
    d.received(10);
    d.answer({.status = 201});
    CHECK(d.client.succeeded());
}

TEST_CASE("L8: a success Ack to a Ping may carry any session id, which is ignored [MC-BUP 2.2.1.2]") {
    const std::string too_long(101, 'i');
    for (const std::string& other : {std::string(server_id), std::string("{11111111-0000-0000-0000-000000000000}"),
                                     std::string("any"), too_long}) {
        CAPTURE(other);
        upload_client_config config = small;
        config.ping_first = true;
        dialogue d(config); // a Ping before there is a session
        d.answer({.session_id = other});
        CHECK(d.sent() == packet_type::create_session);
        CHECK(d.client.session_id().empty());
        d.create();
        d.received(4);
        d.step = d.client.on_transport_error(d.now);
        d.step = d.client.resume(d.now); // and one in the middle of one
        d.answer({.session_id = other});
        CHECK(d.step.request.range.offset == 4);
        CHECK(d.step.request.session_id == server_id);
        CHECK_FALSE(d.client.failure());
    }
}

TEST_CASE("L9: a BITS-Host-Id that is none stops the upload, and the error says what is wrong with it "
          "[MC-BUP 2.2.3.2]") {
    dialogue d(small);
    d.create({.session_id = server_id, .host_id = "10.0.0.1:99999"});
    CHECK(d.client.failure().what == upload_status::invalid_ack);
    CHECK(d.client.failure().problem == error{errc::bad_host, header::host_id, 9});
}

TEST_CASE("client: an Ack of another session is not acted on") {
    dialogue d(small);
    d.create();
    d.answer({.session_id = "{other}", .received_content_range = 4});
    CHECK(d.client.failure().what == upload_status::invalid_ack);
    CHECK(d.client.bytes_done() == 0);
}

TEST_CASE("client: the offset of an Ack is followed, forwards and backwards [MC-BUP 3.1.5.1.4]") {
    dialogue d(small);
    d.create();
    d.received(4);
    d.received(3);
    CHECK(d.step.request.range.offset == 3);
    d.received(9); // more than was sent
    CHECK(d.step.request.range == content_range{9, 1, 10});
    SUBCASE("416 does the same") {
        d.answer({.status = 416, .received_content_range = 5, .error_code = hresult{}});
        CHECK(d.step.request.range.offset == 5);
        CHECK_FALSE(d.client.failure());
    }
    SUBCASE("416 that says that all is there") {
        d.answer({.status = 416, .received_content_range = 10});
        CHECK(d.sent() == packet_type::close_session);
    }
    SUBCASE("200 without an offset: what was sent has arrived") {
        d.answer({});
        CHECK(d.sent() == packet_type::close_session);
    }
}

TEST_CASE("client: an offset above the size of the file is an error") {
    for (const std::uint16_t status : {std::uint16_t{200}, std::uint16_t{416}}) {
        dialogue d(small);
        d.create();
        d.answer({.status = status, .received_content_range = 11});
        CHECK(d.step.todo == upload_todo::stopped);
        CHECK(d.client.failure().what == upload_status::invalid_ack);
        CHECK(d.client.failure().problem == error{errc::number_overflow, header::received_content_range, 0});
        CHECK(d.client.bytes_done() == 0);
    }
}

TEST_CASE("client: 416 without an offset starts over once, and again only after progress") {
    dialogue d(small);
    d.create();
    d.received(4);
    d.refuse_with(416);
    CHECK(d.step.request.range.offset == 0);
    SUBCASE("a second time is an error") {
        d.refuse_with(416);
        CHECK(d.client.failure().what == upload_status::invalid_ack);
        CHECK(d.client.failure().problem.in == header::received_content_range);
    }
    SUBCASE("after progress it is allowed again") {
        d.received(5);
        d.refuse_with(416);
        CHECK(d.step.request.range.offset == 0);
    }
}

TEST_CASE("client: a server that takes back bytes again and again is left") {
    upload_client_config config = small;
    config.setbacks_allowed = 3;
    dialogue d(config);
    d.create();
    d.received(4);
    for (int i = 0; i < 3; ++i) {
        d.answer({.status = 416, .received_content_range = 4});
        CHECK(d.step.todo == upload_todo::send);
    }
    d.answer({.status = 416, .received_content_range = 4});
    CHECK(d.step.todo == upload_todo::stopped);
    CHECK(d.client.failure().what == upload_status::no_progress);
    d.step = d.client.resume(d.now); // whoever resumes gives it another chance
    d.answer({});
    d.answer({.status = 416, .received_content_range = 4});
    CHECK(d.step.todo == upload_todo::send);
}

TEST_CASE("client: a lost session starts again with Create-Session [MC-BUP 3.1.5.2.1]") {
    const hresult lost = "BG_E_SESSION_NOT_FOUND"_hresult;
    dialogue d(small);
    d.create();
    d.received(4);
    SUBCASE("at a Fragment") {}
    SUBCASE("at Close-Session") {
        d.received(10);
        REQUIRE(d.sent() == packet_type::close_session);
    }
    SUBCASE("at a Ping") {
        d.step = d.client.on_transport_error(d.now);
        d.step = d.client.resume(d.now);
        REQUIRE(d.sent() == packet_type::ping);
    }
    d.refuse_with(500, lost);
    CHECK(d.sent() == packet_type::create_session);
    CHECK(d.step.request.session_id.empty());
    CHECK(d.client.bytes_done() == 0);
    d.create({.session_id = "{2}"});
    CHECK(d.step.request.session_id == "{2}");
    CHECK(d.step.request.range.offset == 0);
}

TEST_CASE("client: sessions that are lost again and again are a failure") {
    upload_client_config config = small;
    config.setbacks_allowed = 2;
    dialogue d(config);
    for (int i = 0; i < 2; ++i) {
        d.create();
        d.refuse_with(500, "BG_E_SESSION_NOT_FOUND"_hresult);
    }
    d.create();
    d.refuse_with(500, "BG_E_SESSION_NOT_FOUND"_hresult);
    CHECK(d.client.failure().what == upload_status::no_progress);
}

TEST_CASE("client: session not found at Create-Session is no loss, but a refusal") {
    dialogue d(small);
    d.refuse_with(500, "BG_E_SESSION_NOT_FOUND"_hresult);
    CHECK(d.client.failure().what == upload_status::refused);
}

TEST_CASE("client: what careless servers send for a lost session is fatal and named") {
    for (const std::uint16_t status : {std::uint16_t{400}, std::uint16_t{500}}) {
        dialogue d(small);
        d.create();
        d.refuse_with(status, hresult{1});
        CHECK(d.step.todo == upload_todo::stopped);
        CHECK(d.client.failure().what == upload_status::session_doubtful);
    }
    for (const std::uint16_t status : {std::uint16_t{403}, std::uint16_t{404}, std::uint16_t{503}}) {
        dialogue d(small);
        d.create();
        d.refuse_with(status, hresult{1});
        CHECK(d.client.failure().what == upload_status::refused); // says something else than that
    }
    dialogue d(small);
    d.create();
    d.refuse_with(500, hresult{2});
    CHECK(d.client.failure().what == upload_status::refused);
}

TEST_CASE("client: 413 shrinks the Fragments down to the smallest size, and no further [MC-BUP 3.1.5.2.4]") {
    dialogue d({.url = "http://host/f", .size_bytes = 1'000'000, .fragment = {.first = 20'000}});
    d.create();
    d.refuse_with(413);
    CHECK(d.step.request.range == content_range{0, 10'000, 1'000'000});
    d.refuse_with(413);
    CHECK(d.step.request.range.size_bytes == 5120);
    SUBCASE("refused at the smallest") {
        d.refuse_with(413, "BG_E_TOO_LARGE"_hresult);
        CHECK(d.step.todo == upload_todo::stopped);
        CHECK(d.client.failure().what == upload_status::refused);
        CHECK(d.client.failure().code == "BG_E_TOO_LARGE"_hresult);
    }
    SUBCASE("never grows beyond what was refused") {
        for (int i = 0; i < 20; ++i) {
            d.received(d.step.request.range.end());
            CHECK(d.step.request.range.size_bytes == 5120);
        }
    }
}

TEST_CASE("client: an upload that is too large as a whole is refused at once") {
    dialogue d(small);
    d.create();
    d.refuse_with(500, "BG_E_TOO_LARGE"_hresult);
    CHECK(d.step.todo == upload_todo::stopped);
    CHECK(d.client.failure().http_status == 500);
    CHECK(d.client.failure().during == packet_type::fragment);
    CHECK(d.client.failure().context == error_context::remote_file);
}

TEST_CASE("client: Fragments grow while they are quick and shrink while they are slow, within 5 KiB and 13 MiB") {
    dialogue d({.url = "http://host/f", .size_bytes = UINT64_MAX});
    d.create();
    const auto acknowledge_after = [&](std::uint64_t ms) {
        d.now = after_ms(d.now, ms);
        d.received(d.step.request.range.end());
        return d.step.request.range.size_bytes;
    };
    CHECK(d.step.request.range.size_bytes == 262'144);
    CHECK(acknowledge_after(1999) == 524'288);
    CHECK(acknowledge_after(2000) == 524'288); // neither
    CHECK(acknowledge_after(8002) == 262'144);
    for (int i = 0; i < 10; ++i)
        acknowledge_after(0);
    CHECK(d.step.request.range.size_bytes == 13U * 1024 * 1024);
    for (int i = 0; i < 20; ++i)
        acknowledge_after(60'000);
    CHECK(d.step.request.range.size_bytes == 5U * 1024);
}

TEST_CASE("client: a Fragment that got lost is followed by a smaller one") {
    dialogue d({.url = "http://host/f", .size_bytes = 1'000'000, .fragment = {.first = 80'000}});
    d.create();
    d.step = d.client.on_transport_error(d.now);
    d.step = d.client.resume(d.now);
    d.answer({});
    CHECK(d.step.request.range.size_bytes == 40'000);
}

TEST_CASE("client: a failed connection stops, and resuming begins with a Ping [MC-BUP 3.1.4.3, 3.1.7.1]") {
    dialogue d(small);
    d.create();
    d.received(4);
    d.step = d.client.on_transport_error(d.now);
    CHECK(d.step.todo == upload_todo::stopped);
    CHECK(d.client.state() == upload_client_state::error);
    CHECK(d.client.failure().what == upload_status::transport);
    CHECK(d.client.on_ack({.answers = packet_type::fragment}, d.now).todo == upload_todo::stopped); // too late
    d.step = d.client.resume(d.now);
    CHECK(d.sent() == packet_type::ping);
    CHECK(d.step.request.session_id == server_id);
    CHECK_FALSE(d.client.failure());
    d.answer({});
    CHECK(d.step.request.range.offset == 4);
}

TEST_CASE("client: a time-out suspends [MC-BUP 3.1.6.1, 3.1.6.2]") {
    dialogue d(small);
    d.step = d.client.on_timeout(d.now);
    CHECK(d.step.todo == upload_todo::stopped);
    CHECK(d.client.state() == upload_client_state::suspend);
    CHECK(d.client.failure().what == upload_status::timeout);
    d.step = d.client.resume(d.now);
    CHECK(d.sent() == packet_type::ping);
    d.answer({});
    CHECK(d.sent() == packet_type::create_session); // there was no session yet
}

TEST_CASE("client: an answer that is no Ack stops, and says what is wrong with it [MC-BUP 3.1.5.2.2]") {
    dialogue d(small);
    d.step = d.client.on_bad_ack({errc::bad_number, header::content_length, 17}, d.now);
    CHECK(d.client.failure().what == upload_status::invalid_ack);
    CHECK(d.client.failure().problem == error{errc::bad_number, header::content_length, 17});
}

TEST_CASE("client: 401 and 407 ask for credentials and repeat the same message [MC-BUP 3.1.5.1.7]") {
    for (const std::uint16_t status : {std::uint16_t{401}, std::uint16_t{407}}) {
        dialogue d(small);
        d.create();
        d.received(4);
        const content_range before = d.step.request.range;
        d.refuse_with(status);
        CHECK(d.step.todo == upload_todo::give_credentials);
        CHECK(d.client.failure().what == upload_status::auth_required);
        d.step = d.client.on_credentials_given(d.now);
        CHECK(d.step.request.range == before);
        d.refuse_with(status);
        d.step = d.client.on_credentials_withheld(d.now);
        CHECK(d.step.todo == upload_todo::stopped);
        CHECK(d.client.failure().what == upload_status::auth_required);
        CHECK(d.client.failure().http_status == status);
    }
}

TEST_CASE("client: Close-Session is repeated after 5xx, not after 4xx [ack-for-close-session]") {
    dialogue d(small);
    d.create();
    d.received(10);
    REQUIRE(d.sent() == packet_type::close_session);
    SUBCASE("5xx") {
        d.refuse_with(503);
        CHECK(d.step.todo == upload_todo::wait);
        CHECK(d.step.wake_at == after_s(d.now, 5));
        CHECK(d.client.failure().http_status == 503);
        CHECK(d.client.on_timer(after_s(d.now, 4)).todo == upload_todo::wait);
        d.now = after_s(d.now, 5);
        d.step = d.client.on_timer(d.now);
        CHECK(d.sent() == packet_type::close_session);
        d.refuse_with(500);
        CHECK(d.step.wake_at == after_s(d.now, 10)); // twice as long
        d.now = after_s(d.now, 10);
        d.step = d.client.on_timer(d.now);
        d.answer({});
        CHECK(d.client.succeeded());
    }
    SUBCASE("5xx, and the longest times there are do not wrap") {
        upload_client_config config = small;
        config.first_repeat_s = UINT32_MAX / 2 + 1;
        config.repeat_for_s = UINT32_MAX;
        dialogue slow(config);
        slow.create();
        slow.received(10);
        slow.refuse_with(503);
        CHECK(slow.step.wake_at == after_s(slow.now, UINT32_MAX / 2 + 1));
        slow.now = slow.step.wake_at;
        slow.step = slow.client.on_timer(slow.now);
        slow.refuse_with(503);
        CHECK(slow.step.wake_at == after_s(slow.now, UINT32_MAX));
    }
    SUBCASE("5xx for longer than it is worth") {
        d.refuse_with(503);
        d.now = after_s(d.now, 86'401);
        d.step = d.client.on_timer(d.now);
        d.refuse_with(503);
        CHECK(d.step.todo == upload_todo::stopped);
        CHECK(d.client.failure().what == upload_status::refused);
    }
    SUBCASE("4xx") {
        d.refuse_with(404);
        CHECK(d.step.todo == upload_todo::stopped);
        CHECK_FALSE(d.client.succeeded());
    }
}

TEST_CASE("client: cancelling [MC-BUP 3.1.4.4, ack-for-cancel-session]") {
    dialogue d(small);
    SUBCASE("suspending before the start is out of place") {
        upload_client c(small);
        std::ignore = c.suspend({});
        CHECK(c.start({}).todo == upload_todo::send);
    }
    SUBCASE("before anything was sent") {
        upload_client c(small);
        CHECK(c.cancel({}).todo == upload_todo::done);
        CHECK(c.state() == upload_client_state::cancelled);
    }
    SUBCASE("while Create-Session is under way: with the session that it brings") {
        CHECK(d.client.cancel(d.now).todo == upload_todo::nothing);
        d.create();
        CHECK(d.sent() == packet_type::cancel_session);
        CHECK(d.step.request.session_id == server_id);
    }
    SUBCASE("while Create-Session is under way, and it fails") {
        std::ignore = d.client.cancel(d.now);
        d.step = d.client.on_transport_error(d.now);
        CHECK(d.step.todo == upload_todo::done);
        CHECK(d.client.state() == upload_client_state::cancelled);
    }
    SUBCASE("while a Fragment is under way") {
        d.create();
        CHECK(d.client.cancel(d.now).todo == upload_todo::nothing);
        d.received(4);
        CHECK(d.sent() == packet_type::cancel_session);
        SUBCASE("acknowledged") { d.answer({}); }
        SUBCASE("repeated after 5xx") {
            d.refuse_with(500);
            d.now = d.step.wake_at;
            d.step = d.client.on_timer(d.now);
            CHECK(d.sent() == packet_type::cancel_session);
            d.answer({});
        }
        SUBCASE("a session that is not there is cancelled") { d.refuse_with(500, "BG_E_SESSION_NOT_FOUND"_hresult); }
        SUBCASE("after a failure, resuming cancels again") {
            d.refuse_with(403);
            CHECK(d.step.todo == upload_todo::stopped);
            d.step = d.client.resume(d.now);
            CHECK(d.sent() == packet_type::cancel_session);
            d.step = d.client.on_timeout(d.now);
            CHECK(d.step.todo == upload_todo::stopped);
            d.step = d.client.cancel(d.now);
            CHECK(d.sent() == packet_type::cancel_session);
            d.answer({});
        }
        CHECK(d.step.todo == upload_todo::done);
        CHECK(d.client.state() == upload_client_state::cancelled);
        CHECK_FALSE(d.client.succeeded());
    }
    SUBCASE("too late: the session was closed meanwhile") {
        d.create();
        d.received(10);
        std::ignore = d.client.cancel(d.now);
        d.answer({});
        CHECK(d.client.succeeded());
    }
    SUBCASE("while suspended") {
        d.create();
        std::ignore = d.client.suspend(d.now);
        d.received(4);
        d.step = d.client.cancel(d.now);
        CHECK(d.sent() == packet_type::cancel_session);
    }
}

TEST_CASE("client: suspending is honoured between messages, resuming begins with a Ping [MC-BUP 3.1.4.2, 3.1.4.3]") {
    dialogue d(small);
    d.create();
    CHECK(d.client.suspend(d.now).todo == upload_todo::nothing);
    d.received(4);
    CHECK(d.step.todo == upload_todo::suspended);
    CHECK(d.client.state() == upload_client_state::suspend);
    CHECK(d.client.bytes_done() == 4);
    CHECK_FALSE(d.client.failure());
    d.step = d.client.resume(d.now);
    CHECK(d.sent() == packet_type::ping);
    d.answer({});
    CHECK(d.step.request.range.offset == 4);
    SUBCASE("in COMPLETE: Close-Session comes after the Ping") {
        std::ignore = d.client.suspend(d.now);
        d.received(10);
        CHECK(d.step.todo == upload_todo::suspended);
        d.step = d.client.resume(d.now);
        d.answer({});
        CHECK(d.sent() == packet_type::close_session);
    }
    SUBCASE("resuming in time withdraws it") {
        std::ignore = d.client.suspend(d.now);
        CHECK(d.client.resume(d.now).todo == upload_todo::nothing);
        d.received(6);
        CHECK(d.sent() == packet_type::fragment);
    }
    SUBCASE("while it waits for credentials") {
        d.refuse_with(401);
        CHECK(d.client.suspend(d.now).todo == upload_todo::suspended);
    }
}

TEST_CASE("client: BITS-Host-Id is where everything goes on, beginning with a Ping [MC-BUP 3.1.5.1.2]") {
    const auto host_after = [](std::string_view url, std::string_view host_id) {
        dialogue d({.url = url, .size_bytes = 1});
        d.create({.session_id = server_id, .host_id = host_id});
        CHECK(d.sent() == packet_type::ping);
        return std::string(d.step.request.host);
    };
    CHECK(host_after("http://host/f", "other.example") == "other.example");
    CHECK(host_after("http://host:8080/f", "10.0.0.1") == "10.0.0.1:8080");
    CHECK(host_after("http://host:8080/f", "2001:db8::1") == "[2001:db8::1]:8080");
    CHECK(host_after("http://host/f", "[2001:db8::1]") == "[2001:db8::1]");
    // A port may have any number of zeros (RFC 3986 3.2.3); where they leave no room for the other host, it is not
    // used.
    const std::string odd = "host:" + std::string(200, '0') + "80";
    CHECK(host_after("http://" + odd + "/f", "o") == "o:" + odd.substr(5));
    // L9: its own port wins over that of the URL.
    CHECK(host_after("http://host/f", "127.0.0.1:41295") == "127.0.0.1:41295");
    CHECK(host_after("http://host:8080/f", "other.example:81") == "other.example:81");
    CHECK(host_after("https://host:8443/f", "[2001:db8::1]:444") == "[2001:db8::1]:444");
    const std::string odder = "host:" + std::string(310, '0') + "80";
    CHECK(host_after("http://" + odder + "/f", "other.example") == odder);
}

TEST_CASE(
    "client: the origin host is used again when the other one stays away for too long [MC-BUP 3.1.2.3, 3.1.6.3]") {
    dialogue d(small);
    d.create({.session_id = server_id, .host_id = "other", .host_id_fallback_timeout_s = 60});
    CHECK(d.step.wake_at == time_never);
    d.step = d.client.on_transport_error(d.now);
    const time_point due = after_s(d.now, 60);
    CHECK(d.step.wake_at == due);
    SUBCASE("the timer fires") {
        CHECK(d.client.on_timer({due.ms - 1}).wake_at == due);
        CHECK(d.client.on_timer(due).wake_at == time_never);
        d.step = d.client.resume(due);
        CHECK(d.step.request.host == "host");
    }
    SUBCASE("resuming after it was due, though nobody called") {
        d.step = d.client.resume(due);
        CHECK(d.step.request.host == "host");
    }
    SUBCASE("resuming before it is due; the time goes on from the first failure") {
        d.now = after_s(d.now, 59);
        d.step = d.client.resume(d.now);
        CHECK(d.step.request.host == "other");
        d.step = d.client.on_transport_error(d.now);
        CHECK(d.step.wake_at == due);
    }
    SUBCASE("an answer resets it") {
        d.step = d.client.resume(d.now);
        d.answer({});
        CHECK(d.sent() == packet_type::fragment);
        d.now = after_s(d.now, 30);
        d.step = d.client.on_transport_error(d.now);
        CHECK(d.step.wake_at == after_s(d.now, 60));
    }
}

TEST_CASE("client: a fall-back that becomes due after the end changes nothing [MC-BUP 3.1.6.3]") {
    dialogue d(small);
    d.create({.session_id = server_id, .host_id = "other", .host_id_fallback_timeout_s = 60});
    d.step = d.client.on_transport_error(d.now);
    const time_point due = d.step.wake_at;
    d.step = d.client.cancel(d.now);
    CHECK(d.sent() == packet_type::cancel_session);
    d.refuse_with(500, "BG_E_SESSION_NOT_FOUND"_hresult); // what was to be cancelled is gone
    CHECK(d.step.todo == upload_todo::done);
    CHECK(d.client.finished());
    const upload_step late = d.client.on_timer(due);
    CHECK(late.todo == upload_todo::done);
    CHECK(late.wake_at == time_never);
    CHECK(d.client.state() == upload_client_state::cancelled);
}

TEST_CASE("client: without a fall-back time-out it never goes back to the origin host [MC-BUP 3.1.2.3]") {
    dialogue d(small);
    d.create({.session_id = server_id, .host_id = "other"});
    d.step = d.client.on_transport_error(d.now);
    CHECK(d.step.wake_at == time_never);
    d.step = d.client.resume(after_s(d.now, 1'000'000'000));
    CHECK(d.step.request.host == "other");
}

TEST_CASE("client: a reply is fetched before the session is closed [MC-BUP 3.1.5.1.8, close-session]") {
    dialogue d(with_reply);
    d.create();
    d.answer({.received_content_range = 10, .reply_url = "BITS-Sessions\\Replies\\{1}\\responsefile.bin"});
    CHECK(d.step.todo == upload_todo::fetch_reply);
    CHECK(d.client.state() == upload_client_state::get_reply);
    std::string url(300, '\0');
    url.resize(*d.client.write_reply_url(url));
    CHECK(url == "http://host/folder/BITS-Sessions/Replies/%7B1%7D/responsefile.bin");
    SUBCASE("fetched") {
        d.step = d.client.on_reply_fetched(d.now);
        CHECK(d.sent() == packet_type::close_session);
    }
    SUBCASE("given up") {
        d.step = d.client.on_reply_given_up(d.now);
        CHECK(d.sent() == packet_type::close_session);
    }
    SUBCASE("failed, and fetched after resuming") {
        d.step = d.client.on_reply_failed(d.now);
        CHECK(d.step.todo == upload_todo::stopped);
        CHECK(d.client.failure().what == upload_status::reply_failed);
        d.step = d.client.resume(d.now);
        d.answer({});
        CHECK(d.step.todo == upload_todo::fetch_reply);
    }
    SUBCASE("suspended meanwhile") {
        CHECK(d.client.suspend(d.now).todo == upload_todo::suspended);
        d.step = d.client.resume(d.now);
        d.answer({});
        CHECK(d.step.todo == upload_todo::fetch_reply);
    }
}

TEST_CASE("client: a reply that does not come is an error, and resuming asks for it again [MC-BUP 3.1.5.2.4]") {
    dialogue d(with_reply);
    d.create();
    d.received(10);
    CHECK(d.step.todo == upload_todo::stopped);
    CHECK(d.client.failure().what == upload_status::reply_missing);
    d.step = d.client.resume(d.now);
    d.answer({});
    CHECK(d.step.request.range.is_last());
    d.answer({.received_content_range = 10, .reply_url = "r"});
    CHECK(d.step.todo == upload_todo::fetch_reply);
}

TEST_CASE("client: a reply URL that points nowhere is an error") {
    for (const std::string& bad :
         {std::string("//elsewhere/r"), std::string("file:///etc/passwd"), std::string(2201, 'r')}) {
        dialogue d(with_reply);
        d.create();
        d.answer({.received_content_range = 10, .reply_url = bad});
        CHECK(d.client.failure().what == upload_status::invalid_ack);
        CHECK(d.client.failure().problem.in == header::reply_url);
        CHECK(d.client.reply_url().empty());
    }
}

TEST_CASE("client: a reply that nobody wants is left alone") {
    dialogue d(small);
    d.create();
    d.answer({.received_content_range = 10, .reply_url = "r"});
    CHECK(d.sent() == packet_type::close_session);
}

TEST_CASE("client: refusals are handed on unmodified [MC-BUP 3.1.1.2]") {
    constexpr std::uint16_t statuses[] = {301, 400, 403, 404, 409, 500, 501, 503};
    for (const std::uint16_t status : statuses) {
        dialogue d(small);
        d.refuse_with(status, hresult{0xa0001234});
        CHECK(d.step.todo == upload_todo::stopped);
        CHECK(d.client.failure() == upload_failure{.what = upload_status::refused,
                                                   .during = packet_type::create_session,
                                                   .http_status = status,
                                                   .code = hresult{0xa0001234},
                                                   .context = error_context::remote_file});
    }
}

TEST_CASE("client: what a server refuses for good stops at once, at each message that can be refused so "
          "[MC-BUP 3.1.5.2.1]") {
    struct row {
        std::uint16_t status;
        hresult code;
    };
    for (const row& told :
         {row{403, "E_ACCESSDENIED"_hresult}, row{501, "E_ACCESSDENIED"_hresult}, row{400, "E_INVALIDARG"_hresult},
          row{500, "BG_E_TOO_LARGE"_hresult}, row{500, "HRESULT_FROM_WIN32(ERROR_DISK_FULL)"_hresult},
          row{404, hresult{}}, row{302, hresult{}}}) {
        for (const packet_type type : {packet_type::create_session, packet_type::fragment, packet_type::ping,
                                       packet_type::close_session, packet_type::cancel_session}) {
            const bool ends_session = type == packet_type::close_session || type == packet_type::cancel_session;
            if (ends_session && told.status >= 500) continue; // these are repeated
            CAPTURE(told.status);
            CAPTURE(std::string(name_of(type)));
            dialogue d(small);
            if (type != packet_type::create_session) d.create();
            if (type == packet_type::ping) {
                std::ignore = d.client.suspend(d.now);
                d.received(4);
                d.step = d.client.resume(d.now);
            } else if (type == packet_type::close_session) {
                d.received(10);
            } else if (type == packet_type::cancel_session) {
                std::ignore = d.client.cancel(d.now);
                d.received(4);
            }
            REQUIRE(d.sent() == type);
            d.refuse_with(told.status, told.code);
            CHECK(d.step.todo == upload_todo::stopped);
            CHECK(d.client.state() == upload_client_state::error);
            CHECK(d.client.failure().what == upload_status::refused);
            CHECK(d.client.failure().during == type);
            CHECK(d.client.failure().http_status == told.status);
            CHECK(d.client.failure().code == told.code);
            CHECK(d.client.failure().context == error_context::remote_file);
        }
    }
}

TEST_CASE("client: a call that comes while a request is under way does not send another one") {
    dialogue d(small);
    d.create();
    CHECK(d.client.cancel(d.now).todo == upload_todo::nothing);
    CHECK(d.client.resume(d.now).todo == upload_todo::nothing);
    CHECK(d.client.on_timer({UINT64_MAX}).todo == upload_todo::nothing);
    CHECK(d.client.state() == upload_client_state::fragment);
    d.received(4);
    CHECK(d.sent() == packet_type::cancel_session);
}

TEST_CASE("client: while it waits to close again, only the timer, suspending and cancelling do something") {
    dialogue d(small);
    d.create();
    d.received(10);
    d.refuse_with(503);
    CHECK(d.client.on_credentials_given(d.now).todo == upload_todo::wait);
    CHECK(d.client.on_credentials_withheld(d.now).todo == upload_todo::wait);
    SUBCASE("suspending ends the waiting") {
        d.step = d.client.suspend(d.now);
        CHECK(d.step.todo == upload_todo::suspended);
        CHECK(d.step.wake_at == time_never);
        CHECK(d.client.on_timer(after_s(d.now, 1000)).todo == upload_todo::suspended);
        d.step = d.client.resume(d.now);
        d.answer({});
        REQUIRE(d.sent() == packet_type::close_session);
        d.refuse_with(503);
        CHECK(d.step.wake_at == after_s(d.now, 5)); // from the beginning
    }
    SUBCASE("cancelling") {
        d.step = d.client.cancel(d.now);
        CHECK(d.sent() == packet_type::cancel_session);
    }
}

TEST_CASE("client: each request can be answered with 401, refused, invalid, cut, and late") {
    using e = packet_type;
    for (const e type : {e::create_session, e::ping, e::fragment, e::close_session, e::cancel_session}) {
        CAPTURE(std::string(name_of(type)));
        const auto at = [&] {
            dialogue d(small);
            if (type == e::create_session) return d;
            d.create();
            if (type == e::fragment) return d;
            if (type == e::ping) {
                std::ignore = d.client.suspend(d.now);
                d.received(4);
                d.step = d.client.resume(d.now);
            } else if (type == e::close_session) {
                d.received(10);
            } else {
                std::ignore = d.client.cancel(d.now);
                d.received(4);
            }
            return d;
        };
        REQUIRE(at().sent() == type);
        CHECK(at().step.request.session_id == (type == e::create_session ? std::string_view{} : server_id));
        CHECK(at().step.request_timeout_s == 120);
        CHECK(at().step.response_timeout_s == 300);
        dialogue asked = at();
        asked.refuse_with(401);
        CHECK(asked.step.todo == upload_todo::give_credentials);
        asked.step = asked.client.on_credentials_given(asked.now);
        CHECK(asked.sent() == type);
        dialogue refused = at();
        refused.refuse_with(403);
        CHECK(refused.client.state() == upload_client_state::error);
        CHECK(refused.client.failure().during == type);
        CHECK(refused.client.on_timeout(refused.now).todo == upload_todo::stopped); // its answer was in time
        CHECK(refused.client.failure().what == upload_status::refused);
        CHECK(refused.client.state() == upload_client_state::error);
        dialogue invalid = at();
        invalid.step = invalid.client.on_bad_ack({errc::bad_status, header::none, 0}, invalid.now);
        CHECK(invalid.client.state() == upload_client_state::error);
        dialogue cut = at();
        cut.step = cut.client.on_transport_error(cut.now);
        CHECK(cut.client.state() == upload_client_state::error);
        CHECK(cut.client.failure().what == upload_status::transport);
        dialogue late = at();
        late.step = late.client.on_timeout(late.now);
        CHECK(late.client.state() == upload_client_state::suspend);
        // There is no session that the Ack could be of, or that the Ping is about.
        if (type == e::create_session || type == e::ping) continue;
        dialogue other = at();
        other.answer({.session_id = "{other}"});
        CHECK(other.client.failure().what == upload_status::invalid_ack);
    }
}

TEST_CASE("client: after a lost session nothing of it is left") {
    dialogue d(with_reply);
    d.create({.session_id = server_id, .host_id = "other"});
    d.answer({});
    d.answer({.received_content_range = 10, .reply_url = "r"});
    std::ignore = d.client.on_reply_failed(d.now);
    d.step = d.client.resume(d.now);
    d.refuse_with(500, "BG_E_SESSION_NOT_FOUND"_hresult);
    CHECK(d.client.reply_url().empty());
    CHECK(d.step.request.host == "other"); // still where the first Create-Session led
    d.create({.session_id = "{2}", .host_id = "other"});
    CHECK(d.step.request.host == "other");
    d.answer({});
    d.received(10);
    CHECK(d.client.failure().what == upload_status::reply_missing);
}

TEST_CASE("client: setbacks count only in a row without progress") {
    upload_client_config config{
        .url = "http://host/f", .size_bytes = 100, .fragment = {.first = 2, .smallest = 2, .largest = 2}};
    config.setbacks_allowed = 2;
    dialogue d(config);
    d.create();
    for (std::uint64_t at = 0; at < 80; at += 2) {
        d.answer({.status = 416, .received_content_range = at});
        d.answer({.status = 416, .received_content_range = at});
        REQUIRE(d.step.todo == upload_todo::send);
        d.received(at + 2);
    }
    CHECK(d.client.bytes_done() == 80);
}

TEST_CASE("L19: what a session gains is progress, also where an earlier session had more") {
    constexpr std::uint64_t size = 10'000;
    upload_client_config config{
        .url = "http://host/f", .size_bytes = size, .fragment = {.first = 1, .smallest = 1, .largest = 1}};
    config.setbacks_allowed = 3;
    dialogue d(config);
    d.create();
    while (d.client.bytes_done() < size - 1)
        d.received(d.client.bytes_done() + 1);
    d.refuse_with(500, "BG_E_SESSION_NOT_FOUND"_hresult);
    d.create({.session_id = "{2}"});
    // A gap now and then, with a thousand acknowledged Fragments in between.
    while (d.client.bytes_done() < size - 1) {
        const std::uint64_t at = d.client.bytes_done();
        if (at % 1000 == 0) d.answer({.status = 416, .received_content_range = at});
        REQUIRE(d.step.todo == upload_todo::send);
        d.received(at + 1);
    }
    SUBCASE("and the loss of this session, too, is only the second one") {
        d.refuse_with(500, "BG_E_SESSION_NOT_FOUND"_hresult);
        CHECK(d.sent() == packet_type::create_session);
    }
    SUBCASE("it ends as ever") {
        d.received(size);
        d.answer({});
        CHECK(d.client.succeeded());
    }
}

TEST_CASE("L19: bytes that were taken back and come again in between are no gap without progress") {
    upload_client_config config{
        .url = "http://host/f", .size_bytes = 1000, .fragment = {.first = 1, .smallest = 1, .largest = 1}};
    config.setbacks_allowed = 2;
    dialogue d(config);
    d.create();
    while (d.client.bytes_done() < 500)
        d.received(d.client.bytes_done() + 1);
    d.answer({.status = 416, .received_content_range = 0}); // a power cut
    while (d.client.bytes_done() < 500) {
        const std::uint64_t at = d.client.bytes_done();
        if (at % 10 == 5) d.answer({.status = 416, .received_content_range = at});
        REQUIRE(d.step.todo == upload_todo::send);
        d.received(at + 1);
    }
}

TEST_CASE("client: an empty file whose reply comes has made all the progress that there is") {
    dialogue d({.url = "http://host/f", .size_bytes = 0, .wants_reply = true, .setbacks_allowed = 0});
    d.create();
    d.answer({.received_content_range = 0, .reply_url = "/reply"});
    CHECK(d.step.todo == upload_todo::fetch_reply);
}

TEST_CASE("client: an empty file whose reply does not come is no upload without progress") {
    dialogue d({.url = "http://host/f", .size_bytes = 0, .wants_reply = true, .setbacks_allowed = 0});
    d.create();
    d.received(0);
    CHECK(d.step.todo == upload_todo::stopped);
    CHECK(d.client.failure().what == upload_status::reply_missing);
}

TEST_CASE("L19: an upload ends against a server that takes bytes and loses them for ever") {
    struct server {
        std::string_view name;
        ack (*answer)(std::uint64_t offset, std::uint64_t turn);
    };
    const auto loses_sessions = [](std::uint64_t offset, std::uint64_t turn) {
        return turn % 7 == 6 ? ack{.status = 500, .error_code = "BG_E_SESSION_NOT_FOUND"_hresult}
                             : ack{.received_content_range = offset + 1};
    };
    const auto loses_bytes = [](std::uint64_t offset, std::uint64_t turn) {
        return turn % 7 == 6 ? ack{.status = 416, .received_content_range = 2}
                             : ack{.received_content_range = offset + 1};
    };
    const auto loses_bytes_with_success = [](std::uint64_t offset, std::uint64_t turn) {
        return ack{.received_content_range = turn % 7 == 6 ? 0 : offset + 1};
    };
    const auto starts_over = [](std::uint64_t offset, std::uint64_t turn) {
        return turn % 7 == 6 ? ack{.status = 416} : ack{.received_content_range = offset + 1};
    };
    const auto takes_nothing = [](std::uint64_t offset, std::uint64_t) {
        return ack{.received_content_range = offset};
    };
    const auto loses_both = [](std::uint64_t offset, std::uint64_t turn) {
        if (turn % 41 == 40) return ack{.status = 500, .error_code = "BG_E_SESSION_NOT_FOUND"_hresult};
        return turn % 3 == 2 ? ack{.status = 416, .received_content_range = offset / 2}
                             : ack{.received_content_range = offset + 1};
    };
    for (const server& s : {server{"sessions", loses_sessions}, server{"bytes", loses_bytes},
                            server{"bytes, with 200", loses_bytes_with_success}, server{"all bytes", starts_over},
                            server{"takes none", takes_nothing}, server{"sessions and bytes", loses_both}}) {
        CAPTURE(s.name);
        dialogue d({.url = "http://host/f", .size_bytes = 50, .fragment = {.first = 1, .smallest = 1, .largest = 1}});
        std::uint64_t turn = 0;
        while (d.step.todo == upload_todo::send && turn < 100'000) {
            if (d.sent() == packet_type::create_session) {
                d.create();
            } else {
                d.answer(s.answer(d.client.bytes_done(), turn++));
            }
        }
        CHECK(d.step.todo == upload_todo::stopped);
        const upload_status what = d.client.failure().what;
        CHECK((what == upload_status::no_progress || what == upload_status::invalid_ack));
        CHECK(turn < 10'000);
    }
}

TEST_CASE("client: the other host stays on trial while only errors come from it [MC-BUP 3.1.5.1.7]") {
    dialogue d(small);
    d.create({.session_id = server_id, .host_id = "other", .host_id_fallback_timeout_s = 60});
    const time_point due = after_s(d.now, 60);
    d.refuse_with(502); // a gateway, whose host is gone
    CHECK(d.step.wake_at == due);
    d.now = after_s(d.now, 30);
    d.step = d.client.resume(d.now);
    d.refuse_with(502);
    CHECK(d.step.wake_at == due);
    d.step = d.client.resume(due);
    CHECK(d.step.request.host == "host");
}

TEST_CASE("fragment size: strange settings are brought into order, and nothing wraps") {
    CHECK(fragment_size({.first = 0, .smallest = 0, .largest = 0}).bytes() == 1);
    CHECK(fragment_size({.first = 100, .smallest = 50, .largest = 10}).bytes() == 10);
    CHECK(fragment_size({.first = 1, .smallest = 50, .largest = 100}).bytes() == 50);
    fragment_size huge({.first = UINT64_MAX - 1, .largest = UINT64_MAX});
    huge.on_acknowledged(UINT64_MAX - 1, 0);
    CHECK(huge.bytes() == UINT64_MAX);
    fragment_size s({.first = 100, .smallest = 10, .largest = 1000, .wanted_ms = 4000});
    s.on_acknowledged(99, 0); // the rest of a file
    CHECK(s.bytes() == 100);
    s.on_acknowledged(100, 8000);
    CHECK(s.bytes() == 100);
    s.on_acknowledged(100, 8001);
    CHECK(s.bytes() == 50);
}

TEST_CASE("fragment size: two are equal that say the same of the next Fragments") {
    const fragment_size_limits limits{.first = 100, .smallest = 10, .largest = 1000};
    fragment_size a(limits);
    const fragment_size fresh(limits);
    CHECK(a == fresh);
    a.on_lost();
    CHECK_FALSE(a == fresh); // another size
    a.resume(100, 1000);
    CHECK(a == fresh);
    a.on_too_large(1998);
    CHECK(a.bytes() == fresh.bytes());
    CHECK_FALSE(a == fresh); // it will not grow as far
}

TEST_CASE("time: nothing wraps, and a clock that goes back stands still") {
    CHECK(after_s({1}, 2) == time_point{2001});
    CHECK(after_ms({UINT64_MAX - 5}, 5) == time_never);
    CHECK(after_ms({UINT64_MAX - 5}, 4) == time_point{UINT64_MAX - 1});
    CHECK(after_s(time_never, 1) == time_never);
    CHECK(elapsed_ms(time_point{5}, {7}) == 2);
    CHECK(elapsed_ms(time_point{7}, {5}) == 0);
}

TEST_CASE("client: calls that are out of place change nothing") {
    dialogue d(small);
    const auto is_ignored = [&](const upload_step& s) {
        return s.todo == upload_todo::nothing && d.client.state() == upload_client_state::create_session;
    };
    CHECK(is_ignored(d.client.start(d.now)));
    CHECK(is_ignored(d.client.resume(d.now)));
    CHECK(is_ignored(d.client.on_credentials_given(d.now)));
    CHECK(is_ignored(d.client.on_credentials_withheld(d.now)));
    CHECK(is_ignored(d.client.on_reply_fetched(d.now)));
    CHECK(is_ignored(d.client.on_reply_failed(d.now)));
    CHECK(is_ignored(d.client.on_reply_given_up(d.now)));
    CHECK(is_ignored(d.client.on_timer(d.now)));
    CHECK(is_ignored(d.client.on_timer(time_never)));
    const upload_step cut = d.client.on_transport_error(d.now);
    CHECK(cut.todo == upload_todo::stopped);
    const upload_failure before = d.client.failure();
    CHECK(d.client.on_bad_ack({errc::bad_status, header::none, 9}, d.now).todo == upload_todo::stopped);
    CHECK(d.client.on_transport_error(d.now).todo == upload_todo::stopped);
    CHECK(d.client.on_timeout(d.now).todo == upload_todo::stopped);
    CHECK(d.client.on_ack({.answers = packet_type::create_session, .session_id = server_id}, d.now).todo ==
          upload_todo::stopped);
    CHECK(d.client.failure() == before); // it waited for nothing
    CHECK(d.client.state() == upload_client_state::error);
    d = dialogue(small);
    CHECK(is_ignored(d.client.on_ack({.answers = packet_type::create_session, .status = 100}, d.now))); // interim
    CHECK_FALSE(d.client.failure());
    d.create();
    CHECK(d.sent() == packet_type::fragment);
}

TEST_CASE("client: once it is over, nothing changes it") {
    dialogue d(small);
    d.create();
    d.received(10);
    d.answer({});
    REQUIRE(d.client.succeeded());
    CHECK(d.client.cancel(d.now).todo == upload_todo::done);
    CHECK(d.client.suspend(d.now).todo == upload_todo::done);
    CHECK(d.client.resume(d.now).todo == upload_todo::done);
    CHECK(d.client.start(d.now).todo == upload_todo::done);
    CHECK(d.client.succeeded());
}

TEST_CASE("client: what an Ack means, where a client would not ask [MC-BUP 3.1.5.2]") {
    using e = upload_client_event;
    // The reply is known already: an Ack need not name it again.
    const awaited_ack last{.answers = packet_type::fragment,
                           .session_id = server_id,
                           .size_bytes = 10,
                           .offset = 4,
                           .fragment = {4, 6, 10},
                           .wants_reply = true,
                           .has_reply = true};
    CHECK(meaning_of({.answers = packet_type::fragment, .received_content_range = 10}, last).event ==
          e::reply_announced);
    awaited_ack unknown = last;
    unknown.has_reply = false;
    CHECK(meaning_of({.answers = packet_type::fragment, .received_content_range = 10}, unknown).event ==
          e::reply_missing);
    // An Ack answers a request, and is none.
    const ack_meaning none = meaning_of({.answers = packet_type::ack}, {.answers = packet_type::ack});
    CHECK(none.event == e::ack_invalid);
    CHECK(none.problem == error{errc::unknown_packet_type, header::packet_type, 0});
}

TEST_CASE("client: an Ack to another request than the one sent is not acted on") {
    dialogue d(small);
    d.step = d.client.on_ack({.answers = packet_type::close_session}, d.now);
    CHECK(d.client.failure().what == upload_status::invalid_ack);
}

TEST_CASE("client: everything works in constant expressions") {
    constexpr upload_client_state end = [] {
        upload_client c({.url = "http://h/f", .size_bytes = 3});
        std::ignore = c.start({});
        std::ignore = c.on_ack({.answers = packet_type::create_session, .session_id = "{1}"}, {});
        std::ignore = c.on_ack({.answers = packet_type::fragment, .received_content_range = 3}, {});
        std::ignore = c.on_ack({.answers = packet_type::close_session}, {});
        return c.state();
    }();
    static_assert(end == upload_client_state::closed);
    CHECK(end == upload_client_state::closed);
}

namespace {

/// A client in each situation that there is, with the embedder that led it there and knows only its steps.
struct situation {
    std::string name;
    dialogue d;
};

constexpr upload_client_config every_situation{.url = "http://host/f",
                                               .size_bytes = 10,
                                               .wants_reply = true,
                                               .fragment = {.first = 4, .smallest = 4, .largest = 4},
                                               .first_repeat_s = 5,
                                               .repeat_for_s = 1000};

std::vector<situation> situations() {
    std::vector<situation> all;
    const auto add = [&](std::string name, const auto& lead) {
        dialogue d(every_situation);
        lead(d);
        all.push_back({std::move(name), d});
    };
    const auto fresh = [](dialogue& d) { d.client = upload_client(every_situation), d.step = {}; };
    const auto created = [](dialogue& d) {
        d.create({.session_id = server_id, .host_id = "other", .host_id_fallback_timeout_s = 60});
        d.answer({}); // the Ping to the other host
    };
    const auto fetching = [&](dialogue& d) {
        created(d);
        d.answer({.received_content_range = 10, .reply_url = "r"});
    };
    const auto closing = [&](dialogue& d) { fetching(d), d.step = d.client.on_reply_fetched(d.now); };
    const auto cut = [&](dialogue& d) { created(d), d.step = d.client.on_transport_error(d.now); };
    const auto pinging = [&](dialogue& d) { cut(d), d.step = d.client.resume(d.now); };
    const auto cancelling = [&](dialogue& d) { cut(d), d.step = d.client.cancel(d.now); };
    add("init", fresh);
    add("Create-Session", [](dialogue&) {});
    add("Create-Session, suspending", [](dialogue& d) { static_cast<void>(d.client.suspend(d.now)); });
    add("Ping", pinging);
    add("Fragment", created);
    add("Fragment, cancelling", [&](dialogue& d) { created(d), static_cast<void>(d.client.cancel(d.now)); });
    add("a reply is fetched", fetching);
    add("Close-Session", closing);
    add("Cancel-Session", cancelling);
    const auto asks = [&](const std::string& name, const auto& lead) {
        add(name + ", credentials wanted", [&](dialogue& d) { lead(d), d.refuse_with(401); });
    };
    asks("Create-Session", [](dialogue&) {});
    asks("Ping", pinging);
    asks("Fragment", created);
    asks("Close-Session", closing);
    asks("Cancel-Session", cancelling);
    add("Close-Session is to be repeated", [&](dialogue& d) { closing(d), d.refuse_with(503); });
    add("Cancel-Session is to be repeated", [&](dialogue& d) { cancelling(d), d.refuse_with(503); });
    add("stopped", cut);
    add("stopped while it cancelled", [&](dialogue& d) { cancelling(d), d.step = d.client.on_transport_error(d.now); });
    add("timed out", [&](dialogue& d) { created(d), d.step = d.client.on_timeout(d.now); });
    add("suspended", [&](dialogue& d) { cut(d), d.step = d.client.suspend(d.now); });
    add("closed", [&](dialogue& d) { closing(d), d.answer({}); });
    add("cancelled", [&](dialogue& d) { cancelling(d), d.answer({}); });
    return all;
}

struct user_call {
    std::string_view name;
    upload_step (*make)(upload_client&, time_point);
};
constexpr user_call user_calls[] = {
    {"start", [](upload_client& c, time_point t) { return c.start(t); }},
    {"on_ack", [](upload_client& c, time_point t) { return c.on_ack({.answers = packet_type::ping}, t); }},
    {"an interim Ack", [](upload_client& c, time_point t) { return c.on_ack({.status = 100}, t); }},
    {"on_bad_ack", [](upload_client& c, time_point t) { return c.on_bad_ack({errc::bad_status}, t); }},
    {"on_transport_error", [](upload_client& c, time_point t) { return c.on_transport_error(t); }},
    {"on_timeout", [](upload_client& c, time_point t) { return c.on_timeout(t); }},
    {"on_timer", [](upload_client& c, time_point t) { return c.on_timer(t); }},
    {"on_credentials_given", [](upload_client& c, time_point t) { return c.on_credentials_given(t); }},
    {"on_credentials_withheld", [](upload_client& c, time_point t) { return c.on_credentials_withheld(t); }},
    {"on_reply_fetched", [](upload_client& c, time_point t) { return c.on_reply_fetched(t); }},
    {"on_reply_given_up", [](upload_client& c, time_point t) { return c.on_reply_given_up(t); }},
    {"on_reply_failed", [](upload_client& c, time_point t) { return c.on_reply_failed(t); }},
    {"suspend", [](upload_client& c, time_point t) { return c.suspend(t); }},
    {"resume", [](upload_client& c, time_point t) { return c.resume(t); }},
    {"cancel", [](upload_client& c, time_point t) { return c.cancel(t); }},
};

/// What an embedder does next who knows nothing but the steps; false: there is nothing it could do.
bool do_next(dialogue& d, upload_todo& known) {
    upload_client& c = d.client;
    switch (known) {
    case upload_todo::send: {
        ack a{.answers = d.step.request.type};
        if (a.answers == packet_type::create_session) a.session_id = server_id;
        if (a.answers == packet_type::fragment) a.received_content_range = 10, a.reply_url = "r";
        d.step = c.on_ack(a, d.now);
        break;
    }
    case upload_todo::wait:
        if (d.step.wake_at == time_never) return false;
        d.now = std::max(d.now, d.step.wake_at);
        d.step = c.on_timer(d.now);
        break;
    case upload_todo::give_credentials:
        d.step = c.on_credentials_given(d.now);
        break;
    case upload_todo::fetch_reply:
        d.step = c.on_reply_fetched(d.now);
        break;
    case upload_todo::stopped:
    case upload_todo::suspended:
        d.step = c.resume(d.now);
        break;
    case upload_todo::nothing:
        d.step = c.start(d.now);
        break;
    case upload_todo::done:
        break;
    }
    if (d.step.todo != upload_todo::nothing) known = d.step.todo;
    return true;
}

std::string snapshot_of(const upload_client& c, time_point now) {
    std::string out(upload_client::max_snapshot_size, '\0');
    out.resize(*c.write_snapshot(out, now));
    return out;
}

} // namespace

TEST_CASE("L20: no call loses what is to be done, in any state, whatever timer is due") {
    // On time, when the next repetition is due, and when the other host is given up.
    for (const std::uint32_t later_s : {0U, 5U, 60U, 365U * 86'400U}) {
        for (const situation& s : situations()) {
            for (const user_call& call : user_calls) {
                CAPTURE(later_s);
                CAPTURE(s.name);
                CAPTURE(std::string(call.name));
                dialogue d = s.d;
                upload_todo known = d.step.todo;
                d.now = after_s(d.now, later_s);
                const upload_step before = d.client.pending();
                const std::string bytes = snapshot_of(d.client, d.now);
                const upload_step step = call.make(d.client, d.now);
                CHECK(step.wake_at == d.client.wake_at());
                // What comes out as it went in was out of place, or waits for the Ack that is under way.
                if (step.todo == before.todo && known != upload_todo::send && call.name != "on_timer")
                    CHECK(snapshot_of(d.client, d.now) == bytes);
                if (step.todo != upload_todo::nothing) d.step = step, known = step.todo;
                d.step.wake_at = step.wake_at;
                int steps = 0;
                for (; !d.client.finished() && steps < 20; ++steps)
                    REQUIRE(do_next(d, known));
                CHECK(d.client.finished());
            }
        }
    }
}

TEST_CASE("P1: in any state, another process continues on a clock that begins elsewhere, with the time that was left") {
    constexpr std::uint64_t hour_ms = 3'600'000;
    constexpr std::uint64_t day_ms = 24 * hour_ms;
    constexpr std::uint64_t year_ms = 365 * day_ms;
    for (const situation& s : situations()) {
        // The clock of the first process shows two years; the next one begins anew, or has jumped, either way.
        const time_point written{2 * year_ms};
        dialogue d = s.d;
        d.now = written;
        const std::string bytes = snapshot_of(d.client, written);
        std::optional<std::uint64_t> left_before;
        for (const std::uint64_t begin : {std::uint64_t{0}, year_ms, 2 * year_ms - day_ms, 2 * year_ms - hour_ms,
                                          2 * year_ms, 2 * year_ms + hour_ms, 2 * year_ms + day_ms, 3 * year_ms}) {
            CAPTURE(s.name);
            CAPTURE(begin);
            auto restored = upload_client::restore(every_situation, bytes, {begin});
            REQUIRE(restored);
            d.client = *restored;
            d.now = {begin};
            const bool is_timed = d.client.wake_at() != time_never;
            const std::uint64_t left = is_timed ? elapsed_ms(d.now, d.client.wake_at()) : 0;
            if (left_before) CHECK(left == *left_before);
            left_before = left;
            CHECK(left <= 60'000); // the fall-back time
            d.step = d.client.pending();
            upload_todo known = d.step.todo;
            int steps = 0;
            for (; !d.client.finished() && steps < 20; ++steps)
                REQUIRE(do_next(d, known));
            CHECK(d.client.finished());
            CHECK(elapsed_ms({begin}, d.now) <= 60'000);
        }
    }
}

TEST_CASE("P1: a steady clock is all that a client counts on: no wait is longer than it was set") {
    for (const situation& s : situations()) {
        CAPTURE(s.name);
        const time_point wake = s.d.client.wake_at();
        if (wake == time_never) continue;
        CHECK(elapsed_ms(s.d.now, wake) <= 60'000);
        dialogue d = s.d;
        CHECK(d.client.on_timer({wake.ms - 1}).wake_at == wake);
        d.step = d.client.on_timer(wake);
        CHECK((d.step.wake_at == time_never || d.step.wake_at > wake));
    }
}

TEST_CASE("L20: resuming while Cancel-Session is to be repeated and the other host is given up loses no step") {
    dialogue d(small);
    d.create({.session_id = server_id, .host_id = "other", .host_id_fallback_timeout_s = 1});
    d.step = d.client.on_transport_error(d.now);
    d.step = d.client.cancel(d.now);
    d.refuse_with(503);
    CHECK(d.step.todo == upload_todo::wait);
    const time_point late = after_s(d.now, 5);
    d.step = d.client.resume(late); // out of place: it was not suspended
    CHECK(d.step.todo == upload_todo::wait);
    CHECK(d.step.wake_at <= late);
    d.step = d.client.on_timer(late);
    CHECK(d.sent() == packet_type::cancel_session);
    CHECK(d.step.request.host == "host");
}

TEST_CASE("L20: a call that is out of place says what is still to be done, with its time") {
    dialogue d(small);
    d.create();
    d.received(10);
    d.refuse_with(503);
    const time_point due = d.step.wake_at;
    CHECK(due == after_s(d.now, 5));
    for (const user_call& call : user_calls) {
        if (call.name == "suspend" || call.name == "cancel") continue; // have their place
        CAPTURE(std::string(call.name));
        const upload_step step = call.make(d.client, d.now);
        CHECK(step.todo == upload_todo::wait);
        CHECK(step.wake_at == due);
    }
    d.step = d.client.on_timer(due);
    CHECK(d.sent() == packet_type::close_session);
    CHECK(d.client.pending().todo == upload_todo::nothing); // its Ack is awaited; it is not to be sent twice
}
