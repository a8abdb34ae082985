// bitswire-server: tells the server application of one upload, over HTTP.
//
// SPDX-License-Identifier: BSL-1.0
#include "notification.hpp"

#include "packet_log.hpp"
#include "server.hpp"

#include <bitswire/spec/error_line.hpp>
#include <bitswire/wire/notification.hpp>
#include <bitswire/wire/write_message.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <cerrno>
#include <sys/sendfile.h>
#include <unistd.h>

namespace bits_server {

namespace {

using bitswire::notifier_step;
using bitswire::notifier_todo;
namespace http = boost::beast::http;

constexpr std::size_t piece_size = 64 * 1024;
constexpr std::size_t max_answer_head_size = 16 * 1024;

bitswire::notifier_config config_of(const options& o, std::string_view original_url, std::string_view request_path,
                                    std::string_view response_path, std::uint64_t size_bytes, std::span<char> url) {
    bitswire::notifier_config c;
    c.type = o.directory.notification;
    c.notification_url = o.notification_url;
    c.original_url = original_url;
    c.request_datafile_name = request_path;
    c.response_datafile_name = response_path;
    c.size_bytes = size_bytes;
    c.user_agent = "bitswire";
    c.timeout_s = o.notification_timeout_s;
    c.url_buffer = url;
    return c;
}

} // namespace

notification::notification(server& s, const std::string& session_id, const std::string& original_url,
                           std::uint64_t size_bytes, done on_done)
    : server_(s), session_id_(session_id), original_url_(original_url),
      request_path_(s.state().full_path(partial_name(session_id))),
      response_path_(s.state().full_path(fresh_reply_name(session_id))),
      url_(bitswire::max_resolved_url_size(original_url.size(), s.settings().notification_url.size())),
      notifier_(config_of(s.settings(), original_url_, request_path_, response_path_, size_bytes, url_)),
      on_done_(std::move(on_done)), resolver_(s.io()), socket_(s.io()), timer_(s.io()), unsent_(size_bytes),
      read_(max_answer_head_size + piece_size) {
    server_.joined(*this);
}

notification::~notification() { server_.left(*this); }

void notification::start() {
    drop_reply(); // of a time before
    perform(notifier_.start());
}

void notification::abort() {
    log_line("notification of session " + session_id_ + " -> ended, since the server stops");
    perform(notifier_.on_transport_error());
}

bool notification::keep_reply() {
    const identified_file fresh = server_.state().identify(fresh_reply_name(session_id_));
    return fresh.error == 0 && server_.state().rename(fresh_reply_name(session_id_), reply_name(session_id_)) == 0;
}

void notification::drop_reply() {
    server_.state().remove(fresh_reply_name(session_id_));
    server_.state().remove(reply_name(session_id_));
}

void notification::perform(const notifier_step& step) {
    if (step.todo != notifier_todo::nothing && step.timeout_s != 0) expect_within(step.timeout_s);
    switch (step.todo) {
    case notifier_todo::nothing:
        return;
    case notifier_todo::send_headers:
        return connect(step);
    case notifier_todo::send_data: {
        opened_file upload = server_.state().open_for_reading(partial_name(session_id_));
        data_ = std::move(upload.file);
        read_head(); // the application may answer before it has read everything
        return data_ ? send_data() : perform(notifier_.on_transport_error());
    }
    case notifier_todo::receive_headers:
        return read_head();
    case notifier_todo::receive_data: {
        opened_file fresh = server_.state().create(fresh_reply_name(session_id_));
        reply_ = std::move(fresh.file);
        piece_.resize(piece_size);
        return reply_ ? receive_data() : perform(notifier_.on_transport_error());
    }
    case notifier_todo::done:
        return finish();
    }
}

void notification::connect(const notifier_step& step) {
    bitswire::notification_request request = step.request;
    request.keep_alive = false;
    const auto size = bitswire::size_of_message(request);
    head_.assign(size ? *size : 0, '\0');
    if (!size || !bitswire::write_message(request, head_)) return perform(notifier_.on_transport_error());
    const auto url = bitswire::parse_url(step.url);
    const auto host = bitswire::parse_host(url->host);
    resolver_.async_resolve(
        host->text, url->port.empty() ? "80" : url->port,
        [self = shared_from_this()](const boost::system::error_code& failed,
                                    const boost::asio::ip::tcp::resolver::results_type& addresses) {
            if (failed) return self->perform(self->notifier_.on_transport_error());
            boost::asio::async_connect(
                self->socket_, addresses,
                [self](const boost::system::error_code& refused, const boost::asio::ip::tcp::endpoint&) {
                    if (refused) return self->perform(self->notifier_.on_transport_error());
                    boost::asio::async_write(self->socket_, boost::asio::buffer(self->head_),
                                             [self](const boost::system::error_code& broken, std::size_t) {
                                                 self->perform(broken ? self->notifier_.on_transport_error()
                                                                      : self->notifier_.on_headers_sent());
                                             });
                });
        });
}

void notification::send_data() {
    if (notifier_.state() != bitswire::notifier::state_type::send_data) return; // it has answered already
    while (unsent_ != 0) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(unsent_, 1U << 20));
        boost::system::error_code ignored;
        socket_.native_non_blocking(true, ignored);
        const ::ssize_t sent = ::sendfile(socket_.native_handle(), data_.get(), nullptr, wanted);
        if (sent < 0 && errno == EINTR) continue;
        // After each piece others have their turn.
        if (sent > 0) unsent_ -= static_cast<std::uint64_t>(sent);
        if (sent > 0 && unsent_ == 0) break;
        if (sent > 0 || (sent < 0 && errno == EAGAIN)) {
            return socket_.async_wait(boost::asio::ip::tcp::socket::wait_write,
                                      [self = shared_from_this()](const boost::system::error_code& problem) {
                                          if (!problem) self->send_data();
                                      });
        }
        // A closed connection may still hold an answer, which is being waited for; a file that ends early may not.
        if (sent < 0) return;
        return perform(notifier_.on_transport_error());
    }
    perform(notifier_.on_data_sent());
}

void notification::read_head() {
    if (reads_head_) return;
    reads_head_ = true;
    parser_.emplace();
    parser_->header_limit(max_answer_head_size);
    parser_->body_limit(UINT64_MAX); // the disk sets the limit
    http::async_read_header(
        socket_, read_, *parser_,
        [self = shared_from_this()](const boost::system::error_code& problem, std::size_t) { self->on_head(problem); });
}

void notification::on_head(const boost::system::error_code& problem) {
    reads_head_ = false;
    if (notifier_.finished()) return;
    if (problem) {
        const bool is_http_error = problem.category() == http::make_error_code(http::error::bad_version).category();
        const bool has_ended = problem == http::error::end_of_stream || problem == http::error::partial_message;
        if (!is_http_error || has_ended) return perform(notifier_.on_transport_error());
        return perform(notifier_.on_bad_response({bitswire::errc::bad_start_line, bitswire::header::none, 0}));
    }
    const auto& message = parser_->get();
    bitswire::status_line start;
    start.status = static_cast<std::uint16_t>(message.result_int());
    start.minor_version = static_cast<std::uint8_t>(message.version() % 10);
    const auto response = bitswire::parse_message<bitswire::notification_response>(start, message.base());
    if (!response) return perform(notifier_.on_bad_response(response.error()));
    if (response->is_interim()) return read_head();
    perform(notifier_.on_response(*response));
}

void notification::receive_data() {
    auto& body = parser_->get().body();
    body.data = piece_.data();
    body.size = piece_.size();
    body.more = true;
    http::async_read(
        socket_, read_, *parser_,
        [self = shared_from_this()](const boost::system::error_code& problem, std::size_t) { self->on_data(problem); });
}

void notification::on_data(const boost::system::error_code& problem) {
    if (notifier_.finished()) return;
    if (problem && problem != http::error::need_buffer) return perform(notifier_.on_transport_error());
    std::string_view bytes(piece_.data(), piece_.size() - parser_->get().body().size);
    while (!bytes.empty()) {
        const ::ssize_t n = ::write(reply_.get(), bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            log_line("cannot store the reply of session " + session_id_);
            return perform(notifier_.on_transport_error());
        }
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    if (!parser_->is_done()) return receive_data();
    perform(notifier_.on_reply_received());
}

void notification::finish() {
    timer_.cancel();
    resolver_.cancel();
    boost::system::error_code ignored;
    socket_.close(ignored);
    const bitswire::notification_result& r = result();
    std::string line = "notification of session " + session_id_ + " -> ";
    line += r.is_success() ? "200" : std::to_string(r.status);
    if (!r.is_success()) line.append(" ").append(bitswire::name_of(r.code));
    if (notifier_.problem()) line.append(": ").append(bitswire::error_line(notifier_.problem()).view());
    log_line(line);
    const done on_done = std::move(on_done_);
    on_done_ = nullptr;
    if (on_done) on_done(*this);
}

void notification::expect_within(std::uint32_t span_s) {
    timer_.expires_after(std::chrono::seconds(span_s));
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& problem) {
        if (!problem) self->perform(self->notifier_.on_timeout());
    });
}

} // namespace bits_server
