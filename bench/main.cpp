// Runs the benchmarks, and says what they were built with; report.py makes ratios of what they measure.
#include <benchmark/benchmark.h>

#include <cstdio>

int main(int argc, char** argv) {
#ifdef __AVX2__
    if (!__builtin_cpu_supports("avx2")) {
        std::puts("skipped: this CPU has no AVX2");
        return 77;
    }
#endif
    benchmark::AddCustomContext("compiler", BITSWIRE_BENCH_COMPILER);
    benchmark::AddCustomContext("flags", BITSWIRE_BENCH_FLAGS);
    benchmark::AddCustomContext("variant", BITSWIRE_BENCH_VARIANT);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    return benchmark::RunSpecifiedBenchmarks() == 0 ? 1 : 0;
}
