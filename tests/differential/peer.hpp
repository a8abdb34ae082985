// What an HTTP parser makes of the bytes of a head, in the same form for each: bitswire, llhttp, http-parser and
// Boost.Beast. Each is in a file of its own, since their macros and enumerators collide. Bodies are nobody's business
// here; only how their end is found.
#pragma once

#include "../support/split_headers.hpp"

#include <bitswire/wire/head.hpp>
#include <bitswire/wire/packet.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

enum class verdict : std::uint8_t { accepted, need_more, refused };

struct framing {
    verdict said = verdict::need_more;
    std::string why{}; ///< it was refused, in the parser's own words
    std::string method{};
    std::string target{};
    bitswire::status_line status{};
    header_lines headers{};
    bitswire::body_framing body{};
    std::size_t head_size = 0;
};

/// What bitswire says, and its error; and whether whoever looks at single headers of the head sees the same.
struct our_framing : framing {
    bitswire::error problem{};
    bool views_agree = true;
};

our_framing read_with_bitswire(bitswire::head_side side, std::string_view bytes);

struct peer {
    std::string_view name;
    framing (*read)(bitswire::head_side side, std::string_view bytes);
    bool knows_bits_post;
};

framing read_with_llhttp(bitswire::head_side side, std::string_view bytes);
framing read_with_http_parser(bitswire::head_side side, std::string_view bytes);
framing read_with_beast(bitswire::head_side side, std::string_view bytes);

inline constexpr auto peers = std::to_array<peer>({
    {"llhttp", read_with_llhttp, false},
    {"http-parser", read_with_http_parser, false},
    {"Boost.Beast", read_with_beast, true},
});

/// What `who` says. One that does not know BITS_POST is shown POST instead, and its answer is put back; nothing but
/// exactly this method is replaced.
framing ask(const peer& who, bitswire::head_side side, std::string_view bytes);
