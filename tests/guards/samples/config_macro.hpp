// sample: layer base: defines the macro HANDY
// bitswire/base/config.hpp
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_CONFIG_HPP
#define BITSWIRE_BASE_CONFIG_HPP
#define BITSWIRE_GOOD 1
#define HANDY 1
#endif
