// upload/state_file.hpp: an upload that can be gone on with after a crash: the client's snapshot, and which file it is
// of.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_UPLOAD_STATE_FILE_HPP
#define BITSWIRE_EXAMPLES_UPLOAD_STATE_FILE_HPP

#include <transfer/source_file.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace upload_tool {

struct upload_state {
    std::string url;
    transfer::file_identity file;
    std::string snapshot; ///< of the library's upload_client
};

/// The state on disk. At any moment there is the old one or the new one, never a part.
class state_file {
  public:
    explicit state_file(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// The state, or none if there is no file. Throws usage_error if it cannot be read or is damaged.
    [[nodiscard]] std::optional<upload_state> read() const;
    /// Throws usage_error if a state could not be written here.
    void check_writable() const;
    /// False if it could not be written; errno says why.
    bool write(const upload_state& state);
    void remove() noexcept;

  private:
    std::string path_;
    bool folder_synced_ = false;
};

} // namespace upload_tool

#endif
