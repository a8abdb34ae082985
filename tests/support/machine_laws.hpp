// What holds for every state machine of the library: its rows are wrong where one of these is false.
//
// Not in include/, so that they are proved once instead of by everybody who includes a machine.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bitswire/base/transition_table.hpp>

#include <cstddef>

namespace laws {

template <class Rules>
constexpr bool every_pair_has_one_row_at_most() {
    for (std::size_t a = 0; a < std::size(Rules::rows); ++a) {
        for (std::size_t b = 0; b < a; ++b) {
            const bool is_same_event = Rules::rows[a].on == Rules::rows[b].on;
            if (is_same_event && !(Rules::rows[a].from & Rules::rows[b].from).empty()) return false;
        }
    }
    return true;
}

template <class Rules>
constexpr bool every_row_cites_its_source() {
    for (const auto& r : Rules::rows) {
        if (r.source.empty()) return false;
    }
    return true;
}

/// Every event and every action stands in a row that some state has.
template <class Rules>
constexpr bool everything_is_used() {
    bitswire::enum_set<typename Rules::event> events;
    bitswire::enum_set<typename Rules::action> actions;
    for (const auto& r : Rules::rows) {
        if (r.from.empty()) continue;
        events = events | bitswire::enum_set<typename Rules::event>{r.on};
        actions = actions | bitswire::enum_set<typename Rules::action>{r.act};
    }
    return events == events.all() && actions == actions.all();
}

/// Final states change into nothing else, and from every other state one of them can be reached.
template <class Rules>
constexpr bool final_states_are_final_and_in_reach() {
    using states = bitswire::enum_set<typename Rules::state>;
    states ends = Rules::final;
    for (states before; before != ends;) {
        before = ends;
        for (const auto& r : Rules::rows) {
            const states to = r.to.named();
            const states left = r.from & Rules::final;
            if (!to.empty() && !left.empty() && left != to) return false;
            if (!(to & ends).empty()) ends = ends | r.from;
        }
    }
    return ends == ends.all();
}

template <class Rules>
constexpr bool every_state_is_reachable() {
    using states = bitswire::enum_set<typename Rules::state>;
    states reached{Rules::initial};
    for (states before; before != reached;) {
        before = reached;
        for (const auto& r : Rules::rows) {
            if (!(r.from & reached).empty()) reached = reached | r.to.named();
        }
    }
    return reached == reached.all();
}

template <class Rules>
constexpr bool all_hold() {
    return std::size(Rules::rows) < 255 && every_pair_has_one_row_at_most<Rules>() &&
           every_row_cites_its_source<Rules>() && everything_is_used<Rules>() && every_state_is_reachable<Rules>() &&
           final_states_are_final_and_in_reach<Rules>();
}

} // namespace laws
