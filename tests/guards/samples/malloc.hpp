// sample: layer base: allocates or throws: malloc
// bitswire/sample.hpp
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SAMPLE_HPP
#define BITSWIRE_SAMPLE_HPP
inline void* f() { return malloc(1); }
#endif
