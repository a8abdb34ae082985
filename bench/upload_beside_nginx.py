#!/usr/bin/env python3
"""Uploads over loopback: to bitswire-server with BITS, beside nginx with WebDAV PUT.

One program sends both (bitswire_load: one thread, the same HTTP library), each file is compared at the other end, and
the sides take turns. Both servers write a log line for each request, store to a temporary file and rename it. Not the
same: bitswire-server has file and folder on the disk (fsync) before it answers Close-Session, nginx leaves them to the
kernel. So there is a third side, nginx with an fsync of both behind each PUT, and the small files are uploaded once
more to a folder in memory, where an fsync costs nothing. A file is three requests with BITS, and one with PUT.

usage: upload_beside_nginx.py BUILD_FOLDER [--json FILE] [--check]     needs nginx with the module dav (nginx-light)

Exit code 77 if there is no such nginx. --check: exit code 1 if a goal of report.py is missed.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import report

MIB = 1 << 20
SKIPPED = 77

NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log {folder}/nginx-access.log;
  client_max_body_size 0;
  keepalive_requests 1000000;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/nginx-root;
    location / {{ dav_methods PUT; }}
  }}
}}
"""


@dataclass(frozen=True)
class Load:
    """What is uploaded: `units` times a GiB, or 1,000 files. Figures are those of one."""

    name: str
    files: int
    size: int
    connections: int
    units: float
    in_memory: bool = False


@dataclass(frozen=True)
class Side:
    name: str
    protocol: str
    server: str
    is_synced: bool = False  # by the client, behind each file


SIDES = [
    Side("bitswire", "bits", "bitswire"),
    Side("nginx", "put", "nginx"),
    Side("nginx_and_fsync", "put", "nginx", is_synced=True),
]


class Server:
    """A server at work, with its folder; to be stopped."""

    def __init__(self, command: list[str | Path], root: Path, log: Path) -> None:
        self.root = root
        root.mkdir()
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out)
        self.log = log
        self.port = 0

    def wait_for(self, find_port) -> None:
        end = time.monotonic() + 10
        while not (port := find_port()):
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                sys.exit(f"{self.process.args[0]} does not listen")
            time.sleep(0.02)
        self.port = port

    def cpu_seconds(self) -> float:
        """User and system time of all its threads so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_kib(self) -> int:
        match = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text())
        assert match
        return int(match[1])

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def find_nginx() -> str:
    nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if nginx is None:
        print("skipped: nginx is not installed (package nginx-light)")
        sys.exit(SKIPPED)
    version = subprocess.run([nginx, "-V"], capture_output=True, text=True, check=True).stderr
    if "--with-http_dav_module" not in version:
        print("skipped: this nginx has no module dav (package nginx-light has)")
        sys.exit(SKIPPED)
    print(version.splitlines()[0])
    return nginx


def start_nginx(program: str, folder: Path) -> Server:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, port=port))
    command: list[str | Path] = [program, "-e", folder / "nginx.log", "-p", folder, "-c", configuration]
    server = Server(command, folder / "nginx-root", folder / "nginx.out")

    def find_port() -> int:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return port
        except OSError:
            return 0

    server.wait_for(find_port)
    return server


def start_bitswire(program: Path, folder: Path) -> Server:
    root, state, log = folder / "bitswire-root", folder / "bitswire-state", folder / "bitswire.log"
    command: list[str | Path] = [program, "--listen", "127.0.0.1:0", "--root", root, "--state", state]
    server = Server([*command, "--sessions-per-user", "1000"], root, log)

    def find_port() -> int:
        match = re.match(r"listening on .*:(\d+)\n", log.read_text())
        return int(match[1]) if match else 0

    server.wait_for(find_port)
    return server


def upload(program: Path, load: Load, side: Side, server: Server, source: Path, folder: str) -> dict[str, float]:
    """One round: seconds, CPU seconds and requests, for one unit. What was dirty before is on the disk by then."""
    destination = server.root / folder
    destination.mkdir()
    command = [program, side.protocol, str(server.port), str(load.connections), source, f"/{folder}/"]
    os.sync()
    before = server.cpu_seconds()
    process = subprocess.Popen(command + [destination] * side.is_synced, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()
    if process.returncode != 0:
        sys.exit(f"{side.name}: the client ended with {process.returncode}")
    server_cpu = server.cpu_seconds() - before
    check_arrived(source, destination)
    # Inodes that were deleted lately are in the way of new ones on ext4, so small files stay until the end.
    if load.files == 1:
        shutil.rmtree(destination)
    figures = json.loads(said)
    all_of_it = {
        "seconds": figures["seconds"],
        "requests": figures["requests"],
        "client_cpu_s": used.ru_utime + used.ru_stime,
        "server_cpu_s": server_cpu,
    }
    return {name: value / load.units for name, value in all_of_it.items()}


def check_arrived(source: Path, root: Path) -> None:
    """Every file is there, byte for byte, and nothing else."""
    names = sorted(path.name for path in source.iterdir())
    if sorted(path.name for path in root.iterdir()) != names:
        sys.exit(f"{root}: not the files that were uploaded")
    _, different, unread = filecmp.cmpfiles(source, root, names, shallow=False)
    if different or unread:
        sys.exit(f"{root}: not what was uploaded: {different + unread}")


def measure(load: Load, folder: Path, programs: dict[str, Path | str], rounds: int) -> list[dict]:
    """All rounds of all sides, as Google Benchmark writes them. The first round warms up."""
    source = folder / "source"
    source.mkdir()
    for number in range(load.files):
        with (source / f"{number}.bin").open("wb") as out:
            for at in range(0, load.size, MIB):
                out.write(os.urandom(min(MIB, load.size - at)))
    entries: list[dict] = []
    servers: dict[str, Server] = {}
    try:
        servers["bitswire"] = start_bitswire(Path(programs["bitswire"]), folder)
        servers["nginx"] = start_nginx(str(programs["nginx"]), folder)
        for number in range(rounds + 1):
            turn = number % len(SIDES)
            for side in SIDES[turn:] + SIDES[:turn]:
                got = upload(Path(programs["load"]), load, side, servers[side.server], source, f"{side.name}-{number}")
                if number == 0:
                    continue
                print(f"{load.name} {number}: {side.name} {got['seconds']:.3f} s", flush=True)
                entries.append(
                    {
                        "name": f"{load.name}/{side.name}",
                        "run_type": "iteration",
                        "repetition_index": number - 1,
                        "iterations": 1,
                        "real_time": got.pop("seconds") * 1e3,
                        "cpu_time": (got["client_cpu_s"] + got["server_cpu_s"]) * 1e3,
                        "time_unit": "ms",
                        **got,
                        "server_peak_kib": servers[side.server].peak_kib(),
                    }
                )
    finally:
        for server in servers.values():
            server.stop()
    return entries


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, help="a build folder with the examples and the benchmarks")
    parser.add_argument("--json", type=Path, help="where to write the figures, as Google Benchmark does")
    parser.add_argument("--check", action="store_true", help="exit code 1 if the goals are missed")
    parser.add_argument("--mib", type=int, default=1024, help="size of the large file")
    parser.add_argument("--files", type=int, default=2000, help="number of small files")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where to work; default: the build folder, so on a real disk")
    options = parser.parse_args()
    programs: dict[str, Path | str] = {
        "bitswire": options.build / "examples" / "server" / "bitswire-server",
        "load": options.build / "bench" / "bitswire_load",
    }
    for program in programs.values():
        if not os.access(program, os.X_OK):
            sys.exit(f"{program} is not there")
    programs["nginx"] = find_nginx()
    thousands, gib = options.files / 1000, options.mib / 1024
    loads = [
        Load("upload_large", 1, options.mib * MIB, 1, gib),
        Load("upload_small", options.files, 4096, 50, thousands),
        Load("upload_small_in_memory", options.files, 4096, 50, thousands, in_memory=True),
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of what ends the servers
    entries: list[dict] = []
    for load in loads:
        place = "/dev/shm" if load.in_memory else options.folder or options.build
        with tempfile.TemporaryDirectory(prefix="upload-bench-", dir=place) as name:
            got = measure(load, Path(name).resolve(), programs, options.rounds)
        entries += got
    if options.json:
        options.json.write_text(json.dumps({"context": {}, "benchmarks": entries}, indent=1))
    column = report.uploads_column(entries)
    print(report.results_text([column]))
    missed = report.missed_goals([column])
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
