"""A BITS server on a bare socket that does what a test tells it to: any answer, cut anywhere, late, or none.

Left alone it is a small, correct server that keeps everything in memory; a test changes single answers of it. It is
also the record of what the client sent.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import hashlib
import re
import select
import socket
import struct
import threading
from dataclasses import dataclass, field, replace
from typing import Callable

from bits_peer import PROTOCOL, ConnectionEnded, parse_head

REASONS = {200: "OK", 201: "Created", 206: "Partial Content", 401: "Unauthorized", 404: "Not Found", 416: "Range"}


@dataclass
class Request:
    """A request as it came in."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    host: str  #: the address that it came in on
    complete: bool = True  #: False: the connection ended within the body

    def get(self, name: str) -> str | None:
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    @property
    def kind(self) -> str:
        return self.get("BITS-Packet-Type") or self.method

    @property
    def session(self) -> str | None:
        return self.get("BITS-Session-Id")

    @property
    def range(self) -> tuple[int, int, int]:
        """Offset, end and total of a Fragment, from exactly the form that a client has to send."""
        match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", self.get("Content-Range") or "")
        if not match:
            return 0, 0, 0
        return int(match[1]), int(match[2]) + 1, int(match[3])


@dataclass(frozen=True)
class Reply:
    """What to answer. The bytes are exactly what is here; nothing is added."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    reason: str | None = None
    version: str = "HTTP/1.1"
    cut_at: int | None = None  #: send so many bytes, and then reset the connection
    late: threading.Event | None = None  #: send it when this is set
    close: bool = False  #: close the connection after it
    raw: bytes | None = None  #: instead of all that

    def head(self, *headers: tuple[str, str]) -> Reply:
        """With these headers instead of those of the same name; an empty value takes one out."""
        names = {name.lower() for name, _ in headers}
        kept = [(name, value) for name, value in self.headers if name.lower() not in names]
        return replace(self, headers=tuple(kept + [h for h in headers if h[1] != ""]))

    def without(self, *names: str) -> Reply:
        return self.head(*((name, "") for name in names))

    def bytes(self) -> bytes:
        if self.raw is not None:
            return self.raw
        reason = self.reason if self.reason is not None else REASONS.get(self.status, "Error")
        lines = [f"{self.version} {self.status} {reason}", *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body


def ack(*headers: tuple[str, str], status: int = 200) -> Reply:
    return Reply(status, (("BITS-Packet-Type", "Ack"), ("Content-Length", "0"), *headers))


def refusal(status: int, code: str = "0x80070057", context: str = "0x5") -> Reply:
    return ack(("BITS-Error-Code", code), ("BITS-Error-Context", context), status=status)


NO_ANSWER = Reply(cut_at=0)
Change = Callable[[Request, Reply], Reply]


@dataclass
class HostileServer:
    """Listens on `addresses`, all with the same port."""

    session_id: str = "{0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0}"
    reply_url: str | None = None
    addresses: tuple[str, ...] = ("127.0.0.1",)
    requests: list[Request] = field(default_factory=list)
    partial: dict[str, bytearray] = field(default_factory=dict)  #: by session id
    files: dict[str, list[bytes]] = field(default_factory=dict)  #: by target: every one that was closed
    replies: dict[str, bytes] = field(default_factory=dict)  #: by target, for GET
    cancelled: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  #: what went wrong in here; a test has to look
    created: int = 0

    def __post_init__(self) -> None:
        self._changes: dict[tuple[str, int], Change] = {}
        self._always: dict[str, Change] = {}
        self._counts: dict[str, int] = {}
        self._before: Callable[[Request], Reply | None] | None = None
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._listeners: list[socket.socket] = []
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.port = 0
        for address in self.addresses:
            self.listen(address)

    def listen(self, address: str) -> None:
        listener = socket.create_server((address, self.port))
        self.port = listener.getsockname()[1]
        self._listeners.append(listener)
        self._run(self._accept, listener, address)

    def stop(self) -> None:
        self._stop.set()
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # over already
        for thread in list(self._threads):
            thread.join(10)

    def url(self, target: str = "/folder/file.bin") -> str:
        return f"http://127.0.0.1:{self.port}{target}"

    # What a test says.

    def on(self, kind: str, number: int, change: Change | Reply) -> None:
        """Changes the answer to the `number`th request of a kind, counted from 1."""
        self._changes[kind, number] = change if callable(change) else lambda request, reply: change

    def always(self, kind: str, change: Change | Reply) -> None:
        """Changes every answer to a kind that `on` says nothing about."""
        self._always[kind] = change if callable(change) else lambda request, reply: change

    def before(self, look: Callable[[Request], Reply | None]) -> None:
        """Looks at every request first; what it returns is the answer, and nothing else happens."""
        self._before = look

    # What a test asks.

    def kinds(self) -> list[str]:
        return [request.kind for request in self.requests]

    def of(self, kind: str) -> list[Request]:
        return [request for request in self.requests if request.kind == kind]

    # The server.

    def _run(self, call: Callable[..., None], *arguments: object) -> None:
        def guarded() -> None:
            try:
                call(*arguments)
            except (OSError, ConnectionEnded):
                pass
            except Exception as problem:  # pylint: disable=broad-except
                self.problems.append(repr(problem))

        thread = threading.Thread(target=guarded, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket, address: str) -> None:
        while not self._stop.is_set():
            connection, _ = listener.accept()
            with self._lock:
                self._connections.add(connection)
            self._run(self._serve, connection, address)

    def _serve(self, connection: socket.socket, address: str) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        buffer = b""
        with connection:
            try:
                while True:
                    request, buffer = self._read(connection, address, buffer)
                    reply = self._answer(request)
                    if not request.complete or not self._send(connection, reply):
                        return
            finally:
                with self._lock:
                    self._connections.discard(connection)

    def _read(self, connection: socket.socket, address: str, buffer: bytes) -> tuple[Request, bytes]:
        while b"\r\n\r\n" not in buffer:
            data = connection.recv(65536)
            if not data:
                raise ConnectionEnded(buffer)
            buffer += data
        text, _, buffer = buffer.partition(b"\r\n\r\n")
        start, headers = parse_head(text)
        method, target, version = start.split(" ")
        request = Request(method, target, headers, b"", address)
        if version != "HTTP/1.1":
            self.problems.append(f"version {version}")
        size = int(request.get("Content-Length") or 0)
        parts = [buffer[:size]]
        buffer = buffer[size:]
        missing = size - len(parts[0])
        while missing:
            data = connection.recv(min(missing, 1 << 20))
            if not data:
                request.complete = False
                break
            parts.append(data)
            missing -= len(data)
        request.body = b"".join(parts)
        return request, buffer

    def _answer(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            if not request.complete:
                return NO_ANSWER
            if self._before is not None:
                early = self._before(request)
                if early is not None:
                    return early
            number = self._counts[request.kind] = self._counts.get(request.kind, 0) + 1
            change = self._changes.get((request.kind, number)) or self._always.get(request.kind)
            reply = self.work(request)
        return change(request, reply) if change else reply

    def work(self, request: Request) -> Reply:
        """What a correct server does and answers."""
        if request.method in ("GET", "HEAD"):
            return self._work_get(request)
        if request.kind == "Ping":
            return ack()
        if request.kind == "Create-Session":
            self.created += 1
            self.partial[self.session_id] = bytearray()
            return ack(
                ("BITS-Protocol", PROTOCOL), ("BITS-Session-Id", self.session_id), ("Accept-encoding", "identity")
            )
        session = request.session or ""
        stored = self.partial.get(session)
        if stored is None:
            return refusal(500, "0x8020001F")
        if request.kind == "Fragment":
            first, end, total = request.range
            if first > len(stored):
                return refusal(416, "0x0").head(("BITS-Received-Content-Range", str(len(stored))))
            if end - first != len(request.body):
                self.problems.append(f"range {request.range}, body of {len(request.body)}")
            stored += request.body[len(stored) - first :]
            answer = ack(("BITS-Session-Id", session), ("BITS-Received-Content-Range", str(len(stored))))
            if len(stored) == total and self.reply_url is not None:
                answer = answer.head(("BITS-Reply-URL", self.reply_url))
            return answer
        if request.kind == "Close-Session":
            self.files.setdefault(request.target, []).append(bytes(stored))
            del self.partial[session]
            return ack(("BITS-Session-Id", session))
        if request.kind == "Cancel-Session":
            self.cancelled.append(session)
            del self.partial[session]
            return ack(("BITS-Session-Id", session))
        return refusal(400)

    def _work_get(self, request: Request) -> Reply:
        body = self.replies.get(request.target)
        if body is None:
            return Reply(404, (("Content-Length", "0"),))
        first, end, status = 0, len(body), 200
        headers = [("Last-Modified", "Mon, 18 Jun 2007 21:12:01 GMT"), ("Accept-Ranges", "bytes")]
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.get("Range") or "")
        if asked and int(asked[1]) < len(body):
            first, status = int(asked[1]), 206
            end = min(int(asked[2]) + 1, len(body)) if asked[2] else len(body)
            headers.append(("Content-Range", f"bytes {first}-{end - 1}/{len(body)}"))
        headers.append(("Content-Length", str(end - first)))
        return Reply(status, tuple(headers), b"" if request.method == "HEAD" else body[first:end])

    def _send(self, connection: socket.socket, reply: Reply) -> bool:
        """Returns whether the connection goes on."""
        if reply.late is not None:
            while not (reply.late.wait(0.02) or self._stop.is_set()):
                readable, _, _ = select.select([connection], [], [], 0)
                if readable and not connection.recv(1, socket.MSG_PEEK):
                    return False  # the client has given up
        data = reply.bytes()
        if reply.cut_at is None:
            connection.sendall(data)
            return not reply.close
        connection.sendall(data[: reply.cut_at])
        # What was sent has to arrive, which a reset would prevent.
        if reply.cut_at:
            connection.shutdown(socket.SHUT_WR)
        else:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False


class Credentials:
    """Asks for credentials before anything else: Basic or Digest (RFC 7616 with MD5)."""

    def __init__(self, scheme: str, user: str, password: str, realm: str = "uploads") -> None:
        self.scheme = scheme
        self.user = user
        self.password = password
        self.realm = realm
        self.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c0"
        self.asked = 0
        self.passed = 0

    def __call__(self, request: Request) -> Reply | None:
        given = request.get("Authorization") or ""
        good = self._is_basic(given) if self.scheme == "Basic" else self._is_digest(given, request)
        if good:
            self.passed += 1
            return None
        self.asked += 1
        challenge = f'{self.scheme} realm="{self.realm}"'
        if self.scheme == "Digest":
            challenge += f', nonce="{self.nonce}", qop="auth", algorithm=MD5'
        return Reply(401, (("WWW-Authenticate", challenge), ("Content-Length", "0"), ("Server", "hostile")))

    def _is_basic(self, given: str) -> bool:
        import base64

        wanted = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return given == f"Basic {wanted}"

    def _is_digest(self, given: str, request: Request) -> bool:
        if not given.startswith("Digest "):
            return False
        values = {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]+))', given)}

        def md5(text: str) -> str:
            return hashlib.md5(text.encode()).hexdigest()

        first = md5(f"{self.user}:{self.realm}:{self.password}")
        second = md5(f"{request.method}:{values.get('uri')}")
        text = [first, self.nonce, values.get("nc", ""), values.get("cnonce", ""), values.get("qop", ""), second]
        return values.get("uri") == request.target and values.get("response") == md5(":".join(text))
