// One connection as the server has it: from bytes to a request, by way of the library, to an answer.
#pragma once

#include "network.hpp"
#include "server.hpp"
#include "wire.hpp"

#include <bitswire/bitswire.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simulation {

class server_connection final : public endpoint, public std::enable_shared_from_this<server_connection> {
  public:
    server_connection(server& s, std::shared_ptr<connection> link) : server_(s), w_(s.w), link_(std::move(link)) {}

    void on_bytes(std::string_view bytes) override;
    void on_closed() override;
    /// Ends it with the server. `politely`: the client learns it.
    void die(bool politely);
    /// Ends it if nothing has come for long.
    void watch();

  private:
    enum class phase : std::uint8_t { head, body, dropping, working, over };

    void read();
    void take_request(const bitswire::upload_request& r);
    void refuse_head(const bitswire::error& problem);
    void perform(const bitswire::upload_server_step& step);
    void make_room(std::uint32_t ticket);
    void take_body();
    void body_ends();
    void notify(std::uint32_t ticket);
    void publish(std::uint32_t ticket);
    void move_to_destination(std::uint32_t ticket);
    void answer(bitswire::ack a);
    void send_answer();
    void end();

    /// Does it some time later, unless the server has come to an end before.
    void later(std::function<void()> what);
    session_record* held(std::uint32_t ticket) {
        session_record* const record = server_.sessions.find(id_);
        return record != nullptr && record->session.holds(ticket) ? record : nullptr;
    }
    [[nodiscard]] const bitswire::upload_directory& directory() const { return server_.directory_of(request_.target); }

    server& server_;
    world& w_;
    std::shared_ptr<connection> link_;
    phase phase_ = phase::head;
    bool is_client_gone_ = false;
    std::uint64_t heard_at_ = 0;
    incoming_bytes in_{};
    bitswire::upload_request_parser parser_{};
    std::vector<char> head_{}; ///< what `request_` borrows
    bitswire::upload_request request_{};
    std::string id_{};                     ///< of the session that the request is about
    bitswire::upload_server_step store_{}; ///< of `body`
    std::uint64_t to_skip_ = 0;            ///< of `body` and `dropping`
    std::uint64_t stored_ = 0;
    std::string out_{};
    bool closes_ = false;
};

} // namespace simulation
