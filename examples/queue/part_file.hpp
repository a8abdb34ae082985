// queue/part_file.hpp: what is being fetched, beside where it belongs. For use in the thread that fetches.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_QUEUE_PART_FILE_HPP
#define BITSWIRE_EXAMPLES_QUEUE_PART_FILE_HPP

#include "queue_folder.hpp"

#include <transfer/http_client.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace queue_tool {

/// What the head of an answer says of the file, as soon as it is there.
struct fetch_head {
    std::string validator{}; ///< empty: there is none that is good enough
    std::uint64_t inode = 0; ///< of the temporary file
    std::uint64_t total_bytes = 0;
};

/// What came of a GET.
struct fetch_result {
    transfer::http_answer answer{};
    int os_error = 0;               ///< of the temporary file
    bool length_is_missing = false; ///< so nobody knows when all of it is there
    bool range_is_wrong = false;    ///< a 206 with other bytes than those asked for
    std::uint64_t bytes = 0;        ///< of the temporary file
    bool is_whole = false;          ///< all of it is there, and on the disk
};

/// What there is of a file already.
struct fetch_begin {
    std::uint64_t offset = 0;
    std::string validator{};
};

/// Fetches `url` to the temporary file `part`, from `begin` on if the server still has the same file, else anew.
/// `see_head` hears of it when the temporary file is there.
fetch_result fetch_part(transfer::http_client& http, const std::string& url, const std::string& part,
                        const fetch_begin& begin, const transfer::http_client::watcher& watch,
                        const std::function<void(const fetch_head&)>& see_head);

/// Deletes a temporary file, with what a fetch that was killed has left of it; false if something is left.
bool remove_part(const std::string& part);

/// Size of a temporary file, if it is the one with this inode.
std::optional<std::uint64_t> size_of_part(const std::string& part, std::uint64_t inode);

} // namespace queue_tool

#endif
