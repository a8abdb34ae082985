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
    void print_ratio(const std::string& a, const std::string& b) const {
        if (ns_.count(a) == 0 || ns_.count(b) == 0) return;
        std::printf("%-26s / %-26s = %.2f\n", a.c_str(), b.c_str(), ns_.at(a) / ns_.at(b));
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
    reporter.print_ratio("hresult_bitswire", "hresult_unordered_map");
    reporter.print_ratio("client_step", "client_wire_alone");
    reporter.print_ratio("server_step", "server_wire_alone");
    return 0;
}
