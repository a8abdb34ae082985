// The server's disk: what is written, and what of it outlives a power cut. Contents are not kept: what is written has
// been compared with what the client has, so a file is as many right bytes as it has from its beginning.
#pragma once

#include "random.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simulation {

struct stored_file {
    std::uint64_t inode = 0;
    std::uint64_t size_bytes = 0;
    std::uint64_t right_bytes = 0;  ///< from the beginning
    std::uint64_t synced_bytes = 0; ///< what of it a power cut leaves
};

class disk {
  public:
    bool is_full = false;

    stored_file* find(const std::string& name) {
        const auto at = files_.find(name);
        return at != files_.end() ? &at->second : nullptr;
    }
    void create(const std::string& name) { files_[name] = {.inode = ++inodes_}; }
    void remove(const std::string& name) { files_.erase(name); }
    void rename(const std::string& from, const std::string& to) {
        files_[to] = files_.at(from);
        files_.erase(from);
    }

    /// Small files, replaced as a whole.
    void write_note(const std::string& name, std::string text, bool synced) {
        note& n = notes_[name];
        n.text = std::move(text);
        if (synced) n.durable = n.text;
    }
    [[nodiscard]] const std::string* read_note(const std::string& name) const {
        const auto at = notes_.find(name);
        return at != notes_.end() ? &at->second.text : nullptr;
    }
    void remove_note(const std::string& name) { notes_.erase(name); }

    template <class F>
    void for_each_note(const F& f) const {
        for (const auto& [name, n] : notes_)
            f(name, n.text);
    }

    /// The first file whose name begins so; empty: there is none.
    [[nodiscard]] std::string find_below(const std::string& folder) const {
        const auto at = files_.lower_bound(folder);
        return at != files_.end() && at->first.starts_with(folder) ? at->first : std::string();
    }

    /// Of what was not synced, some is there and some is not. `in_order`: a file never has a size that its bytes do not
    /// have; otherwise there may be zeros where they should be.
    void cut_power(random_source& random, bool in_order) {
        for (auto& [name, f] : files_) {
            if (f.synced_bytes == f.size_bytes) continue;
            f.size_bytes = random.between(f.synced_bytes, f.size_bytes);
            f.right_bytes = in_order ? f.size_bytes : f.synced_bytes;
        }
        for (auto at = notes_.begin(); at != notes_.end();) {
            note& n = at->second;
            const bool is_safe = n.durable && *n.durable == n.text;
            if (!is_safe && random.pick(2) == 0) {
                if (!n.durable) {
                    at = notes_.erase(at);
                    continue;
                }
                n.text = *n.durable;
            } else if (!is_safe && random.pick(4) == 0) {
                n.text.resize(n.text.size() / 2);
            }
            ++at;
        }
    }

  private:
    struct note {
        std::string text{};
        std::optional<std::string> durable{};
    };

    std::map<std::string, stored_file> files_{}; // in an order that is the same everywhere
    std::map<std::string, note> notes_{};
    std::uint64_t inodes_ = 0;
};

} // namespace simulation
