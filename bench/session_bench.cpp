// A step of each side: client: Ack bytes in, the next Fragment's head out; server: a Fragment's head in, its Ack out.
// Beside it the same reading and writing without a session, so that the ratio says what the state machine and its rules
// cost.
#include "checks.hpp"

#include <bitswire/bitswire.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <vector>

using namespace bitswire;

namespace {

constexpr std::size_t fragments = 1024;
constexpr std::uint64_t fragment_bytes = 65536;
constexpr std::uint64_t file_bytes = (fragments + 1) * fragment_bytes;
constexpr std::string_view id = "{A0FF5911-4144-45B3-BF27-27AFC8EC8A67}";

template <class Packet>
std::string written(const Packet& packet) {
    std::string out(1024, '\0');
    const auto size = write_message(packet, out);
    check(size.has_value(), "written");
    out.resize(*size);
    return out;
}

ack fragment_ack(std::uint64_t received) {
    return {.answers = packet_type::fragment, .session_id = id, .received_content_range = received};
}

upload_request fragment_request(std::uint64_t offset) {
    return {.type = packet_type::fragment,
            .target = "/upload/2000mb-rfc2119.txt",
            .host = "frankcao8",
            .session_id = id,
            .content_name = "rfc2119.txt",
            .range = {offset, fragment_bytes, file_bytes},
            .user_agent = "Microsoft BITS/6.7"};
}

/// The Acks to all Fragments but the last one.
const std::vector<std::string>& acks() {
    static const auto all = [] {
        std::vector<std::string> texts;
        for (std::size_t i = 1; i <= fragments; ++i)
            texts.push_back(written(fragment_ack(i * fragment_bytes)));
        return texts;
    }();
    return all;
}

const std::vector<std::string>& heads() {
    static const auto all = [] {
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < fragments; ++i)
            texts.push_back(written(fragment_request(i * fragment_bytes)));
        return texts;
    }();
    return all;
}

/// A client that waits for the Ack to its first Fragment.
upload_client waiting_client() {
    upload_client c({.url = "http://frankcao8/upload/2000mb-rfc2119.txt",
                     .size_bytes = file_bytes,
                     .content_name = "rfc2119.txt",
                     .user_agent = "Microsoft BITS/6.7",
                     .fragment = {.first = fragment_bytes, .smallest = fragment_bytes, .largest = fragment_bytes}});
    c.start({});
    c.on_ack({.answers = packet_type::create_session, .session_id = id}, {});
    return c;
}

parsed<ack> read_ack(const std::string& bytes) {
    ack_parser parser({.answers = packet_type::fragment, .limits = {}});
    return parser.parse(bytes);
}

void client_step(benchmark::State& state) {
    const upload_client start = waiting_client();
    upload_client client = start;
    std::array<char, 1024> out{};
    std::size_t i = 0;
    acks();
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        const parsed<ack> answer = read_ack(acks()[i]);
        const upload_step step = client.on_ack(answer.packet, {i});
        auto size = write_message(step.request, out);
        benchmark::DoNotOptimize(out);
        benchmark::DoNotOptimize(size);
        if (++i == fragments) {
            check(step.request.range.is_last() && size.has_value(), "client_step");
            client = start;
            i = 0;
        }
    }
    check_no_allocations(before);
}

void client_wire_alone(benchmark::State& state) {
    std::array<char, 1024> out{};
    std::size_t i = 0;
    acks();
    for (auto _ : state) {
        const parsed<ack> answer = read_ack(acks()[i]);
        auto size = write_message(fragment_request(*answer.packet.received_content_range), out);
        benchmark::DoNotOptimize(out);
        benchmark::DoNotOptimize(size);
        if (++i == fragments) i = 0;
    }
}

struct record {
    upload_session session{};
    std::string_view reply_url{};
};

/// A store of one session.
struct single_store {
    record only{};
    record* find(std::string_view wanted) { return wanted == id ? &only : nullptr; }
    record* insert(std::string_view, const upload_session& session) {
        only.session = session;
        return &only;
    }
    void erase(std::string_view) {}
};

parsed<upload_request> read_request(const std::string& bytes) {
    upload_request_parser parser;
    return parser.parse(bytes);
}

void server_step(benchmark::State& state) {
    single_store store;
    upload_server server(store);
    const upload_directory directory;
    const auto created =
        server.on_request({.type = packet_type::create_session, .supported_protocols = bits_upload_protocols},
                          directory, {.new_session_id = id});
    server.on_room(id, created.ticket, {}, directory, {});
    const upload_session start = store.only.session;
    std::array<char, 1024> out{};
    std::size_t i = 0;
    heads();
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        const parsed<upload_request> request = read_request(heads()[i]);
        upload_server_step step = server.on_request(request.packet, directory, {.now = {i}});
        step = server.on_stored(request.packet.session_id, step.ticket, step.size_bytes, directory, {i});
        auto size = write_message(step.answer, out);
        benchmark::DoNotOptimize(out);
        benchmark::DoNotOptimize(size);
        if (++i == fragments) {
            check(step.answer.received_content_range == fragments * fragment_bytes, "server_step");
            store.only.session = start;
            i = 0;
        }
    }
    check_no_allocations(before);
}

void server_wire_alone(benchmark::State& state) {
    std::array<char, 1024> out{};
    std::size_t i = 0;
    heads();
    for (auto _ : state) {
        const parsed<upload_request> request = read_request(heads()[i]);
        auto size = write_message(fragment_ack(request.packet.range.end()), out);
        benchmark::DoNotOptimize(out);
        benchmark::DoNotOptimize(size);
        if (++i == fragments) i = 0;
    }
}

BENCHMARK(client_step);
BENCHMARK(client_wire_alone);
BENCHMARK(server_step);
BENCHMARK(server_wire_alone);

} // namespace
