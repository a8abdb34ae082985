// bitswire/base/transition_table.hpp: state machines as rows of data: {from-states, event, to, action, "source"}.
//
// No guards, callbacks or wildcards: a condition is an event that somebody else has found. `state_machine::step` is the
// only line that changes a state. tests/table_test.cpp makes the compiler prove what holds for every machine
// (tests/support/machine_laws.hpp): once, not in each program that includes this.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BASE_TRANSITION_TABLE_HPP
#define BITSWIRE_BASE_TRANSITION_TABLE_HPP

#include "enum_name.hpp"
#include "enum_set.hpp"
#include "text_literal.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
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

/// A row: in any of the states `from`, when `on` happens, the machine goes to `to`, and `act` is what to do.
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

/// A cell for each event, of one state behind the other.
template <class Rules>
using transition_cells_of =
    std::array<transition_cell<typename Rules::state, typename Rules::action>,
               enumerator_count<typename Rules::state> * enumerator_count<typename Rules::event>>;

template <class Rules>
constexpr std::size_t cell_number(typename Rules::state s, typename Rules::event e) noexcept {
    return static_cast<std::size_t>(s) * enumerator_count<typename Rules::event> + static_cast<std::size_t>(e);
}

template <class Rules>
consteval transition_cells_of<Rules> make_cells() {
    using state = typename Rules::state;
    transition_cells_of<Rules> table{};
    auto* const cells = table.data();
    std::uint8_t number = 0;
    for (const auto& r : Rules::rows) {
        ++number;
        for (auto left = r.from.bits(); left != 0; left &= left - 1) {
            const auto from = static_cast<state>(std::countr_zero(left));
            cells[cell_number<Rules>(from, r.on)] = {r.to.from(from), r.act, number};
        }
    }
    return table;
}

template <class Rules>
inline constexpr transition_cells_of<Rules> transition_cells = make_cells<Rules>();
template <class Rules>
inline constexpr typename transition_cells_of<Rules>::value_type no_transition{};

} // namespace detail

/// What a machine does when something has happened: an action, or nothing, where it has no row for that. (Not a
/// std::optional, which takes compilers longer, nor a pointer, which g++ with -fsanitize=undefined compares with null
/// in no constant expression.)
template <class Action>
class [[nodiscard]] machine_step {
  public:
    constexpr machine_step() noexcept = default;
    constexpr explicit machine_step(Action action) noexcept : action_(action), has_action_(true) {}
    constexpr explicit operator bool() const noexcept { return has_action_; }
    constexpr Action operator*() const noexcept { return action_; }

  private:
    Action action_{};
    bool has_action_ = false;
};

/// A machine that follows the rows of `Rules`, which has the enumerations `state`, `event` and `action`, the state
/// `initial`, the set `final`, and `rows`.
template <class Rules>
class state_machine {
    static_assert(std::size(Rules::rows) < 255);

  public:
    using state_type = typename Rules::state;
    using event_type = typename Rules::event;
    using action_type = typename Rules::action;

    constexpr state_machine() noexcept = default;
    /// A machine that continues where another one was: for what was stored and read back.
    constexpr explicit state_machine(state_type s) noexcept : state_(s) {}

    [[nodiscard]] constexpr state_type state() const noexcept { return state_; }
    [[nodiscard]] constexpr bool is_final() const noexcept { return Rules::final.contains(state_); }

    /// Whether there is a row for `e`.
    [[nodiscard]] constexpr bool accepts(event_type e) const noexcept { return cell(state_, e).row != 0; }
    /// The row for `e`, which it accepts; otherwise any row. Static storage.
    [[nodiscard]] constexpr const auto& row_for(event_type e) const noexcept {
        const std::size_t number = cell(state_, e).row;
        return Rules::rows[number != 0 ? number - 1 : 0];
    }

    /// `e` has happened: goes to the next state and returns what to do. Where there is no row, nothing changes.
    constexpr machine_step<action_type> step(event_type e) noexcept {
        const auto& next = cell(state_, e);
        if (next.row == 0) return {};
        state_ = next.to;
        return machine_step(next.act);
    }

    friend constexpr bool operator==(const state_machine&, const state_machine&) noexcept = default;

  private:
    /// Where one of the two is no enumerator there is no row.
    static constexpr const auto& cell(state_type s, event_type e) noexcept {
        const bool is_known = static_cast<std::size_t>(s) < enumerator_count<state_type> &&
                              static_cast<std::size_t>(e) < enumerator_count<event_type>;
        return is_known ? detail::transition_cells<Rules>[detail::cell_number<Rules>(s, e)]
                        : detail::no_transition<Rules>;
    }

    state_type state_ = Rules::initial;
};

} // namespace bitswire

#endif
