// queue/queue_folder.cpp: the queue on disk.
//
// SPDX-License-Identifier: BSL-1.0
#include "queue_folder.hpp"

#include <transfer/whole_file.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace queue_tool {

namespace {

constexpr std::string_view suffix = ".job";
/// Far more than a job with all the files that it may have.
constexpr std::size_t max_file_size = 64U << 20;

[[noreturn]] void fail(const std::string& path, int why) { throw folder_error(path + ": " + std::strerror(why)); }

int lock_file(const open_file& f, int how) {
    while (::flock(f.get(), how) != 0) {
        if (errno != EINTR) return errno;
    }
    return 0;
}

open_file open_lock(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) fail(path, errno);
    return open_file(fd);
}

} // namespace

open_file::~open_file() {
    if (fd_ >= 0) ::close(fd_);
}

queue_folder::queue_folder(std::string path) : path_(std::move(path)) {
    std::error_code problem;
    const std::filesystem::path parent = std::filesystem::path(path_).parent_path();
    if (!parent.empty()) std::filesystem::create_directories(parent, problem);
    if (::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) fail(path_, errno);
    if (!std::filesystem::is_directory(path_, problem)) fail(path_, ENOTDIR);
}

std::string queue_folder::file_of(const std::string& id) const {
    return path_ + "/" + id.substr(1, id.size() - 2).append(suffix); // braces are a nuisance in shells
}

open_file queue_folder::lock() const {
    open_file f = open_lock(path_ + "/lock");
    if (const int problem = lock_file(f, LOCK_EX)) fail(path_ + "/lock", problem);
    return f;
}

std::uint64_t queue_folder::current_run() const {
    const open_file f = open_lock(path_ + "/run");
    if (lock_file(f, LOCK_SH | LOCK_NB) == 0) return 0;
    std::uint64_t number = 0;
    return ::pread(f.get(), &number, sizeof(number), 0) == sizeof(number) ? number : 0;
}

std::unique_ptr<open_file> queue_folder::begin_run(std::uint64_t number) const {
    auto f = std::make_unique<open_file>(open_lock(path_ + "/run"));
    if (lock_file(*f, LOCK_EX | LOCK_NB) != 0) return nullptr;
    if (::pwrite(f->get(), &number, sizeof(number), 0) != sizeof(number)) fail(path_ + "/run", errno);
    return f;
}

void queue_folder::sweep() const {
    std::vector<std::filesystem::path> left;
    std::error_code problem;
    for (std::filesystem::directory_iterator i(path_, problem), end; !problem && i != end; i.increment(problem)) {
        const std::string name = i->path().filename().string();
        const std::string ending = std::string(suffix) + ".tmp";
        if (!name.ends_with(ending)) continue;
        if (bitswire::parse_guid(std::string_view(name).substr(0, name.size() - ending.size())))
            left.push_back(i->path());
    }
    for (const std::filesystem::path& file : left)
        ::unlink(file.c_str());
}

std::map<std::string, std::uint64_t> queue_folder::revisions() const {
    std::map<std::string, std::uint64_t> found;
    std::error_code problem;
    for (std::filesystem::directory_iterator i(path_, problem), end; !problem && i != end; i.increment(problem)) {
        const std::string name = i->path().filename().string();
        if (!name.ends_with(suffix)) continue;
        const auto id = bitswire::parse_guid(std::string_view(name).substr(0, name.size() - suffix.size()));
        if (!id || name != std::filesystem::path(file_of(id_text(*id))).filename()) continue;
        std::array<char, revision_end> bytes{};
        const open_file f(::open(i->path().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        const ssize_t n = ::pread(f.get(), bytes.data(), bytes.size(), 0);
        found[id_text(*id)] =
            revision_of({bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))}).value_or(0);
    }
    if (problem) fail(path_, problem.value());
    return found;
}

std::unique_ptr<job_record> queue_folder::read(const std::string& id, std::uint64_t run) const {
    const std::string file = file_of(id);
    const auto bytes = transfer::read_whole(file, max_file_size);
    if (!bytes && errno == ENOENT) return nullptr;
    if (!bytes) fail(file, errno);
    auto record = from_bytes(*bytes, run, now());
    if (!record || id_text(record->its().id()) != id)
        throw folder_error(file + ": is damaged, or is not a job of this version; it is left untouched");
    return record;
}

std::vector<std::unique_ptr<job_record>> queue_folder::read_all(std::uint64_t run,
                                                                std::vector<std::string>& problems) const {
    std::vector<std::unique_ptr<job_record>> all;
    for (const auto& [id, revision] : revisions()) {
        try {
            if (auto record = read(id, run)) all.push_back(std::move(record));
        } catch (const folder_error& e) {
            problems.emplace_back(e.what());
        }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a->its().times().created < b->its().times().created; });
    return all;
}

void queue_folder::write(job_record& r, std::uint64_t run) const {
    const std::string file = file_of(id_text(r.its().id()));
    ++r.revision;
    if (transfer::write_whole(file, to_bytes(r, run, now()), true)) return;
    --r.revision;
    fail(file, errno);
}

void queue_folder::remove(const bitswire::guid& id) const {
    const std::string file = file_of(id_text(id));
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) fail(file, errno);
    transfer::sync_folder(path_);
}

} // namespace queue_tool
