// Snapshots of upload clients and of sessions of a server: what is read is written back equal, and whatever is not
// refused can be worked with: it answers, and comes to an end.
#include "snapshot_fuzz.hpp"

#include <array>
#include <tuple>

using namespace bitswire;

namespace {

std::string bytes_of(const upload_client& c) {
    std::string bytes(upload_client::max_snapshot_size, '\0');
    const auto size = c.write_snapshot(bytes, {});
    FUZZ_CHECK(size.has_value(), "what was read can be written");
    bytes.resize(*size);
    return bytes;
}

std::string bytes_of(const upload_session& s) {
    std::string bytes(upload_session::max_snapshot_size, '\0');
    const auto size = s.write_snapshot(bytes, {});
    FUZZ_CHECK(size.has_value(), "what was read can be written");
    bytes.resize(*size);
    return bytes;
}

/// A client is restored only with its own configuration, and the snapshot begins with that.
upload_client_config config_in(std::string_view bytes) {
    upload_client_config c{.size_bytes = 0};
    if (bytes.size() < 6) return c;
    snapshot_reader r(bytes, {bytes.substr(0, 4), 2});
    c.url = r.get_text(max_url_size);
    c.size_bytes = r.get<std::uint64_t>();
    c.wants_reply = r.get_bool();
    return c;
}

/// With a server that says yes to everything.
void finish(upload_client c, const upload_client_config& config) {
    upload_step step = c.state() == upload_client_state::init ? c.start({}) : c.resume({});
    for (int steps = 0; !c.finished(); ++steps) {
        FUZZ_CHECK(steps < 10, "what was restored comes to an end");
        if (step.todo == upload_todo::fetch_reply) {
            step = c.on_reply_fetched({});
            continue;
        }
        FUZZ_CHECK(step.todo == upload_todo::send, "what was restored has something to do");
        FUZZ_CHECK(size_of_message(step.request).has_value(), "what was restored sends only what can be sent");
        ack a{.answers = step.request.type};
        if (a.answers == packet_type::create_session) a.session_id = "{1}";
        if (a.answers == packet_type::fragment) {
            FUZZ_CHECK(step.request.range.is_valid() && step.request.range.total_bytes == config.size_bytes,
                       "what was restored sends bytes of its file");
            a.received_content_range = config.size_bytes;
            a.reply_url = "reply";
        }
        step = c.on_ack(a, {});
    }
}

void check_client(std::string_view bytes) {
    const upload_client_config config = config_in(bytes);
    const auto read = upload_client::restore(config, bytes, {});
    if (!read) return;
    FUZZ_CHECK(read->bytes_done() <= read->bytes_total(), "no more is done than there is");
    const std::string written = bytes_of(*read);
    FUZZ_CHECK(written.size() == bytes.size(), "what was read is written as large as it was");
    const auto again = upload_client::restore(config, written, {});
    FUZZ_CHECK(again && bytes_of(*again) == written, "what was written is read back equal");
    if (!read->finished()) finish(*read, config);
    upload_client cancelled = *read;
    std::ignore = cancelled.cancel({});
    std::ignore = cancelled.on_ack({.answers = packet_type::cancel_session}, {});
    FUZZ_CHECK(cancelled.finished(), "what was restored can be cancelled");
}

/// The answer to a request, with an embedder to whom nothing goes wrong.
ack answer_of(upload_session& s, upload_request r, const upload_directory& d) {
    const upload_session_call call{.session_id = "{1}", .now = time_point{}};
    upload_server_step step = s.on_request(r, d, call);
    for (int steps = 0; steps < 4; ++steps) {
        switch (step.todo) {
        case upload_server_todo::store_body:
            FUZZ_CHECK(step.offset == s.received_bytes() && step.skip_bytes + step.size_bytes == r.range.size_bytes,
                       "what is stored goes on where it was");
            step = s.on_stored(step.ticket, step.size_bytes, d, call);
            break;
        case upload_server_todo::notify:
            step = s.on_notified(step.ticket, accepted_by_application(true), d, call);
            break;
        case upload_server_todo::publish:
            step = s.on_published(step.ticket, {}, d, call);
            break;
        case upload_server_todo::answer:
        case upload_server_todo::discard:
            FUZZ_CHECK(size_of_message(step.answer).has_value(), "each answer can be sent");
            return step.answer;
        default:
            FUZZ_CHECK(false, "a request is not abandoned");
        }
    }
    FUZZ_CHECK(false, "each request comes to an answer");
    return {};
}

void check_session(std::string_view bytes) {
    const auto read = upload_session::read_snapshot(bytes);
    const auto restored = upload_session::restore(bytes, {});
    FUZZ_CHECK(read.has_value() == restored.has_value(), "what can be read can be restored");
    if (!read) return;
    const std::string written = bytes_of(*read); // but for the time of day, which is another one
    const auto again = upload_session::read_snapshot(written);
    FUZZ_CHECK(written.size() == bytes.size() && again && bytes_of(*again) == written,
               "what was read is written back equal");
    FUZZ_CHECK(read->received_bytes() <= read->total_bytes().value_or(0), "no more is there than there is");
    FUZZ_CHECK(upload_session::restore(bytes_of(*restored), {}).has_value(), "what was restored can be restored");
    FUZZ_CHECK(read->is_over() || !restored->is_over() || read->state() == upload_server_state::init,
               "a restart ends no session that its client knows");

    upload_session s = *restored;
    if (s.is_over()) return;
    const auto total = s.total_bytes().value_or(5);
    const upload_request fragment{.type = packet_type::fragment,
                                  .session_id = "{1}",
                                  .range = {s.received_bytes(), total - s.received_bytes(), total}};
    for (const notification_type n : {notification_type::none, notification_type::by_value}) {
        upload_session uploaded = s;
        const upload_directory d{.notification = n};
        if (fragment.range.size_bytes != 0) answer_of(uploaded, fragment, d);
        const ack closed = answer_of(uploaded, {.type = packet_type::close_session, .session_id = "{1}"}, d);
        FUZZ_CHECK(uploaded.is_over(), "what was restored comes to an end");
        FUZZ_CHECK(closed.is_success() == (uploaded.state() == upload_server_state::complete),
                   "an Ack says how it ended");
    }
    const ack cancelled = answer_of(s, {.type = packet_type::cancel_session, .session_id = "{1}"}, {});
    FUZZ_CHECK(cancelled.is_success() && s.state() == upload_server_state::cancel,
               "what was restored can be cancelled");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check_snapshot(text_of(data, size), [](std::string_view bytes) {
        check_client(bytes);
        check_session(bytes);
    });
    return 0;
}
