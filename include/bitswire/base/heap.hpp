// bitswire/base/heap.hpp: a binary heap over anything that has positions 0 to n-1.
//
// `before(a, b)` says whether what is at position a comes before what is at b; `swap(a, b)` exchanges them, and may
// note where things are. What comes first is at position 0.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_HEAP_HPP
#define BITSWIRE_BASE_HEAP_HPP

#include "config.hpp"

#include <cstddef>

namespace bitswire {

/// What is at `at` may come too late in the heap: moves it towards the front. O(log n).
template <class Before, class Swap>
constexpr void sift_up(std::size_t at, Before before, Swap swap) noexcept {
    while (at > 0) {
        const std::size_t parent = (at - 1) / 2;
        if (!before(at, parent)) return;
        swap(at, parent);
        at = parent;
    }
}

/// What is at `at` may come too early in the heap of `size`: moves it towards the end. O(log n).
template <class Before, class Swap>
constexpr void sift_down(std::size_t at, std::size_t size, Before before, Swap swap) noexcept {
    for (;;) {
        std::size_t first = at;
        if (2 * at + 1 < size && before(2 * at + 1, first)) first = 2 * at + 1;
        if (2 * at + 2 < size && before(2 * at + 2, first)) first = 2 * at + 2;
        if (first == at) return;
        swap(at, first);
        at = first;
    }
}

/// Sorts positions 0 to size-1, the last ones in the order of `before` to the front. O(n log n), in place.
template <class Before, class Swap>
constexpr void heap_sort(std::size_t size, Before before, Swap swap) noexcept {
    for (std::size_t i = size / 2; i-- > 0;)
        sift_down(i, size, before, swap);
    while (size > 1) {
        --size;
        swap(std::size_t{0}, size);
        sift_down(0, size, before, swap);
    }
}

} // namespace bitswire

#endif
