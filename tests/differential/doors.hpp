// What another parser has read, at bitswire's header door, beside the same bytes at its raw door: what an embedder on
// top of an HTTP library gets. Both must give the same packet, or refuse alike.
#pragma once

#include "report.hpp"

void compare_doors(std::size_t peer, const sighting& s, report& out);
