// sample: layer base: slots is a macro of others
// bitswire/sample.hpp
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SAMPLE_HPP
#define BITSWIRE_SAMPLE_HPP
inline void f(int slots);
#endif
