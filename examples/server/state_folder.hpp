// bitswire-server: the folder for what is under way: partial files, replies, and what is to survive a restart.
//
// It is on the file system of the root, but not below it, so that a partial upload is never seen there and a whole one
// gets there by a rename. Names come from session ids that the server made, never from a peer. Nothing here knows what
// a session is.
//
// Little is synced while a server is at work, so after a power cut a file may lack bytes, or have zeros for them, or be
// an earlier one, and none of that shows. So a server leaves the name of the run of the system that it works in, and
// takes it away after it has synced everything. Whoever finds the name of another run trusts nothing here. A server
// that is killed does no harm: the system still has what it wrote.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SERVER_STATE_FOLDER_HPP
#define BITSWIRE_SERVER_STATE_FOLDER_HPP

#include "file_descriptor.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

namespace bits_server {

/// What tells a file from every other one, also after it was renamed.
struct file_identity {
    std::uint64_t inode = 0; ///< 0: of no file
    std::uint64_t size_bytes = 0;
    std::uint64_t modified_ns = 0;

    static file_identity of(const struct ::stat& s) noexcept;
    friend bool operator==(const file_identity&, const file_identity&) = default;
};

/// The identity of a file, or the error number that says why there is none.
struct identified_file {
    file_identity identity{};
    int error = 0;
};

class state_folder {
  public:
    /// Without `folder` a new one beside `root`, which goes with this object. Throws std::runtime_error with a text for
    /// people.
    state_folder(const std::string& root, const std::string& folder);
    ~state_folder();
    state_folder(const state_folder&) = delete;
    state_folder& operator=(const state_folder&) = delete;

    [[nodiscard]] int fd() const noexcept { return folder_.get(); }
    /// Whether what is here survives the server.
    [[nodiscard]] bool is_kept() const noexcept { return is_kept_; }
    /// Whether the system has ended while a server was at work here, so that what is here is not to be trusted.
    [[nodiscard]] bool has_lost_power() const noexcept { return has_lost_power_; }
    /// To be called when nothing is here any more that is not to be trusted, and before the first upload. Throws
    /// std::runtime_error with a text for people.
    void begin_work();
    [[nodiscard]] std::string full_path(std::string_view name) const { return path_ + '/' + std::string(name); }

    /// A new, empty file.
    [[nodiscard]] opened_file create(const std::string& name) const;
    [[nodiscard]] opened_file open_for_writing(const std::string& name) const;
    [[nodiscard]] opened_file open_for_reading(const std::string& name) const;
    /// Brings a file to its size, and to the disk.
    [[nodiscard]] identified_file finish(const std::string& name, std::uint64_t size_bytes) const;
    [[nodiscard]] identified_file identify(const std::string& name) const;
    /// Writes a part of a file, and makes the file if it is missing. Returns an error number.
    [[nodiscard]] int overwrite(const std::string& name, std::string_view bytes, std::uint64_t offset) const;
    /// Brings a file to the disk. Returns an error number.
    [[nodiscard]] int sync(const std::string& name) const;
    int rename(const std::string& from, const std::string& to) const;
    void remove(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> names() const;

  private:
    std::string path_;
    bool is_kept_ = true;
    bool has_lost_power_ = false;
    bool is_at_work_ = false;
    file_descriptor folder_;
};

} // namespace bits_server

#endif
