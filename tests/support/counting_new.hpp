// Counts what is allocated, in the program that links counting_new.cpp.
#pragma once

#include <cstddef>

/// Calls of operator new so far.
std::size_t allocation_count();
/// Bytes of the blocks that are allocated now, with what the heap itself keeps of them.
std::size_t allocated_bytes();
