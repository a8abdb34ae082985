// bitswire-server: one connection: from a request that was read to its answer, by way of the library.
//
// Each step that `bitswire::upload_server` asks for is done here and reported, until it asks for an answer. What can
// take long is done elsewhere; by the time it is done another request may hold the session, which `held` tells.
//
// SPDX-License-Identifier: BSL-1.0
#include "connection.hpp"

#include "notification.hpp"
#include "packet_log.hpp"
#include "reply_file.hpp"

#include <bitswire/wire/ack.hpp>
#include <bitswire/wire/file_path.hpp>
#include <bitswire/wire/write_message.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <cerrno>
#include <utility>

namespace bits_server {

using bitswire::upload_server_step;
using bitswire::upload_server_todo;

namespace {

/// What people are told who have set up a proxy in a way that cannot work; empty if that is not the trouble.
std::string_view what_to_do_about(const bitswire::error& problem, std::string_view head) {
    if (begins_proxy_header(head)) {
        return "A PROXY header is not taken from this address. Start bitswire-server with --proxy-protocol, and name "
               "the proxy's address with --trust.\n";
    }
    if (problem.code == bitswire::errc::bad_http_version) {
        return "This server speaks HTTP/1.1 only. If a proxy has sent this request, let it use HTTP/1.1 to the server; "
               "in nginx: proxy_http_version 1.1;\n";
    }
    return {};
}

} // namespace

// What a request is about.

void connection::take_request(const bitswire::upload_request& request) {
    phase_ = phase::working;
    deadline_ = clock::time_point::max();
    request_ = request;
    new_session_id_.clear();
    path_.clear();
    unwanted_bytes_ = 0;
    // Every client that can connect may upload. Clients move between networks, so their address is not compared with
    // the one that made the session; the library compares the target.
    bitswire::upload_request_facts facts{.now = server::now(), .is_authorized = true, .is_owner = true};
    if (request.type != bitswire::packet_type::ping) {
        path_.resize(request.target.size());
        const auto size = bitswire::write_file_path(request.target, server_.settings().prefix, path_);
        if (!size) return refuse_request(size.error());
        path_.resize(*size);
    }
    if (request.type == bitswire::packet_type::create_session) {
        const destination there = server_.destinations().look_at(path_);
        facts.destination = there.state;
        switch (there.error) {
        case 0:
            break;
        case ELOOP:
        case EXDEV:
        case EACCES:
        case EPERM:
            facts.is_authorized = false; // there is a way, but not for uploads
            break;
        case ENAMETOOLONG:
        case EINVAL:
            return refuse_request({bitswire::errc::bad_file_path, bitswire::header::none, 0});
        default: {
            bitswire::ack a = bitswire::refuse(refusal_of(there.error), request.type);
            a.keep_alive = request.keep_alive;
            answer(a);
            return drop_and_send();
        }
        }
        facts.user_sessions = server_.sessions().count_of(user_);
        new_session_id_ = server::new_session_id();
        facts.new_session_id = new_session_id_;
    }
    perform(server_.uploads().on_request(request_, server_.directory(), facts));
}

/// The head is no request of the protocol, so the connection ends: where the next one begins is not known.
void connection::refuse_head(const bitswire::error& problem) {
    phase_ = phase::working;
    const std::string_view head = input_;
    const auto type = bitswire::find_packet_type(
        bitswire::find_field(head, bitswire::name_of(bitswire::header::packet_type)).value_or(std::string_view{}));
    const bool is_request = type && *type != bitswire::packet_type::ack;
    const auto fields = parser_->head().fields(head);
    bitswire::ack a = bitswire::refuse(problem, is_request ? *type : bitswire::packet_type::ping,
                                       fields.text(bitswire::header::session_id));
    if (!bitswire::size_of_message(a)) a.session_id = {};
    log_bad_packet(peer_, problem, a);
    compose(a);
    explain(what_to_do_about(problem, head));
    send();
}

/// A request of the protocol that is about no file.
void connection::refuse_request(const bitswire::error& problem) {
    answer(bitswire::refuse(problem, request_.type, request_.session_id));
    send();
}

// What the library asks for.

void connection::perform(const upload_server_step& step) {
    phase_ = phase::working;
    deadline_ = clock::time_point::max();
    unwanted_bytes_ = step.drop_bytes; // only of a step that answers
    switch (step.todo) {
    case upload_server_todo::answer:
        answer(step.answer);
        return drop_and_send();
    case upload_server_todo::make_room:
        return make_room(step.ticket);
    case upload_server_todo::store_body:
        return store_body(step);
    case upload_server_todo::notify:
        return notify(step.ticket);
    case upload_server_todo::publish:
        return publish(step.ticket, step.may_replace);
    case upload_server_todo::discard:
        answer(step.answer);
        return discard();
    case upload_server_todo::abandon:
        return abandon();
    }
}

void connection::make_room(std::uint32_t ticket) {
    const opened_file partial = server_.state().create(partial_name(session_id()));
    std::optional<bitswire::refusal> problem;
    if (partial.error != 0) {
        problem = refusal_of(partial.error);
    } else if (session_record* record = server_.sessions().find(session_id())) {
        server_.sessions().describe(*record, path_, user_);
    }
    perform(server_.uploads().on_room(session_id(), ticket, problem, server_.directory(), server::now()));
}

void connection::store_body(const upload_server_step& step) {
    opened_file partial = server_.state().open_for_writing(partial_name(session_id()));
    if (partial.error != 0) {
        // Without its file the session is of no use; the client makes a new one.
        const auto why = partial.error == ENOENT ? bitswire::refusal::session_not_found : refusal_of(partial.error);
        return perform(
            server_.uploads().on_not_stored(session_id(), step.ticket, why, server_.directory(), server::now()));
    }
    body_ = incoming{.left = step.skip_bytes + step.size_bytes,
                     .skip = step.skip_bytes,
                     .offset = step.offset,
                     .flushed = step.offset,
                     .ticket = step.ticket,
                     .file = std::make_shared<const file_descriptor>(std::move(partial.file)),
                     .began = clock::now()};
    expect_within(server_.settings().timeout);
    if (!step.send_continue) return receive_body();
    output_ = "HTTP/1.1 100 Continue\r\n\r\n";
    boost::asio::async_write(socket_, boost::asio::buffer(output_),
                             [self = shared_from_this()](const boost::system::error_code&, std::size_t) {
                                 self->receive_body(); // which finds out if the connection is gone
                             });
}

void connection::notify(std::uint32_t ticket) {
    const session_record* record = held(ticket);
    if (record == nullptr) return abandon();
    const std::uint64_t size_bytes = record->session.received_bytes();
    // The application is told of a file that is whole, and stays so.
    server_.run_on_disk(
        [&state = server_.state(), name = partial_name(session_id()), size_bytes] {
            return state.finish(name, size_bytes);
        },
        [self = shared_from_this(), ticket, size_bytes](const identified_file& partial) {
            if (self->held(ticket) == nullptr) return self->abandon();
            if (partial.error == 0) return self->tell_application(ticket, size_bytes);
            using bitswire::refusal;
            const refusal why = partial.error == ENOENT ? refusal::file_deleted : refusal_of(partial.error);
            self->perform(self->server_.uploads().on_notified(self->session_id(), ticket, bitswire::not_answered(why),
                                                              self->server_.directory(), server::now()));
        });
}

void connection::tell_application(std::uint32_t ticket, std::uint64_t size_bytes) {
    std::string original_url(request_.target);
    if (original_url.starts_with('/')) {
        const std::string host = request_.host.empty() ? server_.address() : std::string(request_.host);
        original_url = "http://" + host + original_url;
    }
    std::make_shared<notification>(
        server_, std::string(session_id()), original_url, size_bytes,
        [self = shared_from_this(), ticket](notification& told) { self->notified(ticket, told); })
        ->start();
}

void connection::notified(std::uint32_t ticket, notification& told) {
    session_record* const record = held(ticket);
    const bitswire::notification_result& result = told.result();
    if (record == nullptr || !result.is_success()) told.drop_reply();
    if (record == nullptr) return abandon();
    if (result.is_success()) {
        record->reply_url = result.static_reply_url;
        if (record->reply_url.empty() && told.keep_reply()) record->reply_url = reply_url_of(session_id());
    }
    perform(server_.uploads().on_notified(session_id(), ticket, result, server_.directory(), server::now()));
}

void connection::publish(std::uint32_t ticket, bool may_replace) {
    const session_record* record = held(ticket);
    if (record == nullptr) return abandon();
    server_.run_on_disk([&state = server_.state(), name = partial_name(session_id()),
                         size = record->session.received_bytes()] { return state.finish(name, size); },
                        [self = shared_from_this(), ticket, may_replace](const identified_file& partial) {
                            session_record* const held_record = self->held(ticket);
                            if (held_record == nullptr) return self->abandon();
                            if (partial.error != 0) {
                                using bitswire::refusal;
                                return self->published(ticket, partial.error == ENOENT ? refusal::file_deleted
                                                                                       : refusal_of(partial.error));
                            }
                            // From here on a server that starts again can tell whether the file was moved.
                            held_record->being_published = partial.identity;
                            if (const int error = self->server_.sessions().save(self->session_id(), *held_record);
                                error != 0)
                                return self->published(ticket, refusal_of(error));
                            self->move_to_destination(ticket, may_replace);
                        });
}

void connection::move_to_destination(std::uint32_t ticket, bool may_replace) {
    server_.run_on_disk(
        [&s = server_, id = std::string(session_id()), path = path_,
         may_replace]() -> std::optional<bitswire::refusal> {
            // The record says what is moved: after a power cut the file must not be there without it.
            const int error = s.state().is_kept() ? s.state().sync(record_name(id)) : 0;
            if (error != 0) return refusal_of(error);
            const std::string name = partial_name(id);
            return s.destinations().publish(s.state(), name, path, may_replace);
        },
        [self = shared_from_this(), ticket](std::optional<bitswire::refusal> problem) {
            self->published(ticket, problem);
        });
}

void connection::published(std::uint32_t ticket, std::optional<bitswire::refusal> problem) {
    const upload_server_step step =
        server_.uploads().on_published(session_id(), ticket, problem, server_.directory(), server::now());
    if (problem || step.todo != upload_server_todo::answer) return perform(step);
    answer(step.answer);
    discard(); // the reply, if there is one
}

/// Makes the answer, and what it says last.
void connection::answer(bitswire::ack a) {
    if (session_record* record = server_.sessions().find(session_id())) {
        const int error = server_.sessions().save(session_id(), *record);
        // What is over can be told: it is done, and found to be done by a server that starts again.
        if (error != 0 && !record->session.is_over()) {
            const bool creating = request_.type == bitswire::packet_type::create_session;
            a = bitswire::refuse(refusal_of(error), request_.type, creating ? std::string_view{} : request_.session_id);
            a.keep_alive = request_.keep_alive && unwanted_bytes_ == 0;
            if (creating) {
                server_.discard(session_id(), [] {});
                server_.sessions().erase(session_id());
            }
        }
    }
    if (server_.is_stopping()) a.keep_alive = false;
    log_packet(peer_, request_, a.session_id, a);
    compose(a);
}

/// Deletes the files of the session, then sends the answer.
void connection::discard() {
    server_.discard(session_id(), [self = shared_from_this()] { self->drop_and_send(); });
}

/// Another request has taken over the session; its client has given up this connection.
void connection::abandon() {
    log_line(peer_ + ' ' + std::string(bitswire::name_of(request_.type)) + ' ' + escaped(request_.target) + ' ' +
             escaped(session_id()) + " -> taken over by another connection");
    close();
}

std::string_view connection::session_id() const noexcept {
    return request_.type == bitswire::packet_type::create_session ? std::string_view(new_session_id_)
                                                                  : request_.session_id;
}

session_record* connection::held(std::uint32_t ticket) {
    session_record* const record = server_.sessions().find(session_id());
    return record != nullptr && record->session.holds(ticket) ? record : nullptr;
}

} // namespace bits_server
