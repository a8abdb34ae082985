// sample: layer base: does not begin with a header of its own
// bitswire/sample.hpp
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SAMPLE_HPP
#define BITSWIRE_SAMPLE_HPP
#include <array>
#include "time.hpp"
#endif
