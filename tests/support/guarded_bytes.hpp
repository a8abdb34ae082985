// Bytes that end where readable memory ends: one byte too far is a crash, not a lucky guess. A copy each time, so that
// the addresses differ from call to call as well.
#pragma once

#include <cstdlib>
#include <cstring>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

class guarded_bytes {
  public:
    explicit guarded_bytes(std::string_view bytes) : size_(bytes.size()) {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        data_pages_ = (size_ + page - 1) / page * page;
        mapped_ = data_pages_ + page;
        base_ = static_cast<char*>(mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        if (base_ == MAP_FAILED || mprotect(base_ + data_pages_, page, PROT_NONE) != 0) std::abort();
        if (size_ != 0) std::memcpy(begin(), bytes.data(), size_);
    }
    guarded_bytes(const guarded_bytes&) = delete;
    guarded_bytes& operator=(const guarded_bytes&) = delete;
    ~guarded_bytes() { munmap(base_, mapped_); }

    [[nodiscard]] std::string_view view() const { return {begin(), size_}; }

  private:
    [[nodiscard]] char* begin() const { return base_ + (data_pages_ - size_); }

    std::size_t size_;
    std::size_t data_pages_ = 0;
    std::size_t mapped_ = 0;
    char* base_ = nullptr;
};
