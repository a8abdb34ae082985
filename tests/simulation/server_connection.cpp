// One connection as the server has it: what is done for a request.
#include "server_connection.hpp"

#include "../support/describe.hpp"

#include <algorithm>
#include <array>
#include <utility>

using namespace bitswire;

namespace simulation {

void server_connection::on_bytes(std::string_view bytes) {
    heard_at_ = w_.now();
    in_.add(bytes);
    read();
}

void server_connection::on_closed() {
    is_client_gone_ = true;
    if (phase_ == phase::body) return body_ends();
    if (phase_ != phase::working) end();
}

void server_connection::die(bool politely) {
    phase_ = phase::over;
    if (is_client_gone_) return;
    if (politely) {
        link_->close(side::server);
    } else {
        link_->vanish(side::server);
    }
}

void server_connection::watch() {
    constexpr std::uint64_t patience_ms = 10 * minute_ms;
    w_.after(patience_ms, [self = shared_from_this(), run = server_.run()] {
        if (self->phase_ == phase::over || run != self->server_.run()) return;
        if (self->phase_ == phase::working || self->w_.now() - self->heard_at_ < patience_ms) return self->watch();
        self->link_->close(side::server);
        self->on_closed();
    });
}

void server_connection::later(std::function<void()> what) {
    w_.after(server_.work_span(), [self = shared_from_this(), run = server_.run(), what = std::move(what)] {
        if (run != self->server_.run()) return;
        what();
        self->read();
    });
}

/// As far as it goes with what is there.
void server_connection::read() {
    const auto self = shared_from_this();
    while (true) {
        if (phase_ == phase::body) {
            take_body();
            if (phase_ == phase::body) return;
        } else if (phase_ == phase::dropping) {
            to_skip_ -= in_.take_some(to_skip_).size();
            if (to_skip_ != 0) return;
            send_answer();
        } else if (phase_ == phase::head && !in_.is_empty()) {
            const auto message = parser_.parse(in_.view());
            if (message.is_bad()) return refuse_head(message.problem);
            if (!message.is_complete()) return;
            head_ = in_.take(message.consumed);
            parser_ = upload_request_parser();
            take_request(message.packet);
        } else {
            return;
        }
    }
}

void server_connection::take_request(const upload_request& r) {
    phase_ = phase::working;
    request_ = r;
    const std::uint32_t owner = link_->owner();
    id_ = r.session_id;
    upload_request_facts facts{.now = server_.now(),
                               .is_authorized = true,
                               .is_owner = true,
                               .destination = destination_state::absent,
                               .user_sessions = 0};
    if (r.type != packet_type::ping) {
        std::array<char, 256> path{};
        if (const auto size = write_file_path(r.target, "/", path); !size) {
            answer(refuse(size.error(), r.type, r.session_id));
            return send_answer();
        }
    }
    if (r.type == packet_type::create_session) {
        id_ = server_.new_session_id();
        facts.new_session_id = id_;
        if (server_.its_disk.find(std::string(r.target)) != nullptr) facts.destination = destination_state::exists;
    } else if (const session_record* const record = server_.sessions.find(id_)) {
        w_.demand(record->target != r.target || record->owner == owner, record->owner,
                  "nobody else has the id of a session");
    }
    const upload_server_step step = server_.uploads.on_request(request_, directory(), facts);
    if (step.todo == upload_server_todo::make_room) server_.its_books.open_session(id_, owner).progress_ms = w_.now();
    perform(step);
}

void server_connection::refuse_head(const error& problem) {
    phase_ = phase::working;
    id_.clear();
    w_.demand(server_.its_books.uploads[link_->owner()].is_hostile, link_->owner(),
              std::string("the server can read what clients write: ") + std::string(error_line(problem).view()));
    ack a = refuse(problem, packet_type::ping);
    a.keep_alive = false;
    answer(a);
    send_answer();
}

void server_connection::perform(const upload_server_step& step) {
    phase_ = phase::working;
    to_skip_ = 0;
    server_.check(id_);
    switch (step.todo) {
    case upload_server_todo::answer:
        to_skip_ = step.drop_bytes;
        answer(step.answer);
        if (to_skip_ == 0) return send_answer();
        phase_ = phase::dropping;
        return;
    case upload_server_todo::make_room:
        return make_room(step.ticket);
    case upload_server_todo::store_body:
        w_.demand(request_.range.offset <= step.offset, link_->owner(), "no Fragment is taken that leaves a gap");
        w_.demand(step.skip_bytes + step.size_bytes == request_.range.size_bytes, link_->owner(),
                  "each byte of a Fragment is stored or skipped");
        server_.its_books.of_session(id_).writer = this;
        phase_ = phase::body;
        store_ = step;
        to_skip_ = step.skip_bytes;
        stored_ = 0;
        if (step.send_continue) link_->send_plainly(side::client, "HTTP/1.1 100 Continue\r\n\r\n");
        if (is_client_gone_) body_ends();
        return; // to `read`
    case upload_server_todo::notify:
        return notify(step.ticket);
    case upload_server_todo::publish:
        return publish(step.ticket);
    case upload_server_todo::discard:
        answer(step.answer);
        server_.discard(id_);
        return send_answer();
    case upload_server_todo::abandon:
        if (!is_client_gone_) link_->close(side::server);
        return end();
    }
}

void server_connection::make_room(std::uint32_t ticket) {
    later([self = shared_from_this(), ticket] {
        server& s = self->server_;
        std::optional<refusal> problem;
        session_record* const record = s.sessions.find(self->id_);
        s.w.demand(record != nullptr, self->link_->owner(), "a session is there until there is room");
        if (s.its_disk.is_full) {
            problem = refusal::disk_full;
        } else {
            s.its_disk.create(partial_name(self->id_));
            record->owner = self->link_->owner();
        }
        self->perform(s.uploads.on_room(self->id_, ticket, problem, self->directory(), s.now()));
    });
}

void server_connection::take_body() {
    to_skip_ -= in_.take_some(to_skip_).size();
    if (to_skip_ != 0) return;
    const std::uint32_t owner = link_->owner();
    const std::string bytes = in_.take_some(store_.size_bytes - stored_);
    if (!bytes.empty()) {
        const session_record* const record = held(store_.ticket);
        if (record == nullptr) return perform({.todo = upload_server_todo::abandon});
        std::optional<refusal> problem;
        if (server_.its_disk.is_full) problem = refusal::disk_full;
        if (w_.strikes(fault::storage_failed)) problem = refusal::storage_failed;
        if (problem) {
            return perform(server_.uploads.on_not_stored(id_, store_.ticket, *problem, directory(), server_.now()));
        }
        stored_file* const file = server_.its_disk.find(partial_name(id_));
        const std::uint64_t offset = store_.offset + stored_;
        w_.demand(server_.its_books.of_session(id_).writer == this, owner, "who was taken over from stores no byte");
        w_.demand(file != nullptr && offset <= file->right_bytes, owner,
                  "the server stores no byte beyond those that are there");
        w_.demand(server_.its_books.uploads[record->owner].content.has(offset, bytes), owner,
                  "each byte is stored where it belongs");
        file->right_bytes = std::max(file->right_bytes, offset + bytes.size());
        file->size_bytes = std::max(file->size_bytes, offset + bytes.size());
        stored_ += bytes.size();
    }
    if (stored_ == store_.size_bytes) body_ends();
}

/// All of it is there, or nothing more comes.
void server_connection::body_ends() {
    phase_ = phase::working;
    later([self = shared_from_this()] {
        server& s = self->server_;
        if (stored_file* const file = s.its_disk.find(partial_name(self->id_));
            file != nullptr && s.settings.is_careful)
            file->synced_bytes = std::max(file->synced_bytes, file->right_bytes);
        self->perform(s.uploads.on_stored(self->id_, self->store_.ticket, self->stored_, self->directory(), s.now()));
    });
}

void server_connection::notify(std::uint32_t ticket) {
    session_record* const record = held(ticket);
    const std::uint32_t owner = record->owner;
    w_.demand(!record->is_taken, owner, "an application that has taken a file is not told again");
    stored_file* const file = server_.its_disk.find(partial_name(id_));
    const std::uint64_t size = record->session.received_bytes();
    w_.demand(file != nullptr && file->right_bytes >= size, owner, "the application is told of a file that is whole");
    file->size_bytes = file->right_bytes = file->synced_bytes = size;
    notification_order order{.type = directory().notification,
                             .owner = owner,
                             .partial_name = partial_name(id_),
                             .reply_name = reply_name(id_),
                             .size_bytes = size};
    const auto told = std::make_shared<notification>(
        w_, server_.its_books, server_.its_disk, order,
        [self = shared_from_this(), ticket, run = server_.run()](const notification_result& result,
                                                                 const std::string& reply) {
            server& s = self->server_;
            if (run != s.run()) return;
            session_record* const its = self->held(ticket);
            if (its == nullptr) return self->perform({.todo = upload_server_todo::abandon});
            if (result.is_success()) {
                its->is_taken = true;
                if (!reply.empty()) s.its_disk.write_note(reply_name(self->id_), reply, true);
                its->reply_url = result.static_reply_url;
                if (its->reply_url.empty() && s.its_disk.read_note(reply_name(self->id_)) != nullptr)
                    its->reply_url = std::string(reply_path_prefix) + self->id_;
                s.its_books.of_session(self->id_).copies = result.copy_to_destination;
            }
            self->perform(s.uploads.on_notified(self->id_, ticket, result, self->directory(), s.now()));
            self->read();
        });
    told->start();
}

void server_connection::publish(std::uint32_t ticket) {
    later([self = shared_from_this(), ticket] {
        server& s = self->server_;
        session_record* const record = self->held(ticket);
        s.w.demand(record != nullptr, self->link_->owner(), "a session is held while its file is published");
        stored_file* const file = s.its_disk.find(partial_name(self->id_));
        const std::uint64_t size = record->session.received_bytes();
        s.w.demand(file != nullptr && file->right_bytes >= size, record->owner,
                   "the bytes that the server has counted are there");
        file->size_bytes = file->right_bytes = file->synced_bytes = size;
        // From here on a server that starts again can tell whether the file was moved.
        record->being_published = file->inode;
        if (!s.save(self->id_, true)) {
            return self->perform(
                s.uploads.on_published(self->id_, ticket, refusal::disk_full, self->directory(), s.now()));
        }
        self->later([self, ticket] { self->move_to_destination(ticket); });
    });
}

void server_connection::move_to_destination(std::uint32_t ticket) {
    session_record* const record = held(ticket);
    w_.demand(record != nullptr, link_->owner(), "a session is held while its file is published");
    const std::uint32_t owner = record->owner;
    upload_book& upload = server_.its_books.uploads[owner];
    session_book& book = server_.its_books.of_session(id_);
    std::optional<refusal> problem;
    if (server_.its_disk.find(record->target) != nullptr) {
        problem = refusal::destination_exists;
    } else if (w_.strikes(fault::storage_failed)) {
        problem = refusal::storage_failed;
    } else {
        const stored_file* const file = server_.its_disk.find(partial_name(id_));
        w_.demand(file != nullptr && file->size_bytes == upload.content.size_bytes &&
                      file->right_bytes == upload.content.size_bytes,
                  owner, "what is published is the file, whole");
        w_.demand(record->target == upload.target, owner, "a file is published where it belongs");
        w_.demand(book.publications == 0 && upload.publications == 0, owner, "a file is published once");
        w_.demand(!book.was_cancelled, owner, "what is cancelled is not published");
        w_.demand(book.copies, owner, "nothing is published that the application wants for itself");
        server_.its_disk.rename(partial_name(id_), record->target);
        ++book.publications;
        ++upload.publications;
        w_.note(owner, 0x500, [] { return std::string("server: published"); });
    }
    later([self = shared_from_this(), ticket, problem] {
        server& s = self->server_;
        self->perform(s.uploads.on_published(self->id_, ticket, problem, self->directory(), s.now()));
    });
}

/// Makes the answer, after what it says is written down.
void server_connection::answer(ack a) {
    session_record* const record = server_.sessions.find(id_);
    const bool creating = request_.type == packet_type::create_session;
    if (record != nullptr && !id_.empty()) {
        if (!server_.save(id_, server_.settings.is_careful) && !record->session.is_over()) {
            const bool keep_alive = a.keep_alive && to_skip_ == 0;
            a = refuse(refusal::disk_full, request_.type, creating ? std::string_view{} : request_.session_id);
            a.keep_alive = keep_alive;
            if (creating) {
                server_.discard(id_);
                server_.sessions.erase(id_);
            }
        }
    }
    const std::uint32_t owner = link_->owner();
    if (record != nullptr && server_.sessions.find(id_) != nullptr) {
        session_book& book = server_.its_books.of_session(id_);
        if (a.answers == packet_type::fragment && a.received_content_range && record->owner == owner)
            book.told_bytes = std::max(book.told_bytes, *a.received_content_range);
        if (a.answers == packet_type::cancel_session && a.is_success()) book.was_cancelled = true;
        if (a.answers == packet_type::close_session && a.is_success()) {
            w_.demand(book.publications == 1 || !book.copies, owner, "a session is closed after its file is published");
        }
    }
    if (a.status == row_of(refusal::session_busy).status && a.error_code == row_of(refusal::session_busy).bits_error)
        ++w_.seen.busy_answers;
    if (a.status == row_of(refusal::out_of_sync).status) ++w_.seen.gap_answers;
    closes_ = !a.keep_alive;
    out_ = written(a);
    w_.demand(!out_.empty(), owner, "what the server answers can be sent");
    w_.note(owner, 0x200U + (std::uint64_t{a.status} << 16) + a.received_content_range.value_or(0),
            [&] { return "server: " + std::string(name_of(request_.type)) + " -> " + describe(a); });
}

void server_connection::send_answer() {
    if (is_client_gone_) return end();
    link_->send_answer(std::exchange(out_, {}));
    phase_ = phase::head;
    if (!closes_) return;
    link_->close(side::server);
    end();
}

void server_connection::end() {
    phase_ = phase::over;
    server_.forget(*this);
}

} // namespace simulation
