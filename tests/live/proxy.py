"""A TCP proxy that breaks what goes through it: it cuts a connection after so many bytes of a direction, swallows what
comes back, or holds it up.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import select
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Fault:
    """What goes wrong on one connection. Nothing does if nothing is said."""

    cut_up: int | None = None  #: reset both sides after so many bytes to the server
    cut_down: int | None = None  #: reset both sides after so many bytes to the client
    see_down: Callable[[], bool] | None = None  #: asked when the server says something: whether to drop it and cut
    swallow_down: bool = False  #: drop what the server says, and end the connection when it says anything
    chunk: int = 65536  #: bytes handed on at a time
    rewrite_up: Callable[[bytes], bytes] = bytes  #: what becomes of bytes to the server, piece by piece
    delay_s: float = 0  #: before each of them


class Proxy:
    """Listens on a loopback port, and asks `plan(n)` for the fault of the n-th connection, counted from 0."""

    def __init__(self, to_port: int, plan: Callable[[int], Fault]) -> None:
        self.to_port = to_port
        self.plan = plan
        self.connections = 0
        self.cuts = 0
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def stop(self) -> None:
        self._stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in list(self._threads):
            thread.join(10)

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            fault = self.plan(self.connections)
            self.connections += 1
            thread = threading.Thread(target=self._carry, args=(client, fault), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _carry(self, client: socket.socket, fault: Fault) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.to_port), timeout=20)
        except OSError:
            client.close()
            return
        up, down = fault.cut_up, fault.cut_down
        try:
            while not self._stop.is_set():
                readable, _, _ = select.select([client, server], [], [], 0.1)
                if client in readable:
                    data = client.recv(fault.chunk if up is None else min(fault.chunk, max(up, 1)))
                    if not data:
                        break
                    if up is not None:
                        data = data[:up]
                        up -= len(data)
                    self._stop.wait(fault.delay_s) if fault.delay_s else None
                    server.sendall(fault.rewrite_up(data))
                    if up == 0:
                        self._cut(client, server)
                        return
                if server in readable:
                    data = server.recv(fault.chunk)
                    if not data:
                        break
                    if fault.swallow_down or (fault.see_down is not None and fault.see_down()):
                        self._cut(client, server)
                        return
                    if down is not None:
                        data = data[:down]
                        down -= len(data)
                    self._stop.wait(fault.delay_s) if fault.delay_s else None
                    client.sendall(data)
                    if down == 0:
                        self._cut(client, server)
                        return
        except OSError:
            pass
        finally:
            client.close()
            server.close()

    def _cut(self, *sides: socket.socket) -> None:
        self.cuts += 1
        for side in sides:
            side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
