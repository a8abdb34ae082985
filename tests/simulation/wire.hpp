// Packets as bytes, and bytes as packets.
#pragma once

#include <bitswire/bitswire.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace simulation {

/// Empty: it cannot be sent.
template <class Packet>
std::string written(const Packet& packet) {
    std::array<char, 16'384> out{};
    const auto size = bitswire::write_message(packet, out);
    return size ? std::string(out.data(), *size) : std::string();
}

/// Bytes that have come in. Each time they are looked at they stand at the end of a block of their own size, so that a
/// sanitizer sees one that is read too far.
class incoming_bytes {
  public:
    void add(std::string_view more) { bytes_.insert(bytes_.end(), more.begin(), more.end()); }
    void clear() { bytes_.clear(); }
    [[nodiscard]] std::string_view view() {
        bytes_.shrink_to_fit();
        return {bytes_.data(), bytes_.size()};
    }
    /// The first `count` bytes, which do not move any more.
    std::vector<char> take(std::size_t count) {
        std::vector<char> rest(bytes_.begin() + static_cast<std::ptrdiff_t>(count), bytes_.end());
        bytes_.swap(rest);
        return rest; // that is: what was here, with the bytes behind
    }
    /// Up to `count` bytes from the front.
    std::string take_some(std::uint64_t count) {
        const std::size_t size = count < bytes_.size() ? static_cast<std::size_t>(count) : bytes_.size();
        std::string out(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(size));
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(size));
        return out;
    }
    [[nodiscard]] bool is_empty() const { return bytes_.empty(); }

  private:
    std::vector<char> bytes_{};
};

} // namespace simulation
