// Somebody who sends what he likes: bytes without sense, damaged packets, and packets for sessions whose ids he
// guesses. He knows no id of anybody else.
#pragma once

#include "books.hpp"
#include "computer.hpp"
#include "network.hpp"
#include "server.hpp"
#include "wire.hpp"

#include <bitswire/bitswire.hpp>

#include <memory>
#include <string>

namespace simulation {

class attacker final : public endpoint {
  public:
    attacker(const surroundings& all, std::uint32_t number)
        : w_(all.w), network_(all.net), books_(all.its_books), number_(number) {}

    /// Ten minutes of his.
    void act() {
        if (w_.strikes(fault::wild_bytes)) return send(wild_bytes(), false);
        if (w_.strikes(fault::guessed_session)) return send(guessed_request(), true);
        if (w_.strikes(fault::damaged_request)) return send(damaged(guessed_request()), false);
    }

    void on_bytes(std::string_view bytes) override {
        in_.add(bytes);
        bitswire::ack_parser parser({.answers = asked_, .limits = {}});
        const auto message = parser.parse(in_.view());
        const bool has_got_in = is_guess_ && message.is_complete() && message.packet.is_success();
        w_.demand(!has_got_in || asked_ == bitswire::packet_type::ping, number_, "an id that is guessed opens nothing");
    }
    void on_closed() override { link_.reset(); }

  private:
    void send(const std::string& bytes, bool is_guess) {
        if (link_) link_->close(side::client);
        in_.clear();
        is_guess_ = is_guess;
        link_ = network_.connect(number_, false, this);
        link_->send_request(bytes);
    }

    std::string wild_bytes() {
        std::string bytes(1 + w_.random.pick(3000), '\0');
        for (char& c : bytes)
            c = static_cast<char>(w_.random.next());
        if (w_.random.pick(2) == 0) bytes = "BITS_POST /plain/0 HTTP/1.1\r\n" + bytes;
        if (w_.random.pick(4) == 0) bytes.assign(70'000, 'A'); // a head without an end
        return bytes;
    }

    std::string guessed_request() {
        constexpr std::array<bitswire::packet_type, 4> types{
            bitswire::packet_type::ping, bitswire::packet_type::fragment, bitswire::packet_type::close_session,
            bitswire::packet_type::cancel_session};
        bitswire::upload_request r;
        asked_ = r.type = types[w_.random.pick(types.size())];
        const std::size_t victim = w_.random.pick(books_.uploads.size());
        r.target = books_.uploads[victim].target;
        r.host = "host";
        const std::string id = guessed_id();
        r.session_id = id;
        std::string body;
        if (r.type == bitswire::packet_type::fragment) {
            const std::uint64_t size = 1 + w_.random.pick(2000);
            const std::uint64_t offset = w_.random.pick(3) == 0 ? w_.random.next() >> 2 : w_.random.pick(5000);
            r.range = {offset, size, offset + size + w_.random.pick(5000)};
            body.assign(static_cast<std::size_t>(size), 'x');
        }
        return written(r) + body;
    }

    /// Any id, or one that is nearly somebody's.
    std::string guessed_id() {
        std::string id = "{A0FF5911-4144-45B3-BF27-27AFC8EC8A67}";
        if (!books_.order.empty() && w_.random.pick(2) == 0) id = books_.order[w_.random.pick(books_.order.size())];
        char& c = id[1 + w_.random.pick(8)];
        c = c == '0' ? '1' : '0';
        if (w_.random.pick(10) == 0) id = id.substr(0, 1 + w_.random.pick(id.size() - 1));
        return id;
    }

    std::string damaged(std::string bytes) {
        for (std::uint64_t n = 1 + w_.random.pick(4); n != 0; --n) {
            const std::size_t at = w_.random.pick(bytes.size());
            switch (w_.random.pick(3)) {
            case 0:
                bytes[at] = static_cast<char>(w_.random.next());
                break;
            case 1:
                bytes.insert(at, 1, "\r\n: 0,-"[w_.random.pick(7)]);
                break;
            default:
                bytes.erase(at, 1 + w_.random.pick(3));
                if (bytes.empty()) bytes = "B";
            }
        }
        return bytes;
    }

    world& w_;
    network& network_;
    books& books_;
    std::uint32_t number_;
    std::shared_ptr<connection> link_{};
    incoming_bytes in_{};
    bitswire::packet_type asked_{};
    bool is_guess_ = false;
};

} // namespace simulation
