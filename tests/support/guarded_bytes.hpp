// Bytes that end where readable memory ends: one byte too far is a crash, not a lucky guess. A copy each time, at
// another address than the one before; what is left of an earlier one is overwritten. Its pages are kept and used
// again, since asking the system for new ones costs more than most of what is tested with them.
#pragma once

#include <cstdlib>
#include <cstring>
#include <deque>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

class guarded_bytes {
  public:
    explicit guarded_bytes(std::string_view bytes) : size_(bytes.size()) {
        if (size_ <= pooled_size && pool().size() >= fewest_at_rest) {
            pages_ = pool().front();
            pool().pop_front();
        } else {
            pages_ = map(size_ <= pooled_size ? pooled_size : size_);
        }
        if (size_ != 0) std::memcpy(begin(), bytes.data(), size_);
    }
    guarded_bytes(const guarded_bytes&) = delete;
    guarded_bytes& operator=(const guarded_bytes&) = delete;
    ~guarded_bytes() {
        if (size_ > pooled_size) {
            munmap(pages_.base, pages_.readable + page_size());
            return;
        }
        std::memset(begin(), 0xdb, size_);
        pool().push_back(pages_);
    }

    [[nodiscard]] std::string_view view() const { return {begin(), size_}; }

  private:
    struct pages {
        char* base = nullptr;
        std::size_t readable = 0; // bytes, before the page that is not
    };
    static constexpr std::size_t pooled_size = 65536;
    static constexpr std::size_t fewest_at_rest = 4; // so that an address is not used again at once

    static std::size_t page_size() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }
    static std::deque<pages>& pool() {
        static std::deque<pages> at_rest;
        return at_rest;
    }
    static pages map(std::size_t size) {
        const std::size_t page = page_size();
        const std::size_t readable = (size + page - 1) / page * page;
        void* base = mmap(nullptr, readable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (base == MAP_FAILED) std::abort();
        const pages p{static_cast<char*>(base), readable};
        if (mprotect(p.base + readable, page, PROT_NONE) != 0) std::abort();
        return p;
    }

    [[nodiscard]] char* begin() const { return pages_.base + (pages_.readable - size_); }

    std::size_t size_;
    pages pages_;
};
