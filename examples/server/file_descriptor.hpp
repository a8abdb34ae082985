// bitswire-server: an open file, closed when its owner goes; and what an error of a disk is to a client.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SERVER_FILE_DESCRIPTOR_HPP
#define BITSWIRE_SERVER_FILE_DESCRIPTOR_HPP

#include <bitswire/spec/refusal.hpp>

#include <cerrno>
#include <unistd.h>
#include <utility>

namespace bits_server {

class file_descriptor {
  public:
    file_descriptor() noexcept = default;
    explicit file_descriptor(int fd) noexcept : fd_(fd) {}
    file_descriptor(file_descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    file_descriptor& operator=(file_descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~file_descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }

    [[nodiscard]] int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

  private:
    int fd_ = -1;
};

/// A file, or the error number that says why there is none.
struct opened_file {
    file_descriptor file{};
    int error = 0;

    static opened_file from(int fd) noexcept {
        return fd >= 0 ? opened_file{file_descriptor(fd), 0} : opened_file{{}, errno};
    }
};

/// What a client is told of an error number.
constexpr bitswire::refusal refusal_of(int error) noexcept {
    const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    return full ? bitswire::refusal::disk_full : bitswire::refusal::storage_failed;
}

} // namespace bits_server

#endif
