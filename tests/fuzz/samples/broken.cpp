// A target whose law does not hold, so that it is known that a broken one is found and kept.
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact_bytes bytes(text_of(data, size));
    FUZZ_CHECK(bytes.view().find('\0') == std::string_view::npos, "no input has a zero");
    return 0;
}
