#include "counting_new.hpp"

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace {

std::atomic<std::size_t> count{0};
std::atomic<std::size_t> bytes{0};

// In front of a block, the C library keeps its size.
std::size_t size_of_block(void* p) { return p != nullptr ? malloc_usable_size(p) + sizeof(std::size_t) : 0; }

void release(void* p) {
    bytes -= size_of_block(p);
    std::free(p);
}

} // namespace

std::size_t allocation_count() { return count; }
std::size_t allocated_bytes() { return bytes; }

void* operator new(std::size_t size) {
    ++count;
    if (void* p = std::malloc(size != 0 ? size : 1)) {
        bytes += size_of_block(p);
        return p;
    }
    std::abort();
}
void operator delete(void* p) noexcept { release(p); }
void operator delete(void* p, std::size_t /*size*/) noexcept { release(p); }
