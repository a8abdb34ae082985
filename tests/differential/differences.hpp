// How bitswire and the parsers of others are known to differ, one row each, with the reason. A difference without a row
// is an error, and so is a row that nothing shows any more.
#pragma once

#include "inputs.hpp"
#include "peer.hpp"

#include <cstddef>
#include <span>
#include <string_view>

enum class difference_kind : std::uint8_t {
    looser,   ///< bitswire accepts what the other refuses
    stricter, ///< the other accepts what bitswire refuses
    unequal,  ///< both accept, but read something else
    doors,    ///< what the other has read makes a packet at the header door, and no or another one at the raw door
};

/// One input, and what became of it.
struct sighting {
    const input& in;
    const our_framing& ours;
    const framing& theirs;
    std::string_view what; ///< `unequal`: in what; `doors`: which error the raw door has
};

struct difference {
    difference_kind kind;
    std::string_view who; ///< names of peers, with blanks in between
    bool (*covers)(const sighting&);
    input example;
    std::string_view reason;
};

std::span<const difference> known_differences();
