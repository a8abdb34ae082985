// The heads that all parsers are shown: the captures, the corpus, heads of a grammar, and what attackers and broken
// peers make of them. Systematically first, then by chance.
#pragma once

#include <bitswire/wire/head.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

struct input {
    bitswire::head_side side = bitswire::head_side::request;
    std::string bytes{};
    bool is_valid = false; ///< by construction; nobody may refuse it
};

using take_input = std::function<void(const input&)>;

/// The captures and the corpus, whole.
std::vector<input> known_messages();

/// Each change that the lists of inputs.cpp have, at each place of a request and an Ack; each truncation of `known`.
void systematic_inputs(const std::vector<input>& known, const take_input& take);

/// Heads of the grammar, and several changes at once to them and to `known`. The same seed gives the same inputs.
void random_inputs(const std::vector<input>& known, std::uint64_t seed, std::size_t count, const take_input& take);
