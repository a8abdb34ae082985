// The compiler does an upload, and has a job live: what has undefined behaviour does not compile in a constant
// expression.
#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

using namespace bitswire;

namespace {

/// Room for one session.
struct one_session {
    struct record {
        upload_session session{};
        std::string_view target{};
        std::string_view reply_url{};
    };
    record kept{};
    bool is_there = false;

    constexpr record* find(std::string_view id) { return is_there && id == "{1}" ? &kept : nullptr; }
    constexpr record* insert(std::string_view /*id*/, std::string_view target, const upload_session& session) {
        if (is_there || target != "/inbox/f") return nullptr;
        is_there = true;
        kept = {.session = session, .target = "/inbox/f"};
        return &kept;
    }
    constexpr void erase(std::string_view /*id*/) { is_there = false; }
};

/// The application is told as the notifier wants it, in bytes, and answers in bytes.
constexpr notification_result ask_application(std::uint64_t size_bytes) {
    std::array<char, 200> url{};
    notifier n({.type = notification_type::by_value,
                .notification_url = "/app",
                .original_url = "http://h/inbox/f",
                .size_bytes = size_bytes,
                .url_buffer = url});
    std::array<char, 400> bytes{};
    const auto size = write_message(n.start().request, bytes);
    notification_request_parser at_application;
    const auto told = at_application.parse({bytes.data(), *size});
    if (told.packet.target != "/app" || told.packet.body_bytes != size_bytes) return {};
    std::ignore = n.on_headers_sent();
    std::ignore = n.on_data_sent();
    notification_response_parser parser;
    std::ignore = n.on_response(parser
                                    .parse("HTTP/1.1 200 OK\r\nBITS-Copy-File-To-Destination: yes\r\n"
                                           "BITS-Static-Response-URL: http://h/reply\r\nContent-Length: 0\r\n\r\n")
                                    .packet);
    return n.finished() ? n.result() : notification_result{};
}

/// A server with its disk. Both sides of each exchange are restored from their snapshots afterwards.
class small_server {
  public:
    constexpr explicit small_server(one_session& store) : store_(store), server_(store) {
        directory_.notification = notification_type::by_value;
    }

    constexpr ack exchange(const upload_request& r, std::string_view body, time_point now) {
        upload_server_step step = server_.on_request(r, directory_,
                                                     {.now = now,
                                                      .is_authorized = true,
                                                      .is_owner = true,
                                                      .destination = destination_state::absent,
                                                      .user_sessions = 0,
                                                      .new_session_id = "{1}"});
        while (true) {
            using todo = upload_server_todo;
            switch (step.todo) {
            case todo::answer:
            case todo::discard:
            case todo::abandon:
                restart();
                return step.answer;
            case todo::make_room:
                step = server_.on_room("{1}", step.ticket, {}, directory_, now);
                break;
            case todo::store_body:
                for (std::size_t i = 0; i < step.size_bytes; ++i)
                    disk_.at(step.offset + i) = body[step.skip_bytes + i];
                step = server_.on_stored("{1}", step.ticket, step.size_bytes, directory_, now);
                break;
            case todo::notify: {
                const notification_result result = ask_application(disk_.size());
                store_.kept.reply_url = result.static_reply_url;
                step = server_.on_notified("{1}", step.ticket, result, directory_, now);
                break;
            }
            case todo::publish:
                is_published_ = true;
                step = server_.on_published("{1}", step.ticket, {}, directory_, now);
                break;
            }
        }
    }
    [[nodiscard]] constexpr bool has_published(std::string_view file) const {
        return is_published_ && std::string_view(disk_.data(), disk_.size()) == file;
    }

  private:
    constexpr void restart() {
        std::array<char, upload_session::max_snapshot_size> bytes{};
        const auto size = store_.kept.session.write_snapshot(bytes, {});
        store_.kept.session = *upload_session::restore({bytes.data(), *size}, {});
    }

    one_session& store_;
    upload_server<one_session> server_;
    upload_directory directory_{.uploads_enabled = true, .max_upload_bytes = 5};
    std::array<char, 5> disk_{};
    bool is_published_ = false;
};

/// An upload-reply of five bytes in Fragments of two. Every message goes as bytes; one Ack is lost; one Fragment is
/// refused with a time-out of the client, who is stored and read back in between.
constexpr bool upload_arrives() {
    constexpr std::string_view file = "bytes";
    const upload_client_config config{.url = "http://h/inbox/f",
                                      .size_bytes = file.size(),
                                      .wants_reply = true,
                                      .fragment = {.first = 2, .smallest = 2, .largest = 2}};
    one_session store;
    small_server server(store);
    upload_client client(config);
    time_point now{1000};
    upload_step step = client.start(now);
    for (int exchanges = 0; !client.finished() && exchanges < 12; ++exchanges) {
        now = after_ms(now, 100);
        if (step.todo == upload_todo::fetch_reply) {
            std::array<char, 100> url{};
            if (std::string_view(url.data(), *client.write_reply_url(url)) != "http://h/reply") return false;
            step = client.on_reply_fetched(now);
            continue;
        }
        if (step.todo != upload_todo::send) return false;

        std::array<char, 400> request_bytes{};
        std::array<char, 400> ack_bytes{};
        const auto request_size = write_message(step.request, request_bytes);
        upload_request_parser at_server;
        const auto arrived = at_server.parse({request_bytes.data(), *request_size});
        const auto& range = arrived.packet.range;
        const ack answer = server.exchange(arrived.packet, file.substr(range.offset, range.size_bytes), now);
        const auto ack_size = write_message(answer, ack_bytes);
        ack_parser at_client({.answers = step.request.type, .limits = {}});
        const auto back = at_client.parse({ack_bytes.data(), *ack_size});
        if (!arrived.is_complete() || !back.is_complete()) return false;

        if (exchanges == 2) { // the Ack is lost; the client suspends and goes on in another process
            std::ignore = client.on_timeout(now);
            std::array<char, upload_client::max_snapshot_size> bytes{};
            const auto size = client.write_snapshot(bytes, now);
            client = *upload_client::restore(config, {bytes.data(), *size}, now);
            step = client.resume(now);
        } else {
            step = client.on_ack(back.packet, now);
        }
    }
    return client.succeeded() && server.has_published(file);
}

/// One job that waits in a queue.
struct one_job {
    std::array<job_file_record, 2> files{};
    std::array<char, 200> texts{};
    std::array<file_range, 2> ranges{};
    std::optional<job> kept{};
    bool waits = false;

    constexpr job_storage make_room(std::uint32_t /*number*/, const job_storage_size& size) {
        return size.files <= files.size() && size.text_bytes <= texts.size() && size.ranges <= ranges.size()
                   ? job_storage{files, texts, ranges}
                   : job_storage{};
    }
    constexpr bool take(std::uint32_t number, const job& j) {
        kept.emplace(j);
        return number == 1;
    }
    constexpr bool wait(std::uint32_t number) { return waits = number == 1; }
};

/// A download with two files that is stored and read back in the middle, with its queue, and an upload that is
/// cancelled.
constexpr bool job_lives() {
    using s = job_state;
    std::array<job_file_record, 2> files{};
    std::array<char, 200> texts{};
    std::array<file_range, 4> ranges{};
    const job_storage storage{files, texts, ranges};
    moment now{{1000}, {5000}};
    job_config config;
    config.display_name = "n";
    config.owner = "o";
    job j = *job::create(config, storage, now);
    const std::array<file_range, 2> parts{file_range{10, 5}, file_range{0, 5}};
    bool right = j.resume(now).returns == "BG_E_EMPTY"_hresult;
    right = right && j.add_file("http://h/a", "/a", now).returns.is_success();
    right = right && j.add_file_with_ranges("http://h/b", "/b", parts, now).returns.is_success();
    right = right && j.replace_remote_prefix("http://h/", "http://other/", now).returns.is_success();
    right = right && j.resume(now).returns.is_success() && j.is_ready();

    std::array<scheduler_slot, 2> slots{};
    scheduler who(slots);
    who.update(1, j, now.steady);
    right = right && who.next(now.steady).todo == schedule_todo::start && who.next(now.steady).job == 1;
    right = right && j.on_picked(now).todo == job_action::start;
    std::ignore = j.on_connected(now);
    who.update(1, j, now.steady);
    j.on_size(0, 10);
    std::ignore = j.on_progress(4, now);
    right = right && j.on_error({"BG_E_TIMEOUT"_hresult}, now).todo == job_action::wait_to_retry;
    who.update(1, j, now.steady);
    now.steady = j.wake_at();
    right = right && who.next(now.steady).todo == schedule_todo::timer;
    std::ignore = j.on_timer(now);
    right = right && j.state() == s::queued;
    who.update(1, j, now.steady);

    std::array<char, 700> bytes{};
    const std::size_t size = write_queue(
        1, [&](auto put) { put(1, j); }, who, bytes, now);
    one_job other;
    if (size > bytes.size() || read_queue({bytes.data(), size}, other, now) || !other.waits) return false;
    job& back = *other.kept;
    std::ignore = back.on_picked(now);
    std::ignore = back.on_connected(now);
    right = right && back.on_file_transferred(now).todo == job_action::next_file;
    right = right && back.on_file_transferred(now).todo == job_action::report_transferred;
    right = right && back.progress().bytes_transferred == 20 && back.file(1).remote_name == "http://other/b";
    right = right && back.complete(now).returns.is_success() && back.state() == s::acknowledged;

    config.type = job_type::upload;
    job up = *job::create(config, storage, now);
    std::ignore = up.add_file("http://h/a", "/a", now);
    std::ignore = up.resume(now);
    upload_client client({.url = "http://h/a", .size_bytes = 3});
    upload_step step = carry_out(up.on_picked(now).todo, client, now.steady);
    step = client.on_ack({.answers = packet_type::create_session, .session_id = "{1}"}, now.steady);
    std::ignore = follow(up, client, step, now);
    right = right && up.state() == s::transferring;
    step = carry_out(up.cancel(now).todo, client, now.steady);
    step = client.on_ack({.answers = packet_type::fragment, .received_content_range = 3}, now.steady);
    step = client.on_ack({.answers = packet_type::cancel_session}, now.steady);
    return right && follow(up, client, step, now).todo == job_action::finish && up.is_over();
}
#ifndef __SANITIZE_ADDRESS__ // with -fsanitize=undefined g++ compares no address with null in a constant expression
static_assert(upload_arrives());
static_assert(job_lives());
#endif

} // namespace

TEST_CASE("constexpr: the sessions of this file are the same at run time") {
    CHECK(upload_arrives());
    CHECK(job_lives());
}
