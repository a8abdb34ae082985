#!/usr/bin/env python3
"""Uploads of 1 GiB over loopback: bitswire-upload to bitswire-server, beside `curl -T` to nginx (WebDAV PUT).

Same file, same disk, same run, alternating; medians. Both servers store to a temporary file and rename it. Not the
same: bitswire-server has the file on the disk (fsync) before it answers Close-Session, nginx leaves it to the kernel.
So each nginx upload is given twice: as it is, and with an fsync of the file behind it.

usage: upload_beside_nginx.py BUILD_FOLDER [--check]     needs nginx with the module dav (nginx-light) and curl

--check: exit code 1 if bitswire reaches less than 0.8 of nginx as it is, or its server more than 32 MiB of memory.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MIB = 1 << 20
LEAST_RATIO = 0.8
MOST_KIB = 32 * 1024

NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_max_body_size 0;
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


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def start_nginx(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if nginx is None:
        sys.exit("nginx is not installed (package nginx-light)")
    version = subprocess.run([nginx, "-V"], capture_output=True, text=True, check=True).stderr
    if "--with-http_dav_module" not in version:
        sys.exit("this nginx has no module dav (package nginx-light has)")
    print(version.splitlines()[0])
    (folder / "nginx-root").mkdir()
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    log, configuration = folder / "nginx.log", folder / "nginx.conf"
    process = subprocess.Popen([nginx, "-e", log, "-p", folder, "-c", configuration])
    end = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process, port
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                stop(process)
                sys.exit(f"nginx does not listen: {log.read_text()}")
            time.sleep(0.02)


def start_bitswire(program: Path, folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    (folder / "bitswire-root").mkdir()
    process = subprocess.Popen(
        [program, "--listen", "127.0.0.1:0", "--root", folder / "bitswire-root", "--state", folder / "bitswire-state"],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    match = re.match(rb"listening on .*:(\d+)", process.stdout.readline())
    if not match:
        stop(process)
        sys.exit("bitswire-server does not listen")
    # The log of packets is read by nobody, and must not fill the pipe.
    subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)  # ends with the server
    return process, int(match[1])


def peak_kib(process: subprocess.Popen[bytes]) -> int:
    match = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    assert match
    return int(match[1])


def timed(command: list[str | Path]) -> float:
    """Seconds; what was dirty before is on the disk by then."""
    os.sync()
    began = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    took = time.perf_counter() - began
    if done.returncode != 0:
        sys.exit(f"{command} ended with {done.returncode}: {done.stdout.decode()} {done.stderr.decode()}")
    return took


def sync_file(path: Path) -> float:
    began = time.perf_counter()
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return time.perf_counter() - began


def check_same(a: Path, b: Path) -> None:
    if subprocess.run(["cmp", a, b]).returncode != 0:
        sys.exit(f"{b} is not what was uploaded")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, help="a build folder, such as build/examples of examples/run.sh")
    parser.add_argument("--check", action="store_true", help="exit code 1 if the goals are missed")
    parser.add_argument("--mib", type=int, default=1024, help="size of the file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where to work; default: the build folder, so on a real disk")
    options = parser.parse_args()
    server = options.build / "examples" / "server" / "bitswire-server"
    client = options.build / "examples" / "upload" / "bitswire-upload"
    for program in (server, client):
        if not os.access(program, os.X_OK):
            sys.exit(f"{program} is not there: cmake --build {options.build} --target {program.name}")
    if shutil.which("curl") is None:
        sys.exit("curl is not installed")

    with tempfile.TemporaryDirectory(prefix="upload-bench-", dir=options.folder or options.build) as name:
        folder = Path(name).resolve()
        file = folder / "file.bin"
        with file.open("wb") as out:
            for _ in range(options.mib):
                out.write(os.urandom(MIB))
        nginx, nginx_port = start_nginx(folder)
        try:
            bitswire, bitswire_port = start_bitswire(server, folder)
            try:
                return measure(options, folder, file, client, (bitswire, bitswire_port), (nginx, nginx_port))
            finally:
                stop(bitswire)
        finally:
            stop(nginx)


def measure(
    options: argparse.Namespace,
    folder: Path,
    file: Path,
    client: Path,
    bitswire: tuple[subprocess.Popen[bytes], int],
    nginx: tuple[subprocess.Popen[bytes], int],
) -> int:
    bitswire_file = folder / "bitswire-root" / "file.bin"
    nginx_file = folder / "nginx-root" / "file.bin"
    times: dict[str, list[float]] = {"bitswire": [], "nginx": [], "nginx + fsync": []}
    for number in range(options.rounds + 1):
        for path in (bitswire_file, nginx_file):
            path.unlink(missing_ok=True)
        uploads = {
            "bitswire": [client, file, f"http://127.0.0.1:{bitswire[1]}/file.bin"],
            "nginx": ["curl", "-sSf", "-T", file, f"http://127.0.0.1:{nginx[1]}/file.bin"],
        }
        took: dict[str, float] = {}
        synced = 0.0
        # Each goes first as often as the other.
        for name in sorted(uploads, reverse=number % 2 == 0):
            took[name] = timed(uploads[name])
            if name == "nginx":
                synced = sync_file(nginx_file)
        if number == 0:  # warms the file and the programs up
            check_same(file, bitswire_file)
            check_same(file, nginx_file)
            continue
        times["bitswire"].append(took["bitswire"])
        times["nginx"].append(took["nginx"])
        times["nginx + fsync"].append(took["nginx"] + synced)
        row = ", ".join(f"{name} {seconds[-1]:.2f} s" for name, seconds in times.items())
        print(f"round {number}: {row}", flush=True)

    rates = {name: options.mib / statistics.median(took) for name, took in times.items()}
    notes = {
        "bitswire": "fsync before the Ack to Close-Session",
        "nginx": "as it is: no fsync",
        "nginx + fsync": "with an fsync of the file behind it",
    }
    print(f"\n{options.mib} MiB, median of {options.rounds}")
    for name, rate in rates.items():
        print(f"  {name:14} {rate:8.0f} MiB/s   {notes[name]}")
    ratio = rates["bitswire"] / rates["nginx"]
    peak = peak_kib(bitswire[0])
    print(f"  bitswire / nginx           {ratio:.2f}")
    print(f"  bitswire / nginx + fsync   {rates['bitswire'] / rates['nginx + fsync']:.2f}")
    print(f"  peak memory (VmHWM)        bitswire-server {peak} KiB, nginx {peak_kib(nginx[0])} KiB")
    if options.check and (ratio < LEAST_RATIO or peak > MOST_KIB):
        print(f"missed: at least {LEAST_RATIO} of nginx, at most {MOST_KIB} KiB", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
