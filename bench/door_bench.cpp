// What a packet costs through the second door, where another HTTP library has read the head or will send it: on
// Boost.Beast's fields and on a vector of pairs of strings, beside the first door on the same head. Reading, the
// message is there already; writing, it is made anew in memory that is there, which bitswire does not ask for.
#include "checks.hpp"

#include <bitswire/bitswire.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bitswire;
namespace http = boost::beast::http;

namespace {

using pair_list = std::vector<std::pair<std::string, std::string>>;

/// The captured Fragment and its Ack, and what the two doors take of them.
struct fragment {
    using packet = upload_request;
    static constexpr const char* capture = "upload/03-fragment.request-head.bin";
    using parser = upload_request_parser;
    static parser make_parser() { return parser(); }
    static result<packet> parse(const auto& headers) {
        return parse_message<packet>(
            {.method = "BITS_POST", .target = "/upload/2000mb-rfc2119.txt", .minor_version = 1}, headers);
    }
    static packet to_send(const packet& read) { return read; }
    static constexpr bool is_request = true;
    static constexpr std::size_t dropped = 5; // Beast refuses BITS_POST, and gets POST
};
struct fragment_ack {
    using packet = ack;
    static constexpr const char* capture = "upload/04-fragment.ack.bin";
    using parser = ack_parser;
    static constexpr ack_parser::settings settings{.answers = packet_type::fragment, .limits = {}};
    static parser make_parser() { return parser(settings); }
    static result<packet> parse(const auto& headers) {
        return parse_message<packet>({.status = 200}, headers, settings);
    }
    /// IIS leaves out the session id, which bitswire does not.
    static packet to_send(packet read) {
        read.session_id = "{A0FF5911-4144-45B3-BF27-27AFC8EC8A67}";
        return read;
    }
    static constexpr bool is_request = false;
    static constexpr std::size_t dropped = 0;
};

template <class Message>
const std::string& head_of() {
    static const std::string bytes = load(Message::capture);
    return bytes;
}

template <class Message>
typename Message::packet packet_of() {
    auto parser = Message::make_parser();
    const auto r = parser.parse(head_of<Message>());
    check(r.is_complete(), Message::capture);
    return r.packet;
}

template <class Message>
auto beast_fields() {
    http::parser<Message::is_request, http::empty_body> parser;
    boost::system::error_code ec;
    parser.eager(false);
    const std::string& head = head_of<Message>();
    parser.put(boost::asio::buffer(head.data() + Message::dropped, head.size() - Message::dropped), ec);
    check(!ec && parser.is_header_done(), Message::capture);
    return http::fields(parser.get());
}

template <class Message>
pair_list pair_fields() {
    pair_list pairs;
    for (const auto& f : beast_fields<Message>())
        pairs.emplace_back(std::string(f.name_string()), std::string(f.value()));
    return pairs;
}

// ---- reading
// ------------------------------------------------------------------------------------------------------------

template <class Message>
void read_from_bytes(benchmark::State& state) {
    const std::string& head = head_of<Message>();
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        auto parser = Message::make_parser();
        auto packet = parser.parse(head);
        benchmark::DoNotOptimize(packet);
    }
    check_no_allocations(before);
}

template <class Message, class Headers>
void read_from_headers(benchmark::State& state, const Headers& headers) {
    const auto first = Message::parse(headers);
    check(first && *first == packet_of<Message>(), Message::capture);
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        auto packet = Message::parse(headers);
        benchmark::DoNotOptimize(packet);
    }
    check_no_allocations(before);
}

template <class Message>
void read_from_beast(benchmark::State& state) {
    read_from_headers<Message>(state, beast_fields<Message>());
}
template <class Message>
void read_from_pairs(benchmark::State& state) {
    read_from_headers<Message>(state, pair_fields<Message>());
}

// ---- writing
// ------------------------------------------------------------------------------------------------------------

template <class Message>
void write_to_bytes(benchmark::State& state) {
    const auto packet = Message::to_send(packet_of<Message>());
    std::array<char, 1024> out{};
    check(write_message(packet, out).has_value(), Message::capture);
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        auto size = write_message(packet, out);
        benchmark::DoNotOptimize(size);
        benchmark::ClobberMemory();
    }
    check_no_allocations(before);
}

/// A message that is made anew in memory that is there.
class beast_message {
  public:
    void add(std::string_view name, std::string_view value) {
        fields_.insert({name.data(), name.size()}, {value.data(), value.size()});
    }
    [[nodiscard]] const auto& headers() const { return fields_; }

  private:
    std::array<std::byte, 4096> memory_;
    std::pmr::monotonic_buffer_resource resource_{memory_.data(), memory_.size(), std::pmr::null_memory_resource()};
    http::basic_fields<std::pmr::polymorphic_allocator<char>> fields_{&resource_};
};
class pair_message {
  public:
    pair_message() { pairs_.reserve(header_count); }
    void add(std::string_view name, std::string_view value) { pairs_.emplace_back(name, value); }
    [[nodiscard]] const auto& headers() const { return pairs_; }

  private:
    std::array<std::byte, 8192> memory_;
    std::pmr::monotonic_buffer_resource resource_{memory_.data(), memory_.size(), std::pmr::null_memory_resource()};
    std::pmr::vector<std::pair<std::pmr::string, std::pmr::string>> pairs_{&resource_};
};

template <class Message, class Headers>
void write_to_headers(benchmark::State& state) {
    auto packet = Message::to_send(packet_of<Message>());
    {
        Headers sink;
        const auto add = [&](std::string_view name, std::string_view value) { sink.add(name, value); };
        check(!visit_headers(packet, add), Message::capture);
        const auto back = Message::parse(sink.headers());
        check(back && *back == packet, Message::capture);
    }
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        Headers sink;
        auto problem =
            visit_headers(packet, [&](std::string_view name, std::string_view value) { sink.add(name, value); });
        benchmark::DoNotOptimize(problem);
        const auto* written = &sink;
        benchmark::DoNotOptimize(written);
        benchmark::ClobberMemory();
    }
    check_no_allocations(before);
}

/// What of that is bitswire's: a sink that only looks.
template <class Message>
void visit_alone(benchmark::State& state) {
    const auto packet = Message::to_send(packet_of<Message>());
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        std::size_t bytes = 0;
        auto problem = visit_headers(packet, [&](std::string_view name, std::string_view value) {
            benchmark::DoNotOptimize(name.data());
            benchmark::DoNotOptimize(value.data());
            bytes += name.size() + value.size();
        });
        benchmark::DoNotOptimize(problem);
        check(bytes != 0, Message::capture);
    }
    check_no_allocations(before);
}

template <class Message>
void write_to_beast(benchmark::State& state) {
    write_to_headers<Message, beast_message>(state);
}
template <class Message>
void write_to_pairs(benchmark::State& state) {
    write_to_headers<Message, pair_message>(state);
}

BENCHMARK(read_from_bytes<fragment>)->Name("read_fragment/bytes");
BENCHMARK(read_from_beast<fragment>)->Name("read_fragment/beast");
BENCHMARK(read_from_pairs<fragment>)->Name("read_fragment/pairs");
BENCHMARK(read_from_bytes<fragment_ack>)->Name("read_ack/bytes");
BENCHMARK(read_from_beast<fragment_ack>)->Name("read_ack/beast");
BENCHMARK(read_from_pairs<fragment_ack>)->Name("read_ack/pairs");
BENCHMARK(write_to_bytes<fragment>)->Name("write_fragment/bytes");
BENCHMARK(visit_alone<fragment>)->Name("write_fragment/nowhere");
BENCHMARK(write_to_beast<fragment>)->Name("write_fragment/beast");
BENCHMARK(write_to_pairs<fragment>)->Name("write_fragment/pairs");
BENCHMARK(write_to_bytes<fragment_ack>)->Name("write_ack/bytes");
BENCHMARK(visit_alone<fragment_ack>)->Name("write_ack/nowhere");
BENCHMARK(write_to_beast<fragment_ack>)->Name("write_ack/beast");
BENCHMARK(write_to_pairs<fragment_ack>)->Name("write_ack/pairs");

} // namespace
