// bitswire-server: tells the server application of one upload, over HTTP: the sockets under `bitswire::notifier`.
//
// A body goes from the file to the socket and from the socket to the file in pieces. The reply is kept under a name of
// its own until the session has taken it. https is somebody else's: the application is near.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SERVER_NOTIFICATION_HPP
#define BITSWIRE_SERVER_NOTIFICATION_HPP

#include "file_descriptor.hpp"

#include <bitswire/session/notifier.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bits_server {

class server;

class notification : public std::enable_shared_from_this<notification> {
  public:
    /// Called once, on the thread of the sockets, while the notification lives.
    using done = std::function<void(notification&)>;

    notification(server& s, const std::string& session_id, const std::string& original_url, std::uint64_t size_bytes,
                 done on_done);
    ~notification();
    notification(const notification&) = delete;
    notification& operator=(const notification&) = delete;

    void start();
    /// The server ends: the application has not answered.
    void abort();

    [[nodiscard]] const bitswire::notification_result& result() const noexcept { return notifier_.result(); }
    /// Puts the reply where clients find it. Returns false if there is none.
    bool keep_reply();
    /// Deletes the reply.
    void drop_reply();

  private:
    using response_parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;

    void perform(const bitswire::notifier_step& step);
    void connect(const bitswire::notifier_step& step);
    void send_data();
    void read_head();
    void on_head(const boost::system::error_code& problem);
    void receive_data();
    void on_data(const boost::system::error_code& problem);
    void finish();
    void expect_within(std::uint32_t span_s);

    server& server_;
    std::string session_id_;
    std::string original_url_;
    std::string request_path_;
    std::string response_path_;
    std::vector<char> url_;
    bitswire::notifier notifier_;
    done on_done_;
    boost::asio::ip::tcp::resolver resolver_;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;
    std::string head_;
    file_descriptor data_; ///< the upload, to be sent
    std::uint64_t unsent_ = 0;
    bool reads_head_ = false;
    std::optional<response_parser> parser_;
    boost::beast::flat_buffer read_;
    file_descriptor reply_;
    std::vector<char> piece_;
};

} // namespace bits_server

#endif
