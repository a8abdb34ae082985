// The wire layer beside what exists elsewhere, on the captured Fragment head (303 bytes) and its Ack (178 bytes).
//
// bitswire gives a typed, validated packet; llhttp, http-parser and Boost.Beast only tokenize. They refuse the method
// BITS_POST, so they get the same head with POST, which is five bytes shorter. Each result is checked before it is
// timed.
#include "checks.hpp"
#include "peers.hpp"

#include <bitswire/bitswire.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

using namespace bitswire;

namespace {

const std::string& fragment_head() {
    static const std::string bytes = load("upload/03-fragment.request-head.bin");
    return bytes;
}
const std::string& fragment_ack() {
    static const std::string bytes = load("upload/04-fragment.ack.bin");
    return bytes;
}
const std::string& post_head() {
    static const std::string bytes = fragment_head().substr(5); // BITS_POST -> POST
    return bytes;
}

// ---- decode
// ------------------------------------------------------------------------------------------------------------

parsed<upload_request> decode_request() {
    upload_request_parser parser;
    return parser.parse(fragment_head());
}

void request_bitswire(benchmark::State& state) {
    const parsed<upload_request> r = decode_request();
    check(r.is_complete() && r.packet.type == packet_type::fragment && r.packet.range == content_range{0, 4892, 4892} &&
              r.packet.session_id == "{A0FF5911-4144-45B3-BF27-27AFC8EC8A67}" && r.consumed == 303,
          "request_bitswire");
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        parsed<upload_request> packet = decode_request();
        benchmark::DoNotOptimize(packet);
    }
    check_no_allocations(before);
}

parsed<ack> decode_ack() {
    ack_parser parser({.answers = packet_type::fragment, .limits = {}});
    return parser.parse(fragment_ack());
}

void ack_bitswire(benchmark::State& state) {
    const parsed<ack> r = decode_ack();
    check(r.is_complete() && r.packet.received_content_range == 4892U && r.consumed == 178, "ack_bitswire");
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        parsed<ack> packet = decode_ack();
        benchmark::DoNotOptimize(packet);
    }
    check_no_allocations(before);
}

template <class Tokenize>
void time_tokenizer(benchmark::State& state, int headers, const char* name, Tokenize tokenize) {
    const tokens t = tokenize();
    check(t.complete && t.headers == headers, name);
    for (auto _ : state) {
        tokens again = tokenize();
        benchmark::DoNotOptimize(again);
    }
}

void request_llhttp(benchmark::State& state) {
    time_tokenizer(state, 9, "request_llhttp", [] { return tokenize_llhttp(side::request, post_head()); });
}
void ack_llhttp(benchmark::State& state) {
    time_tokenizer(state, 6, "ack_llhttp", [] { return tokenize_llhttp(side::response, fragment_ack()); });
}
void request_http_parser(benchmark::State& state) {
    time_tokenizer(state, 9, "request_http_parser", [] { return tokenize_http_parser(side::request, post_head()); });
}
void ack_http_parser(benchmark::State& state) {
    time_tokenizer(state, 6, "ack_http_parser", [] { return tokenize_http_parser(side::response, fragment_ack()); });
}
void request_beast(benchmark::State& state) {
    time_tokenizer(state, 9, "request_beast", [] { return tokenize_beast(side::request, post_head()); });
}
void ack_beast(benchmark::State& state) {
    time_tokenizer(state, 6, "ack_beast", [] { return tokenize_beast(side::response, fragment_ack()); });
}

// ---- encode
// ------------------------------------------------------------------------------------------------------------

std::array<char, 1024> out;

void encode_request_bitswire(benchmark::State& state) {
    const upload_request r = decode_request().packet;
    const auto size = write_message(r, out);
    check(size.has_value() && std::string_view(out.data(), *size) == fragment_head(), "encode_request_bitswire");
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        auto n = write_message(r, out);
        benchmark::DoNotOptimize(n);
        benchmark::ClobberMemory();
    }
    check_no_allocations(before);
}

int print_request(const upload_request& r) {
    const auto text = [](std::string_view s) { return static_cast<int>(s.size()); };
    return std::snprintf(
        out.data(), out.size(),
        "BITS_POST %.*s HTTP/1.1\r\nAccept: */*\r\nBITS-Packet-Type: %.*s\r\nBITS-Session-Id: %.*s\r\n"
        "Content-Name: %.*s\r\nContent-Range: bytes %llu-%llu/%llu\r\nUser-Agent: %.*s\r\nHost: %.*s\r\n"
        "Content-Length: %llu\r\nConnection: Keep-Alive\r\n\r\n",
        text(r.target), r.target.data(), text(name_of(r.type)), name_of(r.type).data(), text(r.session_id),
        r.session_id.data(), text(r.content_name), r.content_name.data(),
        static_cast<unsigned long long>(r.range.offset), static_cast<unsigned long long>(r.range.end() - 1),
        static_cast<unsigned long long>(r.range.total_bytes), text(r.user_agent), r.user_agent.data(), text(r.host),
        r.host.data(), static_cast<unsigned long long>(r.range.size_bytes));
}

void encode_request_snprintf(benchmark::State& state) {
    const upload_request r = decode_request().packet;
    const int size = print_request(r);
    check(std::string_view(out.data(), static_cast<std::size_t>(size)) == fragment_head(), "encode_request_snprintf");
    for (auto _ : state) {
        int n = print_request(r);
        benchmark::DoNotOptimize(n);
        benchmark::ClobberMemory();
    }
}

void encode_request_memcpy(benchmark::State& state) {
    const std::string& bytes = fragment_head();
    for (auto _ : state) {
        std::memcpy(out.data(), bytes.data(), bytes.size());
        benchmark::ClobberMemory();
    }
    check(std::string_view(out.data(), bytes.size()) == bytes, "encode_request_memcpy");
}

/// The Ack that a bitswire server sends: IIS' members, without its Pragma.
ack server_ack() {
    ack a = decode_ack().packet;
    a.session_id = "{A0FF5911-4144-45B3-BF27-27AFC8EC8A67}";
    return a;
}

void encode_ack_bitswire(benchmark::State& state) {
    const ack a = server_ack();
    check(write_message(a, out).has_value(), "encode_ack_bitswire");
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        auto n = write_message(a, out);
        benchmark::DoNotOptimize(n);
        benchmark::ClobberMemory();
    }
    check_no_allocations(before);
}

int print_ack(const ack& a) {
    const auto text = [](std::string_view s) { return static_cast<int>(s.size()); };
    return std::snprintf(
        out.data(), out.size(),
        "HTTP/1.1 %d OK\r\nDate: %.*s\r\nServer: %.*s\r\nBITS-Packet-Type: Ack\r\nBITS-Session-Id: %.*s\r\n"
        "Content-Length: 0\r\nBITS-Received-Content-Range: %llu\r\n\r\n",
        a.status, text(a.date), a.date.data(), text(a.server), a.server.data(), text(a.session_id), a.session_id.data(),
        static_cast<unsigned long long>(*a.received_content_range));
}

void encode_ack_snprintf(benchmark::State& state) {
    const ack a = server_ack();
    const auto size = write_message(a, out);
    const std::string expected(out.data(), *size);
    const int printed = print_ack(a);
    check(std::string_view(out.data(), static_cast<std::size_t>(printed)) == expected, "encode_ack_snprintf");
    for (auto _ : state) {
        int n = print_ack(a);
        benchmark::DoNotOptimize(n);
        benchmark::ClobberMemory();
    }
}

void encode_ack_memcpy(benchmark::State& state) {
    const auto size = write_message(server_ack(), out);
    const std::string bytes(out.data(), *size);
    for (auto _ : state) {
        std::memcpy(out.data(), bytes.data(), bytes.size());
        benchmark::ClobberMemory();
    }
    check(std::string_view(out.data(), bytes.size()) == bytes, "encode_ack_memcpy");
}

BENCHMARK(request_bitswire);
BENCHMARK(request_llhttp);
BENCHMARK(request_http_parser);
BENCHMARK(request_beast);
BENCHMARK(ack_bitswire);
BENCHMARK(ack_llhttp);
BENCHMARK(ack_http_parser);
BENCHMARK(ack_beast);
BENCHMARK(encode_request_bitswire);
BENCHMARK(encode_request_snprintf);
BENCHMARK(encode_request_memcpy);
BENCHMARK(encode_ack_bitswire);
BENCHMARK(encode_ack_snprintf);
BENCHMARK(encode_ack_memcpy);

} // namespace
