// Snapshots as bytes that somebody has changed.
#pragma once

#include "fuzz.hpp"

#include <bitswire/bitswire.hpp>

#include <string>
#include <string_view>

/// `bytes` with the checksum that they should have, so that what is behind it is reached.
inline std::string sealed(std::string_view bytes) {
    constexpr std::size_t crc_size = sizeof(std::uint32_t);
    std::string out(bytes.substr(0, bytes.size() < crc_size ? 0 : bytes.size() - crc_size));
    bitswire::detail::crc32 crc;
    for (const char c : out)
        crc.put(static_cast<std::uint8_t>(c));
    for (std::size_t i = 0; i < crc_size; ++i)
        out += static_cast<char>(crc.value() >> (8 * i) & 0xffU);
    return out;
}

/// Calls `check(bytes)` for the bytes as they are, and sealed.
template <class Check>
void check_snapshot(std::string_view bytes, Check check) {
    const exact_bytes as_it_is(bytes);
    check(as_it_is.view());
    const exact_bytes with_checksum(sealed(bytes));
    if (with_checksum.view() != bytes) check(with_checksum.view());
}
