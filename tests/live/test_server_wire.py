"""bitswire-server: what it reads, what it writes. PROTOCOL facts are from [MC-BUP]; each test names its section.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import re
from pathlib import Path

from bits_peer import PROTOCOL, ConnectionEnded, create_head, fragment_head, head
from programs import DENIED, INVALID, SESSION_NOT_FOUND, SOURCE, TOO_LARGE, ServerCase, pattern, wait_until

TARGET = "/file.bin"
DATA = pattern(3000)


class Readers(ServerCase):
    """What a server has to accept."""

    def setUp(self) -> None:
        super().setUp()
        self.start_server()
        self.peer = self.connect()

    def check_upload(self, create: bytes, target: str = TARGET, file: str = "file.bin", **fragment) -> None:
        """Create-Session as given, the rest as usual: the file has to arrive."""
        session = self.assert_ack(self.peer.ask(create)).session
        ack = self.peer.fragment(target, session, 0, DATA, len(DATA), **fragment)
        self.assertEqual(self.assert_ack(ack).offset, len(DATA))
        self.assertEqual(self.visible(), {})
        self.assert_ack(self.peer.close(target, session))
        self.assertEqual(self.visible(), {file: DATA})
        (self.root / file).unlink()

    def test_packet_types_in_any_case(self) -> None:
        """packet types are taken in any letter case [MC-BUP 2.2.2.2, BITS-Packet-Type]"""
        for spell in (str.upper, str.lower, str.title, str.swapcase):
            with self.subTest(spell("Create-Session")):
                session = self.assert_ack(
                    self.peer.ask(head(spell("Create-Session"), TARGET, extra=[("BITS-Supported-Protocols", PROTOCOL)]))
                ).session
                self.assert_ack(self.peer.ask(head(spell("Ping"), TARGET)))
                half = len(DATA) // 2
                ack = self.peer.fragment(TARGET, session, 0, DATA[:half], len(DATA), kind=spell("Fragment"))
                self.assertEqual(self.assert_ack(ack).offset, half)
                ack = self.peer.fragment(TARGET, session, half, DATA[half:], len(DATA), kind="FRAgmENT")
                self.assertEqual(self.assert_ack(ack).offset, len(DATA))
                self.assert_ack(self.peer.ask(head(spell("Close-Session"), TARGET, session=session)))
                self.assertEqual(self.visible(), {"file.bin": DATA})
                (self.root / "file.bin").unlink()
                session = self.peer.create(TARGET).session
                self.assert_ack(self.peer.ask(head(spell("Cancel-Session"), TARGET, session=session)))

    def test_header_names_in_any_case(self) -> None:
        """header names are taken in any letter case [RFC 9110 5.1]"""
        for spell in (str.upper, str.lower):
            create = create_head(TARGET)
            start, _, rest = create.partition(b"\r\n")
            rest = re.sub(rb"(?m)^[\w-]+(?=:)", lambda m: spell(m[0].decode()).encode(), rest)
            self.check_upload(start + b"\r\n" + rest)

    def test_protocol_lists(self) -> None:
        """the GUID in any case, in lists by blank, comma or both, over several lines [MC-BUP 2.2.2.2, 6 note 6]"""
        other = "{00000000-1111-2222-3333-444444444444}"
        for protocols in (
            PROTOCOL,
            PROTOCOL.upper(),
            PROTOCOL.replace("d", "D"),
            f"{other} {PROTOCOL}",
            f"{other},{PROTOCOL}",
            f"{other} ,  {PROTOCOL}",
            f"{PROTOCOL}  {other}",
            " ".join([other] * 99 + [PROTOCOL]),
        ):
            with self.subTest(protocols[:80]):
                self.check_upload(create_head(TARGET, protocols=protocols))
        with self.subTest("two lines"):
            self.check_upload(create_head(TARGET, protocols=other, extra=[("BITS-Supported-Protocols", PROTOCOL)]))

    def test_no_common_protocol(self) -> None:
        """Create-Session without a protocol in common is refused [MC-BUP 3.2.5.2.4]"""
        for protocols in ("{00000000-1111-2222-3333-444444444444}", "", "nonsense"):
            with self.subTest(protocols):
                answer = self.connect().create(TARGET, protocols=protocols)
                self.assert_refused(answer, 400, INVALID)
                self.assertIsNone(answer.get("BITS-Session-Id"))
        self.assert_refused(self.connect().ask(head("Create-Session", TARGET)), 400, INVALID)

    def test_range_unit(self) -> None:
        """Content-Range in `Bytes` is taken as in `bytes` [RFC 9110 14.1]"""
        for unit in ("bytes", "Bytes", "BYTES"):
            self.check_upload(create_head(TARGET), unit=unit)

    def test_extra_headers(self) -> None:
        """headers that nobody knows, and known ones on any packet, do no harm [MC-BUP 2.2]"""
        extra = [("X-Unknown", "a" * 5000), ("Content-Name", "other.bin"), ("Cookie", "a=b"), ("Pragma", "no-cache")]
        self.check_upload(
            create_head(TARGET, extra=extra), extra=[*extra, ("BITS-Supported-Protocols", PROTOCOL)], kind="Fragment"
        )

    def test_content_name_is_no_path(self) -> None:
        """Content-Name never names the file [MC-BUP 6 note 3]"""
        for name in ("other.bin", "sub/other.bin", "..\\..\\other.bin", "/etc/other.bin"):
            with self.subTest(name):
                answer = self.peer.create(TARGET, extra=[("Content-Name", name)])
                if answer.status == 200:
                    self.peer.fragment(TARGET, answer.session, 0, DATA, len(DATA), extra=[("Content-Name", name)])
                    self.assert_ack(self.peer.close(TARGET, answer.session))
                    self.assertEqual(self.visible(), {"file.bin": DATA})
                    (self.root / "file.bin").unlink()
                else:
                    self.assert_refused(answer, 400, INVALID)
                    self.peer = self.connect()

    def test_expect_continue(self) -> None:
        """a client that waits for 100 (Continue) gets it before the body, and only then [RFC 9110 10.1.1]"""
        session = self.peer.create(TARGET).session
        self.peer.send(fragment_head(TARGET, session, 0, len(DATA), len(DATA), extra=[("Expect", "100-continue")]))
        self.assertEqual(self.peer.read_answer().status, 100)
        self.peer.send(DATA)
        self.assertEqual(self.assert_ack(self.peer.read_answer()).offset, len(DATA))
        self.assert_ack(self.peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})
        with self.subTest("refused: no 100, the error at once, and the connection ends"):
            self.peer.send(fragment_head(TARGET, "{nobody}", 0, 10, 10, extra=[("Expect", "100-continue")]))
            self.assert_refused(self.peer.read_answer(), 500, SESSION_NOT_FOUND)
            self.assertEqual(self.peer.read_end(), b"")

    def test_absolute_target(self) -> None:
        """an absolute request target means its path [RFC 9112 3.2.2]"""
        target = f"http://127.0.0.1:{self.server.port}/file.bin"
        self.check_upload(create_head(target), target)
        with self.subTest("both forms name the same upload"):
            self.check_upload(create_head(target), TARGET)

    def test_query(self) -> None:
        """the query is no part of the file's name [RFC 3986 3.4]"""
        self.check_upload(create_head(TARGET + "?a=b&c=../d"), TARGET + "?a=b&c=../d")

    def test_percent_encoding(self) -> None:
        """percent-encoded names are decoded once [RFC 3986 2.1]"""
        target = "/fi%6Ce%20%C3%A4%25.bin"
        self.check_upload(create_head(target), target, "file \u00e4%.bin")

    def test_folders(self) -> None:
        """a file below a folder that exists arrives there [MC-BUP 3.2.5.2.4]"""
        (self.root / "a" / "b").mkdir(parents=True)
        self.check_upload(create_head("/a/b/file.bin"), "/a/b/file.bin", "a/b/file.bin")

    def test_ping_at_any_time(self) -> None:
        """Ping is answered at any time, with and without a session, for any target [MC-BUP 3.2.5.2.5]"""
        self.assert_ack(self.peer.ping("/"))
        self.assert_ack(self.peer.ping("/no/such/folder"))
        session = self.peer.create(TARGET).session
        for known in (None, session, "{unknown}"):
            self.assert_ack(self.peer.ping(TARGET, session=known))
        self.peer.fragment(TARGET, session, 0, DATA[:1000], len(DATA))
        self.assert_ack(self.peer.ping(TARGET, session=session))
        ack = self.peer.fragment(TARGET, session, 1000, DATA[1000:], len(DATA))
        self.assertEqual(self.assert_ack(ack).offset, len(DATA))
        self.assert_ack(self.peer.ping(TARGET))
        self.assert_ack(self.peer.close(TARGET, session))
        self.assert_ack(self.peer.ping(TARGET))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_repeated_packets(self) -> None:
        """a Fragment, a last Fragment, Close and Cancel may come again after a lost Ack [MC-BUP 3.2.5.2.6, fragment]"""
        session = self.peer.create(TARGET).session
        for _ in range(3):
            ack = self.peer.fragment(TARGET, session, 0, DATA[:1000], len(DATA))
            self.assertEqual(self.assert_ack(ack).offset, 1000)
        for _ in range(3):
            ack = self.peer.fragment(TARGET, session, 1000, DATA[1000:], len(DATA))
            self.assertEqual(self.assert_ack(ack).offset, len(DATA))
        with self.subTest("an old one now"):
            ack = self.peer.fragment(TARGET, session, 0, DATA[:1000], len(DATA))
            self.assertEqual(self.assert_ack(ack).offset, len(DATA))
        for _ in range(3):
            self.assert_ack(self.peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})
        with self.subTest("a Close again does not touch a newer file"):
            (self.root / "file.bin").write_bytes(b"newer")
            self.assert_ack(self.peer.close(TARGET, session))
            self.assertEqual(self.visible(), {"file.bin": b"newer"})
        session = self.peer.create("/other.bin").session
        self.peer.fragment("/other.bin", session, 0, DATA[:1000], len(DATA))
        for _ in range(3):
            self.assert_ack(self.peer.cancel("/other.bin", session))
        self.assert_refused(self.peer.close("/other.bin", session), 500, SESSION_NOT_FOUND)
        self.assertEqual(self.visible(), {"file.bin": b"newer"})

    def test_overlap_is_trimmed(self) -> None:
        """bytes that are there already are not overwritten [fragment]"""
        session = self.peer.create(TARGET).session
        self.peer.fragment(TARGET, session, 0, DATA[:1000], len(DATA))
        ack = self.peer.fragment(TARGET, session, 500, b"X" * 500 + DATA[1000:1700], len(DATA))
        self.assertEqual(self.assert_ack(ack).offset, 1700)
        ack = self.peer.fragment(TARGET, session, 0, b"Y" * 1700 + DATA[1700:], len(DATA))
        self.assertEqual(self.assert_ack(ack).offset, len(DATA))
        self.assert_ack(self.peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_byte_by_byte(self) -> None:
        """a request that comes byte by byte is the same request [RFC 9112 2.2]"""
        data = DATA[:50]
        for byte in create_head(TARGET):
            self.peer.send(bytes([byte]))
        session = self.assert_ack(self.peer.read_answer()).session
        for byte in fragment_head(TARGET, session, 0, len(data), len(data)) + data:
            self.peer.send(bytes([byte]))
        self.assertEqual(self.assert_ack(self.peer.read_answer()).offset, len(data))
        self.assert_ack(self.peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": data})

    def test_pipelined_requests(self) -> None:
        """requests sent together are answered in order [RFC 9112 9.3.2]"""
        session = self.peer.create(TARGET).session
        self.peer.send(
            head("Ping", TARGET)
            + fragment_head(TARGET, session, 0, 1000, len(DATA))
            + DATA[:1000]
            + fragment_head(TARGET, session, 2000, 1000, len(DATA))
            + DATA[2000:]
            + fragment_head(TARGET, session, 1000, 2000, len(DATA))
            + DATA[1000:]
            + head("Close-Session", TARGET, session=session)
            + create_head(TARGET)
            + head("Ping", TARGET)
        )
        self.assertIsNone(self.assert_ack(self.peer.read_answer()).offset)
        self.assertEqual(self.assert_ack(self.peer.read_answer()).offset, 1000)
        self.assertEqual(self.assert_refused(self.peer.read_answer(), 416, 0).offset, 1000)
        self.assertEqual(self.assert_ack(self.peer.read_answer()).offset, 3000)
        self.assert_ack(self.peer.read_answer())
        self.assert_refused(self.peer.read_answer(), 409, DENIED)
        self.assert_ack(self.peer.read_answer())
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_empty_file(self) -> None:
        """an empty file arrives, with and without a Fragment [MC-BUP 2.2.6 says nothing of it]"""
        session = self.peer.create(TARGET).session
        self.assert_ack(self.peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": b""})
        session = self.peer.create("/other.bin").session
        self.assertEqual(self.assert_ack(self.peer.fragment("/other.bin", session, 0, b"", 0)).offset, 0)
        self.assertNotIn("other.bin", self.visible())
        self.assert_ack(self.peer.close("/other.bin", session))
        self.assertEqual(self.visible(), {"file.bin": b"", "other.bin": b""})

    def test_keep_alive_and_close(self) -> None:
        """a connection stays after an Ack, and ends where the client says Connection: close [RFC 9112 9.3]"""
        for _ in range(5):
            self.assert_ack(self.peer.ping())
        self.assert_ack(self.peer.ping(extra=[("Connection", "close")]))
        self.assertEqual(self.peer.read_end(), b"")

    def test_log(self) -> None:
        """there is one line of the log for each packet"""
        self.send_file(self.peer, TARGET, DATA)
        self.peer.ping()
        self.peer.close_connection()
        self.assertEqual(self.server.stop(), 0)
        for kind, times in (("Create-Session", 1), ("Fragment", 2), ("Close-Session", 1), ("Ping", 1)):
            lines = [line for line in self.server.lines if kind.lower() in line.lower()]
            self.assertEqual(len(lines), times, self.server.lines)

    def test_log_cannot_be_forged(self) -> None:
        """what a client writes cannot make lines or control characters in the log"""
        self.peer.ping("/%0aforged%0d%1b[31m")
        self.peer.ping(session="a\x80\xffb")
        self.connect().ask(head("Ping", "/x", session="{s}", extra=[("Content-Name", "\u00e4")]))
        self.assertEqual(self.server.stop(), 0)
        for line in self.server.lines:
            self.assertTrue(line.isprintable(), line)
            self.assertFalse(line.startswith("forged"), line)


class Captures(ServerCase):
    """The messages of the Windows client, from [MC-BUP] 4, with target and session id adapted."""

    def replay(self, folder: str, target: str, old_target: bytes, options: list[str]) -> None:
        self.start_server("--prefix", "/" + old_target.decode().split("/")[1], *options)
        peer = self.connect()
        folder_path = SOURCE / "tests" / "captures" / folder
        session, old_session = b"", b""
        kinds = []
        for path in sorted(folder_path.glob("*request*.bin")):
            if "download" in path.name or "notification" in path.name or "body" in path.name:
                continue
            message = path.read_bytes()
            found = re.search(rb"BITS-Session-Id: (\S+)", message)
            if found:
                old_session = found[1]
                message = message.replace(old_session, session)
            self.assertIn(old_target, message)
            message = message.replace(old_target, target.encode())
            if path.name.endswith("request-head.bin"):
                message += Path(str(path).replace("-head", "-body")).read_bytes()
            answer = self.assert_ack(peer.ask(message))
            kinds.append(path.name.split(".")[0][3:])
            if kinds[-1] == "create-session":
                session = answer.session.encode()
            if kinds[-1] == "fragment":
                self.assertEqual(answer.offset, 4892)
                self.assertEqual(self.visible(), {})
        self.assertEqual(sorted(kinds), ["close-session", "create-session", "fragment", "ping"])
        body = next(folder_path.glob("*request-body.bin")).read_bytes()
        self.assertEqual(self.visible(), {target.rsplit("/", 1)[1]: body})

    def test_upload(self) -> None:
        """the captured upload goes through as Windows sent it [MC-BUP 4.1]"""
        self.replay("upload", "/upload/rfc2119.txt", b"/upload/2000mb-rfc2119.txt", [])

    def test_upload_reply(self) -> None:
        """the captured upload-reply goes through as Windows sent it [MC-BUP 4.2]"""
        folder = b"/upload-ref-isapi-WebFarm/"
        target = folder.decode() + "rfc2119.txt"
        application = self.start_application("--copy")
        url = f"http://127.0.0.1:{application.port}/bitsasp/test.REPLY"
        self.replay(
            "upload-reply", target, folder + b"2100mb-rfc2119.txt", ["--notify-url", url, "--notify-type", "1"]
        )


class Writers(ServerCase):
    """What a server has to write."""

    def test_ack_to_create_session(self) -> None:
        """the Ack to Create-Session has protocol, session id and encoding as Windows reads them [MC-BUP 2.2.3]"""
        self.start_server()
        ack = self.assert_ack(self.connect().create(TARGET))
        self.assertEqual(ack.get("BITS-Protocol"), PROTOCOL)
        self.assertEqual(ack.get("Accept-Encoding"), "identity")
        self.assertRegex(ack.session, r"^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$")
        self.assertIsNone(ack.get("BITS-Host-Id"))
        self.assertIsNone(ack.get("BITS-Host-Id-Fallback-Timeout"))

    def test_session_ids_differ(self) -> None:
        """session ids do not repeat, and share no digits by position"""
        self.start_server("--sessions-per-user", "1000")
        peer = self.connect()
        ids = [peer.create(f"/f{i}").session for i in range(200)]
        self.assertEqual(len(set(ids)), 200)
        constant = [i for i in range(38) if len({text[i] for text in ids}) == 1]
        self.assertEqual([ids[0][i] for i in constant], ["{", "-", "-", "-", "-", "}"])

    def test_session_id_in_acks(self) -> None:
        """every Ack has the session id exactly as the client wrote it [MC-BUP 2.2.1.2]"""
        self.start_server()
        peer = self.connect()
        session = peer.create(TARGET).session
        self.assertEqual(peer.fragment(TARGET, session, 0, DATA, len(DATA)).session, session)
        self.assertEqual(peer.fragment(TARGET, session, 5000, b"x", 5001).session, session)
        self.assertEqual(peer.close(TARGET, session).session, session)
        for strange in ("-1234567890", "a/b?c=d&e", "x" * 100):
            self.assertEqual(self.assert_refused(peer.close(TARGET, strange), 500, SESSION_NOT_FOUND).session, strange)

    def test_host_id(self) -> None:
        """a host id comes with its time-out, and with the Ack to Create-Session only [MC-BUP 2.2.3.2]"""
        self.start_server("--host-id", "upload7.example.org", "--host-id-fallback", "60")
        peer = self.connect()
        ack = self.assert_ack(peer.create(TARGET))
        self.assertEqual(ack.get("BITS-Host-Id"), "upload7.example.org")
        self.assertEqual(ack.get("BITS-Host-Id-Fallback-Timeout"), "60")
        self.assertIsNone(peer.ping(TARGET).get("BITS-Host-Id"))
        self.assertIsNone(peer.fragment(TARGET, ack.session, 0, DATA, len(DATA)).get("BITS-Host-Id"))

    def test_gap(self) -> None:
        """a Fragment beyond the next byte gets 416 with the offset, code 0 and no bytes stored [MC-BUP 2.2.7.2]"""
        self.start_server()
        peer = self.connect()
        session = peer.create(TARGET).session
        answer = peer.fragment(TARGET, session, 1, DATA[1:1000], len(DATA))
        self.assertEqual(self.assert_refused(answer, 416, 0).offset, 0)
        peer.fragment(TARGET, session, 0, DATA[:1000], len(DATA))
        answer = peer.fragment(TARGET, session, 1001, DATA[1001:], len(DATA))
        self.assertEqual(self.assert_refused(answer, 416, 0).offset, 1000)
        self.assertEqual(peer.fragment(TARGET, session, 1000, DATA[1000:], len(DATA)).offset, len(DATA))
        self.assert_ack(peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_changed_total(self) -> None:
        """a total that changes between Fragments is refused, and the upload goes on [MC-BUP 2.2.1.2]"""
        self.start_server()
        peer = self.connect()
        session = peer.create(TARGET).session
        peer.fragment(TARGET, session, 0, DATA[:1000], len(DATA))
        for total in (len(DATA) + 1, len(DATA) - 1, 2000):
            self.assert_refused(peer.fragment(TARGET, session, 1000, DATA[1000:2000], total), 400, INVALID)
        self.assertEqual(peer.fragment(TARGET, session, 1000, DATA[1000:], len(DATA)).offset, len(DATA))
        self.assert_ack(peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_upload_too_large(self) -> None:
        """an upload over the limit is refused at its first Fragment [MC-BUP 2.2.1.2: BG_E_TOO_LARGE]"""
        self.start_server("--max-size", "2999")
        peer = self.connect()
        session = peer.create(TARGET).session
        self.assert_refused(peer.fragment(TARGET, session, 0, DATA[:10], len(DATA)), 500, TOO_LARGE)
        self.assert_refused(peer.fragment(TARGET, session, 0, DATA[:10], 2**64 - 1), 500, TOO_LARGE)
        self.assert_ack(peer.cancel(TARGET, session))
        self.send_file(peer, TARGET, DATA[:2999])
        self.assertEqual(self.visible(), {"file.bin": DATA[:2999]})

    def test_fragment_too_large(self) -> None:
        """a Fragment over the limit gets 413, and a smaller one goes through [MC-BUP 3.1.5.2.4]"""
        self.start_server("--max-fragment", "1000")
        peer = self.connect()
        session = peer.create(TARGET).session
        self.assert_refused(peer.fragment(TARGET, session, 0, DATA[:1001], len(DATA)), 413, TOO_LARGE)
        for first in range(0, 3000, 1000):
            peer.fragment(TARGET, session, first, DATA[first : first + 1000], len(DATA))
        self.assert_ack(peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_huge_fragment_is_not_waited_for(self) -> None:
        """a Fragment of 2^63 bytes is refused without its body being read, and the connection ends"""
        self.start_server("--max-fragment", "1000")
        peer = self.connect()
        session = peer.create(TARGET).session
        peer.send(fragment_head(TARGET, session, 0, 2**63, 2**63))
        self.assert_refused(peer.read_answer(), 413, TOO_LARGE)
        self.assertEqual(peer.read_end(), b"")

    def test_early_close(self) -> None:
        """Close-Session before the last byte deletes the upload [close-session]"""
        state = self.make_folder("state")
        self.start_server("--state", str(state))
        peer = self.connect()
        session = peer.create(TARGET).session
        peer.fragment(TARGET, session, 0, DATA[:1000], len(DATA))
        self.assert_refused(peer.close(TARGET, session), 400, INVALID)
        self.assert_refused(
            peer.fragment(TARGET, session, 1000, DATA[1000:], len(DATA)), (500,), SESSION_NOT_FOUND
        )
        self.assertEqual(self.visible(), {})

    def test_cancel_after_the_last_fragment(self) -> None:
        """Cancel-Session after the last Fragment still deletes the upload [cancel-session, MC-BUP 3.2.5.2.8]"""
        self.start_server()
        peer = self.connect()
        session = peer.create(TARGET).session
        self.assertEqual(peer.fragment(TARGET, session, 0, DATA, len(DATA)).offset, len(DATA))
        self.assert_ack(peer.cancel(TARGET, session))
        self.assertEqual(self.visible(), {})
        self.assert_refused(peer.close(TARGET, session), 500, SESSION_NOT_FOUND)
        self.assertEqual(self.visible(), {})
        wait_until(lambda: self.kept_bytes() == 0, "the partial file is deleted")

    def test_cancel_after_close(self) -> None:
        """Cancel-Session after Close-Session does not take the file away [MC-BUP 3.2.5.2.7]"""
        self.start_server()
        peer = self.connect()
        session = self.send_file(peer, TARGET, DATA)
        self.assert_refused(peer.cancel(TARGET, session), 500, SESSION_NOT_FOUND)
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_close_of_a_deleted_upload(self) -> None:
        """Close-Session of an upload whose file somebody has deleted gets 404, and nothing appears [MC-BUP 3.2.5.2.7]"""
        state = self.make_folder("state")
        self.start_server("--state", str(state))
        peer = self.connect()
        session = peer.create(TARGET).session
        self.assertEqual(peer.fragment(TARGET, session, 0, DATA, len(DATA)).offset, len(DATA))
        partial = list(state.rglob("*.part"))
        self.assertEqual([path.read_bytes() for path in partial], [DATA])
        partial[0].unlink()
        self.assert_refused(peer.close(TARGET, session), 404, 0x80190194)
        self.assertEqual(self.visible(), {})

    def test_existing_destination(self) -> None:
        """a destination that exists is refused, or replaced where the server allows it [ack-for-create-session]"""
        (self.root / "file.bin").write_bytes(b"old")
        self.start_server()
        self.assert_refused(self.connect().create(TARGET), 409, DENIED)
        self.assertEqual(self.visible(), {"file.bin": b"old"})
        self.server.stop()
        self.start_server("--allow-overwrite")
        peer = self.connect()
        session = peer.create(TARGET).session
        peer.fragment(TARGET, session, 0, DATA, len(DATA))
        self.assertEqual(self.visible(), {"file.bin": b"old"}, "until Close-Session")
        self.assert_ack(peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_wrong_session_ids(self) -> None:
        """a session id that nobody got is refused with BG_E_SESSION_NOT_FOUND [MC-BUP 3.2.5.2.3]"""
        self.start_server()
        peer = self.connect()
        session = peer.create(TARGET).session
        peer.fragment(TARGET, session, 0, DATA[:1000], len(DATA))
        wrong = ["{00000000-0000-0000-0000-000000000000}", session[1:-1], session.lower(), session + "x", session[:-1]]
        wrong += ["../../etc/passwd", "x", "%7B" + session[1:]]
        for one in wrong:
            with self.subTest(one):
                self.assert_refused(peer.fragment(TARGET, one, 1000, DATA[1000:], 3000), 500, SESSION_NOT_FOUND)
                self.assert_refused(peer.close(TARGET, one), 500, SESSION_NOT_FOUND)
                self.assert_refused(peer.cancel(TARGET, one), 500, SESSION_NOT_FOUND)
        self.assertEqual(peer.fragment(TARGET, session, 1000, DATA[1000:], len(DATA)).offset, len(DATA))
        self.assert_ack(peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_missing_session_id(self) -> None:
        """Fragment, Close and Cancel without a session id are refused [MC-BUP 2.2.6, 2.2.8, 2.2.10]"""
        self.start_server()
        for kind in ("Close-Session", "Cancel-Session"):
            self.assert_refused(self.connect().ask(head(kind, TARGET)), 400, INVALID)
        content_range = [("Content-Range", "bytes 0-9/10")]
        message = head("Fragment", TARGET, length=10, extra=content_range) + b"0123456789"
        self.assert_refused(self.connect().ask(message), 400, INVALID)

    def test_session_of_another_target(self) -> None:
        """a session id is worth nothing with another target"""
        self.start_server()
        peer = self.connect()
        session = peer.create(TARGET).session
        for target in ("/other.bin", "/file.bin2", "/FILE.BIN", "/"):
            with self.subTest(target):
                answer = peer.fragment(target, session, 0, DATA, len(DATA))
                self.assertIn(answer.status, (400, 403, 500), answer)
                if answer.status == 500:
                    self.assert_refused(answer, 500, SESSION_NOT_FOUND)
                answer = self.connect().close(target, session)
                self.assertIn(answer.status, (400, 403, 500), answer)
                self.assertIn(self.connect().cancel(target, session).status, (400, 403, 500))
                peer = self.connect()
        self.assertEqual(self.visible(), {})
        self.assertEqual(peer.fragment(TARGET, session, 0, DATA, len(DATA)).offset, len(DATA))
        self.assert_ack(peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})


class Holes(ServerCase):
    """What other servers fell for, and malformed requests."""

    def setUp(self) -> None:
        super().setUp()
        self.start_server()

    def assert_closed(self, peer) -> None:
        self.assertEqual(peer.read_end(), b"")

    def test_content_length_is_needed(self) -> None:
        """Create, Close, Cancel and Ping without Content-Length are refused with 411 [MC-BUP 3.2.5.2.3]"""
        session = self.connect().create(TARGET).session
        self.assert_refused(self.connect().create(TARGET, length=None), 411, INVALID)
        self.assert_refused(self.connect().close(TARGET, session, length=None), 411, INVALID)
        self.assert_refused(self.connect().cancel(TARGET, session, length=None), 411, INVALID)

    def test_method_override_is_off(self) -> None:
        """POST with X-Http-Method-Override is refused unless the server allows it"""
        override = [("X-Http-Method-Override", "BITS_POST")]
        answer = self.connect().create(TARGET, method="POST", extra=override)
        self.assertIn(answer.status, (400, 405, 501), answer)
        self.assertIsNone(answer.get("BITS-Session-Id"))

    def test_method_override(self) -> None:
        """POST with X-Http-Method-Override is an upload where the server allows it"""
        self.server.stop()
        self.start_server("--method-override")
        override = [("X-Http-Method-Override", "BITS_POST")]
        peer = self.connect()
        session = self.assert_ack(peer.create(TARGET, method="POST", extra=override)).session
        more = {"method": "POST", "extra": override}
        self.assertEqual(self.assert_ack(peer.fragment(TARGET, session, 0, DATA, len(DATA), **more)).offset, 3000)
        self.assert_ack(peer.close(TARGET, session, **more))
        self.assertEqual(self.visible(), {"file.bin": DATA})
        with self.subTest("without the header"):
            self.assertIn(self.connect().create("/b.bin", method="POST").status, (400, 405, 501))
        with self.subTest("with another method in it"):
            other = [("X-Http-Method-Override", "DELETE")]
            self.assertIn(self.connect().create("/b.bin", method="POST", extra=other).status, (400, 405, 501))

    def test_body_longer_than_announced(self) -> None:
        """what follows an announced body is the next request: here garbage, so 400 and the end [RFC 9112 6.3]"""
        peer = self.connect()
        session = peer.create(TARGET).session
        peer.send(fragment_head(TARGET, session, 0, 1000, len(DATA)) + DATA[:1500])
        self.assertEqual(self.assert_ack(peer.read_answer()).offset, 1000)
        peer.send(b"\r\n\r\n")
        self.assertEqual(peer.read_answer().status, 400)
        peer.read_end()
        peer = self.connect()
        ack = peer.fragment(TARGET, session, 1000, DATA[1000:], len(DATA))
        self.assertEqual(self.assert_ack(ack).offset, len(DATA))
        self.assert_ack(peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_body_shorter_than_announced(self) -> None:
        """a body that ends early stores nothing, and the upload goes on from where it was [MC-BUP 2.2.1.2]"""
        peer = self.connect()
        session = peer.create(TARGET).session
        peer.send(fragment_head(TARGET, session, 0, len(DATA), len(DATA)) + DATA[:2999])
        peer.end_sending()
        answer = peer.read_end()
        self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 400 "), answer)
        peer = self.connect()
        answer = peer.fragment(TARGET, session, 1, DATA[1:], len(DATA))
        self.assertEqual(self.assert_refused(answer, 416, 0).offset, 0)
        self.assertEqual(peer.fragment(TARGET, session, 0, DATA, len(DATA)).offset, len(DATA))
        self.assert_ack(peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_body_shorter_than_announced_kept(self) -> None:
        """with --keep-partial, what came of a body that ended early is kept, to the byte"""
        self.server.stop()
        self.start_server("--keep-partial")
        peer = self.connect()
        session = peer.create(TARGET).session
        peer.send(fragment_head(TARGET, session, 0, len(DATA), len(DATA)) + DATA[:1234])
        peer.end_sending()
        peer.read_end()
        peer = self.connect()
        answer = peer.fragment(TARGET, session, 1235, DATA[1235:], len(DATA))
        self.assertEqual(self.assert_refused(answer, 416, 0).offset, 1234)
        self.assertEqual(peer.fragment(TARGET, session, 1234, DATA[1234:], len(DATA)).offset, len(DATA))
        self.assert_ack(peer.close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_bad_ranges(self) -> None:
        """a Content-Range that is not exactly one is refused, and nothing is stored [MC-BUP 2.2.6.2, RFC 9110 14.4]"""
        session = self.connect().create(TARGET).session
        for content_range, size in (
            ("bytes 0-9/10", 9),
            ("bytes 0-9/10", 11),
            ("bytes 9-0/10", 10),
            ("bytes 0-9/9", 10),
            ("bytes 0-9/*", 10),
            ("bytes 0-18446744073709551615/18446744073709551615", 0),
            ("bytes 18446744073709551615-18446744073709551624/18446744073709551625", 10),
            ("bytes +0-9/10", 10),
            ("bytes 0-1_0/11", 11),
            ("bytes 0 - 9/10", 10),
            ("bytes=0-9/10", 10),
            ("bytes 0-9/010x", 10),
            ("bytes -1-8/10", 10),
            ("lines 0-9/10", 10),
            ("bytes 0-4/10, bytes 5-9/10", 10),
            ("", 10),
        ):
            with self.subTest(content_range, size=size):
                message = head(
                    "Fragment", TARGET, session=session, length=size, extra=[("Content-Range", content_range)]
                )
                self.assert_refused(self.connect().ask(message + b"x" * size), 400, INVALID)
        peer = self.connect()
        answer = peer.fragment(TARGET, session, 1, b"x", 10)
        self.assertEqual(self.assert_refused(answer, 416, 0).offset, 0)

    def test_bad_lengths(self) -> None:
        """a Content-Length that is not exactly a number frames nothing: 400 and the end [RFC 9110 8.6, RFC 9112 6.3]"""
        for length in ("+5", "-5", "5_0", "0x5", "5 5", "5,6", "18446744073709551616", "5a", "", "\u0665"):
            with self.subTest(length):
                peer = self.connect()
                peer.send(head("Ping", TARGET, length=None, extra=[("Content-Length", length)]))
                self.assert_refused(peer.read_answer(), (400, 411), INVALID)
                self.assert_closed(peer)

    def test_smuggling(self) -> None:
        """two lengths, or a Transfer-Encoding, are refused, and the connection ends [RFC 9112 6.1, 6.3]"""
        for extra in (
            [("Content-Length", "5")],
            [("Transfer-Encoding", "chunked")],
            [("Transfer-Encoding", "identity")],
            [("transfer-encoding", "xchunked")],
        ):
            with self.subTest(extra):
                peer = self.connect()
                peer.send(head("Ping", TARGET, extra=extra))
                self.assert_refused(peer.read_answer(), (400, 501), INVALID)
                self.assert_closed(peer)

    def test_bodies_where_none_may_be(self) -> None:
        """a body where none may be is refused, and never taken for a request [MC-BUP 2.2.2.3]"""
        hidden = head("Ping", TARGET, session="{hidden}")
        for kind in ("Ping", "Create-Session"):
            with self.subTest(kind):
                peer = self.connect()
                extra = [("BITS-Supported-Protocols", PROTOCOL)] if kind == "Create-Session" else []
                peer.send(head(kind, TARGET, length=len(hidden), extra=extra) + hidden)
                self.assert_refused(peer.read_answer(), 400, INVALID)
                rest = peer.read_end()
                self.assertNotIn(b"{hidden}", rest)

    def test_bad_heads(self) -> None:
        """a head that is no HTTP/1.1 is refused, and the connection ends [MC-BUP 2.2.1, RFC 9112]"""
        good = head("Ping", TARGET)
        for name, bad in {
            "HTTP/1.0": good.replace(b"HTTP/1.1", b"HTTP/1.0"),
            "HTTP/2.0": good.replace(b"HTTP/1.1", b"HTTP/2.0"),
            "bare LF": good.replace(b"\r\n", b"\n"),
            "blank before colon": good.replace(b"Host:", b"Host :"),
            "folded": good.replace(b"Host: ", b"Host:\r\n "),
            "NUL": good.replace(b"localhost", b"local\0host"),
            "no colon": good.replace(b"Host: localhost", b"Host"),
            "no target": good.replace(b" /file.bin", b""),
            "garbage": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
            "unknown packet type": good.replace(b"Ping", b"Pong"),
            "Ack as a request": good.replace(b"Ping", b"Ack"),
            "no packet type": good.replace(b"BITS-Packet-Type: Ping\r\n", b""),
            "two packet types": good.replace(b"Ping", b"Ping\r\nBITS-Packet-Type: Fragment"),
        }.items():
            with self.subTest(name):
                peer = self.connect()
                peer.send(bad)
                self.assert_refused(peer.read_answer(), (400, 505), INVALID)
                peer.end_sending()
                self.assert_closed(peer)

    def test_large_heads(self) -> None:
        """a value over 4 KiB gets 400, a head that never ends 431, and both end [MC-BUP 2.2.1.2]"""
        long_id = head("Ping", TARGET, session="x" * 4097)
        self.assert_refused(self.connect().ask(long_id), 400, INVALID)
        self.assert_refused(self.connect().ask(head("Ping", "/" + "x" * 9000)), (400, 414), INVALID)
        peer = self.connect()
        peer.send(head("Ping", TARGET)[:-2] + b"".join(b"X-%d: y\r\n" % i for i in range(500)))
        self.assert_refused(peer.read_answer(), 431, INVALID)
        peer = self.connect()
        peer.send(b"BITS_POST / HTTP/1.1\r\nX: ")
        try:
            for _ in range(200):
                peer.send(b"x" * 1024)
        except OSError:
            pass  # it has hung up
        try:
            self.assertEqual(peer.read_answer().status, 431)
        except (ConnectionEnded, OSError):
            pass  # the reset has overtaken the answer
        self.assert_ack(self.connect().ping())

    def test_other_methods(self) -> None:
        """other methods are refused and touch nothing [RFC 9110 15.5.6]"""
        (self.root / "there.bin").write_bytes(b"there")
        for method in ("PUT", "DELETE", "POST", "PATCH", "MKCOL", "OPTIONS", "TRACE", "CONNECT"):
            with self.subTest(method):
                peer = self.connect()
                peer.send(head("", "/there.bin", method=method))
                answer = peer.read_answer()
                self.assertIn(answer.status, (400, 403, 404, 405, 501), answer)
        self.assertEqual(self.visible(), {"there.bin": b"there"})

    def test_files_are_not_served(self) -> None:
        """GET serves replies only: neither uploads, nor the server's own files"""
        session = self.send_file(self.connect(), TARGET, DATA)
        open_session = self.connect().create("/open.bin").session
        self.connect().fragment("/open.bin", open_session, 0, DATA[:100], len(DATA))
        replies = f"/BITS-Sessions/Replies/{session}/responsefile.bin"
        for target in ("/file.bin", "/", "/open.bin", "/../root/file.bin", "/..%2f..", replies):
            with self.subTest(target):
                answer = self.connect().get(target)
                self.assertIn(answer.status, (400, 403, 404, 405), answer)
                self.assertNotIn(DATA[:100], answer.body)

    def test_refused_bodies_are_not_requests(self) -> None:
        """the body of a refused request is dropped, never read as the next request"""
        hidden = create_head("/hidden.bin")
        peer = self.connect()
        peer.send(fragment_head(TARGET, "{nobody}", 0, len(hidden), len(hidden)) + hidden + head("Ping", TARGET))
        self.assert_refused(peer.read_answer(), 500, SESSION_NOT_FOUND)
        self.assertIsNone(self.assert_ack(peer.read_answer()).get("BITS-Protocol"))
        peer.end_sending()
        self.assert_closed(peer)
