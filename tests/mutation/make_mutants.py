#!/usr/bin/env python3
"""Copies include/ so that its tables and numbers can be changed while a program runs.

usage: make_mutants.py INCLUDE_DIR OUT      writes OUT/bitswire/... and OUT/mutation_points.inc

In the copy a table `x` becomes `x_original`, and `x` a `mutation::table` over it; a number becomes a `mutation::number`. Both
are what they were where the compiler evaluates them. What is derived from tables is made a table, too, so that it can be made
anew. Nothing is chosen by hand: each table of rows and each number that a header gives is found by its form. A table of another
form, and a seam that is not there exactly once, is an error; rows of a new type do not compile in rows.hpp.

SPDX-License-Identifier: BSL-1.0
"""
import pathlib
import re
import sys

LAYERS = ("spec", "machine", "wire", "session")  # base knows no fact of the protocol

# Tables of rows that say nothing but texts, and numbers that are none of the protocol's. Each must be there.
NOT_MUTATED = {
    ("spec/header.hpp", "header_aliases"): "read through header_spellings, which is mutated",
    ("spec/hresult_table.hpp", "hresult_aliases"): "texts",
    ("spec/job_error.hpp", "remedy_rows"): "texts",
}
NOT_FACTS = {"message_kind": "which packet can be which kinds", "text_member": "where a packet has a header"}

# file -> (text, what it becomes): where constant evaluation has to give way to the program's.
SEAMS = {
    "base/transition_table.hpp": [
        ("template <class Rules>\ninline constexpr transition_cells_of<Rules> transition_cells = make_cells<Rules>();",
         "template <class Rules>\n"
         "inline constexpr transition_cells_of<Rules> transition_cells_original = make_cells<Rules>();\n"
         "template <class Rules>\ninline constexpr mutation::table<transition_cells_original<Rules>> transition_cells{};"),
        ("consteval transition_cells_of<Rules> make_cells()", "constexpr transition_cells_of<Rules> make_cells()"),
    ],
    "spec/header.hpp": [
        ("consteval presence_sets make_presence_sets()", "constexpr presence_sets make_presence_sets()"),
        ("inline constexpr presence_sets headers_by_presence = make_presence_sets();",
         "inline constexpr presence_sets headers_by_presence_original = make_presence_sets();\n"
         "inline constexpr mutation::table<headers_by_presence_original> headers_by_presence{};"),
        ("inline constexpr auto repetitions = [] {", "constexpr auto make_repetitions() {"),
        ("        all[h] = header_rows[h].twice;\n    return all;\n}();\n",
         "        all[h] = header_rows[h].twice;\n    return all;\n}\n"
         "inline constexpr auto repetitions_original = make_repetitions();\n"
         "inline constexpr mutation::table<repetitions_original> repetitions{};\n"),
    ],
    "wire/field_set.hpp": [
        ("template <class Late>\ninline constexpr auto header_spellings = [] {",
         "inline constexpr auto header_spellings_original = [] {"),
        ("template <class Late>\ninline constexpr auto header_by_name =",
         "template <class>\ninline constexpr mutation::table<header_spellings_original> header_spellings{};\n\n"
         "template <class Late>\ninline constexpr auto header_by_name ="),
    ],
    "wire/read_message.hpp": [("constexpr std::size_t limit = row_of", "std::size_t limit = row_of")],
}

TABLE = re.compile(r"^(?P<indent> *)(?P<how>inline|static) constexpr auto (?P<name>\w+) = "
                   r"(?:std::to_array<|\[\] \{$)", re.M)
# Many tables are plain arrays; in the copy they are of the same form as the others.
ARRAY = re.compile(r"^(?P<indent> *)(?P<how>(?:inline|static) constexpr) (?P<type>\w+(?:<[^>]*>)?) (?P<name>\w+)\[\] = \{\n"
                   r"(?P<rows>.*?)^(?P=indent)\};", re.M | re.S)
ROWS = re.compile(r"std::to_array<(?P<type>\w+)(?:<[^>]*>)?>\(\{")
NUMBER = re.compile(r"^(?P<before> *(?P<constant>(?:inline|static) constexpr )?)"
                    r"(?P<type>std::u?int\d+_t|std::size_t|unsigned|int) (?P<name>\w+) = "
                    r"(?P<value>(?:0x[0-9a-fA-F]+|[1-9][0-9']*)U?(?: \* [0-9']+)*);", re.M)
# The compiler may compute a local integer that is const, even where it is not asked to.
LOCAL_CONST = re.compile(r"^( +)const ((?:std::)?\w+ \w+ = )", re.M)


def blank(text):
    """Without comments and texts; every position stays."""
    return re.sub(r'//[^\n]*|"(?:\\.|[^"\\\n])*"', lambda m: " " * len(m.group(0)), text)


def row_positions(code, at):
    """Where each row begins, and where the brace closes that was opened before `at`."""
    rows, depth = [], 0
    while depth >= 0:
        if code[at] == "{":
            if depth == 0:
                rows.append(at)
            depth += 1
        elif code[at] == "}":
            depth -= 1
        at += 1
    return rows, at


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def scope_of(text, found):
    """The class that an indented declaration is in, with `::` behind it; nothing where it is in a function."""
    if not found[0].startswith(" "):
        return ""
    opened = re.findall(r"^(?:(?:class|struct) (\w+)|\})", text[:found.start()], re.M)
    return opened[-1] + "::" if opened and opened[-1] else ""


class Copy:
    def __init__(self):
        self.points = []  # the lines of mutation_points.inc
        self.numbers = 0
        self.spared = set()

    def is_spared(self, file, name):
        if (file, name) in NOT_MUTATED:
            self.spared.add((file, name))
        return (file, name) in NOT_MUTATED

    def add_numbers(self, file, text):
        def replace(m):
            if self.is_spared(file, m["name"]):
                return m[0]
            name = scope_of(text, m) + m["name"]
            self.points.append(f'number<{m["type"]}, {self.numbers}>({m["value"]}, '
                               f'{{"{file}", "{name}", {{{line_of(text, m.start())}}}}});')
            number = f'mutation::number<{m["type"]}, {self.numbers}>'
            self.numbers += 1
            if m["constant"]:
                return f'{m["before"]}{number} {m["name"]}{{{m["value"]}}};'
            return f'{m["before"]}{m["type"]} {m["name"]} = {number}{{{m["value"]}}};'
        return NUMBER.sub(replace, text)

    def add_tables(self, file, text):
        text = ARRAY.sub(r"\g<indent>\g<how> auto \g<name> = std::to_array<\g<type>>({\n\g<rows>\g<indent>});", text)
        code = blank(text)
        if re.search(r"\[\] = \{\s*\{", code):
            raise SystemExit(f"{file}: a table of rows of another form than these: {ARRAY.pattern}")
        left = sum(m["type"] not in NOT_FACTS for m in ROWS.finditer(code))
        out, done = [], 0
        for m in TABLE.finditer(text):
            end = text.index("\n" + m["indent"] + "}", m.end())
            found = ROWS.search(text, m.start(), end)
            if found is None or found["type"] in NOT_FACTS:
                continue  # without rows: made of other tables
            left -= 1
            if self.is_spared(file, m["name"]):
                continue
            rows, _ = row_positions(code, found.end())
            end = text.index("\n", end + 1) + 1
            scope = scope_of(text, m)
            is_detail = text.count("\nnamespace detail {", 0, m.start()) > text.count("\n} // namespace detail", 0, m.start())
            space = "bitswire::detail::" if is_detail else "bitswire::"
            lines = ", ".join(str(line_of(text, at)) for at in rows)
            self.points.append(f'table({space}{scope}{m["name"]}, {{"{file}", "{scope}{m["name"]}", {{{lines}}}}});')
            out += [text[done:m.start("name")], m["name"], "_original", text[m.end("name"):end], m["indent"], m["how"],
                    f' constexpr mutation::table<{m["name"]}_original> {m["name"]}{{}};\n']
            done = end
        if left != 0:
            raise SystemExit(f"{file}: a table of rows of another form than these: {TABLE.pattern}")
        return "".join(out) + text[done:]

    def header(self, file, text):
        if file.split("/")[0] in LAYERS:
            text = self.add_tables(file, self.add_numbers(file, text))  # both keep the lines of what comes later
        for old, new in SEAMS.get(file, []):
            if text.count(old) != 1:
                raise SystemExit(f"{file}: a seam that is there {text.count(old)} times: {old}")
            text = text.replace(old, new)
        if file.split("/")[0] in LAYERS:
            text = LOCAL_CONST.sub(r"\1\2", text)
        guard = re.search(r"^#define BITSWIRE_\w+\n", text, re.M)
        return text[:guard.end()] + '\n#include "mutation/point.hpp"\n' + text[guard.end():]


def main(include, out):
    copy = Copy()
    headers = sorted(include.glob("bitswire/**/*.hpp"))
    for header in headers:
        file = header.relative_to(include / "bitswire").as_posix()
        target = out / "bitswire" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        text = copy.header(file, header.read_text())
        if not target.exists() or target.read_text() != text:  # what stays the same is not compiled again
            target.write_text(text)
    for file, name in NOT_MUTATED.keys() - copy.spared:
        raise SystemExit(f"{file}: {name} is not there")
    for file in SEAMS.keys() - {h.relative_to(include / 'bitswire').as_posix() for h in headers}:
        raise SystemExit(f"{file} is not there")
    (out / "mutation_points.inc").write_text("\n".join(copy.points) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
