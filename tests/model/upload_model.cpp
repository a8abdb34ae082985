// Every state that a client, a server and the link between them can get into with a small file, over the real session
// types: breadth first, each state once. The link loses requests and Acks, cuts bodies short, lets a request that the
// client has given up arrive later, and breaks at any moment; disk and application fail; a gateway answers 503 or asks
// for credentials; both sides are restarted from their snapshots; the server forgets the session. Every call of the
// user and every timer comes in every state: in time, when it is due, and much too late, in its place and out of it.
//
// In each state: the destination is empty or has exactly the file, and has it once; the client never counts more bytes
// than the server has stored; it waits for nothing that it has not asked for, and for nobody who does not know; a call
// that is out of place changes nothing; and if from now on nothing went wrong any more, the upload would end.
//
// Left out: the limit of setbacks, which setback_model.cpp is about.
//
// usage: upload_model LARGEST_FILE LARGEST_FRAGMENT: bytes
#include "explore.hpp"

#include <bitswire/bitswire.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

using namespace bitswire;

namespace {

constexpr std::string_view whole_file = "abcdefgh";
/// Of the server, where nothing depends on it.
constexpr time_point now{};
constexpr std::uint32_t fallback_s = 4;
constexpr std::uint32_t first_repeat_s = 1;
constexpr std::uint32_t repeat_for_s = 3;
/// Longer than any timer of the client.
constexpr std::uint64_t long_time_ms = 10'000;
constexpr std::string_view reply_url = "r";

struct settings {
    std::size_t file_size = 0;
    std::size_t fragment_size = 1;
    bool keeps_partial_fragments = false;
    bool notifies = false;
    bool has_reply = false;   ///< the application sends one, and the client waits for it
    bool names_host = false;  ///< the server names another host, with a fall-back time
    bool has_gateway = false; ///< which answers 503, and asks for credentials
};

/// A request, without views.
struct message {
    packet_type type = packet_type::ping;
    std::string session_id{};
    content_range range{};
};

enum class stage : std::uint8_t { none, sent, at_work, answered };

/// One request on its way through the server.
struct exchange {
    bitswire::packet_type type() const { return sent.type; }

    stage where = stage::none;
    message sent{};
    std::string id{};             ///< of the session that it is about
    std::uint64_t body_bytes = 0; ///< that arrive
    upload_server_step step{};    ///< `at_work`
    ack answer{};                 ///< `answered`, but for its views
    bool has_reply = false;       ///< `answered`: there was a BITS-Reply-URL
};

struct record {
    upload_session session{};
    std::string partial{};
    std::string_view reply_url{};
    static constexpr std::string_view target = "/inbox/file"; // of all
};

struct store {
    std::map<std::string, record, std::less<>> records{};

    record* find(std::string_view id) {
        const auto it = records.find(id);
        return it == records.end() ? nullptr : &it->second;
    }
    record* insert(std::string_view id, std::string_view /*target*/, const upload_session& session) {
        const auto [it, is_new] = records.try_emplace(std::string(id), record{session, {}, {}});
        return is_new ? &it->second : nullptr;
    }
    void erase(std::string_view id) {
        if (const auto it = records.find(id); it != records.end()) records.erase(it);
    }
};

/// What can happen next.
enum class happening : std::uint8_t {
    started,
    resumed,
    suspended,
    cancelled,
    timer_called,
    next_timer_due, ///< time passes until then
    long_time_passed,
    client_restarted,
    server_restarted,
    session_forgotten, ///< by the server: all that it has of it
    request_arrived,   ///< with so many bytes of its body
    request_lost,
    request_timed_out,
    request_given_up, ///< by the client; it arrives later
    work_done,
    work_failed,
    ack_arrived,
    gateway_failed, ///< 503 instead of the Ack, or of handing on the request
    credentials_wanted,
    credentials_given,
    credentials_withheld,
    reply_fetched,
    reply_given_up,
    reply_failed,
    late_request_arrived,
    late_request_lost,
    late_work_done,
    late_work_failed,
};

struct event {
    happening what;
    std::uint64_t bytes = 0;
};

class world {
  public:
    world(const settings& s, const upload_client_config& config) : settings_(&s), config_(&config), client_(config) {
        directory_.keep_partial_fragments = s.keeps_partial_fragments;
        if (s.notifies) directory_.notification = notification_type::by_value;
        if (s.names_host) directory_.host_id = "other:81";
        directory_.host_id_fallback_timeout_s = fallback_s;
    }

    std::vector<event> possible() const {
        using h = happening;
        std::vector<event> all;
        const bool waits = exchange_.where != stage::none;
        if (client_.state() == upload_client_state::init) all.push_back({h::started});
        all.insert(all.end(), {{h::resumed}, {h::suspended}, {h::cancelled}, {h::timer_called}});
        if (client_.wake_at() != time_never && client_.wake_at() > now_) all.push_back({h::next_timer_due});
        if (settings_->names_host || wait_began_ != time_never) all.push_back({h::long_time_passed});
        if (todo_ == upload_todo::give_credentials) {
            all.push_back({h::credentials_given});
            all.push_back({h::credentials_withheld});
        }
        if (todo_ == upload_todo::fetch_reply) {
            all.push_back({h::reply_fetched});
            all.push_back({h::reply_given_up});
            all.push_back({h::reply_failed});
        }
        if (settings_->has_gateway && exchange_.where == stage::sent) all.push_back({h::credentials_wanted});
        if (settings_->has_gateway && (exchange_.where == stage::sent || exchange_.where == stage::answered))
            all.push_back({h::gateway_failed});
        if (client_.state() != upload_client_state::init && !client_.finished() && can_let_go())
            all.push_back({h::client_restarted});
        all.push_back({h::server_restarted});
        if (store_.records.contains(client_.session_id())) all.push_back({h::session_forgotten});
        if (exchange_.where == stage::sent) {
            for (std::uint64_t n = 0; n <= exchange_.sent.range.size_bytes; ++n)
                all.push_back({h::request_arrived, n});
        }
        if (exchange_.where == stage::at_work) {
            all.push_back({h::work_done});
            all.push_back({h::work_failed});
        }
        if (exchange_.where == stage::answered) all.push_back({h::ack_arrived});
        if (waits && can_let_go()) {
            all.push_back({h::request_lost});
            all.push_back({h::request_timed_out});
            if (exchange_.where == stage::sent && late_.where == stage::none) all.push_back({h::request_given_up});
        }
        if (late_.where == stage::sent) {
            for (std::uint64_t n = 0; n <= late_.sent.range.size_bytes; ++n)
                all.push_back({h::late_request_arrived, n});
        }
        if (late_.where == stage::sent) all.push_back({h::late_request_lost});
        if (late_.where == stage::at_work) {
            all.push_back({h::late_work_done});
            all.push_back({h::late_work_failed});
        }
        return all;
    }

    void apply(const event& e) {
        using h = happening;
        switch (e.what) {
        case h::started:
            take(client_.start(now_));
            break;
        case h::resumed:
            is_suspending_ = false;
            take(client_.resume(now_));
            break;
        case h::suspended:
            is_suspending_ = exchange_.where != stage::none && client_.state() != upload_client_state::cancel;
            take(client_.suspend(now_));
            break;
        case h::cancelled:
            is_suspending_ = false;
            take(client_.cancel(now_));
            break;
        case h::timer_called:
            take(client_.on_timer(now_));
            break;
        case h::next_timer_due:
            now_ = client_.wake_at();
            break;
        case h::long_time_passed:
            now_ = after_ms(now_, long_time_ms);
            break;
        case h::gateway_failed:
            answer_instead(503);
            break;
        case h::credentials_wanted:
            answer_instead(401);
            break;
        case h::credentials_given:
            take(client_.on_credentials_given(now_));
            break;
        case h::credentials_withheld:
            take(client_.on_credentials_withheld(now_));
            break;
        case h::reply_fetched:
            take(client_.on_reply_fetched(now_));
            break;
        case h::reply_given_up:
            take(client_.on_reply_given_up(now_));
            break;
        case h::reply_failed:
            take(client_.on_reply_failed(now_));
            break;
        case h::client_restarted:
            restart_client();
            break;
        case h::server_restarted:
            restart_server();
            break;
        case h::session_forgotten:
            store_.records.erase(std::string(client_.session_id()));
            break;
        case h::request_arrived:
            arrive(exchange_, e.bytes);
            break;
        case h::request_lost:
            let_go(false);
            take(client_.on_transport_error(now_));
            break;
        case h::request_timed_out:
            let_go(false);
            take(client_.on_timeout(now_));
            break;
        case h::request_given_up:
            let_go(true);
            take(client_.on_transport_error(now_));
            break;
        case h::work_done:
            work(exchange_, true);
            break;
        case h::work_failed:
            work(exchange_, false);
            break;
        case h::ack_arrived: {
            ack a = exchange_.answer;
            const std::string id = exchange_.id;
            a.session_id = a.is_success() || exchange_.type() != packet_type::create_session ? id : std::string_view{};
            if (exchange_.has_reply) a.reply_url = reply_url;
            if (a.is_success() && exchange_.type() == packet_type::create_session) a.host_id = directory_.host_id;
            exchange_ = {};
            take(client_.on_ack(a, now_));
            break;
        }
        case h::late_request_arrived:
            arrive(late_, e.bytes);
            break;
        case h::late_request_lost:
            late_ = {};
            break;
        case h::late_work_done:
            work(late_, true);
            break;
        case h::late_work_failed:
            work(late_, false);
            break;
        }
        if (late_.where == stage::answered) late_ = {}; // nobody hears it
        forget_lost_sessions();
    }

    /// What is wrong with this state; empty: nothing.
    std::string problem() const {
        const std::string broken = broken_law();
        if (!broken.empty()) return broken;
        return would_end() ? "" : "the upload does not end, though nothing goes wrong any more";
    }
    std::string broken_law() const {
        if (published_ > 1) return "the file was published twice";
        if (published_ == 1 && destination_ != file()) return "the destination has something else than the file";
        if (client_.succeeded() && published_ == 0) return "the client believes that the file has arrived";
        for (const auto& [id, r] : store_.records) {
            const auto received = static_cast<std::size_t>(r.session.received_bytes());
            if (r.session.is_over()) continue;
            if (received > r.partial.size() || r.partial.substr(0, received) != file().substr(0, received))
                return "session " + id + " counts bytes that are not stored";
            if (id == client_.session_id() && client_.bytes_done() > received)
                return "the client counts bytes that the server does not have";
        }
        return lost_step();
    }

    /// The client and the one who does what it says are of one mind.
    std::string lost_step() const {
        using t = upload_todo;
        const bool is_under_way = todo_ == t::send || todo_ == t::give_credentials || todo_ == t::fetch_reply;
        if (client_.pending().todo != (is_under_way ? t::nothing : todo_)) return "a step got lost";
        if (client_.wake_at() != wake_at_) return "nobody knows when the next timer is due";
        if ((todo_ == t::send) != (exchange_.where != stage::none)) return "an Ack is awaited that cannot come";
        if (todo_ == t::wait && wake_at_ == time_never) return "who waits is never woken";
        return is_changed_by_answers() ? "an answer to nothing is taken" : "";
    }
    bool is_changed_by_answers() const {
        upload_client c = client_;
        const auto changes = [&](const upload_step& s) {
            return s.todo != client_.pending().todo || s.wake_at != client_.wake_at() || c.state() != client_.state() ||
                   snapshot_of(c) != snapshot_of(client_);
        };
        const upload_todo t = todo_;
        if (t != upload_todo::send) {
            if (changes(c.on_ack({.answers = packet_type::ping}, now_)) ||
                changes(c.on_bad_ack({errc::bad_status, header::none, 0}, now_)) ||
                changes(c.on_transport_error(now_)) || changes(c.on_timeout(now_)))
                return true;
        }
        if (t != upload_todo::give_credentials) {
            if (changes(c.on_credentials_given(now_)) || changes(c.on_credentials_withheld(now_))) return true;
        }
        if (t != upload_todo::fetch_reply) {
            if (changes(c.on_reply_fetched(now_)) || changes(c.on_reply_given_up(now_)) ||
                changes(c.on_reply_failed(now_)))
                return true;
        }
        return client_.state() != upload_client_state::init && changes(c.start(now_));
    }

    /// Nothing goes wrong any more: does the upload end?
    bool would_end() const {
        world w = *this;
        int stops = 0;
        for (int steps = 0; steps < 200; ++steps) {
            if (w.client_.finished()) return true;
            if (w.exchange_.where == stage::none && w.todo_ == upload_todo::stopped && ++stops > 3) {
                // An error that is reported again and again: only since the file is there already.
                return w.published_ == 1;
            }
            w.apply(w.fair_event());
        }
        return false;
    }
    /// Two worlds with the same key behave alike.
    std::string key() const {
        std::string k;
        k += snapshot_of(client_);
        append_spans(k);
        k += static_cast<char>(client_.state());
        k += static_cast<char>(todo_);
        k += is_suspending_ ? 's' : '-';
        append_exchange(k, exchange_);
        append_exchange(k, late_);
        for (const auto& [id, r] : store_.records) {
            k += id;
            k += r.partial;
            std::array<char, upload_session::max_snapshot_size> session{};
            const std::size_t size = *r.session.write_snapshot(session, {});
            // Only whether a ticket is the current one counts; and the checksum is made from it.
            constexpr std::size_t ticket_at = 14;
            k.append(session.data(), ticket_at);
            k.append(session.data() + ticket_at + 4, size - ticket_at - 8);
        }
        k += destination_;
        k += static_cast<char>('0' + published_);
        return k;
    }

    static std::string text_of(const event& e) {
        std::ostringstream out;
        out << enum_name(e.what) << ' ' << e.bytes;
        return out.str();
    }
    std::string describe() const {
        std::ostringstream out;
        out << "client " << enum_name(client_.state()) << ' ' << client_.bytes_done() << '/' << client_.bytes_total();
        for (const auto& [id, r] : store_.records)
            out << ", session " << id << ' ' << enum_name(r.session.state()) << ' ' << r.session.received_bytes();
        if (exchange_.where != stage::none)
            out << ", " << name_of(exchange_.type()) << ' ' << enum_name(exchange_.where);
        if (late_.where != stage::none) out << ", late " << name_of(late_.type()) << ' ' << enum_name(late_.where);
        out << (published_ != 0 ? ", published" : "");
        return out.str();
    }

  private:
    std::string_view file() const { return whole_file.substr(0, settings_->file_size); }

    std::string snapshot_of(const upload_client& c) const {
        std::array<char, upload_client::max_snapshot_size> bytes{};
        return {bytes.data(), *c.write_snapshot(bytes, now_)};
    }
    /// How far away all moments are, as far as they matter.
    void append_spans(std::string& k) const {
        std::ostringstream out;
        if (wake_at_ != time_never) out << "wake " << elapsed_ms(now_, wake_at_);
        if (wait_began_ != time_never) out << "since " << std::min(elapsed_ms(wait_began_, now_), long_time_ms);
        k += out.str();
    }

    event fair_event() const {
        using h = happening;
        if (late_.where == stage::at_work) return {h::late_work_done};
        switch (exchange_.where) {
        case stage::none:
            return {next_of_client()};
        case stage::sent:
            return {h::request_arrived, exchange_.sent.range.size_bytes};
        case stage::at_work:
            return {h::work_done};
        case stage::answered:
            break;
        }
        return {h::ack_arrived};
    }

    /// What whoever does what the client says does next.
    happening next_of_client() const {
        using h = happening;
        switch (todo_) {
        case upload_todo::nothing:
            return h::started;
        case upload_todo::wait:
            return wake_at_ > now_ ? h::next_timer_due : h::timer_called;
        case upload_todo::give_credentials:
            return h::credentials_given;
        case upload_todo::fetch_reply:
            return h::reply_fetched;
        default:
            return h::resumed;
        }
    }

    void take(const upload_step& s) {
        wake_at_ = s.wake_at;
        if (s.todo == upload_todo::nothing) return;
        const bool is_repetition = todo_ == upload_todo::wait || todo_ == upload_todo::give_credentials;
        todo_ = s.todo;
        if (s.todo == upload_todo::wait && wait_began_ == time_never) wait_began_ = now_;
        const bool may_repeat = s.todo == upload_todo::wait || s.todo == upload_todo::give_credentials;
        if (!may_repeat && !(s.todo == upload_todo::send && is_repetition && is_ending(s))) wait_began_ = time_never;
        if (s.todo != upload_todo::send) return;
        exchange_ = {};
        exchange_.where = stage::sent;
        exchange_.sent = {s.request.type, std::string(s.request.session_id), s.request.range};
    }

    static bool is_ending(const upload_step& s) {
        return s.request.type == packet_type::close_session || s.request.type == packet_type::cancel_session;
    }

    /// A gateway answers. What the server is at work on goes on without it.
    void answer_instead(std::uint16_t status) {
        ack a{.answers = exchange_.type(), .status = status};
        let_go(false);
        take(client_.on_ack(a, now_));
    }

    /// Whether the client's connection can end: what the server is at work on goes on without it, one at a time.
    bool can_let_go() const { return exchange_.where != stage::at_work || late_.where == stage::none; }
    /// The client's connection ends. A request that has not arrived is lost, or arrives later.
    void let_go(bool arrives_later) {
        const bool goes_on = exchange_.where == stage::at_work || (exchange_.where == stage::sent && arrives_later);
        if (goes_on) late_ = exchange_;
        exchange_ = {};
    }

    void restart_client() {
        const std::string bytes = snapshot_of(client_);
        now_ = time_point{now_.ms / 2}; // another clock
        client_ = *upload_client::restore(*config_, bytes, now_);
        let_go(late_.where == stage::none);
        is_suspending_ = false;
        wait_began_ = time_never;
        wake_at_ = client_.wake_at();
        todo_ = upload_todo::suspended;
        if (client_.finished()) todo_ = upload_todo::done;
    }

    void restart_server() {
        for (auto& [id, r] : store_.records) {
            std::array<char, upload_session::max_snapshot_size> bytes{};
            const std::size_t size = *r.session.write_snapshot(bytes, {});
            r.session = *upload_session::restore({bytes.data(), size}, {});
        }
        late_ = {};
        if (exchange_.where != stage::none) {
            exchange_ = {};
            take(client_.on_transport_error(now_));
        }
    }

    upload_request request_of(const exchange& x) const {
        upload_request r;
        r.type = x.sent.type;
        r.target = record::target;
        r.host = "host";
        r.session_id = x.sent.session_id;
        r.range = x.sent.range;
        if (r.type == packet_type::create_session) r.supported_protocols = bits_upload_protocols;
        return r;
    }

    void arrive(exchange& x, std::uint64_t bytes) {
        const upload_request r = request_of(x);
        upload_request_facts facts{.now = now,
                                   .is_authorized = true,
                                   .is_owner = true,
                                   .destination = destination_state::absent,
                                   .user_sessions = 0};
        if (r.type == packet_type::create_session) {
            x.id = unused_id();
            facts.new_session_id = x.id;
            if (published_ != 0) facts.destination = destination_state::exists;
        } else {
            x.id = x.sent.session_id;
        }
        x.body_bytes = bytes;
        upload_server<store> server(store_);
        go_on(x, server.on_request(r, directory_, facts));
    }

    /// What the server was told to do is done, or has failed.
    void work(exchange& x, bool works) {
        upload_server<store> server(store_);
        const upload_server_step s = x.step;
        const auto problem = works ? std::optional<refusal>{} : refusal::storage_failed;
        switch (s.todo) {
        case upload_server_todo::make_room:
            return go_on(x, server.on_room(x.id, s.ticket, problem, directory_, now));
        case upload_server_todo::store_body:
            return go_on(x, works ? store_body(x, s) : server.on_not_stored(x.id, s.ticket, *problem, directory_, now));
        case upload_server_todo::notify: {
            notification_result result =
                works ? accepted_by_application(true) : not_answered(refusal::application_unreachable);
            result.copy_to_destination = true;
            if (record* const r = store_.find(x.id); r != nullptr && works && settings_->has_reply)
                r->reply_url = reply_url;
            return go_on(x, server.on_notified(x.id, s.ticket, result, directory_, now));
        }
        default: {
            // The embedder moves the file only for the request that holds the session, and never over another file.
            record* const r = store_.find(x.id);
            if (r == nullptr || !r->session.holds(s.ticket)) return go_on(x, {.todo = upload_server_todo::abandon});
            const bool exists = published_ != 0;
            if (works && !exists) {
                ++published_;
                destination_ = r->partial;
            }
            const auto told = exists ? std::optional{refusal::destination_exists} : problem;
            return go_on(x, server.on_published(x.id, s.ticket, told, directory_, now));
        }
        }
    }

    upload_server_step store_body(const exchange& x, const upload_server_step& s) {
        upload_server<store> server(store_);
        record* const r = store_.find(x.id);
        // Before each write the embedder asks whether the request still holds the session.
        if (r == nullptr || !r->session.holds(s.ticket)) return {.todo = upload_server_todo::abandon};
        std::string_view body =
            file().substr(static_cast<std::size_t>(x.sent.range.offset), static_cast<std::size_t>(x.body_bytes));
        body.remove_prefix(std::min<std::size_t>(body.size(), static_cast<std::size_t>(s.skip_bytes)));
        body = body.substr(0, static_cast<std::size_t>(s.size_bytes));
        r->partial.resize(static_cast<std::size_t>(s.offset));
        r->partial += body;
        return server.on_stored(x.id, s.ticket, body.size(), directory_, now);
    }

    void go_on(exchange& x, const upload_server_step& s) {
        switch (s.todo) {
        case upload_server_todo::answer:
        case upload_server_todo::discard:
            if (s.todo == upload_server_todo::discard) {
                if (record* const r = store_.find(x.id)) r->partial.clear();
            }
            x.where = stage::answered;
            x.answer = s.answer;
            x.has_reply = !s.answer.reply_url.empty();
            x.answer.session_id = {};
            x.answer.reply_url = {};
            x.answer.host_id = {};
            return;
        case upload_server_todo::abandon: // the connection is closed
            if (&x == &late_) {
                late_ = {};
                return;
            }
            exchange_ = {};
            take(client_.on_transport_error(now_));
            return;
        default:
            x.where = stage::at_work;
            x.step = s;
        }
    }

    std::string unused_id() const {
        for (char c = 'A';; ++c) {
            const std::string id(1, c);
            const bool used = store_.records.contains(id) || client_.session_id() == id || exchange_.id == id ||
                              exchange_.sent.session_id == id || late_.id == id || late_.sent.session_id == id;
            if (!used) return id;
        }
    }
    /// A session of which nobody knows the id waits for its time to be over.
    void forget_lost_sessions() {
        std::erase_if(store_.records, [this](const auto& item) {
            const std::string& id = item.first;
            return client_.session_id() != id && exchange_.id != id && exchange_.sent.session_id != id &&
                   late_.id != id && late_.sent.session_id != id;
        });
    }

    void append_exchange(std::string& k, const exchange& x) const {
        std::ostringstream out;
        out << '|' << static_cast<int>(x.where) << ' ' << static_cast<int>(x.sent.type) << ' ' << x.sent.session_id
            << ' ' << x.sent.range.offset << ' ' << x.sent.range.size_bytes << ' ' << x.id << ' ';
        if (x.where == stage::at_work) {
            const auto it = store_.records.find(x.id);
            const bool holds = it != store_.records.end() && it->second.session.holds(x.step.ticket);
            out << x.body_bytes << ' ' << static_cast<int>(x.step.todo) << ' ' << holds << ' ' << x.step.skip_bytes
                << ' ' << x.step.offset << ' ' << x.step.size_bytes;
        }
        if (x.where == stage::answered) {
            out << x.answer.status << ' ' << x.answer.error_code.value_or(hresult{}).value << ' '
                << x.answer.received_content_range.value_or(99) << x.has_reply;
        }
        k += out.str();
    }

    const settings* settings_;
    const upload_client_config* config_;
    upload_directory directory_{.uploads_enabled = true, .max_upload_bytes = UINT64_MAX};
    upload_client client_;
    time_point now_{};                   ///< on the client's clock
    time_point wake_at_ = time_never;    ///< as the last step said
    time_point wait_began_ = time_never; ///< when Close-Session or Cancel-Session first failed, of those in a row
    upload_todo todo_ = upload_todo::nothing;
    bool is_suspending_ = false; ///< asked for while a request was under way
    exchange exchange_{};
    exchange late_{}; ///< one that the client has given up
    store store_{};
    std::string destination_{};
    int published_ = 0;
};

/// False: a law was broken.
bool explore(const settings& s, model_figures& figures) {
    const upload_client_config config{
        .url = "http://host/inbox/file",
        .size_bytes = s.file_size,
        .wants_reply = s.has_reply,
        .fragment = {.first = s.fragment_size, .smallest = s.fragment_size, .largest = s.fragment_size},
        .first_repeat_s = first_repeat_s,
        .repeat_for_s = repeat_for_s,
        .setbacks_allowed = 255};
    return explore(world(s, config), figures);
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t largest_file = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 0;
    const std::size_t largest_fragment = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
    if (argc != 3 || largest_file > whole_file.size() || largest_fragment == 0) {
        std::fprintf(stderr, "usage: upload_model LARGEST_FILE LARGEST_FRAGMENT: bytes, at most %zu\n",
                     whole_file.size());
        return 2;
    }
    // The host, the gateway and the reply multiply the states.
    const std::size_t largest_with_others = largest_file / 4;
    model_figures all;
    for (std::size_t size = 0; size <= largest_file; ++size) {
        for (std::size_t fragment = 1; fragment <= largest_fragment; ++fragment) {
            if (fragment > 1 && fragment > size) continue; // the same as the one before
            for (const int options : {0, 1, 2, 3, 4, 5, 6, 7}) {
                const bool notifies = (options & 1) != 0;
                const bool others = (options & 4) != 0;
                if (others && size > largest_with_others) continue;
                const settings s{size, fragment, (options & 2) != 0, notifies, others && notifies, others, others};
                if (!explore(s, all)) {
                    std::printf("file of %zu bytes, Fragments of %zu, %s, %s%s\n", size, fragment,
                                s.keeps_partial_fragments ? "partial Fragments kept" : "partial Fragments dropped",
                                notifies ? "an application notified" : "no application",
                                others ? ", another host and a gateway" : "");
                    return 1;
                }
            }
        }
    }
    all.print();
    return 0;
}
