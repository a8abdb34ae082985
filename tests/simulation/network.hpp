// Connections as two streams of bytes: with delays, in pieces, cut anywhere, silent, repeated by a proxy, and closed to
// whoever is cut off. Nothing is lost within a connection that goes on: what is late arrives late, even if nobody waits
// for it any more.
#pragma once

#include "world.hpp"

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace simulation {

/// Who is at one end of a connection.
class endpoint {
  public:
    endpoint() = default;
    endpoint(const endpoint&) = delete;
    endpoint& operator=(const endpoint&) = delete;

    virtual void on_bytes(std::string_view bytes) = 0;
    /// Nothing more comes, and nothing sent arrives.
    virtual void on_closed() = 0;

  protected:
    ~endpoint() = default;
};

enum class side : std::uint8_t { client, server };

class network;

class connection : public std::enable_shared_from_this<connection> {
  public:
    connection(network& n, std::uint32_t owner, bool to_assigned_host)
        : network_(n), owner_(owner), to_assigned_host_(to_assigned_host) {}

    /// Whose client it is.
    [[nodiscard]] std::uint32_t owner() const { return owner_; }
    [[nodiscard]] bool is_to_assigned_host() const { return to_assigned_host_; }

    void attach(side s, endpoint* e) { ends_[index(s)] = e; }
    /// A message of the client, or of the server.
    void send_request(std::string bytes);
    void send_answer(std::string bytes);
    /// The rest of a request whose head was sent before.
    void send_rest_of_request(std::string_view bytes) {
        repeated_ ? repeated_->send_rest_of_request(bytes) : send_plainly(side::server, bytes);
    }
    /// Sends as it is: nothing goes wrong but delays.
    void send_plainly(side to, std::string_view bytes);
    /// The end `from` lets go: the other one learns it, behind what was sent.
    void close(side from);
    /// The end `from` vanishes; the other one does not learn it.
    void vanish(side from);

  private:
    struct piece {
        std::uint64_t at;
        std::string bytes;
        bool is_end;
    };
    struct stream {
        std::deque<piece> pieces{};
        std::uint64_t last = 0;
        bool is_armed = false;
        bool is_dead = false; ///< nothing more gets in
    };

    static std::size_t index(side s) { return static_cast<std::size_t>(s); }
    static side other(side s) { return s == side::client ? side::server : side::client; }
    stream& towards(side s) { return streams_[index(s)]; }

    /// Sends so much of it; what follows is lost, and both ends learn it or neither does.
    void send_part(side to, std::string_view bytes, bool both_learn);
    void put(side to, std::string bytes, bool is_end);
    void arm(side to);
    void deliver(side to);

    network& network_;
    std::uint32_t owner_;
    bool to_assigned_host_;
    bool is_accepted_ = false;
    std::array<stream, 2> streams_{};
    std::array<endpoint*, 2> ends_{};
    std::shared_ptr<connection> repeated_{}; ///< on which a proxy has sent the request again, for its answer
};

class network {
  public:
    /// Takes a connection, or returns null.
    using acceptor = std::function<endpoint*(const std::shared_ptr<connection>&)>;

    network(world& w, std::uint32_t members) : w_(w), cut_off_until_(members), portals_(members) {
        // Some are next door, some behind a modem.
        for (std::uint32_t i = 0; i < members; ++i)
            latencies_.push_back(w.random.log_between(5, 5000));
    }

    world& its_world() { return w_; }
    void on_accept(acceptor a) { accept_ = std::move(a); }
    endpoint* accept(const std::shared_ptr<connection>& c) { return accept_(c); }

    std::shared_ptr<connection> connect(std::uint32_t owner, bool to_assigned_host, endpoint* client) {
        auto c = std::make_shared<connection>(*this, owner, to_assigned_host);
        c->attach(side::client, client);
        return c;
    }

    [[nodiscard]] std::uint64_t latency_of(std::uint32_t member) const { return latencies_[member]; }
    void cut_off(std::uint32_t member, std::uint64_t until) { cut_off_until_[member] = until; }
    void cut_off_everybody(std::uint64_t until) { all_until_ = until; }
    void cut_off_host(std::uint64_t until) { host_until_ = until; }
    void heal() {
        cut_off_until_.assign(cut_off_until_.size(), 0);
        all_until_ = host_until_ = 0;
    }
    [[nodiscard]] std::uint64_t blocked_until(const connection& c) const {
        const std::uint64_t until = std::max(all_until_, cut_off_until_[c.owner()]);
        return c.is_to_assigned_host() ? std::max(until, host_until_) : until;
    }
    [[nodiscard]] bool is_cut_off(std::uint32_t member) const {
        return std::max(all_until_, cut_off_until_[member]) > w_.now();
    }

    /// Answers of something that is no BITS server, such as the page of a hotel.
    std::uint32_t& portals(std::uint32_t owner) { return portals_[owner]; }

  private:
    world& w_;
    acceptor accept_{};
    std::vector<std::uint64_t> cut_off_until_;
    std::vector<std::uint32_t> portals_;
    std::vector<std::uint64_t> latencies_{};
    std::uint64_t all_until_ = 0;
    std::uint64_t host_until_ = 0;
};

} // namespace simulation
