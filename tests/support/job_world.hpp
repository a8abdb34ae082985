// Jobs for tests: with memory of their own, in any state, and as bytes.
#pragma once

#include "job_memory.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <tuple>

constexpr bitswire::moment at_ms(std::uint64_t steady_ms) { return {{steady_ms}, {1'600'000'000'000 + steady_ms}}; }
constexpr bitswire::moment at_s(std::uint64_t steady_s) { return at_ms(steady_s * 1000); }

inline bitswire::job_config job_config_of(bitswire::job_type type) {
    bitswire::job_config c;
    c.id.bytes[15] = 7;
    c.type = type;
    c.display_name = "nightly";
    c.owner = "S-1-5-21-1";
    return c;
}

inline std::string bytes_of(const bitswire::job& j, const bitswire::moment& now) {
    std::string out(60'000, '\0');
    const std::size_t size = j.write_snapshot(out, now);
    REQUIRE(size <= out.size());
    out.resize(size);
    return out;
}

inline constexpr bitswire::job_error fatal_error{bitswire::hresult{0x80190194}, // 404
                                                 bitswire::error_context::remote_file, 404};
inline constexpr bitswire::job_error passing_error{bitswire::hresult{0x801901F7}, // 503
                                                   bitswire::error_context::remote_file, 503};
inline constexpr bitswire::job_error waiting_error{bitswire::hresult{0x8020003E}, // BG_E_BLOCKED_BY_POLICY
                                                   bitswire::error_context::general_queue_manager, 0};

/// A job and the clock that it is told.
struct world_job {
    explicit world_job(bitswire::job_type type = bitswire::job_type::download, bitswire::moment start = at_s(1000))
        : world_job(job_config_of(type), start) {}
    explicit world_job(const bitswire::job_config& c, bitswire::moment start = at_s(1000))
        : now(start), j(*bitswire::job::create(c, memory.storage(), now)) {}
    world_job(const world_job&) = delete;
    world_job& operator=(const world_job&) = delete;

    world_job& add(int count = 1) {
        for (int i = 0; i < count; ++i) {
            const std::string n = std::to_string(j.file_count());
            REQUIRE(j.add_file("http://host/folder/" + n, "/home/user/" + n, now).returns == bitswire::hresult{});
        }
        return *this;
    }
    /// Brings a new job, which has files, there. A job that is cancelled has been at work before.
    world_job& go(bitswire::job_state to) {
        using s = bitswire::job_state;
        if (to != s::suspended) {
            std::ignore = j.resume(now);
            if (to != s::queued) std::ignore = j.on_picked(now);
            if (to != s::queued && to != s::connecting) std::ignore = j.on_connected(now);
            if (to == s::error) std::ignore = j.on_error(fatal_error, now);
            if (to == s::transient_error) std::ignore = j.on_error(passing_error, now);
            if (to == s::transferred || to == s::acknowledged) {
                while (j.current_file() != j.file_count())
                    std::ignore = j.on_file_transferred(now);
            }
            if (to == s::acknowledged) std::ignore = j.complete(now);
            if (to == s::cancelled) std::ignore = j.cancel(now);
        }
        REQUIRE(j.state() == to);
        return *this;
    }
    void pass_s(std::uint64_t seconds) {
        now.steady.ms += seconds * 1000;
        now.wall.ms += seconds * 1000;
    }
    [[nodiscard]] std::string bytes() const { return bytes_of(j, now); }
    /// Seconds until the next timer is over.
    [[nodiscard]] std::uint64_t wakes_in_s() const {
        REQUIRE(j.wake_at() != bitswire::time_never);
        return (j.wake_at().ms - now.steady.ms) / 1000;
    }

    job_memory memory{};
    bitswire::moment now;
    bitswire::job j;
};
