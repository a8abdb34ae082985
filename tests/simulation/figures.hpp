// What the runs add up to. A fault that never struck and an outcome that never was are failures of the simulation.
#pragma once

#include "fault.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace simulation {

struct figures {
    std::uint64_t seeds = 0;
    std::uint64_t virtual_ms = 0;
    std::uint64_t clients = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t expired_sessions = 0;
    std::uint64_t host_fallbacks = 0;
    std::uint64_t busy_answers = 0;
    std::uint64_t gap_answers = 0;
    std::array<std::uint64_t, fault_count> faults{};
    std::array<std::uint64_t, outcome_count> outcomes{};

    void count(fault f) { ++faults[static_cast<std::size_t>(f)]; }
    void count(outcome o) { ++outcomes[static_cast<std::size_t>(o)]; }
    void add(const figures& other) {
        seeds += other.seeds;
        virtual_ms += other.virtual_ms;
        clients += other.clients;
        packets += other.packets;
        bytes += other.bytes;
        expired_sessions += other.expired_sessions;
        host_fallbacks += other.host_fallbacks;
        busy_answers += other.busy_answers;
        gap_answers += other.gap_answers;
        for (std::size_t i = 0; i < faults.size(); ++i)
            faults[i] += other.faults[i];
        for (std::size_t i = 0; i < outcomes.size(); ++i)
            outcomes[i] += other.outcomes[i];
    }

    void print() const {
        const auto line = [](std::string_view name, std::uint64_t n) {
            std::printf("  %-28.*s %12llu\n", static_cast<int>(name.size()), name.data(),
                        static_cast<unsigned long long>(n));
        };
        std::printf("in all\n");
        line("seeds", seeds);
        line("virtual hours", virtual_ms / 3'600'000);
        line("clients", clients);
        line("packets", packets);
        line("bytes", bytes);
        std::printf("faults\n");
        for (std::size_t i = 0; i < fault_count; ++i)
            line(bitswire::enum_name(static_cast<fault>(i)), faults[i]);
        std::printf("what came of them\n");
        line("sessions expired", expired_sessions);
        line("hosts given up", host_fallbacks);
        line("sessions found busy", busy_answers);
        line("Fragments beyond a gap", gap_answers);
        std::printf("outcomes\n");
        for (std::size_t i = 0; i < outcome_count; ++i)
            line(bitswire::enum_name(static_cast<outcome>(i)), outcomes[i]);
    }

    /// Whether all that is there to happen has happened; says what has not.
    [[nodiscard]] bool has_tried_everything() const {
        bool all = true;
        const auto demand = [&all](std::string_view name, std::uint64_t n) {
            if (n != 0) return;
            std::printf("never seen: %.*s\n", static_cast<int>(name.size()), name.data());
            all = false;
        };
        for (std::size_t i = 0; i < fault_count; ++i)
            demand(bitswire::enum_name(static_cast<fault>(i)), faults[i]);
        for (std::size_t i = 0; i < outcome_count; ++i)
            demand(bitswire::enum_name(static_cast<outcome>(i)), outcomes[i]);
        demand("sessions expired", expired_sessions);
        demand("hosts given up", host_fallbacks);
        demand("sessions found busy", busy_answers);
        demand("Fragments beyond a gap", gap_answers);
        return all;
    }
};

} // namespace simulation
