// bitswire-server: what the connections share, and the loop that makes them.
//
// One thread for the sockets and the library; a few for the work of the disk that can take long. What these say comes
// back to the one thread, so nothing here is locked.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SERVER_SERVER_HPP
#define BITSWIRE_SERVER_SERVER_HPP

#include "destination_folder.hpp"
#include "options.hpp"
#include "session_store.hpp"
#include "state_folder.hpp"

#include <bitswire/session/upload_server.hpp>
#include <bitswire/wire/guid.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace bits_server {

class connection;
class notification;

class server {
  public:
    /// Throws std::exception with a text for people: a folder or an address cannot be used.
    server(boost::asio::io_context& io, const options& o);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// The address, with the port that was chosen; clients can connect already.
    [[nodiscard]] std::string address() const;
    /// Goes on where the server before this one was, and begins to answer.
    void start();

    [[nodiscard]] const options& settings() const noexcept { return options_; }
    [[nodiscard]] const bitswire::upload_directory& directory() const noexcept { return options_.directory; }
    [[nodiscard]] boost::asio::io_context& io() noexcept { return io_; }
    [[nodiscard]] const state_folder& state() const noexcept { return state_; }
    [[nodiscard]] const destination_folder& destinations() const noexcept { return destinations_; }
    [[nodiscard]] session_store& sessions() noexcept { return sessions_; }
    [[nodiscard]] bitswire::upload_server<session_store>& uploads() noexcept { return uploads_; }
    [[nodiscard]] bool is_stopping() const noexcept { return is_stopping_; }

    /// One for all connections: what is read is stored before another one reads.
    [[nodiscard]] std::span<char> body_buffer() noexcept { return body_buffer_; }

    /// The clock of sessions, which nobody sets.
    [[nodiscard]] static bitswire::time_point now() noexcept;
    /// And the time of day, for what is written down.
    [[nodiscard]] static bitswire::moment both_clocks() noexcept;
    /// A session id that nobody can guess.
    [[nodiscard]] static std::string new_session_id();

    /// Does `work` on another thread, and hands what it returns to `then` on this one.
    template <class Work, class Then>
    void run_on_disk(Work work, Then then) {
        auto guard = boost::asio::make_work_guard(io_);
        boost::asio::post(disk_, [work = std::move(work), then = std::move(then), guard = std::move(guard)]() mutable {
            auto result = work();
            boost::asio::post(guard.get_executor(), [then = std::move(then), result = std::move(result)]() mutable {
                then(std::move(result));
            });
        });
    }
    /// Deletes the files of a session, and calls `then` on this thread.
    template <class Then>
    void discard(std::string_view session_id, Then then) {
        run_on_disk(
            [this, id = std::string(session_id)] {
                for (const std::string& name : {partial_name(id), reply_name(id), fresh_reply_name(id)})
                    state_.remove(name);
                return 0;
            },
            [then = std::move(then)](int) mutable { then(); });
    }

    void joined(connection& c) { connections_.insert(&c); }
    void left(connection& c);
    void joined(notification& n) { notifications_.insert(&n); }
    void left(notification& n) { notifications_.erase(&n); }

  private:
    void accept();
    void accept_later();
    void on_accepted(const boost::system::error_code& problem, boost::asio::ip::tcp::socket socket);
    void expire_sessions();
    void wait_for_signal();
    void stop();

    boost::asio::io_context& io_;
    options options_;
    state_folder state_;
    destination_folder destinations_;
    session_store sessions_;
    bitswire::upload_server<session_store> uploads_;
    std::vector<char> body_buffer_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer accept_timer_;
    boost::asio::steady_timer expiry_timer_;
    boost::asio::steady_timer stop_timer_;
    boost::asio::signal_set signals_;
    std::unordered_set<connection*> connections_;
    std::unordered_set<notification*> notifications_;
    std::size_t max_connections_;
    bool is_accepting_ = false;
    bool is_stopping_ = false;
    /// They wait for the disk, which syncs many files in the time that it takes for one. The last member: its threads
    /// end first.
    boost::asio::thread_pool disk_{8};
};

} // namespace bits_server

#endif
