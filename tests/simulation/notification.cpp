// One notification: how it goes.
#include "notification.hpp"

#include "wire.hpp"

#include <tuple>
#include <utility>

using namespace bitswire;

namespace simulation {

void notification::start() {
    notifier_step step = notifier_.start();
    w_.demand(step.todo == notifier_todo::send_headers, order_.owner, "the notifier begins with headers");
    const upload_book& upload = books_.uploads[order_.owner];
    std::string bytes = written(step.request);
    w_.demand(!bytes.empty(), order_.owner, "what the notifier says can be sent");
    fate_ = pick_fate();
    w_.note(order_.owner, 0x400U + static_cast<std::uint64_t>(fate_),
            [&] { return "application: told of " + upload.target + ", " + std::string(enum_name(fate_)); });
    const auto self = shared_from_this();
    if (fate_ == fate::unreachable) {
        w_.after(1 + w_.random.pick(30 * second_ms), [self] {
            std::ignore = self->notifier_.on_transport_error();
            self->finish();
        });
        return;
    }
    step = notifier_.on_headers_sent();
    if (step.todo == notifier_todo::send_data) {
        // The file as it is on the disk; the comparing is the application's.
        const stored_file* const file = disk_.find(order_.partial_name);
        w_.demand(file != nullptr && file->size_bytes == order_.size_bytes, order_.owner,
                  "the application is told of a file that is there, and whole");
        bytes += upload.content.bytes(0, std::min(file->right_bytes, upload.content.size_bytes));
        bytes.resize(bytes.size() +
                     static_cast<std::size_t>(order_.size_bytes - std::min(order_.size_bytes, file->right_bytes)));
        step = notifier_.on_data_sent();
    }
    w_.demand(step.todo == notifier_todo::receive_headers, order_.owner, "after the data the answer is awaited");
    w_.seen.packets += 1;
    w_.seen.bytes += bytes.size();
    w_.after(std::uint64_t{step.timeout_s} * second_ms, [self] {
        if (self->notifier_.finished()) return;
        std::ignore = self->notifier_.on_timeout();
        self->finish();
    });
    w_.after(1 + w_.random.log_between(1, 60 * second_ms), [self, bytes = std::move(bytes)] {
        if (self->fate_ != fate::crash) return self->application_reads(bytes);
        // It was in the middle of reading.
        self->application_reads(bytes.substr(0, self->w_.random.pick(bytes.size())));
        std::ignore = self->notifier_.on_transport_error();
        self->finish();
    });
}

notification::fate notification::pick_fate() {
    if (w_.strikes(fault::application_unreachable)) return fate::unreachable;
    if (w_.strikes(fault::application_silent)) return fate::silent;
    if (w_.strikes(fault::application_late)) return fate::late;
    if (w_.strikes(fault::application_busy)) return fate::busy;
    if (w_.strikes(fault::application_refused)) return fate::refused;
    if (w_.strikes(fault::application_wants_no_more)) return fate::no_more;
    if (w_.strikes(fault::application_talks_nonsense)) return fate::nonsense;
    if (w_.strikes(fault::application_crash)) return fate::crash;
    return fate::answers;
}

void notification::application_reads(const std::string& bytes) {
    incoming_bytes in;
    notification_request_parser parser;
    parsed<notification_request> message;
    for (std::size_t have = 0; have < bytes.size() && !message.is_complete();) {
        const std::size_t more = 1 + w_.random.pick(bytes.size() - have);
        in.add(std::string_view(bytes).substr(have, more));
        have += more;
        message = parser.parse(in.view());
        w_.demand(!message.is_bad(), order_.owner, "the application can read what it is told");
    }
    if (!message.is_complete()) return;
    const notification_request& r = message.packet;
    const upload_book& upload = books_.uploads[order_.owner];
    w_.demand(r.original_request_url == "http://host" + upload.target, order_.owner,
              "the application is told of the upload that it is about");
    if (r.type == notification_type::by_value) {
        const std::string_view body = std::string_view(bytes).substr(message.consumed);
        w_.demand(r.body_bytes == upload.content.size_bytes, order_.owner,
                  "the application is told the size of the file");
        if (body.size() < r.body_bytes) return;
        w_.demand(upload.content.has(0, body), order_.owner, "the application gets the bytes of the file");
    } else {
        const stored_file* const file = disk_.find(std::string(r.request_datafile_name));
        // The server may have given the session up while this was on its way.
        const bool is_whole = file == nullptr || (file->right_bytes == upload.content.size_bytes &&
                                                  file->size_bytes == upload.content.size_bytes);
        w_.demand(is_whole && r.response_datafile_name == order_.reply_name, order_.owner,
                  "the application is told the name of the whole file");
    }
    if (fate_ == fate::silent || fate_ == fate::crash) return;
    const std::uint64_t span = fate_ == fate::late ? 310 * second_ms : w_.random.log_between(1, 120 * second_ms);
    w_.after(span, [self = shared_from_this()] { self->application_answers(); });
}

void notification::application_answers() {
    upload_book& upload = books_.uploads[order_.owner];
    notification_response response;
    std::string body;
    switch (fate_) {
    case fate::busy: {
        constexpr std::array<std::uint16_t, 6> statuses{408, 409, 500, 502, 503, 599};
        response.status = statuses[w_.random.pick(statuses.size())];
        break;
    }
    case fate::refused: {
        constexpr std::array<std::uint16_t, 8> statuses{301, 400, 401, 404, 407, 413, 416, 501};
        response.status = statuses[w_.random.pick(statuses.size())];
        break;
    }
    case fate::no_more:
        response.status = 403;
        break;
    case fate::nonsense: {
        std::string nonsense = "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n";
        if (w_.random.pick(2) == 0) nonsense = std::string(1 + w_.random.pick(50), static_cast<char>(w_.random.next()));
        nonsense += "\r\n\r\n";
        return arrive(nonsense);
    }
    default:
        break;
    }
    if (response.is_success()) {
        response.copy_file_to_destination = upload.content.seed % 16 != 0;
        if (upload.wants_reply) {
            const std::string reply = reply_to(upload.target, upload.content);
            if (upload.content.seed % 8 == 1) {
                answer_ = std::string(static_reply_prefix) + upload.target; // borrowed only for the writing
                response.static_response_url = answer_;
            } else if (order_.type == notification_type::by_value) {
                body = reply;
            } else {
                disk_.write_note(order_.reply_name, reply, true);
            }
        }
        response.body.size_bytes = body.size();
    }
    if (disposition_of_application(response.status) == disposition::fatal) upload.application_refused = true;
    std::string bytes = written(response);
    w_.demand(!bytes.empty(), order_.owner, "the application can write its answer");
    if (response.is_success() && !response.copy_file_to_destination) upload.application_took_it = true;
    arrive(bytes + body);
}

/// The answer comes to the server, whether it waits for it or not.
void notification::arrive(const std::string& bytes) {
    const bool is_late = notifier_.finished();
    const notification_result before = notifier_.result();
    if (!is_late) answer_ = bytes;
    const std::string& kept = is_late ? bytes : answer_;
    notification_response_parser parser;
    const auto message = parser.parse(kept);
    w_.seen.packets += 1;
    w_.seen.bytes += kept.size();
    notifier_step step;
    if (message.is_complete()) {
        step = notifier_.on_response(message.packet);
        if (step.todo == notifier_todo::receive_data) {
            reply_ = kept.substr(message.consumed);
            step = notifier_.on_reply_received();
        }
    } else {
        step = message.is_bad() ? notifier_.on_bad_response(message.problem) : notifier_.on_transport_error();
    }
    if (is_late) {
        const notification_result& after = notifier_.result();
        w_.demand(step.todo == notifier_todo::nothing && after.status == before.status && after.code == before.code,
                  order_.owner, "an answer that comes too late changes nothing");
        return;
    }
    w_.demand(step.todo == notifier_todo::done, order_.owner, "after the answer a notification is done");
    finish();
}

void notification::finish() {
    w_.demand(notifier_.finished(), order_.owner, "a notification that is over is finished");
    const auto self = shared_from_this();
    const receiver done = std::exchange(done_, {});
    if (done) done(notifier_.result(), reply_);
}

} // namespace simulation
