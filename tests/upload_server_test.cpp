// The upload server, request by request.
#include "support/print.hpp"
#include "support/server_world.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

using namespace bitswire;

namespace {

constexpr std::string_view inbox_file = "/inbox/file.bin";
constexpr std::string_view file = "0123456789";

upload_request request(packet_type type, std::string_view session_id = "{1}") {
    upload_request r{.type = type, .target = inbox_file, .host = "host"};
    if (type == packet_type::create_session) {
        r.supported_protocols = bits_upload_protocols;
    } else {
        r.session_id = session_id;
    }
    return r;
}

upload_request fragment(std::uint64_t offset, std::uint64_t size, std::uint64_t total = file.size()) {
    upload_request r = request(packet_type::fragment);
    r.range = {offset, size, total};
    return r;
}

/// A world with one session, {1}.
struct world : server_world {
    world() = default;
    void create() {
        const auto a = exchange(request(packet_type::create_session));
        REQUIRE(a);
        REQUIRE(a->status == 200);
    }
    /// A Fragment of `file` with all of its body.
    std::optional<ack> send(std::uint64_t offset, std::uint64_t size) {
        return exchange(fragment(offset, size), file.substr(offset, size));
    }
    std::optional<ack> close() { return exchange(request(packet_type::close_session)); }
    std::optional<ack> cancel() { return exchange(request(packet_type::cancel_session)); }
    upload_session& session() { return store.find("{1}")->session; }
};

/// The Ack is the refusal of a row, and can be written.
void check_refused(const std::optional<ack>& a, refusal why) {
    REQUIRE(a);
    CHECK(a->status == row_of(why).status);
    CHECK(a->error_code == row_of(why).bits_error);
    CHECK(a->error_context == row_of(why).context);
    CHECK(size_of_message(*a));
}

void check_accepted(const std::optional<ack>& a) {
    REQUIRE(a);
    CHECK(a->status == 200);
    CHECK_FALSE(a->error_code);
    CHECK_FALSE(a->error_context);
    CHECK(size_of_message(*a));
}

} // namespace

TEST_CASE("server: create, fragments, close, and the file appears with Close-Session [MC-BUP 3.2.5.2]") {
    world w;
    const auto created = w.exchange(request(packet_type::create_session));
    check_accepted(created);
    CHECK(created->session_id == "{1}");
    CHECK(created->protocol == bits_upload_protocol);
    CHECK(created->host_id.empty());
    const auto first = w.send(0, 4);
    check_accepted(first);
    CHECK(first->received_content_range == 4);
    CHECK(first->session_id == "{1}");
    CHECK(first->reply_url.empty());
    const auto last = w.send(4, 6);
    CHECK(last->received_content_range == 10);
    CHECK(last->reply_url.empty());
    CHECK(w.notified.empty());
    CHECK(w.destinations.empty());
    check_accepted(w.close());
    CHECK(w.destinations[std::string(inbox_file)] == file);
    CHECK(w.session().is_over());
}

TEST_CASE("server: Ping is answered at any time, with or without a session [MC-BUP 3.2.5.2.5]") {
    world w;
    check_accepted(w.exchange({.type = packet_type::ping, .target = inbox_file, .host = "host"}));
    w.directory.uploads_enabled = false;
    const auto a = w.exchange(request(packet_type::ping, "{unknown}"));
    check_accepted(a);
    CHECK(a->session_id == "{unknown}");
    CHECK(w.store.records.empty());
}

TEST_CASE("server: Create-Session tells the other host and its time-out, where they are set [MC-BUP 3.2.5.2.4]") {
    world w;
    w.directory.host_id = "other.example";
    w.directory.answer_create_with_201 = true;
    const auto a = w.exchange(request(packet_type::create_session));
    CHECK(a->status == 201);
    CHECK(a->host_id == "other.example");
    CHECK(a->host_id_fallback_timeout_s == 86'400);
    CHECK(size_of_message(*a));
}

TEST_CASE("L9: a server's other host may have a port [MC-BUP 3.2.5.2.4]") {
    for (const std::string_view host : {"other.example:8443", "10.0.0.1:81", "[2001:db8::1]:8443"}) {
        world w;
        w.directory.host_id = host;
        const auto a = w.exchange(request(packet_type::create_session));
        CHECK(a->is_success());
        CHECK(a->host_id == host);
        CHECK(size_of_message(*a));
    }
}

TEST_CASE("server: Create-Session is refused before anything is made [MC-BUP 3.2.5.2.3, 3.2.5.2.4]") {
    world w;
    upload_request r = request(packet_type::create_session);
    upload_request_facts facts{.now = w.now,
                               .is_authorized = true,
                               .destination = destination_state::absent,
                               .user_sessions = 0,
                               .new_session_id = "{1}"};
    SUBCASE("uploads are disabled") {
        w.directory.uploads_enabled = false;
        check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::uploads_disabled);
    }
    SUBCASE("not authorised") {
        facts.is_authorized = false;
        check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::access_denied);
    }
    SUBCASE("no common protocol") {
        r.supported_protocols = protocol_list_view("{00000000-0000-0000-0000-000000000000}");
        check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::no_common_protocol);
    }
    SUBCASE("the destination exists: 409, or 403 where that is set") {
        facts.destination = destination_state::exists;
        check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::destination_exists);
        w.directory.refuse_existing_with_403 = true;
        check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::destination_exists_403);
    }
    SUBCASE("the destination is a folder") {
        facts.destination = destination_state::is_folder;
        w.directory.allow_overwrites = true;
        check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::destination_is_folder);
    }
    SUBCASE("its folder is not there") {
        facts.destination = destination_state::folder_not_found;
        check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::folder_not_found);
    }
    SUBCASE("the user has too many sessions") {
        facts.user_sessions = 50;
        check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::too_many_sessions);
        facts.user_sessions = 49;
        CHECK(w.server.on_request(r, w.directory, facts).todo == upload_server_todo::make_room);
        w.store.erase("{1}");
    }
    SUBCASE("the embedder's id is none") {
        for (const std::string& bad :
             {std::string(), std::string(101, 'x'), std::string("a "), std::string("a\r\nb")}) {
            facts.new_session_id = bad;
            check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::storage_failed);
        }
    }
    SUBCASE("the embedder's id is taken") {
        w.store.insert("{1}", inbox_file, upload_session());
        check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::storage_failed);
        w.store.erase("{1}");
    }
    CHECK(w.store.records.empty());
}

TEST_CASE("server: a destination that exists may be replaced where that is set [bits-iis-extension-properties]") {
    world w;
    w.destinations[std::string(inbox_file)] = "old";
    check_refused(w.exchange(request(packet_type::create_session)), refusal::destination_exists);
    w.directory.allow_overwrites = true;
    w.exchange(request(packet_type::create_session));
    REQUIRE(w.store.find("{2}") != nullptr);
}

TEST_CASE("server: without room for the file there is no session") {
    world w;
    w.room_problem = refusal::disk_full;
    const auto a = w.exchange(request(packet_type::create_session));
    check_refused(a, refusal::disk_full);
    CHECK(a->session_id.empty());
    CHECK(w.store.records.empty());
}

TEST_CASE("server: an unknown session, and one of another user or target, are not there [MC-BUP 3.2.5.2.3]") {
    world w;
    w.create();
    for (const packet_type type : {packet_type::fragment, packet_type::close_session, packet_type::cancel_session}) {
        upload_request r = request(type, "{unknown}");
        if (type == packet_type::fragment) r.range = {0, 1, 1};
        const auto a = w.exchange(r, "x");
        check_refused(a, refusal::session_not_found);
        CHECK(a->session_id == "{unknown}");
        r.session_id = "{1}";
        r.target = "/inbox/other.bin";
        check_refused(w.exchange(r, "x"), refusal::session_not_found);
    }
    CHECK(w.session().state() == upload_server_state::receive_fragments);
    CHECK(w.session().received_bytes() == 0);
}

TEST_CASE("server: a Fragment beyond the next expected byte gets 416 with the offset [MC-BUP 3.2.5.2.6]") {
    world w;
    w.create();
    w.send(0, 3);
    const auto a = w.send(4, 2);
    check_refused(a, refusal::out_of_sync);
    CHECK(a->received_content_range == 3);
    CHECK(w.store.find("{1}")->partial == "012");
    CHECK(w.send(3, 7)->received_content_range == 10);
}

TEST_CASE("server: every Ack to a Fragment of a session says which byte is next, also one that refuses "
          "[MC-BUP 2.2.7.2]") {
    world w;
    w.directory.notification = notification_type::by_value;
    w.create();
    w.send(0, 4);
    const auto refused = [](const std::optional<ack>& a, std::uint64_t next) {
        REQUIRE(a);
        CHECK(a->status >= 400);
        CHECK(a->received_content_range == next);
        CHECK(size_of_message(*a));
    };
    refused(w.exchange(fragment(4, 6, 11), "456789"), 4);
    w.store_problem = refusal::disk_full;
    refused(w.send(4, 6), 4);
    w.store_problem.reset();
    w.directory.max_fragment_bytes = 5;
    refused(w.send(4, 6), 4);
    w.directory.max_fragment_bytes = UINT64_MAX;
    refused(w.send(5, 5), 4);
    w.application = refused_by_application(503);
    refused(w.send(4, 6), 10);
    w.application = refused_by_application(403);
    refused(w.send(4, 6), 10);
    refused(w.send(4, 6), 10);
    const auto unknown = w.exchange(request(packet_type::fragment, "{unknown}")); // there is no next byte
    CHECK_FALSE(unknown->received_content_range);
    w.cancel();
    CHECK_FALSE(w.send(4, 6)->received_content_range);
    world busy;
    busy.create();
    busy.send(0, 10);
    std::ignore = busy.begin(request(packet_type::close_session));
    refused(busy.begin(fragment(0, 10)).answer, 10);
}

TEST_CASE("server: of an overlap only the new bytes are stored, old ones never overwritten [fragment]") {
    world w;
    w.create();
    w.send(0, 6);
    const upload_request r = fragment(2, 7);
    const auto step = w.begin(r);
    CHECK(step.todo == upload_server_todo::store_body);
    CHECK(step.skip_bytes == 4);
    CHECK(step.offset == 6);
    CHECK(step.size_bytes == 3);
    const auto a = w.work_off(r, step, "XXXX678");
    CHECK(a->received_content_range == 9);
    CHECK(w.store.find("{1}")->partial == "012345678");
}

TEST_CASE("server: a Fragment of which all is there gets 200 and writes nothing [fragment]") {
    world w;
    w.create();
    w.send(0, 6);
    const auto step = w.begin(fragment(1, 4));
    CHECK(step.todo == upload_server_todo::answer);
    CHECK(step.drop_bytes == 4);
    CHECK(step.answer.received_content_range == 6);
}

TEST_CASE("server: the total must not change once bytes are stored [MC-BUP 2.2.1.2]") {
    world w;
    w.create();
    SUBCASE("a Fragment that was not stored binds nothing") {
        w.store_problem = refusal::disk_full;
        check_refused(w.exchange(fragment(0, 4, 20), "0123"), refusal::disk_full);
        CHECK_FALSE(w.session().total_bytes());
        w.store_problem.reset();
    }
    w.send(0, 4);
    check_refused(w.exchange(fragment(4, 6, 11), "456789"), refusal::total_changed);
    check_refused(w.exchange(fragment(0, 4, 4), "0123"), refusal::total_changed);
    CHECK(w.session().total_bytes() == 10);
    CHECK(w.send(4, 6)->status == 200);
    check_refused(w.exchange(fragment(0, 4, 4), "0123"), refusal::total_changed); // complete, too
}

TEST_CASE("server: too large uploads and too large Fragments [MC-BUP 2.2.1.2, 3.1.5.2.4]") {
    world w;
    w.directory.max_upload_bytes = 9;
    w.create();
    check_refused(w.send(0, 4), refusal::upload_too_large);
    w.directory.max_upload_bytes = 10;
    w.directory.max_fragment_bytes = 4;
    check_refused(w.send(0, 5), refusal::fragment_too_large);
    CHECK(w.send(0, 4)->status == 200);
}

TEST_CASE("server: what a Fragment that was cut short has left behind the end is no part of the file") {
    world w;
    w.create();
    w.exchange(fragment(0, 10), file.substr(0, 7));
    check_accepted(w.exchange(fragment(0, 0, 0))); // nothing was taken, so the total is not known yet
    check_accepted(w.close());
    CHECK(w.destinations.find(inbox_file)->second.empty());
}

TEST_CASE("server: a body cut short counts only where that is set") {
    world w;
    w.create();
    SUBCASE("not set") {
        const auto a = w.exchange(fragment(0, 6), "0123");
        check_refused(a, refusal::body_cut_short);
        CHECK_FALSE(a->keep_alive);
        CHECK(w.session().received_bytes() == 0);
    }
    SUBCASE("set") {
        w.directory.keep_partial_fragments = true;
        const auto a = w.exchange(fragment(0, 6), "0123");
        check_accepted(a);
        CHECK(a->received_content_range == 4);
        CHECK_FALSE(a->keep_alive);
        check_refused(w.exchange(fragment(4, 6), ""), refusal::body_cut_short); // nothing came
        CHECK(w.session().received_bytes() == 4);
    }
    CHECK(w.send(0, 10)->received_content_range == 10);
    CHECK(w.store.find("{1}")->partial == file);
}

TEST_CASE("server: more stored than was to be stored counts as what was to be stored") {
    world w;
    w.create();
    const auto step = w.begin(fragment(0, 4));
    CHECK(w.server.on_stored("{1}", step.ticket, 1000, w.directory, w.now).answer.received_content_range == 4);
    CHECK(w.session().received_bytes() == 4);
}

TEST_CASE("server: a disk that is full loses nothing that was acknowledged [MC-BUP 2.2.1.2]") {
    world w;
    w.create();
    w.send(0, 4);
    w.store_problem = refusal::disk_full;
    const auto a = w.send(4, 6);
    check_refused(a, refusal::disk_full);
    CHECK_FALSE(a->keep_alive);
    CHECK(w.session().received_bytes() == 4);
    w.store_problem.reset();
    CHECK(w.send(4, 6)->received_content_range == 10);
    w.close();
    CHECK(w.destinations[std::string(inbox_file)] == file);
}

TEST_CASE("server: the body of a refused request is dropped, or the connection closed") {
    world w;
    w.create();
    upload_request r = fragment(5, 5);
    CHECK(w.begin(r).drop_bytes == 5);
    CHECK(w.begin(r).answer.keep_alive);
    w.directory.max_dropped_bytes = 4;
    CHECK(w.begin(r).drop_bytes == 0);
    CHECK_FALSE(w.begin(r).answer.keep_alive);
    w.directory.max_dropped_bytes = 5;
    r.expects_continue = true; // whether the body comes is not known
    CHECK(w.begin(r).drop_bytes == 0);
    CHECK_FALSE(w.begin(r).answer.keep_alive);
    r.session_id = "{unknown}";
    r.expects_continue = false;
    CHECK(w.begin(r).drop_bytes == 5);
    r.keep_alive = false;
    CHECK_FALSE(w.begin(r).answer.keep_alive);
}

TEST_CASE("server: the body of a last Fragment that only notifies again is read before that, and stored nowhere") {
    world w;
    w.directory.notification = notification_type::by_value;
    w.create();
    w.application = refused_by_application(503);
    w.send(0, 10);
    auto step = w.begin(fragment(4, 6));
    CHECK(step.todo == upload_server_todo::store_body);
    CHECK(step.skip_bytes == 6);
    CHECK(step.size_bytes == 0);
    step = w.server.on_stored("{1}", step.ticket, 0, w.directory, w.now);
    CHECK(step.todo == upload_server_todo::notify);
    w.application = refused_by_application(403);
    CHECK(w.work_off(fragment(4, 6), step, {})->status == 403);
    step = w.begin(fragment(4, 6)); // it will not be notified again
    CHECK(step.todo == upload_server_todo::answer);
    CHECK(step.drop_bytes == 6);
    CHECK(w.store.find("{1}")->partial == file);
}

TEST_CASE("server: 100 (Continue) is sent where it is waited for and the body is wanted [RFC 9110 10.1.1]") {
    world w;
    w.create();
    upload_request r = fragment(0, 4);
    CHECK_FALSE(w.begin(r).send_continue);
    r.expects_continue = true;
    CHECK(w.begin(r).send_continue);
}

TEST_CASE("server: an empty file, with and without a Fragment") {
    world w;
    w.create();
    SUBCASE("without") {}
    SUBCASE("with bytes */0") { CHECK(w.exchange(fragment(0, 0, 0))->received_content_range == 0); }
    check_accepted(w.close());
    CHECK(w.destinations.at(std::string(inbox_file)).empty());
    CHECK(w.publications[std::string(inbox_file)] == 1);
}

TEST_CASE("server: after the empty Fragment of an empty file there are no others") {
    world w;
    w.create();
    w.exchange(fragment(0, 0, 0));
    check_refused(w.exchange(fragment(0, 4, 10), "0123"), refusal::total_changed);
}

TEST_CASE("server: a session that saw a Fragment is never closed as an empty file") {
    world w;
    w.directory.allow_overwrites = true;
    w.destinations[std::string(inbox_file)] = "precious";
    w.create();
    SUBCASE("it was not stored") {
        w.store_problem = refusal::disk_full;
        w.send(0, 10);
    }
    SUBCASE("it was out of sync") { w.send(5, 5); }
    SUBCASE("it was too large") {
        w.directory.max_upload_bytes = 5;
        w.send(0, 10);
    }
    SUBCASE("it is still on its way") { std::ignore = w.begin(fragment(0, 10)); }
    check_refused(w.close(), refusal::closed_too_early);
    CHECK(w.destinations[std::string(inbox_file)] == "precious");
}

TEST_CASE("server: closing too early deletes the upload and is no success [close-session]") {
    world w;
    w.create();
    w.send(0, 9);
    const auto step = w.begin(request(packet_type::close_session));
    CHECK(step.todo == upload_server_todo::discard);
    check_refused(step.answer, refusal::closed_too_early);
    CHECK(w.destinations.empty());
    check_refused(w.send(9, 1), refusal::session_not_found);
    check_refused(w.close(), refusal::session_not_found);
}

TEST_CASE("server: Close-Session can be repeated after a lost Ack, and publishes once [MC-BUP 3.2.5.1.5]") {
    world w;
    w.create();
    w.send(0, 10);
    w.close();
    check_accepted(w.close());
    CHECK(w.publications[std::string(inbox_file)] == 1);
    check_refused(w.cancel(), refusal::session_not_found); // too late
    check_refused(w.send(0, 10), refusal::session_not_found);
}

TEST_CASE("server: a file that cannot be moved leaves the session as it is [MC-BUP 3.2.5.2.7]") {
    world w;
    w.create();
    w.send(0, 10);
    for (const refusal why : {refusal::storage_failed, refusal::file_deleted, refusal::destination_exists}) {
        w.publish_problem = why;
        check_refused(w.close(), why);
        CHECK(w.session().state() == upload_server_state::wait_for_close);
    }
    w.publish_problem.reset();
    check_accepted(w.close());
}

TEST_CASE("server: of two uploads to one destination the second to close is refused") {
    world w;
    w.create();
    REQUIRE(w.exchange(request(packet_type::create_session))->session_id == "{2}");
    w.send(0, 10);
    upload_request r = fragment(0, 3, 3);
    r.session_id = "{2}";
    w.exchange(r, "abc");
    check_accepted(w.close());
    check_refused(w.exchange(request(packet_type::close_session, "{2}")), refusal::destination_exists);
    CHECK(w.destinations[std::string(inbox_file)] == file);
}

TEST_CASE(
    "server: Cancel-Session deletes everything, also after the last Fragment, and can be repeated [MC-BUP 3.2.5.2.8]") {
    world w;
    w.create();
    SUBCASE("before a Fragment") {}
    SUBCASE("between") { w.send(0, 4); }
    SUBCASE("after the last") { w.send(0, 10); }
    const auto step = w.begin(request(packet_type::cancel_session));
    CHECK(step.todo == upload_server_todo::discard);
    check_accepted(step.answer);
    check_accepted(w.cancel());
    CHECK(w.destinations.empty());
    check_refused(w.send(0, 4), refusal::session_not_found);
    check_refused(w.close(), refusal::session_not_found);
}

TEST_CASE("server: the next request takes the session over from a Fragment whose connection has died") {
    world w;
    w.create();
    const auto dead = w.begin(fragment(0, 6));
    CHECK(w.session().holds(dead.ticket));
    const auto step = w.begin(fragment(0, 4));
    CHECK_FALSE(w.session().holds(dead.ticket));
    CHECK(w.session().holds(step.ticket));
    CHECK(w.server.on_stored("{1}", dead.ticket, 6, w.directory, w.now).todo == upload_server_todo::abandon);
    CHECK(w.server.on_not_stored("{1}", dead.ticket, refusal::disk_full, w.directory, w.now).todo ==
          upload_server_todo::abandon);
    CHECK(w.session().received_bytes() == 0);
    CHECK(w.server.on_stored("{1}", step.ticket, 4, w.directory, w.now).answer.received_content_range == 4);
    CHECK(w.server.on_stored("{1}", step.ticket, 4, w.directory, w.now).todo == upload_server_todo::abandon); // twice
    CHECK(w.session().received_bytes() == 4);
}

TEST_CASE("server: while the file is moved or the application asked, other requests have to come again") {
    world w;
    w.create();
    w.send(0, 10);
    const auto publishing = w.begin(request(packet_type::close_session));
    REQUIRE(publishing.todo == upload_server_todo::publish);
    check_refused(w.close(), refusal::session_busy);
    check_refused(w.cancel(), refusal::session_busy);
    check_refused(w.send(0, 10), refusal::session_busy);
    CHECK_FALSE(w.session().is_expired(w.directory, {UINT64_MAX - 1}));
    CHECK(w.server.on_published("{1}", publishing.ticket, {}, w.directory, w.now).answer.status == 200);
}

TEST_CASE("server: a report about what nobody asked for is abandoned") {
    world w;
    w.create();
    const auto step = w.begin(fragment(0, 4));
    CHECK(w.server.on_published("{1}", step.ticket, {}, w.directory, w.now).todo == upload_server_todo::abandon);
    CHECK(w.server.on_notified("{1}", step.ticket, {}, w.directory, w.now).todo == upload_server_todo::abandon);
    CHECK(w.server.on_room("{1}", step.ticket, {}, w.directory, w.now).todo == upload_server_todo::abandon);
    CHECK(w.server.on_stored("{gone}", step.ticket, 4, w.directory, w.now).todo == upload_server_todo::abandon);
    CHECK(w.session().holds(step.ticket));
}

TEST_CASE("server: the last Fragment notifies the application, once [MC-BUP 3.2.5.1.2, 3.2.5.1.3]") {
    world w;
    w.directory.notification = notification_type::by_reference;
    w.application.copy_to_destination = true;
    w.reply = "http://host/replies/1";
    w.create();
    CHECK(w.send(0, 4)->reply_url.empty());
    CHECK(w.notified.empty());
    const auto last = w.send(4, 6);
    check_accepted(last);
    CHECK(last->reply_url == "http://host/replies/1");
    CHECK(w.notified == std::vector<std::string>{std::string(file)});
    const auto again = w.send(4, 6); // the Ack was lost
    CHECK(again->reply_url == "http://host/replies/1");
    CHECK(again->received_content_range == 10);
    CHECK(w.send(0, 4)->reply_url == "http://host/replies/1"); // the client may have made its Fragments smaller
    CHECK(w.notified.size() == 1);
    check_accepted(w.close());
    CHECK(w.destinations[std::string(inbox_file)] == file);
}

TEST_CASE("server: without BITS-Copy-File-To-Destination the file is deleted at Close-Session [MC-BUP 3.2.5.1.5]") {
    world w;
    w.directory.notification = notification_type::by_value;
    w.create();
    w.send(0, 10);
    const auto step = w.begin(request(packet_type::close_session));
    CHECK(step.todo == upload_server_todo::discard);
    check_accepted(step.answer);
    check_accepted(w.close());
    CHECK(w.destinations.empty());
}

TEST_CASE("server: an application error keeps all bytes, and the next last Fragment notifies again "
          "[handling-server-application-errors]") {
    world w;
    w.directory.notification = notification_type::by_value;
    w.create();
    w.application = refused_by_application(500);
    const auto a = w.send(0, 10);
    REQUIRE(a);
    CHECK(a->status == 500);
    CHECK(a->error_code == hresult::from_http_status(500));
    CHECK(a->error_context == error_context::remote_application);
    CHECK(size_of_message(*a));
    CHECK(w.session().state() == upload_server_state::receive_fragments);
    CHECK(w.session().received_bytes() == 10);
    w.restart();
    w.application = accepted_by_application(false);
    check_accepted(w.send(0, 10));
    CHECK(w.notified.size() == 2);
}

TEST_CASE("server: with all bytes there, any Fragment and Close-Session notify again [MC-BUP 3.2.5.1.2]") {
    world w;
    w.directory.notification = notification_type::by_value;
    w.application = refused_by_application(503);
    w.create();
    w.send(0, 10);
    CHECK(w.send(0, 4)->status == 503); // a client that has made its Fragments smaller
    CHECK(w.notified.size() == 2);
    CHECK(w.close()->status == 503);
    CHECK(w.session().received_bytes() == 10);
    w.application = accepted_by_application(true);
    SUBCASE("a Fragment") {
        CHECK(w.send(0, 4)->received_content_range == 10);
        check_accepted(w.close());
    }
    SUBCASE("Close-Session") { check_accepted(w.close()); }
    CHECK(w.notified.size() == 4);
    CHECK(w.destinations[std::string(inbox_file)] == file);
}

TEST_CASE("server: 403 of the application is final, and remembered [handling-server-application-errors]") {
    world w;
    w.directory.notification = notification_type::by_value;
    w.create();
    w.application = refused_by_application(403);
    CHECK(w.send(0, 10)->status == 403);
    w.application = accepted_by_application(false);
    w.restart();
    const auto again = w.send(0, 10);
    CHECK(again->status == 403);
    CHECK(again->error_code == "BG_E_HTTP_ERROR_403"_hresult);
    CHECK(again->error_context == error_context::remote_application);
    CHECK(w.notified.size() == 1);
    const auto closed = w.close(); // ends it, and is no success
    CHECK(closed->status == 403);
    CHECK(w.session().state() == upload_server_state::cancel);
    CHECK(w.destinations.empty());
}

TEST_CASE("server: an application hears of an empty file at its Close-Session") {
    world w;
    w.directory.notification = notification_type::by_value;
    w.application.copy_to_destination = true;
    w.create();
    w.application.meaning = disposition::transient;
    w.application.status = 503;
    CHECK(w.close()->status == 503);
    CHECK(w.destinations.empty());
    w.application.meaning = disposition::success;
    check_accepted(w.close());
    CHECK(w.notified.size() == 2);
    CHECK(w.destinations.at(std::string(inbox_file)).empty());
}

TEST_CASE("server: a reply URL that cannot be sent is the application's error [MC-BUP 2.2.1.2]") {
    for (const std::string& bad : {std::string(2201, 'r'), std::string("r\r\nx"), std::string(" r")}) {
        world w;
        w.directory.notification = notification_type::by_value;
        w.create();
        w.reply = bad;
        check_refused(w.send(0, 10), refusal::bad_reply_url);
        w.reply = "r";
        check_accepted(w.send(0, 10));
    }
}

TEST_CASE("server: Cancel-Session does not wait for the application [MC-BUP 3.2.5.2.8]") {
    world w;
    w.directory.notification = notification_type::by_value;
    w.create();
    const upload_request r = fragment(0, 10);
    auto step = w.begin(r);
    step = w.server.on_stored("{1}", step.ticket, 10, w.directory, w.now);
    REQUIRE(step.todo == upload_server_todo::notify);
    check_refused(w.send(0, 10), refusal::session_busy);
    check_accepted(w.cancel());
    CHECK(w.server.on_notified("{1}", step.ticket, {}, w.directory, w.now).todo == upload_server_todo::abandon);
    CHECK(w.session().state() == upload_server_state::cancel);
}

TEST_CASE("server: a session without progress ends, and progress resets its time [MC-BUP 3.2.2.1, 3.2.6.1]") {
    world w;
    w.directory.session_timeout_s = 10;
    w.create();
    w.now = after_s(w.now, 9);
    w.send(0, 4);
    w.now = after_s(w.now, 9);
    w.send(0, 4); // no progress
    CHECK_FALSE(w.server.expire("{1}", w.directory, w.now));
    REQUIRE(w.store.find("{1}") != nullptr);
    w.now = after_s(w.now, 1);
    std::ignore = w.begin(fragment(4, 6)); // a body that is on its way is no progress yet, and may never come
    CHECK(w.server.expire("{1}", w.directory, w.now)); // its files are to be deleted
    CHECK(w.store.records.empty());
    CHECK_FALSE(w.server.expire("{1}", w.directory, w.now));
    check_refused(w.send(4, 6), refusal::session_not_found);
}

TEST_CASE("server: a closed session is remembered for a while, and counts for no limit") {
    world w;
    w.directory.sessions_per_user = 1;
    w.directory.remember_closed_s = 5;
    w.create();
    check_refused(w.exchange(request(packet_type::create_session)), refusal::too_many_sessions);
    w.send(0, 10);
    w.close();
    w.directory.allow_overwrites = true;
    CHECK(w.exchange(request(packet_type::create_session))->status == 200);
    w.now = after_s(w.now, 4);
    CHECK_FALSE(w.server.expire("{1}", w.directory, w.now));
    check_accepted(w.close());
    w.now = after_s(w.now, 5);
    CHECK_FALSE(w.server.expire("{1}", w.directory, w.now)); // nothing to delete, but forgotten
    CHECK(w.store.find("{1}") == nullptr);
}

TEST_CASE("server: a restart between any two requests loses nothing") {
    for (int at = 0; at < 5; ++at) {
        CAPTURE(at);
        world w;
        w.create();
        if (at == 0) w.restart();
        w.send(0, 4);
        if (at == 1) w.restart();
        if (at == 2) { // while a Fragment is on its way
            std::ignore = w.begin(fragment(4, 6));
            w.restart();
        }
        CHECK(w.send(4, 6)->received_content_range == 10);
        if (at == 3) w.restart();
        if (at == 4) {
            std::ignore = w.begin(request(packet_type::close_session));
            w.restart();
        }
        check_accepted(w.close());
        w.restart();
        check_accepted(w.close());
        CHECK(w.destinations[std::string(inbox_file)] == file);
        CHECK(w.publications[std::string(inbox_file)] == 1);
    }
}

TEST_CASE("server: a whole 64-bit file has no end that wraps") {
    world w;
    w.create();
    const auto step = w.begin(fragment(0, UINT64_MAX, UINT64_MAX));
    CHECK(step.size_bytes == UINT64_MAX);
    CHECK(w.server.on_stored("{1}", step.ticket, UINT64_MAX, w.directory, w.now).answer.received_content_range ==
          UINT64_MAX);
    CHECK(w.session().state() == upload_server_state::wait_for_close);
}

TEST_CASE("server: every answer ends a connection that the client ends [RFC 9112 9.6]") {
    const auto ends = [](upload_request r, const server_world& like, std::string_view body = {}) {
        server_world w;
        w.directory = like.directory;
        w.application = like.application;
        w.exchange(request(packet_type::create_session));
        r.keep_alive = false;
        const auto a = w.exchange(r, body);
        REQUIRE(a);
        return !a->keep_alive;
    };
    server_world plain;
    CHECK(ends(request(packet_type::ping), plain));
    CHECK(ends(request(packet_type::create_session), plain));
    CHECK(ends(fragment(0, 4), plain, "0123"));
    CHECK(ends(fragment(4, 4), plain, "4567"));
    CHECK(ends(request(packet_type::close_session), plain));
    CHECK(ends(request(packet_type::cancel_session), plain));
    CHECK(ends(request(packet_type::cancel_session, "{unknown}"), plain));
    server_world notifying;
    notifying.directory.notification = notification_type::by_value;
    notifying.application = refused_by_application(500);
    CHECK(ends(fragment(0, 10), notifying, file));
    notifying.application = accepted_by_application(false);
    CHECK(ends(fragment(0, 10), notifying, file));
    world busy;
    busy.create();
    busy.send(0, 10);
    std::ignore = busy.begin(request(packet_type::close_session));
    upload_request r = fragment(0, 10);
    CHECK(busy.begin(r).drop_bytes == 10);
    CHECK(busy.begin(r).answer.keep_alive);
    r.keep_alive = false;
    CHECK_FALSE(busy.begin(r).answer.keep_alive);
}

TEST_CASE("server: a directory that is disabled or forbidden refuses sessions that are there") {
    for (const packet_type type : {packet_type::fragment, packet_type::close_session, packet_type::cancel_session}) {
        world w;
        w.create();
        upload_request r = request(type);
        if (type == packet_type::fragment) r.range = {0, 1, 1};
        check_refused(
            w.server.on_request(r, w.directory, {.now = w.now, .is_authorized = false, .is_owner = true}).answer,
            refusal::access_denied);
        w.directory.uploads_enabled = false;
        check_refused(w.begin(r).answer, refusal::uploads_disabled);
        CHECK(w.session().state() == upload_server_state::receive_fragments);
    }
}

TEST_CASE("server: a session can be ended before its time [MC-BUP 3.2.4.2, 3.2.7]") {
    world w;
    w.create();
    const auto step = w.begin(fragment(0, 4));
    CHECK(w.server.end("{1}")); // it has files
    CHECK(w.store.records.empty());
    CHECK(w.server.on_stored("{1}", step.ticket, 4, w.directory, w.now).todo == upload_server_todo::abandon);
    CHECK_FALSE(w.server.end("{1}"));
    upload_session over(time_point{});
    over.expire();
    over.expire();
    CHECK(over.is_over());
}

TEST_CASE("server: a session that is asked for what is no business of a session knows nothing of it") {
    world w;
    w.create();
    for (const packet_type type : {packet_type::ping, packet_type::create_session}) {
        upload_session s = w.session();
        const auto step = s.on_request(request(type), w.directory, {.session_id = "{1}", .now = w.now});
        CHECK(step.todo == upload_server_todo::answer);
        check_refused(step.answer, refusal::session_not_found);
        CHECK(s.state() == upload_server_state::receive_fragments);
    }
}

TEST_CASE("server: a room report that comes too late does not touch the session") {
    world w;
    w.create();
    CHECK(w.server.on_room("{1}", 1, refusal::disk_full, w.directory, w.now).todo == upload_server_todo::abandon);
    CHECK(w.store.find("{1}") != nullptr);
}

TEST_CASE("server: what the directory or the embedder got wrong is refused, and every answer can be sent") {
    world misled;
    misled.directory.host_id = "no host";
    check_refused(misled.exchange(request(packet_type::create_session)), refusal::storage_failed);
    misled.directory.host_id = "host:99999";
    check_refused(misled.exchange(request(packet_type::create_session)), refusal::storage_failed);
    world w;
    w.create();
    w.directory.notification = notification_type::by_value;
    w.application = {.meaning = disposition::transient, .status = 200};
    const auto a = w.send(0, 10);
    REQUIRE(a);
    CHECK(a->status == 502);
    CHECK(size_of_message(*a));
    auto step = w.begin(fragment(0, 10));
    step = w.server.on_not_stored("{1}", step.ticket, refusal::out_of_sync, w.directory, w.now);
    CHECK(size_of_message(step.answer));
    CHECK(step.answer.received_content_range == 10);
}

TEST_CASE("server: no fall-back time-out is sent where none is set [MC-BUP 3.2.1.1]") {
    world w;
    w.directory.host_id = "other";
    w.directory.host_id_fallback_timeout_s = 0;
    CHECK(w.exchange(request(packet_type::create_session))->host_id_fallback_timeout_s == host_id_fallback_never_s);
}

TEST_CASE("server: a restart in each state goes on as if there had been none") {
    world w;
    w.directory.notification = notification_type::by_value;
    w.directory.session_timeout_s = 10;
    w.create();
    w.now = after_s(w.now, 9);
    w.send(0, 4);
    w.restart();
    w.now = after_s(w.now, 9);
    CHECK_FALSE(w.session().is_expired(w.directory, w.now)); // the time of its progress was kept
    auto step = w.begin(fragment(4, 6));
    step = w.server.on_stored("{1}", step.ticket, 6, w.directory, w.now);
    REQUIRE(step.todo == upload_server_todo::notify);
    const std::uint32_t before = step.ticket;
    w.restart(); // the application is asked again
    CHECK(w.server.on_notified("{1}", before, {}, w.directory, w.now).todo == upload_server_todo::abandon);
    w.application.copy_to_destination = false;
    w.reply = "r";
    CHECK(w.send(4, 6)->reply_url == "r");
    w.restart();
    CHECK(w.begin(request(packet_type::close_session)).todo == upload_server_todo::discard); // not to be copied
    w.restart();
    check_accepted(w.close());
    world creating;
    std::ignore = creating.begin(request(packet_type::create_session));
    creating.restart(); // the client has not heard of the session
    CHECK(creating.session().is_over());
}

TEST_CASE("server: sessions that are kept as bytes go on in the middle of a request") {
    world w;
    w.create();
    const auto store_as_bytes = [&] {
        std::string bytes(upload_session::max_snapshot_size, '\0');
        bytes.resize(*w.session().write_snapshot(bytes, {w.now, w.wall}));
        w.session() = upload_session();
        w.session() = *upload_session::read_snapshot(bytes);
    };
    auto step = w.begin(fragment(0, 10));
    store_as_bytes();
    CHECK(w.session().holds(step.ticket));
    step = w.server.on_stored("{1}", step.ticket, 10, w.directory, w.now);
    CHECK(step.answer.received_content_range == 10);
    step = w.begin(request(packet_type::close_session));
    store_as_bytes();
    check_accepted(w.server.on_published("{1}", step.ticket, {}, w.directory, w.now).answer);
}

TEST_CASE("server: a reply URL is told once the application has taken the upload, and has at most 2,200 characters") {
    world w;
    w.directory.notification = notification_type::by_value;
    w.create();
    w.store.find("{1}")->reply_url = "too early";
    CHECK(w.send(0, 4)->reply_url.empty());
    w.store.find("{1}")->reply_url.clear();
    w.reply = std::string(2200, 'r');
    CHECK(w.send(4, 6)->reply_url == w.reply);
}

TEST_CASE("server: an empty file is closed once, also if it could not be moved at first") {
    world w;
    w.create();
    w.publish_problem = refusal::storage_failed;
    check_refused(w.close(), refusal::storage_failed);
    check_refused(w.exchange(fragment(0, 3, 4), "012"), refusal::total_changed); // it was closed as empty
    w.publish_problem.reset();
    check_accepted(w.close());
    check_accepted(w.close());
    CHECK(w.publications[std::string(inbox_file)] == 1);
}

// Literally, so that a change of the table is seen here.
TEST_CASE("server: what refusals say [MC-BUP 2.2.1.2, ack-for-create-session]") {
    struct {
        refusal why;
        int status;
        std::uint32_t code;
        std::uint32_t context;
    } const wanted[] = {
        {refusal::uploads_disabled, 501, 0x80070005, 5},       {refusal::access_denied, 403, 0x80070005, 5},
        {refusal::no_common_protocol, 400, 0x80070057, 5},     {refusal::folder_not_found, 404, 0x80190194, 5},
        {refusal::destination_is_folder, 400, 0x80070057, 5},  {refusal::destination_exists, 409, 0x80070005, 5},
        {refusal::destination_exists_403, 403, 0x80070005, 5}, {refusal::too_many_sessions, 503, 0x801901f7, 5},
        {refusal::session_not_found, 500, 0x8020001f, 5},      {refusal::session_busy, 503, 0x801901f7, 5},
        {refusal::upload_too_large, 500, 0x80200020, 5},       {refusal::fragment_too_large, 413, 0x80200020, 5},
        {refusal::total_changed, 400, 0x80070057, 5},          {refusal::out_of_sync, 416, 0, 5},
        {refusal::body_cut_short, 400, 0x80070057, 5},         {refusal::closed_too_early, 400, 0x80070057, 5},
        {refusal::file_deleted, 404, 0x80190194, 5},           {refusal::disk_full, 500, 0x80070070, 5},
        {refusal::storage_failed, 500, 0x801901f4, 5},         {refusal::bad_reply_url, 400, 0x80070057, 7},
        {refusal::application_timeout, 408, 0x80190198, 7},    {refusal::application_unreachable, 502, 0x801901f6, 7},
    };
    CHECK(std::size(wanted) == refusal_rows.size());
    for (const auto& row : wanted) {
        CAPTURE(std::string(enum_name(row.why)));
        const ack a = refuse(row.why, packet_type::fragment, "{1}");
        CHECK(a.status == row.status);
        CHECK(a.error_code == hresult{row.code});
        CHECK(a.error_context == static_cast<error_context>(row.context));
    }
}

TEST_CASE("server: a session is at most 192 bytes") { CHECK(sizeof(upload_session) <= 192); }

TEST_CASE("server: everything works in constant expressions") {
    constexpr upload_server_state end = [] {
        upload_session s({0});
        const upload_directory d{.uploads_enabled = true, .max_upload_bytes = 3};
        const upload_session_call c{.session_id = "{1}", .now = time_point{}};
        auto step = s.create({.type = packet_type::create_session});
        std::ignore = s.on_room(step.ticket, {}, d, c);
        step = s.on_request({.type = packet_type::fragment, .range = {0, 3, 3}}, d, c);
        std::ignore = s.on_stored(step.ticket, 3, d, c);
        step = s.on_request({.type = packet_type::close_session}, d, c);
        std::ignore = s.on_published(step.ticket, {}, d, c);
        return s.state();
    }();
    static_assert(end == upload_server_state::complete);
    CHECK(end == upload_server_state::complete);
}

TEST_CASE("L4: facts that are left out, and settings, let nobody in") {
    world w;
    w.create();
    w.send(0, 4);
    const upload_request careless{.type = packet_type::fragment,
                                  .target = "/bob/other",
                                  .host = "host",
                                  .session_id = "{1}",
                                  .range = {4, 6, 10}};
    const auto answer = w.server.on_request(careless, w.directory, {.now = w.now});
    CHECK(answer.todo == upload_server_todo::answer);
    check_refused(answer.answer, refusal::access_denied);
    // Of these, each one lets somebody in; without any one of them, nobody.
    const upload_request_facts good{.now = w.now,
                                    .is_authorized = true,
                                    .is_owner = true,
                                    .destination = destination_state::absent,
                                    .user_sessions = 0,
                                    .new_session_id = "{2}"};
    const upload_request_facts none{.now = w.now};
    const auto create_without = [&](auto leave_out) {
        upload_request_facts facts = good;
        leave_out(facts);
        return w.server.on_request(request(packet_type::create_session), w.directory, facts);
    };
    check_refused(create_without([&](auto& f) { f.is_authorized = none.is_authorized; }).answer,
                  refusal::access_denied);
    check_refused(create_without([&](auto& f) { f.destination = none.destination; }).answer, refusal::storage_failed);
    check_refused(create_without([](auto& f) { f.destination = static_cast<destination_state>(99); }).answer,
                  refusal::storage_failed);
    check_refused(create_without([&](auto& f) { f.user_sessions = none.user_sessions; }).answer,
                  refusal::too_many_sessions);
    check_refused(create_without([&](auto& f) { f.new_session_id = none.new_session_id; }).answer,
                  refusal::storage_failed);
    CHECK(w.store.records.size() == 1);
    CHECK(create_without([](auto&) {}).todo == upload_server_todo::make_room);
    for (upload_request r :
         {fragment(4, 6), request(packet_type::close_session), request(packet_type::cancel_session)}) {
        upload_request_facts facts = good;
        facts.is_owner = none.is_owner;
        check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::session_not_found);
        facts = good;
        facts.is_authorized = none.is_authorized;
        check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::access_denied);
        check_refused(w.server.on_request(r, {}, good).answer, refusal::uploads_disabled);
    }
    // A directory of which only half is said takes no bytes.
    upload_directory d{.uploads_enabled = true};
    check_refused(w.server.on_request(fragment(4, 6), d, good).answer, refusal::upload_too_large);
    CHECK(w.session().received_bytes() == 4);
    CHECK(w.session().state() == upload_server_state::receive_fragments);
}

TEST_CASE("L4: a session takes no request for another target than its own, whatever the embedder says") {
    for (const packet_type type : {packet_type::fragment, packet_type::close_session, packet_type::cancel_session}) {
        for (const std::string_view other :
             {"/bob/other", "/inbox/file.bi", "/inbox/file.bin?", "/INBOX/file.bin", ""}) {
            world w;
            w.create();
            upload_request r = request(type);
            r.target = other;
            if (type == packet_type::fragment) r.range = {0, 10, 10};
            check_refused(w.exchange(r, file), refusal::session_not_found);
            CHECK(w.session().state() == upload_server_state::receive_fragments);
            CHECK(w.session().received_bytes() == 0);
            CHECK(w.destinations.empty());
        }
    }
    // A store that does not keep the target lets nobody in.
    world forgetful;
    forgetful.create();
    forgetful.store.find("{1}")->target.clear();
    check_refused(forgetful.send(0, 4), refusal::session_not_found);
}

TEST_CASE("L4: the absolute form of a target names the same upload, wherever its host is [RFC 9112 3.2.2]") {
    world w;
    w.create();
    upload_request r = fragment(0, 4);
    const std::string path(r.target);
    const std::string absolute = "http://other.example" + path;
    const std::string another = absolute + "x";
    const upload_request_facts facts{.now = w.now, .is_authorized = true, .is_owner = true};
    r.target = "no target";
    check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::session_not_found);
    r.target = another;
    check_refused(w.server.on_request(r, w.directory, facts).answer, refusal::session_not_found);
    r.target = absolute;
    CHECK(w.server.on_request(r, w.directory, facts).todo == upload_server_todo::store_body);
}

TEST_CASE("L4: a file that appears between Create-Session and Close-Session is not replaced, unless that is allowed") {
    for (const notification_type type : {notification_type::none, notification_type::by_value}) {
        for (const bool allowed : {false, true}) {
            world w;
            w.directory.allow_overwrites = allowed;
            w.directory.notification = type;
            w.application.copy_to_destination = true;
            w.create();
            w.send(0, 10);
            w.destinations[std::string(inbox_file)] = "of somebody else";
            const upload_server_step step = w.begin(request(packet_type::close_session));
            CHECK(step.todo == upload_server_todo::publish);
            CHECK(step.may_replace == allowed);
            const auto a = w.work_off(request(packet_type::close_session), step, {});
            if (allowed) {
                check_accepted(a);
            } else {
                check_refused(a, refusal::destination_exists);
            }
            CHECK(w.destinations[std::string(inbox_file)] == (allowed ? file : "of somebody else"));
        }
    }
    CHECK_FALSE(upload_server_step{}.may_replace);
}

// Templates, so that what does not compile is an answer.
template <class T>
constexpr bool may_be_empty = requires {
    T{};
};
template <class T>
constexpr bool needs_now = !may_be_empty<T> && requires {
    T{.now = time_point{}};
};
template <class Parser>
constexpr bool may_be_made_of_nothing = requires {
    Parser();
}
|| requires { Parser({}); };
template <class Packet>
constexpr bool may_be_read_without_settings =
    requires(typename detail::start_line_of<detail::packet_traits<Packet>::side>::type start) {
    parse_message<Packet>(start, std::array<std::pair<std::string_view, std::string_view>, 1>{}, {});
};

TEST_CASE("L4: what has no safe default does not compile where it is left out") {
    static_assert(needs_now<upload_request_facts>);
    static_assert(needs_now<upload_session_call>);
    static_assert(!may_be_empty<upload_client_config> && requires { upload_client_config{.size_bytes = 0}; });
    static_assert(may_be_empty<upload_directory>); // but takes nothing
    CHECK_FALSE(upload_directory{}.uploads_enabled);
    CHECK_FALSE(upload_directory{}.allow_overwrites);
    CHECK(upload_directory{}.max_upload_bytes == 0);
}

TEST_CASE("L7: an Ack reader must be told what is answered, and an Ack that was not filled in is not sent") {
    static_assert(!may_be_empty<ack_options>);
    static_assert(!may_be_made_of_nothing<ack_parser>);
    static_assert(!may_be_read_without_settings<ack>);
    static_assert(may_be_made_of_nothing<upload_request_parser> && may_be_read_without_settings<upload_request>);
    ack_parser parser({.answers = packet_type::create_session, .limits = {}});
    CHECK(parser
              .parse("HTTP/1.1 200 OK\r\nBITS-Packet-Type: Ack\r\nBITS-Session-Id: {1}\r\nContent-Length: 0\r\n"
                     "BITS-Protocol: {7df0354d-249b-430f-820d-3d2a9bef4931}\r\n\r\n")
              .is_complete());
    CHECK(size_of_message(ack{}).error() == error{errc::unsendable_combination, header::packet_type, 0});
    upload_client client({.url = "http://h/f", .size_bytes = 1});
    std::ignore = client.start({});
    CHECK(client.on_ack({.session_id = "{1}"}, {}).todo == upload_todo::stopped);
    CHECK(client.failure().what == upload_status::invalid_ack);
}

namespace {

constexpr std::uint64_t hour_ms = 3'600'000;
constexpr std::uint64_t day_ms = 24 * hour_ms;
/// By how much somebody sets the time of day, both ways.
constexpr std::array<std::uint64_t, 4> jumps_ms = {60'000, hour_ms, day_ms, 365 * day_ms};

/// A session in each state that outlives a request; `name` is for people.
struct session_at {
    std::string_view name;
    void (*come_there)(world&);
};
constexpr std::array<session_at, 6> sessions_at = {{
    {"created", [](world&) {}},
    {"under way", [](world& w) { w.send(0, 4); }},
    {"body being stored", [](world& w) { std::ignore = w.begin(fragment(0, 4)); }},
    {"all there", [](world& w) { w.send(0, 10); }},
    {"closed", [](world& w) { w.send(0, 10), w.close(); }},
    {"cancelled", [](world& w) { w.cancel(); }},
}};

} // namespace

TEST_CASE("P2: while a server runs, a session's time is that of the steady clock, however the time of day jumps") {
    for (const session_at& at : sessions_at) {
        CAPTURE(std::string(at.name));
        for (const std::uint64_t jump : jumps_ms) {
            for (const bool forward : {true, false}) {
                world w;
                w.directory.session_timeout_s = 7200;
                w.directory.remember_closed_s = 7200;
                w.create();
                w.pass_s(10);
                at.come_there(w);
                const auto keep_as_bytes = [&] {
                    std::string bytes(upload_session::max_snapshot_size, '\0');
                    bytes.resize(*w.session().write_snapshot(bytes, {w.now, w.wall}));
                    w.session() = *upload_session::read_snapshot(bytes);
                };
                const time_point progress =
                    at.name == "created" || at.name == "body being stored" ? time_point{w.now.ms - 10'000} : w.now;
                keep_as_bytes();
                w.wall.ms = forward ? w.wall.ms + jump : w.wall.ms - jump;
                keep_as_bytes();
                w.pass_s(60);
                keep_as_bytes();
                CHECK_FALSE(w.session().is_expired(w.directory, {progress.ms + 2 * hour_ms - 1}));
                CHECK(w.session().is_expired(w.directory, {progress.ms + 2 * hour_ms}));
            }
        }
    }
}

TEST_CASE(
    "P2: a restarted server believes the time of day only as far as that can be, and gives each session an hour") {
    for (const session_at& at : sessions_at) {
        CAPTURE(std::string(at.name));
        for (const std::uint32_t timeout_s : {600U, 7200U, 86'400U}) {
            const std::uint64_t timeout_ms = timeout_s * std::uint64_t{1000};
            const std::uint64_t grace_ms = std::min(hour_ms, timeout_ms);
            CAPTURE(timeout_s);
            for (const std::uint64_t jump : jumps_ms) {
                for (const bool forward : {true, false}) {
                    CAPTURE(jump);
                    CAPTURE(forward);
                    world w;
                    w.directory.session_timeout_s = timeout_s;
                    w.directory.remember_closed_s = timeout_s;
                    w.create();
                    w.send(0, 1);
                    at.come_there(w);
                    w.pass_s(60); // without progress
                    w.wall.ms = forward ? w.wall.ms + jump : w.wall.ms - jump;
                    w.restart(time_point{5}); // the steady clock begins anew
                    // The time that was seen to pass is counted, the jump before it was written is not.
                    const std::uint64_t first_left = std::max(timeout_ms - 60'000, grace_ms);
                    CHECK_FALSE(w.session().is_expired(w.directory, {5 + first_left - 1}));
                    CHECK(w.session().is_expired(w.directory, {5 + first_left}));
                    // A jump while the server is down cannot be seen as one.
                    std::string bytes(upload_session::max_snapshot_size, '\0');
                    bytes.resize(*w.session().write_snapshot(bytes, {w.now, w.wall}));
                    w.wall.ms = forward ? w.wall.ms + jump : w.wall.ms - jump;
                    w.session() = *upload_session::restore(bytes, {time_point{7}, w.wall});
                    const std::uint64_t passed =
                        forward ? std::min(60'000 + jump, timeout_ms) : (jump < 60'000 ? 60'000 - jump : 0);
                    const std::uint64_t left = std::max(timeout_ms - passed, passed == 0 ? timeout_ms : grace_ms);
                    CHECK_FALSE(w.session().is_expired(w.directory, {7 + left - 1}));
                    CHECK(w.session().is_expired(w.directory, {7 + left}));
                    // Restarts do not make it live for ever while the time of day goes on.
                    if (!forward || w.session().is_over()) continue;
                    for (int restarts = 0; restarts < 3; ++restarts) {
                        w.now = {7 + grace_ms};
                        w.restart(time_point{7});
                    }
                    CHECK(w.session().is_expired(w.directory,
                                                 {7 + std::max(timeout_ms - std::min(passed, timeout_ms), grace_ms)}));
                }
            }
        }
    }
    // Progress makes what was before forgotten.
    world w;
    w.directory.session_timeout_s = 86'400;
    w.create();
    w.send(0, 4);
    w.wall.ms += 365 * day_ms;
    w.now = {0};
    std::string bytes(upload_session::max_snapshot_size, '\0');
    bytes.resize(*w.session().write_snapshot(bytes, {{1'000'000}, {1'700'000'000'000}}));
    w.session() = *upload_session::restore(bytes, {w.now, w.wall});
    CHECK(w.session().is_expired(w.directory, {hour_ms}));
    w.now = {hour_ms - 1};
    check_accepted(w.send(4, 1));
    CHECK_FALSE(w.session().is_expired(w.directory, {hour_ms + day_ms - 2}));
    CHECK(w.session().is_expired(w.directory, {hour_ms + day_ms - 1}));
}

TEST_CASE("L5: sessions end in one loop, also in slices, and each one's files are told before it is forgotten") {
    for (const std::size_t slice : {std::size_t{1}, std::size_t{2}, std::size_t{100}}) {
        world w;
        w.directory.session_timeout_s = 100;
        w.directory.remember_closed_s = 100;
        for (int i = 0; i < 6; ++i)
            w.create(); // {1} to {6}
        w.pass_s(50);
        w.send(0, 4); // of {1}, which goes on
        upload_request cancel_2 = request(packet_type::cancel_session, "{2}");
        check_accepted(w.exchange(cancel_2)); // over, and remembered
        w.store.find("{3}")->partial = "bytes of {3}";
        w.pass_s(50);
        std::vector<std::string> discarded;
        const auto sweep = [&] {
            auto at = w.store.records.begin();
            for (int calls = 0; at != w.store.records.end(); ++calls) {
                REQUIRE(calls < 10);
                at = w.server.expire_sessions(
                    at, w.store.records.end(), w.directory, w.now,
                    [&](std::string_view id, session_record& r) { discarded.push_back(std::string(id) + r.partial); },
                    slice);
            }
        };
        sweep();
        CHECK(discarded == std::vector<std::string>{"{3}bytes of {3}", "{4}", "{5}", "{6}"});
        CHECK(w.store.records.size() == 2);
        w.pass_s(49);
        sweep();
        CHECK(w.store.records.size() == 2);
        w.pass_s(1);
        sweep();
        CHECK(w.store.records.empty());
        CHECK(discarded.size() == 5); // the cancelled one had no files any more
        CHECK(discarded.back() == "{1}0123");
    }
    // Of ids instead of the store's own map, one of which is not there any more.
    world w;
    w.create();
    const std::array<std::string, 2> ids = {"{gone}", "{1}"};
    int discarded = 0;
    const auto count = [&](std::string_view id, const session_record&) { discarded += id == "{1}" ? 1 : 100; };
    CHECK(w.server.expire_sessions(ids.begin(), ids.end(), w.directory, time_never, count) == ids.end());
    CHECK(discarded == 1);
    CHECK(w.store.records.empty());
}
