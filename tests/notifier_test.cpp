// The notifier: what an application is told, and what its answers mean.
#include "support/print.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <tuple>

using namespace bitswire;

namespace {

struct conversation {
    explicit conversation(notification_type type) {
        config.type = type;
        config.url_buffer = buffer;
    }
    notifier_config config{.notification_url = "http://application/handle?a=1",
                           .original_url = "http://front/inbox/file.bin?ACCOUNT=7",
                           .request_datafile_name = "/var/upload/1.part",
                           .response_datafile_name = "/var/upload/1.reply",
                           .size_bytes = 10};
    std::array<char, 500> buffer{};
};

std::string resolved(std::string_view original, std::string_view notification) {
    std::string out(max_resolved_url_size(original.size(), notification.size()), '?');
    const auto size = resolve_notification_url(original, notification, out);
    if (!size) return "bad at " + std::to_string(size.error().offset);
    out.resize(*size);
    return out;
}

} // namespace

TEST_CASE("notifier: where an application is: absolute, relative, with the query of the upload "
          "[bits-iis-extension-properties]") {
    CHECK(resolved("http://myserver/myvdir/subdir/file.asp?ACCOUNT=86433", "http://otherserver/myvdir2/bag.asp") ==
          "http://otherserver/myvdir2/bag.asp?ACCOUNT=86433");
    CHECK(resolved("http://myserver/myvdir/file.txt", "myasp.asp") == "http://myserver/myvdir/myasp.asp");
    CHECK(resolved("http://myserver/myvdir/file.txt", "/bag.asp") == "http://myserver/bag.asp");
    CHECK(resolved("http://h/f?x=1", "http://a/b?y=2") == "http://a/b?y=2&x=1");
    CHECK(resolved("http://h/f?", "http://a/b") == "http://a/b");
    CHECK(resolved("http://h/f?x=1", "http://a/b#q?") == "http://a/b?x=1");
    CHECK(resolved("http://h/f?x", "http://a") == "http://a/?x");
    CHECK(resolved("http://h/f", "//other/b") == "bad at 0");
    CHECK(resolved("http://h/f", "ftp://a/b") == "bad at 0");
    CHECK(resolved("http://h/f", "a b") == "bad at 0");
    CHECK(resolved("http://h/f", "") == "bad at 0"); // not the upload itself
    CHECK(resolved("http://h/f?x", "#y") == "bad at 0");
    CHECK(resolved("h/f", "http://a/b") == "bad at 0");
    std::string small(5, '?');
    CHECK(resolve_notification_url("http://h/f", "http://a/b", small).error().code == errc::buffer_too_small);
}

TEST_CASE("notifier: without an application the file goes to the destination [MC-BUP 3.3.5.2.1]") {
    notifier n({.type = notification_type::none});
    CHECK(n.start().todo == notifier_todo::done);
    CHECK(n.result().is_success());
    CHECK(n.result().copy_to_destination);
}

TEST_CASE("notifier: by reference [MC-BUP 3.3.5.2.2]") {
    conversation c(notification_type::by_reference);
    notifier n(c.config);
    const auto step = n.start();
    CHECK(step.todo == notifier_todo::send_headers);
    CHECK(step.url == "http://application/handle?a=1&ACCOUNT=7");
    CHECK(step.timeout_s == 300);
    CHECK(step.request.target == "/handle?a=1&ACCOUNT=7");
    CHECK(step.request.host == "application");
    CHECK(step.request.original_request_url == c.config.original_url);
    CHECK(step.request.request_datafile_name == "/var/upload/1.part");
    CHECK(step.request.response_datafile_name == "/var/upload/1.reply");
    CHECK(step.request.body_bytes == 0);
    CHECK(size_of_message(step.request));
    CHECK(n.on_headers_sent().todo == notifier_todo::receive_headers);
    CHECK(n.on_response({.body = {.size_bytes = 5}}).todo == notifier_todo::done); // a body means nothing here
    CHECK(n.result().is_success());
    CHECK_FALSE(n.result().copy_to_destination);
}

TEST_CASE("notifier: by value, with a reply in the body [MC-BUP 3.3.5.2.3, 3.3.5.2.5]") {
    conversation c(notification_type::by_value);
    notifier n(c.config);
    const auto step = n.start();
    CHECK(step.request.body_bytes == 10);
    CHECK(step.request.request_datafile_name.empty());
    CHECK(size_of_message(step.request));
    CHECK(n.on_headers_sent().todo == notifier_todo::send_data);
    CHECK(n.on_data_sent().todo == notifier_todo::receive_headers);
    SUBCASE("a reply") {
        CHECK(n.on_response({.copy_file_to_destination = true, .body = {.size_bytes = 5}}).todo ==
              notifier_todo::receive_data);
        CHECK_FALSE(n.finished());
        CHECK(n.on_reply_received().todo == notifier_todo::done);
        CHECK(n.result().copy_to_destination);
    }
    SUBCASE("a reply without a length") {
        CHECK(n.on_response({.body = {.end = body_end::connection}}).todo == notifier_todo::receive_data);
        std::ignore = n.on_reply_received();
    }
    SUBCASE("no reply") { CHECK(n.on_response({}).todo == notifier_todo::done); }
    SUBCASE("a static reply; then a body means nothing") {
        CHECK(n.on_response({.static_response_url = "http://h/r", .body = {.size_bytes = 5}}).todo ==
              notifier_todo::done);
        CHECK(n.result().static_reply_url == "http://h/r");
    }
    CHECK(n.result().is_success());
}

TEST_CASE("notifier: an application may answer before it has read everything") {
    conversation c(notification_type::by_value);
    notifier n(c.config);
    std::ignore = n.start();
    std::ignore = n.on_headers_sent();
    CHECK(n.on_response({.status = 100}).todo == notifier_todo::nothing); // interim
    CHECK(n.on_response({.status = 415}).todo == notifier_todo::done);
    CHECK(n.result().status == 415);
}

TEST_CASE("notifier: which statuses are transient, fatal and final [handling-server-application-errors]") {
    const auto is_fatal = [](int s) {
        if (s >= 300 && s <= 399) return s <= 305 || s == 307;
        if (s >= 400 && s <= 499) return s != 408 && s != 409;
        if (s >= 500 && s <= 599) return s == 501 || s == 505;
        return false;
    };
    for (int s = 100; s <= 599; ++s) {
        CAPTURE(s);
        const auto status = static_cast<std::uint16_t>(s);
        const disposition expected = s == 200      ? disposition::success
                                     : is_fatal(s) ? disposition::fatal
                                                   : disposition::transient;
        CHECK(disposition_of_application(status) == expected);
        const hresult_row* const row =
            find_hresult(hresult::from_http_status(status)); // says the same, where it says it
        if (row != nullptr && row->treated_as != disposition::unstated) CHECK(row->treated_as == expected);
        if (s == 200) continue;
        const notification_result r = refused_by_application(status);
        CHECK(r.meaning == expected);
        CHECK(r.is_final == (s == 403));
        CHECK(disposition_of_application(r.status) == expected); // the client makes the same of what it is told
        CHECK(r.code == hresult::from_http_status(status));
        CHECK(r.context == error_context::remote_application);
        // What would mean something between client and server is not handed through.
        for (const int misleading : {401, 407, 413, 416})
            CHECK(r.status != misleading);
        // The client can be told.
        CHECK(size_of_message(ack{.answers = packet_type::fragment,
                                  .status = r.status,
                                  .session_id = "{1}",
                                  .error_code = r.code,
                                  .error_context = r.context}));
    }
}

TEST_CASE("notifier: what is no status of HTTP is transient, and not handed through [RFC 9110 15]") {
    for (const std::uint16_t status :
         {std::uint16_t{0}, std::uint16_t{99}, std::uint16_t{600}, std::uint16_t{UINT16_MAX}}) {
        const notification_result r = refused_by_application(status);
        CHECK(r.meaning == disposition::transient);
        CHECK(r.status == 502);
    }
}

TEST_CASE("notifier: no answer in time is 408, none that can be read is 502, and both with context 7 [MC-BUP 3.3.6]") {
    for (const bool by_value : {false, true}) {
        for (int point = 0; point < 4; ++point) {
            const auto at = [&](int p) {
                conversation c(by_value ? notification_type::by_value : notification_type::by_reference);
                auto n = notifier(c.config);
                std::ignore = n.start();
                if (p > 0) std::ignore = n.on_headers_sent();
                if (p > 1 && by_value) std::ignore = n.on_data_sent();
                if (p > 2 && by_value) std::ignore = n.on_response({.body = {.size_bytes = 5}});
                return n;
            };
            notifier late = at(point);
            CHECK(late.on_timeout().todo == notifier_todo::done);
            CHECK(late.result().status == 408);
            CHECK(late.result().context == error_context::remote_application);
            CHECK(late.result().meaning == disposition::transient);
            notifier cut = at(point);
            CHECK(cut.on_transport_error().todo == notifier_todo::done);
            CHECK(cut.result().status == 502);
            CHECK(cut.on_timeout().todo == notifier_todo::nothing); // it is over
        }
    }
    conversation c(notification_type::by_value);
    notifier n(c.config);
    std::ignore = n.start();
    CHECK(n.on_bad_response({errc::bad_status, header::none, 9}).todo == notifier_todo::done);
    CHECK(n.problem() == error{errc::bad_status, header::none, 9});
    CHECK(n.result().status == 502);
}

TEST_CASE("notifier: every step that takes time says how much of it there is [MC-BUP 3.3.2, 3.3.5.1]") {
    for (const auto type : {notification_type::by_reference, notification_type::by_value}) {
        for (const std::uint32_t seconds : std::to_array<std::uint32_t>({notification_timeout_s, 7})) {
            conversation c(type);
            c.config.timeout_s = seconds;
            notifier n(c.config);
            CHECK(n.start().timeout_s == seconds);
            if (type == notification_type::by_value) CHECK(n.on_headers_sent().timeout_s == seconds);
            const auto receiving = type == notification_type::by_value ? n.on_data_sent() : n.on_headers_sent();
            CHECK(receiving.todo == notifier_todo::receive_headers);
            CHECK(receiving.timeout_s == seconds);
            const auto after = n.on_response({.body = {.size_bytes = 5}});
            if (type == notification_type::by_value) {
                CHECK(after.todo == notifier_todo::receive_data);
                CHECK(after.timeout_s == seconds);
                std::ignore = n.on_reply_received();
            }
            CHECK(n.finished());
            CHECK(n.on_timeout().todo == notifier_todo::nothing); // there is nothing left to be late with
        }
    }
    static_assert(notification_timeout_s == 300);
}

TEST_CASE("notifier: a URL that is none is an application that cannot be reached") {
    conversation c(notification_type::by_value);
    SUBCASE("of the application") { c.config.notification_url = "ftp://a/b"; }
    SUBCASE("of the application: none at all [MC-BUP 3.2.1.1]") { c.config.notification_url = ""; }
    SUBCASE("of the upload [MC-BUP 2.2.12.2]") { c.config.original_url = "/inbox/file.bin"; }
    notifier n(c.config);
    CHECK(n.start().todo == notifier_todo::done);
    CHECK(n.problem().code == errc::bad_url);
    CHECK_FALSE(n.result().is_success());
}

TEST_CASE("notifier: a URL that is too long is an application that cannot be reached") {
    conversation c(notification_type::by_value);
    const std::string longest = "http://a/" + std::string(max_url_size - 9, 'u');
    std::string buffer(max_resolved_url_size(c.config.original_url.size(), max_url_size), '?');
    c.config.url_buffer = buffer;
    c.config.notification_url = longest;
    CHECK(notifier(c.config).start().todo == notifier_todo::send_headers);
    const std::string longer = longest + "u";
    c.config.notification_url = longer;
    notifier n(c.config);
    CHECK(n.start().todo == notifier_todo::done);
    CHECK(n.problem() == error{errc::value_too_long, header::none, max_url_size});
    CHECK(n.result().status == row_of(refusal::application_unreachable).status);
    CHECK(n.result().meaning == disposition::transient);
}

TEST_CASE("notifier: calls that are out of place change nothing") {
    conversation c(notification_type::by_reference);
    notifier n(c.config);
    CHECK(n.on_headers_sent().todo == notifier_todo::nothing);
    CHECK(n.on_response({}).todo == notifier_todo::nothing);
    CHECK(n.on_timeout().todo == notifier_todo::nothing);
    std::ignore = n.start();
    CHECK(n.start().todo == notifier_todo::nothing);
    CHECK(n.on_data_sent().todo == notifier_todo::nothing);
    CHECK(n.on_reply_received().todo == notifier_todo::nothing);
    CHECK(n.state() == back_end_client_state::send_headers);
}
