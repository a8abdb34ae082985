// A real upload client, under any sequence of Acks, failures, wishes of its user, restarts and time. In the end a
// server answers that works, and the client has to come to an end.
#include "client_events.hpp"
#include "events.hpp"
#include "fuzz.hpp"
#include "packet_mutator.hpp"

#include <bitswire/bitswire.hpp>

#include <algorithm>
#include <array>
#include <string>

using namespace bitswire;

namespace {

constexpr std::array<std::string_view, 6> urls = {"http://host/inbox/a", "https://[2001:db8::2]:8443/b?x=1",
                                                  "http://host",         "http://10.0.0.1:81/%41/c",
                                                  "http://host?q", // needs a path
                                                  "http://user@host/a"};
constexpr std::array<std::string_view, 9> hosts = {
    "", "other", "2001:db8::1", "10.0.0.2", "not a host", "[::1]", "other:8443", "10.0.0.2:99999", "[2001:db8::1]:81"};
const std::array<std::string, 6> replies = {"",         "replies\\1",           "http://other/reply",
                                            "//evil/x", std::string(2200, 'r'), std::string(2201, 'r')};
constexpr std::array<hresult, 3> codes = {hresult{}, "BG_E_SESSION_NOT_FOUND"_hresult, "E_ACCESSDENIED"_hresult};

std::string snapshot_of(const upload_client& c, time_point now) {
    std::string bytes(upload_client::max_snapshot_size, '\0');
    const auto size = c.write_snapshot(bytes, now);
    FUZZ_CHECK(size.has_value(), "a client that was started can be written down");
    bytes.resize(*size);
    return bytes;
}

upload_client_config config_of(const client_settings& s) {
    return {
        .url = urls[s.url % urls.size()],
        .size_bytes = number_of(s.size),
        .content_name = "a",
        .wants_reply = (s.flags & wants_reply) != 0,
        .ping_first = (s.flags & ping_first) != 0,
        .fragment = {.first = number_of(s.first), .smallest = number_of(s.smallest), .largest = number_of(s.largest)},
        .first_repeat_s = s.first_repeat_s,
        .repeat_for_s = s.repeat_for_s,
        .setbacks_allowed = s.setbacks_allowed};
}

class client_run {
  public:
    explicit client_run(const client_settings& s) : config_(config_of(s)), client_(config_) {}

    /// False: it cannot be started with these settings.
    bool start() {
        const upload_step step = client_.start(now_);
        if (step.todo == upload_todo::stopped) {
            FUZZ_CHECK(client_.failure().what == upload_status::bad_argument, "only bad arguments stop at the start");
            FUZZ_CHECK(client_.state() == upload_client_state::init, "what cannot start has not started");
            return false;
        }
        take(step);
        return true;
    }

    void apply(const client_event& e) {
        now_ = after_s(now_, e.pass_s);
        const bool was_waiting = waits_;
        const std::string before = snapshot_of(client_, now_);
        const upload_step pending = client_.pending();
        const auto what = pick<client_happening>(e.what, enumerator_count<client_happening>);
        if (what == client_happening::restart) return restart();
        const upload_step step = happen(what, e);
        take(step);
        const bool needs_waiting = what <= client_happening::timeout;
        const bool is_wish = what == client_happening::suspend || what == client_happening::cancel;
        const bool is_late = what == client_happening::timer || what == client_happening::resume;
        FUZZ_CHECK(step.wake_at == client_.wake_at(), "a step says when the next timer is due");
        if (needs_waiting && !was_waiting) {
            FUZZ_CHECK(step.todo == pending.todo && step.wake_at == pending.wake_at,
                       "an answer to nothing is not taken");
        }
        if (step.todo == pending.todo && !(is_wish && waits_) && !is_late)
            FUZZ_CHECK(snapshot_of(client_, now_) == before, "a call that is out of place changes nothing");
        check_told();
        FUZZ_CHECK(client_.bytes_done() <= client_.bytes_total(), "no more is done than there is");
    }

    /// From now on everything works.
    void finish() {
        take(waits_ ? client_.on_transport_error(now_) : upload_step{});
        for (int steps = 0; !client_.finished(); ++steps) {
            FUZZ_CHECK(steps < 1000, "with a server that works, every upload ends");
            now_ = after_s(now_, 1);
            if (waits_) {
                take(client_.on_ack(hoped_for(), now_));
            } else if (todo_ == upload_todo::wait) {
                now_ = std::max(now_, wake_at_);
                take(client_.on_timer(now_));
            } else if (todo_ == upload_todo::give_credentials) {
                take(client_.on_credentials_given(now_));
            } else if (todo_ == upload_todo::fetch_reply) {
                take(client_.on_reply_fetched(now_));
            } else {
                take(client_.resume(now_));
            }
        }
        FUZZ_CHECK(client_.resume(now_).todo == upload_todo::done, "what is over is over");
        FUZZ_CHECK(!client_.succeeded() || client_.bytes_done() == client_.bytes_total(),
                   "success is of the whole file");
    }

  private:
    upload_step happen(client_happening what, const client_event& e) {
        using h = client_happening;
        switch (what) {
        case h::ack:
            return on_ack(e);
        case h::bad_ack:
            return client_.on_bad_ack({errc::bad_number, header::content_length, 1}, now_);
        case h::transport_error:
            return client_.on_transport_error(now_);
        case h::timeout:
            return client_.on_timeout(now_);
        case h::timer:
            return client_.on_timer(now_);
        case h::credentials_given:
            return client_.on_credentials_given(now_);
        case h::credentials_withheld:
            return client_.on_credentials_withheld(now_);
        case h::reply_fetched:
            return client_.on_reply_fetched(now_);
        case h::reply_given_up:
            return client_.on_reply_given_up(now_);
        case h::reply_failed:
            return client_.on_reply_failed(now_);
        case h::suspend:
            return client_.suspend(now_);
        case h::resume:
            return client_.resume(now_);
        case h::cancel:
        case h::restart:
            break;
        }
        return client_.cancel(now_);
    }

    upload_step on_ack(const client_event& e) {
        const ack a = ack_of(e);
        const std::uint64_t before = client_.bytes_done();
        const bool was_waiting = waits_;
        const std::uint64_t was_sent = range_.size_bytes;
        const upload_step step = client_.on_ack(a, now_);
        const bool is_fragment = step.todo == upload_todo::send && step.request.type == packet_type::fragment;
        FUZZ_CHECK(a.status != 413 || !is_fragment || step.request.range.size_bytes < was_sent,
                   "what was too large is not sent again");
        const std::uint64_t after = client_.bytes_done();
        const std::uint64_t said = a.received_content_range.value_or(range_.end());
        const bool may_count = was_waiting && sent_ == packet_type::fragment && (a.is_success() || a.status == 416);
        FUZZ_CHECK(after == before || after == 0 || (may_count && after == said), "only what an Ack says is counted");
        if (client_.succeeded() && was_waiting) {
            FUZZ_CHECK(sent_ == packet_type::close_session && a.is_success(), "only Close-Session succeeds");
        }
        return step;
    }

    ack ack_of(const client_event& e) const {
        ack a;
        a.answers = sent_;
        if ((e.flags & wrong_type) != 0) a.answers = pick<packet_type>(e.code, request_type_count);
        a.status = http_status_rows[(e.status + 1U) % std::size(http_status_rows)].status;
        static const std::array<std::string, 3> ids = {std::string(100, 'i'), std::string(101, 'i'), "{2}"};
        if (sent_ == packet_type::create_session) a.session_id = "{1}";
        if (e.session == 1) a.session_id = client_.session_id();
        if (e.session > 1) a.session_id = ids[e.session % ids.size()];
        if (sent_ == packet_type::create_session) a.protocol = bits_upload_protocol;
        if ((e.flags & wrong_protocol) != 0) a.protocol = guid{};
        a.host_id = hosts[e.host % hosts.size()];
        if ((e.flags & has_fallback) != 0) a.host_id_fallback_timeout_s = e.fallback_s;
        if (sent_ == packet_type::fragment) a.received_content_range = range_.end();
        if ((e.flags & says_offset) != 0) a.received_content_range = number_of(e.offset);
        if ((e.flags & says_no_offset) != 0) a.received_content_range.reset();
        a.reply_url = replies[e.reply % replies.size()];
        if (!a.is_success()) a.error_code = codes[e.code % codes.size()];
        return a;
    }

    ack hoped_for() const {
        ack a = ack_of({});
        if (sent_ == packet_type::fragment) {
            // Faster than the Fragments are large, so that it does not take long.
            const std::uint64_t most = config_.size_bytes - range_.end();
            const std::uint64_t more = std::min(most, config_.size_bytes / 64 + 1);
            a.received_content_range = range_.end() + more;
            if (config_.wants_reply && more == most) a.reply_url = replies[1];
        }
        return a;
    }

    void take(const upload_step& step) {
        if (client_.finished()) waits_ = false;
        wake_at_ = step.wake_at;
        if (step.todo == upload_todo::nothing) return;
        todo_ = step.todo;
        waits_ = step.todo == upload_todo::send;
        if (step.todo == upload_todo::wait) FUZZ_CHECK(step.wake_at != time_never, "who waits is woken");
        if (step.todo == upload_todo::done) FUZZ_CHECK(client_.finished(), "what is done is over");
        if (waits_) check_request(step.request);
    }

    /// The client waits for nothing that it has not asked for, and asks for all that it waits for.
    void check_told() const {
        using t = upload_todo;
        const bool is_under_way = todo_ == t::send || todo_ == t::give_credentials || todo_ == t::fetch_reply;
        FUZZ_CHECK(client_.pending().todo == (is_under_way ? t::nothing : todo_), "no step gets lost");
    }

    void check_request(const upload_request& r) {
        sent_ = r.type;
        range_ = r.range;
        std::array<char, 8192> out{};
        const auto size = write_message(r, out);
        FUZZ_CHECK(size.has_value(), "each request can be sent");
        const exact_bytes bytes({out.data(), *size});
        upload_request_parser parser;
        const auto read = parser.parse(bytes.view());
        FUZZ_CHECK(read.is_complete() && read.packet == r, "each request reads back equal");
        if (r.type == packet_type::fragment) {
            FUZZ_CHECK(range_.offset == client_.bytes_done(), "a Fragment goes on where the server is");
            FUZZ_CHECK(range_.total_bytes == config_.size_bytes, "a Fragment is of the file");
            FUZZ_CHECK(range_.size_bytes <= std::max<std::uint64_t>(config_.fragment.largest, 1),
                       "no Fragment is too large");
        }
        if (r.type == packet_type::close_session)
            FUZZ_CHECK(client_.bytes_done() == config_.size_bytes, "a session is closed when all is there");
        const bool has_session = r.type != packet_type::create_session && r.type != packet_type::ping;
        FUZZ_CHECK(!has_session || r.session_id == client_.session_id(), "a request is for the session");
    }

    /// What was written down is the client, but for what it waits for; and goes on as the client would.
    void restart() {
        const std::string written = snapshot_of(client_, now_);
        const exact_bytes bytes(written);
        const time_point another{now_.ms / 2 + 7}; // clock, that began elsewhere
        const auto restored = upload_client::restore(config_, bytes.view(), another);
        FUZZ_CHECK(restored.has_value(), "each client can be restored");
        upload_client other = *restored;
        FUZZ_CHECK(other.bytes_done() == client_.bytes_done() && other.session_id() == client_.session_id() &&
                       other.reply_url() == client_.reply_url() && other.finished() == client_.finished(),
                   "a restart loses nothing that can be asked for");
        const std::string again = snapshot_of(other, another);
        constexpr std::size_t crc_size = 4;
        std::size_t differences = 0;
        FUZZ_CHECK(again.size() == written.size(), "a snapshot of what was restored is as large");
        for (std::size_t i = 0; i + crc_size < written.size(); ++i)
            differences += again[i] != written[i] ? 1U : 0U;
        FUZZ_CHECK(differences <= 1, "what was restored is written equal, but for the state");
        if (!waits_ && todo_ != upload_todo::wait && todo_ != upload_todo::give_credentials &&
            todo_ != upload_todo::fetch_reply) {
            check_goes_on_alike(client_, other, another);
        }
        client_ = other;
        now_ = another;
        wake_at_ = client_.wake_at();
        if (!client_.finished()) todo_ = upload_todo::suspended;
        waits_ = false;
    }

    /// Two that are at rest do the same when they are told to go on.
    void check_goes_on_alike(upload_client a, upload_client b, time_point now_of_b) const {
        upload_step of_a = a.resume(now_);
        upload_step of_b = b.resume(now_of_b);
        for (int steps = 0; steps < 3; ++steps) {
            FUZZ_CHECK(of_a.todo == of_b.todo && of_a.request == of_b.request, "what was restored goes on as before");
            FUZZ_CHECK((of_a.wake_at == time_never) == (of_b.wake_at == time_never) &&
                           (of_a.wake_at == time_never ||
                            elapsed_ms(now_, of_a.wake_at) == elapsed_ms(now_of_b, of_b.wake_at)),
                       "timers run on with the time that was left");
            if (of_a.todo != upload_todo::send || of_a.request.type != packet_type::ping) return;
            of_a = a.on_ack({.answers = packet_type::ping}, now_);
            of_b = b.on_ack({.answers = packet_type::ping}, now_of_b);
        }
    }

    upload_client_config config_;
    upload_client client_;
    time_point now_{1'000'000};
    time_point wake_at_ = time_never;
    upload_todo todo_ = upload_todo::nothing;
    bool waits_ = false; ///< for an Ack
    packet_type sent_ = packet_type::ping;
    content_range range_{};
};

} // namespace

const input_layout& layout() {
    static const input_layout l{field_sizes<client_settings>(), field_sizes<client_event>()};
    return l;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input = text_of(data, size);
    client_settings settings;
    take_record(input, settings);
    client_run run(settings);
    if (!run.start()) return 0;
    client_event e;
    for (int events = 0; events < 100 && take_record(input, e); ++events)
        run.apply(e);
    run.finish();
    return 0;
}
