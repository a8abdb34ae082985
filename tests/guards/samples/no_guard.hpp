// sample: layer base: has no include guard
// bitswire/x.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once
