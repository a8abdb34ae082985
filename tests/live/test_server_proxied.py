"""bitswire-server behind a proxy: whose address a request has, and what proxies and load balancers ask for.

The proxies are played here; the real ones are in test_proxies.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import re
import signal
import socket
import struct
import subprocess
from typing import Sequence

from bits_peer import Answer, ConnectionEnded, Peer, create_head, head
from programs import INVALID, Process, ServerCase, wait_until

TRUSTED = "127.0.0.1"
UNTRUSTED = "127.0.0.2"
V2 = b"\r\n\r\n\0\r\nQUIT\n"


def v2(command: int, family: int, addresses: bytes, more: bytes = b"") -> bytes:
    """A PROXY header of version 2, with what follows the addresses."""
    return V2 + bytes([command, family]) + struct.pack("!H", len(addresses) + len(more)) + addresses + more


def v2_of_ipv4(source: str, port: int, more: bytes = b"") -> bytes:
    to = socket.inet_aton("192.0.2.1")
    return v2(0x21, 0x11, socket.inet_aton(source) + to + struct.pack("!HH", port, 443), more)


def v2_of_ipv6(source: str, port: int) -> bytes:
    to = socket.inet_pton(socket.AF_INET6, "2001:db8::1")
    return v2(0x21, 0x21, socket.inet_pton(socket.AF_INET6, source) + to + struct.pack("!HH", port, 443))


class ProxiedCase(ServerCase):
    pings = 0

    def addresses(self, of: str = "") -> list[str]:
        """Whose requests the server has logged, in order; with `of`, only those in whose line that stands."""
        found = []
        for line in list(self.server.lines):
            match = re.fullmatch(r"\S+ (\S+) .* -> .*", line)
            if match and of in line:
                found.append(match[1])
        return found

    def ping_from(self, source: str, extra: Sequence[tuple[str, str]], begin: bytes = b"") -> str:
        """The address that the log has for a Ping; without its port if it is that of the connection."""
        self.pings += 1
        target = f"/ping-{self.pings}"
        peer = self.connect(source=source)
        own = f"{source}:{peer.socket.getsockname()[1]}"
        peer.send(begin)
        self.assert_ack(peer.ping(target, extra=extra))
        peer.close_connection()
        wait_until(lambda: self.addresses(f" {target} "), "the request is in the log")
        address = self.addresses(f" {target} ")[0]
        return source if address == own else address


class ForwardedFor(ProxiedCase):
    def check(self, wanted: str, *lines: str, source: str = TRUSTED) -> None:
        with self.subTest(lines=[line[:60] for line in lines], source=source):
            self.assertEqual(self.ping_from(source, [("X-Forwarded-For", line) for line in lines]), wanted)

    def test_addresses(self) -> None:
        """P5: the client is the last address in X-Forwarded-For, from the right, that is no trusted proxy's"""
        self.start_server("--trust", TRUSTED, "--trust", "10.0.0.0/8", "--trust", "fd00::/8")
        self.check(TRUSTED)
        self.check("203.0.113.7", "203.0.113.7")
        self.check("203.0.113.7", "  203.0.113.7\t")
        self.check("203.0.113.7:4711", "203.0.113.7:4711")
        self.check("2001:db8::7", "2001:DB8:0::7")
        self.check("2001:db8::7", "[2001:db8::7]")
        self.check("[2001:db8::7]:4711", "[2001:db8::7]:4711")
        self.check("203.0.113.7", "::ffff:203.0.113.7")
        # Proxies of proxies, and what a client has written before them.
        self.check("203.0.113.7", "203.0.113.7, 10.1.2.3")
        self.check("203.0.113.7", "203.0.113.7,10.1.2.3,fd00::1, 10.255.255.255")
        self.check("203.0.113.7", "198.51.100.1, 203.0.113.7, 10.1.2.3")
        self.check("11.0.0.1", "203.0.113.7, 11.0.0.1, 10.1.2.3")
        self.check("203.0.113.7", "203.0.113.7, , 10.1.2.3,")
        # Lines are one list (RFC 9110 5.3).
        self.check("203.0.113.7", "198.51.100.1", "203.0.113.7")
        self.check("203.0.113.7", "198.51.100.1, 203.0.113.7", "10.1.2.3", "10.0.0.1, 10.0.0.2")
        # Nobody but trusted proxies: the first one, which is a client.
        self.check("10.9.9.9", "10.9.9.9, 10.1.2.3")

    def test_garbage(self) -> None:
        """P5: an entry that is no address ends the search at the proxy that wrote it"""
        self.start_server("--trust", TRUSTED, "--trust", "10.0.0.0/8")
        for garbage in (
            "unknown",
            "_hidden",
            "203.0.113",
            "203.0.113.256",
            "203.0.113.7:65536",
            "203.0.113.7:",
            "203.0.113.7:x",
            "203.0.113.7 198.51.100.1",
            "fe80::1%eth0",
            "[2001:db8::7",
            "[2001:db8::7]x",
            "[203.0.113.7]",
            "2001:db8::7::1",
            '"203.0.113.7"',
            "\u00e4",
            "\\r\\n",
            "0x7f.1",
            "-",
        ):
            self.check(TRUSTED, garbage)
            self.check("10.1.2.3", f"198.51.100.1, {garbage}, 10.1.2.3")
            self.check("203.0.113.7", f"{garbage}, 203.0.113.7, 10.1.2.3")
        self.check(TRUSTED, "")
        self.check(TRUSTED, ", ,")

    def test_forged(self) -> None:
        """P5: what is not from a trusted proxy is ignored, and without --trust everything"""
        self.start_server("--trust", TRUSTED)
        self.check(UNTRUSTED, "203.0.113.7", source=UNTRUSTED)
        self.check(UNTRUSTED, "203.0.113.7, 127.0.0.1", source=UNTRUSTED)
        self.server.stop()
        self.start_server()
        self.check(TRUSTED, "203.0.113.7")

    def test_many_entries(self) -> None:
        """P5: a header of 10,000 entries is too large for a head, and one that fits is read from the right"""
        self.start_server("--trust", TRUSTED)
        peer = self.connect()
        try:
            peer.send(head("Ping", "/", extra=[("X-Forwarded-For", ",".join(["10.0.0.1"] * 10_000))])[:60_000])
            self.assertEqual(peer.read_answer().status, 431)
        except (ConnectionEnded, OSError):
            pass  # the reset has overtaken the answer
        self.check("203.0.113.7", *[",".join(["127.0.0.1"] * 90) for _ in range(15)][:-1], "203.0.113.7")
        self.check("203.0.113.9", "203.0.113.9", *[",".join(["127.0.0.1"] * 90) for _ in range(15)])
        self.check(TRUSTED, *["," * 1000 for _ in range(10)])

    def test_each_request(self) -> None:
        """P5: a proxy sends the requests of many clients over one connection: each has its own address"""
        self.start_server("--trust", TRUSTED)
        peer = self.connect()
        own = f"{TRUSTED}:{peer.socket.getsockname()[1]}"
        for client in ("203.0.113.7", "203.0.113.8", None, "2001:db8::9"):
            self.assert_ack(peer.ping(extra=[("X-Forwarded-For", client)] if client else []))
        peer.get("/there", extra=[("X-Forwarded-For", "203.0.113.10")])
        wait_until(lambda: len(self.addresses()) == 5, "all of them are logged")
        self.assertEqual(self.addresses(), ["203.0.113.7", "203.0.113.8", own, "2001:db8::9", "203.0.113.10"])

    def test_bad_head(self) -> None:
        """P5: the log has the client's address where a head is refused, too"""
        self.start_server("--trust", TRUSTED)
        bad = head("Pong", "/", extra=[("X-Forwarded-For", "203.0.113.7")])
        self.assert_refused(self.connect().ask(bad), 400, INVALID)
        wait_until(self.addresses, "the request is in the log")
        self.assertEqual(self.addresses(), ["203.0.113.7"])

    def test_sessions_per_user(self) -> None:
        """P5: --sessions-per-user counts the uploads of each client behind the proxy, not those of the proxy"""
        self.start_server("--trust", TRUSTED, "--sessions-per-user", "1")
        peer = self.connect()

        def create(client: str, name: str) -> Answer:
            return peer.ask(create_head(name, extra=[("X-Forwarded-For", client)]))

        session = self.assert_ack(create("203.0.113.7", "/a.bin")).session
        self.assertEqual(create("203.0.113.7", "/b.bin").status, 503)
        self.assert_ack(create("203.0.113.8", "/b.bin"))
        self.assertEqual(create("203.0.113.8, 127.0.0.1", "/c.bin").status, 503)
        self.assert_ack(peer.cancel("/a.bin", session))
        self.assert_ack(create("203.0.113.7", "/c.bin"))

    def test_options(self) -> None:
        """P5: --trust takes addresses and networks, and says what is none"""
        for good in ("127.0.0.1", "::1", "10.0.0.0/8", "0.0.0.0/0", "fd00::/8", "2001:db8::/32"):
            server = self.start(self.server_command("--trust", good))
            self.assertEqual(server.stop(), 0, good)
        for bad in ("", "localhost", "10.1.0.0/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "/8", "10.0.0.0/8 ", "fd00::1/8"):
            with self.subTest(bad):
                done = subprocess.run(self.server_command("--trust", bad), capture_output=True, timeout=20)
                self.assertEqual(done.returncode, 2, done)
                self.assertIn(b"expected an address or a network", done.stderr)
        done = subprocess.run(self.server_command("--proxy-protocol"), capture_output=True, timeout=20)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn(b"--trust", done.stderr)


class ProxyProtocol(ProxiedCase):
    def start_trusting(self, *options: str) -> Process:
        return self.start_server("--trust", TRUSTED, "--proxy-protocol", *options)

    def check(self, wanted: str, begin: bytes, source: str = TRUSTED) -> None:
        with self.subTest(begin=begin[:60]):
            self.assertEqual(self.ping_from(source, [], begin), wanted)

    def test_version_1(self) -> None:
        """P5: the address comes from a PROXY header of version 1"""
        self.start_trusting()
        self.check("203.0.113.7:4711", b"PROXY TCP4 203.0.113.7 192.0.2.1 4711 443\r\n")
        self.check("[2001:db8::7]:4711", b"PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n")
        self.check("203.0.113.7:4711", b"PROXY TCP6 ::ffff:203.0.113.7 ::ffff:192.0.2.1 4711 443\r\n")
        self.check("203.0.113.7", b"PROXY TCP4 203.0.113.7 192.0.2.1 0 443\r\n")
        self.check(TRUSTED, b"PROXY UNKNOWN\r\n")
        self.check(TRUSTED, b"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n")

    def test_version_2(self) -> None:
        """P5: the address comes from a PROXY header of version 2"""
        self.start_trusting()
        self.check("203.0.113.7:4711", v2_of_ipv4("203.0.113.7", 4711))
        self.check("203.0.113.7:65535", v2_of_ipv4("203.0.113.7", 65535, b"\x04\x00\x02ab"))
        self.check("203.0.113.7:1", v2_of_ipv4("203.0.113.7", 1, b"\0" * 4000))
        self.check("[2001:db8::7]:4711", v2_of_ipv6("2001:db8::7", 4711))
        self.check("203.0.113.7:4711", v2_of_ipv6("::ffff:203.0.113.7", 4711))
        self.check(TRUSTED, v2(0x20, 0x00, b""))  # LOCAL: a health check
        self.check(TRUSTED, v2(0x20, 0x11, b"\1" * 12))
        self.check(TRUSTED, v2(0x21, 0x00, b""))
        self.check(TRUSTED, v2(0x21, 0x31, b"/a".ljust(108, b"\0") + b"/b".ljust(108, b"\0")))

    def test_in_pieces(self) -> None:
        """P5: a PROXY header may come in pieces, and with what follows it"""
        self.start_trusting()
        ping = head("Ping", "/")
        for number, begin in enumerate((b"PROXY TCP4 203.0.113.7 192.0.2.1 4711 443\r\n", v2_of_ipv4("203.0.113.7", 4711))):
            peer = self.connect()
            for byte in begin + ping:
                peer.send(bytes([byte]))
            self.assert_ack(peer.read_answer())
            peer.send(ping + ping)
            self.assert_ack(peer.read_answer())
            self.assert_ack(peer.read_answer())
            wait_until(lambda: len(self.addresses()) == 3 * (number + 1), "all of them are logged")
        self.assertEqual(set(self.addresses()), {"203.0.113.7:4711"})

    def test_with_forwarded_for(self) -> None:
        """P5: X-Forwarded-For counts if the address of the PROXY header is a trusted proxy's, too, and else not"""
        self.start_trusting("--trust", "10.0.0.0/8")
        extra = [("X-Forwarded-For", "203.0.113.9")]
        self.assertEqual(self.ping_from(TRUSTED, extra, v2_of_ipv4("10.1.2.3", 1)), "203.0.113.9")
        self.assertEqual(self.ping_from(TRUSTED, extra, v2_of_ipv4("203.0.113.7", 1)), "203.0.113.7:1")

    def test_garbage(self) -> None:
        """P5: a trusted proxy that begins with anything else is told so, and is given nothing"""
        self.start_trusting()
        good = b"PROXY TCP4 203.0.113.7 192.0.2.1 4711 443\r\n"
        ping = head("Ping", "/")
        for bad in (
            b"",
            good.replace(b"TCP4", b"TCP6"),
            good.replace(b"TCP4", b"tcp4"),
            good.replace(b"TCP4", b"UDP4"),
            good.replace(b"PROXY", b"proxy"),
            good.replace(b"4711", b"65536"),
            good.replace(b"4711", b"-1"),
            good.replace(b" 443", b""),
            good.replace(b" 443", b" 443 1"),
            good.replace(b" 443", b"  443"),
            good.replace(b"203.0.113.7", b"203.0.113.256"),
            good.replace(b"203.0.113.7", b"localhost"),
            good.replace(b"192.0.2.1", b"2001:db8::1"),
            good.replace(b"203.0.113.7", b"2001:db8::7"),
            b"PROXY TCP6 fe80::1%lo 2001:db8::1 4711 443\r\n",
            b"PROXY \r\n",
            b"PROXY  UNKNOWN\r\n",
            b"PROXY UNKNOWN " + b"x" * 100 + b"\r\n",
            b"PROXY TCP4 " + b"1" * 20_000,
            v2_of_ipv4("203.0.113.7", 1).replace(b"QUIT", b"QUIX"),
            v2(0x11, 0x11, b"\1" * 12),
            v2(0x22, 0x11, b"\1" * 12),
            v2(0x21, 0x11, b"\1" * 11),
            v2(0x21, 0x21, b"\1" * 35),
            v2(0x21, 0x11, b"\1" * 12, b"\0" * 65_000)[:20],
        ):
            with self.subTest(bad[:60]):
                peer = self.connect()
                peer.send(bad + ping)
                answer = peer.read_answer()
                self.assertEqual((answer.status, answer.get("Connection")), (400, "close"), answer)
                self.assertIn(b"PROXY header", answer.body)
                peer.end_sending()
                self.assertEqual(peer.read_end(), b"")

    def test_cut_and_slow(self) -> None:
        """P5: a PROXY header that is cut ends the connection, and one that does not end is waited for as long as a head"""
        self.start_trusting("--timeout", "1")
        for begin in (b"PROXY TCP4 203", V2, v2_of_ipv4("203.0.113.7", 1)[:-1], v2(0x21, 0x11, b"\1" * 12, b"\0" * 4000)[:99]):
            peer = self.connect()
            peer.send(begin)
            peer.end_sending()
            self.assertEqual(peer.read_end(), b"")
            peer = self.connect(timeout=8)
            peer.send(begin)
            self.assertEqual(peer.read_end(), b"")
        self.check("203.0.113.7:1", v2_of_ipv4("203.0.113.7", 1))

    def test_untrusted(self) -> None:
        """P5: from others a PROXY header is refused, with the reason, and without one they are served as they are"""
        for options in (("--trust", TRUSTED, "--proxy-protocol"), ()):
            self.start_server(*options)
            for begin in (b"PROXY TCP4 203.0.113.7 192.0.2.1 4711 443\r\n", v2_of_ipv4("203.0.113.7", 4711)):
                peer = self.connect(source=UNTRUSTED)
                peer.send(begin + head("Ping", "/"))
                answer = self.assert_refused(peer.read_answer(), 400, INVALID)
                self.assertIn(b"--proxy-protocol", answer.body)
                peer.end_sending()
                self.assertEqual(peer.read_end(), b"")
            self.check(UNTRUSTED, b"", source=UNTRUSTED)
            self.server.stop()


class LeftOut(ProxiedCase):
    def test_missing_content_length(self) -> None:
        """a trusted proxy may leave out Content-Length: 0, as Caddy does; nobody else may [MC-BUP 3.2.5.2.3]"""
        self.start_server("--trust", TRUSTED)
        for source, status in ((TRUSTED, 200), (UNTRUSTED, 411)):
            peer = self.connect(source=source)
            answer = peer.create(f"/{status}.bin", length=None)
            self.assertEqual(answer.status, status, answer)
        # A Fragment has a body, and without its length nobody knows where that ends.
        peer = self.connect()
        session = self.assert_ack(peer.create("/file.bin", length=None)).session
        self.assert_refused(peer.fragment("/file.bin", session, 0, b"data", 4, length=None), (400, 411), INVALID)


class LoadBalancers(ServerCase):
    def ask(self, request: bytes) -> tuple[Answer, bytes]:
        """An answer, and what came behind it until the connection ended."""
        peer = self.connect()
        peer.send(request)
        peer.end_sending()
        answer = peer.read_answer(to_head=request.startswith(b"HEAD"))
        return answer, peer.read_end()

    def test_health(self) -> None:
        """P8: one address says that the server is alive, in whatever way a load balancer asks"""
        self.start_server()
        for version in (b"HTTP/1.1", b"HTTP/1.0"):
            host = b"Host: x\r\n" if version == b"HTTP/1.1" else b""
            for asked, body in (
                (b"GET /healthz", b"ok\n"),
                (b"GET /healthz?from=here", b"ok\n"),
                (b"HEAD /healthz", b""),
                (b"OPTIONS /", b""),
                (b"OPTIONS *", b""),
                (b"OPTIONS /healthz", b""),
            ):
                with self.subTest(asked=asked, version=version):
                    answer, rest = self.ask(asked + b" " + version + b"\r\n" + host + b"\r\n")
                    self.assertEqual((answer.status, answer.body, rest), (200, body, b""), answer)
                    wanted = "0" if asked.startswith(b"OPTIONS") else "3"
                    self.assertEqual(answer.get("Content-Length"), wanted, answer)
        self.assertEqual([line for line in self.server.lines if "->" in line], [], "health checks fill the log")

    def test_health_keeps_the_connection(self) -> None:
        """P8: checks of HTTP/1.1 may use one connection, and a request may follow"""
        self.start_server()
        peer = self.connect()
        for _ in range(3):
            self.assertEqual(peer.get("/healthz").body, b"ok\n")
            self.assertEqual(peer.get("/healthz", method="HEAD").status, 200)
        self.assert_ack(peer.ping())

    def test_health_path(self) -> None:
        """P8: --health names the address; it is not in the way of uploads, nor of anything else"""
        self.start_server("--health", "/alive")
        self.assertEqual(self.connect().get("/alive").status, 200)
        self.assertEqual(self.connect().get("/healthz").status, 404)
        self.assertEqual(self.connect().get("/").status, 404)
        self.send_file(self.connect(), "/alive", b"an upload")
        self.assertEqual(self.visible(), {"alive": b"an upload"})
        self.assertEqual(self.connect().get("/alive").body, b"ok\n")
        answer, _ = self.ask(b"GET / HTTP/1.0\r\n\r\n")
        self.assertEqual(answer.status, 400)

    def test_health_of_a_server_that_stops(self) -> None:
        """P8: while the server stops it says 503"""
        self.start_server()
        for asked in (b"GET /healthz", b"OPTIONS /"):
            request = asked + b" HTTP/1.1\r\nHost: x\r\n\r\n"
            peer = self.connect()
            # With the answer to the first one, the server has read what there is of the second one.
            peer.send(head("", "/healthz", method="GET") + request[:-2])
            self.assertEqual(peer.read_answer().status, 200)
            self.server.popen.send_signal(signal.SIGTERM)

            def is_stopping() -> bool:
                try:
                    Peer(self.server.port).close_connection()
                except ConnectionRefusedError:
                    return True
                return False

            wait_until(is_stopping, "the server stops")
            peer.send(request[-2:])
            answer = peer.read_answer()
            self.assertEqual((answer.status, answer.get("Connection")), (503, "close"), answer)
            self.assertEqual(self.server.wait(), 0)
            self.start_server()

    def test_http_1_0(self) -> None:
        """P4: the 400 to HTTP/1.0 says why: to the client, to the proxy's user, and in the log"""
        self.start_server()
        for request in (head("Ping", "/"), create_head("/file.bin"), b"GET /there HTTP/1.1\r\n\r\n"):
            answer, rest = self.ask(request.replace(b"HTTP/1.1", b"HTTP/1.0"))
            self.assert_refused(answer, 400, INVALID)
            self.assertEqual(answer.get("Content-Type"), "text/plain")
            self.assertIn(b"HTTP/1.1", answer.body)
            self.assertIn(b"proxy_http_version 1.1;", answer.body)
            self.assertEqual(rest, b"")
        self.assertTrue(all("1.1" in line for line in self.server.lines if "->" in line), self.server.lines)
        _, rest = self.ask(b"HEAD /there HTTP/1.0\r\n\r\n")
        self.assertEqual(rest, b"", "an answer to HEAD has no body")
        # An Ack has no body.
        answer, _ = self.ask(head("Pong", "/"))
        self.assertEqual(self.assert_refused(answer, 400, INVALID).body, b"")
