// What really has happened, beside all programs: nobody's crash takes it away. The laws are about it.
#pragma once

#include "content.hpp"
#include "world.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace simulation {

/// One upload of one user, from his side.
struct upload_book {
    std::string target{}; ///< of the request
    file_content content{};
    bool wants_reply = false;
    bool is_hostile = false;
    std::uint32_t publications = 0;
    bool application_took_it = false; ///< and did not want it at the destination
    bool application_refused = false; ///< for good
    bool was_done = false;            ///< its client has said so
};

/// One session, from the server's side.
struct session_book {
    std::uint32_t owner = nobody;
    std::uint64_t told_bytes = 0; ///< the most that an Ack has said to be there
    std::uint32_t publications = 0;
    bool was_cancelled = false;   ///< and the client told so
    bool copies = true;           ///< what the application said last
    const void* writer = nullptr; ///< the connection whose Fragment was the last to be taken
    std::uint64_t received_bytes = 0;
    std::uint64_t progress_ms = 0; ///< when there was the last progress, in truth
};

class books {
  public:
    books(world& w, std::uint32_t members) : uploads(members), w_(w) {}

    session_book& of_session(const std::string& id) {
        const auto at = sessions_.find(id);
        w_.demand(at != sessions_.end(), nobody, "a session has no book");
        return at->second;
    }
    [[nodiscard]] const session_book* find_session(std::string_view id) const {
        const auto at = sessions_.find(std::string(id));
        return at != sessions_.end() ? &at->second : nullptr;
    }
    session_book& open_session(const std::string& id, std::uint32_t owner) {
        order.push_back(id);
        return sessions_[id] = {.owner = owner};
    }

    std::vector<upload_book> uploads;
    std::vector<std::string> order{}; ///< of the sessions, as they were made

  private:
    world& w_;
    std::unordered_map<std::string, session_book> sessions_{};
};

/// What the application replies to an upload: nobody else's reply is the same.
inline std::string reply_to(std::string_view target, const file_content& content) {
    return "reply to " + std::string(target) + " of " + std::to_string(content.size_bytes) + " bytes, " +
           std::to_string(mixed(content.seed));
}

} // namespace simulation
