"""Starts and stops the programs under test, each by its process id, each with folders of its own.

Where they are, the environment says: BITSWIRE_SERVER, BITSWIRE_UPLOAD and BITSWIRE_QUEUE_PROGRAM.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Callable, Sequence

from bits_peer import Answer, Peer

SOURCE = Path(__file__).resolve().parents[2]
APPLICATION = SOURCE / "examples" / "application" / "application.py"
LIBC = ctypes.CDLL(None)
SESSION_NOT_FOUND = 0x8020001F
TOO_LARGE = 0x80200020
INVALID = 0x80070057
DENIED = 0x80070005
DISK_FULL = 0x80070070


def program(variable: str) -> str:
    path = os.environ.get(variable, "")
    if not os.access(path, os.X_OK):
        raise RuntimeError(f"{variable} does not name a program: {path!r}")
    return path


def wait_until(condition: Callable[[], object], what: str, timeout: float = 20) -> None:
    """Waits for a condition that nobody announces."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout:g} s in vain until {what}")
        time.sleep(0.005)


def pattern(size: int, seed: int = 1) -> bytes:
    """Always the same bytes, of which no part can stand in for another."""
    return random.Random(seed).randbytes(size)


def end_with_parent() -> None:
    """To be called in a child: it is killed when the tests are, as ctest does with those that take too long."""
    LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Process:
    """A program that says `listening on HOST:PORT` in its first line, and a line per event after that."""

    def __init__(
        self,
        arguments: Sequence[str],
        before: Callable[[], None] | None = None,
        env: dict[str, str] | None = None,
    ) -> None:
        self.arguments = list(arguments)
        self.lines: list[str] = []
        self._errors = tempfile.TemporaryFile()

        def prepare() -> None:
            end_with_parent()
            if before is not None:
                before()

        self.popen = subprocess.Popen(
            self.arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            preexec_fn=prepare,
            env=env,
        )
        self.pid = self.popen.pid
        try:
            self.host, self.port = self._read_first_line()
        except BaseException:
            self.kill()
            raise
        self._reader = threading.Thread(target=self._read_lines, daemon=True)
        self._reader.start()

    def _read_first_line(self) -> tuple[str, int]:
        assert self.popen.stdout is not None
        readable, _, _ = select.select([self.popen.stdout], [], [], 20)
        line = self.popen.stdout.readline().decode() if readable else ""
        match = re.fullmatch(r"listening on (?:http://)?(.+):(\d+)/?\s*", line)
        if not match:
            raise AssertionError(f"{self.arguments}: instead of where it listens: {line!r}; errors: {self.errors()}")
        return match[1], int(match[2])

    def _read_lines(self) -> None:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            self.lines.append(line.decode(errors="replace").rstrip("\n"))

    def errors(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")

    def wait(self, timeout: float = 30) -> int:
        """Waits for the end, and returns the exit code."""
        code = self.popen.wait(timeout)
        reader = getattr(self, "_reader", None)
        if reader is not None:
            reader.join(timeout)
        if self.popen.stdout is not None:
            self.popen.stdout.close()
        return code

    def stop(self) -> int:
        """Asks it to end, and returns its exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.arguments[0]} did not end after SIGTERM") from None

    def kill(self) -> None:
        """kill -9"""
        if self.popen.poll() is None:
            self.popen.kill()
        self.wait()

    def is_running(self) -> bool:
        return self.popen.poll() is None

    def memory_kib(self, name: str = "VmRSS") -> int:
        """VmRSS: what it holds now; VmHWM: the most it ever held."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        match = re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)
        assert match, status
        return int(match[1])


class FakeClock:
    """The time of day of the programs that get its environment: it jumps when a test says so, and nothing else does.
    Their steady clocks are the real ones (libfaketime, Debian package faketime)."""

    #: How somebody, or NTP, sets a clock: by an hour, a day, a year, back and forward.
    JUMPS_S = (-3600, -86_400, -31_536_000, 3600, 86_400, 31_536_000)

    def __init__(self, folder: Path) -> None:
        self._file = folder / "time-of-day"
        self._offset_s = 0
        self.jump(0)
        libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not libraries:
            raise RuntimeError("there is no libfaketimeMT.so.1: install the package faketime")
        self._library = str(libraries[0])

    def jump(self, by_s: int) -> None:
        self._offset_s += by_s
        new = self._file.with_suffix(".new")
        new.write_text(f"{self._offset_s:+d}")
        new.rename(self._file)

    def environment(self, path: str) -> dict[str, str]:
        """For the program at `path`. A sanitizer's library wants to be the first one."""
        linked = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
        first = re.findall(r"=> (\S*lib(?:asan|clang_rt\.asan)\S*)", linked)
        environment = {
            "LD_PRELOAD": ":".join([*first, self._library]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",  # times of files are what they are
        }
        return {**os.environ, **environment}

    def check(self) -> None:
        """Fails where programs do not see the jumps, or see them on their steady clocks: no test would show anything."""
        ask = "import time; print(time.time(), time.clock_gettime(time.CLOCK_BOOTTIME), time.monotonic())"

        def clocks() -> list[float]:
            command = [sys.executable, "-c", ask]
            told = subprocess.run(command, env=self.environment(sys.executable), capture_output=True, check=True)
            return [float(word) for word in told.stdout.split()]

        before = clocks()
        self.jump(7200)
        after = clocks()
        self.jump(-7200)
        moved = [b - a for a, b in zip(before, after)]
        if not (moved[0] > 7000 and moved[1] < 100 and moved[2] < 100):
            raise RuntimeError(f"libfaketime moves the clocks by {moved}")


def is_sanitized(path: str) -> bool:
    """Whether a program is built with AddressSanitizer, whose memory is no measure of the program's."""
    return b"__asan_init" in Path(path).read_bytes()


class LiveCase(unittest.TestCase):
    """A test with a folder, and with processes that end with it, whatever happens."""

    maxDiff = 2000

    def setUp(self) -> None:
        # A fast folder, if there is one: the tests sync thousands of small files.
        base = "/dev/shm" if "TMPDIR" not in os.environ and os.access("/dev/shm", os.W_OK) else None
        self.folder = Path(tempfile.mkdtemp(prefix="bitswire-live-", dir=base))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def make_folder(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir(exist_ok=True)
        return path

    def make_file(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def start(
        self,
        arguments: Sequence[str],
        before: Callable[[], None] | None = None,
        env: dict[str, str] | None = None,
    ) -> Process:
        process = Process(arguments, before, env)
        self.addCleanup(process.kill)
        return process

    def start_application(self, *options: str) -> Process:
        return self.start([sys.executable, str(APPLICATION), "--listen", "127.0.0.1:0", *options])

    # The client under test.

    def upload_command(self, file: Path, url: str, *options: str) -> list[str]:
        return [program("BITSWIRE_UPLOAD"), str(file), url, *options]

    def start_upload(
        self, file: Path, url: str, *options: str, env: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        popen = subprocess.Popen(
            self.upload_command(file, url, *options),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            preexec_fn=end_with_parent,
        )

        def end() -> None:
            if popen.poll() is None:
                popen.kill()
            popen.communicate()

        self.addCleanup(end)
        return popen

    def upload(
        self, file: Path, url: str, *options: str, timeout: float = 50, env: dict[str, str] | None = None
    ) -> Upload:
        done = subprocess.run(
            self.upload_command(file, url, *options),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            env=env,
        )
        return Upload(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    def assert_uploaded(self, result: Upload) -> None:
        self.assertEqual(result.code, 0, result)

    def assert_failed(self, result: Upload, *texts: str, code: int = 1) -> None:
        """It failed in the way that is documented, and says every one of `texts`, in any letter case."""
        self.assertEqual(result.code, code, result)
        said = (result.output + result.errors).lower()
        for text in texts:
            self.assertIn(text.lower(), said)


class Upload:
    """What came of a run of bitswire-upload."""

    def __init__(self, code: int, output: str, errors: str) -> None:
        self.code = code
        self.output = output
        self.errors = errors

    def json(self) -> dict:
        """The last line of --json."""
        return json.loads(self.output.strip().splitlines()[-1])

    def __repr__(self) -> str:
        return f"exit code {self.code}\n{self.output}\n{self.errors}"


class ServerCase(LiveCase):
    """A test of bitswire-server, with a folder for uploads."""

    def setUp(self) -> None:
        super().setUp()
        self.root = self.make_folder("root")

    def server_command(self, *options: str, port: int = 0, root: Path | None = None) -> list[str]:
        listen = f"127.0.0.1:{port}"
        return [program("BITSWIRE_SERVER"), "--listen", listen, "--root", str(root or self.root), *options]

    def start_server(
        self,
        *options: str,
        port: int = 0,
        root: Path | None = None,
        before: Callable[[], None] | None = None,
        env: dict[str, str] | None = None,
    ) -> Process:
        self.server = self.start(self.server_command(*options, port=port, root=root), before, env)
        return self.server

    def connect(self, timeout: float = 20, source: str = "") -> Peer:
        peer = Peer(self.server.port, timeout=timeout, source=source)
        self.addCleanup(peer.close_connection)
        return peer

    def url(self, target: str) -> str:
        return f"http://127.0.0.1:{self.server.port}{target}"

    # What has to hold for answers.

    def assert_ack(self, answer: Answer, status: int = 200) -> Answer:
        """A success as every Ack has to be one ([MC-BUP] 2.2.3 ff.)."""
        self.assertEqual((answer.status, answer.version), (status, "HTTP/1.1"), answer)
        self.assertEqual(answer.get("BITS-Packet-Type"), "Ack", answer)
        self.assertEqual(answer.get("Content-Length"), "0", answer)
        for name in ("BITS-Error", "BITS-Error-Code", "BITS-Error-Context"):
            self.assertIsNone(answer.get(name), answer)
        return answer

    def assert_refused(self, answer: Answer, status: int | tuple[int, ...], code: int, context: str = "0x5") -> Answer:
        """An error as every one has to be: with a length, the packet type, the code under both names, the context."""
        allowed = (status,) if isinstance(status, int) else status
        self.assertIn(answer.status, allowed, answer)
        self.assertEqual(answer.version, "HTTP/1.1", answer)
        self.assertEqual(answer.get("BITS-Packet-Type"), "Ack", answer)
        self.assertIsNotNone(answer.get("Content-Length"), answer)
        self.assertEqual(answer.get("BITS-Error-Code"), f"0x{code:08X}", answer)
        self.assertEqual(answer.get("BITS-Error"), f"0x{code:08X}", answer)
        self.assertEqual(answer.get("BITS-Error-Context"), context, answer)
        return answer

    # What has to hold for the disk.

    def visible(self, root: Path | None = None) -> dict[str, bytes]:
        """All files below the root: nothing of an upload may be there before it is whole."""
        root = root or self.root
        return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}

    def kept_bytes(self) -> int:
        """The size of all that the server keeps for uploads that are not finished, beside the root."""
        total = 0
        for path in self.folder.rglob("*.part"):
            try:
                total += path.stat().st_size
            except FileNotFoundError:
                pass  # gone meanwhile
        return total

    # A whole upload, by hand.

    def send_file(self, peer: Peer, target: str, data: bytes, fragments: int = 2) -> str:
        """Uploads `data` over `peer`, and returns the session id."""
        session = self.assert_ack(peer.create(target)).session
        size = -(-len(data) // fragments) if data else 0
        for first in range(0, len(data), size or 1):
            part = data[first : first + size]
            ack = self.assert_ack(peer.fragment(target, session, first, part, len(data)))
            self.assertEqual(ack.offset, first + len(part))
        self.assert_ack(peer.close(target, session))
        return session
