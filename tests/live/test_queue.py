"""bitswire-queue: jobs on disk, driven by commands and by `run`, against bitswire-server and against servers that fail.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import resource
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable

from hostile_server import HostileServer, Reply, Request
from programs import FakeClock, ServerCase, end_with_parent, pattern, program, wait_until
from proxy import Fault, Proxy

FRAGMENT = 20_000


@dataclass(frozen=True)
class Done:
    """What came of a command."""

    code: int
    output: str
    errors: str


class Run:
    """A `run` in the background, with its output in a file, which cannot get full."""

    def __init__(self, arguments: list[str], log: Path, env: dict[str, str] | None = None) -> None:
        self.log = log
        with log.open("wb") as out:
            self.popen = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, preexec_fn=end_with_parent
            )

    def is_running(self) -> bool:
        return self.popen.poll() is None

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        if self.is_running():
            self.popen.kill()
        self.popen.wait()

    def wait(self, timeout: float = 50) -> int:
        return self.popen.wait(timeout)


class QueueCase(ServerCase):
    def setUp(self) -> None:
        super().setUp()
        self.queue = self.folder / "queue"
        self.state = self.make_folder("state")
        self.all_lines: list[list[str]] = []
        self.runs = 0

    def command(self, *arguments: str) -> list[str]:
        return [program("BITSWIRE_QUEUE_PROGRAM"), "--queue", str(self.queue), *arguments]

    def call(self, *arguments: str, before: Callable[[], None] | None = None, timeout: float = 50) -> Done:
        done = subprocess.run(
            self.command(*arguments), stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, preexec_fn=before
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def do(self, *arguments: str) -> str:
        """A command that has to succeed; returns what it says."""
        done = self.call(*arguments)
        self.assertEqual((done.code, done.errors), (0, ""), done)
        return done.output.strip()

    def refused(self, *arguments: str, says: str, code: int = 1) -> Done:
        """A command that has to be refused, and to change nothing."""
        before = self.do_list()
        done = self.call(*arguments)
        self.assertEqual(done.code, code, done)
        self.assertIn(says, done.errors)
        self.assertEqual(self.do_list(), before)
        return done

    def do_list(self) -> list[dict]:
        return json.loads(self.call("list", "--json").output)

    def info(self, job: str) -> dict:
        return json.loads(self.do("info", job, "--json"))

    def state_of(self, job: str) -> str:
        return self.info(job)["state"]

    def wait_for_state(self, job: str, *states: str) -> None:
        wait_until(lambda: self.state_of(job) in states, f"{job} is {states}")

    def start_queue_server(self, *options: str, port: int = 0) -> None:
        self.start_server("--state", str(self.state), "--sessions-per-user", "1000", *options, port=port)
        self.all_lines.append(self.server.lines)

    def make_upload(self, name: str, target: str, data: bytes, *, kind: str = "--upload", resume: bool = True) -> Path:
        file = self.make_file(f"{name}.local", data)
        self.do("create", kind, name)
        self.do("add", name, target if "://" in target else self.url(target), str(file))
        if resume:
            self.do("resume", name)
        return file

    def start_run(self, *options: str, env: dict[str, str] | None = None) -> Run:
        self.runs += 1
        command = self.command("run", "--fragment-size", str(FRAGMENT), *options)
        run = Run(command, self.folder / f"run{self.runs}.log", env)
        self.addCleanup(run.kill)
        return run

    def run_to_the_end(self, *options: str, code: int = 0) -> Run:
        run = self.start_run(*options)
        self.assertEqual(run.wait(), code, run.text())
        return run

    def bytes_sent(self, target: str) -> tuple[int, int]:
        """How many bytes the server has been sent and has acknowledged, and how many of them more than once."""
        sent: list[tuple[int, int]] = []
        for lines in self.all_lines:
            for line in lines:
                match = re.search(rf" Fragment {re.escape(target)} \S+ bytes (\d+)-(\d+)/\d+ -> 200", line)
                if match:
                    sent.append((int(match[1]), int(match[2]) + 1))
        total, twice, end = 0, 0, 0
        for first, last in sorted(sent):
            total += last - first
            twice += max(0, min(end, last) - first)
            end = max(end, last)
        return total, twice

    def count(self, kind: str, target: str) -> int:
        return sum(f" {kind} {target} " in line for lines in self.all_lines for line in lines)


class Scenario(QueueCase):
    def test_a_day_of_a_queue(self) -> None:
        """two background jobs, a foreground job, an outage, a fatal error that is fixed, a cancel: all as it should"""
        self.start_queue_server()
        data = {name: pattern(size, seed) for seed, (name, size) in enumerate(
            {"first": 200_000, "second": 150_000, "urgent": 400_000, "victim": 2_000_000}.items())}
        self.make_upload("first", "/first.bin", data["first"])
        self.make_upload("second", "/missing/second.bin", data["second"])
        self.make_upload("urgent", "/urgent.bin", data["urgent"])
        self.make_upload("victim", "/victim.bin", data["victim"])
        for name in data:
            self.do("set", name, "retry-delay", "5")
        for name in ("urgent", "victim"):
            self.do("set", name, "priority", "foreground")
        run = self.start_run("--limit-rate", "150000")
        # While it is transferred, it is cancelled.
        wait_until(lambda: self.bytes_sent("/victim.bin")[0] >= 2 * FRAGMENT, "the victim is under way")
        self.assertEqual(self.state_of("victim"), "TRANSFERRING")
        self.do("cancel", "victim")
        wait_until(lambda: self.count("Cancel-Session", "/victim.bin") == 1, "the server knows")
        # An outage in the middle.
        wait_until(lambda: self.bytes_sent("/urgent.bin")[0] >= 5 * FRAGMENT, "the urgent one is under way")
        port = self.server.port
        self.server.kill()
        self.wait_for_state("urgent", "TRANSIENT_ERROR")
        error = self.info("urgent")["error"]
        self.assertEqual(error["context"], "BG_ERROR_CONTEXT_GENERAL_TRANSPORT", error)
        self.assertIn(error["name"], ("BG_E_CONNECT_FAILURE", "BG_E_CONNECTION_CLOSED", "BG_E_SEND_FAILURE"))
        self.start_queue_server(port=port)
        # A fatal error is nobody's but its job's, and can be mended.
        self.wait_for_state("second", "ERROR")
        self.assertEqual(self.info("second")["error"]["name"], "BG_E_HTTP_ERROR_404")
        self.do("replace", "second", self.url("/missing/"), self.url("/"))
        self.do("resume", "second")
        self.assertEqual(run.wait(), 0, run.text())

        self.assertEqual({job["name"]: job["state"] for job in self.do_list()},
                         dict.fromkeys(("first", "second", "urgent"), "TRANSFERRED"))
        for name in ("first", "second", "urgent"):
            self.do("complete", name)
            sent, twice = self.bytes_sent(f"/{name}.bin")
            self.assertEqual(sent - twice, len(data[name]))
            self.assertLessEqual(twice, FRAGMENT, f"{name}: more than one Fragment was lost in the outage")
        self.assertEqual(self.bytes_sent("/second.bin")[1], 0)
        del data["victim"]
        self.assertEqual(self.visible(), {f"{name}.bin": its for name, its in data.items()})
        self.assertEqual(self.kept_bytes(), 0)
        self.assertEqual(list(self.state.glob("*.part")), [])
        self.assertEqual(self.do_list(), [])

    def test_one_background_job_at_a_time(self) -> None:
        """of background jobs, one is transferred at a time, the higher priority first; foreground jobs beside it"""
        self.start_queue_server()
        for number, name in enumerate(("low", "normal", "high")):
            self.make_upload(name, f"/{name}.bin", pattern(100_000, number))
            self.do("set", name, "priority", name)
        self.make_upload("front", "/front.bin", pattern(200_000, 9))
        self.do("set", "front", "priority", "foreground")
        self.run_to_the_end("--limit-rate", "400000")
        lines = [line for line in self.server.lines if "Fragment" in line]
        order = [re.search(r"/(\w+)\.bin", line)[1] for line in lines]
        background = [name for name in order if name != "front"]
        self.assertEqual(background, ["high"] * 5 + ["normal"] * 5 + ["low"] * 5)
        self.assertLess(order.index("front"), order.index("high") + 3)
        self.assertLess(order.index("high"), len(order) - 1 - order[::-1].index("front"), "not beside it")


class Killed(QueueCase):
    def test_killed_at_random_moments(self) -> None:
        """a run that is killed again and again, and begun again, brings every file over once and whole"""
        self.start_queue_server()
        data = {f"{name}.bin": pattern(300_000, seed) for seed, name in enumerate("abc")}
        for name, its in data.items():
            self.make_upload(name, f"/{name}", its)
        self.do("set", "a.bin", "priority", "foreground")
        dice = random.Random(7)
        kills = 0
        while True:
            run = self.start_run("--limit-rate", "1000000")
            lines = len(self.server.lines) + dice.randrange(1, 6)
            wait_until(lambda: len(self.server.lines) >= lines or not run.is_running(), "packets have come")
            if not run.is_running():
                self.assertEqual(run.wait(), 0, run.text())
                break
            run.kill()
            kills += 1
            self.assertEqual(len(self.do_list()), 3)
        self.assertGreaterEqual(kills, 8)
        self.assertEqual(self.visible(), data)
        for name in data:
            sent, twice = self.bytes_sent(f"/{name}")
            self.assertEqual(sent - twice, 300_000)
            self.assertLessEqual(twice, kills * FRAGMENT)
            self.assertEqual(self.state_of(name), "TRANSFERRED")

    def test_killed_before_each_ack(self) -> None:
        """killed when the server has done what was asked and the answer is not there yet, nothing is done twice"""
        self.start_queue_server()
        data = pattern(4 * FRAGMENT)
        # Create-Session, four Fragments, Close-Session.
        for number in range(1, 7):
            with self.subTest(answer=number):
                target = f"/{number}.bin"
                seen = 0
                running: list[Run] = []

                def see(number: int = number, running: list[Run] = running) -> bool:
                    nonlocal seen
                    seen += 1
                    if seen != number:
                        return False
                    wait_until(lambda: running, "the test knows the process")
                    running[0].kill()
                    return True

                proxy = Proxy(self.server.port, lambda _: Fault(see_down=see))
                self.addCleanup(proxy.stop)
                self.make_upload(f"job{number}", f"http://127.0.0.1:{proxy.port}{target}", data)
                running.append(self.start_run())
                self.assertEqual(running[0].wait(), -signal.SIGKILL, running[0].text())
                self.run_to_the_end()
                self.assertEqual((self.root / target[1:]).read_bytes(), data)
                self.assertLessEqual(self.bytes_sent(target)[1], FRAGMENT)
                self.do("complete", f"job{number}")
        self.assertEqual(len(self.visible()), 6)

    def test_stopped_by_a_signal(self) -> None:
        """SIGTERM ends a run with 143, its jobs are queued, and the next run sends nothing twice"""
        self.start_queue_server()
        data = pattern(200_000)
        self.make_upload("job", "/job.bin", data)
        run = self.start_run("--limit-rate", "200000")
        wait_until(lambda: self.bytes_sent("/job.bin")[0] >= 2 * FRAGMENT, "it is under way")
        run.popen.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(), 128 + signal.SIGTERM)
        self.assertEqual(self.state_of("job"), "QUEUED")
        self.run_to_the_end()
        self.assertEqual(self.visible(), {"job.bin": data})
        self.assertEqual(self.bytes_sent("/job.bin"), (len(data), 0))


class Refused(QueueCase):
    def test_wrong_states(self) -> None:
        """each method in a state that it is not for returns its documented HRESULT, and changes nothing"""
        self.start_queue_server()
        file = self.make_file("file", b"x" * 1000)
        self.do("create", "--upload", "up")
        self.refused("resume", "up", says="BG_E_EMPTY (0x80200003): ")
        self.refused("complete", "up", says="BG_E_INVALID_STATE (0x80200002): ")
        self.do("add", "up", self.url("/up.bin"), str(file))
        self.refused("add", "up", self.url("/other.bin"), str(file), says="BG_E_TOO_MANY_FILES (0x8020001C): ")
        self.refused("complete", "up", says="BG_E_INVALID_STATE")
        self.do("resume", "up")
        self.do("resume", "up")
        self.refused("complete", "up", says="BG_E_INVALID_STATE")
        self.do("suspend", "up")
        self.do("suspend", "up")
        self.refused("set", "up", "reply-file", str(self.folder / "reply"), says="E_NOTIMPL")
        self.do("resume", "up")
        self.run_to_the_end()
        self.refused("resume", "up", says="BG_E_EMPTY")
        self.do("complete", "up")
        for verb in ("resume", "suspend", "cancel", "complete", "info"):
            self.refused(verb, "up", says="BG_E_NOT_FOUND (0x80200001): ")

    def test_cancelled_jobs(self) -> None:
        """a cancelled job whose session is still at the server takes no call any more, and goes when that knows"""
        self.start_queue_server()
        data = pattern(200_000)
        file = self.make_upload("job", "/job.bin", data)
        run = self.start_run("--limit-rate", "200000")
        wait_until(lambda: self.bytes_sent("/job.bin")[0] >= FRAGMENT, "it is under way")
        run.kill()
        self.do("cancel", "job")
        self.assertEqual(self.state_of("job"), "CANCELLED")
        url = self.url("/job.bin")
        for arguments in (
            ("resume", "job"), ("suspend", "job"), ("cancel", "job"), ("complete", "job"),
            ("add", "job", url, str(file)), ("replace", "job", url, url + "x"),
            *(("set", "job", *pair) for pair in (
                ("priority", "high"), ("retry-delay", "5"), ("no-progress", "5"), ("name", "x"))),
        ):
            with self.subTest(arguments):
                self.refused(*arguments, says="BG_E_INVALID_STATE (0x80200002): ")
        self.run_to_the_end()
        self.assertEqual((self.do_list(), self.kept_bytes(), self.visible()), ([], 0, {}))

    def test_unknown_and_ambiguous_jobs(self) -> None:
        """a job that is not there is BG_E_NOT_FOUND; a name that two jobs have is no name of one"""
        ids = [self.do("create", "--upload", "twin") for _ in range(2)]
        self.refused("suspend", "nobody", says="BG_E_NOT_FOUND")
        self.refused("suspend", "{00000000-0000-4000-8000-000000000000}", says="BG_E_NOT_FOUND")
        done = self.refused("suspend", "twin", says="more than one job")
        for one in ids:
            self.assertIn(one, done.errors)
            self.assertEqual(self.info(one)["name"], "twin")
            self.assertEqual(self.info(one.strip("{}").upper())["id"], one)
        self.assertRegex(ids[0], r"^\{[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\}$")

    def test_names(self) -> None:
        """names that are empty or too long, URLs and files that are none: E_INVALIDARG and the like"""
        file = self.make_file("file", b"x")
        url = "http://127.0.0.1:1/x"
        self.refused("create", "--upload", "", says="E_INVALIDARG (0x80070057): ")
        self.refused("create", "--upload", "x" * 257, says="E_INVALIDARG")
        self.do("create", "--upload", "x" * 256)
        self.do("create", "--upload", "job")
        self.refused("set", "job", "name", "x" * 257, says="BG_E_STRING_TOO_LONG (0x80200021): ")
        self.refused("set", "job", "name", "", says="E_INVALIDARG")
        self.refused("set", "job", "description", "x" * 1025, says="BG_E_STRING_TOO_LONG")
        self.refused("set", "job", "priority", "highest", says="E_INVALIDARG")
        for number in ("", "-1", "+5", "5s", "4294967296", "0x10"):
            self.refused("set", "job", "retry-delay", number, says="E_INVALIDARG")
        for bad in ("", "ftp://127.0.0.1/x", "x", "http://", "http://a b/", url + "y" * 2200):
            self.refused("add", "job", bad, str(file), says="E_INVALIDARG")
        for bad in ("", str(self.folder), str(file) + "/" + "y" * 4096, str(file) + "\n"):
            with self.subTest(bad[:30]):
                done = self.call("add", "job", url, bad)
                self.assertEqual(done.code, 1, done)
        self.refused("add", "job", url, str(self.folder / "none"), says="ERROR_FILE_NOT_FOUND")
        self.refused("replace", "job", "", "x", says="E_INVALIDARG")
        self.do("add", "job", url, str(file))
        self.refused("replace", "job", "http://127.0.0.1:1/", "nonsense", says="E_INVALIDARG")
        done = self.call("replace", "job", "http://elsewhere/", "http://127.0.0.1/")
        self.assertEqual((done.code, self.info("job")["files"][0]["remote"]), (0, url), done)
        self.assertIn("S_FALSE", done.errors)
        self.do("set", "job", "retry-delay", "1")
        self.assertEqual(self.info("job")["retry_delay_s"], 5)

    def test_control_characters(self) -> None:
        """a name with control characters is shown without them"""
        self.do("create", "--download", "a\x1b[31mb\nc\x7fd\u009be")
        for verb in (("list",), ("info", "a\x1b[31mb\nc\x7fd\u009be")):
            text = self.do(*verb)
            self.assertIn(r"a\x1b[31mb\x0ac\x7fd\xc2\x9be", text)
        self.assertEqual(self.do_list()[0]["name"], "a\x1b[31mb\nc\x7fd\u009be")

    def test_wrong_usage(self) -> None:
        """a command that cannot be meant ends with 2, and changes nothing"""
        for arguments in ((), ("nonsense",), ("create", "x"), ("create", "--upload", "--download", "x"), ("add", "x"),
                          ("set", "x", "colour", "red"), ("run", "--fragment-size", "0"), ("list", "x")):
            with self.subTest(arguments):
                self.assertEqual(self.call(*arguments).code, 2)
        self.assertFalse(self.queue.exists())

    def test_default_folder(self) -> None:
        """without --queue it is $BITSWIRE_QUEUE, or a folder of the user's; nobody else may look into it"""
        name = program("BITSWIRE_QUEUE_PROGRAM")
        for variable, folder in (("BITSWIRE_QUEUE", "here"), ("XDG_STATE_HOME", "state-home/bitswire-queue"),
                                 ("HOME", "home/.local/state/bitswire-queue")):
            environment = {variable: str(self.folder / folder.split("/")[0])}
            done = subprocess.run([name, "create", "--upload", "x"], env=environment, capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done)
            made = self.folder / folder
            self.assertEqual((made.stat().st_mode & 0o777, len(list(made.glob("*.job")))), (0o700, 1))


class Damage(QueueCase):
    def make_two(self) -> tuple[Path, Path]:
        self.start_queue_server()
        for name in ("good", "bad"):
            self.make_upload(name, f"/{name}.bin", pattern(1000))
        bad = self.info("bad")["id"]
        good = self.info("good")["id"]
        return self.queue / f"{good.strip('{}')}.job", self.queue / f"{bad.strip('{}')}.job"

    def test_damaged_files(self) -> None:
        """a job file that is damaged anywhere is named and left as it is, and the others go on"""
        good, bad = self.make_two()
        whole = bad.read_bytes()
        dice = random.Random(5)
        wrong = [b"", b"x", whole[:-1], whole + b"x", b"\0" * len(whole), good.read_bytes()]
        for _ in range(25):
            at = dice.randrange(len(whole))
            wrong.append(whole[:at] + bytes([whole[at] ^ 1 << dice.randrange(8)]) + whole[at + 1 :])
        for number, bytes_ in enumerate(wrong):
            bad.write_bytes(bytes_)
            done = self.call("list")
            self.assertEqual(done.code, 1, number)
            self.assertIn(str(bad), done.errors)
            self.assertIn("good", done.output)
            self.assertNotIn("bad", done.output)
            self.assertEqual(bad.read_bytes(), bytes_)
        self.assertEqual(self.call("resume", "bad").code, 1)
        run = self.run_to_the_end(code=1)
        self.assertIn(str(bad), run.text())
        self.assertEqual(bad.read_bytes(), wrong[-1])
        self.assertEqual([job["state"] for job in self.do_list()], ["TRANSFERRED"])
        bad.write_bytes(whole)
        self.run_to_the_end()
        self.assertEqual(sorted(self.visible()), ["bad.bin", "good.bin"])

    def test_foreign_files(self) -> None:
        """what is in the folder and no job is left alone"""
        self.make_two()
        left_over = self.queue / "00000000-0000-4000-8000-000000000000.job.tmp"
        left_over.write_bytes(b"half")
        foreign = {"notes.txt": b"x", "x.job": b"y", "abc": b"", "{}.job": b"z"}
        for name, bytes_ in foreign.items():
            (self.queue / name).write_bytes(bytes_)
        (self.queue / "folder.job").mkdir()
        os.mkfifo(self.queue / "pipe.job")
        self.run_to_the_end()
        self.assertEqual([job["state"] for job in self.do_list()], ["TRANSFERRED"] * 2)
        self.assertFalse(left_over.exists())
        for name, bytes_ in foreign.items():
            self.assertEqual((self.queue / name).read_bytes(), bytes_)

    def test_folder_that_cannot_be(self) -> None:
        """a queue that is no folder is named in the message"""
        self.queue.write_bytes(b"x")
        for verb in (("list",), ("create", "--upload", "x"), ("run",)):
            done = self.call(*verb)
            self.assertEqual(done.code, 1)
            self.assertIn(str(self.queue), done.errors)
        self.assertEqual(self.queue.read_bytes(), b"x")

    def limit(self, size: int) -> Callable[[], None]:
        def before() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        return before

    def test_full_disk(self) -> None:
        """a command that cannot be written is refused, and the job is what it was; a run ends, and nothing is lost"""
        good, _ = self.make_two()
        whole = good.read_bytes()
        done = self.call("suspend", "good", before=self.limit(100))
        self.assertEqual(done.code, 1)
        self.assertIn(str(good), done.errors)
        self.assertEqual(self.call("create", "--upload", "third", before=self.limit(100)).code, 1)
        done = self.call("run", before=self.limit(100))
        self.assertEqual(done.code, 1)
        self.assertIn("File too large", done.errors)
        self.assertEqual(good.read_bytes(), whole)
        self.assertEqual(list(self.queue.glob("*.tmp")), [])
        self.assertEqual(self.visible(), {})
        self.run_to_the_end()
        self.assertEqual(len(self.visible()), 2)

    def test_local_file_changes(self) -> None:
        """a local file that changes between runs or within one: BG_E_LOCAL_FILE_CHANGED, and a cancelled session"""
        self.start_queue_server()
        data = pattern(200_000)
        for moment in ("between", "within"):
            with self.subTest(moment):
                target = f"/{moment}.bin"
                file = self.make_upload(moment, target, data)
                run = self.start_run("--limit-rate", "200000")
                wait_until(lambda: self.bytes_sent(target)[0] >= 2 * FRAGMENT, "it is under way")
                if moment == "between":
                    run.kill()
                file.write_bytes(data[::-1])
                if moment == "between":
                    run = self.start_run()
                self.assertEqual(run.wait(), 1, run.text())
                info = self.info(moment)
                self.assertEqual((info["state"], info["error"]["name"]), ("ERROR", "BG_E_LOCAL_FILE_CHANGED"), info)
                self.assertEqual(info["error"]["context"], "BG_ERROR_CONTEXT_LOCAL_FILE")
                self.assertEqual(self.kept_bytes(), 0)
                self.assertEqual(self.visible(), {})
                self.do("resume", moment)
                self.run_to_the_end()
                self.assertEqual(self.visible(), {target[1:]: data[::-1]})
                (self.root / target[1:]).unlink()
                self.do("complete", moment)

    def test_local_file_goes(self) -> None:
        """a local file that is gone is a fatal error with its code; once it is back, the job can be resumed"""
        self.start_queue_server()
        file = self.make_upload("job", "/job.bin", b"x" * 1000)
        file.rename(file.with_suffix(".away"))
        self.run_to_the_end(code=1)
        info = self.info("job")
        self.assertEqual(info["error"]["name"], "ERROR_FILE_NOT_FOUND", info)
        self.assertIn("ERROR_FILE_NOT_FOUND", self.do("info", "job"))
        file.with_suffix(".away").rename(file)
        self.do("resume", "job")
        self.run_to_the_end()
        self.assertEqual(len(self.visible()), 1)


class Beside(QueueCase):
    def test_two_runs(self) -> None:
        """a second run says that there is one, and disturbs nothing"""
        self.start_queue_server()
        self.make_upload("job", "/job.bin", pattern(200_000))
        run = self.start_run("--limit-rate", "200000")
        wait_until(lambda: self.bytes_sent("/job.bin")[0] > 0, "it is under way")
        second = self.call("run")
        self.assertEqual(second.code, 1)
        self.assertIn("another run works on this queue", second.errors)
        self.assertEqual(run.wait(), 0)
        self.assertEqual(self.bytes_sent("/job.bin"), (200_000, 0))

    def test_suspend_and_resume(self) -> None:
        """a job that is suspended beside a run stops, and one that is resumed goes on where it was"""
        self.start_queue_server()
        self.make_upload("job", "/job.bin", pattern(200_000))
        self.make_upload("long", "/long.bin", pattern(400_000))
        self.do("set", "long", "priority", "foreground")
        run = self.start_run("--limit-rate", "150000")
        wait_until(lambda: self.bytes_sent("/job.bin")[0] > FRAGMENT, "it is under way")
        self.refused_while_running()
        self.do("suspend", "job")
        self.assertEqual(self.state_of("job"), "SUSPENDED")
        wait_until(lambda: self.info("job")["bytes_transferred"] == self.bytes_sent("/job.bin")[0], "it has stopped")
        sent = self.bytes_sent("/job.bin")[0]
        others = self.bytes_sent("/long.bin")[0]
        wait_until(lambda: self.bytes_sent("/long.bin")[0] >= others + 3 * FRAGMENT, "the other one goes on")
        self.assertLessEqual(self.bytes_sent("/job.bin")[0], sent + FRAGMENT)
        self.assertLess(self.bytes_sent("/job.bin")[0], 200_000)
        self.do("resume", "job")
        self.assertEqual(run.wait(), 0, run.text())
        self.assertEqual(self.bytes_sent("/job.bin"), (200_000, 0))
        self.assertEqual(self.bytes_sent("/long.bin"), (400_000, 0))

    def refused_while_running(self) -> None:
        """What an upload under way is not to be asked for."""
        done = self.call("replace", "job", self.url("/"), self.url("/x/"))
        self.assertIn("BG_E_INVALID_STATE", done.errors)
        done = self.call("complete", "job")
        self.assertIn("BG_E_INVALID_STATE", done.errors)

    def test_priority(self) -> None:
        """a priority that is set beside a run changes whose turn it is"""
        self.start_queue_server()
        self.make_upload("one", "/one.bin", pattern(200_000))
        self.make_upload("two", "/two.bin", pattern(100_000, 2))
        run = self.start_run("--limit-rate", "200000")
        wait_until(lambda: self.bytes_sent("/one.bin")[0] > 0, "the first is under way")
        self.do("set", "two", "priority", "high")
        self.assertEqual(run.wait(), 0, run.text())
        order = [re.search(r"/(\w+)\.bin", line)[1] for line in self.server.lines if "Close-Session" in line]
        self.assertEqual(order, ["two", "one"])
        self.assertEqual((self.bytes_sent("/one.bin"), self.bytes_sent("/two.bin")), ((200_000, 0), (100_000, 0)))

    def test_replace_while_a_request_is_under_way(self) -> None:
        """a suspended upload that is sent elsewhere while its last Fragment is under way begins anew there, once"""
        hostile = HostileServer()
        self.addCleanup(hostile.stop)
        held = threading.Event()
        self.addCleanup(held.set)
        hostile.on("Fragment", 2, lambda request, reply: replace(reply, late=held))
        data = pattern(4 * FRAGMENT)
        self.make_upload("job", hostile.url("/old/x.bin"), data)
        run = self.start_run()
        wait_until(lambda: len(hostile.of("Fragment")) == 2, "a Fragment is under way")
        self.do("suspend", "job")
        self.do("replace", "job", hostile.url("/old/"), hostile.url("/new/"))
        self.assertEqual(self.info("job")["bytes_transferred"], 0)
        self.do("resume", "job")
        self.do("suspend", "job")
        self.do("resume", "job")
        self.assertEqual(run.wait(), 0, run.text())
        if self.info("job")["state"] == "QUEUED":  # the run had ended already, between a suspend and its resume
            self.assertEqual(self.start_run().wait(), 0)
        self.assertEqual(hostile.files, {"/new/x.bin": [data]})
        self.assertEqual(hostile.problems, [])

    def test_retry_delay_goes_on(self) -> None:
        """a command beside a run does not set the retry delay back"""
        hostile = HostileServer()
        self.addCleanup(hostile.stop)
        hostile.on("Create-Session", 1, Reply(503, (("Content-Length", "0"),)))
        self.make_upload("job", hostile.url("/x.bin"), b"x")
        self.do("set", "job", "retry-delay", "5")
        run = self.start_run()
        self.wait_for_state("job", "TRANSIENT_ERROR")
        since = time.monotonic()
        self.assertEqual(self.info("job")["error"]["name"], "BG_E_HTTP_ERROR_503")
        time.sleep(3)
        self.do("set", "job", "description", "touched")
        self.assertEqual(run.wait(), 0, run.text())
        self.assertTrue(4 < time.monotonic() - since < 7.5)

    def test_new_jobs(self) -> None:
        """a job that is made beside a run is transferred by it"""
        self.start_queue_server()
        self.make_upload("one", "/one.bin", pattern(200_000))
        run = self.start_run("--limit-rate", "200000")
        wait_until(lambda: self.bytes_sent("/one.bin")[0] > 0, "the first is under way")
        self.make_upload("two", "/two.bin", pattern(1000))
        self.assertEqual(run.wait(), 0, run.text())
        self.assertEqual(sorted(self.visible()), ["one.bin", "two.bin"])

    def test_many_commands_at_once(self) -> None:
        """commands that come all at once come one after the other, and none is lost"""
        job = self.do("create", "--download", "shared")
        everything = [
            subprocess.Popen(
                self.command("add", job, f"http://127.0.0.1:1/{i}", str(self.folder / f"file{i}")),
                preexec_fn=end_with_parent,
            )
            for i in range(30)
        ]
        self.assertEqual([one.wait(50) for one in everything], [0] * 30)
        names = {file["remote"].rsplit("/", 1)[1] for file in self.info(job)["files"]}
        self.assertEqual(names, {str(i) for i in range(30)})


class Clocks(QueueCase):
    def test_waits_in_time(self) -> None:
        """P1: jobs repeat Close-Session and are tried again in their time, whatever the time of day does"""
        clock = FakeClock(self.folder)
        clock.check()
        for jump in (-3600, 86_400):
            with self.subTest(jump):
                servers = [self.failing_server(kind) for kind in ("Close-Session", "Create-Session")]
                for server in servers:
                    name = f"{server.port} {jump}"
                    self.make_upload(name, server.url("/x.bin"), b"x", resume=False)
                    self.do("set", name, "priority", "foreground")
                    self.do("set", name, "retry-delay", "5")
                    self.do("resume", name)
                run = self.start_run(env=clock.environment(program("BITSWIRE_QUEUE_PROGRAM")))
                wait_until(lambda: all(server.times for server in servers), "both have failed once")
                time.sleep(0.7)  # they have heard of it, and wait
                clock.jump(jump)
                self.assertEqual(run.wait(), 0, run.text())
                for server in servers:
                    self.assertEqual(len(server.times), 2)
                    self.assertTrue(4.9 < server.times[1] - server.times[0] < 25, server.times)
                    self.assertEqual(server.files, {"/x.bin": [b"x"]})
                    self.assertEqual(server.problems, [])

    def failing_server(self, kind: str) -> HostileServer:
        """Answers 503 to the first request of a kind, and knows when they came."""
        server = HostileServer()
        self.addCleanup(server.stop)
        server.times = []

        def look(request: Request) -> Reply | None:
            if request.kind != kind:
                return None
            server.times.append(time.monotonic())
            return Reply(503, (("Content-Length", "0"),)) if len(server.times) == 1 else None

        server.before(look)
        return server


class Downloads(QueueCase):
    def setUp(self) -> None:
        super().setUp()
        self.hostile = HostileServer()
        self.addCleanup(self.end_server)

    def end_server(self) -> None:
        self.hostile.stop()
        self.assertEqual(self.hostile.problems, [])

    def make_download(self, name: str, *targets: str) -> list[Path]:
        self.do("create", "--download", name)
        self.do("set", name, "retry-delay", "5")
        files = []
        for target in targets:
            files.append(self.folder / ("got-" + target.strip("/")))
            self.do("add", name, self.hostile.url(target), str(files[-1]))
        self.do("resume", name)
        return files

    def test_download(self) -> None:
        """files are fetched one after the other, and are where they belong only when the job is completed"""
        data = {f"/{i}.bin": pattern(size, i) for i, size in enumerate((50_000, 0, 1))}
        self.hostile.replies.update(data)
        files = self.make_download("job", *data)
        self.run_to_the_end()
        self.assertEqual([request.target for request in self.hostile.requests], list(data))
        self.assertFalse(any(file.exists() for file in files))
        info = self.info("job")
        self.assertEqual((info["state"], info["files_transferred"]), ("TRANSFERRED", 3))
        self.assertEqual(info["bytes_transferred"], 50_001)
        self.do("complete", "job")
        self.assertEqual([file.read_bytes() for file in files], list(data.values()))
        self.assertEqual(list(self.folder.glob(".bitswire-*")), [])

    def test_goes_on(self) -> None:
        """a download that is cut or killed goes on where it was, if the file is still the same, and else anew"""
        data = pattern(100_000)
        self.hostile.replies["/x.bin"] = data
        self.hostile.on("GET", 1, lambda request, reply: Reply(reply.status, reply.headers, reply.body, cut_at=60_000))
        (file,) = self.make_download("job", "/x.bin")
        run = self.start_run()
        self.wait_for_state("job", "TRANSIENT_ERROR")
        run.kill()
        self.do("resume", "job")
        self.run_to_the_end()
        self.assertEqual(len(self.hostile.requests), 2)
        second = self.hostile.requests[1]
        match = re.fullmatch(r"bytes=(\d+)-", second.get("Range") or "")
        self.assertTrue(match and 50_000 < int(match[1]) < 60_000, second.headers)
        self.assertEqual(second.get("If-Range"), "Mon, 18 Jun 2007 21:12:01 GMT")
        self.do("complete", "job")
        self.assertEqual(file.read_bytes(), data)

    def test_changed_at_the_server(self) -> None:
        """a file that has changed at the server meanwhile is fetched from its beginning"""
        old, new = pattern(100_000, 1), pattern(90_000, 2)
        self.hostile.replies["/x.bin"] = old
        self.hostile.on("GET", 1, lambda request, reply: Reply(reply.status, reply.headers, reply.body, cut_at=60_000))

        def answer_whole(request: Request, reply: Reply) -> Reply:
            return Reply(200, (("ETag", '"new"'), ("Content-Length", str(len(new)))), new)

        self.hostile.on("GET", 2, answer_whole)
        (file,) = self.make_download("job", "/x.bin")
        run = self.start_run()
        self.wait_for_state("job", "TRANSIENT_ERROR")
        self.do("resume", "job")
        self.assertEqual(run.wait(), 0, run.text())
        self.do("complete", "job")
        self.assertEqual(file.read_bytes(), new)

    def test_wrong_ranges(self) -> None:
        """a 206 with other bytes than those asked for is an error, and its bytes are not taken"""
        data = pattern(100_000)
        self.hostile.replies["/x.bin"] = data
        self.hostile.on("GET", 1, lambda request, reply: Reply(reply.status, reply.headers, reply.body, cut_at=60_000))
        self.hostile.on("GET", 2, lambda request, reply: reply.head(("Content-Range", "bytes 0-49999/100000")))
        (file,) = self.make_download("job", "/x.bin")
        run = self.start_run()
        self.wait_for_state("job", "TRANSIENT_ERROR")
        self.do("resume", "job")
        self.assertEqual(run.wait(), 1)
        self.assertEqual(self.info("job")["error"]["name"], "BG_E_INVALID_SERVER_RESPONSE")
        self.do("resume", "job")
        self.run_to_the_end()
        self.do("complete", "job")
        self.assertEqual(file.read_bytes(), data)

    def test_errors(self) -> None:
        """a file that is not there is a fatal error; what was fetched can be kept, and is BG_S_PARTIAL_COMPLETE"""
        self.hostile.replies["/there"] = b"there"
        there, missing = self.make_download("job", "/there", "/missing")
        self.run_to_the_end(code=1)
        info = self.info("job")
        self.assertEqual((info["error"]["name"], info["error"]["file"]), ("BG_E_HTTP_ERROR_404", 1), info)
        done = self.call("complete", "job")
        self.assertEqual(done.code, 0, done)
        self.assertIn("BG_S_PARTIAL_COMPLETE", done.errors)
        self.assertEqual((there.read_bytes(), missing.exists()), (b"there", False))

    def test_complete_in_part_leaves_nothing(self) -> None:
        """a download that is completed in part keeps whole files, and leaves no part of another one"""
        self.hostile.replies.update({"/there": b"there", "/x.bin": pattern(100_000)})
        self.hostile.on("GET", 2, lambda request, reply: Reply(reply.status, reply.headers, reply.body, cut_at=60_000))
        there, cut = self.make_download("job", "/there", "/x.bin")
        run = self.start_run()
        self.wait_for_state("job", "TRANSIENT_ERROR")
        self.assertEqual(len(list(self.folder.glob(".bitswire-*"))), 2)
        self.assertIn("BG_S_PARTIAL_COMPLETE", self.call("complete", "job").errors)
        self.assertEqual(run.wait(), 0, run.text())
        self.assertEqual((there.read_bytes(), cut.exists()), (b"there", False))
        self.assertEqual(list(self.folder.glob(".bitswire-*")), [])

    def test_cancel_leaves_nothing(self) -> None:
        """a download that is cancelled leaves no file, whether it is under way or not"""
        self.hostile.replies["/x.bin"] = pattern(100_000)
        self.hostile.on("GET", 1, lambda request, reply: Reply(reply.status, reply.headers, reply.body, cut_at=60_000))
        (file,) = self.make_download("job", "/x.bin")
        run = self.start_run()
        self.wait_for_state("job", "TRANSIENT_ERROR")
        self.assertEqual(len(list(self.folder.glob(".bitswire-*.part"))), 1)
        self.do("cancel", "job")
        self.assertEqual(run.wait(), 0, run.text())
        self.assertEqual((list(self.folder.glob(".bitswire-*")), file.exists(), self.do_list()), ([], False, []))

    def test_complete_where_nothing_can_be_put(self) -> None:
        """a file that cannot be put in its place leaves the job transferred, and nothing is lost"""
        self.hostile.replies["/x.bin"] = b"data"
        (file,) = self.make_download("job", "/x.bin")
        self.run_to_the_end()
        file.mkdir()
        done = self.call("complete", "job")
        self.assertEqual(done.code, 1, done)
        self.assertIn("0x8007010B", done.errors)  # ERROR_DIRECTORY
        self.assertEqual(self.state_of("job"), "TRANSFERRED")
        file.rmdir()
        # As a command leaves it that is killed in the middle.
        (part,) = self.folder.glob(".bitswire-*.part")
        away = part.rename(self.folder / "away")
        self.assertIn("ERROR_FILE_NOT_FOUND", self.call("complete", "job").errors)
        self.assertEqual(self.state_of("job"), "TRANSFERRED")
        away.rename(file)
        self.do("complete", "job")
        self.assertEqual(file.read_bytes(), b"data")


    def names_of_no_file(self) -> dict[str, str]:
        """Local names that nothing can be put under, and what the refusal says."""
        self.make_folder("folder")
        self.make_file("file", b"")
        os.mkfifo(self.folder / "pipe")
        (self.folder / "loop").symlink_to("loop")
        invalid, not_found = "E_INVALIDARG (0x80070057)", "(0x80070003)"
        names = {
            "x" * 256: invalid,
            "\u00e4" * 128: invalid,
            "folder": invalid,
            "folder/": invalid,
            "folder/new/": invalid,
            "folder/..": invalid,
            "pipe": invalid,
            "missing/x": not_found,
            "file/x": not_found,
            "loop/x": "0x80070781",  # ERROR_CANT_RESOLVE_FILENAME
            "x/" * 2040 + "x": invalid,
        }
        return {str(self.folder) + "/" + name: says for name, says in names.items()}

    def test_names_of_no_file(self) -> None:
        """P6: AddFile refuses a local name that nothing can be put under: too long, a folder, in no folder [BG_FILE_INFO]"""
        url = self.hostile.url("/x.bin")
        self.do("create", "--download", "job")
        for name, says in self.names_of_no_file().items():
            with self.subTest(name[-60:]):
                self.refused("add", "job", url, name, says=says)
        # The longest name there is can be put in place.
        self.hostile.replies["/x.bin"] = b"data"
        longest = self.folder / ("x" * 255)
        self.do("add", "job", url, str(longest))
        self.do("add", "job", url, str(self.make_file("old", b"old")))
        self.do("resume", "job")
        self.run_to_the_end()
        self.do("complete", "job")
        self.assertEqual(longest.read_bytes(), b"data")
        self.assertEqual((self.folder / "old").read_bytes(), b"data")

    def test_replies_of_no_name(self) -> None:
        """P6: a reply that nothing can be put under is refused before anything is uploaded"""
        self.do("create", "--upload-reply", "job")
        for name, says in self.names_of_no_file().items():
            with self.subTest(name[-60:]):
                self.refused("set", "job", "reply-file", name, says=says)
        file = self.make_file("x" * 252, b"data")
        self.do("add", "job", self.hostile.url("/x.bin"), str(file))
        self.refused("resume", "job", says="E_INVALIDARG")  # with .reply behind it the name is too long
        self.do("set", "job", "reply-file", str(self.folder / "reply"))
        self.do("resume", "job")
        self.assertEqual(self.hostile.requests, [])


class Replies(QueueCase):
    def test_upload_reply(self) -> None:
        """the reply of the server's application is there when the job is completed, and not before"""
        application = self.start_application("--copy")
        url = f"http://127.0.0.1:{application.port}/notify"
        self.start_queue_server("--notify-url", url, "--notify-type", "1")
        data = pattern(50_000)
        wanted = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        file = self.make_upload("default", "/default.bin", data, kind="--upload-reply")
        self.make_upload("chosen", "/chosen.bin", data, kind="--upload-reply")
        replies = [Path(f"{file}.reply"), self.folder / "chosen.json"]
        self.do("set", "chosen", "reply-file", str(replies[1]))
        self.run_to_the_end()
        self.assertFalse(any(reply.exists() for reply in replies))
        self.assertGreater(self.info("chosen")["reply"]["bytes_transferred"], 0)
        for name, reply in zip(("default", "chosen"), replies):
            self.do("complete", name)
            self.assertEqual(json.loads(reply.read_bytes()), wanted)
        self.assertEqual(self.visible(), {"default.bin": data, "chosen.bin": data})
        self.assertEqual(self.kept_bytes(), 0)

    def test_no_reply(self) -> None:
        """a server that sends no reply to an upload-reply is an error that says so"""
        self.start_queue_server()
        self.make_upload("job", "/job.bin", b"x" * 1000, kind="--upload-reply")
        self.run_to_the_end(code=1)
        self.assertEqual(self.info("job")["error"]["name"], "BG_E_INVALID_SERVER_RESPONSE")


class ByTheBook(QueueCase):
    """Rules of jobs as the pages of Microsoft say them; the numbers are those of tests/job_by_the_book_test.cpp."""

    def make_program(self, body: str) -> Path:
        script = self.folder / "tell.sh"
        script.write_text(f"#!/bin/sh\necho \"$@\" >> {self.folder}/told\n{body}\n")
        script.chmod(0o755)
        return script

    def told(self) -> list[str]:
        file = self.folder / "told"
        return file.read_text().splitlines() if file.exists() else []

    def test_program_is_told_once(self) -> None:
        """J4, J19: an event is told to the job's program until it returns 0, also in a later run [SetNotifyCmdLine]"""
        self.start_queue_server()
        script = self.make_program(f"[ -e {self.folder}/well ]")
        self.make_upload("job", "/job.bin", b"x" * 1000)
        self.do("set", "job", "notify-program", f'{script} "it is" done')
        self.run_to_the_end()
        # "the first parameter must be the program"; it is not one of the arguments that the program sees.
        self.assertEqual(self.told(), ["it is done"])
        (self.folder / "well").touch()
        self.run_to_the_end()
        self.assertEqual(self.told(), ["it is done"] * 2)
        self.run_to_the_end()
        self.assertEqual(self.told(), ["it is done"] * 2)

    def test_program_that_comes_late(self) -> None:
        """J4: "BITS still executes the command line even if you call SetNotifyCmdLine after the event occurs" """
        self.start_queue_server()
        self.make_upload("job", "/job.bin", b"x" * 1000)
        self.run_to_the_end()
        self.do("set", "job", "notify-program", str(self.make_program("")))
        self.run_to_the_end()
        self.assertEqual(len(self.told()), 1)

    def test_program_that_does_not_end(self) -> None:
        """J4: a run that is stopped does not wait for a job's program, and a later run tells again what it was told"""
        self.start_queue_server()
        self.make_upload("job", "/job.bin", b"x" * 1000)
        pid = self.folder / "pid"
        self.do("set", "job", "notify-program", str(self.make_program(f"echo $$ > {pid}.new; mv {pid}.new {pid}; exec sleep 60")))
        run = self.start_run()
        wait_until(pid.exists, "the program runs")
        self.addCleanup(os.kill, int(pid.read_text()), signal.SIGKILL)
        run.popen.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(15), 128 + signal.SIGTERM)
        self.make_program("")
        self.run_to_the_end()
        self.assertEqual(len(self.told()), 2)

    def test_suspended_when_transferred(self) -> None:
        """J1: a job that was suspended when it was transferred can be resumed and completed [BG_JOB_STATE]"""
        self.start_queue_server()
        for name in ("a", "b"):
            self.make_upload(name, f"/{name}.bin", b"x" * 1000)
        self.run_to_the_end()
        self.do("suspend", "a")
        self.do("resume", "a")
        self.assertEqual(self.state_of("a"), "TRANSFERRED")
        for name in ("a", "b"):
            self.do("suspend", name)
            self.do("complete", name)
        self.assertEqual(self.do_list(), [])

    def test_reply_that_cannot_be_renamed(self) -> None:
        """J5: Complete says that the reply cannot be put in its place, and the job stays [Complete]"""
        application = self.start_application("--copy")
        url = f"http://127.0.0.1:{application.port}/notify"
        self.start_queue_server("--notify-url", url, "--notify-type", "1")
        self.make_upload("job", "/job.bin", pattern(5000), kind="--upload-reply")
        reply = self.folder / "reply"
        self.do("set", "job", "reply-file", str(reply))
        self.run_to_the_end()
        reply.mkdir()
        (reply / "x").touch()
        done = self.call("complete", "job")
        self.assertEqual(done.code, 1, done)
        self.assertIn(str(reply), done.errors)
        self.assertEqual(self.state_of("job"), "TRANSFERRED")
        (reply / "x").unlink()
        reply.rmdir()
        self.do("complete", "job")
        self.assertEqual(json.loads(reply.read_bytes())["size"], 5000)

    def test_unicode(self) -> None:
        """J8: Unicode in a URL is sent percent-encoded, and shown as it was given [BG_FILE_INFO]"""
        self.start_queue_server()
        self.make_upload("job", "/m\u00e4rz.bin", b"x" * 1000)
        self.run_to_the_end()
        self.assertEqual(self.info("job")["files"][0]["remote"], self.url("/m\u00e4rz.bin"))
        self.assertEqual(self.visible(), {"m\u00e4rz.bin": b"x" * 1000})

    def test_cancelled_jobs_are_not_listed(self) -> None:
        """J14: a cancelled job is in no enumeration while the server is still to be told [EnumJobs]"""
        self.start_queue_server()
        self.make_upload("job", "/job.bin", pattern(200_000))
        run = self.start_run("--limit-rate", "200000")
        wait_until(lambda: self.bytes_sent("/job.bin")[0] >= FRAGMENT, "it is under way")
        run.kill()
        self.do("cancel", "job")
        self.assertEqual(self.do_list(), [])
        self.assertEqual(self.state_of("job"), "CANCELLED")

    def test_set_of_files(self) -> None:
        """J18: several files are added, or none of them [AddFileSet]"""
        self.do("create", "--download", "job")
        one, two = str(self.folder / "1"), str(self.folder / "2")
        self.refused("add", "job", "http://h/1", one, "ftp://h/2", two, says="E_INVALIDARG")
        self.refused("add", "job", "http://h/1", one, "http://h/2", says="a URL without a local file")
        self.assertEqual(self.info("job")["files"], [])
        self.do("add", "job", "http://h/1", one, "http://h/2", two)
        self.assertEqual([f["local"] for f in self.info("job")["files"]], [one, two])

    def test_password_is_not_shown(self) -> None:
        """J19: who logs on is shown, and with which password not [SetCredentials]"""
        self.do("create", "--download", "job")
        done = subprocess.run(
            self.command("set", "job", "server-user", "me"), input=b"open sesame\n", capture_output=True, timeout=20
        )
        self.assertEqual(done.returncode, 0, done)
        self.do("set", "job", "proxy", "none")
        text = self.do("info", "job")
        self.assertRegex(text, r"server user +me\n")
        self.assertRegex(text, r"proxy +none\n")
        for shown in (text, self.do("info", "job", "--json"), self.do("list", "--json")):
            self.assertNotIn("sesame", shown)
        self.do("set", "job", "server-user", "")
        self.assertNotIn("server user", self.do("info", "job"))


class Output(QueueCase):
    def test_json(self) -> None:
        """--json is one object on stdout for each command, and one per line for run"""
        self.start_queue_server()
        file = self.make_file("file", b"x" * 1000)
        job = json.loads(self.do("create", "--upload", "name \u00e4", "--json"))
        self.assertEqual((job["name"], job["state"], job["files"]), ("name \u00e4", "SUSPENDED", []))
        job = json.loads(self.do("--json", "add", job["id"], self.url("/x.bin"), str(file)))
        self.assertEqual(job["files"], [
            {"remote": self.url("/x.bin"), "local": str(file), "bytes_total": 1000, "bytes_transferred": 0}])
        done = self.call("complete", job["id"], "--json")
        error = json.loads(done.output)["error"]
        self.assertEqual((done.code, error["code"], error["name"]), (1, "0x80200002", "BG_E_INVALID_STATE"))
        self.assertTrue(error["meaning"])
        self.assertEqual(json.loads(self.do("resume", job["id"], "--json"))["state"], "QUEUED")
        run = self.run_to_the_end("--json")
        states = [json.loads(line)["state"] for line in run.text().splitlines()]
        self.assertEqual(states[-1], "TRANSFERRED")
        self.assertRegex(self.do_list()[0]["transferred"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(json.loads(self.do("complete", job["id"], "--json"))["returns"]["name"], "S_OK")
        self.assertEqual(self.do_list(), [])

    def test_no_progress_timeout(self) -> None:
        """with a no-progress time-out of 0 an error that might pass is final [SetNoProgressTimeout]"""
        self.make_upload("job", "http://127.0.0.1:1/x", b"x")
        self.do("set", "job", "no-progress", "0")
        self.run_to_the_end(code=1)
        info = self.info("job")
        self.assertEqual((info["state"], info["error"]["name"]), ("ERROR", "BG_E_CONNECT_FAILURE"), info)
