// queue/part_file.cpp: what is being fetched, beside where it belongs.
//
// SPDX-License-Identifier: BSL-1.0
#include "part_file.hpp"

#include <bitswire/base/number.hpp>
#include <bitswire/wire/content_range.hpp>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace queue_tool {

namespace {

constexpr std::size_t longest_validator = 1000;
/// Behind the name of a temporary file that is not the one yet.
constexpr const char* fresh_suffix = ".new";

std::optional<std::string_view> find(const transfer::http_answer& a, std::string_view name) {
    for (const auto& [key, value] : a.headers) {
        if (bitswire::iequals(key, name)) return value;
    }
    return std::nullopt;
}

/// What If-Range takes: a strong ETag, or else the date (RFC 9110 13.1.5).
std::string validator_of(const transfer::http_answer& a) {
    const auto tag = find(a, "ETag");
    if (tag && tag->starts_with('"') && tag->size() <= longest_validator) return std::string(*tag);
    const auto date = find(a, "Last-Modified");
    return date && date->size() <= longest_validator ? std::string(*date) : std::string();
}

/// One GET into one file.
class fetch {
  public:
    fetch(std::string part, fetch_begin begin, const std::function<void(const fetch_head&)>& see_head)
        : part_(std::move(part)), begin_(std::move(begin)), see_head_(see_head) {}
    fetch(const fetch&) = delete;
    fetch& operator=(const fetch&) = delete;
    ~fetch() {
        if (fd_ >= 0) ::close(fd_);
    }

    bool on_head(const transfer::http_answer& a) {
        fetch_head head{.validator = validator_of(a)};
        if (a.start.status == 206) {
            const auto range = bitswire::parse_content_range(find(a, "Content-Range").value_or(""));
            result.range_is_wrong = !range || range->offset != begin_.offset || !range->is_last();
            if (result.range_is_wrong) return false;
            head.total_bytes = range->total_bytes;
            head.validator = begin_.validator;
            if (!open_old()) return false;
        } else {
            const auto length = bitswire::parse_decimal(find(a, "Content-Length").value_or(""), INT64_MAX);
            result.length_is_missing = length.status != bitswire::number_status::ok;
            if (result.length_is_missing) return false;
            head.total_bytes = length.value;
            if (!open_new()) return false;
        }
        total_ = head.total_bytes;
        struct stat s {};
        if (::fstat(fd_, &s) != 0) return keep_errno();
        head.inode = s.st_ino;
        see_head_(head);
        return true;
    }
    bool store(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) return keep_errno();
            bytes.remove_prefix(static_cast<std::size_t>(n));
            result.bytes += static_cast<std::uint64_t>(n);
        }
        return true;
    }
    void finish() {
        const bool good = result.answer.result == transfer::http_result::answered && fd_ >= 0;
        if (!good || result.bytes != total_) return;
        result.is_whole = ::fsync(fd_) == 0 || keep_errno();
    }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return result.bytes; }

    fetch_result result{};

  private:
    bool keep_errno() {
        result.os_error = errno;
        return false;
    }
    bool open_old() {
        fd_ = ::open(part_.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd_ < 0 || ::ftruncate(fd_, static_cast<off_t>(begin_.offset)) != 0 || ::lseek(fd_, 0, SEEK_END) < 0)
            return keep_errno();
        result.bytes = begin_.offset;
        return true;
    }
    /// With another inode than the old one, so that nobody takes its bytes for those of the old file.
    bool open_new() {
        const std::string name = part_ + fresh_suffix;
        ::unlink(name.c_str());
        fd_ = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (fd_ < 0 || std::rename(name.c_str(), part_.c_str()) != 0) return keep_errno();
        result.bytes = 0;
        return true;
    }

    std::string part_;
    fetch_begin begin_;
    const std::function<void(const fetch_head&)>& see_head_;
    int fd_ = -1;
    std::uint64_t total_ = 0;
};

} // namespace

fetch_result fetch_part(transfer::http_client& http, const std::string& url, const std::string& part,
                        const fetch_begin& begin, const transfer::http_client::watcher& watch,
                        const std::function<void(const fetch_head&)>& see_head) {
    fetch f(part, begin, see_head);
    transfer::http_request request{.url = url,
                                   .request_timeout_s = bitswire::upload_request_timeout_s,
                                   .response_timeout_s = bitswire::upload_response_timeout_s};
    if (begin.offset != 0) {
        request.headers = {"Range: bytes=" + std::to_string(begin.offset) + "-", "If-Range: " + begin.validator};
    }
    transfer::http_answer answer = http.fetch(
        request, [&f](std::string_view bytes) { return f.store(bytes); },
        [&](std::uint64_t) { return watch(f.bytes()); }, [&f](const transfer::http_answer& a) { return f.on_head(a); });
    f.result.answer = std::move(answer);
    f.finish();
    return std::move(f.result);
}

bool remove_part(const std::string& part) {
    ::unlink((part + fresh_suffix).c_str());
    return ::unlink(part.c_str()) == 0 || errno == ENOENT;
}

std::optional<std::uint64_t> size_of_part(const std::string& part, std::uint64_t inode) {
    struct stat s {};
    if (::lstat(part.c_str(), &s) != 0 || !S_ISREG(s.st_mode) || s.st_ino != inode) return std::nullopt;
    return static_cast<std::uint64_t>(s.st_size);
}

} // namespace queue_tool
