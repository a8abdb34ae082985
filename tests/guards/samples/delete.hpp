// sample: layer session: allocates or throws: delete
// bitswire/sample.hpp
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SAMPLE_HPP
#define BITSWIRE_SAMPLE_HPP
inline void f(int* p) { delete p; }
#endif
