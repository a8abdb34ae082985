// Calls that are mistakes of the caller: each has an error for an answer, or does nothing.
#include "support/job_world.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <array>
#include <initializer_list>
#include <string_view>
#include <tuple>
#include <vector>

using namespace bitswire;

namespace misuses { // named: several test files are compiled as one

constexpr upload_session_call any_call{.session_id = "id", .reply_url = "", .now = time_point{1}};
constexpr upload_directory open_directory{.uploads_enabled = true, .max_upload_bytes = UINT64_MAX};

upload_request request_of(packet_type type) {
    upload_request r;
    r.type = type;
    r.target = "/f";
    r.session_id = "id";
    r.range = {.offset = 0, .size_bytes = 1, .total_bytes = 2};
    return r;
}

} // namespace misuses

TEST_CASE("misuse: a session that was never created knows no session") {
    using namespace misuses;
    for (const packet_type type : {packet_type::fragment, packet_type::close_session}) {
        upload_session s;
        const upload_server_step step = s.on_request(request_of(type), open_directory, any_call);
        CHECK(step.todo == upload_server_todo::answer);
        CHECK_FALSE(step.answer.is_success());
    }
}

TEST_CASE("misuse: a session that is created twice, or after its end, refuses") {
    using namespace misuses;
    upload_session s({1});
    for (int times = 0; times < 2; ++times) {
        const upload_server_step made = s.create(request_of(packet_type::create_session));
        const upload_server_step step = s.on_room(made.ticket, {}, open_directory, any_call);
        CHECK(step.answer.is_success() == (times == 0));
    }
    s.expire();
    const upload_server_step made = s.create(request_of(packet_type::create_session));
    CHECK_FALSE(s.on_room(made.ticket, {}, open_directory, any_call).answer.is_success());
    CHECK(s.is_over());
}

TEST_CASE("L2: no text of a packet, a URL, a field or a setting is null, also where there is none") {
    const upload_request r;
    const ack a;
    const notification_request n;
    const notification_response o;
    const url_view u;
    const job_config j;
    const request_head_parser nothing_read;
    for (const std::string_view text : {r.target,
                                        r.host,
                                        r.session_id,
                                        r.content_name,
                                        r.user_agent,
                                        a.session_id,
                                        a.host_id,
                                        a.reply_url,
                                        a.date,
                                        a.server,
                                        n.target,
                                        n.host,
                                        n.user_agent,
                                        n.original_request_url,
                                        n.request_datafile_name,
                                        n.response_datafile_name,
                                        o.static_response_url,
                                        o.date,
                                        o.server,
                                        u.scheme,
                                        u.authority,
                                        u.host,
                                        u.port,
                                        u.path,
                                        u.query,
                                        j.display_name,
                                        j.owner,
                                        secret_text().reveal(),
                                        nothing_read.fields("").text(header::host),
                                        std::string_view(borrowed_text(std::string_view()))}) {
        CHECK(text.data() != nullptr);
        CHECK(text.empty());
    }
    upload_request_parser parser;
    const auto read = parser.parse("BITS_POST /f HTTP/1.1\r\nBITS-Packet-Type: Ping\r\nHost: h\r\n"
                                   "Content-Length: 0\r\n\r\n");
    REQUIRE(read.is_complete());
    CHECK(read.packet.session_id.data() != nullptr);
    CHECK(read.packet.user_agent.data() != nullptr);
}

TEST_CASE("L3: a bad message leaves nothing in the packet that a caller who does not look could take for a success") {
    ack_parser acks({.answers = packet_type::close_session});
    const auto portal = acks.parse("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    REQUIRE(portal.is_bad());
    CHECK(portal.packet == ack{});
    upload_client client({.url = "http://h/f", .size_bytes = 0});
    REQUIRE(client.start({1}).todo == upload_todo::send);
    CHECK(client.on_ack({.answers = packet_type::create_session, .session_id = "{7}"}, {1}).request.type ==
          packet_type::close_session);
    CHECK(client.on_ack(portal.packet, {1}).todo == upload_todo::stopped);
    CHECK_FALSE(client.succeeded());

    upload_request_parser requests;
    const auto fragment =
        requests.parse("BITS_POST /f HTTP/1.1\r\nBITS-Packet-Type: Fragment\r\nBITS-Session-Id: {7}\r\n"
                       "Content-Range: bytes 0-4/4\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
    REQUIRE(fragment.is_bad());
    CHECK(fragment.packet == upload_request{});
}

TEST_CASE("misuse: a null pointer where a text is expected is an empty text") {
    const char* const null = nullptr; // as of std::getenv
    upload_client client({.url = null, .size_bytes = 1});
    CHECK(client.start({1}).todo == upload_todo::stopped);
    CHECK(client.failure().problem.code == errc::bad_url);
    CHECK_FALSE(parse_url(null).has_value());
    CHECK_FALSE(find_field(null, "host").has_value());
    upload_request_parser parser;
    CHECK(parser.parse(null).state == outcome::need_more);
    CHECK(parser.parse({null, 5}).state == outcome::need_more);
    CHECK(parser.parse(std::string_view()).state == outcome::need_more);
}

TEST_CASE("misuse: a notifier that has not finished has no success for the server") {
    std::array<char, 200> url{};
    notifier n({.type = notification_type::by_value,
                .notification_url = "http://h/app",
                .original_url = "http://h/f",
                .url_buffer = url});
    CHECK_FALSE(n.result().is_success());
    REQUIRE(n.start().todo == notifier_todo::send_headers);
    CHECK_FALSE(n.result().is_success());
    CHECK(n.on_response({.body = {.size_bytes = 1}}).todo == notifier_todo::receive_data);
    CHECK_FALSE(n.result().is_success());
    CHECK(n.on_reply_received().todo == notifier_todo::done);
    CHECK(n.result().is_success());
    CHECK(n.result().code == hresult{});
}

TEST_CASE("misuse: a status of an application that an Ack cannot have does not reach the client, nor end a session") {
    using namespace misuses;
    for (const std::uint16_t status : std::initializer_list<std::uint16_t>{0, 101, 200, 304, 401, 416, 600, 65535}) {
        CAPTURE(status);
        upload_directory d = open_directory;
        d.notification = notification_type::by_value;
        upload_session s({1});
        CHECK(s.on_room(s.create(request_of(packet_type::create_session)).ticket, {}, d, any_call).answer.is_success());
        upload_request whole = request_of(packet_type::fragment);
        whole.range = {.offset = 0, .size_bytes = 2, .total_bytes = 2};
        const upload_server_step told = s.on_stored(s.on_request(whole, d, any_call).ticket, 2, d, any_call);
        REQUIRE(told.todo == upload_server_todo::notify);
        const notification_result result{.meaning = disposition::fatal, .is_final = true, .status = status};
        const ack answer = s.on_notified(told.ticket, result, d, any_call).answer;
        CHECK(answer.status == 502);
        CHECK(size_of_message(answer).has_value());
        std::array<char, upload_session::max_snapshot_size> bytes{};
        const auto size = s.write_snapshot(bytes, {});
        REQUIRE(size.has_value());
        CHECK(upload_session::read_snapshot({bytes.data(), *size}).has_value());
    }
}

TEST_CASE("misuse: a session that was asked for a request that there is not can still be restored") {
    using namespace misuses;
    for (const int type : {5, 6, 183, 255}) {
        CAPTURE(type);
        upload_session s({1});
        CHECK(s.on_room(s.create(request_of(packet_type::create_session)).ticket, {}, open_directory, any_call)
                  .answer.is_success());
        CHECK_FALSE(
            s.on_request(request_of(static_cast<packet_type>(type)), open_directory, any_call).answer.is_success());
        std::array<char, upload_session::max_snapshot_size> bytes{};
        const auto size = s.write_snapshot(bytes, {});
        REQUIRE(size.has_value());
        CHECK(upload_session::read_snapshot({bytes.data(), *size}).has_value());
    }
}

TEST_CASE("misuse: a session stores nothing of a range that goes beyond its total, or over the end of numbers") {
    using namespace misuses;
    for (const content_range range :
         {content_range{.offset = 0, .size_bytes = 4, .total_bytes = 1},
          content_range{.offset = UINT64_MAX, .size_bytes = 2, .total_bytes = UINT64_MAX}}) {
        upload_session s({1});
        CHECK(s.on_room(s.create(request_of(packet_type::create_session)).ticket, {}, open_directory, any_call)
                  .answer.is_success());
        upload_request r = request_of(packet_type::fragment);
        r.range = range;
        const upload_server_step step = s.on_request(r, open_directory, any_call);
        CHECK(step.todo == upload_server_todo::answer);
        CHECK(step.answer.status == 400);
        CHECK(s.received_bytes() == 0);
    }
}

TEST_CASE("misuse: a client takes no session id that it could not send back, whoever has read the Ack") {
    for (const std::string_view id : {"a\r\nHost: evil", " {7}", "{7}\t", "\x7f"}) {
        upload_client client({.url = "http://h/f", .size_bytes = 4});
        REQUIRE(client.start({1}).todo == upload_todo::send);
        const upload_step step = client.on_ack({.answers = packet_type::create_session, .session_id = id}, {1});
        CHECK(step.todo == upload_todo::stopped);
        CHECK(client.failure().problem.in == header::session_id);
        CHECK(client.session_id().empty());
    }
}

TEST_CASE("misuse: a job has no file beyond its last, and what it has of it is empty") {
    const world_job w;
    for (const std::uint32_t i : {0U, 8U, UINT32_MAX}) {
        const job_file f = w.j.file(i);
        CHECK(f.remote_name.data() != nullptr);
        CHECK(f.remote_name.empty());
        CHECK(f.local_name.empty());
        CHECK(f.ranges.empty());
    }
}

TEST_CASE("misuse: a file whose ranges are not in the job's memory has none") {
    world_job w;
    w.add();
    w.memory.files[0].range_count = 1000;
    CHECK(w.j.file(0).ranges.empty());
    w.memory.files[0].first_range = 1000;
    CHECK(w.j.file(0).ranges.empty());
}

TEST_CASE("misuse: a job of a type that there is not is refused") {
    job_memory memory;
    job_config c = job_config_of(static_cast<job_type>(9));
    const auto j = job::create(c, memory.storage(), at_s(1));
    REQUIRE_FALSE(j);
    CHECK(j.error() == "E_INVALIDARG"_hresult);
}

TEST_CASE("misuse: an arena has nothing for a slot of another one, and takes no text for which there is no room") {
    std::array<char, 8> memory{};
    text_arena arena(memory);
    CHECK(arena.view({7, 7}) == "");
    CHECK(arena.view({7, 7}).data() != nullptr);
    text_slot other{0, 9};
    arena.remove(other, [](auto) {});
    CHECK(arena.used() == 0);
    CHECK(arena.append("123456789").size == 0);
    CHECK(arena.used() == 0);
    text_slot foreign{0, 9};
    CHECK(arena.replace(foreign, "abc", [](auto) {}));
    CHECK(arena.view(foreign) == "abc");
    CHECK(text_arena().view({}).data() != nullptr);
}

TEST_CASE("misuse: a scheduler has no jobs beyond its slots, and does not move into fewer") {
    world_job w;
    w.add().go(job_state::queued);
    std::vector<scheduler_slot> slots(1);
    scheduler s(slots);
    s.update(1, w.j, w.now.steady);
    s.update(UINT32_MAX, w.j, w.now.steady);
    s.forget(1, w.now.steady);
    CHECK(s.next(w.now.steady).todo == schedule_todo::nothing);
    s.update(0, w.j, w.now.steady);
    CHECK_FALSE(s.move_to({}));
    CHECK(s.next(w.now.steady).todo == schedule_todo::start);
    scheduler none(std::span<scheduler_slot>{});
    none.update(0, w.j, w.now.steady);
    CHECK(none.next(w.now.steady).todo == schedule_todo::nothing);
}

TEST_CASE("misuse: slots that another scheduler has used are fresh for the next one") {
    world_job w;
    w.add().go(job_state::queued);
    std::vector<scheduler_slot> slots(2);
    {
        scheduler s(slots);
        s.update(0, w.j, w.now.steady);
        s.update(1, w.j, w.now.steady);
    }
    scheduler s(slots);
    s.forget(1, w.now.steady);
    CHECK(s.next(w.now.steady).todo == schedule_todo::nothing);
}

TEST_CASE("misuse: a copy of a scheduler has slots of its own, and with fewer it knows no job") {
    world_job w;
    w.add().go(job_state::queued);
    std::vector<scheduler_slot> slots(2);
    scheduler s(slots);
    s.update(1, w.j, w.now.steady);
    std::vector<scheduler_slot> more(3);
    scheduler copy(s, more);
    s.forget(1, w.now.steady);
    CHECK(s.next(w.now.steady).todo == schedule_todo::nothing);
    CHECK(copy.next(w.now.steady).todo == schedule_todo::start);
    std::vector<scheduler_slot> fewer(1);
    CHECK(scheduler(copy, fewer).next(w.now.steady).todo == schedule_todo::nothing);
}

TEST_CASE("misuse: a machine has no row for a state or an event that there is not") {
    upload_client_machine m(static_cast<upload_client_state>(77));
    CHECK_FALSE(m.accepts(upload_client_event::started));
    CHECK_FALSE(m.step(upload_client_event::started));
    CHECK_FALSE(m.is_final());
    CHECK(m.row_for(upload_client_event::started).source == upload_client_rules::rows[0].source);
    upload_client_machine fresh;
    CHECK_FALSE(fresh.step(static_cast<upload_client_event>(200)));
    CHECK(fresh.state() == upload_client_state::init);
    CHECK_FALSE(enum_set<job_state>{static_cast<job_state>(40)}.contains(static_cast<job_state>(40)));
    CHECK(enum_set<job_state>{static_cast<job_state>(40)}.empty());
}
