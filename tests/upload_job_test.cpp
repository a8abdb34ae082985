// An upload as a job: the job says when, the client says what, and the server in memory says whether it arrived.
#include "support/job_world.hpp"
#include "support/print.hpp"
#include "support/server_world.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <tuple>

using namespace bitswire;

namespace {

constexpr std::string_view remote_url = "http://host/inbox/file.bin";
constexpr std::string_view remote_path = "/inbox/file.bin";

/// The embedder of one job with its upload. A request that was handed out is under way until something ends it.
class upload_world {
  public:
    explicit upload_world(job_type type = job_type::upload, std::size_t file_size = 100)
        : w(type), file(file_size, '?'), client(config_of(type, file_size)) {
        for (std::size_t i = 0; i < file.size(); ++i)
            file[i] = static_cast<char>('a' + i % 26);
        if (type == job_type::upload_reply) {
            server.directory.notification = notification_type::by_value;
            server.application.copy_to_destination = true;
            server.reply = "replies\\1";
        }
        REQUIRE(job().add_file(remote_url, "/home/file", now()).returns == hresult{});
        job().on_size(0, file.size());
    }
    upload_world(const upload_world&) = delete;
    upload_world& operator=(const upload_world&) = delete;

    static upload_client_config config_of(job_type type, std::size_t file_size) {
        return {.url = remote_url,
                .size_bytes = file_size,
                .wants_reply = type == job_type::upload_reply,
                .fragment = {.first = 30, .smallest = 10, .largest = 40},
                .first_repeat_s = 5,
                .setbacks_allowed = 200};
    }

    bitswire::job& job() { return w.j; }
    [[nodiscard]] const moment& now() const { return w.now; }
    void pass_ms(std::uint64_t ms) {
        w.now.steady.ms += ms;
        w.now.wall.ms += ms;
        server.now.ms += ms;
    }

    /// Does what the job says, and lets it follow.
    void perform(const job_step& s) {
        if (s.todo != job_action::nothing) last_action = s.todo;
        if (s.todo != job_action::nothing && s.todo != job_action::finish) {
            take(carry_out(s.todo, client, now().steady));
        }
    }
    /// Does what the client says, and tells the job.
    void take(const upload_step& s, hresult transport = {}) {
        if (s.wake_at != time_never || s.todo != upload_todo::nothing) client_wake = s.wake_at;
        if (s.todo != upload_todo::nothing) {
            is_under_way = s.todo == upload_todo::send;
            asks = s.todo == upload_todo::give_credentials;
            fetches = s.todo == upload_todo::fetch_reply;
            if (is_under_way) {
                request = s.request;
                // Only who is at work, or is being cancelled, sends.
                CHECK((job().is_running() || job().state() == job_state::cancelled));
            }
        }
        perform(follow(job(), client, s, now(), transport));
        check();
    }
    void pick() { perform(job().on_picked(now())); }
    void begin() {
        std::ignore = job().resume(now());
        pick();
    }

    [[nodiscard]] std::string_view body() const {
        return std::string_view(file).substr(request.range.offset, request.body_size());
    }
    /// The server answers what is under way.
    void answer() {
        REQUIRE(is_under_way);
        is_under_way = false;
        const std::optional<ack> a = server.exchange(request, body());
        REQUIRE(a);
        take(client.on_ack(*a, now().steady));
    }
    void answer_with(std::uint16_t status, std::optional<hresult> code = {}, error_context context = {}) {
        REQUIRE(is_under_way);
        is_under_way = false;
        ack a{.answers = request.type, .status = status, .error_code = code};
        if (context != error_context::none) a.error_context = context;
        take(client.on_ack(a, now().steady));
    }
    void lose(bool server_has_it, hresult transport = {}) {
        REQUIRE(is_under_way);
        is_under_way = false;
        if (server_has_it) server.exchange(request, body());
        take(client.on_transport_error(now().steady), transport);
    }
    void time_out(bool server_has_it) {
        REQUIRE(is_under_way);
        is_under_way = false;
        if (server_has_it) server.exchange(request, body());
        take(client.on_timeout(now().steady));
    }
    /// Both are written down and read back; what was under way is lost.
    void restart(bool server_has_it) {
        if (is_under_way && server_has_it) server.exchange(request, body());
        is_under_way = asks = fetches = false;
        std::string job_bytes = w.bytes();
        std::string client_bytes(upload_client::max_snapshot_size, '\0');
        client_bytes.resize(*client.write_snapshot(client_bytes, now().steady));
        memory_.emplace_back();
        // Another clock, that begins anew.
        w.now.steady.ms = w.now.steady.ms % 1000;
        const auto j = bitswire::job::restore(job_bytes, memory_.back().storage(), now());
        REQUIRE(j);
        w.j = *j;
        const auto c = upload_client::restore(config_of(job().type(), file.size()), client_bytes, now().steady);
        REQUIRE(c);
        client = *c;
        client_wake = time_never;
        CHECK_FALSE(job().is_running());
    }
    void work_off_timers() {
        for (int i = 0; job().wake_at() <= now().steady; ++i) {
            REQUIRE(i < 10);
            perform(job().on_timer(now()));
        }
        if (client_wake <= now().steady) {
            client_wake = time_never;
            take(client.on_timer(now().steady));
        }
    }
    /// Until the job is at an end, with all the good will there is. False: it never ends.
    bool go_on() {
        for (int i = 0; i < 3000; ++i) {
            pass_ms(10);
            work_off_timers();
            const job_state s = job().state();
            if (s == job_state::transferred || job().is_over()) return true;
            if (is_under_way) {
                answer();
            } else if (asks) {
                asks = false;
                take(client.on_credentials_given(now().steady));
            } else if (fetches) {
                fetches = false;
                take(client.on_reply_fetched(now().steady));
            } else if (s == job_state::suspended || s == job_state::error) {
                CHECK(job().resume(now()).returns == hresult{});
            } else if (s == job_state::queued) {
                pick();
            } else {
                const time_point next = std::min(client_wake, job().wake_at());
                if (s == job_state::transient_error) std::ignore = job().on_network_back(now());
                if (s != job_state::transient_error) {
                    if (next == time_never) return false;
                    // Nobody waits for the end of a long time-out in front of an idle job.
                    if (job().is_running() && elapsed_ms(now().steady, next) > 86'400'000) return false;
                    pass_ms(elapsed_ms(now().steady, next));
                }
            }
        }
        return false;
    }

    void check() {
        const job_progress p = job().progress();
        CHECK(p.bytes_transferred <= p.bytes_total);
        CHECK(p.bytes_total == file.size());
        const auto it = server.destinations.find(remote_path);
        if (it != server.destinations.end()) {
            CHECK(it->second == file);
            CHECK(server.publications.find(remote_path)->second == 1);
        }
        if (job().state() == job_state::transferred) {
            CHECK(it != server.destinations.end());
            CHECK(p.bytes_transferred == file.size());
        }
    }
    [[nodiscard]] bool has_arrived() const { return server.destinations.contains(remote_path); }
    [[nodiscard]] int live_sessions() const {
        int n = 0;
        for (const auto& [session_id, record] : server.store.records)
            n += record.session.is_over() ? 0 : 1;
        return n;
    }

    server_world server{};
    world_job w;
    std::string file;
    upload_client client;
    upload_request request{};
    bool is_under_way = false;
    bool asks = false;
    bool fetches = false;
    time_point client_wake = time_never;
    job_action last_action = job_action::nothing;

  private:
    std::deque<job_memory> memory_{};
};

} // namespace

TEST_CASE("upload job: queued, connecting, transferring, transferred [life-cycle-of-a-bits-job]") {
    upload_world u;
    std::ignore = u.job().resume(u.now());
    CHECK(u.job().state() == job_state::queued);
    u.pick();
    CHECK(u.job().state() == job_state::connecting);
    CHECK(u.request.type == packet_type::create_session);
    u.answer();
    CHECK(u.job().state() == job_state::transferring);
    u.answer();
    CHECK(u.job().progress().bytes_transferred == 30);
    while (u.request.type == packet_type::fragment)
        u.answer();
    CHECK(u.request.type == packet_type::close_session);
    CHECK(u.job().progress().bytes_transferred == 100);
    CHECK(u.job().progress().files_transferred == 0);
    CHECK(u.job().state() == job_state::transferring);
    u.answer();
    CHECK(u.job().state() == job_state::transferred);
    CHECK(u.job().progress().files_transferred == 1);
    CHECK(u.last_action == job_action::report_transferred);
    CHECK(u.has_arrived());
    CHECK(u.job().complete(u.now()).returns == hresult{});
    CHECK(u.job().is_over());
}

TEST_CASE("upload job: an empty file is a job like any other") {
    upload_world u(job_type::upload, 0);
    u.begin();
    CHECK(u.go_on());
    CHECK(u.job().state() == job_state::transferred);
    CHECK(u.has_arrived());
}

TEST_CASE("upload job: suspended in mid-flight, the Ack that is late still counts [Suspend]") {
    for (int before = 0; before < 6; ++before) {
        CAPTURE(before);
        upload_world u;
        u.begin();
        for (int i = 0; i < before && u.is_under_way; ++i)
            u.answer();
        if (!u.is_under_way) break;
        const packet_type type = u.request.type;
        u.perform(u.job().suspend(u.now()));
        CHECK(u.job().state() == job_state::suspended);
        CHECK(u.is_under_way);
        const auto bytes = u.job().progress().bytes_transferred;
        u.answer();
        CHECK_FALSE(u.is_under_way); // and nothing more is sent
        if (type == packet_type::fragment) CHECK(u.job().progress().bytes_transferred > bytes);
        CHECK(u.job().state() == (type == packet_type::close_session ? job_state::transferred : job_state::suspended));
        if (type == packet_type::close_session) continue;
        std::ignore = u.job().resume(u.now());
        CHECK(u.job().state() == job_state::queued);
        u.pick();
        CHECK(u.job().state() == job_state::connecting);
        CHECK(u.request.type == packet_type::ping);
        CHECK(u.go_on());
        CHECK(u.job().state() == job_state::transferred);
    }
}

TEST_CASE("upload job: the slice is over while a request is under way [life-cycle-of-a-bits-job]") {
    for (const bool picked_before_ack : {true, false}) {
        CAPTURE(picked_before_ack);
        upload_world u;
        u.begin();
        u.answer();
        u.answer();
        u.perform(u.job().on_yielded(u.now()));
        CHECK(u.job().state() == job_state::queued);
        CHECK(u.is_under_way);
        if (picked_before_ack) {
            u.pick();
            CHECK(u.is_under_way); // still the same request
            CHECK(u.request.range.offset == 30);
            u.answer();
            CHECK(u.job().state() == job_state::transferring);
            CHECK(u.is_under_way);
        } else {
            u.answer();
            CHECK_FALSE(u.is_under_way);
            CHECK(u.job().state() == job_state::queued);
            CHECK(u.job().progress().bytes_transferred > 30);
            u.pick();
            CHECK(u.request.type == packet_type::ping);
        }
        CHECK(u.go_on());
        CHECK(u.has_arrived());
    }
}

TEST_CASE("upload job: what the server answers is an error of the right class [handling-server-application-errors]") {
    struct sample {
        std::uint16_t status;
        std::uint32_t code;
        std::uint32_t context;
        job_state to;
    };
    constexpr auto E = job_state::error;
    constexpr auto T = job_state::transient_error;
    const std::vector<sample> samples{
        // The classes of the page, of a server application.
        {300, 0, 7, E},
        {301, 0, 7, E},
        {302, 0, 7, E},
        {303, 0, 7, E},
        {304, 0, 7, E},
        {305, 0, 7, E},
        {306, 0, 7, T},
        {307, 0, 7, E},
        {308, 0, 7, T},
        {400, 0, 7, E},
        {403, 0, 7, E},
        {404, 0, 7, E},
        {408, 0, 7, T},
        {409, 0, 7, T},
        {410, 0, 7, E},
        {413, 0, 7, E},
        {418, 0, 7, E},
        {499, 0, 7, E},
        {500, 0, 7, T},
        {501, 0, 7, E},
        {502, 0, 7, T},
        {503, 0, 7, T},
        {504, 0, 7, T},
        {505, 0, 7, E},
        {506, 0, 7, T},
        {599, 0, 7, T},
        // The server itself: 409 is "exists already" [ack-for-create-session].
        {409, 0, 5, E},
        {404, 0, 5, E},
        {403, 0, 5, E},
        {408, 0, 5, T},
        {429, 0, 5, T},
        {500, 0, 5, T},
        {501, 0, 5, E},
        {503, 0, 5, T},
        {306, 0, 5, E},
        {308, 0, 5, E},
        {599, 0, 5, T},
        {404, 0, 0, E},
        // A code goes before the status.
        {500, 0x80070005, 5, E}, // E_ACCESSDENIED
        {500, 0x80200020, 5, E}, // BG_E_TOO_LARGE
        {500, 0x80070057, 5, E}, // E_INVALIDARG
        {404, 0x8020001F, 5, T}, // BG_E_SESSION_NOT_FOUND, where there is no session yet
        {500, 0x80070070, 5, T}, // the disk is full: nothing is stated, so the status counts
        {400, 0xA0001234, 5, E}, // nobody's code
        {500, 0xA0001234, 5, T},
        {500, 0x1, 5, T}, // some server's code
    };
    for (const sample& x : samples) {
        CAPTURE(x.status);
        CAPTURE(x.code);
        CAPTURE(x.context);
        upload_world u;
        u.begin();
        const auto code = x.code != 0 ? std::optional<hresult>(hresult{x.code}) : std::nullopt;
        u.answer_with(x.status, code, static_cast<error_context>(x.context));
        CHECK(u.job().state() == x.to);
        REQUIRE(u.job().get_error());
        const bool says = x.code != 0 && (x.code & 0x80000000U) != 0;
        CHECK(u.job().get_error()->code == (says ? hresult{x.code} : hresult{0x80190000U + x.status}));
        CHECK(u.job().get_error()->http_status == x.status);
        CHECK(u.job().get_error()->context ==
              (x.context == 7 ? error_context::remote_application : error_context::remote_file));
        CHECK(u.job().error_count() == 1);
        CHECK(u.last_action == (x.to == E ? job_action::report_error : job_action::wait_to_retry));
        CHECK_FALSE(u.is_under_way);
        CHECK(u.client.failure().http_status == x.status); // still there to be shown
        CHECK(u.go_on());
        CHECK(u.has_arrived());
    }
}

TEST_CASE("upload job: errors without an answer are tried again, with the code that is known [BG_JOB_STATE]") {
    struct sample {
        std::uint32_t transport;
        std::uint32_t code;
        job_state to;
    };
    for (const sample& x : {
             sample{0, 0x8020002D, job_state::transient_error},          // BG_E_CONNECT_FAILURE
             sample{0x80200031, 0x80200031, job_state::transient_error}, // BG_E_NAME_RESOLUTION_FAILURE
             sample{0x80200010, 0x80200010, job_state::transient_error}, // BG_E_NETWORK_DISCONNECTED
             sample{0x8020003C, 0x8020003C, job_state::error},           // BG_E_TRUST_FAILURE
             sample{0x80200039, 0x80200039, job_state::transient_error}, // BG_E_SEND_FAILURE
             sample{0x8020003A, 0x8020003A, job_state::error},           // BG_E_SERVER_PROTOCOL_VIOLATION
             sample{0x8020003B, 0x8020003B, job_state::transient_error}, // BG_E_TIMEOUT
             sample{0x80072F05, 0x80072F05, job_state::error},           // ERROR_WINHTTP_SECURE_CERT_DATE_INVALID
             sample{0x80072F06, 0x80072F06, job_state::error},           // ..._CN_INVALID
             sample{0x80072F0D, 0x80072F0D, job_state::error},           // ..._INVALID_CA
             sample{0x80072F89, 0x80072F89, job_state::error},           // ..._INVALID_CERT
             sample{0x80072F8F, 0x80072F8F, job_state::error},           // ..._SECURE_FAILURE
             sample{0x80072F0C, 0x80072F0C, job_state::error},           // ..._CLIENT_AUTH_CERT_NEEDED
             sample{0x80072EE7, 0x80072EE7, job_state::transient_error}, // nothing is said of it
         }) {
        CAPTURE(x.code);
        upload_world u;
        u.begin();
        u.lose(false, hresult{x.transport});
        CHECK(u.job().state() == x.to);
        CHECK(u.job().get_error()->code == hresult{x.code});
        CHECK(u.job().get_error()->context == error_context::general_transport);
        CHECK(u.go_on());
    }
    upload_world u;
    u.begin();
    u.time_out(false);
    CHECK(u.job().state() == job_state::transient_error);
    CHECK(u.job().get_error()->code == hresult{0x8020003B});
    // A time-out is none of a connection: what is known of one does not count.
    CHECK(disposition_of({hresult{0x80070003}, error_context::local_file}) == disposition::fatal);
    CHECK(disposition_of({hresult{0x80070070}, error_context::local_file}) == disposition::fatal);
    CHECK(disposition_of({hresult{0x80070070}, error_context::general_queue_manager}) == disposition::fatal);
    CHECK(disposition_of({hresult{0x8020000D}, error_context::local_file}) == disposition::waits);
    CHECK(disposition_of({hresult{0}, error_context::unknown}) == disposition::transient);
    CHECK(disposition_of({hresult{0x801900C9}, error_context::remote_application, 201}) == disposition::transient);
    CHECK(disposition_of({hresult{0x801900C9}, error_context::remote_file, 201}) == disposition::fatal);
    CHECK(disposition_of({hresult{0x8019018F}, error_context::remote_application, 399}) == disposition::transient);
    CHECK(disposition_of({hresult{0x801901F2}, error_context::remote_file, 498}) == disposition::fatal);
    CHECK(disposition_of({hresult{0x80190257}, error_context::remote_file, 599}) == disposition::transient);
}

TEST_CASE("upload job: an error that comes from elsewhere stops the upload too [group-policies]") {
    for (const job_error& e : {waiting_error, fatal_error, passing_error}) {
        for (int before = 0; before < 5; ++before) {
            CAPTURE(before);
            upload_world u;
            u.begin();
            for (int i = 0; i < before; ++i)
                u.answer();
            REQUIRE(u.is_under_way);
            u.perform(u.job().on_error(e, u.now()));
            CHECK(u.job().state() == (e == fatal_error ? job_state::error : job_state::transient_error));
            u.answer();
            CHECK_FALSE(u.is_under_way); // nothing more
            CHECK(u.go_on());
            CHECK(u.job().state() == job_state::transferred);
        }
    }
    upload_world u;
    std::ignore = u.job().set_maximum_download_time(50, u.now());
    u.begin();
    u.answer();
    u.pass_ms(50'000);
    u.work_off_timers();
    CHECK(u.job().state() == job_state::error);
    u.answer();
    CHECK_FALSE(u.is_under_way);
    CHECK(u.go_on());
}

TEST_CASE("upload job: cancelled at any step, the server knows it and the job is over [Cancel]") {
    for (const job_type t : {job_type::upload, job_type::upload_reply}) {
        for (int before = 0; before < 12; ++before) {
            for (const int how : {0, 1, 2, 3}) {
                CAPTURE(before);
                CAPTURE(how);
                upload_world u(t);
                u.begin();
                for (int i = 0; i < before && u.is_under_way; ++i)
                    u.answer();
                if (u.job().state() == job_state::transferred) break;
                if (how == 1) u.perform(u.job().suspend(u.now()));
                if (how == 2 && u.is_under_way) u.lose(true);
                if (how == 3) u.restart(true);
                u.perform(u.job().cancel(u.now()));
                CHECK(u.job().state() == job_state::cancelled);
                CHECK(u.go_on());
                CHECK(u.job().is_over());
                CHECK(u.last_action == job_action::finish);
                // A lost answer to Create-Session leaves a session of which nobody knows.
                if (!(before == 0 && how >= 2)) CHECK(u.live_sessions() == 0);
            }
        }
    }
}

TEST_CASE(
    "upload job: Cancel-Session is repeated after 5xx and silence, and not after a refusal [ack-for-cancel-session]") {
    upload_world u;
    u.begin();
    u.answer();
    u.answer();
    u.perform(u.job().cancel(u.now()));
    u.answer();
    CHECK(u.request.type == packet_type::cancel_session);
    u.answer_with(503);
    CHECK_FALSE(u.job().is_over());
    CHECK(u.client_wake == after_s(u.now().steady, 5));
    u.pass_ms(5000);
    u.work_off_timers();
    REQUIRE(u.is_under_way);
    u.lose(false);
    CHECK_FALSE(u.job().is_over());
    CHECK_FALSE(u.is_under_way);
    u.pass_ms(600'000);
    u.work_off_timers(); // the job's retry delay
    REQUIRE(u.is_under_way);
    CHECK(u.request.type == packet_type::cancel_session);
    u.time_out(false);
    CHECK_FALSE(u.job().is_over());
    u.pass_ms(600'000);
    u.work_off_timers();
    u.answer_with(404);
    CHECK(u.job().is_over());
    CHECK(u.last_action == job_action::finish);
    for (const std::uint16_t status : {std::uint16_t{100}, std::uint16_t{499}, std::uint16_t{500}}) {
        upload_world v;
        v.begin();
        v.answer();
        v.perform(v.job().cancel(v.now()));
        v.answer();
        v.answer_with(status);
        CHECK(v.job().is_over() == (status == 499)); // 100 is no answer yet
    }
    // 5xx for longer than the client repeats it by itself: the job does, later.
    upload_world failing;
    failing.begin();
    failing.answer();
    failing.perform(failing.job().cancel(failing.now()));
    failing.answer();
    failing.answer_with(503);
    failing.pass_ms(86'399'000);
    failing.client_wake = failing.now().steady;
    failing.take(failing.client.on_timer(failing.now().steady));
    REQUIRE(failing.is_under_way);
    failing.pass_ms(1000);
    failing.answer_with(503);
    CHECK(failing.client.failure().what == upload_status::refused);
    CHECK_FALSE(failing.job().is_over());
    // The job was cancelled, and the upload stopped before it heard of that: there is a session to be cancelled yet.
    upload_world early;
    early.begin();
    early.answer();
    early.answer();
    REQUIRE(early.request.type == packet_type::fragment);
    const job_step cancelled = early.job().cancel(early.now());
    early.is_under_way = false;
    early.take(early.client.on_ack({.answers = packet_type::fragment, .status = 403}, early.now().steady));
    CHECK(early.client.failure().http_status == 403);
    CHECK_FALSE(early.job().is_over());
    early.perform(cancelled);
    CHECK(early.request.type == packet_type::cancel_session);
    early.answer();
    CHECK(early.job().is_over());
    CHECK(early.live_sessions() == 0);
    // The server is never there again.
    upload_world gone;
    gone.begin();
    gone.answer();
    gone.perform(gone.job().cancel(gone.now()));
    gone.lose(false);
    const std::uint64_t begin = gone.now().steady.ms;
    while (!gone.job().is_over()) {
        if (gone.is_under_way) {
            gone.lose(false);
        } else {
            gone.pass_ms(elapsed_ms(gone.now().steady, std::min(gone.client_wake, gone.job().wake_at())));
            gone.work_off_timers();
        }
    }
    CHECK(gone.now().steady.ms - begin == 86'400'000);
}

TEST_CASE("upload job: credentials are asked for, given or withheld [MC-BUP 3.1.5.1.7]") {
    upload_world u;
    u.begin();
    u.answer_with(401);
    CHECK(u.asks);
    CHECK(u.job().state() == job_state::connecting);
    u.take(u.client.on_credentials_given(u.now().steady));
    CHECK(u.is_under_way);
    u.answer_with(407);
    u.take(u.client.on_credentials_withheld(u.now().steady));
    CHECK(u.job().state() == job_state::error);
    CHECK(u.job().get_error()->code == hresult{0x80190197});
    CHECK(u.go_on());
    upload_world v; // suspended while it asks
    v.begin();
    v.answer_with(401);
    v.perform(v.job().suspend(v.now()));
    CHECK_FALSE(v.asks);
    CHECK(v.go_on());
    CHECK(v.has_arrived());
}

TEST_CASE("upload job: an upload-reply is transferred when the reply is there [life-cycle-of-a-bits-job]") {
    upload_world u(job_type::upload_reply);
    u.begin();
    while (u.is_under_way)
        u.answer();
    CHECK(u.fetches);
    CHECK(u.job().state() == job_state::transferring);
    CHECK(u.job().progress().bytes_transferred == 100);
    u.perform(u.job().on_reply_progress(3, 9, u.now()));
    u.take(u.client.on_reply_failed(u.now().steady));
    CHECK(u.job().state() == job_state::transient_error);
    CHECK(u.job().get_error()->code == hresult{0x80200036}); // BG_E_RECEIVE_FAILURE
    u.pass_ms(600'000);
    u.work_off_timers();
    u.pick();
    u.answer();
    CHECK(u.fetches);
    CHECK(u.job().state() == job_state::transferring);
    u.take(u.client.on_reply_fetched(u.now().steady));
    CHECK(u.request.type == packet_type::close_session);
    u.answer();
    CHECK(u.job().state() == job_state::transferred);
    upload_world v(job_type::upload_reply); // the application sends none
    v.server.reply.clear();
    v.begin();
    while (v.is_under_way)
        v.answer();
    CHECK(v.job().state() == job_state::error);
    CHECK(v.job().get_error()->context == error_context::remote_application);
}

TEST_CASE("upload job: what cannot be sent is an error of the job itself") {
    world_job w(job_type::upload);
    w.add().go(job_state::queued);
    upload_client client({.url = remote_url, .size_bytes = 1, .content_name = "a/b"});
    const job_step picked = w.j.on_picked(w.now);
    const upload_step s = carry_out(picked.todo, client, w.now.steady);
    CHECK(s.todo == upload_todo::stopped);
    CHECK(follow(w.j, client, s, w.now).todo == job_action::report_error);
    CHECK(w.j.get_error()->code == hresult{0x80070057});
    CHECK(w.j.get_error_file().error() == hresult{0x80200004});
}

TEST_CASE("upload job: a seeded walk over everything that can happen never gets stuck") {
    int transferred = 0;
    int cancelled = 0;
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed); // NOLINT: repeatable
        const auto pick = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
        upload_world u(pick(3) == 0 ? job_type::upload_reply : job_type::upload, pick(200));
        const bool may_cancel = pick(4) == 0;
        if (pick(4) == 0)
            std::ignore = u.job().set_no_progress_timeout(static_cast<std::uint32_t>(pick(2000)), u.now());
        if (pick(4) == 0)
            std::ignore = u.job().set_maximum_download_time(static_cast<std::uint32_t>(pick(100)), u.now());
        const std::size_t steps = pick(80);
        for (std::size_t i = 0; i < steps && !u.job().is_over(); ++i) {
            u.pass_ms(pick(3) == 0 ? pick(700'000) : pick(5000));
            if (pick(2) == 0) u.work_off_timers();
            switch (pick(20)) {
            case 0:
            case 1:
            case 2:
            case 3:
            case 4:
            case 5:
                if (u.job().state() == job_state::suspended) u.perform(u.job().resume(u.now()));
                if (u.job().is_ready()) u.pick();
                break;
            case 6:
                u.perform(u.job().suspend(u.now()));
                break;
            case 7:
                u.perform(u.job().resume(u.now()));
                break;
            case 8:
                u.perform(u.job().on_yielded(u.now()));
                break;
            case 9:
                u.perform(pick(2) == 0 ? u.job().on_network_lost(u.now()) : u.job().on_network_back(u.now()));
                break;
            case 10:
                u.perform(pick(2) == 0 ? u.job().on_error(waiting_error, u.now())
                                       : u.job().on_unblocked(waiting_error.code, u.now()));
                break;
            case 11:
                u.perform(u.job().on_error(pick(2) == 0 ? passing_error : fatal_error, u.now()));
                break;
            case 12:
                u.restart(pick(2) == 0);
                break;
            case 13:
                if (may_cancel && pick(4) == 0) u.perform(u.job().cancel(u.now()));
                break;
            case 14:
                if (u.is_under_way) pick(2) == 0 ? u.lose(pick(2) == 0) : u.time_out(pick(2) == 0);
                break;
            case 15: {
                constexpr std::array<std::uint16_t, 7> statuses{401, 403, 404, 409, 500, 503, 599};
                if (u.is_under_way) u.answer_with(statuses[pick(statuses.size())]);
                break;
            }
            case 16:
                if (u.asks) {
                    u.asks = false;
                    u.take(pick(2) == 0 ? u.client.on_credentials_given(u.now().steady)
                                        : u.client.on_credentials_withheld(u.now().steady));
                }
                if (u.fetches) {
                    u.fetches = false;
                    u.take(pick(2) == 0 ? u.client.on_reply_fetched(u.now().steady)
                                        : u.client.on_reply_failed(u.now().steady));
                }
                break;
            case 17:
                u.perform(pick(2) == 0 ? u.job().on_logged_off(u.now()) : (u.job().on_logged_on(), job_step{}));
                break;
            default:
                if (u.is_under_way) u.answer();
            }
            u.check();
        }
        u.job().on_logged_on();
        std::ignore = u.job().set_no_progress_timeout(1'209'600, u.now());
        std::ignore = u.job().set_maximum_download_time(0, u.now());
        const bool ended = u.go_on();
        CAPTURE(std::string(enum_name(u.job().state())));
        CAPTURE(std::string(enum_name(u.client.state())));
        REQUIRE(ended);
        if (u.job().state() == job_state::transferred) {
            ++transferred;
            CHECK(u.has_arrived());
            CHECK(u.client.succeeded());
            CHECK(u.job().complete(u.now()).returns == hresult{});
        } else {
            ++cancelled;
            CHECK(u.job().state() == job_state::cancelled);
        }
        CHECK(u.job().is_over());
    }
    CHECK(transferred > 2000);
    CHECK(cancelled > 100);
}

TEST_CASE("upload job: what the embedder knows of a reply that failed counts [MC-BUP 3.1.5.1.8]") {
    for (const auto& [cause, state] : {std::pair{hresult::from_http_status(404), job_state::error},
                                       std::pair{"BG_E_CONNECTION_CLOSED"_hresult, job_state::transient_error},
                                       std::pair{hresult{}, job_state::transient_error}}) {
        world_job w(job_type::upload_reply);
        w.add().go(job_state::connecting);
        upload_client c({.url = "http://host/folder/0", .size_bytes = 4, .wants_reply = true});
        const auto tell = [&](const upload_step& s) { std::ignore = follow(w.j, c, s, w.now); };
        tell(c.start({}));
        tell(c.on_ack({.answers = packet_type::create_session, .session_id = "{7}"}, {}));
        tell(c.on_ack({.answers = packet_type::fragment, .reply_url = "http://host/reply"}, {}));
        std::ignore = follow(w.j, c, c.on_reply_failed({}), w.now, cause);
        CHECK(w.j.state() == state);
        CHECK(w.j.get_error()->code == (cause == hresult{} ? "BG_E_RECEIVE_FAILURE"_hresult : cause));
    }
}
