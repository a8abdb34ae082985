// sample: layer base: check is a macro of others
// bitswire/sample.hpp
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SAMPLE_HPP
#define BITSWIRE_SAMPLE_HPP
inline void check(int x);
#endif
