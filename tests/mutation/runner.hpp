// Which test case reads which facts, and what becomes of the tests when one of these is changed: each mutant in a
// process of its own, in which the cases run that read what was changed, the quickest first. A case that fails, crashes
// or takes far too long kills the mutant.
//
// Of Linux, and for the one file that implements doctest.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "catalogue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mutation {

struct test_case {
    std::string name;
    double seconds = 0;
    std::vector<bool> reads{};
};

/// What the tests read, while they run unchanged.
struct recording {
    const catalogue* points;
    std::vector<test_case> cases;
};
inline recording* record_to = nullptr;
inline std::size_t cases_started = 0;

struct recorder : doctest::IReporter {
    explicit recorder(const doctest::ContextOptions& /*options*/) {}
    void report_query(const doctest::QueryData& /*in*/) override {}
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats& /*in*/) override {}
    void test_case_start(const doctest::TestCaseData& in) override {
        ++cases_started;
        if (record_to == nullptr) return;
        record_to->cases.push_back({in.m_name});
        record_to->points->forget_reads();
    }
    void test_case_reenter(const doctest::TestCaseData& /*in*/) override {}
    void test_case_end(const doctest::CurrentTestCaseStats& in) override {
        if (record_to == nullptr) return;
        record_to->cases.back().seconds = in.seconds;
        record_to->cases.back().reads = record_to->points->reads();
    }
    void test_case_exception(const doctest::TestCaseException& /*in*/) override {}
    void subcase_start(const doctest::SubcaseSignature& /*in*/) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData& /*in*/) override {}
    void log_message(const doctest::MessageData& /*in*/) override {}
    void test_case_skipped(const doctest::TestCaseData& /*in*/) override {}
};
REGISTER_LISTENER("mutation", 1, recorder);

enum class end { survived, killed, timed_out, not_compiled };

struct outcome {
    end how = end::survived;
    std::size_t cases = 0; ///< that read what was changed
    std::string killer{};
};

/// As a filter of doctest has to be, in which a comma ends a name.
inline std::string escaped(const std::string& name) {
    std::string text;
    for (const char c : name) {
        if (c == ',' || c == '\\') text += '\\';
        text += c;
    }
    return text;
}

/// Runs the cases for a mutant, in a process of its own. 0: it survived; 1: it was killed; 2: they cannot be run.
inline int run_cases(const mutant& m, const std::vector<const test_case*>& cases, int killer) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    const rlimit memory{rlim_t{2} << 30, rlim_t{2} << 30};
    setrlimit(RLIMIT_AS, &memory);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    catalogue::become(m);
    for (const test_case* c : cases) {
        if (ftruncate(killer, 0) != 0 || pwrite(killer, c->name.data(), c->name.size(), 0) < 0) return 2;
        const double limit = 1 + 20 * c->seconds;
        const itimerval alarm{{}, {static_cast<time_t>(limit), static_cast<suseconds_t>(limit * 1e6) % 1'000'000}};
        setitimer(ITIMER_REAL, &alarm, nullptr);
        cases_started = 0;
        doctest::Context context;
        context.addFilter("test-case", escaped(c->name).c_str());
        context.setOption("abort-after", 1);
        context.setOption("no-breaks", true);
        if (context.run() != 0) return 1;
        if (cases_started == 0) return 2;
    }
    return 0;
}

class runner {
  public:
    using told = std::function<void(const mutant&, const outcome&)>;

    /// Runs them all, and tells of each as soon as it is over.
    runner(const std::vector<const mutant*>& mutants, const std::vector<test_case>& cases, unsigned jobs, told tell)
        : mutants_(mutants), cases_(cases), outcomes_(mutants.size()), tell_(std::move(tell)) {
        for (std::size_t i = 0; i < mutants_.size(); ++i) {
            start(i);
            while (running_.size() >= jobs)
                wait_for_one();
        }
        while (!running_.empty())
            wait_for_one();
    }

  private:
    struct child {
        std::size_t number;
        std::FILE* killer;
    };

    void start(std::size_t i) {
        const mutant& m = *mutants_[i];
        std::vector<const test_case*> reading;
        for (const test_case& c : cases_) {
            if (std::any_of(m.points.begin(), m.points.end(), [&](std::size_t p) { return c.reads[p]; }))
                reading.push_back(&c);
        }
        std::stable_sort(reading.begin(), reading.end(),
                         [](const test_case* a, const test_case* b) { return a->seconds < b->seconds; });
        outcomes_[i].cases = reading.size();
        std::FILE* const killer = std::tmpfile();
        const pid_t pid = fork();
        if (pid < 0 || killer == nullptr) std::exit(2);
        if (pid == 0) _exit(run_cases(m, reading, fileno(killer)));
        running_[pid] = {i, killer};
    }

    void wait_for_one() {
        int status = 0;
        const pid_t pid = wait(&status);
        const child c = running_.at(pid);
        running_.erase(pid);
        outcome& o = outcomes_[c.number];
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
            o.how = mutants_[c.number]->compiles ? end::survived : end::not_compiled;
        } else if (WIFEXITED(status) && WEXITSTATUS(status) != 1) {
            std::printf("a process could not run its cases\n");
            std::exit(2);
        } else {
            o.how = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? end::timed_out : end::killed;
            std::rewind(c.killer);
            for (int ch = std::getc(c.killer); ch != EOF; ch = std::getc(c.killer))
                o.killer += static_cast<char>(ch);
        }
        std::fclose(c.killer);
        tell_(*mutants_[c.number], o);
        std::fflush(stdout); // before there are copies of what is in it
    }

    const std::vector<const mutant*>& mutants_;
    const std::vector<test_case>& cases_;
    std::vector<outcome> outcomes_;
    told tell_;
    std::map<pid_t, child> running_;
};

} // namespace mutation
