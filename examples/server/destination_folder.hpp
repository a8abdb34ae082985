// bitswire-server: the folder in which uploads end, and everything below it.
//
// Paths are those of `bitswire::write_file_path`, so they are safe as text. Here the disk is asked: nothing is reached
// through a symbolic link, nothing outside, nothing on another file system; no folder is made.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SERVER_DESTINATION_FOLDER_HPP
#define BITSWIRE_SERVER_DESTINATION_FOLDER_HPP

#include "file_descriptor.hpp"
#include "state_folder.hpp"

#include <bitswire/session/upload_server.hpp>

#include <optional>
#include <string>

namespace bits_server {

/// What stands at a path. `error` is an error number of what is none of the states.
struct destination {
    bitswire::destination_state state = bitswire::destination_state::absent;
    int error = 0;
};

class destination_folder {
  public:
    /// Throws std::runtime_error with a text for people.
    explicit destination_folder(const std::string& root);

    [[nodiscard]] destination look_at(const std::string& path) const;
    /// The identity of the file at `path`; no link is followed.
    [[nodiscard]] identified_file identify(const std::string& path) const;

    /// Moves a finished file here, in one step, and makes that last.
    [[nodiscard]] std::optional<bitswire::refusal> publish(const state_folder& from, const std::string& name,
                                                           const std::string& path, bool overwrite) const;

  private:
    /// The folder that `path` is in.
    [[nodiscard]] opened_file open_parent(const std::string& path) const;

    file_descriptor root_;
};

} // namespace bits_server

#endif
