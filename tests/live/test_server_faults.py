"""bitswire-server: bad days. In each, the file arrives exactly once and whole, or the client gets the documented error
and the destination is untouched.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bits_peer import Answer, ConnectionEnded, Peer, create_head, fragment_head, head
from programs import DENIED, DISK_FULL, SESSION_NOT_FOUND, FakeClock, ServerCase, is_sanitized, pattern, program, wait_until

TARGET = "/file.bin"
DATA = pattern(90)


def exchange(target: str, session: str) -> list[bytes]:
    """A short exchange: Create-Session, two Fragments, Close-Session."""
    half = len(DATA) // 2
    return [
        create_head(target),
        fragment_head(target, session, 0, half, len(DATA)) + DATA[:half],
        fragment_head(target, session, half, len(DATA) - half, len(DATA)) + DATA[half:],
        head("Close-Session", target, session=session),
    ]


class Finisher(ServerCase):
    """A test that goes on as a client does, after something has happened."""

    def finish(self, port: int, target: str, session: str | None, closing: bool) -> None:
        """Ping, the rest of the bytes as the server wants them, Close-Session. `closing`: it was on its way before."""
        with Peer(port) as peer:
            if session is None:
                session = self.assert_ack(peer.create(target)).session
            self.assert_ack(peer.ping(target, session=session))
            if not closing:
                offset = 0
                while offset < len(DATA):
                    rest = fragment_head(target, session, offset, len(DATA) - offset, len(DATA)) + DATA[offset:]
                    answer = self.not_busy(peer, lambda p, rest=rest: p.ask(rest))
                    self.assertIn(answer.status, (200, 416), answer)
                    assert answer.offset is not None
                    offset = answer.offset
                self.assertFalse((self.root / target[1:]).exists(), "visible before Close-Session")
            self.assert_ack(self.not_busy(peer, lambda p: p.close(target, session)))
        self.assertEqual((self.root / target[1:]).read_bytes(), DATA)

    def not_busy(self, peer: Peer, ask) -> Answer:
        """Asks again while the request of the connection that was cut is still being worked on (503)."""
        last: list[Answer] = []

        def done() -> bool:
            last.append(ask(peer))
            return last[-1].status != 503

        wait_until(done, "the server has noticed the end of the other connection")
        return last[-1]


class Cuts(Finisher):
    def cut_request(self, number: int, packet: int, at: int) -> None:
        """Sends packets up to byte `at` of the packet `packet`, cuts the connection, and finishes on another one."""
        target = f"/cut-{packet}-{at}.bin"
        session = None
        peer = Peer(self.server.port)
        for i in range(packet + 1):
            message = exchange(target, session or "")[i]
            if i < packet:
                answer = self.assert_ack(peer.ask(message))
                session = session or answer.session
            else:
                peer.send(message[:at])
        path = self.root / target[1:]
        if packet < 3 or at < len(exchange(target, session or "")[3]):
            self.assertFalse(path.exists(), "visible before Close-Session")
        peer.reset() if number % 2 else peer.close_connection()
        self.finish(self.server.port, target, session, packet == 3)

    def test_cut_at_every_byte_of_the_requests(self) -> None:
        """a connection cut at any byte of any request loses nothing: the upload goes on [MC-BUP 3.1.4.3]"""
        self.start_server("--sessions-per-user", "100000")
        session = "{00000000-0000-0000-0000-000000000000}"
        places = [
            (packet, at)
            for packet in range(4)
            for at in range(len(exchange("/cut-0-000.bin", session)[packet]) + (packet > 0))
        ]
        self.assertGreater(len(places), 600)
        with ThreadPoolExecutor(8) as pool:
            for _ in pool.map(lambda item: self.cut_request(item[0], *item[1]), enumerate(places)):
                pass
        self.assertEqual(len(self.visible()), len(places))
        self.assertEqual(set(self.visible().values()), {DATA})

    def cut_answer(self, packet: int, at: int) -> bool:
        """Reads the answer to the packet `packet` up to byte `at`, cuts the connection, and finishes on another one.
        Returns False when the answer is shorter."""
        target = f"/answer-{packet}-{at}.bin"
        session = ""
        peer = Peer(self.server.port)
        for i in range(packet):
            session = self.assert_ack(peer.ask(exchange(target, session)[i])).session
        peer.send(exchange(target, session)[packet])
        peer.socket.settimeout(20)
        got = b""
        while len(got) < at and b"\r\n\r\n" not in got:
            got += peer.socket.recv(at - len(got))
        peer.reset()
        self.finish(self.server.port, target, session, packet == 3)
        return len(got) == at and b"\r\n\r\n" not in got

    def test_cut_at_every_byte_of_the_answers(self) -> None:
        """a connection cut at any byte of an Ack loses nothing [fragment, close-session]"""
        self.start_server("--sessions-per-user", "100000")
        with ThreadPoolExecutor(8) as pool:
            for packet in (1, 2, 3):
                whole = list(pool.map(lambda at: self.cut_answer(packet, at), range(0, 400, 4)))
                self.assertFalse(whole[-1], "the Ack is longer than what was tried")
                self.assertTrue(whole[10])

    def test_lost_acks(self) -> None:
        """a client that never hears of a Fragment repeats it, and its bytes are stored once [fragment]"""
        self.start_server()
        data = pattern(10_000)
        for size in (1, 997, 5000, 10_000):
            target = f"/lost-{size}.bin"
            session = self.connect().create(target).session
            step = max(size, 100)
            for first in range(0, len(data), step):
                part = data[first : first + step]
                with Peer(self.server.port) as peer:  # its Ack is never read
                    peer.send(fragment_head(target, session, first, len(part), len(data)) + part)
                with Peer(self.server.port) as peer:
                    answer = self.not_busy(peer, lambda p: p.fragment(target, session, first, part, len(data)))
                    self.assertEqual(self.assert_ack(answer).offset, first + len(part))
            self.assert_ack(self.connect().close(target, session))
            self.assertEqual((self.root / target[1:]).read_bytes(), data)

    def test_take_over(self) -> None:
        """a Fragment on a new connection takes over from one that hangs, whose rest is never stored"""
        self.start_server()
        session = self.connect().create(TARGET).session
        old = self.connect()
        old.send(fragment_head(TARGET, session, 0, len(DATA), len(DATA)) + b"X" * 50)
        new = self.connect()
        wait_until(lambda: self.kept_bytes() > 0, "the first bytes are there")
        self.assertEqual(self.assert_ack(new.fragment(TARGET, session, 0, DATA[:60], len(DATA))).offset, 60)
        try:
            old.send(b"Y" * 40)
            old.read_end()
        except OSError:
            pass  # it was closed already
        self.assertEqual(self.assert_ack(new.fragment(TARGET, session, 60, DATA[60:], len(DATA))).offset, len(DATA))
        self.assert_ack(new.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})


class Restarts(Finisher):
    """kill -9, and a new server on the same folders."""

    def setUp(self) -> None:
        super().setUp()
        self.state = self.make_folder("state")
        self.start_server("--state", str(self.state), "--allow-overwrite")

    def restart(self) -> None:
        port = self.server.port
        self.server.kill()
        self.start_server("--state", str(self.state), "--allow-overwrite", port=port)

    def test_between_any_two_packets(self) -> None:
        """a server killed between any two packets, and all of them, goes on where it was [MC-BUP 3.2.1.4]"""
        for kill_after in (*range(5), "all"):
            with self.subTest(kill_after=kill_after):
                target = f"/kill-{kill_after}.bin"
                session = ""
                for i in range(4):
                    if kill_after in (i, "all"):
                        self.restart()
                    answer = self.assert_ack(self.connect().ask(exchange(target, session)[i]))
                    session = session or answer.session
                    if i < 3:
                        self.assertFalse((self.root / target[1:]).exists())
                if kill_after in (4, "all"):
                    self.restart()
                    self.assert_ack(self.connect().close(target, session))
                self.assertEqual((self.root / target[1:]).read_bytes(), DATA)

    def test_within_a_fragment(self) -> None:
        """a server killed within a Fragment has what it had acknowledged, and no more or less that is wrong"""
        half = len(DATA) // 2
        for at in (1, 20, half - 1):
            with self.subTest(at):
                target = f"/within-{at}.bin"
                session = self.connect().create(target).session
                self.assertEqual(self.connect().fragment(target, session, 0, DATA[:half], len(DATA)).offset, half)
                before = self.kept_bytes()
                peer = self.connect()
                size = len(DATA) - half
                peer.send(fragment_head(target, session, half, size, len(DATA)) + b"X" * at)
                wait_until(lambda: self.kept_bytes() > before, "the server has begun to store")
                self.restart()
                answer = self.connect().fragment(target, session, half + 1, DATA[half + 1 :], len(DATA))
                self.assertEqual(self.assert_refused(answer, 416, 0).offset, half)
                self.finish(self.server.port, target, session, False)

    def test_at_any_moment(self) -> None:
        """a server killed at a random moment of an upload: the file is whole or absent, and the upload can go on"""
        rounds = random.Random(7)
        for number in range(20):
            with self.subTest(number):
                target = f"/moment-{number}.bin"
                session: str | None = None
                acked = -1
                timer = threading.Timer(rounds.random() * 0.02, self.server.popen.kill)
                timer.start()
                try:
                    with Peer(self.server.port) as peer:
                        for i in range(4):
                            answer = self.assert_ack(peer.ask(exchange(target, session or "")[i]))
                            session = session or answer.session
                            acked = i
                except (ConnectionEnded, OSError):
                    pass
                timer.join()
                self.server.kill()
                path = self.root / target[1:]
                if path.exists():
                    self.assertGreaterEqual(acked, 2, "there before Close-Session")
                    self.assertEqual(path.read_bytes(), DATA)
                self.start_server("--state", str(self.state), "--allow-overwrite", port=self.server.port)
                self.finish(self.server.port, target, session, acked >= 2)

    def test_replaced_file(self) -> None:
        """Close-Session again after a restart does not put an old file over a newer one"""
        session = self.send_file(self.connect(), TARGET, DATA)
        self.restart()
        self.send_file(self.connect(), TARGET, b"newer")
        self.restart()
        self.assert_ack(self.connect().close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": b"newer"})

    def damage_record(self, session: str, place: int) -> None:
        """One of the two places to which a server writes the record in turn."""
        digits = session[1:-1].lower()
        record = next(path for path in self.state.glob("*.session") if digits in path.name.lower())
        text = bytearray(record.read_bytes())
        at = place * 32 * 1024 + 50
        self.assertGreater(len(text), at)
        text[at] ^= 0x10
        record.write_bytes(text)

    def test_unfinished_record(self) -> None:
        """a server killed in the middle of writing a record goes on with the one before"""
        for place in (0, 1):
            target = f"/{place}.bin"
            session = self.connect().create(target).session
            self.connect().fragment(target, session, 0, DATA[:40], len(DATA))
            self.connect().fragment(target, session, 40, DATA[40:50], len(DATA))
            self.server.kill()
            self.damage_record(session, place)
            self.start_server("--state", str(self.state), "--allow-overwrite", port=self.server.port)
            # The third record was written where the first one was.
            answer = self.connect().fragment(target, session, 60, DATA[60:], len(DATA))
            self.assert_refused(answer, 416, 0)
            self.assertEqual(answer.offset, 40 if place == 1 else 50)
            self.finish(self.server.port, target, session, False)

    def test_damaged_state(self) -> None:
        """a record that was damaged costs its own upload only, and the server starts"""
        sessions = {}
        for name in ("/a.bin", "/b.bin"):
            sessions[name] = self.connect().create(name).session
            self.connect().fragment(name, sessions[name], 0, DATA[:40], len(DATA))
        self.server.kill()
        self.damage_record(sessions["/a.bin"], 0)
        self.damage_record(sessions["/a.bin"], 1)
        (self.state / "{junk}.session").write_bytes(os.urandom(300))
        (self.state / "junk").write_bytes(b"")
        self.start_server("--state", str(self.state), "--allow-overwrite", port=self.server.port)
        self.finish(self.server.port, "/b.bin", sessions["/b.bin"], False)
        answer = self.connect().fragment("/a.bin", sessions["/a.bin"], 40, DATA[40:], len(DATA))
        self.assert_refused(answer, 500, SESSION_NOT_FOUND)
        self.assertEqual(self.visible(), {"b.bin": DATA})

    def cut_power(self) -> None:
        """The folders after a start of the system, without a server: bytes that were not synced have become zeros, and
        the server had no time to end."""
        self.server.kill()
        for partial in self.state.glob("*.part"):
            partial.write_bytes(bytes(partial.stat().st_size))
        mark = self.state / "at-work"
        self.assertEqual(mark.read_text(), Path("/proc/sys/kernel/random/boot_id").read_text())
        mark.write_text("00000000-0000-0000-0000-000000000000\n")

    def test_power_cut(self) -> None:
        """after a power cut no byte is believed that may be lost: clients begin again, and what was closed stays so"""
        half = len(DATA) // 2
        session = {f"/part-{size}.bin": self.connect().create(f"/part-{size}.bin").session for size in (0, half, 90)}
        for size in (half, 90):
            target = f"/part-{size}.bin"
            self.assert_ack(self.connect().fragment(target, session[target], 0, DATA[:size], len(DATA)))
        closed = self.send_file(self.connect(), TARGET, DATA)
        self.cut_power()
        # The second start finds what the first one has made of it.
        for _ in range(2):
            self.start_server("--state", str(self.state), "--allow-overwrite", port=self.server.port)
            self.assert_ack(self.connect().close(TARGET, closed))  # so it has read its folder
            self.assertEqual(self.kept_bytes(), 0)
            for target, lost in session.items():
                self.assert_refused(self.connect().close(target, lost), 500, SESSION_NOT_FOUND)
                answer = self.connect().fragment(target, lost, half, DATA[half:], len(DATA))
                self.assert_refused(answer, 500, SESSION_NOT_FOUND)
            self.assertEqual(self.visible(), {"file.bin": DATA})
            self.server.kill()
        self.cut_power()
        self.start_server("--state", str(self.state), "--allow-overwrite", port=self.server.port)
        for target in session:
            self.finish(self.server.port, target, None, False)

    def test_power_cut_while_publishing(self) -> None:
        """a file that was moved before a power cut is found to be closed after it"""
        session = self.connect().create(TARGET).session
        self.assert_ack(self.connect().fragment(TARGET, session, 0, DATA, len(DATA)))
        path = self.root / TARGET[1:]
        path.mkdir()  # so that the server stops between having said what it moves and having moved it
        self.assertEqual(self.connect().close(TARGET, session).status // 100, 4)
        path.rmdir()
        next(self.state.glob("*.part")).rename(path)
        self.cut_power()
        self.start_server("--state", str(self.state), "--allow-overwrite", port=self.server.port)
        self.assert_ack(self.connect().close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_clean_end_and_new_start(self) -> None:
        """a server that was asked to end has synced all, so that its uploads go on after a start of the system"""
        half = len(DATA) // 2
        session = self.connect().create(TARGET).session
        self.assert_ack(self.connect().fragment(TARGET, session, 0, DATA[:half], len(DATA)))
        self.assertEqual(self.server.stop(), 0)
        self.assertFalse((self.state / "at-work").exists())
        self.start_server("--state", str(self.state), "--allow-overwrite", port=self.server.port)
        answer = self.connect().fragment(TARGET, session, half, DATA[half:], len(DATA))
        self.assertEqual(self.assert_ack(answer).offset, len(DATA))
        self.finish(self.server.port, TARGET, session, True)

    def test_second_server(self) -> None:
        """two servers cannot use one state folder at once, or do not harm each other's uploads"""
        session = self.connect().create(TARGET).session
        self.connect().fragment(TARGET, session, 0, DATA[:40], len(DATA))
        done = subprocess.Popen(
            self.server_command("--state", str(self.state)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        try:
            done.communicate(timeout=5)
            self.assertNotEqual(done.returncode, 0)
        except subprocess.TimeoutExpired:
            self.fail("a second server runs on the same state folder")
        finally:
            done.kill()
            done.communicate()
        self.finish(self.server.port, TARGET, session, False)


class Resources(Finisher):
    def assert_disk_full(self, codes: tuple[int, ...]) -> None:
        """Uploads 2 MiB where there is room for 1, and then a little, which has to work."""
        block = pattern(65536)
        total = 32 * len(block)
        peer = self.connect()
        session = self.assert_ack(peer.create("/large.bin")).session
        offset = 0
        while True:
            answer = peer.fragment("/large.bin", session, offset, block, total)
            if answer.status != 200:
                break
            offset += len(block)
            self.assertLess(offset, total, "all of it fits")
        self.assertIn(answer.status, (500,), answer)
        code = int(answer.get("BITS-Error-Code") or "0", 16)
        self.assert_refused(answer, 500, code)
        self.assertIn(code, codes)
        self.assertEqual(self.visible(self.small_root), {})
        peer = self.connect()
        with self.subTest("what was acknowledged is still there"):
            answer = peer.fragment("/large.bin", session, total - 10, b"x" * 10, total)
            self.assertEqual(self.assert_refused(answer, 416, 0).offset, offset)
        self.assert_ack(peer.cancel("/large.bin", session))
        wait_until(lambda: self.kept_bytes() == 0, "the partial file is deleted")
        self.send_file(self.connect(), "/small.bin", DATA)
        self.assertEqual(self.visible(self.small_root), {"small.bin": DATA})

    def mount_small_disk(self) -> Path | None:
        disk = self.make_folder("disk")
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True, check=False
        )
        if done.returncode != 0:
            return None
        self.addCleanup(subprocess.run, ["umount", str(disk)], check=True)
        return disk

    def test_disk_full(self) -> None:
        """a full disk is answered with 500 and ERROR_DISK_FULL, and what was there stays [MC-BUP 2.2.1.2]"""
        disk = self.mount_small_disk() if os.geteuid() == 0 else None
        if disk is not None:
            print("(a file system of 1 MiB) ", end="", flush=True)
            self.small_root = disk / "root"
            self.small_root.mkdir()
            self.start_server(root=self.small_root)
            # Before the file system goes.
            self.addCleanup(self.server.kill)
            self.assert_disk_full((DISK_FULL,))
            return
        print("(no mount here: a limit of 1 MiB per file) ", end="", flush=True)

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

        self.small_root = self.root
        self.start_server(before=limit)
        # A limit is no full disk; either way of saying it is true.
        self.assert_disk_full((DISK_FULL, 0x801901F4, 0x80200020))

    def test_slow_head(self) -> None:
        """a head that comes byte by byte for ever is cut off, and others are served meanwhile"""
        self.start_server("--timeout", "2")
        slow = self.connect()
        ended = threading.Event()

        def drip() -> None:
            try:
                for byte in create_head("/slow.bin", extra=[("X", "x" * 1000)]):
                    slow.send(bytes([byte]))
                    if ended.wait(0.1):
                        return
            except OSError:
                pass

        dripper = threading.Thread(target=drip)
        dripper.start()
        began = time.monotonic()
        self.send_file(self.connect(), TARGET, DATA)
        self.assertLess(time.monotonic() - began, 1.9, "the slow one held up the other")
        slow.read_end()
        ended.set()
        dripper.join()
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_slow_body(self) -> None:
        """a body that stops is cut off, others are served meanwhile, and the upload can go on"""
        self.start_server("--timeout", "2")
        session = self.connect().create(TARGET).session
        slow = self.connect()
        slow.send(fragment_head(TARGET, session, 0, len(DATA), len(DATA)) + DATA[:10])
        began = time.monotonic()
        self.send_file(self.connect(), "/other.bin", DATA)
        self.assertLess(time.monotonic() - began, 1.9, "the slow one held up the other")
        slow.read_end()
        self.assertLess(time.monotonic() - began, 10)
        self.finish(self.server.port, TARGET, session, False)

    def test_idle_connections(self) -> None:
        """a connection on which nothing is asked ends, and a hundred of them hold up nobody"""
        self.start_server("--timeout", "1")
        idle = [self.connect() for _ in range(100)]
        self.send_file(self.connect(), TARGET, DATA)
        for peer in idle:
            peer.read_end()

    def test_client_that_does_not_read(self) -> None:
        """a client that asks and never reads does not make the server grow or stop"""
        self.start_server("--timeout", "1")
        deaf = self.connect(timeout=0.5)
        message = head("Ping", "/") * 1000
        try:
            for _ in range(200):
                deaf.send(message)
        except OSError:
            pass  # the server reads no further: as it should
        self.send_file(self.connect(), TARGET, DATA)
        if not is_sanitized(program("BITSWIRE_SERVER")):
            self.assertLess(self.server.memory_kib(), 32 * 1024)

    def test_two_clients_one_destination(self) -> None:
        """of two uploads to one destination the first that closes wins, whole; the other gets the documented error"""
        self.start_server()
        a, b = self.connect(), self.connect()
        other = bytes(255 - byte for byte in DATA)
        first, second = a.create(TARGET).session, b.create(TARGET).session
        for i in range(0, len(DATA), 30):
            self.assert_ack(a.fragment(TARGET, first, i, DATA[i : i + 30], len(DATA)))
            self.assert_ack(b.fragment(TARGET, second, i, other[i : i + 30], len(DATA)))
        self.assert_ack(b.close(TARGET, second))
        self.assertEqual(self.visible(), {"file.bin": other})
        self.assert_refused(a.close(TARGET, first), (403, 409), DENIED)
        self.assertEqual(self.visible(), {"file.bin": other})
        self.assert_ack(a.cancel(TARGET, first))
        self.assertEqual(self.visible(), {"file.bin": other})

    def test_two_clients_with_overwriting(self) -> None:
        """where files may be replaced, the last that closes wins, and readers see a whole file at every moment"""
        self.start_server("--allow-overwrite")
        large = [bytes([i]) * 200_000 for i in range(2)]
        (self.root / "file.bin").write_bytes(large[0])
        stop = threading.Event()
        seen: set[bytes] = set()

        def watch() -> None:
            while not stop.is_set():
                seen.add((self.root / "file.bin").read_bytes())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            for i in range(10):
                self.send_file(self.connect(), TARGET, large[i % 2])
                self.assertEqual((self.root / "file.bin").read_bytes(), large[i % 2])
        finally:
            stop.set()
            watcher.join()
        self.assertLessEqual(seen, set(large))

    def test_expiry(self) -> None:
        """a session without progress is forgotten after its time, and its bytes are deleted [MC-BUP 3.2.2.1]"""
        state = self.make_folder("state")
        self.start_server("--session-timeout", "2", "--state", str(state))
        peer = self.connect()
        session = peer.create(TARGET).session
        self.assert_ack(peer.fragment(TARGET, session, 0, DATA[:40], len(DATA)))
        self.assertGreater(self.kept_bytes(), 0)
        wait_until(lambda: self.kept_bytes() == 0, "the partial file is deleted")
        answer = self.connect().fragment(TARGET, session, 40, DATA[40:], len(DATA))
        self.assert_refused(answer, 500, SESSION_NOT_FOUND)
        self.assertEqual(self.visible(), {})

    def test_progress_keeps_a_session(self) -> None:
        """progress begins a session's time anew [MC-BUP 3.2.2.1]"""
        self.start_server("--session-timeout", "2")
        session = self.connect().create(TARGET).session
        began = time.monotonic()
        for i in range(len(DATA)):
            wait_until(lambda: time.monotonic() - began > i * 0.04, "it is time")
            answer = self.connect().fragment(TARGET, session, i, DATA[i : i + 1], len(DATA))
            self.assertEqual(self.assert_ack(answer).offset, i + 1)
        self.assertGreater(time.monotonic() - began, 3)
        self.assert_ack(self.connect().close(TARGET, session))

    def test_sessions_per_user(self) -> None:
        """a user has no more sessions at a time than the limit [bits-iis-extension-properties]"""
        self.start_server("--sessions-per-user", "3")
        peer = self.connect()
        sessions = [self.assert_ack(peer.create(f"/f{i}")).session for i in range(3)]
        self.assert_refused(peer.create("/f3"), 503, 0x801901F7)
        self.assert_ack(peer.cancel("/f0", sessions[0]))
        self.assert_ack(peer.create("/f3"))
        self.assert_refused(peer.create("/f4"), 503, 0x801901F7)
        self.assert_ack(peer.fragment("/f1", sessions[1], 0, DATA, len(DATA)))
        self.assert_ack(peer.close("/f1", sessions[1]))
        self.assert_ack(peer.create("/f4"))

    def test_max_connections(self) -> None:
        """connections beyond the limit wait or are closed, and the server goes on"""
        self.start_server("--max-connections", "5", "--timeout", "1")
        crowd = [self.connect() for _ in range(20)]
        for peer in crowd:
            peer.close_connection()
        self.send_file(self.connect(), TARGET, DATA)

    def test_terminate(self) -> None:
        """SIGTERM ends the server with 0, also with clients connected and an upload under way"""
        for state in ([], ["--state", str(self.make_folder("state"))]):
            with self.subTest(state):
                self.start_server(*state)
                idle, busy = self.connect(), self.connect()
                self.assert_ack(idle.ping())
                session = busy.create(TARGET).session
                busy.send(fragment_head(TARGET, session, 0, len(DATA), len(DATA)) + DATA[:10])
                began = time.monotonic()
                self.assertEqual(self.server.stop(), 0)
                self.assertLess(time.monotonic() - began, 10)
                self.assertEqual(self.server.errors(), "")
                self.assertEqual(self.visible(), {})
        leftovers = [path.name for path in self.folder.iterdir() if path.name not in ("root", "state")]
        self.assertEqual(leftovers, [], "a server without --state leaves nothing")
        self.start_server("--state", str(self.folder / "state"))
        self.finish(self.server.port, TARGET, session, False)

    def test_wrong_command_lines(self) -> None:
        """a command line that cannot be meant is refused, with a word about it"""
        root = str(self.root)
        for options in (
            [],
            ["--listen", "127.0.0.1:0"],
            ["--listen", "127.0.0.1:0", "--root", str(self.folder / "nothing")],
            ["--listen", "nonsense", "--root", root],
            ["--listen", "127.0.0.1:0", "--root", root, "--max-size", "-1"],
            ["--listen", "127.0.0.1:0", "--root", root, "--notify-url", "http://127.0.0.1:1/"],
            ["--listen", "127.0.0.1:0", "--root", root, "--notify-type", "3", "--notify-url", "http://127.0.0.1:1/"],
            ["--listen", "127.0.0.1:0", "--root", root, "--unknown"],
        ):
            with self.subTest(options):
                done = subprocess.run(
                    [self.server_command()[0], *options], capture_output=True, timeout=10, stdin=subprocess.DEVNULL
                )
                self.assertNotEqual(done.returncode, 0)
                self.assertGreater(done.returncode, 0, "it crashed")
                self.assertNotEqual(done.stderr, b"")


class JumpingClock(ServerCase):
    """P2: somebody sets the time of day. A session has its time all the same."""

    TIMEOUT_S = 10

    def setUp(self) -> None:
        super().setUp()
        self.clock = FakeClock(self.folder)
        self.clock.check()
        self.state = self.make_folder("state")

    def start_it(self) -> None:
        self.start_server(
            "--session-timeout",
            str(self.TIMEOUT_S),
            "--state",
            str(self.state),
            env=self.clock.environment(program("BITSWIRE_SERVER")),
        )

    def test_p2_a_session_in_use_lives_on_and_one_that_is_not_ends(self) -> None:
        self.start_it()
        peer = self.connect()
        session = self.assert_ack(peer.create(TARGET)).session
        idle = self.assert_ack(peer.create("/idle.bin")).session
        for i, by_s in enumerate((60, 86_400, -90_000)):
            self.clock.jump(by_s)
            time.sleep(4)
            self.assert_ack(peer.fragment(TARGET, session, 10 * i, DATA[10 * i : 10 * (i + 1)], len(DATA)))
        # Twelve seconds are over, and half of the time-out until the server looks; though the clock went back.
        wait_until(lambda: any(f"session {idle} has expired" in line for line in self.server.lines), "it ends", 10)
        self.assert_ack(peer.fragment(TARGET, session, 30, DATA[30:], len(DATA)))
        self.assert_refused(
            peer.fragment("/idle.bin", idle, 0, DATA, len(DATA)), (404, 500), SESSION_NOT_FOUND
        )
        self.assert_ack(peer.close(TARGET, session))
        self.assertEqual(self.visible(), {TARGET[1:]: DATA})

    def test_p2_a_jump_while_the_server_is_down_deletes_no_session(self) -> None:
        self.start_it()
        with Peer(self.server.port) as peer:
            session = self.assert_ack(peer.create(TARGET)).session
            self.assert_ack(peer.fragment(TARGET, session, 0, DATA[:10], len(DATA)))
        offset = 10
        for by_s in (86_400, -7 * 86_400):
            self.server.kill()
            self.clock.jump(by_s)
            self.start_it()
            time.sleep(0.6 * self.TIMEOUT_S)  # it has looked for what is over
            with Peer(self.server.port) as peer:
                self.assert_ack(peer.fragment(TARGET, session, offset, DATA[offset : offset + 10], len(DATA)))
            offset += 10
