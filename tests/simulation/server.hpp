// The server's program: sessions in a hash map, files on a disk, a clock that somebody sets, and an end that may come
// at any moment. What it does with a request is in server_connection.hpp.
#pragma once

#include "books.hpp"
#include "disk.hpp"
#include "network.hpp"
#include "notification.hpp"
#include "world.hpp"

#include <bitswire/bitswire.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace simulation {

struct session_record {
    bitswire::upload_session session{};
    std::string reply_url{};
    std::string target{};
    std::uint32_t owner = nobody;
    std::uint64_t being_published = 0; ///< the inode of the file, from just before it is moved
    bool is_taken = false;             ///< by the application
};

class session_store {
  public:
    session_record* find(std::string_view id) {
        const auto at = records_.find(std::string(id));
        return at != records_.end() ? &at->second : nullptr;
    }
    session_record* insert(std::string_view id, std::string_view target, const bitswire::upload_session& session) {
        const auto [at, is_new] = records_.try_emplace(std::string(id));
        if (is_new) at->second = {.session = session, .target = std::string(target)};
        return is_new ? &at->second : nullptr;
    }
    void erase(std::string_view id) { records_.erase(std::string(id)); }
    void clear() { records_.clear(); }
    [[nodiscard]] std::size_t size() const { return records_.size(); }

  private:
    std::unordered_map<std::string, session_record> records_{};
};

enum class directory : std::uint8_t { plain, value, names };

std::string target_of(directory d, std::uint32_t number);

/// How the server is set up.
struct server_settings {
    server_settings(world& w);

    /// Bytes and sessions are synced before an Ack speaks of them. If not, a power cut may take them back.
    bool is_careful;
    std::array<bitswire::upload_directory, 3> directories{};
};

class server_connection;

class server {
  public:
    server(world& w, network& n, books& b);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// What goes wrong every ten minutes.
    void suffer();
    void calm_down();
    /// Ends the sessions whose time is over.
    void sweep();
    /// How far the clock was ever set back, in all.
    [[nodiscard]] std::uint64_t set_back_ms() const { return set_back_ms_; }
    [[nodiscard]] bool is_up() const { return is_up_; }
    /// The reply that stands at a path of this server; nothing: 404.
    [[nodiscard]] std::optional<std::string> find_reply(std::string_view path);
    /// What is left of sessions in memory or on the disk; empty: nothing.
    [[nodiscard]] std::string what_is_left();

    // For its connections.

    /// A clock that nobody sets, and that begins anew with each run; and one that jumps.
    [[nodiscard]] bitswire::time_point now() const { return {w.now() - started_ms_}; }
    [[nodiscard]] bitswire::moment both_clocks() const { return {now(), {epoch_ms + w.now() + wall_offset_ms_}}; }
    [[nodiscard]] const bitswire::upload_directory& directory_of(std::string_view target) const;
    [[nodiscard]] std::string new_session_id();
    [[nodiscard]] std::uint32_t run() const { return run_; }
    [[nodiscard]] std::uint64_t work_span();
    /// Writes down what a session is; false: the disk is full.
    bool save(const std::string& id, bool synced);
    void discard(const std::string& id);
    /// The laws of one session, after each call.
    void check(const std::string& id);
    void forget(server_connection& c);

    world& w;
    books& its_books;
    disk its_disk{};
    server_settings settings;
    session_store sessions{};
    bitswire::upload_server<session_store> uploads{sessions};

  private:
    endpoint* accept(const std::shared_ptr<connection>& c);
    void crash(bool power_cut);
    void start();
    void load(const std::string& id, const std::string& text, bool after_power_cut);

    std::vector<std::shared_ptr<server_connection>> connections_{};
    std::uint64_t wall_offset_ms_ = day_ms;
    std::uint64_t set_back_ms_ = 0;
    std::uint64_t started_ms_ = 0;
    std::uint64_t disk_full_until_ = 0;
    std::uint32_t run_ = 0;
    bool is_up_ = true;
    bool lost_power_ = false;
};

inline std::string partial_name(std::string_view id) { return "C:\\partial\\" + std::string(id); }
inline std::string reply_name(std::string_view id) { return "C:\\replies\\" + std::string(id); }
inline std::string record_name(std::string_view id) { return "C:\\sessions\\" + std::string(id); }
inline constexpr std::string_view reply_path_prefix = "/replies/";

} // namespace simulation
