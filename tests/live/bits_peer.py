"""A BITS client on a bare socket, with control over every byte that it sends.

It is no good client: it repeats nothing and checks nothing. What an answer has to look like, the tests say.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Sequence

PROTOCOL = "{7df0354d-249b-430f-820d-3d2a9bef4931}"
CRLF = b"\r\n"


class ConnectionEnded(Exception):
    """The other side closed the connection before the whole message was there."""

    def __init__(self, got: bytes) -> None:
        super().__init__(f"the connection ended after {got!r}")
        self.got = got


@dataclass(frozen=True)
class Answer:
    """An answer as it came over the wire."""

    status: int
    version: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        """The value of a header that may be there once."""
        values = self.all(name)
        if len(values) > 1:
            raise AssertionError(f"{name} is there {len(values)} times: {values}")
        return values[0] if values else None

    @property
    def session(self) -> str:
        session = self.get("BITS-Session-Id")
        if not session:
            raise AssertionError(f"no session id: {self}")
        return session

    @property
    def offset(self) -> int | None:
        value = self.get("BITS-Received-Content-Range")
        return None if value is None else int(value)


def head(
    kind: str,
    target: str,
    *,
    session: str | None = None,
    length: int | None = 0,
    extra: Sequence[tuple[str, str]] = (),
    method: str = "BITS_POST",
    version: str = "HTTP/1.1",
    host: str = "localhost",
) -> bytes:
    """The head of a packet. `length` None: without Content-Length; `kind` empty: without BITS-Packet-Type."""
    lines = [f"{method} {target} {version}", f"Host: {host}"]
    if kind:
        lines.append(f"BITS-Packet-Type: {kind}")
    if session is not None:
        lines.append(f"BITS-Session-Id: {session}")
    lines += [f"{name}: {value}" for name, value in extra]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + CRLF + CRLF


def create_head(target: str, *, protocols: str = PROTOCOL, extra: Sequence[tuple[str, str]] = (), **more) -> bytes:
    return head("Create-Session", target, extra=[("BITS-Supported-Protocols", protocols), *extra], **more)


def fragment_head(
    target: str,
    session: str,
    first: int,
    size: int,
    total: int,
    *,
    unit: str = "bytes",
    extra: Sequence[tuple[str, str]] = (),
    kind: str = "Fragment",
    **more,
) -> bytes:
    content_range = f"{unit} {first}-{first + size - 1}/{total}" if size else f"{unit} */{total}"
    more.setdefault("length", size)
    return head(kind, target, session=session, extra=[("Content-Range", content_range), *extra], **more)


def parse_head(text: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Start line and headers of a head, without its empty line. Strict: what is wrong is an AssertionError."""
    lines = text.decode("latin-1").split("\r\n")
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip() or "\n" in line or "\r" in line:
            raise AssertionError(f"bad header line {line!r}")
        headers.append((name, value.strip(" \t")))
    return lines[0], headers


class Peer:
    """One connection."""

    def __init__(self, port: int, host: str = "127.0.0.1", timeout: float = 20, source: str = "") -> None:
        """`source`: the address to come from, which can be any of 127.0.0.0/8."""
        self.socket = socket.create_connection((host, port), timeout, (source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_connection()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def end_sending(self) -> None:
        """Half-closes: the other side reads the end, and can still answer."""
        self.socket.shutdown(socket.SHUT_WR)

    def close_connection(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        """Ends the connection with a reset, as a cut cable or a killed process behind a firewall does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _fill(self) -> None:
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            raise ConnectionEnded(self._buffer)
        self._buffer += data

    def read_bytes(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._fill()
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def read_head(self) -> tuple[str, list[tuple[str, str]]]:
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        text, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        return parse_head(text)

    def read_answer(self, to_head: bool = False) -> Answer:
        """Reads one answer, and not a byte more. `to_head`: the answer to a HEAD request."""
        start, headers = self.read_head()
        version, _, rest = start.partition(" ")
        answer = Answer(int(rest[:3]), version, tuple(headers))
        if answer.status == 100 or to_head or answer.status in (204, 304):
            return answer
        length = answer.get("Content-Length")
        if length is None:
            raise AssertionError(f"an answer without a length: {answer}")
        if not (length.isascii() and length.isdigit()):
            raise AssertionError(f"Content-Length {length!r}")
        return Answer(answer.status, version, answer.headers, self.read_bytes(int(length)))

    def read_end(self) -> bytes:
        """Reads until the other side closes the connection; returns what came before."""
        try:
            while True:
                self._fill()
        except ConnectionEnded as end:
            self._buffer = b""
            return end.got

    def ask(self, data: bytes) -> Answer:
        self.send(data)
        return self.read_answer()

    # The packets as a well-behaved client sends them.

    def create(self, target: str, **more) -> Answer:
        return self.ask(create_head(target, **more))

    def ping(self, target: str = "/", **more) -> Answer:
        return self.ask(head("Ping", target, **more))

    def fragment(self, target: str, session: str, first: int, data: bytes, total: int, **more) -> Answer:
        return self.ask(fragment_head(target, session, first, len(data), total, **more) + data)

    def close(self, target: str, session: str, **more) -> Answer:
        return self.ask(head("Close-Session", target, session=session, **more))

    def cancel(self, target: str, session: str, **more) -> Answer:
        return self.ask(head("Cancel-Session", target, session=session, **more))

    def get(self, target: str, method: str = "GET", extra: Sequence[tuple[str, str]] = ()) -> Answer:
        self.send(head("", target, method=method, length=None, extra=extra))
        return self.read_answer(to_head=method == "HEAD")
