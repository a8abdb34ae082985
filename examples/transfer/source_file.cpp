// transfer/source_file.cpp: the file that is uploaded, and whether it is still what it was.
//
// SPDX-License-Identifier: BSL-1.0
#include "source_file.hpp"

#include "file_error.hpp"

#include <bitswire/base/ascii.hpp>
#include <bitswire/base/scan.hpp>
#include <bitswire/spec/header.hpp>
#include <bitswire/spec/limits.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace transfer {

namespace {

std::int64_t modified_ns(const struct stat& s) noexcept {
    return std::int64_t{s.st_mtim.tv_sec} * 1'000'000'000 + s.st_mtim.tv_nsec;
}

} // namespace

std::string content_name_of(const std::string& path) {
    std::string name = std::filesystem::path(path).filename().string();
    const bool sendable = name.size() <= bitswire::row_of(bitswire::header::content_name).max_sent &&
                          name.find_first_of(bitswire::forbidden_in_file_names) == std::string::npos &&
                          bitswire::find_control(name) == name.size() && bitswire::trim_ows(name) == name;
    return sendable ? name : std::string();
}

// Without O_NONBLOCK, opening a pipe that nobody writes to would wait.
source_file::source_file(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    struct stat s {};
    if (fd_ < 0 || ::fstat(fd_, &s) != 0) {
        const int why = errno;
        if (fd_ >= 0) ::close(fd_);
        throw file_error(path + ": " + std::strerror(why), why);
    }
    if (!S_ISREG(s.st_mode)) {
        ::close(fd_);
        throw file_error(path + ": not a regular file", 0);
    }
    ::posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
    std::error_code unresolved;
    identity_.path = std::filesystem::canonical(path, unresolved).string();
    if (unresolved) identity_.path = path;
    identity_.size_bytes = static_cast<std::uint64_t>(s.st_size);
    identity_.modified_ns = modified_ns(s);
    identity_.inode = s.st_ino;
}

source_file::~source_file() { ::close(fd_); }

bool source_file::has_changed() const noexcept {
    struct stat s {};
    if (::fstat(fd_, &s) != 0) return true;
    return static_cast<std::uint64_t>(s.st_size) != identity_.size_bytes || modified_ns(s) != identity_.modified_ns;
}

bool source_file::read(std::uint64_t offset, char* out, std::size_t size) const noexcept {
    while (size != 0) {
        const ssize_t n = ::pread(fd_, out, size, static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        const auto got = static_cast<std::size_t>(n);
        out += got;
        offset += got;
        size -= got;
    }
    return true;
}

} // namespace transfer
