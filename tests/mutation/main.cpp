// Every fact of the library is made wrong once, and a test must notice. Runs the tests of the library, which are in
// this program, for one mutant after the other, and says which were not killed.
//
// usage: bitswire_mutants [--equivalent FILE] [--only TEXT] [--sample N --seed S] [--jobs N]
//                         [--without TEXT] [--killers]
//        bitswire_mutants --list [--only TEXT]
//
// --only: the mutants whose name has the text; --without: the cases whose name has it do not count; --killers: says
// which case killed each mutant.
//
// First come the tests as they are: they must pass, and say which of them reads which rows and numbers. Then a process
// for each mutant, in which the cases run that read what was changed, the quickest first. A case that fails, crashes or
// takes far too long kills the mutant. A mutant that is no other program than the library is none; one that no test can
// kill stands in FILE with the reason, and must be there, and must live.
//
// SPDX-License-Identifier: BSL-1.0
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "catalogue.hpp"
#include "runner.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace mutation {
namespace {

struct options {
    std::string equivalent{};
    std::string only{};
    std::string without{};
    std::size_t sample = 0;
    unsigned seed = 1;
    unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
    bool list = false;
    bool killers = false;
};

/// The rows of the file of equivalent mutants: `id | reason`.
std::map<std::string, std::string> read_equivalent(const std::string& path, bool& good) {
    std::map<std::string, std::string> rows;
    if (path.empty()) return rows;
    std::ifstream file(path);
    good = file.is_open();
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') continue;
        const std::size_t bar = line.find(" | ");
        if (bar == std::string::npos || bar + 3 == line.size() ||
            !rows.emplace(line.substr(0, bar), line.substr(bar + 3)).second) {
            std::printf("no `id | reason`, or there twice: %s\n", line.c_str());
            good = false;
        }
    }
    return rows;
}

struct tally {
    std::size_t total = 0;
    std::size_t killed = 0;
    std::size_t timed_out = 0;
    std::size_t not_compiled = 0;
    std::size_t equivalent = 0;
};

void print(const std::string& name, const tally& t) {
    std::printf("%-60s killed %zu of %zu (%zu by time-out, %zu by the compiler alone), %zu equivalent\n", name.c_str(),
                t.killed, t.total, t.timed_out, t.not_compiled, t.equivalent);
}

int run(const options& o) {
    const catalogue all;
    bool good = true;
    const std::map<std::string, std::string> equivalent = read_equivalent(o.equivalent, good);

    std::map<std::string, const mutant*> by_id;
    std::vector<const mutant*> chosen;
    for (const mutant& m : all.mutants()) {
        if (m.points.empty()) continue; // no other program than the library
        if (!by_id.emplace(m.id, &m).second) {
            std::printf("two mutants of one name: %s\n", m.id.c_str());
            good = false;
        }
        if (m.id.find(o.only) != std::string::npos) chosen.push_back(&m);
    }
    for (const auto& [id, reason] : equivalent) {
        if (by_id.count(id) != 0) continue;
        std::printf("there is no such mutant: %s\n", id.c_str());
        good = false;
    }
    if (o.sample != 0 && o.sample < chosen.size()) {
        std::printf("%zu of %zu mutants, seed %u\n", o.sample, chosen.size(), o.seed);
        std::shuffle(chosen.begin(), chosen.end(), std::mt19937(o.seed));
        chosen.resize(o.sample);
    }
    if (o.list) {
        for (const mutant* m : chosen)
            std::printf("%s:%u %s\n", m->file.c_str(), m->line, m->id.c_str());
        return good ? 0 : 1;
    }

    recording unchanged{&all, {}};
    record_to = &unchanged;
    doctest::Context context;
    context.setOption("minimal", true);
    if (context.run() != 0) {
        std::printf("the tests fail without any mutant\n");
        return 1;
    }
    record_to = nullptr;
    std::fflush(stdout); // before there are copies of what is in it

    if (!o.without.empty())
        std::erase_if(unchanged.cases, [&](const test_case& c) { return c.name.find(o.without) != std::string::npos; });

    std::map<std::string, tally> tables;
    tally sum;
    const runner all_run(chosen, unchanged.cases, o.jobs, [&](const mutant& m, const outcome& r) {
        const bool is_equivalent = equivalent.count(m.id) != 0;
        for (tally* t : {&tables[m.table], &sum}) {
            ++t->total;
            t->killed += r.how != end::survived ? 1 : 0;
            t->timed_out += r.how == end::timed_out ? 1 : 0;
            t->not_compiled += r.how == end::not_compiled ? 1 : 0;
            t->equivalent += r.how == end::survived && is_equivalent ? 1 : 0;
        }
        if (r.how == end::survived && !is_equivalent) {
            std::printf("survived: %s:%u %s%s\n", m.file.c_str(), m.line, m.id.c_str(),
                        r.cases == 0 ? " (no test reads it)" : "");
            good = false;
        } else if (r.how != end::survived && is_equivalent) {
            std::printf("said to be equivalent, and killed: %s\n  by: %s\n", m.id.c_str(), r.killer.c_str());
            good = false;
        }
        if (o.killers && !r.killer.empty()) std::printf("%s\n  by: %s\n", m.id.c_str(), r.killer.c_str());
    });
    for (const auto& [name, t] : tables)
        print(name, t);
    print("all", sum);
    return good && sum.total != 0 ? 0 : 1;
}

} // namespace
} // namespace mutation

int main(int argc, char** argv) {
    mutation::options o;
    for (int i = 1; i < argc; ++i) {
        const std::string what = argv[i];
        if (what == "--list") {
            o.list = true;
        } else if (what == "--killers") {
            o.killers = true;
        } else if (i + 1 == argc) {
            std::fprintf(stderr, "what is %s?\n", argv[i]);
            return 2;
        } else if (const char* const value = argv[++i]; what == "--equivalent") {
            o.equivalent = value;
        } else if (what == "--only") {
            o.only = value;
        } else if (what == "--without") {
            o.without = value;
        } else if (what == "--sample") {
            o.sample = std::strtoul(value, nullptr, 10);
        } else if (what == "--seed") {
            o.seed = static_cast<unsigned>(std::strtoul(value, nullptr, 10));
        } else if (what == "--jobs") {
            o.jobs = static_cast<unsigned>(std::max(1UL, std::strtoul(value, nullptr, 10)));
        } else {
            std::fprintf(stderr, "what is %s?\n", what.c_str());
            return 2;
        }
    }
    return mutation::run(o);
}
