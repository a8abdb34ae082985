// sample: layer wire: layer wire includes layer machine
// bitswire/sample.hpp
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SAMPLE_HPP
#define BITSWIRE_SAMPLE_HPP
#include <bitswire/x>
#include "../machine/upload_client.hpp"
#endif
