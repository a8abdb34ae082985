"""bitswire-server: many at once, and large.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import asyncio
import hashlib
import resource

from bits_peer import create_head, fragment_head, head, parse_head
from programs import ServerCase, is_sanitized, pattern, program

CLIENTS = 1000
MIB = 1 << 20


class Load(ServerCase):
    async def one_upload(self, number: int, meeting: asyncio.Barrier) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)

        async def ask(message: bytes) -> dict[str, str]:
            writer.write(message)
            await writer.drain()
            start, headers = parse_head((await reader.readuntil(b"\r\n\r\n"))[:-4])
            if not start.startswith("HTTP/1.1 200 "):
                raise AssertionError(f"upload {number}: {start} {headers}")
            return {name.lower(): value for name, value in headers}

        target = f"/{number}.bin"
        data = pattern(12_000, number)
        await meeting.wait()  # all are connected
        session = (await ask(create_head(target)))["bits-session-id"]
        await meeting.wait()  # all have a session
        for first in range(0, len(data), 4000):
            part = data[first : first + 4000]
            answer = await ask(fragment_head(target, session, first, len(part), len(data)) + part)
            assert answer["bits-received-content-range"] == str(first + len(part)), answer
            await meeting.wait()
        await ask(head("Close-Session", target, session=session))
        writer.close()

    async def all_uploads(self) -> None:
        meeting = asyncio.Barrier(CLIENTS)
        async with asyncio.timeout(50), asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(self.one_upload(number, meeting))

    def test_thousand_uploads(self) -> None:
        """1,000 uploads at once, each on its own connection, go through without an error"""
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.assertTrue(hard == resource.RLIM_INFINITY or hard >= 3 * CLIENTS, f"only {hard} open files are allowed")
        resource.setrlimit(resource.RLIMIT_NOFILE, (4 * CLIENTS if hard < 0 else min(4 * CLIENTS, hard), hard))
        self.start_server("--sessions-per-user", str(CLIENTS), "--max-connections", str(CLIENTS + 10))
        asyncio.run(self.all_uploads())
        self.assertEqual(self.visible(), {f"{n}.bin": pattern(12_000, n) for n in range(CLIENTS)})

    def test_memory_is_flat(self) -> None:
        """256 MiB stream in, in Fragments of up to 64 MiB, and the server stays below 32 MiB of memory"""
        self.start_server()
        block = pattern(MIB)
        total = 256 * MIB
        peer = self.connect()
        session = self.assert_ack(peer.create("/large.bin")).session
        offset = 0
        for size in [1, 63, 64, 64, 64]:
            peer.send(fragment_head("/large.bin", session, offset, size * MIB, total))
            for _ in range(size):
                peer.send(block)
            offset += size * MIB
            self.assertEqual(self.assert_ack(peer.read_answer()).offset, offset)
        self.assert_ack(peer.close("/large.bin", session))
        digest, wanted = hashlib.sha256(), hashlib.sha256()
        with (self.root / "large.bin").open("rb") as file:
            for _ in range(256):
                digest.update(file.read(MIB))
                wanted.update(block)
            self.assertEqual(file.read(1), b"")
        self.assertEqual(digest.digest(), wanted.digest())
        peak = self.server.memory_kib("VmHWM")
        sanitized = is_sanitized(program("BITSWIRE_SERVER"))
        print(f"(at most {peak} KiB{', sanitized: no limit' if sanitized else ''}) ", end="", flush=True)
        if not sanitized:
            self.assertLessEqual(peak, 32 * 1024)
