// transfer/whole_file.cpp: small files that are read and written as a whole.
//
// SPDX-License-Identifier: BSL-1.0
#include "whole_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace transfer {

namespace {

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

} // namespace

std::optional<std::string> read_whole(const std::string& path, std::size_t limit) {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return std::nullopt;
    struct stat s {};
    int problem = ::fstat(fd, &s) != 0 ? errno : !S_ISREG(s.st_mode) ? EINVAL : 0;
    std::string bytes;
    while (problem == 0) {
        constexpr std::size_t at_once = 65'536;
        const std::size_t size = bytes.size();
        bytes.resize(size + at_once);
        const ssize_t n = ::read(fd, bytes.data() + size, at_once);
        bytes.resize(size + static_cast<std::size_t>(n < 0 ? 0 : n));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) problem = errno;
        if (bytes.size() > limit) problem = EFBIG;
        if (n == 0) break;
    }
    ::close(fd);
    if (problem == 0) return bytes;
    errno = problem;
    return std::nullopt;
}

bool write_whole(const std::string& path, std::string_view bytes, bool with_folder) {
    const std::string temporary = path + ".tmp";
    // A file that is there already is a left-over, or a trap that somebody has set in a shared folder.
    ::unlink(temporary.c_str());
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return false;
    bool ok = write_all(fd, bytes) && ::fsync(fd) == 0;
    ok = ::close(fd) == 0 && ok;
    ok = ok && std::rename(temporary.c_str(), path.c_str()) == 0;
    if (!ok) {
        const int why = errno;
        ::unlink(temporary.c_str());
        errno = why;
        return false;
    }
    return !with_folder || sync_folder(folder_of(path));
}

std::string folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

bool sync_folder(const std::string& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool ok = ::fsync(fd) == 0;
    ::close(fd);
    return ok;
}

} // namespace transfer
