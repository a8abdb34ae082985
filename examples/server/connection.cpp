// bitswire-server: one connection: reading, sending and time. What the library asks for is in connection_steps.cpp.
//
// SPDX-License-Identifier: BSL-1.0
#include "connection.hpp"

#include "packet_log.hpp"
#include "reply_file.hpp"

#include <bitswire/wire/ack.hpp>
#include <bitswire/wire/write_message.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace bits_server {

namespace {

/// Little, since what is read beyond the head is kept while the request is worked on.
constexpr std::size_t head_read_size = 4096;
/// Larger heads than any that BITS sends without authentication, which is somebody else's work here.
constexpr std::uint32_t max_head_size = 16 * 1024;
/// A connection has had its turn after this many full buffers.
constexpr int reads_per_turn = 4;
/// A body that is slower than this on average is an attack.
constexpr std::uint64_t least_bytes_per_s = 256;
/// As much of a file is sent at once.
constexpr std::uint64_t file_piece_size = 1024 * 1024;
/// The disk begins to write this early, so that there is little left to wait for at the end.
constexpr std::uint64_t flush_size = 8 * 1024 * 1024;
/// How long, and how much, a client may go on sending after the last answer, so that it gets to read that.
constexpr std::chrono::milliseconds drain_time{5'000};
constexpr std::uint64_t max_drained_bytes = 64 * 1024 * 1024;

bitswire::read_options reading(const options& o, bool is_from_proxy) {
    bitswire::read_options r;
    r.limits.head_bytes = max_head_size;
    r.allow_method_override = o.method_override;
    // Proxies written in Go, such as Caddy, leave out Content-Length: 0 where they do not know the method.
    r.allow_missing_content_length = is_from_proxy;
    return r;
}

struct method_and_target {
    std::string_view method;
    std::string_view target;
};

/// A request line that is none of the library's, but a health check may have: HTTP/1.0, or `OPTIONS *`.
std::optional<method_and_target> read_any_start_line(std::string_view head) {
    std::string_view line = head.substr(0, head.find("\r\n"));
    constexpr std::string_view version = " HTTP/1.";
    if (line.size() <= version.size() || !line.substr(0, line.size() - 1).ends_with(version)) return std::nullopt;
    line.remove_suffix(version.size() + 1);
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    return method_and_target{line.substr(0, blank), line.substr(blank + 1)};
}

bool would_block(const boost::system::error_code& problem) {
    return problem == boost::asio::error::would_block || problem == boost::asio::error::try_again ||
           problem == boost::asio::error::interrupted;
}

} // namespace

connection::connection(server& s, boost::asio::ip::tcp::socket socket)
    : server_(s), socket_(std::move(socket)), timer_(s.io()) {
    server_.joined(*this);
}

connection::~connection() { server_.left(*this); }

void connection::start() {
    boost::system::error_code problem;
    const auto peer = socket_.remote_endpoint(problem);
    if (problem) return;
    other_end_ = {peer.address(), peer.port()};
    is_from_proxy_ = server_.settings().trusted.contain(peer.address());
    awaits_proxy_header_ = is_from_proxy_ && server_.settings().proxy_protocol;
    identify_client();
    socket_.non_blocking(true, problem);
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), problem);
    read_head();
}

void connection::finish() {
    keeps_alive_ = false;
    if (phase_ == phase::head && input_.empty()) close();
    if (phase_ == phase::draining) expect_within(drain_time / 10);
}

void connection::close() {
    is_closed_ = true;
    timer_.cancel();
    deadline_ = clock::time_point::max();
    boost::system::error_code ignored;
    socket_.close(ignored);
}

// Reading.

void connection::read_head() {
    phase_ = phase::head;
    parser_.emplace(reading(server_.settings(), is_from_proxy_));
    expect_within(server_.settings().timeout);
    if (input_.empty()) {
        input_ = std::string(); // an idle connection holds no memory
        if (server_.is_stopping()) return close();
        return wait_readable();
    }
    parse_head();
}

void connection::wait_readable() {
    socket_.async_wait(
        boost::asio::ip::tcp::socket::wait_read,
        [self = shared_from_this()](const boost::system::error_code& problem) { self->on_readable(problem); });
}

void connection::on_readable(const boost::system::error_code& problem) {
    switch (phase_) {
    case phase::head: {
        if (problem || is_late_) return close();
        char* const buffer = server_.body_buffer().data();
        boost::system::error_code failed;
        const std::size_t size = socket_.read_some(boost::asio::buffer(buffer, head_read_size), failed);
        if (would_block(failed)) return wait_readable();
        if (failed) return close();
        input_.append(buffer, size);
        return parse_head();
    }
    case phase::body:
        // Being late or closed is told by what is read.
        return receive_body();
    case phase::draining:
        if (problem || is_late_) return close();
        return drain();
    case phase::working:
    case phase::answering:
    case phase::sending:
        return;
    }
}

void connection::parse_head() {
    if (awaits_proxy_header_ && !take_proxy_header()) return;
    if (input_.empty()) return wait_readable();
    const auto message = parser_->parse(input_);
    if (!message.is_complete() && !message.is_bad()) return wait_readable();
    if (is_from_proxy_) identify_client();
    if (message.is_complete()) {
        used_ = message.consumed;
        return take_request(message.packet);
    }
    // Only a head that is HTTP can have the wrong method.
    if (message.problem.code == bitswire::errc::bad_method) return answer_other(parser_->head().start_line(input_));
    if (const auto line = read_any_start_line(input_); line && asks_for_health(line->method, line->target)) {
        keeps_alive_ = false;
        return answer_health(line->method);
    }
    refuse_head(message.problem);
}

/// Returns false if it is not there yet, or is none: then the connection ends.
bool connection::take_proxy_header() {
    const proxy_header header = read_proxy_header(input_);
    if (header.state == bitswire::outcome::need_more) {
        wait_readable();
        return false;
    }
    if (header.state == bitswire::outcome::bad) {
        log_line(peer_ + " - - - -> 400: a trusted proxy must begin a connection with a PROXY header");
        keeps_alive_ = false;
        used_ = input_.size();
        output_ = text_answer(400, false, true, "This connection must begin with a PROXY header (--proxy-protocol).\n");
        send();
        return false;
    }
    awaits_proxy_header_ = false;
    input_.erase(0, header.size);
    if (header.client) other_end_ = *header.client;
    identify_client();
    return true;
}

/// A proxy sends the requests of many clients over one connection, so each request is looked at.
void connection::identify_client() {
    const client_address client = forwarded_for(input_, other_end_, server_.settings().trusted);
    user_ = client.address.to_string();
    peer_ = text_of(client);
}

void connection::receive_body() {
    phase_ = phase::body;
    const std::span<char> buffer = server_.body_buffer();
    int reads = 0;
    while (body_.left != 0) {
        if (is_late_ || is_closed_) return body_ended();
        std::string_view bytes;
        if (used_ < input_.size()) {
            bytes = std::string_view(input_).substr(used_);
            if (bytes.size() > body_.left) bytes = bytes.substr(0, static_cast<std::size_t>(body_.left));
            used_ += bytes.size();
        } else {
            if (reads++ == reads_per_turn) return wait_readable();
            const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), body_.left));
            boost::system::error_code failed;
            const std::size_t size = socket_.read_some(boost::asio::buffer(buffer.data(), wanted), failed);
            if (would_block(failed)) return wait_readable();
            if (failed) return body_ended();
            bytes = {buffer.data(), size};
        }
        body_.left -= bytes.size();
        body_.read += bytes.size();
        expect_more(body_.began, body_.read);
        if (body_.file && !store(bytes)) return;
    }
    body_ended();
}

/// Returns false if the body is of no further interest.
bool connection::store(std::string_view bytes) {
    if (held(body_.ticket) == nullptr) {
        abandon();
        return false;
    }
    const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(body_.skip, bytes.size()));
    body_.skip -= skipped;
    bytes.remove_prefix(skipped);
    while (!bytes.empty()) {
        const ::ssize_t n = ::pwrite(body_.file->get(), bytes.data(), bytes.size(), static_cast<::off_t>(body_.offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            const int error = errno;
            body_.file.reset();
            perform(server_.uploads().on_not_stored(session_id(), body_.ticket, refusal_of(error), server_.directory(),
                                                    server::now()));
            return false;
        }
        const auto size = static_cast<std::size_t>(n);
        bytes.remove_prefix(size);
        body_.offset += size;
        body_.stored += size;
    }
    if (body_.offset - body_.flushed >= flush_size && !body_.is_flushing) flush();
    return true;
}

/// Asks the disk to begin writing. That can block, so it is done elsewhere.
void connection::flush() {
    const std::uint64_t from = std::exchange(body_.flushed, body_.offset);
    body_.is_flushing = true;
    server_.run_on_disk(
        [file = body_.file, from, size = body_.offset - from] {
            return ::sync_file_range(file->get(), static_cast<::off64_t>(from), static_cast<::off64_t>(size),
                                     SYNC_FILE_RANGE_WRITE);
        },
        [self = shared_from_this()](int) { self->body_.is_flushing = false; });
}

/// All of the body is there, or no more of it will come.
void connection::body_ended() {
    const bool is_whole = body_.left == 0;
    if (body_.file) {
        body_.file.reset();
        perform(
            server_.uploads().on_stored(session_id(), body_.ticket, body_.stored, server_.directory(), server::now()));
    } else if (is_whole) {
        send();
    } else {
        close();
    }
}

void connection::drain() {
    const std::span<char> buffer = server_.body_buffer();
    boost::system::error_code failed;
    const std::size_t size = socket_.read_some(boost::asio::buffer(buffer.data(), buffer.size()), failed);
    if (would_block(failed)) return wait_readable();
    body_.read += size;
    if (failed || body_.read > max_drained_bytes) return close();
    wait_readable();
}

// Replies.

/// HTTP, but not of the upload protocol.
void connection::answer_other(const bitswire::request_line& line) {
    phase_ = phase::working;
    deadline_ = clock::time_point::max();
    const auto fields = parser_->head().fields(input_);
    const std::string_view length = fields.text(bitswire::header::content_length);
    const bool has_body = fields.has(bitswire::header::transfer_encoding) || !(length.empty() || length == "0");
    keeps_alive_ = !has_body && !fields.connection().close && !server_.is_stopping();
    used_ = parser_->head().size();
    if (asks_for_health(line.method, line.target)) return answer_health(line.method);
    if (line.method == "GET" || line.method == "HEAD") return answer_get(line);
    log_line(peer_ + ' ' + escaped(line.method) + ' ' + escaped(line.target) + " - -> 405");
    output_ = plain_head(405, keeps_alive_, "Allow: BITS_POST, GET, HEAD\r\n");
    send();
}

/// GET or HEAD of the address for it; and what load balancers ask for if nobody has told them anything.
bool connection::asks_for_health(std::string_view method, std::string_view target) const {
    const std::string_view path = target.substr(0, target.find('?'));
    const bool is_there = path == server_.settings().health;
    if (method == "OPTIONS") return is_there || path == "*" || path == "/";
    return is_there && (method == "GET" || method == "HEAD");
}

/// Not logged: it is asked for every few seconds.
void connection::answer_health(std::string_view method) {
    const bool is_well = !server_.is_stopping();
    const std::string_view text = method == "OPTIONS" ? "" : is_well ? "ok\n" : "stopping\n";
    output_ = text_answer(is_well ? 200 : 503, keeps_alive_, method != "HEAD", text,
                          "Cache-Control: no-store\r\nAllow: BITS_POST, GET, HEAD, OPTIONS\r\n");
    send();
}

void connection::answer_get(const bitswire::request_line& line) {
    const std::string id = session_of_reply(line.target, server_.settings().prefix);
    const session_record* const record = server_.sessions().find(id);
    opened_file opened;
    struct ::stat s {};
    if (record != nullptr && !record->reply_url.empty() && !record->session.is_over())
        opened = server_.state().open_for_reading(reply_name(id));
    const bool is_there = opened.file && ::fstat(opened.file.get(), &s) == 0 && S_ISREG(s.st_mode);
    std::string what = peer_ + ' ' + escaped(line.method) + ' ' + escaped(line.target) + " - ";
    if (!is_there) {
        log_line(what + "-> 404");
        output_ = plain_head(404, keeps_alive_);
        return send();
    }
    const bool sends_body = line.method == "GET";
    const auto field = [&](std::string_view name) { return bitswire::find_field(input_, name); };
    const reply_conditions conditions{.if_match = field("If-Match"),
                                      .if_unmodified_since = field("If-Unmodified-Since"),
                                      .if_none_match = field("If-None-Match"),
                                      .if_modified_since = field("If-Modified-Since"),
                                      .range = sends_body ? field("Range") : std::nullopt,
                                      .if_range = field("If-Range")};
    reply_answer found =
        answer_with_file(static_cast<std::uint64_t>(s.st_size), s.st_mtim.tv_sec, conditions, keeps_alive_);
    log_line(what + "bytes " + std::to_string(found.range.offset) + '+' + std::to_string(found.range.size_bytes) + '/' +
             std::to_string(s.st_size) + " -> " + std::to_string(found.status));
    output_ = std::move(found.head);
    if (sends_body && found.range.size_bytes != 0) {
        file_ = {.file = std::move(opened.file), .offset = found.range.offset, .left = found.range.size_bytes};
    }
    send();
}

void connection::send_file() {
    if (is_late_ || is_closed_) return close();
    auto offset = static_cast<::off_t>(file_.offset);
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(file_.left, file_piece_size));
    boost::system::error_code failed;
    socket_.native_non_blocking(true, failed);
    const ::ssize_t size = ::sendfile(socket_.native_handle(), file_.file.get(), &offset, wanted);
    if (size == 0) return close(); // the file has become shorter than what was announced
    if (size < 0 && errno != EAGAIN && errno != EINTR) return close();
    if (size > 0) {
        const auto sent = static_cast<std::uint64_t>(size);
        file_.offset += sent;
        file_.left -= sent;
        file_.sent += sent;
        expect_more(file_.began, file_.sent);
    }
    if (file_.left == 0) return next_request();
    socket_.async_wait(boost::asio::ip::tcp::socket::wait_write,
                       [self = shared_from_this()](const boost::system::error_code&) { self->send_file(); });
}

// Sending.

void connection::compose(bitswire::ack a) {
    const std::string date = http_date(std::time(nullptr));
    a.date = date;
    a.server = "bitswire";
    keeps_alive_ = a.keep_alive;
    const auto size = bitswire::size_of_message(a);
    output_.assign(size ? *size : 0, '\0');
    if (!size || !bitswire::write_message(a, output_)) {
        log_line(peer_ + " - - - -> no answer: it does not fit its rules");
        output_.clear();
        keeps_alive_ = false;
    }
}

/// Puts a text for people behind an answer. Acks have no body ([MC-BUP] 2.2.3.1 ff.), so this is only for what no
/// client of the protocol sends: another version of HTTP, or no HTTP at all.
void connection::explain(std::string_view text) {
    if (text.empty()) return;
    constexpr std::string_view empty = "Content-Length: 0\r\n";
    const std::size_t at = output_.find(empty);
    if (at == std::string::npos) return;
    output_.replace(at, empty.size(),
                    "Content-Type: text/plain\r\nContent-Length: " + std::to_string(text.size()) + "\r\n");
    if (!input_.starts_with("HEAD ")) output_ += text; // RFC 9110 9.3.2
}

void connection::drop_and_send() {
    if (unwanted_bytes_ == 0 || !keeps_alive_ || is_closed_) return send();
    body_ = incoming{.left = unwanted_bytes_, .began = clock::now()};
    expect_within(server_.settings().timeout);
    receive_body();
}

void connection::send() {
    if (is_closed_) return;
    phase_ = phase::answering;
    expect_within(server_.settings().timeout);
    boost::asio::async_write(
        socket_, boost::asio::buffer(output_),
        [self = shared_from_this()](const boost::system::error_code& problem, std::size_t) { self->on_sent(problem); });
}

void connection::on_sent(const boost::system::error_code& problem) {
    if (problem || is_closed_) return close();
    output_ = std::string();
    if (file_.left != 0 && !is_late_) {
        phase_ = phase::sending;
        file_.began = clock::now();
        return send_file();
    }
    next_request();
}

void connection::next_request() {
    file_ = {};
    if (keeps_alive_ && !is_late_) {
        input_.erase(0, used_);
        used_ = 0;
        return read_head();
    }
    // Closing with bytes unread would reset the connection, and the client might not get to read the answer.
    boost::system::error_code failed;
    socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, failed);
    if (failed) return close();
    phase_ = phase::draining;
    is_late_ = false;
    body_ = {};
    expect_within(server_.is_stopping() ? drain_time / 10 : drain_time);
    drain();
}

// Time.

void connection::expect_by(clock::time_point moment) {
    deadline_ = moment;
    if (!timer_runs_ || timer_.expiry() > moment) arm_timer();
}

void connection::expect_more(clock::time_point began, std::uint64_t bytes) {
    const clock::time_point due = began + std::chrono::seconds(bytes / least_bytes_per_s);
    expect_by(std::min(clock::now(), due) + server_.settings().timeout);
}

void connection::arm_timer() {
    timer_runs_ = true;
    timer_.expires_at(deadline_);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& problem) {
        if (!problem) self->on_timer();
    });
}

void connection::on_timer() {
    timer_runs_ = false;
    if (is_closed_ || deadline_ == clock::time_point::max()) return;
    if (clock::now() < deadline_) return arm_timer();
    is_late_ = true;
    deadline_ = clock::time_point::max();
    boost::system::error_code ignored;
    socket_.cancel(ignored); // whoever waits for the socket finds that it is late
}

} // namespace bits_server
