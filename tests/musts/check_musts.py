#!/usr/bin/env python3
"""Every demand of [MC-BUP] is a row of musts.txt, and what the row cites is there.

usage: check_musts.py SOURCE_DIR BITSWIRE_TESTS [--update]   exit 1 and name each breach; --update: rewrite the README's count
       check_musts.py --samples DIR                          each file of DIR must be refused, for the reason it names

Laws: a row has a level, a role and a text; it cites tests, or says why it deviates or whose it is to keep; a citation names
one test that exists; a deviation is in the README's list; each section of 2.2 and 3.1 to 3.4 has rows, numbered from 1, or is
said to demand nothing; the README has the count.

SPDX-License-Identifier: BSL-1.0
"""
import ast
import pathlib
import re
import subprocess
import sys
from dataclasses import dataclass, field

LEVELS = ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "says")
ROLES = ("client", "server", "back-end client", "server application", "higher layer", "both")
BEGIN, END = "<!-- musts -->\n", "<!-- end -->"
LIST = "## Where it deviates from the specification, and why"


def numbered(parent, count):
    return [f"{parent}.{i}" for i in range(1, count + 1)]


def sections():
    """The sections of [MC-BUP] 16.0 that the table is about."""
    found = ["2.2", *numbered("2.2", 13), *numbered("2.2.1", 2)]
    for i in range(2, 14):
        found += numbered(f"2.2.{i}", 3)
    for parent, count in {
        "3.1": 7, "3.1.1": 2, "3.1.2": 3, "3.1.4": 4, "3.1.5": 2, "3.1.5.1": 9, "3.1.5.2": 6, "3.1.6": 3, "3.1.7": 1,
        "3.2": 7, "3.2.1": 4, "3.2.1.3": 1, "3.2.2": 1, "3.2.4": 2, "3.2.5": 2, "3.2.5.1": 6, "3.2.5.2": 8, "3.2.6": 1,
        "3.3": 7, "3.3.1": 1, "3.3.2": 3, "3.3.5": 3, "3.3.5.2": 7, "3.3.5.3": 2, "3.3.6": 3,
        "3.4": 7, "3.4.5": 2,
    }.items():
        if parent.count(".") == 1:
            found.append(parent)
        found += numbered(parent, count)
    return frozenset(found)


@dataclass
class World:
    """What a table can speak of."""

    doctest: list[str]
    corpus: dict[str, list[str]]  # file without .txt -> titles
    live: list[str]
    sections: frozenset[str]
    deviations: str  # the README's list, in one line


@dataclass
class Row:
    id: str
    level: str
    role: str
    text: str
    line: int
    tests: list[str] = field(default_factory=list)
    shown_by: set[str] = field(default_factory=set)
    deviation: str = ""
    readme: str = ""
    elsewhere: str = ""

    @property
    def section(self):
        return self.id.rpartition("-")[0]


def read_table(text):
    """Rows, sections that demand nothing, and breaches of the form."""
    rows, none, breaches = [], [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("none: "):
            none += line[6:].split()
            continue
        if line.startswith("  "):
            kind, colon, value = line.strip().partition(": ")
            if not rows or not colon or not value.strip():
                breaches.append((number, "cannot be read"))
            elif kind == "test":
                rows[-1].tests.append(value)
            elif kind == "corpus":
                rows[-1].tests.append("corpus: " + value)
            elif kind in ("deviation", "readme", "elsewhere"):
                if getattr(rows[-1], kind):
                    breaches.append((number, f"a second {kind}"))
                setattr(rows[-1], kind, value)
            else:
                breaches.append((number, "cannot be read"))
            continue
        parts = [part.strip() for part in line.split(" | ")]
        if len(parts) != 4 or not all(parts) or not re.fullmatch(r"[\d.]+-\d+", parts[0]):
            breaches.append((number, "cannot be read"))
            continue
        rows.append(Row(*parts, line=number))
    return rows, none, breaches


def find_tests(citation, world):
    """The tests that a citation can mean."""
    if re.fullmatch(r"test_\w+\.\w+\.test_\w*", citation):
        return [citation] if citation in world.live else []
    corpus = re.fullmatch(r"corpus: ([\w-]+): (.+)", citation)
    file, part = corpus.groups() if corpus else ("", citation)
    names = world.corpus.get(file, []) if corpus else world.doctest
    found = [part] if part in names else [name for name in names if part in name]
    return [f"{file}: {name}" for name in found]


def check(text, world):
    """Rows and breaches of a table."""
    rows, none, breaches = read_table(text)
    if not rows:
        breaches.append((0, "has no rows"))
    ids = set()
    numbers = {}
    for row in rows:
        def note(what, row=row):
            breaches.append((row.line, f"{row.id}: {what}"))

        if row.id in ids:
            note("is there twice")
        else:
            ids.add(row.id)
            numbers[row.section] = numbers.get(row.section, 0) + 1
            if row.id != f"{row.section}-{numbers[row.section]}":
                note("is out of order")
        if row.section not in world.sections:
            note("is of no section that there is")
        if row.level not in LEVELS:
            note(f"has the unknown level {row.level}")
        if row.role not in ROLES:
            note(f"has the unknown role {row.role}")
        if not (row.tests or row.deviation or row.elsewhere):
            note(f"nothing shows this {row.level}")
        if row.deviation and row.elsewhere:
            note("deviates, and is kept elsewhere")
        if bool(row.deviation) != bool(row.readme):
            note("a deviation and words of the README go together")
        elif row.readme and row.readme not in world.deviations:
            note(f"not in the README's list of deviations: {row.readme}")
        for citation in row.tests:
            found = find_tests(citation, world)
            if not found:
                note(f"there is no test: {citation}")
            elif len(found) > 1:
                note(f"{len(found)} tests could be meant: {citation}")
            elif found[0] in row.shown_by:
                note(f"cites a test twice: {citation}")
            row.shown_by |= set(found)
    for section in none:
        if section not in world.sections:
            breaches.append((0, f"none: {section} is no section that there is"))
        elif section in numbers or none.count(section) > 1:
            breaches.append((0, f"none: {section} is there twice"))
    for section in sorted(world.sections - set(none) - set(numbers)):
        breaches.append((0, f"nothing is said of section {section}"))
    return rows, breaches


def summary(rows):
    """The count, as the README has it."""
    levels = [f"{sum(row.level == level for row in rows)} {level}" for level in LEVELS[:-1]]
    said = sum(row.level == "says" for row in rows)
    deviating = sum(bool(row.deviation) for row in rows)
    elsewhere = sum(bool(row.elsewhere) for row in rows)
    tests = set().union(*(row.shown_by for row in rows))
    words = (
        f"Sentence by sentence, [MC-BUP] 2.2 and 3.1 to 3.4 are the {len(rows)} rows of `tests/musts/musts.txt`: "
        f"{', '.join(levels)}, and {said} statements without such a word. {len(rows) - deviating - elsewhere} are kept as "
        f"they stand, {deviating} with a deviation that is listed below, {elsewhere} are for the embedder or the server "
        f"application to keep; {len(tests)} tests are cited for it. A test checks that each row has its reason, and each "
        f"citation its test.\n"
    )
    lines, line = [], ""
    for word in words.split():
        if len(line) + 1 + len(word) > 125:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line]) + "\n"


def with_count(readme, count):
    """The README with this count; nothing, if it has no place for one."""
    if readme.count(BEGIN) != 1:
        return None
    before, _, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{BEGIN}{count}{END}{after}" if end else None


def deviations_of(readme):
    return " ".join(readme.partition(f"\n{LIST}\n")[2].partition("\n## ")[0].split())


def live_tests(folder):
    found = []
    for path in sorted(folder.glob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                found += [f"{path.stem}.{node.name}.{one.name}" for one in node.body
                          if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")]
    return found


def real_world(source, program, readme):
    listing = subprocess.run([program, "--list-test-cases"], text=True, capture_output=True, check=True).stdout
    names = [line for line in listing.splitlines() if line and not line.startswith(("[doctest]", "====="))]
    corpus = {}
    for path in sorted((source / "tests/corpus").glob("*.txt")):
        corpus[path.stem] = re.findall(r"^case: (.+)$", path.read_text(), re.M)
    return World(names, corpus, live_tests(source / "tests/live"), sections(), deviations_of(readme))


def check_tree(source, program, update):
    readme_path = source / "README.md"
    readme = readme_path.read_text()
    table = source / "tests/musts/musts.txt"
    world = real_world(source, program, readme)
    if not (world.doctest and world.corpus and world.live and world.deviations):
        print("there are no tests, or no list of deviations, to look for")
        return 1
    rows, breaches = check(table.read_text(), world)
    for line, what in sorted(breaches):
        print(f"{table}:{line}: {what}")
    count = summary(rows)
    print(count, end="")
    if breaches:
        print(f"{len(breaches)} breaches")
        return 1
    expected = with_count(readme, count)
    if expected is None:
        print("the README has no place for the count")
        return 1
    if update:
        readme_path.write_text(expected)
    elif expected != readme:
        print("the README has another count; run: tests/musts/check_musts.py . build/gcc-dev/tests/bitswire_tests --update")
        return 1
    return 0


def check_samples(folder):
    """Each sample is a table in a small world; its first line says for what it must be refused, or that it is good."""
    world = World(
        doctest=["server: one thing", "server: one thing more", "client: another"],
        corpus={"acks": ["a case", "a case more"]},
        live=["test_x.Class.test_y"],
        sections=frozenset({"2.2", "2.2.1"}),
        deviations="It differs here, and there.",
    )
    files = sorted(folder.glob("*.txt"))
    failed = 0
    good = 0
    for path in files:
        text = path.read_text()
        expected = re.match(r"# sample: (.+)\n", text)[1]
        _, breaches = check(text, world)
        found = [what for _, what in breaches]
        if expected == "good":
            good += 1
            wrong = bool(found)
        else:
            wrong = not any(expected in what for what in found) or len(found) != 1
        if wrong:
            print(f"{path.name}: expected '{expected}', found {found}")
            failed += 1
    readme = f"before\n{BEGIN}old\n{END}\nafter\n"
    if with_count(readme, "new\n") != f"before\n{BEGIN}new\n{END}\nafter\n":
        print("a stale count is not seen")
        failed += 1
    if with_count("no markers\n", "new\n") is not None or with_count(f"{BEGIN}no end\n", "new\n") is not None:
        print("a README without a place for the count is not seen")
        failed += 1
    if good == 0 or len(files) - good < 10:
        print(f"only {len(files)} samples in {folder}, {good} of them good")
        failed += 1
    print(f"{len(files)} samples, {failed} wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1] == "--samples":
        sys.exit(check_samples(pathlib.Path(sys.argv[2])))
    sys.exit(check_tree(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2], "--update" in sys.argv))
