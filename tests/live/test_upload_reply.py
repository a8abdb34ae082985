"""Upload-reply end to end: bitswire-server, the example application, and a client: by hand, and bitswire-upload.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import hashlib
import json
import socket
import urllib.error
import urllib.request

from bits_peer import Answer, fragment_head
from hostile_server import HostileServer, Reply
from programs import SESSION_NOT_FOUND, Process, ServerCase, is_sanitized, pattern, program, wait_until
from proxy import Fault, Proxy

DATA = pattern(50_000)
TARGET = "/file.bin"
REPLY = {"size": len(DATA), "sha256": hashlib.sha256(DATA).hexdigest()}


class ReplyCase(ServerCase):
    def setUp(self) -> None:
        super().setUp()
        self.state = self.make_folder("state")
        self.file = self.make_file("upload.bin", DATA)
        self.reply = self.folder / "reply.json"

    def start_both(self, kind: int, *application: str, server: tuple[str, ...] = ()) -> None:
        self.application = self.start_application(*application)
        self.start_notifying(self.application.port, kind, *server)

    def start_notifying(self, port: int, kind: int, *server: str) -> None:
        if hasattr(self, "server"):
            self.server.kill()  # it has the state folder
        url = f"http://127.0.0.1:{port}/notify"
        self.start_server("--state", str(self.state), "--notify-url", url, "--notify-type", str(kind), *server)

    def notifications(self, expected: int) -> list[str]:
        """What the application was told; its lines come a little later than its answers."""
        def told() -> list[str]:
            return [line for line in self.application.lines if line.startswith("POST /notify")]

        wait_until(lambda: len(told()) >= expected, f"the application says that it was notified {expected} times")
        return told()

    def last_fragment(self, peer, session: str, target: str = TARGET) -> Answer:
        return peer.fragment(target, session, 0, DATA, len(DATA))

    def run_client(self, *options: str, target: str = TARGET):
        if "--fragment-size" not in options:
            options += ("--fragment-size", "20000")
        return self.upload(self.file, self.url(target), "--reply", str(self.reply), "--retry-delay", "0", *options)


class EndToEnd(ReplyCase):
    def check(self, kind: int, copy: bool) -> None:
        self.start_both(kind, *(["--copy"] if copy else []))
        self.assert_uploaded(self.run_client())
        self.assertEqual(json.loads(self.reply.read_bytes()), REPLY)
        self.assertEqual(self.visible(), {"file.bin": DATA} if copy else {})
        self.assertEqual(len(self.notifications(1)), 1)
        wait_until(lambda: self.kept_bytes() == 0, "what nobody needs any more is deleted")

    def test_by_reference(self) -> None:
        """type 1: the application gets file names, and its reply the client; the file is not copied [MC-BUP 3.3]"""
        self.check(1, False)

    def test_by_reference_with_copy(self) -> None:
        """type 1 with BITS-Copy-File-To-Destination: the file is at the destination, too [MC-BUP 2.2.13]"""
        self.check(1, True)

    def test_by_value(self) -> None:
        """type 2: the application gets the file as body, and its body is the reply [MC-BUP 3.3]"""
        self.check(2, False)

    def test_by_value_with_copy(self) -> None:
        """type 2 with BITS-Copy-File-To-Destination [MC-BUP 2.2.13]"""
        self.check(2, True)

    def test_large_by_value(self) -> None:
        """type 2 with 40 MiB does not need memory for it"""
        self.start_both(2)
        data = pattern(1 << 20) * 40
        self.file.write_bytes(data)
        self.assert_uploaded(self.run_client("--retries", "2", "--fragment-size", "13000000"))
        self.assertEqual(json.loads(self.reply.read_bytes())["sha256"], hashlib.sha256(data).hexdigest())
        if not is_sanitized(program("BITSWIRE_SERVER")):
            self.assertLessEqual(self.server.memory_kib("VmHWM"), 32 * 1024)

    def test_static_url(self) -> None:
        """BITS-Static-Response-URL is handed to the client, which fetches that [MC-BUP 2.2.13]"""
        elsewhere = HostileServer()
        self.addCleanup(elsewhere.stop)
        elsewhere.replies["/static.json"] = b"the same for all"
        for kind in (1, 2):
            with self.subTest(kind):
                self.start_both(kind, "--static-url", elsewhere.url("/static.json"))
                self.assert_uploaded(self.run_client(target=f"/{kind}.bin"))
                self.assertEqual(self.reply.read_bytes(), b"the same for all")

    def test_empty_file(self) -> None:
        """an empty file is notified, too"""
        self.file.write_bytes(b"")
        for kind in (1, 2):
            with self.subTest(kind):
                self.start_both(kind)
                self.assert_uploaded(self.run_client())
                self.assertEqual(json.loads(self.reply.read_bytes())["size"], 0)

    def test_query(self) -> None:
        """the query of the upload's URL goes on to the application [bits-iis-extension-properties]"""
        self.start_both(1)
        self.assert_uploaded(self.run_client(target=TARGET + "?key=a%20b"))
        self.assertIn("/notify?key=a%20b ", self.notifications(1)[0])

    def test_upload_without_reply_wanted(self) -> None:
        """a plain client uploads to a server with an application, whether it wants the reply or not"""
        self.start_both(1, "--copy")
        self.assert_uploaded(self.upload(self.file, self.url(TARGET)))
        self.assertEqual(self.visible(), {"file.bin": DATA})


class ByHand(ReplyCase):
    def test_reply_is_a_file_on_http(self) -> None:
        """the reply answers HEAD and GET, whole and by ranges, until the session is closed [MC-BUP 3.2.5.2.7, 4.2]"""
        self.start_both(1)
        peer = self.connect()
        session = peer.create(TARGET).session
        ack = self.assert_ack(self.last_fragment(peer, session))
        url = ack.get("BITS-Reply-URL")
        assert url
        if url.startswith("http://"):
            url = "/" + url.split("/", 3)[3]
        target = (url if url.startswith("/") else "/" + url).replace("\\", "/").replace("{", "%7B").replace("}", "%7D")
        whole = peer.get(target)
        self.assertEqual((whole.status, json.loads(whole.body)), (200, REPLY))
        size = str(len(whole.body))
        head = peer.get(target, "HEAD")
        self.assertEqual((head.status, head.get("Content-Length"), head.body), (200, size, b""))
        self.assertIsNotNone(head.get("Last-Modified"))
        last = int(size)
        for asked, first, end in (("bytes=0-9", 0, 10), ("bytes=5-", 5, last), ("bytes=-7", last - 7, last)):
            with self.subTest(asked):
                part = peer.get(target, extra=[("Range", asked)])
                self.assertEqual((part.status, part.body), (206, whole.body[first:end]))
                self.assertEqual(part.get("Content-Range"), f"bytes {first}-{end - 1}/{size}")
        beyond = peer.get(target, extra=[("Range", f"bytes={size}-")])
        self.assertEqual((beyond.status, beyond.get("Content-Range")), (416, f"bytes */{size}"))
        self.assertEqual(peer.get(target, extra=[("Range", "nonsense")]).status, 200)
        self.assert_ack(peer.close(TARGET, session))
        self.assertEqual(self.connect().get(target).status, 404)

    def test_p3_a_reply_arrives_through_a_proxy_that_takes_a_prefix_away(self) -> None:
        """as nginx does with `location /outside/ { proxy_pass http://backend/; }`"""
        self.make_folder("root/in")
        self.start_both(1)
        taken = Fault(rewrite_up=lambda data: data.replace(b" /outside/", b" /"))
        proxy = Proxy(self.server.port, lambda _: taken)
        self.addCleanup(proxy.stop)
        for target in (TARGET, "/in/file.bin?to=/a/folder"):
            with self.subTest(target):
                self.reply.unlink(missing_ok=True)
                url = f"http://127.0.0.1:{proxy.port}/outside{target}"
                self.assert_uploaded(self.upload(self.file, url, "--reply", str(self.reply), "--retry-delay", "0"))
                self.assertEqual(json.loads(self.reply.read_bytes()), REPLY)
        session = self.connect().create(TARGET).session
        url = self.assert_ack(self.last_fragment(self.connect(), session)).get("BITS-Reply-URL")
        self.assertEqual(url, f"BITS-Sessions/Replies/%7B{session[1:-1]}%7D/responsefile.bin")
        for folder in ("/", "/in/", "/in/of/no/file/"):
            self.assertEqual(json.loads(self.connect().get(folder + url).body), REPLY)
        for target in (f"/xBITS-Sessions/Replies/{session}/responsefile.bin", f"/{url}/more", f"/../{url}"):
            self.assertEqual(self.connect().get(target).status, 404, target)

    def test_p7_conditions_come_before_the_range(self) -> None:
        """a reply that was modified since a date is not sent in part: 412 [RFC 9110 13.2.1, 13.2.2]"""
        self.start_both(1)
        peer = self.connect()
        session = self.assert_ack(peer.create(TARGET)).session
        target = "/" + (self.assert_ack(self.last_fragment(peer, session)).get("BITS-Reply-URL") or "")
        old, new = "Sun, 06 Nov 1994 08:49:37 GMT", "Fri, 31 Dec 2100 23:59:59 GMT"
        for status, extra in (
            (206, []),
            (412, [("If-Unmodified-Since", old)]),
            (412, [("If-Unmodified-Since", "Sunday, 06-Nov-94 08:49:37 GMT")]),
            (412, [("If-Unmodified-Since", "Sun Nov  6 08:49:37 1994")]),
            (206, [("If-Unmodified-Since", new)]),
            (206, [("If-Unmodified-Since", "yesterday")]),
            (206, [("If-Unmodified-Since", old + " or so")]),
            (206, [("If-Match", "*"), ("If-Unmodified-Since", old)]),
            (412, [("If-Match", '"tag"'), ("If-Unmodified-Since", new)]),
            (412, [("If-Unmodified-Since", old), ("If-Modified-Since", new)]),
            (304, [("If-Modified-Since", new)]),
            (206, [("If-Modified-Since", old)]),
            (304, [("If-None-Match", "*"), ("If-Modified-Since", old)]),
            (206, [("If-None-Match", '"tag"'), ("If-Modified-Since", new)]),
            (412, [("If-Unmodified-Since", old), ("If-Range", new)]),
        ):
            with self.subTest(extra=extra):
                answer = peer.get(target, extra=[("Range", "bytes=0-9"), *extra])
                self.assertEqual(answer.status, status, answer)
                self.assertEqual(len(answer.body), 10 if status == 206 else 0)
                self.assertIsNotNone(answer.get("Last-Modified"))
        self.assertEqual(peer.get(target, "HEAD", extra=[("If-Unmodified-Since", old)]).status, 412)
        self.assertEqual(peer.get(target, extra=[("If-Unmodified-Since", old)]).status, 412)

    def test_stored_answer(self) -> None:
        """the application is told once: a repeated last Fragment gets the stored answer [MC-BUP 3.2.1.4 NotifyCache]"""
        self.start_both(1)
        peer = self.connect()
        session = peer.create(TARGET).session
        first = self.assert_ack(self.last_fragment(peer, session))
        again = self.assert_ack(self.last_fragment(self.connect(), session))
        self.assertEqual(again.get("BITS-Reply-URL"), first.get("BITS-Reply-URL"))
        self.server.kill()
        self.start_notifying(self.application.port, 1)
        again = self.assert_ack(self.last_fragment(self.connect(), session))
        self.assertEqual(again.get("BITS-Reply-URL"), first.get("BITS-Reply-URL"))
        self.assertEqual(len(self.notifications(1)), 1)
        self.assert_ack(self.connect().close(TARGET, session))

    def test_transient_error(self) -> None:
        """500 of the application is told with context 0x7, and the next last Fragment notifies again [MC-BUP 3.3.5]"""
        self.start_both(1, "--status", "500", "--fail-times", "2", "--copy")
        peer = self.connect()
        session = peer.create(TARGET).session
        self.assert_refused(self.last_fragment(peer, session), 500, 0x801901F4, "0x7")
        peer = self.connect()
        with self.subTest("the bytes are kept: an empty rest will do"):
            answer = peer.fragment(TARGET, session, len(DATA) - 1, DATA[-1:], len(DATA))
            self.assert_refused(answer, 500, 0x801901F4, "0x7")
        ack = self.assert_ack(self.last_fragment(self.connect(), session))
        self.assertIsNotNone(ack.get("BITS-Reply-URL"))
        self.assertEqual(len(self.notifications(3)), 3)
        self.assert_ack(self.connect().close(TARGET, session))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_client_through_transient_errors(self) -> None:
        """bitswire-upload lives through an application that fails for a while"""
        for kind in (1, 2):
            with self.subTest(kind):
                self.start_both(kind, "--status", "503", "--fail-times", "2")
                self.assert_uploaded(self.run_client())
                self.assertEqual(json.loads(self.reply.read_bytes()), REPLY)
                self.assertEqual(len(self.notifications(3)), 3)
                self.reply.unlink()

    def test_final_error(self) -> None:
        """403 of the application is final: it is not told again [handling-server-application-errors]"""
        self.start_both(1, "--status", "403", "--fail-times", "1")
        peer = self.connect()
        session = peer.create(TARGET).session
        self.assert_refused(self.last_fragment(peer, session), 403, 0x80190193, "0x7")
        self.assert_refused(self.last_fragment(self.connect(), session), 403, 0x80190193, "0x7")
        self.assertEqual(len(self.notifications(1)), 1)
        self.assertEqual(self.visible(), {})
        self.assert_ack(self.connect().cancel(TARGET, session))

    def test_client_and_final_error(self) -> None:
        """bitswire-upload does not go on after 403 of the application, and says whose error it is"""
        self.start_both(1, "--status", "403")
        self.assert_failed(self.run_client(), "403", "REMOTE_APPLICATION")
        self.assertEqual(len(self.notifications(1)), 1)
        self.assertFalse(self.reply.exists())

    def test_slow_application(self) -> None:
        """an application that does not answer in time is told as 408 with context 0x7 [MC-BUP 3.3.6]"""
        for kind in (1, 2):
            with self.subTest(kind):
                self.start_both(kind, "--delay", "30", server=("--notify-timeout", "1"))
                peer = self.connect()
                session = peer.create(TARGET).session
                self.assert_refused(self.last_fragment(peer, session), 408, 0x80190198, "0x7")
                self.assert_ack(self.connect().cancel(TARGET, session))
                self.server.stop()

    def test_others_meanwhile(self) -> None:
        """while one application is slow, others upload"""
        self.start_both(1, "--delay", "1.5", server=("--notify-timeout", "10"))
        peer = self.connect()
        session = peer.create(TARGET).session
        peer.send(fragment_head(TARGET, session, 0, len(DATA), len(DATA)) + DATA)
        other = self.connect(timeout=1)
        self.assert_ack(other.ping())
        second = other.create("/second.bin").session
        self.assertEqual(other.fragment("/second.bin", second, 0, DATA[:9], len(DATA)).offset, 9)
        self.assert_ack(peer.read_answer())
        self.assert_ack(peer.close(TARGET, session))

    def test_no_application(self) -> None:
        """an application that cannot be reached is told as 502 with context 0x7, and the upload can go on"""
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        listener.close()
        self.start_notifying(port, 1)
        peer = self.connect()
        session = peer.create(TARGET).session
        self.assert_refused(self.last_fragment(peer, session), 502, 0x801901F6, "0x7")
        self.application: Process = self.start_application("--listen", f"127.0.0.1:{port}")
        self.assert_ack(self.last_fragment(self.connect(), session))

    def test_bad_applications(self) -> None:
        """an application whose answer is no HTTP, cut, or endless is an error of the application, not of the server"""
        session = ""
        for number, reply in enumerate(
            (
                Reply(raw=b"SSH-2.0-OpenSSH_9.2\r\n\r\n", close=True),
                Reply(cut_at=0),
                Reply(200, (("Content-Length", "10"),), b"cut", cut_at=40),
                Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000, close=True),
                Reply(200, (("BITS-Static-Response-URL", "http://x/" + "y" * 2300), ("Content-Length", "0"))),
                Reply(200, (("BITS-Static-Response-URL", "javascript:alert(1)"), ("Content-Length", "0"))),
                Reply(302, (("Location", "/elsewhere"), ("Content-Length", "0"))),
            )
        ):
            with self.subTest(reply=str(reply)[:200]):
                bad = HostileServer()
                self.addCleanup(bad.stop)
                bad.before(lambda request, reply=reply: reply)
                self.start_notifying(bad.port, 2)
                peer = self.connect()
                target = f"/bad-{number}.bin"
                session = peer.create(target).session
                answer = self.last_fragment(peer, session, target)
                self.assertGreaterEqual(answer.status, 300, answer)
                self.assert_refused(answer, answer.status, int(answer.get("BITS-Error-Code") or "0", 16), "0x7")
                self.assertIsNone(answer.get("BITS-Reply-URL"))
                self.assert_ack(self.connect().ping())
                self.server.stop()
        self.assertEqual(self.visible(), {})

    def test_early_answer(self) -> None:
        """an application that answers while the upload is still coming to it is understood [RFC 9112 9.6]"""
        bad = HostileServer()
        self.addCleanup(bad.stop)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        self.start_notifying(listener.getsockname()[1], 2)
        peer = self.connect()
        session = peer.create(TARGET).session
        peer.send(fragment_head(TARGET, session, 0, len(DATA), len(DATA)) + DATA)
        listener.settimeout(20)
        connection, _ = listener.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(20)
            while connection.recv(65536):
                pass
        self.assert_refused(peer.read_answer(), 403, 0x80190193, "0x7")

    def test_cancel_during_the_notification(self) -> None:
        """Cancel-Session during a notification ends the session [MC-BUP 3.2.5.2.8]"""
        self.start_both(1, "--delay", "2")
        peer = self.connect()
        session = peer.create(TARGET).session
        peer.send(fragment_head(TARGET, session, 0, len(DATA), len(DATA)) + DATA)
        wait_until(lambda: self.kept_bytes() == len(DATA), "the bytes are there")
        other = self.connect()
        self.assertIn(other.cancel(TARGET, session).status, (200, 503))
        wait_until(lambda: other.cancel(TARGET, session).status == 200, "it is cancelled")
        peer.read_end()
        self.assert_refused(other.close(TARGET, session), 500, SESSION_NOT_FOUND)
        self.assertEqual(self.visible(), {})
        wait_until(lambda: self.kept_bytes() == 0, "the partial file is deleted")

    def test_cancel_deletes_the_reply(self) -> None:
        """Cancel-Session after the last Fragment deletes the upload and the file of the reply [MC-BUP 3.2.5.2.8]"""
        for kind in (1, 2):
            with self.subTest(kind):
                self.start_both(kind)
                peer = self.connect()
                session = peer.create(TARGET).session
                url = self.assert_ack(self.last_fragment(peer, session)).get("BITS-Reply-URL")
                assert url
                target = "/" + url.split("/", 3)[3] if url.startswith("http://") else "/" + url.lstrip("/")
                target = target.replace("\\", "/").replace("{", "%7B").replace("}", "%7D")
                self.assertEqual(json.loads(peer.get(target).body), REPLY)
                reply = json.dumps(REPLY).encode() + b"\n"
                kept = [path for path in self.state.rglob("*") if path.is_file()]
                self.assertIn(reply, [path.read_bytes() for path in kept])
                self.assert_ack(peer.cancel(TARGET, session))
                self.assertEqual(self.connect().get(target).status, 404)
                self.assertEqual(self.kept_bytes(), 0)
                kept = [path for path in self.state.rglob("*") if path.is_file()]
                self.assertNotIn(reply, [path.read_bytes() for path in kept])
                self.assertEqual(self.visible(), {})

    def test_application_refuses_what_is_no_notification(self) -> None:
        """the example application checks what it gets [MC-BUP 2.2.12]"""
        self.application = self.start_application()
        url = f"http://127.0.0.1:{self.application.port}/notify"
        good = {"BITS-Original-Request-URL": "http://127.0.0.1/x"}
        names = {"BITS-Request-DataFile-Name": str(self.file), "BITS-Response-DataFile-Name": str(self.reply)}
        for headers, body in (
            ({}, b"x"),
            ({"BITS-Original-Request-URL": "/relative"}, b"x"),
            ({"BITS-Original-Request-URL": "http:relative"}, b"x"),
            ({**good, "BITS-Request-DataFile-Name": "/etc/hostname"}, b""),
            ({**good, **names, "BITS-Request-DataFile-Name": "/no"}, b""),
            ({**good, **names, "BITS-Response-DataFile-Name": "/no/no"}, b""),
            ({**good, **names}, b"x"),
        ):
            with self.subTest(headers):
                request = urllib.request.Request(url, data=body, headers=headers, method="POST")
                with self.assertRaises(urllib.error.HTTPError) as refused:
                    urllib.request.urlopen(request, timeout=10)
                self.assertEqual(refused.exception.code, 400)
                refused.exception.close()
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url, timeout=10)
        refused.exception.close()
        request = urllib.request.Request(url, data=b"abc", headers=good, method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            self.assertEqual(json.loads(answer.read()), {"size": 3, "sha256": hashlib.sha256(b"abc").hexdigest()})
