// The compiler reads and writes packets, and has a job live: what has undefined behaviour does not compile in a
// constant expression.
#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string_view>
#include <utility>

using namespace bitswire;

namespace {

constexpr std::string_view fragment_head = "BITS_POST /upload/2000mb-rfc2119.txt HTTP/1.1\r\n"
                                           "Accept: */*\r\n"
                                           "BITS-Packet-Type: Fragment\r\n"
                                           "BITS-Session-Id: {A0FF5911-4144-45B3-BF27-27AFC8EC8A67}\r\n"
                                           "Content-Name: rfc2119.txt\r\n"
                                           "Content-Range: bytes 0-4891/4892\r\n"
                                           "User-Agent: Microsoft BITS/6.7\r\n"
                                           "Host: frankcao8\r\n"
                                           "Content-Length: 4892\r\n"
                                           "Connection: Keep-Alive\r\n\r\n";

constexpr parsed<upload_request> read_fragment() {
    upload_request_parser parser;
    return parser.parse(fragment_head);
}

static_assert(read_fragment().is_complete());
static_assert(read_fragment().consumed == fragment_head.size());
static_assert(read_fragment().packet.range == content_range{0, 4892, 4892});

/// Reads byte by byte, and stops at the first answer.
constexpr std::size_t bytes_until_answer(std::string_view message) {
    upload_request_parser parser;
    for (std::size_t size = 0; size <= message.size(); ++size) {
        if (parser.parse(message.substr(0, size)).state != outcome::need_more) return size;
    }
    return message.size() + 1;
}

static_assert(bytes_until_answer(fragment_head) == fragment_head.size());
static_assert(bytes_until_answer("BITS_POST /x HTTP/1.1\n") == 22);

template <class Packet>
constexpr bool writes_back(const Packet& packet, std::string_view expected) {
    std::array<char, 512> buffer{};
    const result<std::size_t> size = write_message(packet, buffer);
    return size.has_value() && std::string_view(buffer.data(), *size) == expected;
}

static_assert(writes_back(read_fragment().packet, fragment_head));

constexpr ack read_ack(std::string_view bytes, packet_type answers) {
    ack_parser parser({.answers = answers, .limits = {}});
    return parser.parse(bytes).packet;
}

constexpr std::string_view not_found = "HTTP/1.1 500 Internal Server Error\r\n"
                                       "BITS-Packet-Type: Ack\r\n"
                                       "Content-Length: 0\r\n"
                                       "BITS-Error-Code: 0x8020001F\r\n"
                                       "BITS-Error: 0x8020001F\r\n"
                                       "BITS-Error-Context: 0x5\r\n\r\n";
static_assert(read_ack(not_found, packet_type::fragment).error_code == "BG_E_SESSION_NOT_FOUND"_hresult);
static_assert(writes_back(read_ack(not_found, packet_type::fragment), not_found));

constexpr bool header_door_agrees() {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> headers = {{
        {"BITS-Packet-Type", "fragment"},
        {"BITS-Session-Id", "{A0FF5911-4144-45B3-BF27-27AFC8EC8A67}"},
        {"Content-Range", "bytes 0-4891/4892"},
        {"Host", "frankcao8"},
        {"Content-Length", "4892"},
    }};
    const auto r = parse_message<upload_request>({bits_post, "/x"}, headers);
    return r.has_value() && r->range == read_fragment().packet.range;
}
static_assert(header_door_agrees());

constexpr bool reply_url_resolves() {
    std::array<char, 200> out{};
    const auto size = resolve_reply_url("http://h/a/b", R"(r\{1}\f.bin)", out);
    return size.has_value() && std::string_view(out.data(), *size) == "http://h/a/r/%7B1%7D/f.bin";
}
static_assert(reply_url_resolves());

constexpr bool notifications_read_back() {
    notification_request r;
    r.type = notification_type::by_value;
    r.target = "/app";
    r.host = "h";
    r.original_request_url = "http://h/x";
    r.body_bytes = 5;
    std::array<char, 300> buffer{};
    const auto size = write_message(r, buffer);
    notification_request_parser parser;
    return size.has_value() && parser.parse({buffer.data(), *size}).packet == r;
}
static_assert(notifications_read_back());

/// A download with two files that is stored and read back in the middle, and an upload that is cancelled.
constexpr bool job_lives() {
    using s = job_state;
    std::array<job_file_record, 2> files{};
    std::array<char, 200> texts{};
    std::array<file_range, 4> ranges{};
    const job_storage storage{files, texts, ranges};
    moment now{{1000}, {5000}};
    job_config config;
    config.display_name = "n";
    config.owner = "o";
    job j = *job::create(config, storage, now);
    const std::array<file_range, 2> parts{file_range{10, 5}, file_range{0, 5}};
    bool right = j.resume(now).returns == "BG_E_EMPTY"_hresult;
    right = right && j.add_file("http://h/a", "/a", now).returns.is_success();
    right = right && j.add_file_with_ranges("http://h/b", "/b", parts, now).returns.is_success();
    right = right && j.replace_remote_prefix("http://h/", "http://other/", now).returns.is_success();
    right = right && j.resume(now).returns.is_success() && j.is_ready();

    std::array<scheduler_slot, 2> slots{};
    scheduler who(slots);
    who.update(1, j, now.steady);
    right = right && who.next(now.steady).todo == schedule_todo::start && who.next(now.steady).job == 1;
    right = right && j.on_picked(now).todo == job_action::start;
    j.on_connected(now);
    who.update(1, j, now.steady);
    j.on_size(0, 10);
    j.on_progress(4, now);
    right = right && j.on_error({"BG_E_TIMEOUT"_hresult}, now).todo == job_action::wait_to_retry;
    who.update(1, j, now.steady);
    now.steady = j.wake_at();
    right = right && who.next(now.steady).todo == schedule_todo::timer;
    j.on_timer(now);
    right = right && j.state() == s::queued;

    std::array<char, 600> bytes{};
    const std::size_t size = j.write_snapshot(bytes, now);
    std::array<job_file_record, 2> other_files{};
    std::array<char, 200> other_texts{};
    std::array<file_range, 2> other_ranges{};
    const auto read = job::restore({bytes.data(), size}, {other_files, other_texts, other_ranges}, now);
    if (!read || size > bytes.size()) return false;
    job back = *read;
    back.on_picked(now);
    back.on_connected(now);
    right = right && back.on_file_transferred(now).todo == job_action::next_file;
    right = right && back.on_file_transferred(now).todo == job_action::report_transferred;
    right = right && back.progress().bytes_transferred == 20 && back.file(1).remote_name == "http://other/b";
    right = right && back.complete(now).returns.is_success() && back.state() == s::acknowledged;

    config.type = job_type::upload;
    job up = *job::create(config, storage, now);
    up.add_file("http://h/a", "/a", now);
    up.resume(now);
    upload_client client({.url = "http://h/a", .size_bytes = 3});
    upload_step step = carry_out(up.on_picked(now).todo, client, now.steady);
    step = client.on_ack({.answers = packet_type::create_session, .session_id = "{1}"}, now.steady);
    follow(up, client, step, now);
    right = right && up.state() == s::transferring;
    step = carry_out(up.cancel(now).todo, client, now.steady);
    step = client.on_ack({.answers = packet_type::fragment, .received_content_range = 3}, now.steady);
    step = client.on_ack({.answers = packet_type::cancel_session}, now.steady);
    return right && follow(up, client, step, now).todo == job_action::finish && up.is_over();
}
#ifndef __SANITIZE_ADDRESS__ // with -fsanitize=undefined g++ compares no address with null in a constant expression
static_assert(job_lives());
#endif

} // namespace

TEST_CASE("constexpr: the packets of this file are the same at run time") {
    CHECK(read_fragment().is_complete());
    CHECK(writes_back(read_fragment().packet, fragment_head));
    CHECK(bytes_until_answer(fragment_head) == fragment_head.size());
    CHECK(writes_back(read_ack(not_found, packet_type::fragment), not_found));
    CHECK(header_door_agrees());
    CHECK(reply_url_resolves());
    CHECK(notifications_read_back());
    CHECK(job_lives());
}
