// bitswire/base/text_literal.hpp: "text"sv, for the rows of tables.
//
// The compiler knows how long a literal is. A std::string_view made from a bare one counts it character by character,
// which for the texts of all rows took longer to compile than everything else in them.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_TEXT_LITERAL_HPP
#define BITSWIRE_BASE_TEXT_LITERAL_HPP

#include "config.hpp"

#include <string_view>

namespace bitswire {

inline namespace literals {

using std::string_view_literals::operator""sv;

} // namespace literals

} // namespace bitswire

#endif
