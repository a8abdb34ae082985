// sample: layer session: knows time
// bitswire/sample.hpp
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SAMPLE_HPP
#define BITSWIRE_SAMPLE_HPP
inline auto f() { return std::chrono::steady_clock::now(); }
#endif
