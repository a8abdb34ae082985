// Snapshots: what was written reads back, what is damaged or foreign is an error, and a version stays as it is.
#include "support/guarded_bytes.hpp"
#include "support/print.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

using namespace bitswire;

namespace {

constexpr upload_client_config client_config{
    .url = "http://example:8080/inbox/a.bin?x=1", .size_bytes = 1'000'000, .wants_reply = true};

/// A client in the middle of an upload to another host, and its bytes.
upload_client client_under_way() {
    upload_client c(client_config);
    std::ignore = c.start({1000});
    std::ignore = c.on_ack({.answers = packet_type::create_session,
                            .session_id = "{7}",
                            .host_id = "2001:db8::1",
                            .host_id_fallback_timeout_s = 60},
                           {1001});
    std::ignore = c.on_ack({.answers = packet_type::ping}, {1002});
    std::ignore = c.on_ack({.answers = packet_type::fragment, .received_content_range = 262'144}, {1003});
    return c;
}

/// The moment at which the clients here are written and read, unless a test is about moments.
constexpr time_point usual_time{1003};

std::string bytes_of(const upload_client& c, time_point written_at = usual_time) {
    std::string out(upload_client::max_snapshot_size, '\0');
    const auto size = c.write_snapshot(out, written_at);
    REQUIRE(size);
    out.resize(*size);
    return out;
}

std::string bytes_of(const upload_session& s) {
    std::string out(upload_session::max_snapshot_size, '\0');
    const auto size = s.write_snapshot(out, {});
    REQUIRE(size);
    out.resize(*size);
    return out;
}

/// A session of the server that has 3 of 10 bytes.
upload_session session_under_way() {
    upload_session s({5000});
    const upload_directory d{.uploads_enabled = true, .max_upload_bytes = 10};
    auto step = s.create({.type = packet_type::create_session});
    std::ignore = s.on_room(step.ticket, {}, d, {.session_id = "{7}", .now = time_point{5000}});
    step = s.on_request({.type = packet_type::fragment, .session_id = "{7}", .range = {0, 3, 10}}, d,
                        {.session_id = "{7}", .now = time_point{5001}});
    std::ignore = s.on_stored(step.ticket, 3, d, {.session_id = "{7}", .now = time_point{5002}});
    return s;
}

std::string hex(const std::string& bytes) {
    std::string out;
    for (const char c : bytes) {
        out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15U];
    }
    return out;
}

/// Every way to damage a snapshot by one bit or a cut is found out; ends at a guard page.
template <class Restore>
void damage(const std::string& good, Restore restore) {
    REQUIRE(restore(guarded_bytes(good).view()).has_value());
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        std::string bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        CAPTURE(bit);
        const guarded_bytes bytes(bad);
        CHECK(restore(bytes.view()).error() == error{errc::bad_snapshot, header::none, 0});
    }
    for (std::size_t size = 0; size < good.size(); ++size) {
        CAPTURE(size);
        const guarded_bytes bytes(good.substr(0, size));
        CHECK(restore(bytes.view()).error() == error{errc::bad_snapshot, header::none, 0});
    }
    const guarded_bytes longer(good + '\0');
    CHECK(restore(longer.view()).error() == error{errc::bad_snapshot, header::none, 0});
}

/// The fields of a client's snapshot of version 2, in their order: a client of `client_config` that has a session.
struct client_fields {
    std::string_view url = client_config.url;
    std::uint64_t size_bytes = client_config.size_bytes;
    bool wants_reply = client_config.wants_reply;
    upload_client_state state = upload_client_state::suspend;
    std::string session_id = "{7}", host{};
    std::uint32_t fallback_s = host_id_fallback_never_s;
    std::uint64_t fallback_left_ms = UINT64_MAX;
    std::string reply_url{};
    std::uint64_t offset = 0, furthest = 0;
    std::uint64_t fragment_bytes = 262'144, fragment_ceiling = largest_fragment_bytes;
    bool cancelling = false;

    [[nodiscard]] std::string bytes() const {
        std::string out(upload_client::max_snapshot_size + 10'000, '\0');
        snapshot_writer w(out, {"BWUC", 2});
        w.put(url);
        w.put(size_bytes);
        w.put(wants_reply);
        w.put(static_cast<std::uint8_t>(state));
        w.put(std::string_view(session_id));
        w.put(std::string_view(host));
        w.put(fallback_s);
        w.put(fallback_left_ms);
        w.put(std::string_view(reply_url));
        w.put(offset);
        w.put(furthest);
        w.put(fragment_bytes);
        w.put(fragment_ceiling);
        w.put(cancelling);
        out.resize(w.finish());
        return out;
    }
};

/// The fields of a session's snapshot of version 2, in their order: a session that waits for Fragments.
struct session_fields {
    upload_server_state state = upload_server_state::receive_fragments;
    std::uint8_t at_work_on = 0; ///< nothing, room, storing, notifying, publishing
    packet_type answering = packet_type::fragment;
    bool closes = false, has_total = true, copies = true;
    std::uint16_t final_status = 0;
    std::uint32_t ticket = 1, final_code = 0;
    std::uint64_t received = 3, total = 10, storing = 0, progressed_at = 0, before = 0, progressed_at_wall = 0;

    [[nodiscard]] std::string bytes() const {
        std::string out(upload_session::max_snapshot_size, '\0');
        snapshot_writer w(out, {"BWUS", 2});
        w.put(static_cast<std::uint8_t>(state));
        w.put(at_work_on);
        w.put(static_cast<std::uint8_t>(answering));
        w.put(closes);
        w.put(has_total);
        w.put(copies);
        w.put(final_status);
        w.put(ticket);
        w.put(final_code);
        w.put(received);
        w.put(total);
        w.put(storing);
        w.put(progressed_at);
        w.put(before);
        w.put(progressed_at_wall);
        out.resize(w.finish());
        return out;
    }
};

/// Bytes with a right checksum, so that what is behind it is reached.
std::string sealed(std::string bytes) {
    detail::crc32 crc;
    for (const char c : bytes)
        crc.put(static_cast<std::uint8_t>(c));
    for (int i = 0; i < 4; ++i)
        bytes += static_cast<char>(crc.value() >> (8 * i) & 0xffU);
    return bytes;
}

} // namespace

TEST_CASE("snapshot: the checksum is the usual CRC-32") {
    detail::crc32 crc;
    for (const char c : std::string_view{"123456789"})
        crc.put(static_cast<std::uint8_t>(c));
    CHECK(crc.value() == 0xcbf43926U); // the check value of CRC-32/ISO-HDLC
}

TEST_CASE("snapshot: a client goes on where it was, with a Ping to the host it had [MC-BUP 3.1.4.3]") {
    const std::string bytes = bytes_of(client_under_way());
    auto restored = upload_client::restore(client_config, bytes, usual_time);
    REQUIRE(restored);
    upload_client& c = *restored;
    CHECK(c.state() == upload_client_state::suspend);
    CHECK(c.bytes_done() == 262'144);
    const auto ping = c.resume({9000});
    CHECK(ping.todo == upload_todo::send);
    CHECK(ping.request.type == packet_type::ping);
    CHECK(ping.request.host == "[2001:db8::1]:8080");
    CHECK(ping.request.session_id == "{7}");
    const auto fragment = c.on_ack({.answers = packet_type::ping}, {9001});
    CHECK(fragment.request.range.offset == 262'144);
    CHECK(bytes_of(*upload_client::restore(client_config, bytes, usual_time)) ==
          bytes_of(*upload_client::restore(client_config, bytes, usual_time)));
}

TEST_CASE("P1: a client's snapshot keeps the time that is left until the other host is given up, on any clock") {
    upload_client c = client_under_way();
    std::ignore = c.on_transport_error({2000}); // 60 s from here
    const std::string bytes = bytes_of(c, {12'000});
    // The clock of the next process begins anew, or has jumped by an hour, a day, a year.
    constexpr std::uint64_t hour_ms = 3'600'000;
    constexpr std::uint64_t day_ms = 24 * hour_ms;
    for (const std::uint64_t begin : {std::uint64_t{0}, std::uint64_t{12'000}, hour_ms, day_ms, 365 * day_ms}) {
        CAPTURE(begin);
        auto restored = upload_client::restore(client_config, bytes, {begin});
        REQUIRE(restored);
        const time_point due{begin + 50'000};
        const time_point before{due.ms - 1};
        CHECK(restored->wake_at() == due);
        CHECK(restored->on_timer(before).wake_at == due);
        CHECK(restored->resume(before).request.host == "[2001:db8::1]:8080");
        CHECK(restored->on_transport_error(before).wake_at == due);
        CHECK(bytes_of(*restored, before) != bytes);
        CHECK(restored->resume(due).request.host == "example:8080");
        CHECK(restored->on_ack({.answers = packet_type::ping}, due).request.range.size_bytes ==
              262'144); // doubled, halved
    }
    // A clock that goes back while the client runs does not make more of the time.
    auto set_back = upload_client::restore(client_config, bytes_of(c, {0}), {hour_ms});
    REQUIRE(set_back);
    CHECK(set_back->wake_at() == time_point{hour_ms + 60'000});
    // What was due is due.
    auto due = upload_client::restore(client_config, bytes_of(c, {day_ms}), {7});
    REQUIRE(due);
    CHECK(due->wake_at() == time_point{7});
    CHECK(due->resume({7}).request.host == "example:8080");
}

TEST_CASE("snapshot: a client before its start, and one that has finished, stay what they are") {
    upload_client c({.url = "http://h/f", .size_bytes = 0});
    auto fresh = upload_client::restore({.url = "http://h/f", .size_bytes = 0}, bytes_of(c), usual_time);
    REQUIRE(fresh);
    CHECK(fresh->start({}).request.type == packet_type::create_session);
    std::ignore = c.start({});
    std::ignore = c.cancel({});
    std::ignore = c.on_transport_error({});
    CHECK(c.state() == upload_client_state::cancelled);
    auto over = upload_client::restore({.url = "http://h/f", .size_bytes = 0}, bytes_of(c), usual_time);
    REQUIRE(over);
    CHECK(over->finished());
    CHECK(over->resume({}).todo == upload_todo::done);
}

TEST_CASE("snapshot: a client that was cancelling goes on cancelling") {
    upload_client c = client_under_way();
    std::ignore = c.cancel({2000});
    auto restored = upload_client::restore(client_config, bytes_of(c), usual_time);
    REQUIRE(restored);
    CHECK(restored->resume({3000}).request.type == packet_type::cancel_session);
}

TEST_CASE("snapshot: one of another URL or size is refused") {
    const std::string bytes = bytes_of(client_under_way());
    const error other{errc::snapshot_of_another, header::none, 0};
    CHECK(upload_client::restore({.url = "http://example:8080/inbox/b.bin", .size_bytes = 1'000'000}, bytes, usual_time)
              .error() == other);
    CHECK(upload_client::restore({.url = client_config.url, .size_bytes = 999'999, .wants_reply = true}, bytes,
                                 usual_time)
              .error() == other);
    CHECK(upload_client::restore({.url = client_config.url, .size_bytes = 1'000'000}, bytes, usual_time).error() ==
          other);
    upload_client_config unsendable = client_config;
    unsendable.user_agent = "a\r\nb";
    CHECK(upload_client::restore(unsendable, bytes, usual_time).error().code == errc::unsendable_value);
}

TEST_CASE("snapshot: a damaged or foreign one is an error") {
    damage(bytes_of(client_under_way()),
           [](std::string_view b) { return upload_client::restore(client_config, b, usual_time); });
    damage(bytes_of(session_under_way()), [](std::string_view b) { return upload_session::restore(b, {}); });
    CHECK_FALSE(upload_session::restore(bytes_of(client_under_way()), {}));
    CHECK_FALSE(upload_client::restore(client_config, bytes_of(session_under_way()), usual_time));
}

TEST_CASE("snapshot: bytes with a right checksum and wrong values are an error") {
    std::string body = bytes_of(session_under_way());
    body.resize(body.size() - 4);
    CHECK(upload_session::restore(sealed(body), {}));
    const auto with = [&](std::size_t at, char value) {
        std::string b = body;
        b[at] = value;
        return upload_session::restore(sealed(b), {}).has_value();
    };
    CHECK_FALSE(with(0, 'X'));                                    // kind
    CHECK_FALSE(with(4, 1));                                      // version
    CHECK_FALSE(with(6, 6));                                      // state
    CHECK_FALSE(with(6, 3));                                      // waits to be closed, and lacks bytes
    CHECK_FALSE(with(6, 4));                                      // complete, and lacks bytes
    CHECK_FALSE(with(7, 5));                                      // is at work on what there is not
    CHECK_FALSE(with(7, 3));                                      // asks the application before all is there
    CHECK_FALSE(with(8, 5));                                      // answers no request
    CHECK_FALSE(with(10, 0));                                     // received bytes of a file of unknown size
    CHECK_FALSE(with(11, 2));                                     // no bool
    CHECK_FALSE(with(12, 1));                                     // a status that is none
    CHECK_FALSE(with(22, 11));                                    // more received than there is
    CHECK_FALSE(upload_session::restore(sealed(body + "x"), {})); // more than a session
    std::mt19937_64 random(7);                                    // NOLINT: repeatable
    for (int i = 0; i < 20'000; ++i) {
        std::string b = body;
        for (int k = 0; k < 3; ++k)
            b[6 + random() % (b.size() - 6)] = static_cast<char>(random());
        const guarded_bytes bytes(sealed(b));
        const auto restored = upload_session::restore(bytes.view(), {});
        if (!restored) continue;
        CHECK(restored->received_bytes() <= restored->total_bytes().value_or(0));
        CHECK(enum_name(restored->state()).size() > 0);
    }
    std::string client = bytes_of(client_under_way());
    client.resize(client.size() - 4);
    for (int i = 0; i < 20'000; ++i) {
        std::string b = client;
        for (int k = 0; k < 3; ++k)
            b[6 + random() % (b.size() - 6)] = static_cast<char>(random());
        const guarded_bytes bytes(sealed(b));
        auto restored = upload_client::restore(client_config, bytes.view(), usual_time);
        if (!restored) continue;
        CHECK(restored->bytes_done() <= restored->bytes_total());
        const auto step = restored->resume({});
        CHECK((step.todo == upload_todo::send || step.todo == upload_todo::nothing || step.todo == upload_todo::done));
        if (step.todo == upload_todo::send) CHECK(step.request.session_id.size() <= 100);
    }
}

TEST_CASE("snapshot: what no client can be is refused, with a right checksum too") {
    using s = upload_client_state;
    struct sample {
        std::string what;
        std::function<void(client_fields&)> change;
        bool fits = false; ///< a neighbour of what is refused
    };
    const std::vector<sample> samples{
        {"as it is", [](client_fields&) {}, true},
        {"another host", [](client_fields& f) { f.host = "h:80"; }, true},
        {"a host that is none", [](client_fields& f) { f.host = "h/../x"; }},
        {"a host that ends the line", [](client_fields& f) { f.host = "h\r\nX: y"; }},
        {"another host without a port", [](client_fields& f) { f.host = "h"; }, true},
        {"a host with a port that is none", [](client_fields& f) { f.host = "h:99999"; }},
        {"all of the fall-back time",
         [](client_fields& f) { f.host = "h", f.fallback_s = 60, f.fallback_left_ms = 60'000; }, true},
        {"more than the fall-back time",
         [](client_fields& f) { f.host = "h", f.fallback_s = 60, f.fallback_left_ms = 60'001; }},
        {"a fall-back time without another host",
         [](client_fields& f) { f.fallback_s = 60, f.fallback_left_ms = 60'000; }},
        {"the rest of a fall-back time that never ends",
         [](client_fields& f) { f.host = "h", f.fallback_left_ms = 60'000; }},
        {"a host that is too long", [](client_fields& f) { f.host = std::string(309, 'h'); }},
        {"an id that ends the line", [](client_fields& f) { f.session_id = "{7}\r\nX: y"; }},
        {"an id of 100 characters", [](client_fields& f) { f.session_id = std::string(100, 'i'); }, true},
        {"an id of 101 characters", [](client_fields& f) { f.session_id = std::string(101, 'i'); }},
        {"a reply", [](client_fields& f) { f.reply_url = "r", f.offset = f.furthest = f.size_bytes; }, true},
        {"a reply on a host without a scheme",
         [](client_fields& f) { f.reply_url = "//evil/r", f.offset = f.furthest = f.size_bytes; }},
        {"a reply that is too long",
         [](client_fields& f) { f.reply_url = std::string(2201, 'r'), f.offset = f.furthest = f.size_bytes; }},
        {"all bytes, and no reply", [](client_fields& f) { f.offset = f.furthest = f.size_bytes; }},
        {"all bytes but one, and no reply", [](client_fields& f) { f.offset = f.furthest = f.size_bytes - 1; }, true},
        {"had all bytes before", [](client_fields& f) { f.furthest = f.size_bytes; }, true},
        {"more bytes than it ever had", [](client_fields& f) { f.offset = 1; }},
        {"more bytes than there are", [](client_fields& f) { f.furthest = f.size_bytes + 1; }},
        {"no session", [](client_fields& f) { f.session_id = ""; }, true},
        {"no session, and once had bytes", [](client_fields& f) { f.session_id = "", f.furthest = 5; }, true},
        {"no session that has bytes", [](client_fields& f) { f.session_id = "", f.offset = f.furthest = 5; }},
        {"no session that has a reply", [](client_fields& f) { f.session_id = "", f.reply_url = "r"; }},
        {"not begun", [](client_fields& f) { f.session_id = "", f.state = s::init; }, true},
        {"not begun, with a session", [](client_fields& f) { f.state = s::init; }},
        {"not begun, with another host", [](client_fields& f) { f.session_id = "", f.state = s::init, f.host = "h"; }},
    };
    for (const sample& x : samples) {
        CAPTURE(x.what);
        client_fields f;
        x.change(f);
        const std::string bytes = f.bytes();
        const guarded_bytes guarded(bytes);
        const auto restored = upload_client::restore(client_config, guarded.view(), usual_time);
        CHECK((restored ? error{} : restored.error()) ==
              (x.fits ? error{} : error{errc::bad_snapshot, header::none, 0}));
        if (restored) CHECK(restored->state() == (f.state == s::init ? s::init : s::suspend));
    }
    // A file that brings no reply is done when its last byte is.
    client_fields plain;
    plain.wants_reply = false;
    plain.offset = plain.furthest = plain.size_bytes;
    CHECK(upload_client::restore({.url = client_config.url, .size_bytes = client_config.size_bytes}, plain.bytes(),
                                 usual_time));
    plain.wants_reply = true;
    plain.size_bytes = plain.offset = plain.furthest = 0;
    CHECK(upload_client::restore({.url = client_config.url, .size_bytes = 0, .wants_reply = true}, plain.bytes(),
                                 usual_time));
}

TEST_CASE("snapshot: what no session can be is refused, with a right checksum too") {
    using s = upload_server_state;
    constexpr std::uint8_t nothing = 0, room = 1, storing = 2, notifying = 3, publishing = 4;
    struct sample {
        s state;
        std::uint8_t at_work_on;
        bool with_part; ///< it can be so with a part of the file
        bool with_all;  ///< it can be so with all of it
    };
    // clang-format off
    const std::vector<sample> samples{
        {s::init, nothing, false, false}, {s::init, room, true, true}, {s::init, storing, false, false},
        {s::receive_fragments, nothing, true, true}, {s::receive_fragments, room, false, false},
        {s::receive_fragments, storing, true, true}, {s::receive_fragments, notifying, false, false},
        {s::receive_fragments, publishing, false, true},
        {s::notify, nothing, false, false}, {s::notify, storing, false, false},
        {s::notify, notifying, false, true}, {s::notify, publishing, false, false},
        {s::wait_for_close, nothing, false, true}, {s::wait_for_close, storing, false, false},
        {s::wait_for_close, notifying, false, false}, {s::wait_for_close, publishing, false, true},
        {s::complete, nothing, false, true}, {s::complete, room, false, false}, {s::complete, publishing, false, false},
        {s::cancel, nothing, true, true}, {s::cancel, storing, false, false}, {s::cancel, publishing, false, false},
    };
    // clang-format on
    const auto is_read = [](const session_fields& f) {
        const std::string bytes = f.bytes();
        const guarded_bytes guarded(bytes);
        const auto read = upload_session::read_snapshot(guarded.view());
        if (!read) CHECK(read.error() == error{errc::bad_snapshot, header::none, 0});
        if (read) CHECK(bytes_of(*read) == bytes);
        return read.has_value();
    };
    for (const sample& x : samples) {
        CAPTURE(std::string(enum_name(x.state)));
        CAPTURE(int{x.at_work_on});
        CHECK(is_read({.state = x.state, .at_work_on = x.at_work_on}) == x.with_part);
        CHECK(is_read({.state = x.state, .at_work_on = x.at_work_on, .received = 10}) == x.with_all);
    }
    CHECK(is_read({.at_work_on = storing, .storing = 7}));
    CHECK_FALSE(is_read({.at_work_on = storing, .storing = 8})); // beyond the end of the file
    CHECK_FALSE(is_read({.has_total = false}));
    CHECK(is_read({.has_total = false, .received = 0}));
    for (const std::uint16_t status : {std::uint16_t{299}, std::uint16_t{600}})
        CHECK_FALSE(is_read({.final_status = status}));
    for (const std::uint16_t status : {std::uint16_t{300}, std::uint16_t{599}})
        CHECK(is_read({.final_status = status}));
}

TEST_CASE("snapshot: a client that cannot be sent cannot be stored, for want of a URL") {
    for (const std::string& url : {std::string("ftp://h/f"), "http://h/" + std::string(max_url_size, 'u')}) {
        std::string out(upload_client::max_snapshot_size, '?');
        const upload_client c({.url = url, .size_bytes = 0});
        CHECK(c.write_snapshot(out, usual_time).error().code ==
              (url.size() > max_url_size ? errc::value_too_long : errc::bad_url));
        CHECK(out == std::string(out.size(), '?'));
    }
}

TEST_CASE("snapshot: a reply that is known is fetched, also if the server wants bytes again before that") {
    client_fields f;
    f.reply_url = "r";
    f.offset = 999'990;
    f.furthest = client_config.size_bytes;
    auto c = upload_client::restore(client_config, f.bytes(), usual_time);
    REQUIRE(c);
    std::ignore = c->resume({});
    CHECK(c->on_ack({.answers = packet_type::ping}, {}).request.range == content_range{999'990, 10, 1'000'000});
    CHECK(c->on_ack({.answers = packet_type::fragment, .received_content_range = 1'000'000}, {}).todo ==
          upload_todo::fetch_reply);
    CHECK(c->reply_url() == "r");
}

TEST_CASE("snapshot: too small a buffer is an error and is not overrun") {
    std::string small(10, '?');
    CHECK(session_under_way().write_snapshot(small, {}).error() == error{errc::buffer_too_small, header::none, 0});
    CHECK(client_under_way().write_snapshot(small, usual_time).error() ==
          error{errc::buffer_too_small, header::none, 0});
}

TEST_CASE("snapshot: the largest client fits") {
    const std::string url = "http://h/" + std::string(max_url_size - 9, 'u');
    upload_client c({.url = url, .size_bytes = 1, .wants_reply = true});
    std::ignore = c.start({});
    const std::string host = std::string(60, 'a') + "." + std::string(60, 'b') + "." + std::string(60, 'c') + "." +
                             std::string(58, 'd') + ".example.co";
    const std::string id(100, 'i');
    const std::string reply(2200, 'r');
    std::ignore = c.on_ack({.answers = packet_type::create_session, .session_id = id, .host_id = host}, {});
    std::ignore = c.on_ack({.answers = packet_type::ping}, {});
    CHECK(c.on_ack({.answers = packet_type::fragment, .received_content_range = 1, .reply_url = reply}, {}).todo ==
          upload_todo::fetch_reply);
    CHECK(bytes_of(c).size() <= upload_client::max_snapshot_size);
}

TEST_CASE("snapshot: the versions stay as they are") {
    // A change of these bytes needs a new version: somebody has stored the old ones.
    CHECK(hex(bytes_of(session_under_way())) ==
          "4257555302000100020001010000020000000000000003000000000000000a0000000000000003000000000000008a13000000"
          "000000000000000000000000000000000000005f08f71a");
    CHECK(hex(bytes_of(client_under_way())) ==
          "4257554302002300687474703a2f2f6578616d706c653a383038302f696e626f782f612e62696e3f783d3140420f00000000"
          "00010303007b377d12005b323030313a6462383a3a315d3a383038303c000000ffffffffffffffff00000000040000000000"
          "000004000000000000000800000000000000d0000000000000f44f9680");
}
