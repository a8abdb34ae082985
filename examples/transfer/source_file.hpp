// transfer/source_file.hpp: the file that is uploaded, and whether it is still what it was.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_TRANSFER_SOURCE_FILE_HPP
#define BITSWIRE_EXAMPLES_TRANSFER_SOURCE_FILE_HPP

#include <cstddef>
#include <cstdint>
#include <string>

namespace transfer {

/// By what a file is known again.
struct file_identity {
    std::string path; ///< absolute
    std::uint64_t size_bytes = 0;
    std::int64_t modified_ns = 0; ///< since 1970
    std::uint64_t inode = 0;

    friend bool operator==(const file_identity&, const file_identity&) = default;
};

/// The name of the file, if it is one that may be sent as Content-Name; else empty.
std::string content_name_of(const std::string& path);

/// A regular file, open for reading as long as the object lives.
class source_file {
  public:
    /// Throws file_error.
    explicit source_file(const std::string& path);
    ~source_file();
    source_file(const source_file&) = delete;
    source_file& operator=(const source_file&) = delete;

    [[nodiscard]] const file_identity& identity() const noexcept { return identity_; }
    /// Whether it was written to since it was opened: its bytes may then come from before and after.
    [[nodiscard]] bool has_changed() const noexcept;
    /// Reads exactly `size` bytes; false if they are not there or cannot be read.
    bool read(std::uint64_t offset, char* out, std::size_t size) const noexcept;

  private:
    int fd_;
    file_identity identity_;
};

} // namespace transfer

#endif
