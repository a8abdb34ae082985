// Runs the benchmarks; the last lines say the ratios of this run, which are all that may be compared between machines.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace {

/// Prints the usual table and keeps the times for the ratios.
class keeping_reporter : public benchmark::ConsoleReporter {
  public:
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (!run.error_occurred) ns_[run.benchmark_name()] = run.GetAdjustedCPUTime();
        }
        ConsoleReporter::ReportRuns(runs);
    }
    /// 0, if one of them did not run.
    double print_ratio(const std::string& a, const std::string& b) const {
        if (ns_.count(a) == 0 || ns_.count(b) == 0) return 0;
        const double ratio = ns_.at(a) / ns_.at(b);
        std::printf("%-26s / %-30s = %.2f\n", a.c_str(), b.c_str(), ratio);
        return ratio;
    }

  private:
    std::map<std::string, double> ns_;
};

} // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    keeping_reporter reporter;
    if (benchmark::RunSpecifiedBenchmarks(&reporter) == 0) return 1;
    std::printf("\nratios of this run\n");
    for (const char* message : {"request_", "ack_"}) {
        for (const char* peer : {"llhttp", "http_parser", "beast"}) {
            reporter.print_ratio(std::string(message) + "bitswire", std::string(message) + peer);
        }
    }
    for (const char* message : {"encode_request_", "encode_ack_"}) {
        for (const char* peer : {"snprintf", "memcpy"}) {
            reporter.print_ratio(std::string(message) + "bitswire", std::string(message) + peer);
        }
    }
    for (const char* key : {"hresult_by_value_", "hresult_by_name_"}) {
        for (const char* peer : {"unordered_map", "sorted_array"})
            reporter.print_ratio(std::string(key) + "bitswire", std::string(key) + peer);
    }
    for (const char* size : {"0", "16", "32", "63", "64"}) {
        for (const char* side : {"client", "server"}) {
            const std::string bytes = std::string("/log2_bytes:") + size;
            reporter.print_ratio(side + ("_step" + bytes), side + ("_wire_alone" + bytes));
        }
    }
    for (const char* bench : {"server_step", "store_find"})
        reporter.print_ratio(bench + std::string("/sessions:1000000"), bench + std::string("/sessions:10"));
    reporter.print_ratio("scheduler_decision/1000", "scheduler_decision/10");
    // log2(100,000) is 5 times log2(10); the rest is for caches and for machines that are not quiet. What looks at each
    // job costs 10,000 times as much.
    if (reporter.print_ratio("scheduler_decision/100000", "scheduler_decision/10") > 5 * 40) {
        std::printf("a decision among 100,000 jobs costs too much\n");
        return 1;
    }
    return 0;
}
