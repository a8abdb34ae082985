// A real upload server with an in-memory store, under any sequence of packets, failures, restarts and time, beside a
// model that knows which bytes were accepted. In the end an honest client comes for each session that is left.
#include "events.hpp"
#include "fuzz.hpp"
#include "packet_mutator.hpp"
#include "server_events.hpp"

#include "support/server_world.hpp"

#include <bitswire/bitswire.hpp>

#include <array>
#include <list>
#include <map>
#include <optional>
#include <string>

using namespace bitswire;

namespace {

constexpr std::array<std::string_view, 3> targets = {"/inbox/a", "/inbox/b?x=1", "http://host/inbox/c"};
constexpr std::array<std::string_view, 4> reply_urls = {"", "replies\\1", "http://other/reply", "bad\r\nreply"};
constexpr std::array<std::string_view, 3> host_ids = {"", "2001:db8::1", "node-2"};

/// A request and what is left to do for it.
struct connection {
    std::string head{}; ///< the request borrows it
    upload_request request{};
    std::string id{}; ///< of the session
    upload_server_step step{};
    std::uint64_t body_size = 0; ///< as much as arrives
    char body = 'a';             ///< makes its bytes other ones than those of other requests
};

/// What must be true of a session, from what was seen at its edge.
struct expected_session {
    std::string accepted{}; ///< the bytes that the server said it had
    std::string target{};
    bool refused_for_good = false; ///< the application wants to hear no more of it
    bool copies = true;            ///< the application wants the file at the destination
    int publications = 0;
};

constexpr std::uint64_t limit_of(std::uint16_t field) { return field == 0 ? UINT64_MAX : number_of(field); }

std::string snapshot_of(const upload_session& s) {
    std::string bytes(upload_session::max_snapshot_size, '\0');
    const auto size = s.write_snapshot(bytes, {});
    FUZZ_CHECK(size.has_value(), "a session's snapshot has a largest size");
    bytes.resize(*size);
    return bytes;
}

class server_run {
  public:
    explicit server_run(const server_settings& s) {
        directory_.uploads_enabled = (s.flags & uploads_disabled) == 0;
        directory_.allow_overwrites = (s.flags & allow_overwrites) != 0;
        directory_.refuse_existing_with_403 = (s.flags & refuse_existing_with_403) != 0;
        directory_.answer_create_with_201 = (s.flags & answer_create_with_201) != 0;
        directory_.keep_partial_fragments = (s.flags & keep_partial_fragments) != 0;
        directory_.notification = pick<notification_type>(s.notification, enumerator_count<notification_type>);
        directory_.max_upload_bytes = limit_of(s.max_upload);
        directory_.max_fragment_bytes = limit_of(s.max_fragment);
        directory_.max_dropped_bytes = limit_of(s.max_dropped);
        directory_.host_id = host_ids[s.host % host_ids.size()];
        if (s.sessions_per_user != 0) directory_.sessions_per_user = s.sessions_per_user;
        if (s.session_timeout_s != 0) directory_.session_timeout_s = s.session_timeout_s;
        if (s.remember_closed_s != 0) directory_.remember_closed_s = s.remember_closed_s;
    }

    void apply(const server_event& e) {
        now_ = after_s(now_, e.pass_s);
        switch (pick<server_happening>(e.what, enumerator_count<server_happening>)) {
        case server_happening::request:
            arrive(e);
            break;
        case server_happening::work:
            if (!waiting_.empty()) {
                const auto n = static_cast<std::ptrdiff_t>(e.session % waiting_.size());
                work_on(*std::next(waiting_.begin(), n), e);
            }
            waiting_.remove_if([](const connection& c) { return is_answered(c.step); });
            break;
        case server_happening::report:
            report_nonsense(e);
            break;
        case server_happening::restart:
            restart();
            break;
        case server_happening::reread:
            reread();
            break;
        case server_happening::expire:
            for (const std::string& id : known_ids_)
                static_cast<void>(server_.expire(id, directory_, now_));
            break;
        case server_happening::end:
            if (!known_ids_.empty()) static_cast<void>(server_.end(any_id(e.session)));
            break;
        }
        check_sessions();
    }

    /// Nothing goes wrong any more, and nobody else is there: every session that is not over can be ended well.
    void finish() {
        restart();
        directory_ = {.uploads_enabled = true,
                      .allow_overwrites = true,
                      .notification = directory_.notification,
                      .max_upload_bytes = UINT64_MAX};
        server_event e;
        e.flags = copies;
        for (e.session = 0; e.session < known_ids_.size(); ++e.session) {
            const std::string id = known_ids_[e.session];
            const session_record* const r = store_.find(id);
            if (r == nullptr || r->session.is_over()) continue;
            const auto total = r->session.total_bytes();
            const bool small = total.value_or(0) < 0x10000;
            if (small && !expected_[id].refused_for_good) {
                const std::uint64_t from = r->session.received_bytes();
                upload_request fragment = request_to(id, packet_type::fragment);
                fragment.range = {from, total.value_or(5) - from, total.value_or(5)};
                if (fragment.range.size_bytes != 0) send(fragment, id, fragment.range.size_bytes, e);
                send(request_to(id, packet_type::close_session), id, 0, e);
                FUZZ_CHECK(r->session.state() == upload_server_state::complete, "an honest client can always finish");
                FUZZ_CHECK(expected_[id].publications == (expected_[id].copies ? 1 : 0),
                           "what is complete was published once, if that is wanted");
            } else {
                send(request_to(id, packet_type::cancel_session), id, 0, e);
                FUZZ_CHECK(r->session.state() == upload_server_state::cancel, "a session can always be cancelled");
            }
            check_sessions();
        }
    }

  private:
    using todo = upload_server_todo;

    static bool is_answered(const upload_server_step& s) {
        return s.todo == todo::answer || s.todo == todo::abandon || s.todo == todo::discard;
    }
    std::string any_id(std::uint8_t field) const {
        return known_ids_.empty() ? "{none}" : known_ids_[field % known_ids_.size()];
    }
    upload_request request_to(const std::string& id, packet_type type) {
        upload_request r{.type = type, .target = expected_[id].target, .host = "host"};
        r.session_id = id;
        return r;
    }

    void arrive(const server_event& e) {
        upload_request r;
        r.type = pick<packet_type>(e.type, request_type_count);
        r.target = targets[e.target % targets.size()];
        r.host = "host";
        r.keep_alive = (e.flags & closes) == 0;
        r.expects_continue = (e.flags & expects_continue) != 0;
        std::string id = (e.flags & unknown) != 0 ? "{unknown}" : any_id(e.session);
        if (r.type == packet_type::create_session) {
            r.supported_protocols = bits_upload_protocols;
            if ((e.flags & unknown) != 0)
                r.supported_protocols = protocol_list_view("{00000000-0000-0000-0000-000000000000}");
            id = "{" + std::to_string(known_ids_.size()) + "}";
        } else {
            r.session_id = id;
        }
        if (r.type == packet_type::fragment) {
            const std::uint64_t total = number_of(e.total);
            const std::uint64_t offset = total == 0 ? 0 : number_of(e.offset) % total;
            const std::uint64_t size = total == 0 ? 0 : 1 + (number_of(e.size) - 1) % (total - offset);
            r.range = {offset, size, total};
        }
        send(r, id, std::min<std::uint64_t>(r.body_size(), 0x10000U) - std::min<std::uint64_t>(r.body_size(), e.lost),
             e);
    }

    /// A request on its way as bytes, and `body_size` bytes of its body.
    void send(const upload_request& r, const std::string& id, std::uint64_t body_size, const server_event& e) {
        connection& c = waiting_.emplace_back();
        const auto size = size_of_message(r);
        FUZZ_CHECK(size.has_value(), "these requests can be sent");
        c.head.resize(*size);
        static_cast<void>(write_message(r, c.head));
        upload_request_parser parser;
        c.request = parser.parse(c.head).packet;
        FUZZ_CHECK(c.request == r, "what was written reads back equal");
        c.id = id;
        c.body_size = body_size;
        c.body = static_cast<char>('a' + requests_++ % 26);
        receive(c, e);
        if ((e.flags & waits) == 0) {
            for (int steps = 0; !is_answered(c.step); ++steps) {
                FUZZ_CHECK(steps < 8, "each request comes to an answer");
                work_on(c, e);
            }
        }
        if (is_answered(c.step)) waiting_.pop_back();
    }

    void receive(connection& c, const server_event& e) {
        upload_request_facts facts{.now = now_, .destination = destination_state::absent, .user_sessions = 0};
        facts.is_authorized = (e.flags & not_authorized) == 0;
        const session_record* const before = store_.find(c.id);
        facts.is_owner = (e.flags & not_owner) == 0;
        for (const auto& [id, record] : store_.records)
            facts.user_sessions += record.session.is_over() ? 0U : 1U;
        if (c.request.type == packet_type::create_session) {
            facts.new_session_id = c.id;
            if (published_.contains(c.request.target)) facts.destination = destination_state::exists;
        }
        const bool is_known = before != nullptr;
        const upload_session was = is_known ? before->session : upload_session{};
        c.step = server_.on_request(c.request, directory_, facts);
        const session_record* const record = store_.find(c.id);
        if (c.step.todo == todo::make_room) {
            FUZZ_CHECK(before == nullptr && record != nullptr, "a new session is new");
            known_ids_.push_back(c.id);
            expected_[c.id].target = c.request.target;
        }
        if (is_known) {
            FUZZ_CHECK(record->session.received_bytes() == was.received_bytes(), "a length is never believed");
            if (c.step.todo == todo::answer && !c.step.answer.is_success()) {
                FUZZ_CHECK(record->session.state() == was.state() && record->session.total_bytes() == was.total_bytes(),
                           "an error leaves the session unchanged");
            }
        }
        check_step(c);
    }

    /// Does one thing of what a connection waits for, and reports it.
    void work_on(connection& c, const server_event& e) {
        const upload_server_step s = c.step;
        session_record* const r = store_.find(c.id);
        const bool holds = r != nullptr && r->session.holds(s.ticket);
        const std::string before = r != nullptr ? snapshot_of(r->session) : std::string();
        const auto problem =
            (e.flags & fails) != 0 ? std::optional{pick<refusal>(e.problem, enumerator_count<refusal>)} : std::nullopt;
        switch (s.todo) {
        case todo::make_room:
            c.step = server_.on_room(c.id, s.ticket, problem, directory_, now_);
            break;
        case todo::store_body:
            store_body(c, r, holds, problem);
            break;
        case todo::notify:
            notify(c, r, holds, e);
            break;
        case todo::publish:
            publish(c, r, holds, problem);
            break;
        default:
            return;
        }
        FUZZ_CHECK((c.step.todo == todo::abandon) == !holds, "who holds the session goes on, and nobody else");
        const session_record* const after = store_.find(c.id);
        FUZZ_CHECK(holds || after == nullptr || snapshot_of(after->session) == before,
                   "a report that counts no more changes nothing");
        check_step(c);
    }

    void store_body(connection& c, session_record* r, bool holds, std::optional<refusal> problem) {
        const upload_server_step s = c.step;
        const content_range& range = c.request.range;
        FUZZ_CHECK(s.skip_bytes <= range.size_bytes && s.size_bytes == range.size_bytes - s.skip_bytes,
                   "what is skipped and what is stored are the body");
        FUZZ_CHECK(s.size_bytes == 0 || s.offset == range.offset + s.skip_bytes, "bytes go where they belong");
        const std::uint64_t stored = std::min(s.size_bytes, c.body_size - std::min(c.body_size, s.skip_bytes));
        const std::uint64_t before = r != nullptr ? r->session.received_bytes() : 0;
        if (holds) {
            r->partial.resize(static_cast<std::size_t>(s.offset));
            r->partial += std::string(static_cast<std::size_t>(stored), c.body);
        }
        c.step = problem ? server_.on_not_stored(c.id, s.ticket, *problem, directory_, now_)
                         : server_.on_stored(c.id, s.ticket, stored, directory_, now_);
        if (!holds) return;
        const std::uint64_t taken = r->session.received_bytes() - before;
        FUZZ_CHECK(taken <= (problem ? 0 : stored), "no more counts as received than is stored");
        FUZZ_CHECK(taken == 0 || before == s.offset, "no gap is left");
        expected_[c.id].accepted += std::string(static_cast<std::size_t>(taken), c.body);
    }

    /// What a Fragment that was cut short or given up has left.
    static void cut_off_what_is_behind(session_record& r) {
        if (r.partial.size() > r.session.received_bytes()) r.partial.resize(r.session.received_bytes());
    }

    void notify(connection& c, session_record* r, bool holds, const server_event& e) {
        notification_result result = accepted_by_application(false);
        if ((e.flags & fails) != 0) {
            const auto& row = http_status_rows[e.problem % std::size(http_status_rows)];
            result =
                row.status == 200 ? not_answered(refusal::application_timeout) : refused_by_application(row.status);
        }
        result.copy_to_destination = (e.flags & copies) != 0;
        if (holds) {
            cut_off_what_is_behind(*r);
            FUZZ_CHECK(r->session.received_bytes() == r->session.total_bytes(), "the application sees whole files");
            r->reply_url = reply_urls[e.reply % reply_urls.size()];
            if (result.is_final) expected_[c.id].refused_for_good = true;
        }
        c.step = server_.on_notified(c.id, c.step.ticket, result, directory_, now_);
        if (holds && r->session.state() == upload_server_state::wait_for_close) {
            expected_[c.id].copies = result.copy_to_destination;
        }
    }

    void publish(connection& c, session_record* r, bool holds, std::optional<refusal> problem) {
        if (holds && !problem) {
            expected_session& x = expected_[c.id];
            if (!directory_.allow_overwrites && published_.contains(x.target)) {
                problem = refusal::destination_exists;
            } else {
                cut_off_what_is_behind(*r);
                FUZZ_CHECK(r->session.total_bytes() == x.accepted.size(), "only what is complete is published");
                FUZZ_CHECK(r->partial == x.accepted, "what is published is what was accepted");
                FUZZ_CHECK(++x.publications == 1, "a session publishes once");
                published_[x.target] = r->partial;
            }
        }
        c.step = server_.on_published(c.id, c.step.ticket, problem, directory_, now_);
    }

    /// A report about a ticket that is of nobody.
    void report_nonsense(const server_event& e) {
        const std::string id = any_id(e.session);
        const session_record* const r = store_.find(id);
        const std::uint32_t ticket = e.problem;
        if (r == nullptr || r->session.holds(ticket)) return;
        const std::string before = snapshot_of(r->session);
        const std::array<upload_server_step, 5> steps = {
            server_.on_room(id, ticket, {}, directory_, now_),
            server_.on_stored(id, ticket, e.size, directory_, now_),
            server_.on_not_stored(id, ticket, refusal::disk_full, directory_, now_),
            server_.on_notified(id, ticket, {}, directory_, now_),
            server_.on_published(id, ticket, {}, directory_, now_),
        };
        for (const upload_server_step& s : steps)
            FUZZ_CHECK(s.todo == todo::abandon, "a report of nobody is abandoned");
        FUZZ_CHECK(snapshot_of(r->session) == before, "a report of nobody changes nothing");
    }

    void restart() {
        waiting_.clear();
        for (auto& [id, record] : store_.records) {
            const exact_bytes bytes(snapshot_of(record.session));
            const auto restored = upload_session::restore(bytes.view(), {now_, {}});
            FUZZ_CHECK(restored.has_value(), "each session can be restored");
            FUZZ_CHECK(restored->received_bytes() == record.session.received_bytes() &&
                           restored->total_bytes() == record.session.total_bytes(),
                       "a restart loses no bytes");
            record.session = *restored;
        }
    }

    void reread() {
        for (auto& [id, record] : store_.records) {
            const exact_bytes bytes(snapshot_of(record.session));
            const auto read = upload_session::read_snapshot(bytes.view());
            FUZZ_CHECK(read.has_value(), "each session can be read back");
            FUZZ_CHECK(snapshot_of(*read) == bytes.view(), "a session that was read back is the one that was written");
            record.session = *read;
        }
    }

    void check_step(connection& c) {
        const upload_server_step& s = c.step;
        FUZZ_CHECK(s.drop_bytes <= directory_.max_dropped_bytes && s.drop_bytes <= c.request.body_size(),
                   "no more is dropped than the directory allows");
        if (s.todo == todo::discard && store_.find(c.id) != nullptr) store_.find(c.id)->partial.clear();
        if (s.todo != todo::answer && s.todo != todo::discard) return;
        const ack& a = s.answer;
        std::array<char, 8192> out{};
        const auto size = write_message(a, out);
        FUZZ_CHECK(size.has_value(), "each answer can be sent");
        const exact_bytes bytes({out.data(), *size});
        ack_parser parser({.answers = c.request.type, .limits = {}});
        const auto read = parser.parse(bytes.view());
        FUZZ_CHECK(read.is_complete() && read.packet == a, "each answer reads back equal");
        FUZZ_CHECK(c.request.keep_alive || !a.keep_alive, "who wants to close is let go");
        const session_record* const r = store_.find(c.id);
        if (r != nullptr && a.received_content_range)
            FUZZ_CHECK(*a.received_content_range == r->session.received_bytes(), "an Ack says what is stored");
    }

    void check_sessions() {
        for (const auto& [id, r] : store_.records) {
            const std::uint64_t received = r.session.received_bytes();
            const expected_session& x = expected_[id];
            FUZZ_CHECK(received == x.accepted.size(), "the offset is the number of bytes accepted");
            FUZZ_CHECK(received <= r.session.total_bytes().value_or(0), "no file is larger than its total");
            const bool is_complete = r.session.state() == upload_server_state::complete;
            FUZZ_CHECK(x.publications == 0 || is_complete, "what is published is over");
            FUZZ_CHECK(r.session.is_over() || r.partial.substr(0, x.accepted.size()) == x.accepted,
                       "the bytes stored are the bytes accepted");
        }
    }

    upload_directory directory_{};
    time_point now_{1'000'000};
    session_map store_{};
    upload_server<session_map> server_{store_};
    std::list<connection> waiting_{}; ///< a request borrows from its connection, which stays where it is
    std::vector<std::string> known_ids_{};
    std::map<std::string, expected_session> expected_{};
    std::map<std::string, std::string, std::less<>> published_{};
    unsigned requests_ = 0;
};

} // namespace

const input_layout& layout() {
    static const input_layout l{field_sizes<server_settings>(), field_sizes<server_event>()};
    return l;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input = text_of(data, size);
    server_settings settings;
    take_record(input, settings);
    server_run run(settings);
    server_event e;
    for (int events = 0; events < 100 && take_record(input, e); ++events)
        run.apply(e);
    run.finish();
    return 0;
}
