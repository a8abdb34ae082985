// transfer/whole_file.hpp: small files that are read and written as a whole.
//
// At any moment there is the old file or the new one, never a part.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_TRANSFER_WHOLE_FILE_HPP
#define BITSWIRE_EXAMPLES_TRANSFER_WHOLE_FILE_HPP

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace transfer {

/// The bytes of a regular file, or none, with the reason in errno: EFBIG if there are more than `limit`, EINVAL if it
/// is no regular file.
std::optional<std::string> read_whole(const std::string& path, std::size_t limit);

/// Replaces the file, or makes it, with the rights 0600; what was written has reached the disk. False, and nothing
/// changed, if it could not be; errno says why. `sync_folder`: the name is to reach the disk, too.
bool write_whole(const std::string& path, std::string_view bytes, bool sync_folder);

/// The folder that the last part of `path` is in.
std::string folder_of(const std::string& path);
/// The names in a folder reach the disk. False if that failed.
bool sync_folder(const std::string& folder);

} // namespace transfer

#endif
