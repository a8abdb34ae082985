"""bitswire-upload against a server that answers as it likes: what has to be lived with, what ends the upload, and what
the client sends.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import threading
import time
from dataclasses import replace

from bits_peer import PROTOCOL
from hostile_server import NO_ANSWER, Credentials, HostileServer, Reply, Request, ack, refusal
from programs import FakeClock, LiveCase, Upload, pattern, program, wait_until

DATA = pattern(30_000)
TARGET = "/folder/file.bin"
#: Enough to be patient in, and short enough for a test.
QUICK = ("--retry-delay", "0", "--retries", "3")


class ClientCase(LiveCase):
    def setUp(self) -> None:
        super().setUp()
        self.file = self.make_file("file.bin", DATA)

    def start_server(self, **options) -> HostileServer:
        self.hostile = HostileServer(**options)
        self.addCleanup(self.end_server, self.hostile)
        return self.hostile

    def end_server(self, server: HostileServer) -> None:
        server.stop()
        self.assertEqual(server.problems, [])

    def run_client(self, *options: str, fragment: int = 10_000, **more) -> Upload:
        patience = [option for pair in zip(QUICK[::2], QUICK[1::2]) if pair[0] not in options for option in pair]
        return self.upload(
            self.file, self.hostile.url(TARGET), "--fragment-size", str(fragment), *patience, *options, **more
        )

    def assert_arrived(self, times: int = 1) -> None:
        self.assertEqual(self.hostile.files, {TARGET: [DATA] * times})

    def assert_nothing_arrived(self) -> None:
        self.assertEqual(self.hostile.files, {})


class Writers(ClientCase):
    """What a client has to send."""

    def test_upload(self) -> None:
        """an upload is Create-Session, Fragments, Close-Session, on one connection [MC-BUP 3.1.5]"""
        self.start_server()
        self.assert_uploaded(self.run_client())
        self.assert_arrived()
        self.assertEqual(self.hostile.kinds(), ["Create-Session", "Fragment", "Fragment", "Fragment", "Close-Session"])
        self.assertEqual(len(self.hostile._threads), 2, "the listener, and one connection")

    def test_what_packets_look_like(self) -> None:
        """packets are as in the captures: one GUID, exact ranges, lengths always, nothing extra [MC-BUP 2.2.2 ff.]"""
        self.start_server()
        self.assert_uploaded(self.run_client("--ping-first"))
        self.assertEqual(self.hostile.kinds()[:2], ["Ping", "Create-Session"])
        ranges = []
        for request in self.hostile.requests:
            names = [name.lower() for name, _ in request.headers]
            self.assertEqual(len(names), len(set(names)), request)
            self.assertEqual((request.method, request.target), ("BITS_POST", TARGET))
            self.assertEqual(request.get("Content-Length"), str(len(request.body)))
            for name in ("Transfer-Encoding", "Content-Encoding", "Expect", "Content-Type"):
                self.assertIsNone(request.get(name), request)
            self.assertEqual(request.get("Host"), f"127.0.0.1:{self.hostile.port}")
            if request.kind == "Create-Session":
                self.assertEqual(request.get("BITS-Supported-Protocols"), PROTOCOL)
                self.assertEqual(request.get("Content-Name"), "file.bin")
            else:
                self.assertIsNone(request.get("BITS-Supported-Protocols"))
            if request.kind == "Fragment":
                ranges.append(request.get("Content-Range"))
            else:
                self.assertIsNone(request.get("Content-Range"))
                self.assertEqual(request.body, b"")
            wanted = None if request.kind in ("Create-Session", "Ping") else self.hostile.session_id
            self.assertEqual(request.session, wanted, request)
        self.assertEqual(ranges, ["bytes 0-9999/30000", "bytes 10000-19999/30000", "bytes 20000-29999/30000"])

    def test_query(self) -> None:
        """the same target, with its query, is in every packet [MC-BUP 2.2.1]"""
        self.start_server()
        target = "/folder/file.bin?key=a%20b&x=/../y"
        self.assert_uploaded(self.upload(self.file, self.hostile.url(target), *QUICK))
        self.assertEqual({request.target for request in self.hostile.requests}, {target})

    def test_empty_file(self) -> None:
        """an empty file is Create-Session and Close-Session"""
        self.start_server()
        self.file.write_bytes(b"")
        self.assert_uploaded(self.run_client())
        self.assertEqual(self.hostile.kinds(), ["Create-Session", "Close-Session"])
        self.assertEqual(self.hostile.files, {TARGET: [b""]})

    def test_fragments_grow(self) -> None:
        """without a size given, Fragments begin small and grow up to 13 MiB [MC-BUP 6 note 16]"""
        self.start_server()
        with self.file.open("wb") as file:
            file.truncate(60 << 20)
        self.assert_uploaded(self.upload(self.file, self.hostile.url(TARGET), *QUICK))
        sizes = [len(request.body) for request in self.hostile.of("Fragment")]
        self.assertLessEqual(max(sizes), 13 << 20)
        self.assertGreaterEqual(min(sizes[:-1]), 5 << 10)
        self.assertLess(sizes[0], max(sizes))

    def test_json(self) -> None:
        """--json is one object per line, and the last one is the end"""
        self.start_server()
        result = self.run_client("--json")
        self.assert_uploaded(result)
        events = [json.loads(line)["event"] for line in result.output.splitlines()]
        self.assertEqual((events[0], events[-1]), ("start", "done"))
        self.hostile.always("Create-Session", refusal(403, "0x80070005"))
        result = self.run_client("--json")
        self.assert_failed(result)
        last = result.json()
        self.assertEqual((last["event"], last["status"], last["hresult"]), ("error", 403, "E_ACCESSDENIED"))
        self.assertEqual(last["exit"], 1)

    def test_limit_rate(self) -> None:
        """--limit-rate is kept to"""
        self.start_server()
        result = self.run_client("--limit-rate", "20000", "--json")
        self.assert_uploaded(result)
        self.assertGreater(result.json()["seconds"], 0.8)
        self.assert_arrived()

    def test_wrong_command_lines(self) -> None:
        """a command that cannot be meant is refused with 2 before anything is sent"""
        self.start_server()
        url = self.hostile.url(TARGET)
        self.assert_failed(self.upload(self.folder / "nothing", url), code=2)
        self.assert_failed(self.upload(self.folder, url), code=2)
        for wrong in ("nonsense", "ftp://127.0.0.1/x", "http://", "http://127.0.0.1:99999/x", "http://a:b@127.0.0.1/x"):
            self.assert_failed(self.upload(self.file, wrong), code=2)
        self.assert_failed(self.upload(self.file, url, "--unknown"), code=2)
        self.assert_failed(self.upload(self.file, url, "--cancel"), code=2)
        self.assert_failed(self.upload(self.file, url, "--cancel", "--resume", str(self.folder / "none")), code=2)
        self.assertEqual(self.hostile.requests, [])


class Readers(ClientCase):
    """What a client has to live with."""

    def test_session_ids(self) -> None:
        """a session id of any form is echoed byte for byte [ack-for-create-session]"""
        ids = ["-1234567890123456789", "0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0", "/up/" + "x" * 95, "a=b;c,d{e}", "1"]
        ids += ["{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0}", "%7B%00", "\"quoted\"", "x" * 100]
        for session in ids:
            with self.subTest(session):
                self.start_server(session_id=session)
                self.assert_uploaded(self.run_client())
                self.assert_arrived()

    def test_session_id_too_long(self) -> None:
        """a session id over 100 characters is an error, and one that is missing [MC-BUP 2.2.3.1]"""
        self.start_server(session_id="x" * 101)
        self.assert_failed(self.run_client(), "rules of the protocol")
        self.start_server()
        self.hostile.always("Create-Session", lambda request, reply: reply.without("BITS-Session-Id"))
        self.assert_failed(self.run_client(), "rules of the protocol")
        self.assert_nothing_arrived()

    def test_wrong_session_id_in_an_ack(self) -> None:
        """an Ack of another session is not acted on [MC-BUP 3.1.5.2.4]"""
        self.start_server()
        self.hostile.on("Fragment", 2, lambda request, reply: reply.head(("BITS-Session-Id", "{another}")))
        self.assert_failed(self.run_client(), "rules of the protocol")
        self.assert_nothing_arrived()

    def test_acks_with_little_in_them(self) -> None:
        """Acks without session id, protocol and Accept-Encoding are Acks, as Windows' own are [captures]"""
        self.start_server()
        self.hostile.always("Create-Session", lambda r, reply: reply.without("BITS-Protocol", "Accept-encoding"))
        for kind in ("Fragment", "Close-Session"):
            self.hostile.always(kind, lambda request, reply: reply.without("BITS-Session-Id"))
        self.assert_uploaded(self.run_client())
        self.assert_arrived()

    def test_acks_of_windows(self) -> None:
        """Acks with the headers, order and spelling of IIS are taken [captures]"""
        self.start_server()
        iis = (("Date", "Mon, 18 Jun 2007 21:01:56 GMT"), ("Server", "Microsoft-IIS/6.0"), ("Pragma", "no-cache"))

        def dress(request: Request, reply: Reply) -> Reply:
            return Reply(reply.status, iis + reply.headers)

        for kind in ("Create-Session", "Fragment", "Close-Session"):
            self.hostile.always(kind, dress)
        self.assert_uploaded(self.run_client())
        self.assert_arrived()

    def test_another_protocol(self) -> None:
        """an Ack that chooses another protocol is an error [MC-BUP 2.2.3]"""
        self.start_server()
        other = ("BITS-Protocol", "{00000000-1111-2222-3333-444444444444}")
        self.hostile.always("Create-Session", lambda request, reply: reply.head(other))
        self.assert_failed(self.run_client(), "rules of the protocol")

    def test_created(self) -> None:
        """201 is a success for Create-Session and Close-Session [ack-for-create-session]"""
        self.start_server()
        for kind in ("Create-Session", "Close-Session"):
            self.hostile.always(kind, lambda request, reply: Reply(201, reply.headers))
        self.assert_uploaded(self.run_client())
        self.assert_arrived()

    def test_status_text(self) -> None:
        """the text of a status means nothing, whatever it is [RFC 9112 4]"""
        self.start_server()
        for kind, reason in {"Create-Session": "200 - OK", "Fragment": "", "Close-Session": "500 Error"}.items():
            self.hostile.always(kind, lambda r, reply, reason=reason: Reply(reply.status, reply.headers, reason=reason))
        self.assert_uploaded(self.run_client())
        self.assert_arrived()

    def test_codes_with_success(self) -> None:
        """an error code on a 2xx is ignored: three known servers send one"""
        self.start_server()
        more = (("BITS-Error-Code", "1"), ("BITS-Error-Context", "0x7"), ("BITS-Error", "0x8020001F"))
        for kind in ("Create-Session", "Fragment", "Close-Session", "Ping"):
            self.hostile.always(kind, lambda request, reply: reply.head(*more))
        self.assert_uploaded(self.run_client("--ping-first"))
        self.assert_arrived()

    def test_misspelled_range(self) -> None:
        """BITS-Recieved-Content-Range is read, too"""
        self.start_server()

        def misspell(request: Request, reply: Reply) -> Reply:
            half = str(request.range[0] + 5000)
            return reply.without("BITS-Received-Content-Range").head(("BITS-Recieved-Content-Range", half))

        self.hostile.always("Fragment", misspell)
        self.run_client()
        starts = [request.range[0] for request in self.hostile.of("Fragment")]
        self.assertEqual(starts[:4], [0, 5000, 10_000, 15_000])

    def test_spellings_of_error_codes(self) -> None:
        """an error code is read with and without 0x or x, under either name, and may be nothing [ack-for-...]"""
        for spelled, known in {
            "0x80200020": "BG_E_TOO_LARGE",
            "0X80200020": "BG_E_TOO_LARGE",
            "x80200020": "BG_E_TOO_LARGE",
            "80200020": "BG_E_TOO_LARGE",
            "0x80070112": "0x80070112",
            "0x80070070": "0x80070070",
            "0xA0001234": "0xA0001234",
            "0x1": "500",
            "0": "500",
            "": "500",
            "nonsense": "",
        }.items():
            for name in ("BITS-Error-Code", "BITS-Error"):
                with self.subTest(spelled, name=name):
                    self.start_server()
                    head = (("BITS-Packet-Type", "Ack"), ("Content-Length", "0"), (name, spelled))
                    self.hostile.always("Fragment", Reply(500, head))
                    result = self.run_client("--retries", "0")
                    self.assert_failed(result, *([known] if known else []))
                    self.assert_nothing_arrived()

    def test_no_offset(self) -> None:
        """200 without an offset means that what was sent is there"""
        self.start_server()
        self.hostile.always("Fragment", lambda request, reply: reply.without("BITS-Received-Content-Range"))
        self.assert_uploaded(self.run_client())
        self.assert_arrived()
        self.assertEqual(len(self.hostile.of("Fragment")), 3)

    def test_gap_without_an_offset(self) -> None:
        """416 without an offset: start from 0 once, then fail [MC-BUP 2.2.7.2]"""
        self.start_server()
        self.hostile.on("Fragment", 2, refusal(416, "0x0"))
        self.assert_uploaded(self.run_client())
        starts = [request.range[0] for request in self.hostile.of("Fragment")]
        self.assertEqual(starts[:3], [0, 10_000, 0])
        self.assert_arrived()
        self.start_server()
        self.hostile.always("Fragment", refusal(416, "0x0"))
        self.assert_failed(self.run_client())
        self.assertEqual([request.range[0] for request in self.hostile.of("Fragment")], [0, 0])
        self.assert_nothing_arrived()

    def test_offsets_backwards_and_forwards(self) -> None:
        """the client goes on where the server says, backwards and forwards, after 200 and 416 [MC-BUP 3.1.5.2.4]"""
        self.start_server()

        def at(offset: int):
            def change(request: Request, reply: Reply) -> Reply:
                stored = self.hostile.partial[self.hostile.session_id]
                stored += DATA[len(stored) : offset]
                del stored[offset:]
                return reply.head(("BITS-Received-Content-Range", str(offset)))

            return change

        self.hostile.on("Fragment", 1, at(4_321))
        self.hostile.on("Fragment", 2, lambda r, reply: at(17)(r, refusal(416, "0x0")))
        self.hostile.on("Fragment", 3, at(15_000))
        self.hostile.on("Fragment", 4, at(0))
        self.assert_uploaded(self.run_client())
        starts = [request.range[0] for request in self.hostile.of("Fragment")]
        self.assertEqual(starts, [0, 4_321, 17, 15_000, 0, 10_000, 20_000])
        self.assert_arrived()

    def test_offset_beyond_the_file(self) -> None:
        """an offset beyond the file is an error, after 200 and 416 [MC-BUP 3.1.5.2.4]"""
        for status in (200, 416):
            for offset in (30_001, 2**64 - 1, 2**64, "-1", "+5", "1x"):
                with self.subTest(status, offset=offset):
                    self.start_server()
                    wrong = ("BITS-Received-Content-Range", str(offset))
                    self.hostile.on("Fragment", 2, ack(wrong, status=status))
                    self.assert_failed(self.run_client(), "rules of the protocol")
                    self.assert_nothing_arrived()

    def test_no_progress(self) -> None:
        """a server that always loses everything is given up, not served for ever"""
        self.start_server()
        self.hostile.always("Fragment", lambda r, reply: refusal(416, "0x0").head(("BITS-Received-Content-Range", "0")))
        self.assert_failed(self.run_client(), "keeps losing the session")
        self.assertLess(len(self.hostile.requests), 100)
        self.start_server()
        self.hostile.always("Fragment", refusal(500, "0x8020001F"))
        self.assert_failed(self.run_client(), "keeps losing the session")
        self.assertLess(len(self.hostile.requests), 100)

    def test_session_lost(self) -> None:
        """a session that the server has lost is begun again, at any packet [MC-BUP 3.1.5.2.1]"""
        for kind, number in (("Fragment", 1), ("Fragment", 3), ("Close-Session", 1)):
            with self.subTest(kind, number=number):
                self.start_server()
                lost = refusal(500, "0x8020001F")

                def lose(request: Request, lost: Reply = lost, kind: str = kind, number: int = number) -> Reply | None:
                    count = len(self.hostile.of(kind))
                    return lost if request.kind == kind and count == number else None

                self.hostile.before(lose)
                self.assert_uploaded(self.run_client())
                self.assert_arrived()
                self.assertEqual(self.hostile.created, 2)

    def test_session_lost_told_carelessly(self) -> None:
        """500 with 0x1 is fatal, and the error says that the session may be lost"""
        self.start_server()
        self.hostile.on("Fragment", 2, refusal(500, "0x1"))
        self.assert_failed(self.run_client("--retries", "0"), "session they do not know")
        self.assert_nothing_arrived()

    def test_fragment_too_large(self) -> None:
        """413 makes Fragments smaller, down to 5 KiB and no further [MC-BUP 3.1.5.2.4]"""
        self.start_server()

        def limit(most: int):
            def look(request: Request) -> Reply | None:
                return refusal(413, "0x80200020") if len(request.body) > most else None

            return look

        self.hostile.before(limit(6_000))
        self.assert_uploaded(self.upload(self.file, self.hostile.url(TARGET), *QUICK))
        self.assert_arrived()
        self.start_server()
        self.hostile.before(limit(100))
        self.assert_failed(self.upload(self.file, self.hostile.url(TARGET), *QUICK), "BG_E_TOO_LARGE", "413")
        sizes = [len(request.body) for request in self.hostile.of("Fragment")]
        self.assertEqual(sizes[-1], 5 * 1024)
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        self.assert_nothing_arrived()

    def test_close_is_repeated(self) -> None:
        """Close-Session is repeated after 5xx, and never after 4xx [ack-for-close-session]"""
        self.start_server()
        failing = [refusal(500, "0x80070070"), refusal(503, "0x1")]
        self.hostile.before(lambda r: failing.pop() if r.kind == "Close-Session" and failing else None)
        self.assert_uploaded(self.run_client())
        self.assertEqual(len(self.hostile.of("Close-Session")), 3)
        self.assert_arrived()
        for status in (400, 404, 408, 409):
            with self.subTest(status):
                self.start_server()
                self.hostile.before(lambda r, s=status: refusal(s) if r.kind == "Close-Session" else None)
                self.assert_failed(self.run_client("--retries", "0"), str(status))
                self.assertEqual(len(self.hostile.of("Close-Session")), 1)

    def test_html_page(self) -> None:
        """an error page of a proxy, without a word of BITS, is an error with its status [PROTOCOL: proxies]"""
        page = b"<html><body>You shall not pass</body></html>"
        html = ("Content-Type", "text/html")
        for reply in (
            Reply(403, (html, ("Content-Length", str(len(page)))), page),
            Reply(403, (html, ("Connection", "close")), page, close=True),
            Reply(403, (html, ("Connection", "close")), page, version="HTTP/1.0", close=True),
            Reply(403, (html, ("Transfer-Encoding", "chunked")), b"5\r\n<html\r\n0\r\n\r\n"),
        ):
            for kind in ("Create-Session", "Fragment", "Close-Session"):
                with self.subTest(kind, reply=reply):
                    self.start_server()
                    self.hostile.before(lambda r, kind=kind, reply=reply: reply if r.kind == kind else None)
                    self.assert_failed(self.run_client(), "403")
                    self.assert_nothing_arrived()

    def test_text_of_an_error(self) -> None:
        """P4: the first line of a refusal in plain text is shown, without what a terminal would obey; HTML is not"""
        text = b"Speak \x1b[31mHTTP/1.1\x07, please \xc2\x9b\r\nnot this" + b"x" * 2_000_000
        for kind, shown in (("text/plain", True), ("Text/Plain; charset=utf-8", True), ("text/html", False)):
            with self.subTest(kind):
                self.start_server()
                headers = (("Content-Type", kind), ("Content-Length", str(len(text))))
                self.hostile.always("Create-Session", Reply(400, headers, text))
                result = self.run_client()
                self.assert_failed(result, "400")
                self.assertNotRegex(result.errors, "[\x1b\x07\x9b]|not this|xxx")
                self.assertEqual("Speak ?[31mHTTP/1.1?, please ??" in result.errors, shown, result)

    def test_captive_portal(self) -> None:
        """a page with status 200 is no Ack, and never a success [MC-BUP 2.2.3]"""
        page = b"<html>Welcome to the hotel</html>"
        portal = Reply(200, (("Content-Type", "text/html"), ("Content-Length", str(len(page)))), page)
        for kind in ("Create-Session", "Fragment", "Close-Session"):
            with self.subTest(kind):
                self.start_server()
                self.hostile.before(lambda r, kind=kind: portal if r.kind == kind else None)
                self.assert_failed(self.run_client(), "rules of the protocol")
                self.assert_nothing_arrived()

    def test_redirection(self) -> None:
        """a redirection is not followed: BITS knows none"""
        self.start_server()
        elsewhere = ("Location", self.hostile.url("/elsewhere"))
        self.hostile.always("Create-Session", Reply(302, (elsewhere, ("Content-Length", "0"))))
        self.assert_failed(self.run_client("--retries", "0"), "302")
        self.assertEqual({request.target for request in self.hostile.requests}, {TARGET})

    def test_interim_answer(self) -> None:
        """an interim answer before the Ack is passed over [RFC 9110 15.2]"""
        self.start_server()
        interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Wait\r\n\r\n"
        for kind in ("Create-Session", "Fragment", "Close-Session"):
            self.hostile.always(kind, lambda request, reply: Reply(raw=interim + reply.bytes()))
        self.assert_uploaded(self.run_client())
        self.assert_arrived()

    def test_not_http(self) -> None:
        """what is no HTTP is an error, not a crash"""
        for raw in (b"SSH-2.0-OpenSSH_9.2\r\n", b"\0" * 100, b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nX" * 10):
            with self.subTest(raw):
                self.start_server()
                self.hostile.before(lambda request, raw=raw: Reply(raw=raw, close=True))
                result = self.run_client()
                self.assert_failed(result)
        self.start_server()
        endless = b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000
        self.hostile.before(lambda request: Reply(raw=endless, close=True))
        self.assert_failed(self.run_client())

    def test_terminal_codes(self) -> None:
        """what a server sends is shown without its control characters"""
        self.start_server()
        self.hostile.always("Create-Session", Reply(403, (("Content-Length", "0"),), reason="No\x9b31m"))
        result = self.run_client("--verbose")
        self.assert_failed(result, "403")
        self.assertNotIn("\x9b", result.errors + result.output)
        self.assertNotIn("\x1b", result.errors + result.output)

    def test_connection_closed_after_each_ack(self) -> None:
        """a server that closes the connection after each Ack is a server"""
        self.start_server()
        last = ("Connection", "close")
        for kind in ("Create-Session", "Fragment", "Close-Session"):
            self.hostile.always(kind, lambda request, reply: Reply(200, (*reply.headers, last), close=True))
        self.assert_uploaded(self.run_client())
        self.assert_arrived()


class Logins(ClientCase):
    def test_no_credentials(self) -> None:
        """401 without credentials ends the upload, and the error says what is missing [MC-BUP 3.1.5.1.7]"""
        for scheme in ("Basic", "Digest"):
            self.start_server()
            self.hostile.before(Credentials(scheme, "anna", "secret"))
            self.assert_failed(self.run_client(), "401", "--user")
            self.assert_failed(self.run_client("--user", "anna:wrong"), "401")
            self.assert_nothing_arrived()
            for request in self.hostile.requests:
                self.assertNotIn("secret", str(request.headers))

    def test_credentials(self) -> None:
        """with credentials, Basic and Digest work, and no Fragment is sent twice for it [MC-BUP 3.1.5.1.7]"""
        for scheme in ("Basic", "Digest"):
            with self.subTest(scheme):
                self.start_server()
                login = Credentials(scheme, "anna", "pass:word")
                self.hostile.before(login)
                self.assert_uploaded(self.run_client("--user", "anna:pass:word"))
                self.assert_arrived()
                self.assertLessEqual(login.asked, 2)
                bodies = [request.body for request in self.hostile.of("Fragment") if request.body]
                self.assertEqual(len(bodies), 3)

    def test_credentials_stay_here(self) -> None:
        """credentials do not go to the host that a reply is on [RFC 9110 11.6.2]"""
        other = HostileServer(addresses=("127.0.0.2",))
        self.addCleanup(self.end_server, other)
        other.replies["/reply"] = b"reply"
        self.start_server(reply_url=f"http://127.0.0.2:{other.port}/reply")
        self.hostile.before(Credentials("Basic", "anna", "secret"))
        reply = self.folder / "reply.bin"
        result = self.run_client("--user", "anna:secret", "--reply", str(reply))
        self.assert_uploaded(result)
        self.assertEqual(reply.read_bytes(), b"reply")
        for request in other.requests:
            self.assertIsNone(request.get("Authorization"))


class Cuts(ClientCase):
    def test_cut_in_every_answer(self) -> None:
        """a connection cut anywhere in any answer is tried again, and the file arrives once [MC-BUP 3.1.7.1]"""
        for kind, number in (("Create-Session", 1), ("Fragment", 1), ("Fragment", 3), ("Close-Session", 1)):
            for at in (0, 1, 8, 12, 40, 70, -4, -2, -1):
                with self.subTest(kind, number=number, at=at):
                    self.start_server()
                    # As a server that remembers whom it has closed.
                    closed = ack()
                    self.hostile.before(lambda r: closed if r.kind == "Close-Session" and self.hostile.files else None)

                    def cut(request: Request, reply: Reply, at: int = at) -> Reply:
                        raw = reply.bytes()
                        return Reply(raw=raw, cut_at=at if at >= 0 else len(raw) + at)

                    self.hostile.on(kind, number, cut)
                    self.assert_uploaded(self.run_client())
                    self.assert_arrived()

    def test_nobody_there(self) -> None:
        """a server that is not there is tried again as often as was said, and then it is an error"""
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        listener.close()
        result = self.upload(self.file, f"http://127.0.0.1:{port}/x", "--retries", "2", "--retry-delay", "0", "--json")
        self.assert_failed(result)
        events = [json.loads(line)["event"] for line in result.output.splitlines()]
        self.assertEqual(events.count("retry"), 2)

    def test_no_answer(self) -> None:
        """a server that does not answer in time is tried again [MC-BUP 3.1.6.2]"""
        self.start_server()
        never = threading.Event()
        self.addCleanup(never.set)
        self.hostile.on("Fragment", 2, lambda request, reply: Reply(reply.status, reply.headers, late=never))
        self.assert_uploaded(self.run_client("--timeout", "1"))
        self.assert_arrived()
        self.assertIn("Ping", self.hostile.kinds())

    def test_final_refusals(self) -> None:
        """what will not pass by itself is not tried again [MC-BUP 2.2.1.2, bits-return-values]"""
        for kind in ("Create-Session", "Fragment"):
            for status, code in (
                (400, "0x80070057"),
                (403, "0x80070005"),
                (404, "0x80190194"),
                (409, "0x80070005"),
                (501, "0x80070005"),
                (500, "0x80200020"),
            ):
                with self.subTest(kind, status=status):
                    self.start_server()
                    self.hostile.always(kind, refusal(status, code))
                    self.assert_failed(self.run_client(), str(status))
                    self.assertEqual(len(self.hostile.of(kind)), 1)

    def test_server_error(self) -> None:
        """a server that fails for a while is tried again [MC-BUP 3.1.5.2.1]"""
        self.start_server()
        failing = [refusal(503, "0x801901F7"), refusal(502, "0x801901F6")]
        self.hostile.before(lambda r: failing.pop() if r.kind == "Fragment" and r.range[0] and failing else None)
        self.assert_uploaded(self.run_client())
        self.assert_arrived()


class Resuming(ClientCase):
    def setUp(self) -> None:
        super().setUp()
        self.state = self.folder / "state"
        self.start_server()

    def begin(self, *options: str) -> None:
        """Uploads two of three Fragments, and is killed while it waits for the Ack to the second."""
        never = threading.Event()
        self.addCleanup(never.set)
        self.hostile.on("Fragment", 2, lambda request, reply: Reply(reply.status, reply.headers, late=never))
        popen = self.start_upload(
            self.file, self.hostile.url(TARGET), "--fragment-size", "10000", "--resume", str(self.state), *options
        )
        wait_until(lambda: len(self.hostile.of("Fragment")) == 2, "the second Fragment has come")
        popen.send_signal(signal.SIGKILL)
        popen.communicate()
        self.assertTrue(self.state.exists())

    def test_killed(self) -> None:
        """a client killed within an upload goes on where the server is [MC-BUP 3.1.4.3: with a Ping]"""
        self.begin()
        self.assert_uploaded(self.run_client("--resume", str(self.state)))
        self.assert_arrived()
        self.assertEqual(self.hostile.created, 1)
        self.assertEqual(
            self.hostile.kinds()[3:], ["Ping", "Fragment", "Fragment", "Close-Session"], "without the first Fragment"
        )
        self.assertFalse(self.state.exists(), "it is done with")

    def test_interrupted(self) -> None:
        """SIGINT and SIGTERM stop a client so that it can go on; without a state the session is cancelled"""
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                self.start_server()
                options = ("--fragment-size", "10000", "--limit-rate", "10000", "--resume", str(self.state))
                popen = self.start_upload(self.file, self.hostile.url(TARGET), *options)
                wait_until(lambda: len(self.hostile.of("Fragment")) >= 1, "a Fragment has come")
                popen.send_signal(number)
                popen.communicate(timeout=20)
                self.assertEqual(popen.returncode, 128 + number)
                self.assertEqual(self.hostile.cancelled, [])
                self.assert_uploaded(self.run_client("--resume", str(self.state)))
                self.assert_arrived()
                self.assertEqual(self.hostile.created, 1)
        self.start_server()
        popen = self.start_upload(
            self.file, self.hostile.url(TARGET), "--fragment-size", "5000", "--limit-rate", "10000"
        )
        wait_until(lambda: len(self.hostile.of("Fragment")) >= 1, "a Fragment has come")
        popen.send_signal(signal.SIGINT)
        popen.communicate(timeout=20)
        self.assertNotEqual(popen.returncode, 0)
        self.assertEqual(self.hostile.cancelled, [self.hostile.session_id])

    def stop_client(self, kind: str, *options: str, times: int = 1) -> str:
        """What a client says that is stopped while its first request of a kind is not answered."""
        self.start_server()
        answered = threading.Event()
        self.addCleanup(answered.set)
        self.hostile.on(kind, 1, lambda request, reply: replace(reply, late=answered))
        popen = self.start_upload(self.file, self.hostile.url(TARGET), "--fragment-size", "10000", *options)
        wait_until(lambda: self.hostile.of(kind), f"{kind} is under way")
        for _ in range(times):
            popen.send_signal(signal.SIGTERM)
            time.sleep(0.3)
        answered.set()
        _, errors = popen.communicate(timeout=20)
        self.assertEqual(popen.returncode, 128 + signal.SIGTERM)
        return errors.decode()

    def test_how_to_continue(self) -> None:
        """P9: a client that is stopped says in plain English how to continue"""
        resume = ("--resume", str(self.state))
        self.assertIn("stopped; the same command continues this upload\n", self.stop_client("Fragment", *resume))
        self.assertIn("stopped; the upload is cancelled at the server\n", self.stop_client("Fragment"))
        self.assertIn("stopped; use --resume to be able to continue\n", self.stop_client("Fragment", times=2))
        self.assertIn("stopped before the upload began\n", self.stop_client("Create-Session", times=2))

    def test_help_in_plain_english(self) -> None:
        """P9: the help of the programs has none of the phrases that had to be read twice"""
        for variable, verbs in {"BITSWIRE_UPLOAD": [[]], "BITSWIRE_QUEUE_PROGRAM": [[], ["create"], ["run"]]}.items():
            for verb in verbs:
                command = [program(variable), *verb, "--help"]
                told = subprocess.run(command, capture_output=True, check=True, text=True).stdout
                self.assertGreater(len(told), 300)
                for phrase in ("go on", "goes on", "gone on", "if nothing is said", "What to ", "File here", "has to"):
                    self.assertNotIn(phrase.lower(), told.lower())

    def test_changed_file(self) -> None:
        """a file that has changed is not gone on with, and nothing is sent"""
        self.begin()
        requests = len(self.hostile.requests)
        for change in (DATA[:-1] + b"X", DATA + b"X", DATA[:-1]):
            self.file.write_bytes(change)
            self.assert_failed(self.run_client("--resume", str(self.state)), "changed", code=2)
        self.assertEqual(len(self.hostile.requests), requests)
        self.assert_nothing_arrived()

    def test_file_changed_under_way(self) -> None:
        """a file that is written to while it is read never becomes an upload"""

        def change(request: Request, reply: Reply) -> Reply:
            self.file.write_bytes(DATA[:-1] + b"X")
            return reply

        self.hostile.on("Fragment", 2, change)
        self.assert_failed(self.run_client(), "changed while")
        self.assert_nothing_arrived()

    def test_damaged_state(self) -> None:
        """a state file that was damaged at any place, cut or foreign is refused, and nothing is sent"""
        self.begin()
        requests = len(self.hostile.requests)
        good = self.state.read_bytes()
        damaged = [good[:size] for size in range(0, len(good), 7)]
        readable = re.search(rb'"file":[^\n]*\n', good)  # for people; nothing reads it
        self.assertIsNotNone(readable)
        for at in range(0, len(good), 5):
            if readable and readable.start() <= at < readable.end():
                continue
            damaged.append(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        damaged += [b"", b"{}", b"\0" * 100, b"[" * 100_000, good + good, good.replace(b"file.bin", b"file.bim")]
        for text in damaged:
            self.state.write_bytes(text)
            result = self.run_client("--resume", str(self.state))
            self.assertEqual(result.code, 2, (text, result))
        self.assertEqual(len(self.hostile.requests), requests)
        self.state.write_bytes(good)
        self.assert_uploaded(self.run_client("--resume", str(self.state)))
        self.assert_arrived()

    def test_state_of_another_upload(self) -> None:
        """the state of an upload is worth nothing with another URL or file"""
        self.begin()
        requests = len(self.hostile.requests)
        options = ("--resume", str(self.state))
        self.assert_failed(self.upload(self.file, self.hostile.url("/other.bin"), *options), code=2)
        other = self.make_file("other.bin", DATA)
        self.assert_failed(self.upload(other, self.hostile.url(TARGET), *options), code=2)
        self.assertEqual(len(self.hostile.requests), requests)

    def test_unwritable_state(self) -> None:
        """a state that could not be kept is refused before anything is sent"""
        self.assert_failed(self.run_client("--resume", str(self.folder / "no" / "state")), code=2)
        self.assert_failed(self.run_client("--resume", str(self.folder)), code=2)
        self.assertEqual(self.hostile.requests, [])

    def test_cancel(self) -> None:
        """--cancel sends Cancel-Session with the session's id, and the state is gone [MC-BUP 3.1.4.4]"""
        self.begin()
        self.assert_uploaded(self.run_client("--resume", str(self.state), "--cancel"))
        self.assertEqual(self.hostile.cancelled, [self.hostile.session_id])
        self.assertFalse(self.state.exists())
        self.assert_nothing_arrived()

    def test_cancel_what_is_gone(self) -> None:
        """--cancel of a session that the server does not know is done [ack-for-cancel-session]"""
        self.begin()
        self.hostile.partial.clear()
        self.assert_uploaded(self.run_client("--resume", str(self.state), "--cancel"))
        self.assertFalse(self.state.exists())

    def test_session_lost_meanwhile(self) -> None:
        """a session that is gone when the client comes back is begun again [MC-BUP 3.1.5.2.1]"""
        self.begin()
        self.hostile.partial.clear()
        self.assert_uploaded(self.run_client("--resume", str(self.state)))
        self.assert_arrived()
        self.assertEqual(self.hostile.created, 2)

    def test_killed_before_the_ack_to_close(self) -> None:
        """a client killed while it waits for the last Ack closes again, and the file is there once"""
        never = threading.Event()
        self.addCleanup(never.set)
        self.hostile.on("Close-Session", 1, lambda request, reply: Reply(reply.status, reply.headers, late=never))
        popen = self.start_upload(self.file, self.hostile.url(TARGET), "--resume", str(self.state))
        wait_until(lambda: self.hostile.files, "the session is closed")
        popen.kill()
        popen.communicate()
        self.hostile.before(lambda r: ack() if r.kind == "Close-Session" else None)
        self.assert_uploaded(self.run_client("--resume", str(self.state)))
        self.assert_arrived()
        self.assertEqual(self.hostile.created, 1)

    def test_gives_up_for_now(self) -> None:
        """an upload that stopped for a passing reason ends with 3, and the same command goes on"""
        options = ("--resume", str(self.state))
        self.hostile.before(lambda r: NO_ANSWER if r.kind == "Fragment" and r.range[0] >= 20_000 else None)
        self.assert_failed(self.run_client(*options), code=3)
        self.hostile.before(lambda request: None)
        self.assert_uploaded(self.run_client(*options))
        self.assert_arrived()
        self.assertEqual(self.hostile.created, 1)


class Hosts(ClientCase):
    def test_host_id(self) -> None:
        """after BITS-Host-Id, a Ping and all that follows go to that host [MC-BUP 3.1.5.1.2]"""
        self.start_server(addresses=("127.0.0.1", "127.0.0.2"))
        host = ("BITS-Host-Id", "127.0.0.2")
        self.hostile.always("Create-Session", lambda request, reply: reply.head(host))
        self.assert_uploaded(self.run_client())
        self.assert_arrived()
        self.assertEqual(
            [(request.kind, request.host[-1]) for request in self.hostile.requests],
            [("Create-Session", "1"), ("Ping", "2"), *[("Fragment", "2")] * 3, ("Close-Session", "2")],
        )
        self.assertEqual(self.hostile.requests[-1].get("Host"), f"127.0.0.2:{self.hostile.port}")

    def test_host_id_with_a_port(self) -> None:
        """L9: after BITS-Host-Id with a port, all that follows goes there [MC-BUP 3.1.5.1.2]"""
        self.start_server()
        other = HostileServer()
        self.addCleanup(self.end_server, other)
        other.session_id = self.hostile.session_id
        other.partial = self.hostile.partial
        host = ("BITS-Host-Id", f"127.0.0.1:{other.port}")
        self.hostile.always("Create-Session", lambda request, reply: reply.head(host))
        self.assert_uploaded(self.run_client())
        self.assertEqual(self.hostile.kinds(), ["Create-Session"])
        self.assertEqual(other.kinds(), ["Ping", *["Fragment"] * 3, "Close-Session"])
        self.assertEqual(other.files, {TARGET: [DATA]})
        self.assertEqual(other.requests[-1].get("Host"), f"127.0.0.1:{other.port}")

    def test_ping_ack_of_any_session(self) -> None:
        """L8: the Ack to a Ping may carry any session id [MC-BUP 2.2.1.2]"""
        self.start_server()
        any_id = ("BITS-Session-Id", "{11111111-2222-3333-4444-555555555555}")
        self.hostile.always("Ping", lambda request, reply: reply.head(any_id))
        self.assert_uploaded(self.run_client("--ping-first"))
        self.assert_arrived()

    def test_fallback(self) -> None:
        """a host that fails is given up after its time, and the client goes back [MC-BUP 3.1.2.3, 3.1.6.3]"""
        self.start_server()  # nobody listens on 127.0.0.2
        more = (("BITS-Host-Id", "127.0.0.2"), ("BITS-Host-Id-Fallback-Timeout", "1"))
        self.hostile.always("Create-Session", lambda request, reply: reply.head(*more))
        self.assert_uploaded(self.run_client("--retries", "5", "--retry-delay", "1"))
        self.assert_arrived()
        self.assertEqual(self.hostile.created, 1)

    def test_no_fallback(self) -> None:
        """without a time-out the client never goes back by itself [MC-BUP 3.1.2.3]"""
        self.start_server()
        self.hostile.always("Create-Session", lambda request, reply: reply.head(("BITS-Host-Id", "127.0.0.2")))
        self.assert_failed(self.run_client("--retries", "2", "--retry-delay", "1"))
        self.assertEqual(self.hostile.kinds(), ["Create-Session"])

    def test_bad_host_id(self) -> None:
        """a host id that is no host is an error: nothing is sent anywhere [MC-BUP 2.2.3.2]"""
        for host in ("127.0.0.2/x", "user@127.0.0.2", "127.0.0.2:80:80", "127.0.0.2:99999", "127.0.0.2:0", "127.0.0.2:", "a b", "http://127.0.0.2", "x" * 301):
            with self.subTest(host):
                self.start_server()
                self.hostile.always("Create-Session", lambda r, reply, host=host: reply.head(("BITS-Host-Id", host)))
                self.assert_failed(self.run_client(), "rules of the protocol")
                self.assertEqual(self.hostile.kinds(), ["Create-Session"])


class Clocks(ClientCase):
    """P1: the time of day jumps while the client waits. It counts on another clock."""

    def setUp(self) -> None:
        super().setUp()
        self.clock = FakeClock(self.folder)
        self.clock.check()
        self.env = self.clock.environment(program("BITSWIRE_UPLOAD"))
        self.times: list[float] = []  #: of the requests that a test is about

    def answer_late(self, kind: str, by_s: int, reply: Reply) -> None:
        """The first answer to a kind fails, and makes the clock jump; the client has to wait as if it had not."""

        def look(request: Request) -> Reply | None:
            if request.kind != kind:
                return None
            self.times.append(time.monotonic())
            if len(self.times) > 1:
                return None
            threading.Timer(0.2, self.clock.jump, (by_s,)).start()
            return reply

        self.hostile.before(look)

    def assert_waited(self, span_s: float) -> None:
        self.assertEqual(len(self.times), 2)
        waited = self.times[1] - self.times[0]
        self.assertGreater(waited, span_s - 0.1)
        self.assertLess(waited, span_s + 20)

    def start_again(self) -> None:
        self.start_server()
        self.times.clear()

    def test_close_is_repeated_in_time(self) -> None:
        """P1: Close-Session is repeated after 503 in its time, whatever the time of day does [ack-for-close-session]"""
        for jump in FakeClock.JUMPS_S:
            with self.subTest(jump):
                self.start_again()
                self.answer_late("Close-Session", jump, refusal(503))
                self.assert_uploaded(self.run_client("--retry-delay", "1", env=self.env))
                self.assert_waited(1)

    def test_upload_is_resumed_in_time(self) -> None:
        """P1: after a broken connection the client resumes in its time, whatever the time of day does"""
        for jump in (-3600, 31_536_000):
            with self.subTest(jump):
                self.start_again()
                self.answer_late("Create-Session", jump, NO_ANSWER)
                self.assert_uploaded(self.run_client("--retry-delay", "1", env=self.env))
                self.assert_waited(1)

    def test_fallback_in_time(self) -> None:
        """P1: a host that fails is given up in its time, whatever the time of day does [MC-BUP 3.1.6.3]"""
        more = (("BITS-Host-Id", "127.0.0.2"), ("BITS-Host-Id-Fallback-Timeout", "2"))  # where nobody listens
        for jump in (-3600, 31_536_000):
            with self.subTest(jump):
                self.start_again()
                self.hostile.always("Ping", lambda request, reply: (self.times.append(time.monotonic()), reply)[1])

                def change(request: Request, reply: Reply, jump: int = jump) -> Reply:
                    self.times.append(time.monotonic())
                    threading.Timer(0.5, self.clock.jump, (jump,)).start()
                    return reply.head(*more)

                self.hostile.always("Create-Session", change)
                self.assert_uploaded(self.run_client("--retries", "9", "--retry-delay", "1", env=self.env))
                self.assert_waited(2)

    def test_state_of_another_day(self) -> None:
        """P1: a state that was kept on another day, or before the clock was set back, is continued at once"""
        state = str(self.folder / "state")
        more = (("BITS-Host-Id", "127.0.0.2"), ("BITS-Host-Id-Fallback-Timeout", "2"))
        for jump in (-3600, 31_536_000):
            with self.subTest(jump):
                self.start_again()
                self.hostile.always("Create-Session", lambda request, reply: reply.head(*more))
                self.assert_failed(self.run_client("--retries", "0", "--resume", state, env=self.env), code=3)
                self.clock.jump(jump)
                began = time.monotonic()
                self.assert_uploaded(
                    self.run_client("--retries", "9", "--retry-delay", "1", "--resume", state, env=self.env)
                )
                self.assertLess(time.monotonic() - began, 20)
                self.assertEqual(self.hostile.created, 1)


class Replies(ClientCase):
    """Upload-reply."""

    REPLY = pattern(20_000, seed=9)

    def setUp(self) -> None:
        super().setUp()
        self.reply = self.folder / "reply.bin"

    def run_reply(self, *options: str, **more) -> Upload:
        return self.run_client("--reply", str(self.reply), *options, **more)

    def test_reply_urls(self) -> None:
        """the reply is fetched before Close-Session, from where the URL leads [MC-BUP 2.2.7.2, captures]"""
        for sent, target in {
            "BITS-Sessions\\Replies\\{C85B4E0A-9EB9-4114-BFA4-8A43B4710091}\\responsefile.bin": (
                "/folder/BITS-Sessions/Replies/%7BC85B4E0A-9EB9-4114-BFA4-8A43B4710091%7D/responsefile.bin"
            ),
            "reply.bin": "/folder/reply.bin",
            "/replies/reply.bin?a=b": "/replies/reply.bin?a=b",
            "../reply.bin": "/reply.bin",
            "http://127.0.0.1:{port}/abs/reply.bin": "/abs/reply.bin",
        }.items():
            with self.subTest(sent):
                self.start_server()
                self.hostile.reply_url = sent.replace("{port}", str(self.hostile.port))
                self.hostile.replies[target] = self.REPLY
                self.assert_uploaded(self.run_reply())
                self.assertEqual(self.reply.read_bytes(), self.REPLY)
                self.assert_arrived()
                kinds = self.hostile.kinds()
                self.assertLess(kinds.index("GET"), kinds.index("Close-Session"))
                self.reply.unlink()

    def test_reply_url_elsewhere(self) -> None:
        """a reply URL that no rule allows is an error [MC-BUP 2.2.7.2]"""
        for url in ("//127.0.0.1/x", "\\\\127.0.0.1\\x", "file:///etc/passwd", "ftp://127.0.0.1/x", "x" * 2201):
            with self.subTest(url):
                self.start_server(reply_url=url)
                self.assert_failed(self.run_reply())
                self.assertFalse(self.reply.exists())
                self.assert_nothing_arrived()

    def test_no_reply(self) -> None:
        """a last Ack without a reply URL is an error where a reply is wanted [MC-BUP 3.1.5.2.4]"""
        self.start_server()
        self.assert_failed(self.run_reply(), "no reply")
        self.assertFalse(self.reply.exists())
        self.assertNotIn("Close-Session", self.hostile.kinds())

    def test_reply_not_wanted(self) -> None:
        """a reply that nobody asked for is left alone"""
        self.start_server(reply_url="/reply")
        self.assert_uploaded(self.run_client())
        self.assertNotIn("GET", self.hostile.kinds())

    def test_reply_not_there(self) -> None:
        """a reply that is not there is an error, and the session is not closed over it [close-session]"""
        self.start_server(reply_url="/reply")
        self.assert_failed(self.run_reply(), "404")
        self.assertFalse(self.reply.exists())
        self.assertNotIn("Close-Session", self.hostile.kinds())

    def test_reply_cut(self) -> None:
        """half a reply is never taken for the whole; it is fetched again"""
        self.start_server(reply_url="/reply")
        self.hostile.replies["/reply"] = self.REPLY
        for number in (1, 2):
            self.hostile.on(
                "GET", number, lambda r, reply: Reply(reply.status, reply.headers, reply.body, cut_at=5_000)
            )
        self.assert_uploaded(self.run_reply())
        self.assertEqual(self.reply.read_bytes(), self.REPLY)
        self.assert_arrived()

    def test_empty_file(self) -> None:
        """an empty file has one Fragment where a reply is wanted, since its Ack brings the URL"""
        self.file.write_bytes(b"")
        self.start_server(reply_url="/reply")
        self.hostile.replies["/reply"] = self.REPLY
        self.assert_uploaded(self.run_reply())
        self.assertEqual(self.reply.read_bytes(), self.REPLY)
        self.assertEqual(self.hostile.of("Fragment")[0].get("Content-Range"), "bytes */0")

    def test_killed_before_the_reply(self) -> None:
        """a client killed while it fetches the reply fetches it again, and closes after that"""
        state = self.folder / "state"
        self.start_server(reply_url="/reply")
        self.hostile.replies["/reply"] = self.REPLY
        never = threading.Event()
        self.addCleanup(never.set)
        self.hostile.on("GET", 1, lambda r, reply: Reply(reply.status, reply.headers, reply.body, late=never))
        options = ("--reply", str(self.reply), "--resume", str(state))
        popen = self.start_upload(self.file, self.hostile.url(TARGET), *options)
        wait_until(lambda: self.hostile.of("GET"), "the reply is asked for")
        popen.kill()
        popen.communicate()
        self.assertFalse(self.reply.exists())
        self.assert_uploaded(self.run_reply("--resume", str(state)))
        self.assertEqual(self.reply.read_bytes(), self.REPLY)
        self.assert_arrived()
        self.assertEqual(self.hostile.created, 1)
