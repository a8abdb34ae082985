// bitswire-server: one connection: requests in, the library asked, its steps done, answers out, in order.
//
// Holds a head and an answer, never a body: that goes through the server's one buffer to the file. While a step is done
// elsewhere (on the disk, by an application) nothing is read. An object lives as long as something is under way for it.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SERVER_CONNECTION_HPP
#define BITSWIRE_SERVER_CONNECTION_HPP

#include "client_address.hpp"
#include "server.hpp"

#include <bitswire/wire/upload_request.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bits_server {

class notification;

class connection : public std::enable_shared_from_this<connection> {
  public:
    connection(server& s, boost::asio::ip::tcp::socket socket);
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    void start();
    /// The server stops: ends the connection after the request that is under way.
    void finish();
    /// Ends it now. What came of a body is kept, as if the client had gone.
    void close();

  private:
    using clock = std::chrono::steady_clock;

    enum class phase : std::uint8_t {
        head,      ///< reading a head, or waiting for one
        body,      ///< reading a body, to store or to drop it
        working,   ///< somebody else is at work
        answering, ///< sending an answer
        sending,   ///< sending a file behind it
        draining,  ///< the answer is sent, the connection is to end; what the client still sends is dropped
    };

    /// The body that is being read.
    struct incoming {
        std::uint64_t left = 0;   ///< bytes to come
        std::uint64_t skip = 0;   ///< of these, first bytes that are not stored
        std::uint64_t offset = 0; ///< where in the file the next byte belongs
        std::uint64_t stored = 0;
        std::uint64_t flushed = 0; ///< end of what the disk was asked to begin writing
        bool is_flushing = false;
        std::uint32_t ticket = 0;
        std::shared_ptr<const file_descriptor> file{}; ///< none: the body is dropped
        clock::time_point began{};
        std::uint64_t read = 0;
    };

    /// The file that is being sent.
    struct outgoing {
        file_descriptor file{};
        std::uint64_t offset = 0;
        std::uint64_t left = 0;
        std::uint64_t sent = 0;
        clock::time_point began{};
    };

    // Reading.
    void read_head();
    void parse_head();
    bool take_proxy_header();
    void identify_client();
    void wait_readable();
    void on_readable(const boost::system::error_code& problem);
    void receive_body();
    bool store(std::string_view bytes);
    void flush();
    void body_ended();
    void drain();

    // Replies.
    void answer_other(const bitswire::request_line& line);
    void answer_get(const bitswire::request_line& line);
    void answer_health(std::string_view method);
    [[nodiscard]] bool asks_for_health(std::string_view method, std::string_view target) const;
    void send_file();

    // What a request is about.
    void take_request(const bitswire::upload_request& request);
    void refuse_head(const bitswire::error& problem);
    void refuse_request(const bitswire::error& problem);

    // What the library asks for.
    void perform(const bitswire::upload_server_step& step);
    void make_room(std::uint32_t ticket);
    void store_body(const bitswire::upload_server_step& step);
    void notify(std::uint32_t ticket);
    void tell_application(std::uint32_t ticket, std::uint64_t size_bytes);
    void notified(std::uint32_t ticket, notification& told);
    void publish(std::uint32_t ticket, bool may_replace);
    void move_to_destination(std::uint32_t ticket, bool may_replace);
    void published(std::uint32_t ticket, std::optional<bitswire::refusal> problem);
    void answer(bitswire::ack a);
    void discard();
    void abandon();

    // Sending.
    void compose(bitswire::ack a);
    void explain(std::string_view text);
    void drop_and_send();
    void send();
    void on_sent(const boost::system::error_code& problem);
    void next_request();

    void expect_within(clock::duration span) { expect_by(clock::now() + span); }
    void expect_by(clock::time_point moment);
    /// Expects more of what began then and has come to `bytes`: soon, and at a rate that no attacker has.
    void expect_more(clock::time_point began, std::uint64_t bytes);
    void arm_timer();
    void on_timer();

    [[nodiscard]] std::string_view session_id() const noexcept;
    /// The session of the request, if the request still holds it.
    [[nodiscard]] session_record* held(std::uint32_t ticket);

    server& server_;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;
    clock::time_point deadline_ = clock::time_point::max();
    bool timer_runs_ = false;
    phase phase_ = phase::head;
    bool is_late_ = false; ///< the deadline has passed
    bool is_closed_ = false;
    bool keeps_alive_ = true;
    client_address other_end_;         ///< of the connection; with the PROXY protocol, of the client's to the proxy
    bool is_from_proxy_ = false;       ///< from one that is trusted
    bool awaits_proxy_header_ = false; ///< nothing else has come yet
    std::string peer_;                 ///< who has sent the request, for the log: address, and port if it is known
    std::string user_;                 ///< who has sent the request: address

    std::string input_;    ///< the head of the request, and what came with it
    std::size_t used_ = 0; ///< how much of it is done with
    std::optional<bitswire::upload_request_parser> parser_;
    bitswire::upload_request request_; ///< borrows `input_`
    std::string new_session_id_;       ///< of Create-Session
    std::string path_;                 ///< of the destination, below the root
    incoming body_;
    std::uint64_t unwanted_bytes_ = 0; ///< body of the request that is to be dropped before the next one is read
    std::string output_;
    outgoing file_;
};

} // namespace bits_server

#endif
