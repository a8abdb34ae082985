// Client against server over a link that cuts, loses, repeats and delays: whatever happens, the file arrives once and
// whole, or not at all. Every message goes as bytes, in random pieces. The generator is seeded: a failure names its
// seed and happens again.
#include "support/print.hpp"
#include "support/server_world.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <random>
#include <string>
#include <tuple>

using namespace bitswire;

namespace {

/// What can happen to one exchange.
enum class mishap : std::uint8_t {
    none,
    request_lost,
    body_cut,
    ack_lost,
    ack_cut,
    request_repeated, ///< by something in between; the second answer is the one that comes
    connection_dies,  ///< the server does not notice, and goes on with the next connection
    time_out,
    server_restarts,
    server_forgets, ///< the session
    server_has_no_space,
    server_cannot_move,
    application_fails,
    client_restarts,
    client_suspends,
};

class session_pair {
  public:
    session_pair(std::uint64_t seed, std::size_t mishaps) : random_(seed), mishaps_left_(mishaps) {
        file_.resize(pick(2) == 0 ? pick(40) : pick(5000));
        for (char& c : file_)
            c = static_cast<char>(pick(256));
        wants_reply_ = pick(3) == 0;
        world_.directory.keep_partial_fragments = pick(2) == 0;
        if (wants_reply_ || pick(3) == 0) world_.directory.notification = notification_type::by_value;
        if (wants_reply_) world_.reply = "replies\\1";
        world_.application.copy_to_destination = true;
        if (pick(3) == 0) world_.directory.max_fragment_bytes = 64 + pick(1000);
        config_ = {.url = "http://host/inbox/file.bin",
                   .size_bytes = file_.size(),
                   .content_name = "file.bin",
                   .wants_reply = wants_reply_,
                   .ping_first = pick(4) == 0,
                   .fragment = {.first = 1 + pick(1000), .smallest = 1 + pick(64), .largest = 2000},
                   .setbacks_allowed = 200};
        client_ = upload_client(config_);
    }

    /// Until the client has finished. False: it never does.
    bool run() {
        upload_step step = client_.start(now());
        for (int exchanges = 0; exchanges < 20'000; ++exchanges) {
            check_destination();
            world_.now = after_ms(world_.now, pick(2000));
            switch (step.todo) {
            case upload_todo::done:
                return true;
            case upload_todo::send:
                step = exchange(step);
                break;
            case upload_todo::wait:
                world_.now = step.wake_at;
                step = client_.on_timer(now());
                break;
            case upload_todo::fetch_reply:
                CHECK_FALSE(client_.reply_url().empty());
                step = pick(4) == 0 ? client_.on_reply_failed(now()) : client_.on_reply_fetched(now());
                break;
            case upload_todo::stopped:
                last_failure_ = client_.failure();
                CHECK(last_failure_.http_status != 400); // the client did nothing wrong
                step = client_.resume(now());
                break;
            case upload_todo::suspended:
            case upload_todo::nothing:
                step = client_.resume(now());
                break;
            case upload_todo::give_credentials:
                FAIL("nobody asked for credentials");
            }
            if (step.todo == upload_todo::send && pick(10) == 0 && mishaps_left_ > 0) {
                --mishaps_left_;
                step = restart_client();
            }
        }
        return false;
    }

    void check_arrived() const {
        CHECK(client_.succeeded());
        REQUIRE(world_.destinations.contains("/inbox/file.bin"));
        CHECK(world_.destinations.find("/inbox/file.bin")->second == file_);
        CHECK(world_.publications.find("/inbox/file.bin")->second == 1);
        if (world_.directory.notification != notification_type::none) CHECK_FALSE(world_.notified.empty());
        for (const std::string& seen : world_.notified)
            CHECK(seen == file_);
    }
    [[nodiscard]] const upload_failure& last_failure() const { return last_failure_; }

  private:
    std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_() % below); }
    [[nodiscard]] time_point now() const { return world_.now; }

    void check_destination() const {
        const auto it = world_.destinations.find("/inbox/file.bin");
        if (it != world_.destinations.end()) CHECK(it->second == file_);
    }

    mishap next_mishap() {
        if (mishaps_left_ == 0 || pick(2) == 0) return mishap::none;
        --mishaps_left_;
        return static_cast<mishap>(pick(enumerator_count<mishap>));
    }

    template <class Packet>
    std::string written(const Packet& packet) {
        std::array<char, 8192> out{};
        const auto size = write_message(packet, out);
        REQUIRE(size);
        return {out.data(), *size};
    }

    /// The bytes as another end reads them: in pieces.
    template <class Packet>
    Packet read(const std::string& bytes, const typename message_parser<Packet>::settings& settings = {}) {
        message_parser<Packet> parser(settings);
        for (std::size_t have = 0; have < bytes.size();) {
            have += 1 + pick(bytes.size() - have);
            const auto message = parser.parse(std::string_view(bytes).substr(0, have));
            REQUIRE_FALSE(message.is_bad());
            if (message.is_complete()) return message.packet;
        }
        FAIL("no whole message");
        return {};
    }

    upload_step restart_client() {
        std::string bytes(upload_client::max_snapshot_size, '\0');
        bytes.resize(*client_.write_snapshot(bytes, now()));
        client_ = *upload_client::restore(config_, bytes, now());
        if (client_.finished()) return {.todo = upload_todo::done};
        return client_.state() == upload_client_state::init ? client_.start(now()) : client_.resume(now());
    }

    upload_step exchange(const upload_step& step) {
        const std::string request_bytes = written(step.request);
        const auto request = read<upload_request>(request_bytes);
        CHECK(request == step.request);
        std::string_view body = std::string_view(file_).substr(request.range.offset, request.body_size());
        if (pick(3) == 0) notice_dead_connections();
        const mishap m = next_mishap();
        if (m == mishap::request_lost) return client_.on_transport_error(now());
        if (m == mishap::server_restarts) world_.restart();
        if (m == mishap::server_forgets) forget();
        if (m == mishap::client_suspends) std::ignore = client_.suspend(now());
        if (m == mishap::server_has_no_space) world_.store_problem = refusal::disk_full;
        if (m == mishap::server_cannot_move) world_.publish_problem = refusal::storage_failed;
        if (m == mishap::application_fails) world_.application = refused_by_application(503);
        if (m == mishap::body_cut) body = body.substr(0, body.size() - pick(body.size() + 1));
        if (m == mishap::connection_dies) return lose_connection(request);
        std::optional<ack> answer = world_.exchange(request, body);
        if (m == mishap::request_repeated) answer = world_.exchange(request, body);
        const std::string answer_bytes = answer ? written(*answer) : std::string();
        world_.store_problem.reset();
        world_.publish_problem.reset();
        world_.application = accepted_by_application(true);
        check_destination();

        if (m == mishap::ack_lost || m == mishap::ack_cut || m == mishap::body_cut || !answer) {
            return client_.on_transport_error(now());
        }
        if (m == mishap::time_out) return client_.on_timeout(now());
        const ack read_back = read<ack>(answer_bytes, {.answers = request.type, .limits = {}});
        CHECK(read_back == *answer);
        const upload_step next = client_.on_ack(read_back, now());
        return m == mishap::client_restarts ? restart_client() : next;
    }

    /// The server waits for a body that does not come. What it reports later must not count.
    upload_step lose_connection(const upload_request& request) {
        const auto begun = world_.begin(request);
        if (begun.todo == upload_server_todo::store_body) {
            late_.emplace_back(std::string(request.session_id), begun.ticket);
        } else {
            world_.work_off(request, begun, {});
        }
        return client_.on_transport_error(now());
    }

    /// A connection that died long ago is noticed, and what had come of its body is reported.
    void notice_dead_connections() {
        for (const auto& [id, ticket] : late_) {
            const session_record* const record = world_.store.find(id);
            const bool holds = record != nullptr && record->session.holds(ticket);
            const auto step = world_.server.on_stored(id, ticket, 0, world_.directory, now());
            CHECK((step.todo == upload_server_todo::abandon) == !holds);
            // Where there was nothing left to store, the application is asked, for nobody.
            if (holds) world_.work_off({.type = packet_type::fragment, .session_id = id}, step, {});
        }
        late_.clear();
    }

    void forget() {
        for (auto it = world_.store.records.begin(); it != world_.store.records.end();) {
            it = it->second.session.is_over() ? std::next(it) : world_.store.records.erase(it);
        }
    }

    std::mt19937_64 random_;
    std::size_t mishaps_left_;
    std::string file_{};
    bool wants_reply_ = false;
    server_world world_{};
    upload_client_config config_{.size_bytes = 0};
    upload_client client_{config_};
    upload_failure last_failure_{};
    std::vector<std::pair<std::string, std::uint32_t>> late_{}; ///< connections that died unnoticed
};

} // namespace

TEST_CASE("pair: without mishaps every file arrives") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        session_pair p(seed, 0);
        REQUIRE(p.run());
        p.check_arrived();
    }
}

TEST_CASE("pair: whatever happens on the way, the file arrives once and whole") {
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        CAPTURE(seed);
        session_pair p(seed, 1 + seed % 60);
        const bool ended = p.run();
        CAPTURE(std::string(enum_name(p.last_failure().what)));
        CAPTURE(p.last_failure().http_status);
        REQUIRE(ended);
        p.check_arrived();
    }
}
