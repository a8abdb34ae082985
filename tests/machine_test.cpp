// What the compiler proves of each state machine, tried on machines that are wrong; and the names of states and events.
// What the library's own machines do is in machine_state_test.cpp.
#include "support/machine_laws.hpp"

#include <bitswire/machine/upload_client.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace bitswire;

namespace {

enum class light : std::uint8_t { red, green, off };
enum class signal : std::uint8_t { wait, fail };
enum class lamp : std::uint8_t { glow, die };
using light_row = transition<light, signal, lamp>;

/// The smallest machine that holds all laws; the others break one each.
struct good {
    using state = light;
    using event = signal;
    using action = lamp;
    static constexpr state initial = light::red;
    static constexpr enum_set<state> final{light::off};
    static constexpr auto rows = std::to_array<light_row>({
        {{light::red}, signal::wait, light::green, lamp::glow, "x"},
        {{light::red, light::green}, signal::fail, light::off, lamp::die, "x"},
    });
};
struct has_two_ways : good {
    static constexpr auto rows = std::to_array<light_row>({
        {{light::red}, signal::wait, light::green, lamp::glow, "x"},
        {{light::red, light::green}, signal::fail, light::off, lamp::die, "x"},
        {{light::green}, signal::fail, light::red, lamp::glow, "x"},
    });
};
struct leaves_final : good {
    static constexpr auto rows = std::to_array<light_row>({
        {{light::red}, signal::wait, light::green, lamp::glow, "x"},
        {{light::red, light::green}, signal::fail, light::off, lamp::die, "x"},
        {{light::off}, signal::wait, light::red, lamp::glow, "x"},
    });
};
struct has_a_trap : good {
    static constexpr auto rows = std::to_array<light_row>({
        {{light::red}, signal::wait, light::green, lamp::glow, "x"},
        {{light::red}, signal::fail, light::off, lamp::die, "x"},
    });
};
struct has_an_island : good {
    static constexpr auto rows = std::to_array<light_row>({
        {{light::red, light::green}, signal::fail, light::off, lamp::die, "x"},
        {{light::red}, signal::wait, stay, lamp::glow, "x"},
    });
};
struct has_an_unused_event : good {
    static constexpr auto rows = std::to_array<light_row>({
        {{light::red}, signal::fail, light::green, lamp::glow, "x"},
        {{light::green}, signal::fail, light::off, lamp::die, "x"},
    });
};
struct has_an_unused_action : good {
    static constexpr auto rows = std::to_array<light_row>({
        {{light::red}, signal::wait, light::green, lamp::die, "x"},
        {{light::red, light::green}, signal::fail, light::off, lamp::die, "x"},
    });
};
struct cites_nothing : good {
    static constexpr auto rows = std::to_array<light_row>({
        {{light::red}, signal::wait, light::green, lamp::glow, ""},
        {{light::red, light::green}, signal::fail, light::off, lamp::die, "x"},
    });
};

} // namespace

TEST_CASE("machine: the proofs refuse what is wrong") {
    CHECK(laws::all_hold<good>());
    CHECK_FALSE(laws::every_pair_has_one_row_at_most<has_two_ways>());
    CHECK_FALSE(laws::final_states_are_final_and_in_reach<leaves_final>());
    CHECK_FALSE(laws::final_states_are_final_and_in_reach<has_a_trap>());
    CHECK_FALSE(laws::every_state_is_reachable<has_an_island>());
    CHECK_FALSE(laws::everything_is_used<has_an_unused_event>());
    CHECK_FALSE(laws::everything_is_used<has_an_unused_action>());
    CHECK_FALSE(laws::every_row_cites_its_source<cites_nothing>());
}

TEST_CASE("machine: a row that stays leads back to each of its states, every other one to its target") {
    for (const light from : {light::red, light::green, light::off}) {
        CHECK(target_state<light>(stay).from(from) == from);
        CHECK(target_state<light>(light::green).from(from) == light::green);
        CHECK(target_state<light>(from).named() == enum_set<light>{from});
    }
    CHECK(target_state<light>(stay).named().empty());
}

TEST_CASE("machine: names are those of the code, with a zero behind them") {
    CHECK(enum_name(upload_client_state::get_reply) == "get_reply");
    CHECK(enum_name(upload_client_event::host_fallback_due) == "host_fallback_due");
    CHECK(enum_name(static_cast<upload_client_state>(200)).empty());
    CHECK(enum_name(light::off) == "off");
    CHECK(enum_name(light::off).data()[3] == '\0'); // optimizing, g++ 12 does not see it, and warns of strlen
    CHECK(enumerator_count<upload_client_state> == 11);
    CHECK(enumerator_count<light> == 3); // of an unnamed namespace, which compilers spell differently
}
