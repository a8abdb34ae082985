#!/usr/bin/env python3
"""Whoever uses one part of the library has nothing of the others in his object code.

usage: check_object_code.py INCLUDE_DIR COMPILER             each program of PROGRAMS, by itself
       check_object_code.py --all INCLUDE_DIR COMPILER       all in one: each forbidden word must be there, or it is misspelled

Each program includes everything and is compiled with -O2 -c. "Nothing" is: no symbol, defined or needed, whose demangled name has
a word of another part, and none of its texts. A word that has to be there shows that the program is not empty.

The names of headers are everybody's who reads: a reader of one packet has to know the headers of all, since a known one has
limits of its own in any message. A writer has the names of its own, in constants of their own.

SPDX-License-Identifier: BSL-1.0
"""
import pathlib
import subprocess
import sys
import tempfile

# What belongs to a part: words of symbols, and a text of its tables.
PARTS = {
    "requests": ("bitswire::upload_request",),
    "acks": ("bitswire::ack",),
    "notifications": ("bitswire::notification_re",),
    "hresults": ("hresult_rows", "BG_E_TOO_LARGE", "Job closed early"),
    "errors": ("error_rows", "is not of the form bytes first-last/total"),
    "refusals": ("refusal_rows", "the folder of the destination does not exist"),
    "statuses": ("http_status_rows", "Content Too Large"),
    "machines": ("state_machine", "transition_cells"),
    "readers": ("message_parser", "head_parser"),
    "headers": ("header_rows", "OneDrive upload API"),
    "header names": ("header_spellings", "bits-host-id-fallback-timeout"),
    "writers": ("between_values",),
}

# program -> its code, a word that must be there, and the only parts that it may have.
PROGRAMS = {
    "reads_acks": ("""
        parsed<ack> read_one(ack_parser& p, std::string_view bytes) { return p.parse(bytes); }""",
        "message_parser<bitswire::ack>", {"acks", "readers", "header names"}),
    "reads_requests": ("""
        parsed<upload_request> read_one(upload_request_parser& p, std::string_view bytes) { return p.parse(bytes); }""",
        "message_parser<bitswire::upload_request>", {"requests", "readers", "header names"}),
    "writes_requests": ("""
        result<std::size_t> write_one(const upload_request& r, std::span<char> out) { return write_message(r, out); }""",
        "bitswire::upload_request", {"requests", "writers"}),
    "writes_acks": ("""
        result<std::size_t> write_one(const ack& a, std::span<char> out) { return write_message(a, out); }""",
        "bitswire::ack", {"acks", "writers", "statuses"}),
    "reads_notifications": ("""
        using parser = message_parser<notification_request>;
        parsed<notification_request> read_one(parser& p, std::string_view bytes) { return p.parse(bytes); }""",
        "message_parser<bitswire::notification_request>", {"notifications", "readers", "header names"}),
    "explains_headers": ("""
        std::string_view source_of(header h) { return row_of(h).source; }""",
        "header_rows", {"headers"}),
    "finds_hresults": ("""
        const hresult_row* find_one(std::uint32_t value) { return find_hresult(hresult{value}); }""",
        "hresult_rows", {"hresults"}),
    "explains_errors": ("""
        std::string_view explain(errc e) { return row_of(e).text; }""",
        "error_rows", {"errors"}),
    "refuses": ("""
        ack say_no(refusal why) { return refuse(why, packet_type::fragment); }""",
        "refusal_rows", {"refusals", "acks"}),
    "steps_jobs": ("""
        job_action step(job_machine& m, job_event e) { return *m.step(e); }""",
        "transition_cells<bitswire::job_rules>", {"machines"}),
}


def object_code(include, compiler, codes, folder):
    """Demangled symbols and raw bytes of a program, as one text."""
    source, binary = folder / "program.cpp", folder / "program.o"
    source.write_text("#include <bitswire/bitswire.hpp>\n" + "".join(
        f"namespace program_{n} {{ using namespace bitswire; {code} }}\n" for n, code in enumerate(codes)))
    subprocess.run([compiler, "-std=c++20", "-O2", f"-I{include}", "-c", source, "-o", binary], check=True)
    symbols = subprocess.run(["nm", "--demangle", binary], check=True, capture_output=True, text=True).stdout
    return symbols + binary.read_bytes().decode("latin-1")


def breaches_of_each(include, compiler, folder):
    for name, (code, wanted, parts) in PROGRAMS.items():
        found = object_code(include, compiler, [code], folder)
        if wanted not in found:
            yield f"{name}: has no {wanted}"
        for part in PARTS.keys() - parts:
            yield from (f"{name}: has {word}, of {part}" for word in PARTS[part] if word in found)


def breaches_of_all(include, compiler, folder):
    found = object_code(include, compiler, [code for code, _, _ in PROGRAMS.values()], folder)
    for part, words in PARTS.items():
        yield from (f"all: no {word}, of {part}, so nobody would notice it" for word in words if word not in found)


def main():
    check = breaches_of_each
    if sys.argv[1] == "--all":
        del sys.argv[1]
        check = breaches_of_all
    with tempfile.TemporaryDirectory() as folder:
        breaches = sorted(check(sys.argv[1], sys.argv[2], pathlib.Path(folder)))
    print("\n".join(breaches) or f"{len(PROGRAMS)} programs, {len(PARTS)} parts")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
