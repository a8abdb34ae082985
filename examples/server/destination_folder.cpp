// bitswire-server: the folder in which uploads end, and everything below it.
//
// SPDX-License-Identifier: BSL-1.0
#include "destination_folder.hpp"

#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdexcept>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <utility>

namespace bits_server {

namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

/// For kernels before 5.6: folder by folder. The path has no `..`, so it cannot lead out.
opened_file walk(int root, std::string_view folder) {
    opened_file at = opened_file::from(::openat(root, ".", folder_flags));
    struct ::stat first {};
    if (at.error == 0 && ::fstat(at.file.get(), &first) != 0) return {{}, errno};
    while (at.error == 0 && !folder.empty()) {
        const std::string name(folder.substr(0, folder.find('/')));
        folder.remove_prefix(name.size() < folder.size() ? name.size() + 1 : name.size());
        const file_descriptor above = std::move(at.file);
        struct ::stat s {};
        at = opened_file::from(::openat(above.get(), name.c_str(), folder_flags | O_NOFOLLOW));
        const bool is_link = at.error == ENOTDIR &&
                             ::fstatat(above.get(), name.c_str(), &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(s.st_mode);
        if (is_link) return {{}, ELOOP};
        if (at.error == 0 && ::fstat(at.file.get(), &s) == 0 && s.st_dev != first.st_dev) return {{}, EXDEV};
    }
    return at;
}

std::string name_in(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// Whether a name stands for the same file as another one.
bool are_one_file(int folder, const std::string& name, int other_folder, const std::string& other_name) {
    struct ::stat a {};
    struct ::stat b {};
    return ::fstatat(folder, name.c_str(), &a, AT_SYMLINK_NOFOLLOW) == 0 &&
           ::fstatat(other_folder, other_name.c_str(), &b, AT_SYMLINK_NOFOLLOW) == 0 && a.st_ino == b.st_ino &&
           a.st_dev == b.st_dev;
}

/// Where the file system cannot rename without replacing.
int link_and_unlink(int from_folder, const std::string& from, int to_folder, const std::string& to) {
    if (::linkat(from_folder, from.c_str(), to_folder, to.c_str(), 0) != 0) {
        const int problem = errno;
        // A server that was killed between the two steps has left both names.
        if (problem != EEXIST || !are_one_file(from_folder, from, to_folder, to)) return problem;
    }
    ::unlinkat(from_folder, from.c_str(), 0);
    return 0;
}

} // namespace

destination_folder::destination_folder(const std::string& root)
    : root_(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (!root_) throw std::runtime_error(root + ": " + std::strerror(errno));
}

opened_file destination_folder::open_parent(const std::string& path) const {
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
    ::open_how how{};
    how.flags = folder_flags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
    const long fd = ::syscall(SYS_openat2, root_.get(), folder.c_str(), &how, sizeof how);
    if (fd < 0 && errno == ENOSYS) return walk(root_.get(), slash == std::string::npos ? std::string_view{} : folder);
    return opened_file::from(static_cast<int>(fd));
}

destination destination_folder::look_at(const std::string& path) const {
    using state = bitswire::destination_state;
    const opened_file parent = open_parent(path);
    if (parent.error == ENOENT || parent.error == ENOTDIR) return {state::folder_not_found, 0};
    if (parent.error != 0) return {state::folder_not_found, parent.error};
    struct ::stat s {};
    if (::fstatat(parent.file.get(), name_in(path).c_str(), &s, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? destination{} : destination{state::absent, errno};
    }
    return {S_ISDIR(s.st_mode) ? state::is_folder : state::exists, 0};
}

identified_file destination_folder::identify(const std::string& path) const {
    const opened_file parent = open_parent(path);
    if (parent.error != 0) return {{}, parent.error};
    struct ::stat s {};
    if (::fstatat(parent.file.get(), name_in(path).c_str(), &s, AT_SYMLINK_NOFOLLOW) != 0) return {{}, errno};
    return {file_identity::of(s), 0};
}

std::optional<bitswire::refusal> destination_folder::publish(const state_folder& from, const std::string& name,
                                                             const std::string& path, bool overwrite) const {
    using bitswire::refusal;
    const opened_file parent = open_parent(path);
    if (parent.error == ENOENT || parent.error == ENOTDIR) return refusal::folder_not_found;
    if (parent.error == ELOOP || parent.error == EXDEV || parent.error == EACCES) return refusal::access_denied;
    if (parent.error != 0) return refusal_of(parent.error);
    const int folder = parent.file.get();
    const std::string leaf = name_in(path);
    int problem = 0;
    if (::renameat2(from.fd(), name.c_str(), folder, leaf.c_str(), overwrite ? 0U : 1U * RENAME_NOREPLACE) != 0) {
        problem = errno;
        const bool unsupported = !overwrite && (problem == EINVAL || problem == ENOSYS);
        if (unsupported) problem = link_and_unlink(from.fd(), name, folder, leaf);
    }
    switch (problem) {
    case 0:
        // The file is where it belongs; if this fails, a power cut may undo it, and nothing here can.
        ::fsync(folder);
        return std::nullopt;
    case EEXIST:
        return refusal::destination_exists;
    case EISDIR:
    case ENOTEMPTY:
        return refusal::destination_is_folder;
    case ENOENT:
        return refusal::file_deleted;
    case EACCES:
    case EPERM:
        return refusal::access_denied;
    default:
        return refusal_of(problem);
    }
}

} // namespace bits_server
