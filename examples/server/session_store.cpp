// bitswire-server: the sessions, in memory and, if they are to survive the server, one file each.
//
// SPDX-License-Identifier: BSL-1.0
#include "session_store.hpp"

#include "packet_log.hpp"

#include <bitswire/base/snapshot.hpp>
#include <bitswire/wire/guid.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <optional>
#include <sys/types.h>
#include <tuple>

namespace bits_server {

namespace {

constexpr bitswire::snapshot_kind record_kind{"BWSR", 3};
constexpr std::size_t max_text = 0xffff;
/// A record is smaller: its path comes from a head, which is limited. What is not written to takes no room on the disk.
constexpr std::size_t place_size = 32 * 1024;
constexpr std::string_view record_suffix = ".session";
constexpr std::string_view partial_suffix = ".part";
constexpr std::string_view reply_suffix = ".reply";
constexpr std::string_view fresh_reply_suffix = ".reply.new";
constexpr std::string_view damaged_suffix = ".damaged";

std::string name_of_file(std::string_view id, std::string_view suffix) {
    return std::string(id.substr(1, id.size() - 2)).append(suffix); // braces are a nuisance in shells
}

/// The id of the session that a file belongs to; empty if it is not a file of a session.
std::string id_of_file(std::string_view name, std::string_view suffix) {
    if (!name.ends_with(suffix)) return {};
    name.remove_suffix(suffix.size());
    const auto guid = bitswire::parse_guid(name);
    if (!guid || name.front() == '{') return {};
    const auto text = bitswire::write_guid(*guid, bitswire::guid_style::braces_upper);
    const std::string id(text.data(), text.size());
    return name == std::string_view(id).substr(1, name.size()) ? id : std::string{};
}

std::string written(const session_record& record, const bitswire::moment& now) {
    std::array<char, bitswire::upload_session::max_snapshot_size> session{};
    const auto size = record.session.write_snapshot(session, now);
    std::string out(record.target.size() + record.reply_url.size() + record.path.size() + record.user.size() + 256,
                    '\0');
    bitswire::snapshot_writer w(out, record_kind);
    w.put(std::string_view(session.data(), size ? *size : 0));
    w.put(std::string_view(record.target));
    w.put(std::string_view(record.reply_url));
    w.put(std::string_view(record.path));
    w.put(std::string_view(record.user));
    w.put(record.being_published.inode);
    w.put(record.being_published.size_bytes);
    w.put(record.being_published.modified_ns);
    w.put(record.saves);
    out.resize(w.finish());
    return out;
}

/// What stands in a place: the size of the record, and the record.
std::string with_size(std::string_view bytes) {
    const auto size = static_cast<std::uint16_t>(bytes.size());
    return (std::string{static_cast<char>(size & 0xffU), static_cast<char>(size >> 8)} += bytes);
}

std::string_view without_size(std::string_view place) {
    if (place.size() < 2) return {};
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(place[i])); };
    return place.substr(2, byte(0) | byte(1) << 8);
}

std::optional<session_record> read_place(std::string_view place, const bitswire::moment& now) {
    const std::string_view bytes = without_size(place);
    bitswire::snapshot_reader r(bytes, record_kind);
    const auto session = bitswire::upload_session::restore(r.get_text(max_text), now);
    session_record record{bitswire::upload_session{}};
    record.target = r.get_text(max_text);
    record.reply_url = r.get_text(max_text);
    record.path = r.get_text(max_text);
    record.user = r.get_text(max_text);
    record.being_published.inode = r.get<std::uint64_t>();
    record.being_published.size_bytes = r.get<std::uint64_t>();
    record.being_published.modified_ns = r.get<std::uint64_t>();
    record.saves = r.get<std::uint32_t>();
    if (!r.finish() || !session) return std::nullopt;
    record.session = *session;
    record.saved = bytes;
    return record;
}

/// The newer one of the two places, of those that are whole.
std::optional<session_record> read_record(std::string_view file, const bitswire::moment& now) {
    std::optional<session_record> first = read_place(file.substr(0, place_size), now);
    std::optional<session_record> second = read_place(file.substr(std::min(file.size(), place_size)), now);
    if (!first || !second) return first ? first : second;
    return first->saves > second->saves ? first : second;
}

std::string read_small_file(int fd) {
    constexpr std::size_t limit = 2 * place_size;
    std::string bytes(limit, '\0');
    std::size_t size = 0;
    while (size < limit) {
        const ::ssize_t n = ::read(fd, bytes.data() + size, limit - size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        size += static_cast<std::size_t>(n);
    }
    bytes.resize(size);
    return bytes;
}

/// The file was moved, and the server killed before it could say so: says it now.
void finish_publication(bitswire::upload_session& session, std::string_view id, const bitswire::upload_directory& d,
                        bitswire::time_point now) {
    bitswire::upload_request close;
    close.type = bitswire::packet_type::close_session;
    const bitswire::upload_session_call call{id, {}, now};
    const bitswire::upload_server_step step = session.on_request(close, d, call);
    if (step.todo == bitswire::upload_server_todo::publish)
        std::ignore = session.on_published(step.ticket, std::nullopt, d, call);
}

} // namespace

std::string record_name(std::string_view id) { return name_of_file(id, record_suffix); }
std::string partial_name(std::string_view id) { return name_of_file(id, partial_suffix); }
std::string reply_name(std::string_view id) { return name_of_file(id, reply_suffix); }
std::string fresh_reply_name(std::string_view id) { return name_of_file(id, fresh_reply_suffix); }

session_record* session_store::find(std::string_view id) noexcept {
    const auto at = sessions_.find(id);
    return at != sessions_.end() ? &at->second : nullptr;
}

session_record* session_store::insert(std::string_view id, std::string_view target,
                                      const bitswire::upload_session& session) noexcept {
    try {
        const auto [at, is_new] = sessions_.try_emplace(std::string(id), session_record{session, std::string(target)});
        return is_new ? &at->second : nullptr;
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void session_store::erase(std::string_view id) noexcept {
    const auto at = sessions_.find(id);
    if (at == sessions_.end()) return;
    stop_counting(at->second);
    if (folder_.is_kept()) folder_.remove(record_name(at->first));
    sessions_.erase(at);
}

void session_store::describe(session_record& record, const std::string& path, const std::string& user) {
    record.path = path;
    record.user = user;
    record.is_counted = true;
    ++counts_[user];
}

int session_store::save(std::string_view id, session_record& record) {
    if (record.session.is_over()) stop_counting(record);
    if (!folder_.is_kept()) return 0;
    const bitswire::moment now = both_clocks_();
    std::string bytes = written(record, now);
    if (bytes == record.saved) return 0;
    if (bytes.size() > place_size - 2) return EFBIG;
    ++record.saves;
    bytes = written(record, now);
    const int problem = folder_.overwrite(record_name(id), with_size(bytes), record.saves % 2 * place_size);
    if (problem == 0) {
        record.saved = std::move(bytes);
    } else {
        --record.saves; // the place that may be damaged is the one to write to next
    }
    return problem;
}

std::uint32_t session_store::count_of(const std::string& user) const {
    const auto at = counts_.find(user);
    return at != counts_.end() ? at->second : 0;
}

void session_store::stop_counting(session_record& record) {
    if (!record.is_counted) return;
    record.is_counted = false;
    const auto at = counts_.find(record.user);
    if (at != counts_.end() && --at->second == 0) counts_.erase(at);
}

std::vector<std::string> session_store::ids() const {
    std::vector<std::string> all;
    all.reserve(sessions_.size());
    for (const auto& [id, record] : sessions_)
        all.push_back(id);
    return all;
}

void session_store::load(const destination_folder& destinations, const bitswire::upload_directory& d) {
    const std::vector<std::string> names = folder_.names();
    for (const std::string& name : names)
        load_record(name, destinations, d);
    for (const std::string& name : names) {
        // Files without a session, and replies that were not finished when the server was killed.
        std::string id = id_of_file(name, partial_suffix);
        if (id.empty()) id = id_of_file(name, reply_suffix);
        const session_record* owner = find(id);
        const bool is_left_over = !id.empty() && (owner == nullptr || owner->session.is_over());
        const bool is_unfinished = !id_of_file(name, fresh_reply_suffix).empty();
        if (is_left_over || is_unfinished) folder_.remove(name);
    }
}

void session_store::load_record(const std::string& name, const destination_folder& destinations,
                                const bitswire::upload_directory& d) {
    const std::string id = id_of_file(name, record_suffix);
    if (id.empty()) return;
    const opened_file opened = folder_.open_for_reading(name);
    std::optional<session_record> record;
    if (opened.error == 0) record = read_record(read_small_file(opened.file.get()), both_clocks_());
    if (!record) {
        log_line("session " + id + " is lost: its record is damaged, or of another version, and was renamed");
        folder_.rename(name, name + std::string(damaged_suffix));
        const std::string partial = partial_name(id);
        folder_.rename(partial, partial + std::string(damaged_suffix));
        return;
    }
    session_record* const kept = insert(id, record->target, record->session);
    if (kept == nullptr) return;
    *kept = std::move(*record);
    if (!kept->session.is_over()) {
        describe(*kept, kept->path, kept->user);
        const identified_file partial = folder_.identify(partial_name(id));
        const bool was_moved = partial.error == ENOENT && kept->being_published.inode != 0 &&
                               destinations.identify(kept->path).identity == kept->being_published;
        const bool is_short = partial.error == 0 && partial.identity.size_bytes < kept->session.received_bytes();
        if (was_moved) {
            finish_publication(kept->session, id, d, both_clocks_().steady);
        } else if (folder_.has_lost_power() || is_short) {
            // What was acknowledged may not be there: the client is to begin again.
            log_line("session " + id + " is deleted, since the disk may have lost some of its bytes");
            return erase(id); // its files go with those that belong to no session
        }
    }
    if (const int problem = save(id, *kept); problem != 0)
        log_line("cannot write the record of session " + id + ": " + std::strerror(problem));
}

} // namespace bits_server
