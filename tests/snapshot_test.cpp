// Snapshots: what was written reads back, what is damaged or foreign is an error, and version 1 stays version 1.
#include "support/guarded_bytes.hpp"
#include "support/print.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace bitswire;

namespace {

constexpr upload_client_config config{
    .url = "http://example:8080/inbox/a.bin?x=1", .size_bytes = 1'000'000, .wants_reply = true};

/// A client in the middle of an upload to another host, and its bytes.
upload_client client_under_way() {
    upload_client c(config);
    c.start({1000});
    c.on_ack({.answers = packet_type::create_session,
              .session_id = "{7}",
              .host_id = "2001:db8::1",
              .host_id_fallback_timeout_s = 60},
             {1001});
    c.on_ack({.answers = packet_type::ping}, {1002});
    c.on_ack({.answers = packet_type::fragment, .received_content_range = 262'144}, {1003});
    return c;
}

std::string bytes_of(const upload_client& c) {
    std::string out(upload_client::max_snapshot_size, '\0');
    const auto size = c.write_snapshot(out);
    REQUIRE(size);
    out.resize(*size);
    return out;
}

std::string bytes_of(const upload_session& s) {
    std::string out(upload_session::max_snapshot_size, '\0');
    const auto size = s.write_snapshot(out);
    REQUIRE(size);
    out.resize(*size);
    return out;
}

/// A session of the server that has 3 of 10 bytes.
upload_session session_under_way() {
    upload_session s({5000});
    const upload_directory d;
    auto step = s.create({.type = packet_type::create_session});
    s.on_room(step.ticket, {}, d, {.session_id = "{7}", .now = {5000}});
    step = s.on_request({.type = packet_type::fragment, .session_id = "{7}", .range = {0, 3, 10}}, d,
                        {.session_id = "{7}", .now = {5001}});
    s.on_stored(step.ticket, 3, d, {.session_id = "{7}", .now = {5002}});
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
    auto restored = upload_client::restore(config, bytes);
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
    CHECK(bytes_of(*upload_client::restore(config, bytes)) == bytes_of(*upload_client::restore(config, bytes)));
}

TEST_CASE("snapshot: the time until the other host is given up goes on, and so does the size of Fragments") {
    upload_client c = client_under_way();
    c.on_transport_error({2000}); // 60 s from here
    auto restored = upload_client::restore(config, bytes_of(c));
    REQUIRE(restored);
    CHECK(restored->on_timer({61'999}).wake_at == time_point{62'000});
    CHECK(restored->resume({61'999}).request.host == "[2001:db8::1]:8080");
    CHECK(restored->on_transport_error({61'999}).wake_at == time_point{62'000});
    CHECK(restored->resume({62'000}).request.host == "example:8080");
    CHECK(restored->on_ack({.answers = packet_type::ping}, {62'000}).request.range.size_bytes ==
          262'144); // doubled, halved
}

TEST_CASE("snapshot: a client before its start, and one that has finished, stay what they are") {
    upload_client c({.url = "http://h/f"});
    auto fresh = upload_client::restore({.url = "http://h/f"}, bytes_of(c));
    REQUIRE(fresh);
    CHECK(fresh->start({}).request.type == packet_type::create_session);
    c.start({});
    c.cancel({});
    c.on_transport_error({});
    CHECK(c.state() == upload_client_state::cancelled);
    auto over = upload_client::restore({.url = "http://h/f"}, bytes_of(c));
    REQUIRE(over);
    CHECK(over->finished());
    CHECK(over->resume({}).todo == upload_todo::nothing);
}

TEST_CASE("snapshot: a client that was cancelling goes on cancelling") {
    upload_client c = client_under_way();
    c.cancel({2000});
    auto restored = upload_client::restore(config, bytes_of(c));
    REQUIRE(restored);
    CHECK(restored->resume({3000}).request.type == packet_type::cancel_session);
}

TEST_CASE("snapshot: one of another URL or size is refused") {
    const std::string bytes = bytes_of(client_under_way());
    const error other{errc::snapshot_of_another, header::none, 0};
    CHECK(upload_client::restore({.url = "http://example:8080/inbox/b.bin", .size_bytes = 1'000'000}, bytes).error() ==
          other);
    CHECK(upload_client::restore({.url = config.url, .size_bytes = 999'999, .wants_reply = true}, bytes).error() ==
          other);
    CHECK(upload_client::restore({.url = config.url, .size_bytes = 1'000'000}, bytes).error() == other);
    upload_client_config unsendable = config;
    unsendable.user_agent = "a\r\nb";
    CHECK(upload_client::restore(unsendable, bytes).error().code == errc::unsendable_value);
}

TEST_CASE("snapshot: a damaged or foreign one is an error") {
    damage(bytes_of(client_under_way()), [](std::string_view b) { return upload_client::restore(config, b); });
    damage(bytes_of(session_under_way()), [](std::string_view b) { return upload_session::restore(b); });
    CHECK_FALSE(upload_session::restore(bytes_of(client_under_way())));
    CHECK_FALSE(upload_client::restore(config, bytes_of(session_under_way())));
}

TEST_CASE("snapshot: bytes with a right checksum and wrong values are an error") {
    std::string body = bytes_of(session_under_way());
    body.resize(body.size() - 4);
    CHECK(upload_session::restore(sealed(body)));
    const auto with = [&](std::size_t at, char value) {
        std::string b = body;
        b[at] = value;
        return upload_session::restore(sealed(b)).has_value();
    };
    CHECK_FALSE(with(0, 'X'));                                // kind
    CHECK_FALSE(with(4, 2));                                  // version
    CHECK_FALSE(with(6, 6));                                  // state
    CHECK_FALSE(with(6, 3));                                  // waits to be closed, and lacks bytes
    CHECK_FALSE(with(6, 4));                                  // complete, and lacks bytes
    CHECK_FALSE(with(7, 5));                                  // is at work on what there is not
    CHECK_FALSE(with(7, 3));                                  // asks the application before all is there
    CHECK_FALSE(with(8, 5));                                  // answers no request
    CHECK_FALSE(with(10, 0));                                 // received bytes of a file of unknown size
    CHECK_FALSE(with(11, 2));                                 // no bool
    CHECK_FALSE(with(12, 1));                                 // a status that is none
    CHECK_FALSE(with(22, 11));                                // more received than there is
    CHECK_FALSE(upload_session::restore(sealed(body + "x"))); // more than a session
    std::mt19937_64 random(7);                                // NOLINT: repeatable
    for (int i = 0; i < 20'000; ++i) {
        std::string b = body;
        for (int k = 0; k < 3; ++k)
            b[6 + random() % (b.size() - 6)] = static_cast<char>(random());
        const guarded_bytes bytes(sealed(b));
        const auto restored = upload_session::restore(bytes.view());
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
        auto restored = upload_client::restore(config, bytes.view());
        if (!restored) continue;
        CHECK(restored->bytes_done() <= restored->bytes_total());
        const auto step = restored->resume({});
        CHECK((step.todo == upload_todo::send || step.todo == upload_todo::nothing || step.todo == upload_todo::done));
        if (step.todo == upload_todo::send) CHECK(step.request.session_id.size() <= 100);
    }
}

TEST_CASE("snapshot: too small a buffer is an error and is not overrun") {
    std::string small(10, '?');
    CHECK(session_under_way().write_snapshot(small).error() == error{errc::buffer_too_small, header::none, 0});
    CHECK(client_under_way().write_snapshot(small).error() == error{errc::buffer_too_small, header::none, 0});
}

TEST_CASE("snapshot: the largest client fits") {
    const std::string url = "http://h/" + std::string(max_url_size - 9, 'u');
    upload_client c({.url = url, .size_bytes = 1, .wants_reply = true});
    c.start({});
    const std::string host = std::string(60, 'a') + "." + std::string(60, 'b') + "." + std::string(60, 'c') + "." +
                             std::string(58, 'd') + ".example.co";
    const std::string id(100, 'i');
    const std::string reply(2200, 'r');
    c.on_ack({.answers = packet_type::create_session, .session_id = id, .host_id = host}, {});
    c.on_ack({.answers = packet_type::ping}, {});
    CHECK(c.on_ack({.answers = packet_type::fragment, .received_content_range = 1, .reply_url = reply}, {}).todo ==
          upload_todo::fetch_reply);
    CHECK(bytes_of(c).size() <= upload_client::max_snapshot_size);
}

TEST_CASE("snapshot: version 1 stays as it is") {
    // A change of these bytes needs a new version: somebody has stored the old ones.
    CHECK(hex(bytes_of(session_under_way())) ==
          "4257555301000100020001010000020000000000000003000000000000000a0000000000000003000000000000008a1300000000"
          "0000aae5ed90");
    CHECK(hex(bytes_of(client_under_way())) ==
          "4257554301002300687474703a2f2f6578616d706c653a383038302f696e626f782f612e62696e3f783d3140420f00000000"
          "00010303007b377d12005b323030313a6462383a3a315d3a383038303c000000ffffffffffffffff00000000040000000000"
          "000004000000000000000800000000000000d0000000000000ed4cf06e");
}
