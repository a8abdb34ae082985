// One run, from its seed to its end: everybody comes, things go wrong for some days, then nothing does any more, and
// all has to come to an end.
#pragma once

#include "world.hpp"

#include <cstdint>
#include <string_view>

namespace simulation {

struct run_result {
    figures seen{};
    std::uint64_t hash = 0;
    std::string_view name_of_mood{};
};

run_result run(const run_options& o, const world::law_breaker& on_broken_law);

} // namespace simulation
