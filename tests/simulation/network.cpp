// The network: what becomes of the bytes that are sent.
#include "network.hpp"

#include <algorithm>
#include <utility>

namespace simulation {

void connection::send_request(std::string bytes) {
    if (repeated_) return repeated_->send_request(std::move(bytes));
    world& w = network_.its_world();
    w.seen.packets += 1;
    w.seen.bytes += bytes.size();
    if (w.strikes(fault::proxy_answered)) {
        towards(side::server).is_dead = true;
        switch (w.random.pick(3)) {
        case 0:
            return send_plainly(side::client, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n"
                                              "Proxy-Authenticate: Basic\r\nConnection: close\r\n\r\n");
        case 1:
            return send_plainly(side::client,
                                "HTTP/1.0 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<h1>502</h1>");
        default:
            ++network_.portals(owner_);
            return send_plainly(side::client, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n<h1>Hotel</h1>");
        }
    }
    if (w.strikes(fault::request_repeated)) {
        // By a proxy, some time; nobody hears the answer.
        auto again = network_.connect(owner_, to_assigned_host_, nullptr);
        const std::uint64_t late = w.random.log_between(1, 20 * minute_ms);
        w.after(late, [again, bytes] { again->send_plainly(side::server, bytes); });
    } else if (w.strikes(fault::repeat_answered)) {
        auto again = network_.connect(owner_, to_assigned_host_, ends_[index(side::client)]);
        if (endpoint* const client = std::exchange(ends_[index(side::client)], nullptr); client != nullptr) {
            repeated_ = again;
            w.after(w.random.log_between(1, 10 * second_ms),
                    [again, bytes] { again->send_plainly(side::server, bytes); });
        }
    }
    if (w.strikes(fault::request_lost)) return send_part(side::server, {}, w.random.pick(3) != 0);
    if (w.strikes(fault::request_cut)) {
        const std::size_t k = w.random.pick(bytes.size() + 1);
        return send_part(side::server, std::string_view(bytes).substr(0, k), w.random.pick(3) != 0);
    }
    if (w.strikes(fault::connection_silent)) {
        send_plainly(side::server, bytes);
        towards(side::client).is_dead = true;
        return;
    }
    send_plainly(side::server, bytes);
}

void connection::send_answer(std::string bytes) {
    world& w = network_.its_world();
    w.seen.packets += 1;
    w.seen.bytes += bytes.size();
    if (w.strikes(fault::answer_lost)) return send_part(side::client, {}, w.random.pick(3) != 0);
    if (w.strikes(fault::answer_cut)) {
        const std::size_t k = w.random.pick(bytes.size());
        return send_part(side::client, std::string_view(bytes).substr(0, k), w.random.pick(3) != 0);
    }
    send_plainly(side::client, bytes);
}

void connection::send_part(side to, std::string_view bytes, bool both_learn) {
    send_plainly(to, bytes);
    if (both_learn) {
        put(to, {}, true);
        put(other(to), {}, true);
    }
    towards(to).is_dead = true;
    towards(other(to)).is_dead = true;
}

void connection::send_plainly(side to, std::string_view bytes) {
    random_source& random = network_.its_world().random;
    while (!bytes.empty()) {
        const std::size_t size = random.pick(3) == 0 ? 1 + random.pick(bytes.size()) : bytes.size();
        put(to, std::string(bytes.substr(0, size)), false);
        bytes.remove_prefix(size);
    }
}

void connection::close(side from) {
    attach(from, nullptr);
    put(other(from), {}, true);
    towards(other(from)).is_dead = true;
    if (from == side::client && repeated_) repeated_->close(from);
}

void connection::vanish(side from) {
    attach(from, nullptr);
    towards(other(from)).is_dead = true;
    if (from == side::client && repeated_) repeated_->vanish(from);
}

void connection::put(side to, std::string bytes, bool is_end) {
    stream& s = towards(to);
    if (s.is_dead) return;
    world& w = network_.its_world();
    std::uint64_t span = w.random.between(network_.latency_of(owner_) / 2, network_.latency_of(owner_));
    if (w.strikes(fault::delayed)) span += w.random.log_between(second_ms, 20 * minute_ms);
    s.last = std::max(s.last, w.now() + span);
    s.pieces.push_back({s.last, std::move(bytes), is_end});
    arm(to);
}

void connection::arm(side to) {
    stream& s = towards(to);
    if (s.is_armed || s.pieces.empty()) return;
    s.is_armed = true;
    network_.its_world().queue.at(s.pieces.front().at, [self = shared_from_this(), to] { self->deliver(to); });
}

void connection::deliver(side to) {
    stream& s = towards(to);
    s.is_armed = false;
    world& w = network_.its_world();
    if (const std::uint64_t until = network_.blocked_until(*this); until > w.now()) {
        s.pieces.front().at = until + w.random.pick(5 * second_ms);
        return arm(to);
    }
    const piece p = std::move(s.pieces.front());
    s.pieces.pop_front();
    if (to == side::server && !is_accepted_) {
        is_accepted_ = true;
        endpoint* const server = p.is_end ? nullptr : network_.accept(shared_from_this());
        attach(side::server, server);
        if (server == nullptr) close(side::server);
    }
    endpoint* const end = ends_[index(to)];
    if (end != nullptr && p.is_end) {
        attach(to, nullptr);
        end->on_closed();
    } else if (end != nullptr) {
        end->on_bytes(p.bytes);
    }
    arm(to);
}

} // namespace simulation
