// bitswire-server: the sessions, in memory and, if they are to survive the server, one file each.
//
// A record is written before the Ack that tells of it, and after the bytes that it tells of, so that a server killed at
// any moment knows all that it has acknowledged. Its file has two places, written in turn: one of them is whole. A new
// file for each record instead, moved over the old one, costs ext4 an inode made and one deleted for each packet, which
// took longer than all the rest. After a power cut what is on the disk is not certain, so sessions that were under way
// then are dropped. Not synchronised: used by the thread of the sockets only.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SERVER_SESSION_STORE_HPP
#define BITSWIRE_SERVER_SESSION_STORE_HPP

#include "destination_folder.hpp"
#include "state_folder.hpp"

#include <bitswire/session/upload_session.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bits_server {

/// What the library wants to find for a session, and what else belongs to one here.
struct session_record {
    bitswire::upload_session session;
    std::string target{};
    std::string reply_url{};
    std::string path{};              ///< of the destination, below the root
    std::string user{};              ///< the address that the session was made from
    file_identity being_published{}; ///< set before the file is moved, so that a restart can tell that it was
    std::string saved{};             ///< what was written last
    std::uint32_t saves = 0;         ///< how often: says which place is the newer one
    bool is_counted = false;         ///< among the user's sessions that are not over
};

class session_store {
  public:
    /// `both_clocks` says what time it is.
    session_store(const state_folder& folder, bitswire::moment (&both_clocks)() noexcept)
        : folder_(folder), both_clocks_(both_clocks) {}

    /// What `bitswire::upload_store` asks for.
    session_record* find(std::string_view id) noexcept;
    session_record* insert(std::string_view id, std::string_view target,
                           const bitswire::upload_session& session) noexcept;
    void erase(std::string_view id) noexcept;

    /// Fills in what the library does not know of a new session.
    void describe(session_record& record, const std::string& path, const std::string& user);
    /// To be called after each step and before its Ack. Returns an error number: the step did not happen for a server
    /// that starts again.
    [[nodiscard]] int save(std::string_view id, session_record& record);
    [[nodiscard]] std::uint32_t count_of(const std::string& user) const;
    [[nodiscard]] std::vector<std::string> ids() const;

    /// Reads what a server before this one has left, and clears away what belongs to no session.
    void load(const destination_folder& destinations, const bitswire::upload_directory& d);

  private:
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    };

    void stop_counting(session_record& record);
    void load_record(const std::string& name, const destination_folder& destinations,
                     const bitswire::upload_directory& d);

    const state_folder& folder_;
    bitswire::moment (&both_clocks_)() noexcept;
    std::unordered_map<std::string, session_record, text_hash, std::equal_to<>> sessions_;
    std::unordered_map<std::string, std::uint32_t> counts_;
};

/// The names of the files of a session in the state folder. `id` is one that the server made.
std::string record_name(std::string_view id);
std::string partial_name(std::string_view id);
std::string reply_name(std::string_view id);
std::string fresh_reply_name(std::string_view id); ///< of a reply that is not taken yet

} // namespace bits_server

#endif
