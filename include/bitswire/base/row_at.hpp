// bitswire/base/row_at.hpp: the row of an enumerator, in a table that has one for each.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_ROW_AT_HPP
#define BITSWIRE_BASE_ROW_AT_HPP

#include "config.hpp"

#include <array>
#include <cstddef>

namespace bitswire {

/// Row n of `rows` for enumerator n; the first row for a value that is no enumerator, which only a cast makes. Borrows
/// `rows`.
template <class Rows, class Enum>
[[nodiscard]] constexpr const auto& row_at(const Rows& rows BITSWIRE_LIFETIMEBOUND, Enum e) noexcept {
    const auto n = static_cast<std::size_t>(e);
    return rows[n < std::size(rows) ? n : 0];
}

} // namespace bitswire

#endif
