// bitswire-server: the folder for what is under way.
//
// SPDX-License-Identifier: BSL-1.0
#include "state_folder.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <sys/file.h>

namespace bits_server {

namespace {

[[noreturn]] void fail(const std::string& what, int error) {
    throw std::runtime_error(what + ": " + std::strerror(error));
}

std::string absolute(const std::string& folder) {
    const std::unique_ptr<char, decltype(&std::free)> path(::realpath(folder.c_str(), nullptr), &std::free);
    if (!path) fail(folder, errno);
    return path.get();
}

bool is_within(const std::string& path, const std::string& folder) {
    return path == folder || path.starts_with(folder == "/" ? folder : folder + '/');
}

/// Retries where a signal came between.
int write_all(int fd, std::string_view bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ::ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<::off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
    return 0;
}

/// Of the server that is at work: its content is `run_of_system`.
constexpr const char* mark_name = "at-work";

/// Up to 64 bytes of a file; empty if there is none.
std::string read_line(int folder, const char* name) {
    const opened_file opened = opened_file::from(::openat(folder, name, O_RDONLY | O_CLOEXEC));
    std::array<char, 64> bytes{};
    const ::ssize_t size = opened.file ? ::read(opened.file.get(), bytes.data(), bytes.size()) : 0;
    return {bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

/// Another one after every start of the system.
std::string run_of_system() { return read_line(AT_FDCWD, "/proc/sys/kernel/random/boot_id"); }

} // namespace

file_identity file_identity::of(const struct ::stat& s) noexcept {
    return {s.st_ino, static_cast<std::uint64_t>(s.st_size),
            static_cast<std::uint64_t>(s.st_mtim.tv_sec) * 1'000'000'000U +
                static_cast<std::uint64_t>(s.st_mtim.tv_nsec)};
}

state_folder::state_folder(const std::string& root, const std::string& folder) : is_kept_(!folder.empty()) {
    const std::string root_path = absolute(root);
    if (is_kept_) {
        if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail(folder, errno);
        path_ = absolute(folder);
        if (is_within(path_, root_path)) {
            throw std::runtime_error(
                folder + " is inside the root, where others would see unfinished uploads: choose another --state");
        }
    } else {
        path_ = root_path + ".bitswire-XXXXXX";
        if (::mkdtemp(path_.data()) == nullptr)
            fail("cannot create a folder beside " + root_path + " (use --state)", errno);
    }
    folder_ = file_descriptor(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder_) fail(path_, errno);
    struct ::stat here {};
    struct ::stat there {};
    if (::fstat(fd(), &here) != 0 || ::stat(root_path.c_str(), &there) != 0) fail(path_, errno);
    if (here.st_dev != there.st_dev) {
        if (!is_kept_) ::rmdir(path_.c_str());
        throw std::runtime_error(path_ + " and " + root_path +
                                 " are on different file systems: choose another --state");
    }
    if (::flock(fd(), LOCK_EX | LOCK_NB) != 0) throw std::runtime_error("another server uses " + path_);
    const std::string mark = read_line(fd(), mark_name);
    has_lost_power_ = identify(mark_name).error != ENOENT && (mark.empty() || mark != run_of_system());
}

void state_folder::begin_work() {
    if (!is_kept_) return;
    const std::string run = run_of_system();
    const opened_file mark = opened_file::from(::openat(fd(), mark_name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    const int file = mark.file.get();
    int problem = mark.error;
    if (problem == 0) problem = write_all(file, run, 0);
    if (problem == 0 && ::ftruncate(file, static_cast<::off_t>(run.size())) != 0) problem = errno;
    if (problem == 0 && (::fsync(file) != 0 || ::fsync(fd()) != 0)) problem = errno;
    if (problem != 0) fail(full_path(mark_name), problem);
    is_at_work_ = true;
}

state_folder::~state_folder() {
    if (is_at_work_ && ::syncfs(fd()) == 0) remove(mark_name);
    if (is_kept_) return;
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

opened_file state_folder::create(const std::string& name) const {
    // The folder keeps others out; once published, the file has the mode that the umask gives.
    return opened_file::from(::openat(fd(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
}

opened_file state_folder::open_for_writing(const std::string& name) const {
    return opened_file::from(::openat(fd(), name.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
}

opened_file state_folder::open_for_reading(const std::string& name) const {
    return opened_file::from(::openat(fd(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

identified_file state_folder::finish(const std::string& name, std::uint64_t size_bytes) const {
    const opened_file opened = open_for_writing(name);
    if (opened.error != 0) return {{}, opened.error};
    const int file = opened.file.get();
    struct ::stat s {};
    if (::fstat(file, &s) != 0) return {{}, errno};
    if (static_cast<std::uint64_t>(s.st_size) < size_bytes) return {{}, EIO}; // somebody has cut it short
    if (static_cast<std::uint64_t>(s.st_size) > size_bytes) {
        // A Fragment that was cut short has left bytes behind the end.
        if (::ftruncate(file, static_cast<::off_t>(size_bytes)) != 0) return {{}, errno};
    }
    if (::fsync(file) != 0 || ::fstat(file, &s) != 0) return {{}, errno};
    return {file_identity::of(s), 0};
}

identified_file state_folder::identify(const std::string& name) const {
    struct ::stat s {};
    if (::fstatat(fd(), name.c_str(), &s, AT_SYMLINK_NOFOLLOW) != 0) return {{}, errno};
    return {file_identity::of(s), 0};
}

int state_folder::overwrite(const std::string& name, std::string_view bytes, std::uint64_t offset) const {
    const opened_file opened =
        opened_file::from(::openat(fd(), name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    return opened.error != 0 ? opened.error : write_all(opened.file.get(), bytes, offset);
}

int state_folder::sync(const std::string& name) const {
    const opened_file opened = open_for_writing(name);
    if (opened.error != 0) return opened.error;
    return ::fsync(opened.file.get()) == 0 ? 0 : errno;
}

int state_folder::rename(const std::string& from, const std::string& to) const {
    return ::renameat(fd(), from.c_str(), fd(), to.c_str()) == 0 ? 0 : errno;
}

void state_folder::remove(const std::string& name) const { ::unlinkat(fd(), name.c_str(), 0); }

std::vector<std::string> state_folder::names() const {
    std::vector<std::string> found;
    const int copy = ::openat(fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ::DIR* const listing = copy >= 0 ? ::fdopendir(copy) : nullptr;
    if (listing == nullptr) {
        const int error = errno;
        if (copy >= 0) ::close(copy);
        fail(path_, error);
    }
    while (const ::dirent* entry = ::readdir(listing)) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..") found.push_back(name);
    }
    ::closedir(listing);
    return found;
}

} // namespace bits_server
