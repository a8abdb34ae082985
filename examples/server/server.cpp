// bitswire-server: what the connections share, and the loop that makes them.
//
// SPDX-License-Identifier: BSL-1.0
#include "server.hpp"

#include "connection.hpp"
#include "notification.hpp"
#include "packet_log.hpp"

#include <boost/asio/ip/v6_only.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <sys/random.h>
#include <sys/resource.h>
#include <tuple>

namespace bits_server {

namespace {

using boost::asio::ip::tcp;

constexpr std::size_t body_buffer_size = 256 * 1024;
constexpr std::chrono::seconds time_to_stop{5};

/// As many connections as the process can have open files for: a connection needs its socket and its file, and at times
/// another one.
std::size_t allowed_connections(std::size_t wanted) {
    ::rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return wanted;
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    ::getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur == RLIM_INFINITY) return wanted;
    const std::size_t affordable = files.rlim_cur > 64 ? (files.rlim_cur - 32) / 2 : 16;
    return std::min(wanted, affordable);
}

/// Since the clock's beginning.
template <class Point>
std::uint64_t milliseconds(Point t) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count());
}

std::string text_of(const tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    const std::string host = endpoint.address().is_v6() ? '[' + address + ']' : address;
    return host + ':' + std::to_string(endpoint.port());
}

} // namespace

server::server(boost::asio::io_context& io, const options& o)
    : io_(io), options_(o), state_(o.root, o.state), destinations_(o.root), sessions_(state_, both_clocks),
      uploads_(sessions_), body_buffer_(body_buffer_size), acceptor_(io), accept_timer_(io), expiry_timer_(io),
      stop_timer_(io), signals_(io), max_connections_(allowed_connections(o.max_connections)) {
    options_.directory.host_id = options_.host_id;
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    wait_for_signal();
    try {
        acceptor_.open(o.listen.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        if (o.listen.address().is_v6()) acceptor_.set_option(boost::asio::ip::v6_only(true));
        acceptor_.bind(o.listen);
        acceptor_.listen(4096);
    } catch (const boost::system::system_error& e) {
        throw std::runtime_error("cannot listen on " + text_of(o.listen) + ": " + e.code().message());
    }
    acceptor_.non_blocking(true);
}

server::~server() { disk_.join(); }

void server::start() {
    sessions_.load(destinations_, directory());
    state_.begin_work();
    accept();
    expire_sessions();
}

std::string server::address() const { return text_of(acceptor_.local_endpoint()); }

bitswire::time_point server::now() noexcept { return {milliseconds(std::chrono::steady_clock::now())}; }

bitswire::moment server::both_clocks() noexcept { return {now(), {milliseconds(std::chrono::system_clock::now())}}; }

std::string server::new_session_id() {
    bitswire::guid id;
    // 16 bytes come whole or not at all; without them the library refuses the session.
    if (::getrandom(id.bytes.data(), id.bytes.size(), 0) != static_cast<::ssize_t>(id.bytes.size())) return {};
    const auto text = bitswire::write_guid(id, bitswire::guid_style::braces_upper);
    return {text.data(), text.size()};
}

void server::left(connection& c) {
    connections_.erase(&c);
    if (!is_accepting_ && !is_stopping_) accept();
    if (is_stopping_ && connections_.empty()) stop_timer_.cancel();
}

void server::accept() {
    if (is_accepting_ || is_stopping_ || connections_.size() >= max_connections_) return;
    is_accepting_ = true;
    acceptor_.async_accept([this](const boost::system::error_code& problem, tcp::socket socket) {
        on_accepted(problem, std::move(socket));
    });
}

void server::on_accepted(const boost::system::error_code& problem, tcp::socket socket) {
    is_accepting_ = false;
    if (is_stopping_) return;
    const bool out_of_files = problem == boost::asio::error::no_descriptors || problem.value() == ENFILE ||
                              problem == boost::asio::error::no_memory ||
                              problem == boost::asio::error::no_buffer_space;
    if (out_of_files) return accept_later();
    try {
        if (!problem) std::make_shared<connection>(*this, std::move(socket))->start();
    } catch (const std::exception& e) {
        log_line(std::string("a connection was closed: ") + e.what());
    }
    accept();
}

/// The connection that cannot be accepted stays in the queue, so trying again at once would spin.
void server::accept_later() {
    is_accepting_ = true;
    accept_timer_.expires_after(std::chrono::milliseconds(100));
    accept_timer_.async_wait([this](const boost::system::error_code&) {
        is_accepting_ = false;
        accept();
    });
}

void server::expire_sessions() {
    constexpr std::uint32_t longest_s = 60;
    const std::uint32_t shortest_s = std::min(directory().session_timeout_s, directory().remember_closed_s);
    expiry_timer_.expires_after(std::chrono::seconds(std::clamp(shortest_s / 2, 1U, longest_s)));
    expiry_timer_.async_wait([this](const boost::system::error_code& problem) {
        if (problem || is_stopping_) return;
        const std::vector<std::string> ids = sessions_.ids();
        std::ignore = uploads_.expire_sessions(ids.begin(), ids.end(), directory(), now(),
                                               [this](std::string_view id, const session_record&) {
                                                   discard(id, [] {});
                                                   log_line("session " + std::string(id) + " has expired");
                                               });
        expire_sessions();
    });
}

void server::wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& problem, int) {
        if (!problem) stop();
    });
}

/// Lets the requests under way end, for a while.
void server::stop() {
    is_stopping_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    accept_timer_.cancel();
    expiry_timer_.cancel();
    stop_timer_.expires_after(time_to_stop);
    stop_timer_.async_wait([this](const boost::system::error_code&) {
        for (connection* c : std::vector<connection*>(connections_.begin(), connections_.end()))
            c->close();
        for (notification* n : std::vector<notification*>(notifications_.begin(), notifications_.end()))
            n->abort();
    });
    for (connection* c : std::vector<connection*>(connections_.begin(), connections_.end()))
        c->finish();
    if (connections_.empty()) stop_timer_.cancel();
}

} // namespace bits_server
