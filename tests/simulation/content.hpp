// What is in the files: a function of a seed and the offset, so that nobody has to keep it.
#pragma once

#include "random.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace simulation {

struct file_content {
    std::uint64_t seed = 0;
    std::uint64_t size_bytes = 0;

    [[nodiscard]] char at(std::uint64_t offset) const {
        return static_cast<char>(mixed(seed ^ (offset / 8)) >> (8 * (offset % 8)));
    }
    [[nodiscard]] std::string bytes(std::uint64_t offset, std::uint64_t count) const {
        std::string out(static_cast<std::size_t>(count), '\0');
        std::uint64_t word = mixed(seed ^ (offset / 8));
        for (std::uint64_t i = 0; i < count; ++i) {
            if ((offset + i) % 8 == 0) word = mixed(seed ^ ((offset + i) / 8));
            out[static_cast<std::size_t>(i)] = static_cast<char>(word >> (8 * ((offset + i) % 8)));
        }
        return out;
    }
    /// Whether `text` is what the file has at `offset`.
    [[nodiscard]] bool has(std::uint64_t offset, std::string_view text) const {
        return offset <= size_bytes && text.size() <= size_bytes - offset && bytes(offset, text.size()) == text;
    }
};

} // namespace simulation
