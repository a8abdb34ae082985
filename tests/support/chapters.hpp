// What a state machine does, told state by state, as the sections of the sources are, where the rows of the library are
// by events. What several states share is a list of its own, joined by `+`.
#pragma once

#include <bitswire/base/transition_table.hpp>
#include <bitswire/spec/hresult.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

/// Each of the events leads to `to`, and `act` is to be done.
template <class Rules>
struct reaction {
    std::vector<typename Rules::event> on;
    std::optional<typename Rules::state> to;
    typename Rules::action act;
    bitswire::hresult returns{}; ///< of a job
};
/// Instead of a state: the one that it was.
inline constexpr std::nullopt_t stays = std::nullopt;

template <class Rules>
using reactions = std::vector<reaction<Rules>>;

template <class Rules>
reactions<Rules> operator+(reactions<Rules> some, const reactions<Rules>& more) {
    some.insert(some.end(), more.begin(), more.end());
    return some;
}

/// All that happens in a state. A state that is not listed takes nothing.
template <class Rules>
struct chapter {
    typename Rules::state in;
    reactions<Rules> takes;
};

/// Each state takes what its chapter says, and nothing else.
template <class Rules>
void check_chapters(const std::vector<chapter<Rules>>& chapters) {
    for (std::size_t s = 0; s < bitswire::enumerator_count<typename Rules::state>; ++s) {
        for (std::size_t e = 0; e < bitswire::enumerator_count<typename Rules::event>; ++e) {
            const auto in = static_cast<typename Rules::state>(s);
            const auto on = static_cast<typename Rules::event>(e);
            CAPTURE(std::string(bitswire::enum_name(in)));
            CAPTURE(std::string(bitswire::enum_name(on)));
            reactions<Rules> expected;
            for (const chapter<Rules>& each : chapters) {
                for (const reaction<Rules>& o : each.takes) {
                    for (const auto event : o.on) {
                        if (each.in == in && event == on) expected.push_back(o);
                    }
                }
            }
            bitswire::state_machine<Rules> m(in);
            CHECK(m.accepts(on) == !expected.empty());
            const auto action = m.step(on);
            if (expected.empty()) {
                CHECK_FALSE(action);
                CHECK(m.state() == in);
                continue;
            }
            CHECK(expected.size() == 1);
            REQUIRE(action);
            CHECK(*action == expected[0].act);
            CHECK(m.state() == expected[0].to.value_or(in));
            if constexpr (requires { result_of(in, on); }) CHECK(result_of(in, on) == expected[0].returns);
        }
    }
}
