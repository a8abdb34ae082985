#!/usr/bin/env python3
"""A server application for BITS uploads: is told of each upload, checks what it was told, and writes a reply.

It shows what an application gets with each notification type ([MC-BUP] 3.4): by reference (type 1) the names of two
files, by value (type 2) the upload as the body. Its reply is the size and the SHA-256 of the upload, as JSON.

What a real application must add: the same upload can be notified more than once (a lost answer, a restarted server),
so whatever it does has to be safe to do again, for example by remembering BITS-Request-DataFile-Name or the digest.
It must also believe nobody but its BITS server: this one only listens on a loopback address.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import argparse
import hashlib
import http.server
import json
import sys
import threading
import time
from typing import BinaryIO
from urllib.parse import urlsplit

CHUNK = 1 << 20


class BadNotification(Exception):
    """What came in is no notification as [MC-BUP] 2.2.12 has it."""


def digest_of(source: BinaryIO, size: int | None = None) -> tuple[int, str]:
    """Size and SHA-256 of what `source` has to give, or of its first `size` bytes."""
    digest = hashlib.sha256()
    done = 0
    while size is None or done < size:
        data = source.read(CHUNK if size is None else min(CHUNK, size - done))
        if not data:
            break
        digest.update(data)
        done += len(data)
    return done, digest.hexdigest()


class Application(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], options: argparse.Namespace) -> None:
        super().__init__(address, Notification)
        self.options = options
        self.notifications = 0
        self.lock = threading.Lock()


class Notification(http.server.BaseHTTPRequestHandler):
    """One notification."""

    server: Application
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, format: str, *args: object) -> None:  # the line of say() is enough
        pass

    def say(self, status: int, text: str) -> None:
        print(f"{self.command} {self.path} {status} {text}", flush=True)

    def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.refuse("not a POST")

    do_PUT = do_HEAD = do_GET

    def refuse(self, why: str) -> None:
        self.close_connection = True  # whatever body there is stays unread
        self.say(400, why)
        self.answer(400)

    def do_POST(self) -> None:
        options = self.server.options
        with self.server.lock:
            self.server.notifications += 1
            number = self.server.notifications
        try:
            by_reference, size, digest = self.read_upload()
            if options.delay:
                time.sleep(options.delay)
            if options.status and (not options.fail_times or number <= options.fail_times):
                self.say(options.status, f"{size} bytes, as told to")
                self.answer(options.status)
                return
            reply = json.dumps({"size": size, "sha256": digest}).encode() + b"\n"
            headers = {}
            if options.copy:
                headers["BITS-Copy-File-To-Destination"] = "1"
            if options.static_url:
                headers["BITS-Static-Response-URL"] = options.static_url
            elif by_reference:
                with open(self.headers["BITS-Response-DataFile-Name"], "wb") as file:
                    file.write(reply)
            in_body = not by_reference and not options.static_url
        except (BadNotification, OSError) as problem:
            self.refuse(str(problem))
            return
        self.say(200, f"{size} bytes, sha256 {digest}, by {'reference' if by_reference else 'value'}")
        self.answer(200, reply if in_body else b"", headers)

    def read_upload(self) -> tuple[bool, int, str]:
        """Checks the notification; returns whether it is by reference, and size and digest of the upload."""
        names = ("BITS-Original-Request-URL", "BITS-Request-DataFile-Name", "BITS-Response-DataFile-Name")
        for name in names:
            if len(self.headers.get_all(name, [])) > 1:
                raise BadNotification(f"{name} comes twice")
        url, upload, response = (self.headers.get(name) for name in names)
        if not url or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            raise BadNotification(f"BITS-Original-Request-URL is {url!r}")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            raise BadNotification(f"Content-Length is {length!r}")
        if (upload is None) != (response is None):
            raise BadNotification("one name of a file without the other")
        if upload is None:
            size, digest = digest_of(self.rfile, int(length))
            if size != int(length):
                raise BadNotification(f"a body of {size} bytes instead of {length}")
            return False, size, digest
        if length != "0":
            raise BadNotification("names of files, and a body")
        with open(upload, "rb") as file:
            return True, *digest_of(file)


def main() -> int:
    parser = argparse.ArgumentParser(description="A server application that replies with the digest of an upload.")
    parser.add_argument("--listen", default="127.0.0.1:0", metavar="HOST:PORT", help="port 0: any that is free")
    parser.add_argument("--copy", action="store_true", help="send BITS-Copy-File-To-Destination")
    parser.add_argument("--static-url", metavar="URL", help="send BITS-Static-Response-URL, and no reply")
    parser.add_argument("--status", type=int, metavar="N", help="answer with this status instead")
    parser.add_argument("--fail-times", type=int, default=0, metavar="K", help="but only the first K times")
    parser.add_argument("--delay", type=float, default=0, metavar="S", help="seconds before each answer")
    options = parser.parse_args()
    host, _, port = options.listen.rpartition(":")
    try:
        server = Application((host, int(port)), options)
    except (OSError, ValueError) as problem:
        print(f"cannot listen on {options.listen}: {problem}", file=sys.stderr)
        return 2
    print(f"listening on {host}:{server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
