// What every benchmark does before it is timed: look at its result; and afterwards: see that nothing was allocated.
#pragma once

#include "../tests/support/counting_new.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

[[noreturn]] inline void die(const char* what) {
    std::fprintf(stderr, "bench: wrong result: %s\n", what);
    std::exit(1);
}
inline void check(bool right, const char* what) {
    if (!right) die(what);
}
inline void check_no_allocations(std::size_t before) { check(allocation_count() == before, "bitswire allocated"); }

inline std::string load(const char* name) {
    std::ifstream in(std::string(BITSWIRE_CAPTURES_DIR) + "/" + name, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    check(!bytes.empty(), name);
    return bytes;
}
