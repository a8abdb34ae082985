// Inputs that are sequences of events: a head of settings, then events of the same size each.
//
// Settings and events are structs of bytes and 16-bit numbers with a `for_each_field`; the target reads them,
// make_seeds writes them, and the mutator learns from them where the fields are. What comes behind the last whole event
// is ignored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The sizes of the fields of a struct, in bytes.
template <class Record>
std::vector<std::size_t> field_sizes() {
    std::vector<std::size_t> sizes;
    Record r;
    r.for_each_field([&](auto& field) { sizes.push_back(sizeof(field)); });
    return sizes;
}

/// Appends a struct, little-endian.
template <class Record>
void append_record(std::string& out, Record r) {
    r.for_each_field([&](auto& field) {
        for (std::size_t i = 0; i < sizeof(field); ++i)
            out += static_cast<char>(field >> (8 * i) & 0xff);
    });
}

/// Takes a struct away from the front; zeros for what is not there. False: there was not all of it.
template <class Record>
bool take_record(std::string_view& in, Record& r) {
    bool whole = true;
    r.for_each_field([&](auto& field) {
        unsigned value = 0;
        for (std::size_t i = 0; i < sizeof(field); ++i) {
            if (in.empty()) {
                whole = false;
                break;
            }
            value |= static_cast<unsigned>(static_cast<unsigned char>(in.front())) << (8 * i);
            in.remove_prefix(1);
        }
        field = static_cast<std::remove_reference_t<decltype(field)>>(value);
    });
    return whole;
}

/// A 64-bit number from a 16-bit field: most are what they are, the last ones are around 2^32 and 2^64.
constexpr std::uint64_t number_of(std::uint16_t field) {
    if (field < 0xff00) return field;
    if (field < 0xff80) return (std::uint64_t{1} << 32) - 0x40 + (field - 0xff00U);
    return UINT64_MAX - (0xffffU - field);
}

/// The enumerator that a field stands for.
template <class Enum>
constexpr Enum pick(std::uint8_t field, std::size_t count) {
    return static_cast<Enum>(field % count);
}
