#!/usr/bin/env python3
"""From the figures of one run to bench/results.md and bench/results.svg: ratios, beside the goals.

usage: report.py FOLDER [--kinds packets,compile,uploads] [--write FOLDER] [--check]

FOLDER holds JSON as Google Benchmark writes it: `packets-*.json` of bitswire_bench and its variants, `compile.json` of
compile_time.py, `uploads.json` of upload_beside_nginx.py. A name in the table below that no file has is an error, so
that none can rot. --write: where the results go; without it they are printed. --check: exit code 1 if a goal is missed.

The chart is written here, as text: a plotting library draws no chart that follows its reader into the dark, and
python3-matplotlib brings some 100 MB with it.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import re
import statistics
import sys
from dataclasses import dataclass, field
from html import escape
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """A figure, as a part of another one of the same column; or itself, if nothing stands beside it.

    What is measured is `name` for its CPU time, or `name[counter]`, such as `name[real_time]`. A `*` in it stands for a
    row for each name that fits.
    """

    what: str
    measured: str
    beside: str = ""
    goal: float | None = None  # at most
    goal_of: dict[str, float] = field(default_factory=dict)  # where a variant has another one
    unit: str = ""

    def goal_in(self, column: Column) -> float | None:
        return self.goal_of.get(column.variant, self.goal)


@dataclass(frozen=True)
class Section:
    title: str
    kind: str
    words: str
    rows: list[Row]


FLAT = 1.3  # more digits are more to read and to write, and caches are what they are
NGINX_SLOWEST = 1 / 0.8  # at least 0.8 of nginx' rate

SECTIONS = [
    Section(
        "Reading",
        "packets",
        "From bytes to a typed, validated packet, as a part of the time in which others find the tokens.",
        [
            Row("Fragment head / llhttp", "request_bitswire", "request_llhttp", 0.3, {"portable": 0.8}),
            Row("Ack / llhttp", "ack_bitswire", "ack_llhttp", 0.3, {"portable": 0.8}),
            Row("Fragment head / http-parser", "request_bitswire", "request_http_parser"),
            Row("Ack / http-parser", "ack_bitswire", "ack_http_parser"),
            Row("Fragment head / Boost.Beast", "request_bitswire", "request_beast"),
            Row("Ack / Boost.Beast", "ack_bitswire", "ack_beast"),
        ],
    ),
    Section(
        "Writing",
        "packets",
        "From a packet to bytes, as a part of the time of `snprintf` with the same result, and of copying that.",
        [
            Row("Fragment head / snprintf", "encode_request_bitswire", "encode_request_snprintf", 1 / 8),
            Row("Ack / snprintf", "encode_ack_bitswire", "encode_ack_snprintf", 1 / 8),
            Row("Fragment head / memcpy", "encode_request_bitswire", "encode_request_memcpy", 10),
            Row("Ack / memcpy", "encode_ack_bitswire", "encode_ack_memcpy", 10),
        ],
    ),
    Section(
        "The second door",
        "packets",
        "The same packets from and to the headers of another library, which has them already; nothing of its own time.",
        [
            *(
                Row(f"{verb} {packet}, {words} / as bytes", f"{name}/{sink}", f"{name}/bytes")
                for verb, file in (("reading", "read"), ("writing", "write"))
                for packet, name in (("a Fragment", f"{file}_fragment"), ("an Ack", f"{file}_ack"))
                for sink, words in (("beast", "Boost.Beast's fields"), ("pairs", "pairs of strings"))
            ),
            Row("visiting the headers of a Fragment alone / as bytes", "write_fragment/nowhere", "write_fragment/bytes"),
            Row("visiting the headers of an Ack alone / as bytes", "write_ack/nowhere", "write_ack/bytes"),
        ],
    ),
    Section(
        "Sessions",
        "packets",
        "Bytes in, the library's decision, bytes out, as a part of reading and writing alone.",
        [
            *(
                Row(
                    f"step of the {side}, {words} / reading and writing",
                    f"{side}_step/log2_bytes:{log2}",
                    f"{side}_wire_alone/log2_bytes:{log2}",
                    1.6,
                )
                for side in ("client", "server")
                for log2, words in ((0, "a byte"), (16, "64 KiB"), (32, "4 GiB"), (63, "8 EiB"), (64, "16 EiB - 1"))
            ),
            *(
                Row(
                    f"step of the {side}, {words} / 64 KiB",
                    f"{side}_step/log2_bytes:{log2}",
                    f"{side}_step/log2_bytes:16",
                    FLAT,
                )
                for side in ("client", "server")
                for log2, words in ((0, "a byte"), (32, "4 GiB"), (64, "16 EiB - 1"))
            ),
            Row("making a client / a step of it", "client_made/32", "client_step/log2_bytes:32"),
            Row("step among 1,000 sessions / among 10", "server_step/sessions:1000", "server_step/sessions:10", FLAT),
            Row(
                "among 1,000,000 / among 10 and a read",
                "server_step/sessions:1000000",
                "server_step_and_read/sessions:1000000",
                FLAT,
            ),
            Row("among 1,000,000 / among 10", "server_step/sessions:1000000", "server_step/sessions:10"),
            Row("what the map's look-up is of that", "store_find/sessions:1000000", "server_step/sessions:1000000"),
            Row("the same in std::unordered_map", "server_step_nodes/sessions:1000000", "server_step_nodes/sessions:10"),
            Row("a session, with its part of the map", "server_step/sessions:1000000[bytes_per_session]", goal=400, unit="bytes"),
        ],
    ),
    Section(
        "HRESULTs",
        "packets",
        "Values that are in the table and values that are not, at random.",
        [
            Row("by value", "hresult_by_value_bitswire", goal=1.5, unit="ns"),
            Row("by name", "hresult_by_name_bitswire", goal=12, unit="ns"),
            *(
                Row(f"by {key} / {words}", f"hresult_by_{key}_bitswire", f"hresult_by_{key}_{other}")
                for key in ("value", "name")
                for other, words in (("unordered_map", "std::unordered_map"), ("sorted_array", "search in a sorted array"))
            ),
        ],
    ),
    Section(
        "Jobs",
        "packets",
        "What is next, and telling the scheduler what came of it. What looked at each job would cost 10,000 times as "
        "much among 100,000 as among 10.",
        [
            Row("decision among 1,000 jobs / among 10", "scheduler_decision/1000", "scheduler_decision/10"),
            Row("decision among 100,000 jobs / among 10", "scheduler_decision/100000", "scheduler_decision/10", 200),
            Row("a job in the bytes of a queue", "queue_write[bytes_per_job]", unit="bytes"),
        ],
    ),
    Section(
        "Compiling",
        "compile",
        "A file that includes one header, as a part of one that includes `<array> <optional> <span> <string_view>`.",
        [
            Row("all of it", "bitswire/bitswire.hpp", "baseline", 2.0),
            Row("the HRESULTs", "bitswire/spec/hresult.hpp", "baseline", 1.2),
            Row("beside: ", "nlohmann/json.hpp", "baseline"),
            Row("beside: ", "boost/beast/http.hpp", "baseline"),
            Row("", "bitswire/*/*.hpp", "baseline"),
        ],
    ),
    Section(
        "Uploads over loopback, beside nginx",
        "uploads",
        "Time as a part of that of nginx with WebDAV PUT, which is one request for a file where BITS is three. nginx "
        "leaves its files to the kernel; bitswire-server has each one on the disk when it acknowledges it.",
        [
            Row(
                "1 GiB / nginx",
                "upload_large/bitswire[real_time]",
                "upload_large/nginx[real_time]",
                NGINX_SLOWEST,
            ),
            Row(
                "1 GiB / nginx and an fsync",
                "upload_large/bitswire[real_time]",
                "upload_large/nginx_and_fsync[real_time]",
            ),
            Row(
                "files of 4 KiB / nginx",
                "upload_small/bitswire[real_time]",
                "upload_small/nginx[real_time]",
            ),
            Row(
                "files of 4 KiB / nginx and an fsync",
                "upload_small/bitswire[real_time]",
                "upload_small/nginx_and_fsync[real_time]",
            ),
            Row(
                "files of 4 KiB in memory / nginx",
                "upload_small_in_memory/bitswire[real_time]",
                "upload_small_in_memory/nginx[real_time]",
            ),
            Row(
                "most memory of the server",
                "upload_large/bitswire[server_peak_kib]",
                goal=32 * 1024,
                unit="KiB",
            ),
        ],
    ),
]

# What the chart shows of a run: groups of bars, in nanoseconds of CPU time. The first bar of each group is ours.
BARS = [
    (
        "Reading a Fragment head (303 bytes)",
        [
            ("bitswire, typed and validated", "request_bitswire"),
            ("llhttp, tokens", "request_llhttp"),
            ("http-parser, tokens", "request_http_parser"),
            ("Boost.Beast, tokens", "request_beast"),
        ],
    ),
    (
        "Reading its Ack (178 bytes)",
        [
            ("bitswire, typed and validated", "ack_bitswire"),
            ("llhttp, tokens", "ack_llhttp"),
            ("http-parser, tokens", "ack_http_parser"),
            ("Boost.Beast, tokens", "ack_beast"),
        ],
    ),
    (
        "Writing the Fragment head",
        [("bitswire, checked", "encode_request_bitswire"), ("snprintf", "encode_request_snprintf")],
    ),
]

NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
# What the machine does to a benchmark of the CPU only adds to it; of an upload, the disk's moods are a part.
STATISTIC = {"packets": min, "compile": min, "uploads": statistics.median}


@dataclass(frozen=True)
class Column:
    """The figures of one program, or of one compiler."""

    heading: str
    kind: str
    figures: dict[str, dict[str, float]]  # by name: times in ns, and counters
    variant: str = ""
    flags: str = ""

    def find(self, quantity: str) -> float:
        match = re.fullmatch(r"(.+?)(?:\[(\w+)\])?", quantity)
        assert match
        try:
            return self.figures[match[1]][match[2] or "cpu_time"]
        except KeyError:
            sys.exit(f"{self.heading}: nothing has measured {quantity}")

    def rows(self, section: Section) -> list[Row]:
        """With a row for each name that a `*` stands for and that has no row of its own."""
        rows: list[Row] = []
        named = {row.measured for row in section.rows}
        for row in section.rows:
            names = [row.measured]
            if "*" in row.measured:
                names = sorted(n for n in fnmatch.filter(self.figures, row.measured) if n not in named)
                if not names:
                    sys.exit(f"{self.heading}: nothing has measured {row.measured}")
            rows += [Row(row.what, name, row.beside, row.goal, row.goal_of, row.unit) for name in names]
        return rows

    def value(self, row: Row) -> float:
        return self.find(row.measured) / (self.find(row.beside) if row.beside else 1)


def figures_of(entries: list[dict], kind: str) -> dict[str, dict[str, float]]:
    """One figure of all repetitions."""
    runs: dict[str, list[dict[str, float]]] = {}
    for entry in entries:
        if entry.get("run_type", "iteration") != "iteration":
            continue
        if entry.get("error_occurred"):
            sys.exit(f"{entry['name']}: {entry['error_message']}")
        scale = NANOSECONDS[entry["time_unit"]]
        numbers = {key: float(value) for key, value in entry.items() if isinstance(value, (int, float))}
        numbers["cpu_time"] *= scale
        numbers["real_time"] *= scale
        runs.setdefault(entry["name"], []).append(numbers)
    choose = STATISTIC[kind]
    return {name: {key: choose(run[key] for run in same) for key in same[0]} for name, same in runs.items()}


def uploads_column(entries: list[dict]) -> Column:
    return Column("bitswire-server", "uploads", figures_of(entries, "uploads"))


def read_columns(folder: Path, kinds: list[str]) -> list[Column]:
    columns: list[Column] = []
    for path in sorted(folder.glob("packets-*.json")) if "packets" in kinds else []:
        data = json.loads(path.read_text())
        context = data["context"]
        variant = context["variant"]
        heading = context["compiler"] + (f", {variant}" if variant else "")
        figures = figures_of(data["benchmarks"], "packets")
        columns.append(Column(heading, "packets", figures, variant, context["flags"]))
    columns.sort(key=lambda column: (column.variant, not column.heading.startswith("g++")))
    if "compile" in kinds:
        figures = figures_of(json.loads((folder / "compile.json").read_text())["benchmarks"], "compile")
        for compiler in sorted({name.split("/")[1] for name in figures}, reverse=True):
            start = f"compile/{compiler}/"
            own = {name.removeprefix(start): f for name, f in figures.items() if name.startswith(start)}
            columns.append(Column(compiler, "compile", own))
    if "uploads" in kinds:
        columns.append(uploads_column(json.loads((folder / "uploads.json").read_text())["benchmarks"]))
    for kind in kinds:
        if not any(column.kind == kind for column in columns):
            sys.exit(f"{folder}: nothing of the kind {kind}")
    return columns


# The results as text.


def figure(value: float, unit: str = "") -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 0.2 else 3
    return f"{value:,.{digits}f}" + (f" {unit}" if unit else "")


def is_missed(row: Row, column: Column) -> bool:
    goal = row.goal_in(column)
    return goal is not None and column.value(row) > goal


def missed_goals(columns: list[Column]) -> list[str]:
    return [
        f"{title(row)}, {column.heading}: {figure(column.value(row), row.unit)} instead of at most "
        f"{figure(row.goal_in(column) or 0, row.unit)}"
        for section in SECTIONS
        for column in columns
        if column.kind == section.kind
        for row in column.rows(section)
        if is_missed(row, column)
    ]


def title(row: Row) -> str:
    """Headers are called by their names."""
    return f"{row.what}`{row.measured}`" if row.what in ("", "beside: ") else row.what


def goal_text(row: Row) -> str:
    if row.goal is None:
        return ""
    others = "".join(f"; {variant} {figure(goal)}" for variant, goal in row.goal_of.items())
    return figure(row.goal, row.unit) + others


def table(heads: list[str], lines: list[list[str]]) -> str:
    marks = ["---"] + ["--:"] * (len(heads) - 1)
    return "".join("| " + " | ".join(line) + " |\n" for line in [heads, marks, *lines])


def section_text(section: Section, columns: list[Column]) -> str:
    lines = []
    for row in columns[0].rows(section):
        cells = [
            figure(column.value(row), row.unit).join(("**", "** missed") if is_missed(row, column) else ("", ""))
            for column in columns
        ]
        lines.append([title(row), goal_text(row), *cells])
    heads = ["", "goal: at most", *(column.heading for column in columns)]
    return f"## {section.title}\n\n{section.words}\n\n{table(heads, lines)}\n"


def times_text(columns: list[Column]) -> str:
    """What the ratios are made of."""
    names = list(dict.fromkeys(name for column in columns for name in column.figures))
    lines = []
    for name in names:
        times = [column.figures.get(name, {}).get("cpu_time") for column in columns]
        lines.append([f"`{name}`", *("" if time is None else figure(time) for time in times)])
    heads = ["CPU time, ns", *(column.heading for column in columns)]
    return f"## Times\n\nOf this machine, and of this run only.\n\n{table(heads, lines)}\n"


def uploads_text(column: Column) -> str:
    units = {
        "upload_large": ("1 GiB", lambda seconds: f"{1024 / seconds:,.0f} MiB/s"),
        "upload_small": ("1,000 files of 4 KiB", lambda seconds: f"{1000 / seconds:,.0f} files/s"),
        "upload_small_in_memory": ("the same in memory", lambda seconds: f"{1000 / seconds:,.0f} files/s"),
    }
    lines = []
    for name, f in column.figures.items():
        load, side = name.split("/")
        what, rate = units[load]
        lines.append(
            [
                f"{what}, {side.replace('_', ' ')}",
                rate(f["real_time"] / 1e9),
                f"{f['requests']:,.0f}",
                f"{f['client_cpu_s']:.2f} s",
                f"{f['server_cpu_s']:.2f} s",
            ]
        )
    heads = ["", "rate", "requests", "CPU of the client", "CPU of the server"]
    return (
        "## What an upload costs\n\nThe client is the same program for both; behind a PUT to nginx it can do the "
        f"fsync, which then counts as its own. CPU seconds, user and system.\n\n{table(heads, lines)}\n"
    )


def cpu_name() -> str:
    match = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return match[1] if match else "unknown CPU"


def results_text(columns: list[Column]) -> str:
    built = [f"- {c.heading}: `{c.flags}`\n" for c in columns if c.flags]
    text = (
        "# Results\n\nWritten by `bench/report.py`, from one run of `bench/run.sh`; what is measured how is in "
        "[README.md](README.md).\nRatios may be compared between machines, times may not.\n\n"
        f"{cpu_name()}.\n{''.join(built)}\n"
    )
    for section in SECTIONS:
        own = [column for column in columns if column.kind == section.kind]
        if own:
            text += section_text(section, own)
    for column in columns:
        if column.kind == "uploads":
            text += uploads_text(column)
    packets = [column for column in columns if column.kind == "packets"]
    if packets:
        text += times_text(packets)
    return text.rstrip("\n") + "\n"


# The chart.

STYLE = """
.paper { fill: #ffffff; stroke: #d0d7de } text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px } .small { font-size: 12px; fill: #59636e }
.ours { fill: #1f6feb } .other { fill: #b1bac4 } .missed { fill: #d1570b } .goal { stroke: #1f2328; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
.paper { fill: #0d1117; stroke: #30363d } text { fill: #e6edf3 } .small { fill: #9198a1 }
.ours { fill: #4493f8 } .other { fill: #56606b } .missed { fill: #f0883e } .goal { stroke: #e6edf3 } }
"""

WIDTH, LABELS, LONGEST, LINE = 920, 400, 320, 22


class Chart:
    """Lines from top to bottom, each a text or a bar."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.y = 12

    def text(self, kind: str, words: str) -> None:
        self.y += 26 if kind == "title" else 20
        self.parts.append(f'<text class="{kind}" x="20" y="{self.y}">{escape(words)}</text>')

    def bar(self, kind: str, label: str, share: float, words: str) -> None:
        """`share` of the longest bar there can be; more than that is cut off, and marked."""
        self.y += LINE
        length = max(round(min(share, 1) * LONGEST, 1), 1)
        cut = "» " if share > 1 else ""
        self.parts.append(
            f'<text x="{LABELS}" y="{self.y}" text-anchor="end">{escape(label)}</text>'
            f'<rect class="{kind}" x="{LABELS + 10}" y="{self.y - 12}" width="{length}" height="15" rx="2"/>'
            f'<text class="small" x="{LABELS + 18 + LONGEST}" y="{self.y}">{cut}{escape(words)}</text>'
        )

    def mark(self, share: float, top: float) -> None:
        x = LABELS + 10 + share * LONGEST
        self.parts.append(f'<line class="goal" x1="{x}" y1="{top}" x2="{x}" y2="{self.y + 7}"/>')

    def svg(self, words: str) -> str:
        height = self.y + 24
        body = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'role="img" aria-label="{escape(words)}">\n<style>{STYLE}</style>\n'
            f'<rect class="paper" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>\n{body}\n</svg>\n'
        )


def chart_svg(columns: list[Column]) -> str:
    """Of each kind the first column: that of the first compiler, without other flags."""
    first = {column.kind: column for column in reversed(columns)}
    chart = Chart()
    if "packets" in first:
        column = first["packets"]
        chart.text("title", "Time for a packet, beside others")
        chart.text("small", f"{column.heading}, {column.flags}; {cpu_name()}")
        longest = max(column.find(name) for _, bars in BARS for _, name in bars)
        for group, bars in BARS:
            chart.y += 6
            chart.text("small", group)
            for number, (label, name) in enumerate(bars):
                time = column.find(name)
                chart.bar("other" if number else "ours", label, time / longest, f"{time:,.0f} ns")
        chart.y += 14
    chart.text("title", "What was measured, beside its goal")
    chart.text("small", "as a part of the goal, which is the line: shorter is better")
    top = chart.y + 4
    goal_at = 0.5  # of the longest bar
    for section in SECTIONS:
        column = first.get(section.kind)
        for row in column.rows(section) if column else []:
            goal = row.goal_in(column)
            if goal is None:
                continue
            value = column.value(row)
            kind = "missed" if is_missed(row, column) else "ours"
            words = f"{figure(value, row.unit)} (goal {figure(goal, row.unit)})"
            chart.bar(kind, f"{section.title.split(' over')[0]}: {row.what}", value / goal * goal_at, words)
    chart.mark(goal_at, top)
    return chart.svg("What bitswire costs, beside other libraries and beside its goals")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the JSON files of the run are")
    parser.add_argument("--kinds", default="packets,compile,uploads", help="what there has to be")
    parser.add_argument("--write", type=Path, help="folder for results.md and results.svg")
    parser.add_argument("--check", action="store_true", help="exit code 1 if a goal is missed")
    options = parser.parse_args()
    columns = read_columns(options.folder, options.kinds.split(","))
    text, chart = results_text(columns), chart_svg(columns)
    if options.write:
        (options.write / "results.md").write_text(text)
        (options.write / "results.svg").write_text(chart)
    else:
        print(text)
    missed = missed_goals(columns)
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
