// What all in one run share: time, chance, weather, and what is written down of it. What happens is hashed as it
// happens, so that two runs can be compared; its text is only made when somebody wants to read it.
#pragma once

#include "event_queue.hpp"
#include "fault.hpp"
#include "figures.hpp"
#include "random.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace simulation {

constexpr std::uint64_t second_ms = 1000;
constexpr std::uint64_t minute_ms = 60 * second_ms;
constexpr std::uint64_t hour_ms = 60 * minute_ms;
constexpr std::uint64_t day_ms = 24 * hour_ms;

/// Everybody's clocks begin here, in milliseconds since 1970.
constexpr std::uint64_t epoch_ms = 1'700'000'000'000;

/// In traces, who is none of the clients.
constexpr std::uint32_t nobody = UINT32_MAX;

struct run_options {
    std::uint64_t seed = 1;
    std::uint32_t clients = 2000;
    bool prints_trace = false;
    /// Keeps the last lines of everybody, for the report of a broken law.
    bool keeps_trace = false;
};

class world {
  public:
    /// `on_broken_law(client, law)` does not return.
    using law_breaker = std::function<void(world&, std::uint32_t, const std::string&)>;

    world(const run_options& o, law_breaker on_broken_law)
        : options(o), random(o.seed), sky(random), on_broken_law_(std::move(on_broken_law)) {}
    world(const world&) = delete;
    world& operator=(const world&) = delete;

    [[nodiscard]] std::uint64_t now() const { return queue.now(); }
    void after(std::uint64_t span, std::function<void()> what) { queue.after(span, std::move(what)); }

    /// Whether it strikes now.
    bool strikes(fault f) {
        if (is_calm || !random.chance_of(sky.in_100k[static_cast<std::size_t>(f)])) return false;
        return strike(f), true;
    }
    void strike(fault f) {
        seen.count(f);
        note(nobody, static_cast<std::uint64_t>(f), [f] { return "! " + std::string(bitswire::enum_name(f)); });
    }

    /// Something has happened to a client. `text` is only called if somebody wants to read it.
    template <class Text>
    void note(std::uint32_t client, std::uint64_t what, Text text) {
        hash = mixed(hash ^ mixed(now() ^ (std::uint64_t{client} << 40)) ^ what);
        if (options.prints_trace || options.keeps_trace) write_down(client, text());
    }
    [[noreturn]] void broken(std::uint32_t client, const std::string& law) {
        on_broken_law_(*this, client, law);
        std::abort();
    }
    void demand(bool holds, std::uint32_t client, std::string_view law) {
        if (!holds) broken(client, std::string(law));
    }
    [[nodiscard]] const std::deque<std::string>& last_lines(std::uint32_t client) { return lines_[client]; }

    static std::string clock_text(std::uint64_t ms) {
        char text[48];
        std::snprintf(text, sizeof text, "%llud %02u:%02u:%02u.%03u", static_cast<unsigned long long>(ms / day_ms),
                      static_cast<unsigned>(ms / hour_ms % 24), static_cast<unsigned>(ms / minute_ms % 60),
                      static_cast<unsigned>(ms / second_ms % 60), static_cast<unsigned>(ms % 1000));
        return text;
    }

    const run_options options;
    event_queue queue{};
    random_source random;
    weather sky;
    figures seen{};
    bool is_calm = false;
    std::uint64_t hash = 0;

  private:
    void write_down(std::uint32_t client, const std::string& text) {
        constexpr std::size_t most_lines = 40;
        const std::string who = client == nobody ? std::string("-") : "client " + std::to_string(client);
        const std::string line = clock_text(now()) + "  " + who + "  " + text;
        if (options.prints_trace) std::printf("%s\n", line.c_str());
        std::deque<std::string>& lines = lines_[client];
        lines.push_back(line);
        if (lines.size() > most_lines) lines.pop_front();
    }

    law_breaker on_broken_law_;
    std::unordered_map<std::uint32_t, std::deque<std::string>> lines_{};
};

} // namespace simulation
