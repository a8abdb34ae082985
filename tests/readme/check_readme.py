#!/usr/bin/env python3
"""The README is true: its tables are those of the library, its code compiles and prints what it says, its commands run.

usage: check_readme.py tables SOURCE_DIR PRINT_TABLES [--update]
       check_readme.py references SOURCE_DIR
       check_readme.py code SOURCE_DIR WORK_DIR COMPILER [FLAG...]
       check_readme.py commands SOURCE_DIR WORK_DIR

A ```cpp block is a program; a ```text block behind it is what it prints. A ```cmake block is what a project adds to use the
library. Each line of a ```sh block, also of examples/README.md, is run in a copy of the tree, in order; tests/run.sh itself is what runs
this check, and examples/run.sh, too; tests/fuzz/run.sh is run by the test `fuzz`, for less than ten minutes.
"""
import pathlib
import re
import shutil
import subprocess
import sys

HANDLED_ELSEWHERE = {"tests/run.sh", "examples/run.sh", "tests/fuzz/run.sh", "bench/run.sh"}


def blocks(readme, language):
    return re.findall(rf"^```{language}\n(.*?)^```$(?:\n+^```text\n(.*?)^```$)?", readme, re.M | re.S)


def run(command, **options):
    try:
        done = subprocess.run(
            command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600, **options
        )
    except subprocess.TimeoutExpired:
        sys.exit(f"does not end: {command}")
    if done.returncode != 0:
        sys.exit(f"failed: {command}\n{done.stdout}")
    return done.stdout


def check_tables(source, program, update):
    path = source / "README.md"
    readme = path.read_text()
    names = re.findall(r"^<!-- table: (\w+) -->$", readme, re.M)
    if not names:
        sys.exit("the README has no tables")

    def fresh(m):
        return f"<!-- table: {m.group(1)} -->\n{run([program, m.group(1)])}<!-- end -->"

    expected = re.sub(r"^<!-- table: (\w+) -->\n.*?^<!-- end -->", fresh, readme, flags=re.M | re.S)
    if update:
        path.write_text(expected)
    elif expected != readme:
        sys.exit("a table of the README is not that of the library; run: tests/readme/check_readme.py tables . "
                 "build/gcc-dev/tests/print_tables --update")
    print(f"{len(names)} tables: {', '.join(names)}")


def check_code(source, work, compiler):
    found = blocks((source / "README.md").read_text(), "cpp")
    if not found:
        sys.exit("the README has no code")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for number, (code, printed) in enumerate(found, 1):
        file = work / f"block{number}.cpp"
        file.write_text(code)
        program = work / f"block{number}"
        run(compiler + ["-std=c++20", "-Wall", "-Wextra", "-Werror", f"-I{source}/include", str(file), "-o", str(program)])
        output = run([str(program)])
        if output != printed:
            sys.exit(f"block {number} prints\n{output}instead of\n{printed}")
    print(f"{len(found)} programs print what the README says")


def check_references(source):
    """What examples/README.md names is there: files, modules of live tests, other tests, options of the server."""
    folder = source / "examples"
    text = (folder / "README.md").read_text()
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    live = re.findall(r"`live\.(\w+)`", text)
    others = re.findall(r"`(differential\.\w+)`", text)
    if not links or not live or not others:
        sys.exit("examples/README.md names no files or no tests")
    missing = [link for link in links if not (folder / link).is_file()]
    missing += [f"live.{name}" for name in live if not (source / "tests" / "live" / f"test_{name}.py").is_file()]
    cmake = "".join(path.read_text() for path in (source / "tests").rglob("CMakeLists.txt"))
    missing += [name for name in others if f"NAME {name} " not in cmake]
    known = (folder / "server" / "options.cpp").read_text()
    part = text[text.index("## A proxy in front"):]
    missing += [name for name in re.findall(r"(?<![\w-])--[a-z][a-z-]+", part) if f'"{name}"' not in known]
    if missing:
        sys.exit(f"examples/README.md names what is not there: {', '.join(missing)}")
    print(f"{len(links)} files, {len(live) + len(others)} tests")


def check_commands(source, work):
    readme = (source / "README.md").read_text()
    shutil.rmtree(work, ignore_errors=True)
    tree = work / "bitswire"
    shutil.copytree(source, tree, ignore=shutil.ignore_patterns("build", ".git"))
    both = [readme, (source / "examples" / "README.md").read_text()]
    commands = [line for text in both for block, _ in blocks(text, "sh") for line in block.splitlines() if line.strip()]
    count = 0
    for command in commands:
        if command.split()[0] in HANDLED_ELSEWHERE:
            continue
        run(["bash", "-euc", command], cwd=tree)
        count += 1
    if count == 0:
        sys.exit("the README has no commands")
    recipes = blocks(readme, "cmake")
    if not recipes:
        sys.exit("the README has no CMake recipes")
    program = blocks(readme, "cpp")[0][0]
    for number, (recipe, _) in enumerate(recipes, 1):
        project = work / f"user{number}"
        project.mkdir()
        shutil.copytree(tree, project / "bitswire", ignore=shutil.ignore_patterns("build"))
        (project / "main.cpp").write_text(program)
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(user LANGUAGES CXX)\nadd_executable(app main.cpp)\n" + recipe)
        run(["cmake", "-S", str(project), "-B", str(project / "build"), f"-DCMAKE_PREFIX_PATH={tree}/installed"])
        run(["cmake", "--build", str(project / "build")])
        run([str(project / "build" / "app")])
        for folder in ("tests", "bench", "examples"):
            if (project / "build" / "bitswire" / folder).exists():
                sys.exit(f"recipe {number} builds the library's {folder}")
    print(f"{count} commands and {len(recipes)} CMake recipes work")


if __name__ == "__main__":
    mode, source = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    if mode == "tables":
        check_tables(source, sys.argv[3], "--update" in sys.argv)
    elif mode == "references":
        check_references(source)
    elif mode == "code":
        check_code(source, pathlib.Path(sys.argv[3]), sys.argv[4:])
    elif mode == "commands":
        check_commands(source, pathlib.Path(sys.argv[3]))
    else:
        sys.exit(__doc__)
