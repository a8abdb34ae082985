// sample: layer wire: layer wire includes layer session
// bitswire/sample.hpp
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SAMPLE_HPP
#define BITSWIRE_SAMPLE_HPP
#include "../session/upload_client.hpp"
#endif
