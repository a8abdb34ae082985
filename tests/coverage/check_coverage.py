#!/usr/bin/env python3
"""What the tests never run of include/, line by line and branch by branch.

usage: check_coverage.py SOURCE_DIR TESTS_PROGRAM WORK_DIR [--update]

Runs TESTS_PROGRAM, which clang has built with -fprofile-instr-generate -fcoverage-mapping, and prints what it counted.
A line, or a side of a condition, counts as run if any of the program's copies of a template has run it. What the
compiler decides is not counted: consteval functions, what initializes constants, conditions that are constant in each
copy, or that stand in `if (std::is_constant_evaluated()) return`.

Whatever was never run stands in unreached.txt beside this file, with a reason:

    FILE :: WHAT :: SOURCE LINE :: REASON

WHAT is `line`; `block`, where another part of the line was run, or what no copy of a template takes of its `if
constexpr`; `copy`, where there is no copy at all; or the side of a condition that was never seen and the condition's
text, such as `false: size == 0`. As many rows as there are such places: a line that occurs twice in a file needs two. A
row of something that was run is an error, too. --update rewrites the file: rows that are no longer true go, what is
missing comes without a reason, and is refused until somebody has found one or, better, written a test.
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys

FEWEST_LINES = 99.8  # percent of all, explained or not
FEWEST_BRANCHES = 99.7

CODE_REGION = 0  # of llvm-cov; others are gaps between statements, and what is left out

Row = collections.namedtuple("Row", "file what source")


def decided_by_the_compiler(condition, source, following):
    # -Wswitch closes the way past all enumerators.
    past_all = source.startswith(f"switch ({condition})") and re.match(r"case (\w+::)+\w+:", following)
    only_in_constants = source.startswith("if (std::is_constant_evaluated()) return ")
    return past_all or only_in_constants or source.endswith("= default;")


def fail(text):
    sys.exit(f"check_coverage: {text}")


def export(program, profile, form):
    done = subprocess.run(["llvm-cov", "export", program, f"-instr-profile={profile}", f"-format={form}"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        fail(done.stderr)
    return done.stdout


def run_and_count(program, include, work):
    """A run of `program`. For each file below `include`: whether each line was run, and how often each side of each
    condition and each block."""
    work.mkdir(parents=True, exist_ok=True)
    raw, merged = work / "tests.profraw", work / "tests.profdata"
    raw.unlink(missing_ok=True)
    run = subprocess.run([program], env={**os.environ, "LLVM_PROFILE_FILE": str(raw)}, capture_output=True, text=True)
    if run.returncode != 0:
        fail(f"the tests fail:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    subprocess.run(["llvm-profdata", "merge", "-o", merged, raw], check=True)

    # Of each function, not of each file: there llvm-cov leaves out the conditions that are constant in a copy.
    regions, branches, blocks = (collections.defaultdict(collections.Counter) for _ in range(3))
    for function in json.loads(export(program, merged, "text"))["data"][0]["functions"]:
        names = function["filenames"]
        for first, column, last, end, count, file, _, kind in function["regions"]:
            if kind == CODE_REGION:
                regions[names[file]][first, column, last, end] += count
                blocks[names[file]][first, column] += count
        for first, column, last, end, on_true, on_false, file, *_ in function["branches"]:
            branches[names[file]][first, column, last, end, "true"] += on_true
            branches[names[file]][first, column, last, end, "false"] += on_false

    lines = {}
    name = None
    for text in export(program, merged, "lcov").splitlines():
        kind, _, rest = text.partition(":")
        if kind == "SF":
            name = rest if pathlib.Path(rest).is_relative_to(include) else None
            never = [(place[0], place[2]) for place, count in regions[rest].items() if count == 0]
        elif kind == "DA" and name:
            line, count = map(int, rest.split(","))
            # clang 14 takes what stands behind a block that may return for a gap between statements.
            was_run = count != 0 or not any(first <= line <= last for first, last in never)
            of_file = lines.setdefault(name, {})
            of_file[line] = of_file.get(line, False) or was_run
    for name in lines:
        source = pathlib.Path(name).read_text().splitlines() + [""]
        branches[name] = {place: count for place, count in branches[name].items() if not decided_by_the_compiler(
            text_between(source, *place[:4]), source[place[0] - 1].strip(), source[place[0]].strip())}
    return lines, branches, blocks


def text_between(source, first, column, last, end):
    picked = source[first - 1:last]
    picked[-1] = picked[-1][:end - 1]
    picked[0] = picked[0][column - 1:]
    return " ".join(" ".join(picked).split())


COMPILERS_OWN = re.compile(r"\bconsteval\b|\bstatic_assert\b|\bconcept\b|\bconstexpr\b(?!.*\boperator\b)[^(]*=")
TYPE_OR_NAMESPACE = re.compile(r"\s*(template\s*<.*>\s*)?(class|struct|enum|namespace)\b")
NO_CODE = re.compile(r"//[^\n]*|\"(\\.|[^\"\\\n])*\"|'(\\.|[^'\\\n])'|^[ \t]*#.*$", re.MULTILINE)


def statements_without_code(path, counted):
    """The lines on which a statement of a function ends that are not among those of which clang has made code: nobody
    has made a copy of a template. Not those of functions that only the compiler runs."""
    found = set()
    blocks, outside, opener = [], [], ""
    for number, line in enumerate(NO_CODE.sub("", path.read_text()).splitlines(), 1):
        for c in line:
            if c not in "{};":
                opener += c
                continue
            inner = blocks[-1] if blocks else "types"
            if c == "{":
                in_parentheses = opener.count("(") > opener.count(")")
                if inner == "types" and "(" in opener and not TYPE_OR_NAMESPACE.match(opener):
                    inner = "code"
                blocks.append("compiler's" if COMPILERS_OWN.search(opener) else inner)
                outside.append(opener if in_parentheses else "")
                opener = ""
            elif c == "}":
                blocks.pop()
                opener = outside.pop()
            else:
                if inner == "code" and number not in counted:
                    found.add(number)
                opener = ""
        opener += " "
    return found


def never_run(lines, branches, blocks, include):
    rows = []
    for path in sorted(include.rglob("*.hpp")):
        source = path.read_text().splitlines()
        was_run = lines.get(str(path), {})
        found = [(line, 0, "line") for line, ran in was_run.items() if not ran]
        found += [(line, 0, "copy") for line in statements_without_code(path, was_run)]
        found += [(line, column, "block") for (line, column), count in blocks[str(path)].items()
                  if count == 0 and was_run[line] and source[line - 1][column - 1] == "{"]
        sides = branches[str(path)]
        for (first, column, last, end, side), count in sides.items():
            other = sides[first, column, last, end, "false" if side == "true" else "true"]
            if count == 0 and (was_run[first] or other != 0):
                found.append((first, column, f"{side}: {text_between(source, first, column, last, end)}"))
        rows += [Row(str(path.relative_to(include)), what, source[line - 1].strip()) for line, _, what in sorted(found)]
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
    lines, branches, blocks = run_and_count(arguments[1], include, pathlib.Path(arguments[2]))
    if not lines:
        fail("nothing was counted")
    unreached = never_run(lines, branches, blocks, include)
    left = collections.Counter(unreached)
    path = pathlib.Path(__file__).with_name("unreached.txt")
    explained = read_explained(path)

    if "--update" in sys.argv:
        head = [t for t in path.read_text().splitlines() if t.startswith("#")]
        rows = [" :: ".join([*row, explained[row].pop(0) if explained.get(row) else "-"]) for row in unreached]
        path.write_text("\n".join(head + rows) + "\n")
        explained = read_explained(path)

    wrong = [f"never run: {' :: '.join(row)}" for row in left if left[row] > len(explained.get(row, []))]
    wrong += [f"no reason: {' :: '.join(row)}" for row, reasons in explained.items() if "-" in reasons or "" in reasons]
    wrong += [f"run, but said to be out of reach: {' :: '.join(row)}" for row, reasons in explained.items()
              if len(reasons) > left[row]]

    ran = [r for of_file in lines.values() for r in of_file.values()]
    sides = [count for name in lines for count in branches[name].values()]
    print(f"{len(lines)} headers: lines {summary(ran.count(False), len(ran))}, "
          f"branches {summary(sides.count(0), len(sides))}; {sum(map(len, explained.values()))} explained")
    if 100.0 * ran.count(True) < FEWEST_LINES * len(ran):
        wrong.append(f"fewer lines than {FEWEST_LINES} %")
    if 100.0 * (len(sides) - sides.count(0)) < FEWEST_BRANCHES * len(sides):
        wrong.append(f"fewer branches than {FEWEST_BRANCHES} %")
    for text in wrong:
        print(text)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
