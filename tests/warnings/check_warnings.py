#!/usr/bin/env python3
"""What compilers say to those who use the library.

usage: check_warnings.py misuses SOURCE_DIR COMPILER...         misuses.cpp: each line that says so has its warning, and
                                                                no other line has one
       check_warnings.py old_standard SOURCE_DIR COMPILER...    without C++20 there is one error, which says so
       check_warnings.py valid SOURCE_DIR WORK_DIR COMPILER...  valid_uses.cpp, after other people's macros, has none, with
                                                                each level of optimization; what -O0 makes is run, too
       check_warnings.py vectors SOURCE_DIR WORK_DIR COMPILER...  a compiler that does not know gnu::vector_size says so where
                                                                it would be used, and works where it would not

A compiler is a command, such as "clang++-19 -stdlib=libc++". One that is not there is a failure.
"""
import concurrent.futures
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
STRICT = "-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wcast-align -Wold-style-cast -Weffc++ -Werror"
LEVELS = ["-O0", "-O1", "-O2", "-O3"]
JOBS = 2


def run(command):
    return subprocess.run(command, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})


def is_clang(compiler):
    return "clang" in compiler


def check_misuses(source_dir, compiler):
    """What is wrong with what a compiler says, as lines."""
    source = HERE / "misuses.cpp"
    expected = {}
    for number, line in enumerate(source.read_text().splitlines(), 1):
        m = re.search(r"// (clang )?warns: ([a-z-]+)$", line)
        if m and (m[1] is None or is_clang(compiler)):
            expected[number] = m[2]
    said = run([*compiler.split(), "-std=c++20", "-Wall", "-Wextra", "-fsyntax-only", f"-I{source_dir}/include", str(source)])
    found = {}
    wrong = []
    for m in re.finditer(r"^([^\s:]+):(\d+):\d+: (fatal error|error|warning): (.*)$", said.stderr, re.M):
        flag = re.search(r"\[-W([a-z=-]+)\]$", m[4])
        if m[3] != "warning" or flag is None or pathlib.Path(m[1]).name != source.name:
            wrong.append(m[0])
        else:
            found.setdefault(int(m[2]), set()).add(flag[1])
    for number in sorted(expected.keys() | found.keys()):
        want = expected.get(number)
        got = found.get(number, set())
        if want is None or not any(f == want or f.startswith(want + "-") for f in got):
            wrong.append(f"{source.name}:{number}: wanted {want or 'no warning'}, got {sorted(got) or 'none'}")
    if len(expected) < 40:
        wrong.append(f"only {len(expected)} lines say what they want")
    print(f"{compiler}: {len(expected)} misuses, {len(wrong)} not as expected", flush=True)
    return wrong


def check_valid(source_dir, work_dir, compiler, level):
    name = re.sub(r"[^\w+-]+", "_", f"{compiler} {level}")
    program = work_dir / name
    # At -O0 it is linked and run as well.
    linked = ["-o", str(program)] if level == "-O0" else ["-c", "-o", f"{program}.o"]
    said = run([*compiler.split(), "-std=c++20", level, *STRICT.split(), f"-I{source_dir}/include",
                str(HERE / "valid_uses.cpp"), *linked])
    if said.returncode != 0 or said.stderr:
        return [f"{compiler} {level}:\n{said.stderr or 'failed'}"]
    if level == "-O0":
        ran = run([str(program)])
        if ran.returncode != 0:
            return [f"{compiler} {level}: the program ended with {ran.returncode}: {ran.stdout}{ran.stderr}"]
    print(f"{compiler} {level}: no warning", flush=True)
    return []


def check_vectors(source_dir, work_dir, compiler):
    """The attribute gets a name that no compiler knows: an unknown one is ignored, with a warning at most."""
    unknown = [*compiler.split(), "-std=c++20", "-Dvector_size(n)=not_known(n)", f"-I{source_dir}/include"]
    program = work_dir / re.sub(r"[^\w+-]+", "_", f"{compiler} whole_texts")
    wrong = []
    used = run([*unknown, "-fsyntax-only", str(HERE / "whole_texts.cpp")])
    if used.returncode == 0 or "the compiler does not know gnu::vector_size" not in used.stderr:
        wrong.append(f"{compiler}: vectors that are none are not noticed:\n{used.stderr}")
    for level in LEVELS:
        made = run([*unknown, "-U__SSE2__", "-U__ARM_NEON", "-U__AVX2__", level, str(HERE / "whole_texts.cpp"), "-o", str(program)])
        ran = run([str(program)]) if made.returncode == 0 else made
        if ran.returncode != 0:
            wrong.append(f"{compiler} {level}, without vectors: {ran.stdout}{ran.stderr}")
    print(f"{compiler}: without vectors, {len(wrong)} not as expected", flush=True)
    return wrong


def check_old_standard(source_dir, compiler):
    """Each header that may be included first, and a program that uses the library."""
    wrong = []
    programs = ["#include <bitswire/bitswire.hpp>\nbitswire::upload_client client({.url = 1});\nint main() { return x; }"]
    include = pathlib.Path(source_dir) / "include"
    programs += [f"#include <{h.relative_to(include)}>" for h in sorted(include.rglob("*.hpp"))]
    for program in programs:
        said = subprocess.run([*compiler.split(), "-std=c++17", "-fsyntax-only", f"-I{include}", "-x", "c++", "-"],
                              input=program, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
        errors = re.findall(r"^\S+: (?:fatal )?error: (.*)$", said.stderr, re.M)
        warnings = re.findall(r"warning: .*", said.stderr)
        if len(errors) != 1 or "bitswire needs C++20" not in errors[0] or warnings:
            wrong.append(f"{compiler}: {program}: {errors + warnings}")
    print(f"{compiler}: {len(programs)} programs without C++20, {len(wrong)} not as expected", flush=True)
    return wrong


def main(mode, source_dir, *rest):
    wrong = []
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        if mode in ("misuses", "old_standard"):
            check = check_misuses if mode == "misuses" else check_old_standard
            tasks = [pool.submit(check, source_dir, compiler) for compiler in rest]
        else:
            work_dir = pathlib.Path(rest[0])
            work_dir.mkdir(parents=True, exist_ok=True)
            if mode == "vectors":
                tasks = [pool.submit(check_vectors, source_dir, work_dir, c) for c in rest[1:]]
            else:
                tasks = [pool.submit(check_valid, source_dir, work_dir, c, level) for c in rest[1:] for level in LEVELS]
        for task in tasks:
            wrong += task.result()
    if not tasks:
        wrong.append("no compiler")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
