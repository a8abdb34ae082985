// A step of each side: client: Ack bytes in, the next request's head out; server: a request's head in, its Ack out, the
// bytes reported as stored in between. Beside it the same reading and writing without a session, so that the ratio says
// what the state machine and its rules cost.
//
// A step of a larger file is one of 1,024 Fragments. A file of one byte has a single one: there it is the mean of a
// whole session, Create-Session, Fragment and Close-Session. Making a client, once for a file, is measured by itself.
#include "checks.hpp"

#include <bitswire/bitswire.hpp>

#include <absl/container/flat_hash_map.h>
#include <absl/hash/hash.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

using namespace bitswire;

namespace {

constexpr std::size_t fragments = 1024;
constexpr std::string_view id = "{A0FF5911-4144-45B3-BF27-27AFC8EC8A67}";
constexpr upload_directory directory{.uploads_enabled = true, .max_upload_bytes = UINT64_MAX};
constexpr std::string_view target = "/upload/2000mb-rfc2119.txt";

/// A file in Fragments of one size, of which the last is not counted. The arguments of benchmarks are signed, so they
/// are the size's logarithm; 64 stands for the largest size that there is.
struct file {
    std::uint64_t size_bytes;
    explicit file(const benchmark::State& state)
        : size_bytes(state.range(0) == 64 ? UINT64_MAX : std::uint64_t{1} << state.range(0)) {}
    [[nodiscard]] std::uint64_t fragment_bytes() const { return size_bytes == 1 ? 1 : size_bytes / (fragments + 1); }
    [[nodiscard]] content_range range(std::uint64_t n) const {
        return {n * fragment_bytes(), fragment_bytes(), size_bytes};
    }
};

template <class Packet>
std::string written(const Packet& packet) {
    std::string out(1024, '\0');
    const auto size = write_message(packet, out);
    check(size.has_value(), "written");
    out.resize(*size);
    return out;
}

upload_request request_of(packet_type type, content_range range = {}) {
    upload_request r{.type = type, .target = target, .host = "frankcao8"};
    r.content_name = "rfc2119.txt";
    r.user_agent = "Microsoft BITS/6.7";
    r.range = range;
    if (type == packet_type::create_session) {
        r.supported_protocols = bits_upload_protocols;
    } else {
        r.session_id = id;
    }
    return r;
}

ack answer_to(packet_type type, std::optional<std::uint64_t> received = {}) {
    ack a{.answers = type, .session_id = id, .received_content_range = received};
    if (type == packet_type::create_session) a.protocol = bits_upload_protocol;
    return a;
}

/// What goes over the wire, as far as it comes in on one side.
struct traffic {
    std::vector<std::string> requests;
    std::vector<std::string> acks;
};

traffic fragments_of(const file& f) {
    traffic t;
    for (std::size_t i = 0; i < fragments; ++i) {
        t.requests.push_back(written(request_of(packet_type::fragment, f.range(i))));
        t.acks.push_back(written(answer_to(packet_type::fragment, f.range(i).end())));
    }
    return t;
}

/// A whole session of one byte.
constexpr std::array<packet_type, 3> session_types = {packet_type::create_session, packet_type::fragment,
                                                      packet_type::close_session};
upload_request session_request(packet_type type) {
    return request_of(type, type == packet_type::fragment ? content_range{0, 1, 1} : content_range{});
}
ack session_answer(packet_type type) {
    return answer_to(type, type == packet_type::fragment ? std::optional<std::uint64_t>{1} : std::nullopt);
}
traffic session_of_one_byte() {
    traffic t;
    for (const packet_type type : session_types) {
        t.requests.push_back(written(session_request(type)));
        t.acks.push_back(written(session_answer(type)));
    }
    return t;
}

parsed<ack> read_ack(const std::string& bytes, packet_type answers) {
    ack_parser parser({.answers = answers, .limits = {}});
    return parser.parse(bytes);
}

parsed<upload_request> read_request(const std::string& bytes) {
    upload_request_parser parser;
    return parser.parse(bytes);
}

/// Where heads are written.
class out_buffer {
  public:
    template <class Packet>
    bool write(const Packet& packet) {
        auto size = write_message(packet, bytes_);
        benchmark::DoNotOptimize(bytes_);
        benchmark::DoNotOptimize(size);
        return size.has_value();
    }

  private:
    std::array<char, 1024> bytes_{};
};

/// `exchange(i, traffic, out)` reads and writes the packets of a session of one byte, each of them, again and again.
template <class Exchange>
void wire_of_one_byte(benchmark::State& state, Exchange exchange) {
    const traffic t = session_of_one_byte();
    out_buffer out;
    bool right = true;
    while (state.KeepRunningBatch(session_types.size())) {
        for (std::size_t i = 0; i < session_types.size(); ++i)
            right = exchange(i, t, out) && right;
    }
    check(right, "the wire of one byte");
}

// ---- client
// ------------------------------------------------------------------------------------------------------------

upload_client client_for(const file& f) {
    const std::uint64_t bytes = f.fragment_bytes();
    return upload_client({.url = "http://frankcao8/upload/2000mb-rfc2119.txt",
                          .size_bytes = f.size_bytes,
                          .content_name = "rfc2119.txt",
                          .user_agent = "Microsoft BITS/6.7",
                          .fragment = {.first = bytes, .smallest = bytes, .largest = bytes}});
}

void client_made(benchmark::State& state) {
    const file f(state);
    for (auto _ : state) {
        upload_client client = client_for(f);
        benchmark::DoNotOptimize(client);
    }
}

void client_session(benchmark::State& state, const file& f) {
    const traffic t = session_of_one_byte();
    const upload_client made = client_for(f);
    out_buffer out;
    const std::size_t before = allocation_count();
    while (state.KeepRunningBatch(session_types.size())) {
        upload_client client = made;
        bool right = out.write(client.start({}).request);
        for (std::size_t i = 0; i < session_types.size(); ++i) {
            const parsed<ack> answer = read_ack(t.acks[i], session_types[i]);
            const upload_step step = client.on_ack(answer.packet, {});
            if (step.todo == upload_todo::send) right = right && out.write(step.request);
        }
        check(right && client.succeeded(), "client_step of one byte");
    }
    check_no_allocations(before);
}

void client_step(benchmark::State& state) {
    const file f(state);
    if (f.size_bytes == 1) return client_session(state, f);
    const traffic t = fragments_of(f);
    upload_client start = client_for(f);
    std::ignore = start.start({});
    std::ignore = start.on_ack(answer_to(packet_type::create_session), {});
    upload_client client = start;
    out_buffer out;
    std::size_t i = 0;
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        const parsed<ack> answer = read_ack(t.acks[i], packet_type::fragment);
        const upload_step step = client.on_ack(answer.packet, {i});
        const bool is_written = out.write(step.request);
        if (++i == fragments) {
            check(is_written && step.request.range.offset == f.range(fragments).offset, "client_step");
            client = start;
            i = 0;
        }
    }
    check_no_allocations(before);
}

void client_wire_alone(benchmark::State& state) {
    const file f(state);
    if (f.size_bytes == 1) {
        return wire_of_one_byte(state, [](std::size_t i, const traffic& t, out_buffer& out) {
            return out.write(session_request(session_types[i])) && read_ack(t.acks[i], session_types[i]).is_complete();
        });
    }
    const traffic t = fragments_of(f);
    out_buffer out;
    bool right = true;
    std::size_t i = 0;
    for (auto _ : state) {
        const parsed<ack> answer = read_ack(t.acks[i], packet_type::fragment);
        const content_range next{*answer.packet.received_content_range, f.fragment_bytes(), f.size_bytes};
        right = out.write(request_of(packet_type::fragment, next)) && right;
        if (++i == fragments) i = 0;
    }
    check(right, "client_wire_alone");
}

// ---- server
// ------------------------------------------------------------------------------------------------------------

/// A store of one session.
struct single_store {
    struct record {
        upload_session session{};
        std::string_view target{};
        std::string_view reply_url{};
    };
    record only{};
    record* find(std::string_view wanted) { return wanted == id ? &only : nullptr; }
    record* insert(std::string_view, std::string_view, const upload_session& session) {
        only = {session, target, {}};
        return &only;
    }
    void erase(std::string_view) {}
};

/// A request, and all that it leads to being done at once.
template <class Store>
upload_server_step answer_request(upload_server<Store>& server, const upload_request& r, time_point now) {
    upload_server_step step = server.on_request(r, directory,
                                                {.now = now,
                                                 .is_authorized = true,
                                                 .is_owner = true,
                                                 .destination = destination_state::absent,
                                                 .user_sessions = 0,
                                                 .new_session_id = id});
    const std::string_view session_id = r.type == packet_type::create_session ? id : r.session_id;
    switch (step.todo) {
    case upload_server_todo::make_room:
        return server.on_room(session_id, step.ticket, {}, directory, now);
    case upload_server_todo::store_body:
        return server.on_stored(session_id, step.ticket, step.size_bytes, directory, now);
    case upload_server_todo::publish:
        return server.on_published(session_id, step.ticket, {}, directory, now);
    default:
        return step;
    }
}

/// A session that has been created.
upload_session created_session() {
    single_store store;
    upload_server server(store);
    std::ignore = answer_request(server, request_of(packet_type::create_session), {});
    return store.only.session;
}

void server_session(benchmark::State& state) {
    const traffic t = session_of_one_byte();
    single_store store;
    upload_server server(store);
    out_buffer out;
    const std::size_t before = allocation_count();
    while (state.KeepRunningBatch(session_types.size())) {
        bool right = true;
        for (const std::string& bytes : t.requests) {
            const parsed<upload_request> request = read_request(bytes);
            const upload_server_step step = answer_request(server, request.packet, {});
            right = out.write(step.answer) && step.answer.is_success() && right;
        }
        check(right && store.only.session.is_over(), "server_step of one byte");
    }
    check_no_allocations(before);
}

void server_step(benchmark::State& state) {
    const file f(state);
    if (f.size_bytes == 1) return server_session(state);
    const traffic t = fragments_of(f);
    const upload_session start = created_session();
    single_store store{{start, target, {}}};
    upload_server server(store);
    out_buffer out;
    std::size_t i = 0;
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        const parsed<upload_request> request = read_request(t.requests[i]);
        const upload_server_step step = answer_request(server, request.packet, {i});
        const bool is_written = out.write(step.answer);
        if (++i == fragments) {
            check(is_written && step.answer.received_content_range == f.range(fragments).offset, "server_step");
            store.only.session = start;
            i = 0;
        }
    }
    check_no_allocations(before);
}

void server_wire_alone(benchmark::State& state) {
    const file f(state);
    if (f.size_bytes == 1) {
        return wire_of_one_byte(state, [](std::size_t i, const traffic& t, out_buffer& out) {
            return read_request(t.requests[i]).is_complete() && out.write(session_answer(session_types[i]));
        });
    }
    const traffic t = fragments_of(f);
    out_buffer out;
    bool right = true;
    std::size_t i = 0;
    for (auto _ : state) {
        const parsed<upload_request> request = read_request(t.requests[i]);
        right = out.write(answer_to(packet_type::fragment, request.packet.range.end())) && right;
        if (++i == fragments) i = 0;
    }
    check(right, "server_wire_alone");
}

// ---- many sessions
// ------------------------------------------------------------------------------------------------------

/// The ids that a server makes, and what it keeps of each session.
using session_key = inline_text<guid_text_size>;
struct session_record {
    upload_session session{};
    std::string_view target{};    ///< stands elsewhere, as does the destination
    std::string_view reply_url{}; ///< the few that there are do, too
};
struct hash_of_key {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return absl::Hash<std::string_view>{}(text); }
    std::size_t operator()(const session_key& key) const { return (*this)(key.view()); }
};
struct equal_keys {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const { return a == b; }
    bool operator()(const session_key& a, std::string_view b) const { return a.view() == b; }
    bool operator()(std::string_view a, const session_key& b) const { return a == b.view(); }
    bool operator()(const session_key& a, const session_key& b) const { return a == b; }
};

/// A table with its records side by side, and one with a node for each.
using flat_map = absl::flat_hash_map<session_key, session_record, hash_of_key, equal_keys>;
using node_map = std::unordered_map<session_key, session_record, hash_of_key, equal_keys>;

/// A store as an embedder writes it.
template <class Map>
struct map_store {
    using record = session_record;
    Map records;
    record* found = nullptr; ///< by the last look-up

    record* find(std::string_view wanted) {
        const auto it = records.find(wanted);
        return found = it != records.end() ? &it->second : nullptr;
    }
    record* insert(std::string_view new_id, std::string_view new_target, const upload_session& session) {
        session_key key;
        if (!key.assign(new_id)) return nullptr;
        const auto [it, is_new] = records.try_emplace(key, record{session, new_target, {}});
        return is_new ? &it->second : nullptr;
    }
    void erase(std::string_view gone) { records.erase(records.find(gone)); }
};

/// Sessions that were created, and their ids in an order that says nothing of where they are.
template <class Map>
struct many_sessions {
    map_store<Map> store;
    std::vector<std::array<char, guid_text_size>> ids;
    double bytes_per_session = 0;

    explicit many_sessions(std::size_t count) {
        std::mt19937_64 random(5); // NOLINT: the same sessions in every run
        for (std::size_t i = 0; i < count; ++i) {
            guid g;
            for (std::uint8_t& byte : g.bytes)
                byte = static_cast<std::uint8_t>(random());
            ids.push_back(write_guid(g, guid_style::braces_upper));
        }
        const std::size_t before = allocated_bytes();
        const upload_session session = created_session();
        for (const auto& text : ids)
            check(store.insert({text.data(), text.size()}, target, session) != nullptr, "many_sessions");
        bytes_per_session = static_cast<double>(allocated_bytes() - before) / static_cast<double>(count);
        std::shuffle(ids.begin(), ids.end(), random);
    }

    static many_sessions& of(std::size_t count) {
        static std::map<std::size_t, many_sessions> all;
        return all.try_emplace(count, count).first->second;
    }
};

/// The head of a Fragment, for one session after the other.
template <class Map>
class fragment_for {
  public:
    explicit fragment_for(many_sessions<Map>& sessions)
        : sessions_(sessions), head_(written(request_of(packet_type::fragment, {0, 65536, 1U << 30}))),
          id_(head_.data() + head_.find(id)) {}

    const std::string& next() {
        std::memcpy(id_, sessions_.ids[i_].data(), guid_text_size);
        if (++i_ == sessions_.ids.size()) i_ = 0;
        return head_;
    }
    [[nodiscard]] std::string_view session_id() const { return {id_, guid_text_size}; }

  private:
    many_sessions<Map>& sessions_;
    std::string head_;
    char* id_;
    std::size_t i_ = 0;
};

/// A step of one session after the other; `time()` is what the clock says, and may take a while.
template <class Map, class Clock>
void step_among(benchmark::State& state, std::size_t count, Clock time) {
    auto& sessions = many_sessions<Map>::of(count);
    fragment_for<Map> fragment(sessions);
    const upload_session start = created_session();
    upload_server server(sessions.store);
    out_buffer out;
    bool right = true;
    const std::size_t before = allocation_count();
    for (auto _ : state) {
        const parsed<upload_request> request = read_request(fragment.next());
        const upload_server_step step = answer_request(server, request.packet, time());
        right = out.write(step.answer) && step.answer.received_content_range == 65536U && right;
        sessions.store.found->session = start;
    }
    check_no_allocations(before);
    check(right, "server_step/sessions");
    state.counters["bytes_per_session"] = sessions.bytes_per_session;
}

template <class Map>
void server_step_among(benchmark::State& state) {
    step_among<Map>(state, static_cast<std::size_t>(state.range(0)), [] { return time_point{}; });
}

/// A step among ten sessions, and one read of memory at random, of as much as so many sessions take: what a step among
/// these costs at the least. Where a read goes is what the one before has read, so that none is done beforehand.
void server_step_and_read(benchmark::State& state) {
    struct line {
        std::uint64_t next;
        std::array<char, 56> rest;
    };
    const auto& sessions = many_sessions<flat_map>::of(static_cast<std::size_t>(state.range(0)));
    const double bytes = sessions.bytes_per_session * static_cast<double>(sessions.ids.size());
    std::vector<line> memory(static_cast<std::size_t>(bytes) / sizeof(line));
    std::vector<std::uint64_t> order(memory.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::shuffle(order.begin(), order.end(), std::mt19937_64(6)); // NOLINT: the same in every run
    for (std::size_t i = 0; i < order.size(); ++i)
        memory[order[i]].next = order[(i + 1) % order.size()];
    std::uint64_t at = 0;
    step_among<flat_map>(state, 10, [&] { return time_point{(at = memory[at].next)}; });
}

/// What of a step among many sessions is the store's own look-up.
template <class Map>
void store_find(benchmark::State& state) {
    auto& sessions = many_sessions<Map>::of(static_cast<std::size_t>(state.range(0)));
    fragment_for<Map> fragment(sessions);
    std::uint64_t received = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(fragment.next().data());
        received += sessions.store.find(fragment.session_id())->session.received_bytes();
        benchmark::DoNotOptimize(received);
    }
    check(received == 0, "store_find");
}

void sizes(benchmark::internal::Benchmark* b) { b->ArgName("log2_bytes")->Arg(0)->Arg(16)->Arg(32)->Arg(63)->Arg(64); }
void counts(benchmark::internal::Benchmark* b) { b->ArgName("sessions")->Arg(10)->Arg(1000)->Arg(1'000'000); }

BENCHMARK(client_made)->Arg(32);
BENCHMARK(client_step)->Apply(sizes);
BENCHMARK(client_wire_alone)->Apply(sizes);
BENCHMARK(server_step)->Apply(sizes);
BENCHMARK(server_wire_alone)->Apply(sizes);
BENCHMARK(server_step_among<flat_map>)->Name("server_step")->Apply(counts);
BENCHMARK(server_step_among<node_map>)->Name("server_step_nodes")->Apply(counts);
BENCHMARK(server_step_and_read)->ArgName("sessions")->Arg(1'000'000);
BENCHMARK(store_find<flat_map>)->Name("store_find")->Apply(counts);

} // namespace
