#!/usr/bin/env python3
"""What it costs to include a header: each one of include/ alone, and others beside them, against one with four of std.

usage: compile_time.py [--compilers g++,clang++] [--json FILE] [--repetitions N] [--full] [HEADER...]

User CPU time of the compiler, the least of N runs, in turns, so that a busy moment hits all alike. The headline is the time of
-fsyntax-only: without code of the user's there is nothing to optimize, and to start an assembler costs the same whatever is
included, which would only flatter the ratio. --full measures -O2 -c instead. HEADERs, such as spec/hresult.hpp, restrict it.

SPDX-License-Identifier: BSL-1.0
"""
import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

INCLUDE = pathlib.Path(__file__).resolve().parent.parent / "include"
BASELINE = ("array", "optional", "span", "string_view")
PEERS = ("nlohmann/json.hpp", "boost/beast/http.hpp")


def compile_once(command):
    """User and wall time in ms, and the peak memory in bytes, of a compiler with all that it starts."""
    begun = time.monotonic()
    _, status, used = os.wait4(os.posix_spawnp(command[0], command, os.environ), 0)
    if status != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return used.ru_utime * 1e3, (time.monotonic() - begun) * 1e3, used.ru_maxrss * 1024


def measure(compiler, sources, mode, repetitions):
    """(user ms, wall ms, bytes) of each source, the least of all repetitions."""
    least = {}
    for _ in range(repetitions):
        for name, path in sources.items():
            now = compile_once([compiler, "-std=c++20", f"-I{INCLUDE}", *mode, str(path)])
            least[name] = tuple(map(min, now, least.get(name, now)))
    return least


def main():
    options = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    options.add_argument("--compilers", default="g++,clang++")
    options.add_argument("--json", type=pathlib.Path)
    options.add_argument("--repetitions", type=int, default=3)
    options.add_argument("--full", action="store_true")
    options.add_argument("headers", nargs="*")
    arguments = options.parse_args()

    headers = {str(path.relative_to(INCLUDE)) for path in INCLUDE.rglob("*.hpp")}
    if arguments.headers:
        headers &= {f"bitswire/{name}" for name in arguments.headers}
    if not headers:
        sys.exit("no such header")
    includes = {"baseline": BASELINE, **{name: (name,) for name in (*sorted(headers), *PEERS)}}
    mode, kind = (["-O2", "-c", "-o", os.devnull], "compile-O2") if arguments.full else (["-fsyntax-only"], "compile")

    benchmarks = []
    for compiler in arguments.compilers.split(","):
        with tempfile.TemporaryDirectory() as folder:
            sources = {}
            for number, (name, lines) in enumerate(includes.items()):
                sources[name] = pathlib.Path(folder) / f"{number}.cpp"
                sources[name].write_text("".join(f"#include <{line}>\n" for line in lines))
            least = measure(compiler, sources, mode, arguments.repetitions)
        for name, (user_ms, wall_ms, peak_bytes) in least.items():
            ratio = user_ms / least["baseline"][0]
            print(f"{compiler:8} {name:48} {user_ms:7.0f} ms {ratio:6.2f}x {peak_bytes / 2**20:6.0f} MiB", flush=True)
            benchmarks.append({"name": f"{kind}/{compiler}/{name}", "real_time": wall_ms, "cpu_time": user_ms,
                               "time_unit": "ms", "ratio": ratio, "peak_memory_bytes": peak_bytes})
    if arguments.json:
        versions = {c: subprocess.run([c, "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]
                    for c in arguments.compilers.split(",")}
        context = {"host_name": platform.node(), "num_cpus": os.cpu_count(), "compilers": versions, "flags": mode,
                   "repetitions": arguments.repetitions}
        arguments.json.write_text(json.dumps({"context": context, "benchmarks": benchmarks}, indent=1) + "\n")


if __name__ == "__main__":
    main()
