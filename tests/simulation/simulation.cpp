// Deterministic simulation: thousands of clients, one server, virtual time, and a network that does what it likes. A
// run is a function of its seed; a law that is broken is printed with its seed, which does it again.
//
// usage: simulation [--seeds N] [--first-seed S] [--seconds LIMIT] [--clients N] [--trace] [--demand-all]
#include "run.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>

using namespace simulation;

namespace {

struct options {
    std::uint64_t seeds = 1;
    std::uint64_t first_seed = 1;
    std::uint64_t seconds = 0; ///< 0: no limit
    std::uint32_t clients = 2000;
    bool trace = false;
    bool demands_all = false;
};

constexpr std::string_view usage =
    "usage: simulation [--seeds N] [--first-seed S] [--seconds LIMIT] [--clients N] [--trace] [--demand-all]\n"
    "  --seeds N        so many runs (1)\n"
    "  --first-seed S   from this seed on (1)\n"
    "  --seconds LIMIT  begins no further run after this time\n"
    "  --clients N      in each run (2000)\n"
    "  --trace          prints every packet and fault\n"
    "  --demand-all     fails if a fault or an outcome was never seen\n";

[[noreturn]] void refuse(const std::string& why) {
    std::fprintf(stderr, "simulation: %s\n%s", why.c_str(), usage.data());
    std::exit(2);
}

std::uint64_t number_of(std::string_view name, const char* text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t value = 0;
    const std::string_view digits = text != nullptr ? std::string_view(text) : std::string_view();
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || problem != std::errc{} || end != digits.data() + digits.size() || value < least ||
        value > most)
        refuse(std::string(name) + " needs a number from " + std::to_string(least) + " to " + std::to_string(most));
    return value;
}

options read_options(int argc, char** argv) {
    options o;
    constexpr std::uint64_t any = std::numeric_limits<std::uint32_t>::max();
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        const auto value = [&](std::uint64_t least, std::uint64_t most) {
            return number_of(name, i + 1 < argc ? argv[++i] : nullptr, least, most);
        };
        if (name == "--seeds") {
            o.seeds = value(1, any);
        } else if (name == "--first-seed") {
            o.first_seed = value(0, any);
        } else if (name == "--seconds") {
            o.seconds = value(1, any);
        } else if (name == "--clients") {
            o.clients = static_cast<std::uint32_t>(value(1, 100'000));
        } else if (name == "--trace") {
            o.trace = true;
        } else if (name == "--demand-all") {
            o.demands_all = true;
        } else {
            refuse("there is no option " + std::string(name));
        }
    }
    return o;
}

[[noreturn]] void report(world& w, std::uint32_t client, const std::string& law) {
    const auto seed = static_cast<unsigned long long>(w.options.seed);
    std::printf("\nBROKEN LAW: %s\n  seed %llu, ", law.c_str(), seed);
    if (client == nobody) {
        std::printf("no one client");
    } else {
        std::printf("client %u", client);
    }
    std::printf(", at %s of virtual time\n", world::clock_text(w.now()).c_str());
    for (const std::string& line : w.last_lines(client))
        std::printf("  %s\n", line.c_str());
    std::printf("again: simulation --first-seed %llu --clients %u --trace\n", seed, w.options.clients);
    std::fflush(stdout);
    std::exit(1);
}

/// The run is done again, for its lines; it fails in the same way.
[[noreturn]] void run_again(world& w, std::uint32_t client, const std::string& law) {
    run_options o = w.options;
    o.keeps_trace = true;
    run(o, report);
    std::printf("\nBROKEN LAW, but not the second time: %s, seed %llu, client %u\n", law.c_str(),
                static_cast<unsigned long long>(o.seed), client);
    std::exit(1);
}

run_result run_seed(const options& o, std::uint64_t seed) {
    return run({.seed = seed, .clients = o.clients, .prints_trace = o.trace}, o.trace ? report : run_again);
}

} // namespace

int main(int argc, char** argv) {
    const options o = read_options(argc, argv);
    const auto begin = std::chrono::steady_clock::now();
    const auto seconds = [begin] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    figures all;
    std::uint64_t seed = o.first_seed;
    for (; seed < o.first_seed + o.seeds; ++seed) {
        if (o.seconds != 0 && seconds() >= static_cast<double>(o.seconds)) break;
        std::printf("seed %llu: ", static_cast<unsigned long long>(seed));
        std::fflush(stdout);
        const run_result r = run_seed(o, seed);
        all.add(r.seen);
        std::printf("%.*s, %llu packets, %llu done, hash %016llx\n", static_cast<int>(r.name_of_mood.size()),
                    r.name_of_mood.data(), static_cast<unsigned long long>(r.seen.packets),
                    static_cast<unsigned long long>(r.seen.outcomes[static_cast<std::size_t>(outcome::done)]),
                    static_cast<unsigned long long>(r.hash));
        if (seed != o.first_seed) continue;
        if (run_seed(o, seed).hash != r.hash) {
            std::printf("BROKEN LAW: a run is a function of its seed\n");
            return 1;
        }
    }
    std::printf("seeds %llu to %llu\n", static_cast<unsigned long long>(o.first_seed),
                static_cast<unsigned long long>(seed - 1));
    all.print();
    std::printf("  %-28s %12.1f\n", "seconds", seconds());
    if (o.demands_all && !all.has_tried_everything()) return 1;
    std::printf("all laws hold\n");
    return 0;
}
