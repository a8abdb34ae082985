// sample: layer wire: allocates or throws: try
// bitswire/sample.hpp
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SAMPLE_HPP
#define BITSWIRE_SAMPLE_HPP
inline void f() { try { g(); } catch (...) {} }
#endif
