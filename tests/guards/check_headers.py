#!/usr/bin/env python3
"""The laws of include/ that no compiler checks.

usage: check_headers.py INCLUDE_DIR          exit 1 and name each breach
       check_headers.py --samples DIR        each file of DIR must be refused, for the reason its first line names

Laws: includes only go down the layers; no header that does I/O, allocates, throws, or knows time, threads or locales;
no new, delete, throw, try; no identifier that other people's headers define as a macro; no macro but include guards and those of base/config.hpp, which comes before everything else;
a file header that says what the file is and its licence.
"""
import pathlib
import re
import sys

LAYERS = {"base": 0, "spec": 1, "machine": 2, "wire": 2, "session": 3}
STANDARD = {  # what the library may include; anything else needs a reason and a row here
    "array", "bit", "cassert", "compare", "concepts", "cstddef", "cstdint", "cstring", "initializer_list", "limits",
    "optional", "span", "string_view", "type_traits", "utility", "emmintrin.h", "immintrin.h", "arm_neon.h",
}
CONFIG_GUARD = "BITSWIRE_BASE_CONFIG_HPP"
WORDS = {
    "allocates or throws": r"(?<!= )\b(?:new|delete|throw|try|catch|malloc|free)\b",
    "knows time, threads, locale or files": r"\b(?:std::(?:chrono|thread|mutex|locale|filesystem|random_device)|errno|getenv)\b",
}


# A name that is a macro, or, with a bracket behind it, one with arguments.
MACROS_OF_OTHERS = re.findall(r"^#define (\w+\(?)", (pathlib.Path(__file__).parents[1] / "warnings/other_macros.hpp").read_text(),
                              re.M)


def strip(text):
    """Code without comments and literals; line numbers stay."""
    def blank(m):
        return re.sub(r"[^\n]", " ", m.group(0))
    return re.sub(r'//[^\n]*|/\*.*?\*/|R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, text, flags=re.S)


def layer_of(path):
    return next((p for p in path.parts if p in LAYERS), None)


def check(path, layer):
    """Breaches in one header, as (line, what)."""
    text = path.read_text()
    code = strip(text)
    breaches = []

    guard = re.search(r"^#ifndef (BITSWIRE_\w+_HPP)$", text, re.M)

    def note(at, what):
        breaches.append((text.count("\n", 0, at) + 1, what))

    is_config = guard is not None and guard.group(1) == CONFIG_GUARD
    for number, m in enumerate(re.finditer(r'^[ \t]*#[ \t]*include[ \t]*(?:<([^>]+)>|"([^"]+)")', text, re.M)):
        system, own = m.group(1), m.group(2)
        if is_config:
            continue  # its only one is an error message
        if number == 0 and system is not None:
            note(m.start(), "does not begin with a header of its own, and so with config.hpp")
        if system is not None:
            if system not in STANDARD:
                note(m.start(), f"includes <{system}>")
            continue
        target = next((p for p in pathlib.PurePath(own).parts if p in LAYERS), layer)
        if layer is None:
            continue  # the umbrella stands above all layers
        down = LAYERS[target] < LAYERS[layer] or target == layer
        if not down:
            note(m.start(), f"layer {layer} includes layer {target}")
    if not is_config and "#include" not in text:
        note(0, "does not begin with a header of its own, and so with config.hpp")
    for what, pattern in WORDS.items():
        for m in re.finditer(pattern, code):
            note(m.start(), f"{what}: {m.group(0)}")
    for macro in MACROS_OF_OTHERS:
        name, bracket = macro.rstrip("("), r"[ \t]*\(" if macro.endswith("(") else ""
        for m in re.finditer(rf"\b{name}\b{bracket}", code):
            note(m.start(), f"{name} is a macro of others")
    for m in re.finditer(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", code, re.M):
        if not (is_config and m.group(1).startswith("BITSWIRE_")) and (guard is None or m.group(1) != guard.group(1)):
            note(m.start(), f"defines the macro {m.group(1)}")
    if guard is None:
        note(0, "has no include guard BITSWIRE_..._HPP")
    head = text.split("#ifndef", 1)[0]
    if not head.startswith("// bitswire/") or "SPDX-License-Identifier: BSL-1.0" not in head:
        note(0, "has no file header with its path and licence")
    if head.count("\n") > 16:
        note(0, "has a file header of more than 15 lines")
    return breaches


def check_tree(include):
    headers = sorted(include.rglob("*.hpp"))
    if not headers:
        print(f"no headers below {include}")
        return 1
    found = 0
    for path in headers:
        for line, what in check(path, layer_of(path.relative_to(include))):
            print(f"{path}:{line}: {what}")
            found += 1
    print(f"{len(headers)} headers, {found} breaches")
    return 1 if found else 0


def check_samples(samples):
    files = sorted(samples.glob("*.hpp"))
    if not files:
        print(f"no samples in {samples}")
        return 1
    failed = 0
    for path in files:
        layer, expected = re.match(r"// sample: layer (\w+): (.+)", path.read_text()).groups()
        breaches = [what for _, what in check(path, layer)]
        if not any(expected in what for what in breaches):
            print(f"{path.name}: not refused for '{expected}', only for {breaches}")
            failed += 1
    print(f"{len(files)} bad samples, {len(files) - failed} refused")
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1] == "--samples":
        sys.exit(check_samples(pathlib.Path(sys.argv[2])))
    sys.exit(check_tree(pathlib.Path(sys.argv[1])))
