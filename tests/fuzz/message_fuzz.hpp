// The laws of messages of any kind, through both doors and back.
#pragma once

#include "fuzz.hpp"

#include "support/split_headers.hpp"

#include <bitswire/bitswire.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

template <class Packet>
using settings_of = typename bitswire::detail::packet_traits<Packet>::settings;

template <class Packet>
bool is_same(const bitswire::parsed<Packet>& a, const bitswire::parsed<Packet>& b) {
    return a.state == b.state && a.problem == b.problem && a.consumed == b.consumed &&
           (!a.is_complete() || a.packet == b.packet);
}

/// Reads `bytes` up to each of `ends`, one after the other, each time at another address.
template <class Packet>
void check_split(std::string_view bytes, std::initializer_list<std::size_t> ends, const settings_of<Packet>& s,
                 const bitswire::parsed<Packet>& whole) {
    bitswire::message_parser<Packet> parser(s);
    for (const std::size_t end : ends) {
        const exact_bytes part(bytes.substr(0, end));
        const auto r = parser.parse(part.view());
        if (r.state == bitswire::outcome::need_more && end != bytes.size()) continue;
        FUZZ_CHECK(is_same(r, whole), "any split of the input gives the same answer");
        return;
    }
}

template <class Packet>
void check_byte_by_byte(std::string_view bytes, const settings_of<Packet>& s, const bitswire::parsed<Packet>& whole) {
    bitswire::message_parser<Packet> parser(s);
    for (std::size_t end = 0;; ++end) {
        const exact_bytes part(bytes.substr(0, end));
        const auto r = parser.parse(part.view());
        if (r.state == bitswire::outcome::need_more && end != bytes.size()) continue;
        FUZZ_CHECK(is_same(r, whole), "byte by byte gives the same answer");
        return;
    }
}

/// One parser in the wrong hands: buffers of any beginning and part of the input, larger and smaller, one after the
/// other. Each answer is that of a fresh parser, or says that the caller is wrong.
template <class Packet>
void check_misuse(std::string_view bytes, const settings_of<Packet>& s, std::uint64_t hash) {
    bitswire::message_parser<Packet> parser(s);
    for (int call = 0; call < 6; ++call) {
        const std::size_t begin = hash % 3 == 0 ? (hash >> 8) % (bytes.size() + 1) : 0;
        const std::size_t size = hash % 2 == 0 ? bytes.size() - begin : (hash >> 24) % (bytes.size() - begin + 1);
        if (hash % 11 == 0) parser.reset();
        hash = hash * 0x9e37'79b9'7f4a'7c15U + 1;
        const exact_bytes part(bytes.substr(begin, size));
        const auto start = parser.head().start_line(part.view());
        FUZZ_CHECK(parser.head().size() <= bytes.size(), "a head is no larger than what there was");
        static_cast<void>(start);
        for (std::size_t h = 0; h <= bitswire::header_count; ++h) {
            const std::string_view text = parser.head().fields(part.view()).text(static_cast<bitswire::header>(h));
            FUZZ_CHECK(text.empty() || (text.data() >= part.view().data() &&
                                        text.data() + text.size() <= part.view().data() + part.view().size()),
                       "no text reaches out of the buffer");
        }
        const bool is_first = parser.head().size() != 0 && !parser.head().problem();
        const auto r = parser.parse(part.view());
        if (is_first) {
            bitswire::message_parser<Packet> fresh(s);
            FUZZ_CHECK(is_same(r, fresh.parse(part.view())), "after a message comes the next one");
        }
        FUZZ_CHECK(r.consumed <= part.view().size(), "no more is consumed than there is");
        FUZZ_CHECK(!r.is_bad() || r.problem, "who is refused is told why");
        if (r.is_bad()) {
            FUZZ_CHECK(is_same(parser.parse(bytes), r), "a bad answer is kept");
        }
    }
}

/// What the header door says of a head that the raw door could split.
template <class Packet>
void check_header_door(std::string_view head,
                       const bitswire::head_parser<bitswire::detail::packet_traits<Packet>::side>& raw,
                       const settings_of<Packet>& s, const bitswire::parsed<Packet>& whole) {
    const auto fields = split_headers(head);
    const auto r = bitswire::parse_message<Packet>(raw.start_line(head), fields, s);
    FUZZ_CHECK(r.has_value() == whole.is_complete(), "both doors agree whether a message is good");
    if (r) {
        FUZZ_CHECK(*r == whole.packet, "both doors give the same packet");
    } else {
        FUZZ_CHECK(r.error() == whole.problem && r.error().excerpt() == whole.problem.excerpt(),
                   "both doors give the same error");
    }
}

/// Writes a packet that was read, and reads it again.
template <class Packet>
void check_writing(const Packet& packet, const settings_of<Packet>& s) {
    const auto size = bitswire::size_of_message(packet);
    std::vector<std::pair<std::string, std::string>> visited;
    const bitswire::error refused = bitswire::visit_headers(
        packet, [&](std::string_view name, std::string_view value) { visited.emplace_back(name, value); });
    FUZZ_CHECK(size.has_value() == !refused, "both doors agree whether a packet can be written");
    if (!size) {
        FUZZ_CHECK(size.error() == refused && visited.empty(), "what cannot be written is not written in part");
        return;
    }
    std::string out(*size, '?');
    const auto written = bitswire::write_message(packet, out);
    FUZZ_CHECK(written && *written == *size, "the size is known before");
    std::string small(*size - 1, '?');
    FUZZ_CHECK(!bitswire::write_message(packet, small) && small.find_first_not_of('?') == std::string::npos,
               "too small a buffer is left alone");
    const exact_bytes bytes(out);
    bitswire::message_parser<Packet> parser(s);
    const auto again = parser.parse(bytes.view());
    FUZZ_CHECK(again.is_complete() && again.consumed == *size, "what was written is a whole message");
    FUZZ_CHECK(again.packet == packet, "what was written reads back equal");
    FUZZ_CHECK(split_headers(out) == visited, "both doors write the same");
    std::string twice(*size, '?');
    FUZZ_CHECK(bitswire::write_message(again.packet, twice) && twice == out, "what was read back is written equal");
}

/// All laws, for bytes from a socket. Returns what was read; it borrows `bytes`.
template <class Packet>
bitswire::parsed<Packet> check_message(std::string_view bytes, const settings_of<Packet>& s) {
    bitswire::message_parser<Packet> parser(s);
    const auto whole = parser.parse(bytes);
    const std::uint64_t hash = hash_of(bytes);
    const std::size_t first = bytes.empty() ? 0 : hash % bytes.size();
    const std::size_t second = first + (bytes.empty() ? 0 : (hash >> 20) % (bytes.size() - first));
    check_split<Packet>(bytes, {bytes.size()}, s, whole);
    check_split<Packet>(bytes, {first, bytes.size()}, s, whole);
    check_split<Packet>(bytes, {first, second, bytes.size()}, s, whole);
    if (bytes.size() < 32 || (bytes.size() < 1000 && hash % 16 == 0)) check_byte_by_byte<Packet>(bytes, s, whole);

    check_misuse<Packet>(bytes, s, hash);

    if (whole.state == bitswire::outcome::need_more) return whole;
    FUZZ_CHECK(whole.problem.offset <= bytes.size(), "an error is within the input");
    FUZZ_CHECK(whole.consumed <= bytes.size(), "no more is consumed than there is");
    const std::string longer = std::string(bytes) + (hash % 2 == 0 ? "\r\n\r\n" : "x");
    check_split<Packet>(longer, {longer.size()}, s, whole);
    if (whole.is_complete()) {
        check_split<Packet>(bytes.substr(0, whole.consumed), {whole.consumed - 1, whole.consumed}, s, whole);
        check_writing(whole.packet, s);
    }
    if (parser.head().size() != 0) {
        check_header_door<Packet>(bytes.substr(0, parser.head().size()), parser.head(), s, whole);
    }
    return whole;
}
