#!/usr/bin/env python3
"""What the tests never run of include/, line by line and branch by branch.

usage: check_coverage.py SOURCE_DIR TESTS_PROGRAM WORK_DIR [--update]

Runs TESTS_PROGRAM, which clang has built with -fprofile-instr-generate -fcoverage-mapping, and prints what it counted. A
line, or a side of a condition, counts as run if any of the program's copies of a template has run it. What the compiler
decides is not counted: consteval functions, and the conditions named in `decided_by_the_compiler`.

Whatever was never run stands in unreached.txt beside this file, with a reason:

    FILE :: WHAT :: SOURCE LINE :: REASON

WHAT is `line`, or the side of a condition that was never seen and the condition's text, such as `false: size == 0`.
A row of something that was run is an error, too. --update rewrites the file: rows that are no longer true go, what is
missing comes without a reason, and is refused until somebody has found one or, better, written a test.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys

FEWEST_LINES = 99.0  # percent of all, explained or not
FEWEST_BRANCHES = 95.0

Row = collections.namedtuple("Row", "file what source")


def decided_by_the_compiler(condition, source):
    return ("if constexpr" in source
            or "std::is_constant_evaluated()" in condition
            or condition == "true"  # while (true)
            or source.startswith(f"switch ({condition})")  # the way past all enumerators, which -Wswitch closes
            or source.endswith("= default;"))


def fail(text):
    sys.exit(f"check_coverage: {text}")


def export(program, profile, form):
    done = subprocess.run(["llvm-cov", "export", program, f"-instr-profile={profile}", f"-format={form}"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        fail(done.stderr)
    return done.stdout


def run_and_count(program, include, work):
    """A run of `program`: for each file below `include`, how often each line was run, and each side of each condition."""
    work.mkdir(parents=True, exist_ok=True)
    raw, merged = work / "tests.profraw", work / "tests.profdata"
    run = subprocess.run([program], env={**os.environ, "LLVM_PROFILE_FILE": str(raw)}, capture_output=True, text=True)
    if run.returncode != 0:
        fail(f"the tests fail:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    subprocess.run(["llvm-profdata", "merge", "-o", merged, raw], check=True)

    lines, branches = {}, {}
    name = None
    for text in export(program, merged, "lcov").splitlines():
        kind, _, rest = text.partition(":")
        if kind == "SF":
            name = rest if pathlib.Path(rest).is_relative_to(include) else None
        elif kind == "DA" and name:
            line, count = map(int, rest.split(","))
            of_file = lines.setdefault(name, collections.Counter())
            of_file[line] += count
    for file in json.loads(export(program, merged, "text"))["data"][0]["files"]:
        if file["filename"] not in lines:
            continue
        of_file = branches.setdefault(file["filename"], {})
        for first, column, last, end, on_true, on_false, *_ in file["branches"]:
            sides = of_file.setdefault((first, column, last, end), collections.Counter())
            sides["true"] += on_true
            sides["false"] += on_false
    for name, of_file in branches.items():
        source = pathlib.Path(name).read_text().splitlines()
        branches[name] = {place: sides for place, sides in of_file.items() if not
                          decided_by_the_compiler(text_between(source, *place), source[place[0] - 1].strip())}
    return lines, branches


def text_between(source, first, column, last, end):
    picked = source[first - 1:last]
    picked[-1] = picked[-1][:end - 1]
    picked[0] = picked[0][column - 1:]
    return " ".join(" ".join(picked).split())


def never_run(lines, branches, include):
    rows = []
    for name in sorted(lines):
        source = pathlib.Path(name).read_text().splitlines()
        file = str(pathlib.Path(name).relative_to(include))
        found = [(line, 0, "line") for line, count in lines[name].items() if count == 0]
        for place, sides in branches.get(name, {}).items():
            found += [(place[0], place[1], f"{side}: {text_between(source, *place)}")
                      for side in ("true", "false") if sides[side] == 0 and lines[name][place[0]] != 0]
        rows += [Row(file, what, source[line - 1].strip()) for line, _, what in sorted(found)]
    return rows


def read_explained(path):
    explained = collections.OrderedDict()
    for number, text in enumerate(path.read_text().splitlines(), 1):
        if not text or text.startswith("#"):
            continue
        parts = [p.strip() for p in text.split(" :: ")]
        if len(parts) != 4:
            fail(f"{path.name}:{number}: not FILE :: WHAT :: SOURCE LINE :: REASON")
        explained.setdefault(Row(*parts[:3]), []).append(parts[3])
    return explained


def summary(of, total):
    return f"{total - of} of {total} ({100.0 * (total - of) / total:.2f} %)"


def main():
    arguments = [a for a in sys.argv[1:] if a != "--update"]
    if len(arguments) != 3:
        sys.exit(__doc__)
    include = pathlib.Path(arguments[0]).resolve() / "include" / "bitswire"
    lines, branches = run_and_count(arguments[1], include, pathlib.Path(arguments[2]))
    if not lines:
        fail("nothing was counted")
    unreached = never_run(lines, branches, include)
    path = pathlib.Path(__file__).with_name("unreached.txt")
    explained = read_explained(path)

    if "--update" in sys.argv:
        head = [t for t in path.read_text().splitlines() if t.startswith("#")]
        rows = [" :: ".join([*row, *explained.get(row, ["-"])[:1]]) for row in unreached]
        path.write_text("\n".join(head + rows) + "\n")
        explained = read_explained(path)

    wrong = [f"never run: {' :: '.join(row)}" for row in unreached if not any(explained.get(row, []))]
    wrong += [f"no reason: {' :: '.join(row)}" for row, reasons in explained.items() if "-" in reasons]
    left = collections.Counter(unreached)
    wrong += [f"run, but said to be out of reach: {' :: '.join(row)}" for row, reasons in explained.items()
              if len(reasons) > left[row]]

    all_lines = sum(len(of_file) for of_file in lines.values())
    missed_lines = sum(list(of_file.values()).count(0) for of_file in lines.values())
    sides = [count for of_file in branches.values() for c in of_file.values() for count in (c["true"], c["false"])]
    print(f"{len(lines)} headers: lines {summary(missed_lines, all_lines)}, "
          f"branches {summary(sides.count(0), len(sides))}; {len(explained)} explained")
    if 100.0 * (all_lines - missed_lines) < FEWEST_LINES * all_lines:
        wrong.append(f"fewer lines than {FEWEST_LINES} %")
    if 100.0 * (len(sides) - sides.count(0)) < FEWEST_BRANCHES * len(sides):
        wrong.append(f"fewer branches than {FEWEST_BRANCHES} %")
    for text in wrong:
        print(text)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
