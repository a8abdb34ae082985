// bitswire/base/transition_table.hpp: state machines as rows of data: {from-states, event, to, action, "source"}.
//
// No guards, callbacks or wildcards: a condition is an event that somebody else has found. What holds for every machine
// is proved when it compiles; `state_machine::step` is the only line that changes a state.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_TRANSITION_TABLE_HPP
#define BITSWIRE_BASE_TRANSITION_TABLE_HPP

#include "enum_name.hpp"
#include "enum_set.hpp"
#include "text_literal.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bitswire {

/// Says in a row that the machine stays in the state it is in.
struct stay_t {};
inline constexpr stay_t stay{};

/// Where a row leads.
template <class State>
class target_state {
  public:
    constexpr target_state(State s) noexcept : state_(s) {}
    constexpr target_state(stay_t /*stays*/) noexcept : stays_(true) {}
    [[nodiscard]] constexpr State from(State s) const noexcept { return stays_ ? s : state_; }
    /// The one state that it names, or none for a row that stays.
    [[nodiscard]] constexpr enum_set<State> named() const noexcept {
        return stays_ ? enum_set<State>{} : enum_set<State>{state_};
    }

  private:
    State state_{};
    bool stays_ = false;
};

/// A row: in any of the states `from`, when `on` happens, the machine goes to `to` and `act` is to be done.
template <class State, class Event, class Action>
struct transition {
    enum_set<State> from;
    Event on;
    target_state<State> to;
    Action act;
    std::string_view source;
};

namespace detail {

/// What a pair of state and event leads to; `row` is 0 where there is no row, and otherwise one more than its index.
template <class State, class Action>
struct transition_cell {
    State to{};
    Action act{};
    std::uint8_t row = 0;
};

template <class Rules>
using cell_of = transition_cell<typename Rules::state, typename Rules::action>;

template <class Rules>
using cells_of = std::array<std::array<cell_of<Rules>, enumerator_count<typename Rules::event>>,
                            enumerator_count<typename Rules::state>>;

/// Two rows for one pair do not compile.
template <class Rules>
consteval cells_of<Rules> make_cells() {
    using state = typename Rules::state;
    cells_of<Rules> cells{};
    std::uint8_t number = 0;
    for (const auto& r : Rules::rows) {
        ++number;
        for (std::size_t s = 0; s < cells.size(); ++s) {
            if (!r.from.contains(static_cast<state>(s))) continue;
            cell_of<Rules>& cell = cells[s][static_cast<std::size_t>(r.on)];
            if (cell.row != 0) cells.at(cells.size()) = {}; // not deterministic
            cell = {r.to.from(static_cast<state>(s)), r.act, number};
        }
    }
    return cells;
}

template <class Rules>
inline constexpr cells_of<Rules> transition_cells = make_cells<Rules>();

template <class Rules>
consteval bool every_row_cites_its_source() {
    for (const auto& r : Rules::rows) {
        if (r.source.empty()) return false;
    }
    return true;
}

/// Every event and every action stands in a row that some state has.
template <class Rules>
consteval bool everything_is_used() {
    enum_set<typename Rules::event> events;
    enum_set<typename Rules::action> actions;
    for (const auto& r : Rules::rows) {
        if (r.from.empty()) continue;
        events = events | enum_set<typename Rules::event>{r.on};
        actions = actions | enum_set<typename Rules::action>{r.act};
    }
    return events == events.all() && actions == actions.all();
}

/// Final states change into nothing else, and from every other state one of them can be reached.
template <class Rules>
consteval bool final_states_are_final_and_in_reach() {
    using states = enum_set<typename Rules::state>;
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
consteval bool every_state_is_reachable() {
    using states = enum_set<typename Rules::state>;
    states reached{Rules::initial};
    for (states before; before != reached;) {
        before = reached;
        for (const auto& r : Rules::rows) {
            if (!(r.from & reached).empty()) reached = reached | r.to.named();
        }
    }
    return reached == reached.all();
}

} // namespace detail

/// A machine that follows the rows of `Rules`, which has the enumerations `state`, `event` and `action`, the state
/// `initial`, the set `final`, and `rows`.
template <class Rules>
class state_machine {
    static_assert(Rules::rows.size() < 255);
    static_assert(detail::every_row_cites_its_source<Rules>());
    static_assert(detail::everything_is_used<Rules>());
    static_assert(detail::every_state_is_reachable<Rules>());
    static_assert(detail::final_states_are_final_and_in_reach<Rules>());

  public:
    using state_type = typename Rules::state;
    using event_type = typename Rules::event;
    using action_type = typename Rules::action;

    constexpr state_machine() noexcept = default;
    /// A machine that goes on where another one was: for what was stored and read back.
    constexpr explicit state_machine(state_type s) noexcept : state_(s) {}

    [[nodiscard]] constexpr state_type state() const noexcept { return state_; }
    [[nodiscard]] constexpr bool is_final() const noexcept { return Rules::final.contains(state_); }

    /// The index of the row for `e` in state `s`, if there is one.
    static constexpr std::optional<std::size_t> find_row(state_type s, event_type e) noexcept {
        const auto& cell = detail::transition_cells<Rules>[static_cast<std::size_t>(s)][static_cast<std::size_t>(e)];
        if (cell.row == 0) return std::nullopt;
        return std::size_t{cell.row} - 1U;
    }
    [[nodiscard]] constexpr bool accepts(event_type e) const noexcept { return find_row(state_, e).has_value(); }

    /// `e` has happened: goes to the next state and returns what is to be done. Where there is no row, nothing changes
    /// and nothing is returned.
    constexpr std::optional<action_type> step(event_type e) noexcept {
        const auto& cell =
            detail::transition_cells<Rules>[static_cast<std::size_t>(state_)][static_cast<std::size_t>(e)];
        if (cell.row == 0) return std::nullopt;
        state_ = cell.to;
        return cell.act;
    }

    friend constexpr bool operator==(const state_machine&, const state_machine&) noexcept = default;

  private:
    state_type state_ = Rules::initial;
};

} // namespace bitswire

#endif
