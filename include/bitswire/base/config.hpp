// bitswire/base/config.hpp: what depends on the compiler: which ones are enough, and the only macros of the library.
//
// Each header includes it before anything else, directly or through the first header that it includes.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_CONFIG_HPP
#define BITSWIRE_BASE_CONFIG_HPP

#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 202002L
// After #error, g++ and clang continue with hundreds of errors that say nothing. A header that is missing stops them.
#include "bitswire needs C++20: compile with -std=c++20 or /std:c++20"
#endif

/// Behind a parameter (behind the brackets of a member function): what is returned, or constructed, borrows that
/// argument (the object). Where a compiler knows the attribute, it warns if the result outlives a temporary or a local
/// variable.
#if defined(__clang__)
#define BITSWIRE_LIFETIMEBOUND [[clang::lifetimebound]]
#elif defined(_MSC_VER) && defined(__has_cpp_attribute)
#if __has_cpp_attribute(msvc::lifetimebound)
#define BITSWIRE_LIFETIMEBOUND [[msvc::lifetimebound]]
#endif
#endif
#ifndef BITSWIRE_LIFETIMEBOUND
#define BITSWIRE_LIFETIMEBOUND
#endif

#endif
