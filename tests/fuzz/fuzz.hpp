// What the fuzz targets share: the entry point, laws that end the program when they are broken, and the bytes of an
// input at the edge of readable memory.
//
// Each target is one NAME_fuzz.cpp that defines LLVMFuzzerTestOneInput and nothing else that is global; those that take
// sequences of events also link packet_mutator.cpp. A target needs include/, tests/support/ and the C++ library, so you
// can put it under an engine of your own:
//
//   clang++ -std=c++20 -Iinclude -Itests -g -O1 -fsanitize=address,undefined,fuzzer-no-link
//           tests/fuzz/request_fuzz.cpp $LIB_FUZZING_ENGINE
//
// With CMake: BITSWIRE_BUILD_FUZZERS=ON, and in BITSWIRE_FUZZING_ENGINE what to link for the engine. Seeds and the
// dictionary are written into the build tree by make_seeds.
#pragma once

#include "support/guarded_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Ends the program, and says which law is broken, unless `holds`.
#define FUZZ_CHECK(holds, law)                                                                                         \
    ((holds) ? static_cast<void>(0) : fuzz_law_broken(law, #holds, static_cast<const char*>(__FILE__), __LINE__))

[[noreturn]] inline void fuzz_law_broken(const char* law, const char* expression, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: broken: %s\n  %s\n", file, line, law, expression);
    std::abort();
}

#if defined(__SANITIZE_ADDRESS__)
#define FUZZ_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FUZZ_HAS_ASAN 1
#endif
#endif

#ifdef FUZZ_HAS_ASAN
/// A copy in a block of exactly its size: AddressSanitizer sees each byte too far, at both ends.
class exact_bytes {
  public:
    explicit exact_bytes(std::string_view bytes) : size_(bytes.size()), block_(new char[bytes.size()]) {
        if (size_ != 0) std::memcpy(block_.get(), bytes.data(), size_);
    }
    [[nodiscard]] std::string_view view() const { return {block_.get(), size_}; }

  private:
    std::size_t size_;
    std::unique_ptr<char[]> block_;
};
#else
using exact_bytes = guarded_bytes;
#endif

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Takes the first line away, without its line feed; the last one needs none.
inline std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

/// A number that is another one with each other input, and the same with the same one: where to split it, for example.
inline std::uint64_t hash_of(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325U; // FNV-1a
    for (const char c : bytes)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash ^ hash >> 29;
}
