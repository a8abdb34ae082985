// The server's program: how it is set up, how it ends, and how it begins again.
#include "server.hpp"

#include "server_connection.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <utility>

using namespace bitswire;

namespace simulation {

namespace {

constexpr snapshot_kind record_kind{"SIMR", 1};
constexpr std::array<std::string_view, 3> prefixes{"/plain/", "/value/", "/names/"};

/// A request is lost in a crash; what was moved before it is found to be closed.
void finish_publication(upload_session& session, std::string_view id, const upload_directory& d, time_point now) {
    upload_request close;
    close.type = packet_type::close_session;
    const upload_session_call call{id, {}, now};
    const upload_server_step step = session.on_request(close, d, call);
    if (step.todo == upload_server_todo::publish)
        std::ignore = session.on_published(step.ticket, std::nullopt, d, call);
}

} // namespace

std::string target_of(directory d, std::uint32_t number) {
    return std::string(prefixes[static_cast<std::size_t>(d)]) + std::to_string(number);
}

server_settings::server_settings(world& w) : is_careful(w.random.pick(3) != 0) {
    upload_directory d{.uploads_enabled = true, .max_upload_bytes = UINT64_MAX};
    d.keep_partial_fragments = w.random.pick(2) == 0;
    d.answer_create_with_201 = w.random.pick(2) == 0;
    constexpr std::array<std::uint32_t, 4> timeouts_s{3600, 6 * 3600, 86'400, default_session_timeout_s};
    d.session_timeout_s = timeouts_s[w.random.pick(timeouts_s.size())];
    d.remember_closed_s = timeouts_s[w.random.pick(3)];
    if (w.random.pick(4) == 0) d.max_upload_bytes = 100'000;
    if (w.random.pick(2) == 0) {
        constexpr std::array<std::uint32_t, 4> fallbacks_s{60, 600, 3600, 86'400};
        d.host_id = "node";
        d.host_id_fallback_timeout_s = fallbacks_s[w.random.pick(fallbacks_s.size())];
    }
    directories.fill(d);
    directories[static_cast<std::size_t>(directory::value)].notification = notification_type::by_value;
    directories[static_cast<std::size_t>(directory::names)].notification = notification_type::by_reference;
}

server::server(world& its_world, network& n, books& b) : w(its_world), its_books(b), settings(its_world) {
    n.on_accept([this](const std::shared_ptr<connection>& c) { return accept(c); });
}

server::~server() = default;

const upload_directory& server::directory_of(std::string_view target) const {
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
        if (target.starts_with(prefixes[i])) return settings.directories[i];
    }
    return settings.directories[0];
}

std::string server::new_session_id() {
    guid id;
    for (std::uint8_t& byte : id.bytes)
        byte = static_cast<std::uint8_t>(w.random.next());
    const auto text = write_guid(id, guid_style::braces_upper);
    return {text.data(), text.size()};
}

std::uint64_t server::work_span() {
    const bool is_slow = !w.is_calm && w.random.pick(100) == 0;
    return is_slow ? w.random.log_between(second_ms, 5 * minute_ms) : w.random.log_between(1, 40);
}

endpoint* server::accept(const std::shared_ptr<connection>& c) {
    if (!is_up_) return nullptr;
    connections_.push_back(std::make_shared<server_connection>(*this, c));
    connections_.back()->watch();
    return connections_.back().get();
}

void server::forget(server_connection& c) {
    const auto at =
        std::find_if(connections_.begin(), connections_.end(), [&c](const auto& p) { return p.get() == &c; });
    if (at == connections_.end()) return;
    std::swap(*at, connections_.back());
    connections_.pop_back();
}

void server::suffer() {
    if (w.strikes(fault::server_crash)) crash(false);
    if (w.strikes(fault::server_power_cut)) crash(true);
    if (w.strikes(fault::server_clock_forward)) wall_offset_ms_ += w.random.log_between(second_ms, 6 * hour_ms);
    if (w.strikes(fault::server_clock_back)) {
        const std::uint64_t back = std::min(wall_offset_ms_, w.random.log_between(second_ms, 2 * hour_ms));
        wall_offset_ms_ -= back;
        set_back_ms_ += back;
    }
    if (w.strikes(fault::disk_full)) {
        its_disk.is_full = true;
        disk_full_until_ = w.now() + w.random.log_between(10 * second_ms, hour_ms);
        w.queue.at(disk_full_until_, [this] {
            if (w.now() >= disk_full_until_) its_disk.is_full = false;
        });
    }
    if (w.strikes(fault::fragment_limit)) {
        const std::uint64_t most = w.random.pick(3) == 0 ? UINT64_MAX : w.random.log_between(1024, 65'536);
        for (upload_directory& d : settings.directories)
            d.max_fragment_bytes = most;
    }
}

void server::calm_down() {
    its_disk.is_full = false;
    disk_full_until_ = 0;
}

void server::crash(bool power_cut) {
    if (!is_up_) return;
    is_up_ = false;
    ++run_;
    lost_power_ = power_cut;
    for (const auto& c : std::exchange(connections_, {}))
        c->die(!power_cut);
    sessions.clear();
    for (const std::string& id : its_books.order) {
        stored_file* const partial = its_disk.find(partial_name(id));
        if (partial != nullptr && w.random.pick(4) != 0) partial->synced_bytes = partial->size_bytes;
    }
    if (power_cut) its_disk.cut_power(w.random, !settings.is_careful);
    w.after(w.random.log_between(second_ms, 10 * minute_ms), [this] { start(); });
}

void server::start() {
    is_up_ = true;
    started_ms_ = w.now();
    std::vector<std::pair<std::string, std::string>> records;
    its_disk.for_each_note([&records](const std::string& name, const std::string& text) {
        const std::string prefix = record_name({});
        if (name.starts_with(prefix)) records.emplace_back(name.substr(prefix.size()), text);
    });
    for (const auto& [id, text] : records)
        load(id, text, lost_power_);
    // What belongs to no session.
    for (const std::string& id : its_books.order) {
        const session_record* const record = sessions.find(id);
        if (record != nullptr && !record->session.is_over()) continue;
        its_disk.remove(partial_name(id));
        its_disk.remove_note(reply_name(id));
    }
    w.note(nobody, 0x600, [this] { return "server: up again, " + std::to_string(sessions.size()) + " sessions"; });
}

bool server::save(const std::string& id, bool synced) {
    const session_record& record = *sessions.find(id);
    if (its_disk.is_full) return false;
    std::array<char, upload_session::max_snapshot_size> session{};
    const auto size = record.session.write_snapshot(session, both_clocks());
    w.demand(size.has_value(), record.owner, "a session can be written down");
    std::string out(record.reply_url.size() + record.target.size() + 256, '\0');
    snapshot_writer writer(out, record_kind);
    writer.put(std::string_view(session.data(), *size));
    writer.put(std::string_view(record.reply_url));
    writer.put(std::string_view(record.target));
    writer.put(record.owner);
    writer.put(record.being_published);
    writer.put(record.is_taken);
    out.resize(writer.finish());
    // What is not synced may still have got to the disk.
    its_disk.write_note(record_name(id), std::move(out), synced || w.random.pick(3) == 0);
    return true;
}

void server::load(const std::string& id, const std::string& text, bool after_power_cut) {
    snapshot_reader reader(text, record_kind);
    constexpr std::size_t max_text = 0xffff;
    const auto session = upload_session::restore(reader.get_text(max_text), both_clocks());
    session_record record;
    record.reply_url = reader.get_text(max_text);
    record.target = reader.get_text(max_text);
    record.owner = reader.get<std::uint32_t>();
    record.being_published = reader.get<std::uint64_t>();
    record.is_taken = reader.get_bool();
    const bool may_be_old = after_power_cut && !settings.is_careful;
    session_book& book = its_books.of_session(id);
    if (!reader.finish() || !session) {
        w.demand(may_be_old, book.owner, "a session that was written down can be read");
        its_disk.remove_note(record_name(id));
        return;
    }
    record.session = *session;
    if (may_be_old && !record.session.is_over() && record.session.received_bytes() == 0) {
        // It may have had bytes: Close-Session would take it for that of an empty file.
        its_disk.remove_note(record_name(id));
        return;
    }
    if (may_be_old) book.told_bytes = std::min(book.told_bytes, record.session.received_bytes());
    if (record.session.received_bytes() < book.received_bytes) {
        book.received_bytes = record.session.received_bytes();
        book.progress_ms = 0; // not known any more
    }
    if (!record.session.is_over()) {
        const stored_file* const partial = its_disk.find(partial_name(id));
        const stored_file* const there = its_disk.find(record.target);
        const bool was_moved = partial == nullptr && there != nullptr && there->inode == record.being_published;
        if (was_moved) {
            finish_publication(record.session, id, directory_of(record.target), now());
            w.demand(record.session.is_over(), record.owner, "a publication can be finished after a crash");
        } else if (partial == nullptr || partial->size_bytes < record.session.received_bytes()) {
            // Its bytes are gone: the client is to begin anew. A file that is not there was deleted when the session
            // was over, which could not be written down any more.
            w.demand(may_be_old || partial == nullptr, record.owner, "what was acknowledged outlives a crash");
            its_disk.remove_note(record_name(id));
            return;
        }
    }
    *sessions.insert(id, record.target, record.session) = record;
    save(id, settings.is_careful);
    check(id);
}

void server::discard(const std::string& id) {
    its_disk.remove(partial_name(id));
    its_disk.remove_note(reply_name(id));
}

void server::check(const std::string& id) {
    const session_record* const record = sessions.find(id);
    if (record == nullptr) return;
    session_book& book = its_books.of_session(id);
    const std::uint64_t received = record->session.received_bytes();
    if (received > book.received_bytes) {
        book.received_bytes = received;
        book.progress_ms = w.now();
    }
    if (record->session.is_over()) return;
    w.demand(received >= book.told_bytes, book.owner, "the server does not lose a byte that it has acknowledged");
    const stored_file* const partial = its_disk.find(partial_name(id));
    const bool has_them =
        partial != nullptr ? partial->right_bytes >= received : book.publications == 1 || received == 0;
    w.demand(has_them, book.owner, "the server counts no byte that is not stored");
}

void server::sweep() {
    if (!is_up_) return;
    std::vector<std::string> left;
    for (const std::string& id : its_books.order) {
        const session_record* const record = sessions.find(id);
        const upload_directory* const d = record != nullptr ? &directory_of(record->target) : nullptr;
        if (d != nullptr && uploads.expire(id, *d, now())) {
            const session_book& book = its_books.of_session(id);
            ++w.seen.expired_sessions;
            // The time of day may have been set forward before a restart: then it has an hour from there on.
            const std::uint64_t timeout_ms = std::uint64_t{d->session_timeout_s} * second_ms;
            const bool had_its_hour = book.progress_ms < started_ms_ && now().ms >= std::min(timeout_ms, hour_ms);
            w.demand(had_its_hour || w.now() - book.progress_ms >= timeout_ms, book.owner,
                     "a session has all of its time");
            discard(id);
        }
        if (sessions.find(id) == nullptr) {
            its_disk.remove_note(record_name(id));
        } else {
            left.push_back(id);
        }
    }
    its_books.order = std::move(left);
    // What an application has written for a session that was over by then.
    std::vector<std::string> unclaimed;
    its_disk.for_each_note([this, &unclaimed](const std::string& name, const std::string&) {
        const std::string prefix = reply_name({});
        if (name.starts_with(prefix) && sessions.find(name.substr(prefix.size())) == nullptr) unclaimed.push_back(name);
    });
    for (const std::string& name : unclaimed)
        its_disk.remove_note(name);
}

std::optional<std::string> server::find_reply(std::string_view path) {
    if (!is_up_ || !path.starts_with(reply_path_prefix)) return std::nullopt;
    path.remove_prefix(reply_path_prefix.size());
    const std::string* const text = its_disk.read_note(reply_name(path));
    return text != nullptr ? std::optional{*text} : std::nullopt;
}

std::string server::what_is_left() {
    std::string left = its_disk.find_below(partial_name({}));
    its_disk.for_each_note([&left](const std::string& name, const std::string&) { left = name; });
    return sessions.size() == 0 ? left : left + " and " + std::to_string(sessions.size()) + " sessions";
}

} // namespace simulation
