// Where the records of a target's inputs are: defined by each target that links packet_mutator.cpp.
#pragma once

#include <cstddef>
#include <vector>

struct input_layout {
    std::vector<std::size_t> settings; ///< the sizes of the fields of the head
    std::vector<std::size_t> event;    ///< of each event
};

/// Constant, and not empty.
const input_layout& layout();
