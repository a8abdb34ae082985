// Every state that a world can get into, breadth first, each once; a law that is broken is printed with what led to it.
//
// A world can be copied, and has: `key()`, by which states that behave alike are the same; `possible()`, the events
// that can happen; `apply(event)`; `problem()`, the law that is broken, or nothing; `describe()`; `text_of(event)`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

struct model_figures {
    std::size_t states = 0;
    std::size_t transitions = 0;
    std::uint32_t depth = 0;

    void print() const {
        std::printf("%zu states, %zu transitions, up to %u events deep: all laws hold\n", states, transitions, depth);
    }
};

/// False: a law is broken, and said.
template <class World>
bool explore(const World& first, model_figures& figures) {
    using event = typename decltype(first.possible())::value_type;
    struct visit {
        const std::string* before = nullptr; ///< the key of the state that led here
        event by{};
        std::uint32_t depth = 0;
    };
    std::unordered_map<std::string, visit> seen;
    std::deque<std::pair<const std::string*, World>> frontier;
    frontier.emplace_back(&seen.emplace(first.key(), visit{}).first->first, first);
    while (!frontier.empty()) {
        const auto [key, world] = std::move(frontier.front());
        frontier.pop_front();
        const std::string problem = world.problem();
        if (!problem.empty()) {
            std::vector<event> path;
            for (const std::string* k = key; seen.at(*k).before != nullptr; k = seen.at(*k).before)
                path.insert(path.begin(), seen.at(*k).by);
            World again = first;
            std::printf("%s\n  %s\n", problem.c_str(), again.describe().c_str());
            for (const event& e : path) {
                again.apply(e);
                std::printf("  %s: %s\n", again.text_of(e).c_str(), again.describe().c_str());
            }
            return false;
        }
        const std::uint32_t depth = seen.at(*key).depth;
        for (const event& e : world.possible()) {
            World next = world;
            next.apply(e);
            ++figures.transitions;
            const auto [it, is_new] = seen.try_emplace(next.key(), visit{key, e, depth + 1});
            if (is_new) frontier.emplace_back(&it->first, std::move(next));
        }
        if (depth > figures.depth) figures.depth = depth;
    }
    figures.states += seen.size();
    return true;
}
