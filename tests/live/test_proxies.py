"""bitswire-server behind nginx, HAProxy, Apache httpd and Caddy, with the configurations of examples/server/proxies.

The published text is what runs here: only addresses, names of files and the hash of a password are replaced, and each
replacement has to find its place. Everything is on loopback, with a certificate made for the test.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import http.server
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Mapping

from bits_peer import Answer, Peer, fragment_head, head
from programs import SOURCE, LiveCase, ServerCase, Upload, end_with_parent, pattern, wait_until

PROXIES = SOURCE / "examples" / "server" / "proxies"
MIB = 1 << 20
USER = "alice"
PASSWORD = "correct horse"
CLIENT = "127.0.0.9"
TARGET = "/file.bin"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def tool(name: str) -> str:
    """A program of Debian, some of which are in no user's PATH."""
    path = shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin")
    if path is None:
        raise RuntimeError(f"{name} is not installed; tests/run.sh installs what is missing")
    return path


def output_of(name: str, *arguments: str) -> str:
    command = [tool(name), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


class Secrets:
    """Certificate and password, made once for all tests."""

    def __init__(self) -> None:
        # Not in the folder of a test, which only its user may enter: Apache's worker is another one.
        self._folder = tempfile.TemporaryDirectory(prefix="bitswire-proxies-")
        folder = Path(self._folder.name)
        folder.chmod(0o711)
        self.cert, self.key = folder / "cert.pem", folder / "key.pem"
        self.both, self.users = folder / "both.pem", folder / "users"
        output_of(
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-out", str(self.cert), "-keyout", str(self.key)),
        )
        self.both.write_bytes(self.cert.read_bytes() + self.key.read_bytes())
        self.hash = output_of("openssl", "passwd", "-6", PASSWORD)
        self.users.write_text(f"{USER}:{self.hash}\n")
        # What "caddy hash-password" prints, but weaker, since that takes a second each time that it is checked.
        self.bcrypt = output_of("htpasswd", "-nbBC", "4", USER, PASSWORD).partition(":")[2]

    def end(self) -> None:
        self._folder.cleanup()


def setUpModule() -> None:
    global secrets
    secrets = Secrets()
    unittest.addModuleCleanup(secrets.end)


class Proxy:
    """A proxy at work."""

    def __init__(self, command: list[str], port: int, folder: Path) -> None:
        self.port = port
        self.log = folder / "proxy.log"
        environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        with self.log.open("wb") as out:
            self.popen = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, preexec_fn=end_with_parent, env=environment
            )

    def wait_until_it_listens(self) -> None:
        def listens() -> bool:
            if self.popen.poll() is not None:
                raise AssertionError(f"{self.popen.args} has ended: {self.log.read_text(errors='replace')}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
            except ConnectionRefusedError:
                return False
            return True

        wait_until(listens, "the proxy listens")

    def stop(self) -> None:
        if self.popen.poll() is None:
            self.popen.terminate()
        try:
            self.popen.wait(10)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


class TlsPeer(Peer):
    """A BITS client on a socket of TLS, from an address of its own."""

    def __init__(self, port: int) -> None:
        super().__init__(port, source=CLIENT)
        self.socket = ssl.create_default_context(cafile=str(secrets.cert)).wrap_socket(
            self.socket, server_hostname="localhost"
        )


class Configured(ServerCase):
    """What all proxies have to do. Each of them is a subclass that says how it is run."""

    file: str
    server_options: tuple[str, ...] = ("--trust", "127.0.0.1")
    replaced: Mapping[str, str] = {}  #: in the published text, beside those below
    limit: tuple[str, str]  #: replaces a text by one that refuses bodies over 1 MiB with 413

    def start_behind(self, *options: str, changes: Mapping[str, str] = {}) -> None:
        """Starts the server, and the proxy with the published configuration."""
        self.state = self.make_folder("state")
        self.start_server("--state", str(self.state), *self.server_options, *options)
        self.proxy = self.start_proxy(changes)
        self.addCleanup(self.proxy.stop)
        self.proxy.wait_until_it_listens()

    def published(self, port: int, changes: Mapping[str, str]) -> str:
        text = (PROXIES / self.file).read_text()
        everywhere = {
            "127.0.0.1:8080": f"127.0.0.1:{self.server.port}",
            "/etc/bitswire/cert.pem": str(secrets.cert),
            "/etc/bitswire/key.pem": str(secrets.key),
            "/etc/bitswire/both.pem": str(secrets.both),
            "/etc/bitswire/users": str(secrets.users),
        }
        for old, new in {**self.replaced_with(port), **changes}.items():
            self.assertIn(old, text, "not in the published text")
            text = text.replace(old, new)
        self.assertIn("127.0.0.1:8080", text)
        for old, new in everywhere.items():
            text = text.replace(old, new)
        return text

    def replaced_with(self, port: int) -> dict[str, str]:
        raise NotImplementedError

    def start_proxy(self, changes: Mapping[str, str]) -> Proxy:
        raise NotImplementedError

    def through(self, target: str = TARGET) -> str:
        return f"https://127.0.0.1:{self.proxy.port}{target}"

    def options(self, *more: str, password: str = PASSWORD) -> tuple[str, ...]:
        return ("--cacert", str(secrets.cert), "--user", f"{USER}:{password}", "--retries", "3", "--retry-delay", "0", *more)

    def send(self, data: bytes, *more: str, target: str = TARGET) -> Upload:
        return self.upload(self.make_file("upload.bin", data), self.through(target), *self.options(*more))

    def ask(self, request: bytes) -> Answer:
        peer = TlsPeer(self.proxy.port)
        self.addCleanup(peer.close_connection)
        return peer.ask(request)

    def ping(self, *extra: tuple[str, str], target: str = "/") -> Answer:
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        host = f"127.0.0.1:{self.proxy.port}"
        return self.ask(head("Ping", target, host=host, extra=[("Authorization", f"Basic {token}"), *extra]))

    def fragments(self) -> list[int]:
        """The sizes of the Fragments that the server has taken."""
        found = [re.search(r" Fragment .* bytes (\d+)-(\d+)/.* -> 200", line) for line in self.server.lines]
        return [int(match[2]) - int(match[1]) + 1 for match in found if match]


class Tests:
    """The tests, for each proxy the same."""

    def test_upload(self) -> None:
        """64 MiB arrive, in one Fragment"""
        self.start_behind()
        data = pattern(64 * MIB)
        self.assert_uploaded(self.send(data, "--fragment-size", "64M"))
        self.assertEqual(hashlib.sha256((self.root / "file.bin").read_bytes()).digest(), hashlib.sha256(data).digest())
        self.assertEqual(self.fragments(), [64 * MIB])

    def test_reply(self) -> None:
        """an upload-reply arrives, and its reply comes back"""
        application = self.start_application("--copy")
        url = f"http://127.0.0.1:{application.port}/notify"
        self.start_behind("--notify-url", url, "--notify-type", "1")
        data = pattern(3 * MIB)
        reply = self.folder / "reply.json"
        self.assert_uploaded(self.send(data, "--reply", str(reply)))
        self.assertEqual(json.loads(reply.read_bytes()), {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
        self.assertEqual(self.visible(), {"file.bin": data})

    def test_resume(self) -> None:
        """a client killed in mid-upload goes on from what has arrived; bytes arrive as they are sent"""
        self.start_behind()
        data = pattern(12 * MIB)
        file = self.make_file("upload.bin", data)
        options = self.options("--resume", str(self.folder / "resume"), "--fragment-size", "4M")
        popen = self.start_upload(file, self.through(), *options, "--limit-rate", "5M")
        # In the middle of the second Fragment, of which nothing would be there if the proxy kept it to itself.
        wait_until(lambda: self.kept_bytes() > 5 * MIB, "one Fragment and a part of the next have arrived")
        self.assertEqual(self.fragments(), [4 * MIB])
        popen.kill()
        popen.communicate()
        result = self.upload(file, self.through(), *options, "--json")
        self.assert_uploaded(result)
        start = json.loads(result.output.splitlines()[0])
        self.assertEqual((start["event"], start["bytes_done"]), ("start", 4 * MIB))
        self.assertEqual(self.visible(), {"file.bin": data})

    def test_wrong_password(self) -> None:
        """a wrong password is refused clearly, and nothing comes to the server"""
        self.start_behind()
        file = self.make_file("upload.bin", pattern(MIB))
        for options in (self.options(password="wrong"), ("--cacert", str(secrets.cert))):
            self.assert_failed(self.upload(file, self.through(), *options), "401", "--user")
        self.assertEqual((self.visible(), self.kept_bytes()), ({}, 0))
        self.assertEqual([line for line in self.server.lines if "->" in line], [])
        self.assert_uploaded(self.upload(file, self.through(), *self.options()))

    def test_too_large_for_the_proxy(self) -> None:
        """where the proxy answers 413 to bodies over 1 MiB, clients send smaller Fragments"""
        old, new = self.limit
        self.start_behind(changes={old: new})
        data = pattern(3 * MIB)
        self.assert_uploaded(self.send(data))
        self.assertEqual(self.visible(), {"file.bin": data})
        self.assertLessEqual(max(self.fragments()), MIB, self.fragments())

    def test_address(self) -> None:
        """P5: the server knows the client's address, whatever the client writes into X-Forwarded-For"""
        self.start_behind("--sessions-per-user", "1")
        self.assert_ack(self.ping())
        self.assert_ack(self.ping(("X-Forwarded-For", "203.0.113.7")))
        self.assert_ack(self.ping(("X-Forwarded-For", "203.0.113.7, 127.0.0.1")))
        wait_until(lambda: sum(" Ping " in line for line in self.server.lines) == 3, "three Pings are in the log")
        for line in self.server.lines:
            if " Ping " in line:
                self.assertRegex(line.split()[1], rf"^{re.escape(CLIENT)}(:\d+)?$", line)

    def test_health(self) -> None:
        """P8: the address for health checks answers through the proxy"""
        self.start_behind()
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.proxy.port, context=ssl.create_default_context(cafile=str(secrets.cert)), timeout=20
        )
        self.addCleanup(connection.close)
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        connection.request("GET", "/healthz", headers={"Authorization": f"Basic {token}"})
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.read()), (200, b"ok\n"))


class Nginx(Tests, Configured):
    file = "nginx.conf"
    limit = ("client_max_body_size 0;", "client_max_body_size 1m;")

    def replaced_with(self, port: int) -> dict[str, str]:
        return {"listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;"}

    def start_proxy(self, changes: Mapping[str, str]) -> Proxy:
        port = free_port()
        folder = self.make_folder("nginx")
        temporary = "\n".join(
            f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        configuration = self.make_file(
            "nginx.conf",
            f"""
            daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
            {"user root;" if os.geteuid() == 0 else ""}
            events {{ }}
            http {{ access_log off; {temporary} {self.published(port, changes)} }}
            """.encode(),
        )
        return Proxy([tool("nginx"), "-c", str(configuration), "-e", str(folder / "error.log")], port, folder)

    def test_http_1_0(self) -> None:
        """P4: nginx without proxy_http_version is told by the server, and tells the client, what is wrong"""
        self.start_behind(changes={"proxy_http_version 1.1;": "", 'proxy_set_header Connection "";': ""})
        answer = self.ping()
        self.assertEqual(answer.status, 400)
        self.assertIn(b"proxy_http_version 1.1;", answer.body)
        self.assert_failed(self.send(pattern(1000)), "400", "proxy_http_version 1.1;")
        self.assertTrue([line for line in self.server.lines if "400" in line and "1.1" in line], self.server.lines)
        self.assertEqual(self.visible(), {})

    def start_below_a_prefix(self, *options: str) -> None:
        """nginx takes /outside away from the path."""
        changes = {"location / {": "location /outside/ {", "proxy_pass http://bitswire;": "proxy_pass http://bitswire/;"}
        self.start_behind(*options, changes=changes)

    def test_prefix(self) -> None:
        """P3: below a path that the proxy takes away, uploads arrive, and replies come back"""
        application = self.start_application("--copy")
        self.start_below_a_prefix("--notify-url", f"http://127.0.0.1:{application.port}/notify", "--notify-type", "1")
        data = pattern(MIB)
        reply = self.folder / "reply.json"
        self.assert_uploaded(self.send(data, "--reply", str(reply), target="/outside/file.bin"))
        self.assertEqual(json.loads(reply.read_bytes())["sha256"], hashlib.sha256(data).hexdigest())
        self.assertEqual(self.visible(), {"file.bin": data})


class Haproxy(Tests, Configured):
    file = "haproxy.cfg"
    server_options = ("--trust", "127.0.0.1", "--proxy-protocol")
    limit = (
        "    default_backend bitswire",
        "    http-request deny deny_status 413 if { req.hdr_val(content-length) gt 1048576 }\n    default_backend bitswire",
    )

    def replaced_with(self, port: int) -> dict[str, str]:
        return {"bind :443 ssl": f"bind 127.0.0.1:{port} ssl", "$6$salt$hash": secrets.hash}

    def start_proxy(self, changes: Mapping[str, str]) -> Proxy:
        port = free_port()
        configuration = self.make_file("haproxy.cfg", self.published(port, changes).encode())
        return Proxy([tool("haproxy"), "-db", "-f", str(configuration)], port, self.folder)

    def test_health_checks(self) -> None:
        """P8: HAProxy's checks find the server alive, those of the published text and the default ones, and else not"""
        for checks, is_well in (("option httpchk GET /healthz", True), ("option httpchk", True), ("option httpchk GET /x", False)):
            with self.subTest(checks):
                self.start_behind(changes={"option httpchk GET /healthz": checks, "check send": "check inter 50ms send"})
                if is_well:
                    time.sleep(0.5)  # as many checks as would have taken it out
                    self.assert_ack(self.ping())
                else:
                    wait_until(lambda: self.ping().status == 503, "HAProxy takes the server out")
                self.proxy.stop()
                self.server.stop()


class Apache(Tests, Configured):
    file = "apache.conf"
    # LimitRequestBody is not for requests that are passed on.
    limit = (
        "    # The password",
        '    <If "%{HTTP:Content-Length} -gt 1048576">\n        Redirect 413 "/"\n    </If>\n    # The password',
    )
    modules = "mpm_event authn_core authn_file authz_core authz_user auth_basic ssl proxy proxy_http headers reqtimeout alias"

    def replaced_with(self, port: int) -> dict[str, str]:
        return {"<VirtualHost *:443>": f"<VirtualHost 127.0.0.1:{port}>"}

    def configure(self, port: int, changes: Mapping[str, str], modules: str = "") -> list[str]:
        folder = self.make_folder("apache")
        self.folder.chmod(0o711)
        lines = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in (self.modules + modules).split()]
        lines += [f"ServerRoot {folder}", f"DefaultRuntimeDir {folder}", f"PidFile {folder}/pid", f"ErrorLog {folder}/error.log"]
        lines += [f"Listen 127.0.0.1:{port}", "ServerName localhost"]
        if os.geteuid() == 0:
            lines += ["User www-data", "Group www-data"]
        text = "\n".join(lines) + "\n" + self.published(port, changes)
        return [tool("apache2"), "-f", str(self.make_file("apache.conf", text.encode()))]

    def start_proxy(self, changes: Mapping[str, str]) -> Proxy:
        port = free_port()
        return Proxy([*self.configure(port, changes), "-X"], port, self.folder)

    def test_negotiate(self) -> None:
        """the configuration with Kerberos instead of passwords is one that Apache takes"""
        self.start_server()
        command = [*self.configure(free_port(), {"#Define NEGOTIATE": "Define NEGOTIATE"}, " auth_gssapi"), "-t"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
        self.assertEqual((done.returncode, done.stderr.strip()), (0, "Syntax OK"), done)


class Caddy(Tests, Configured):
    file = "Caddyfile"
    # With request_body max_size, Caddy 2.6 answers 502, which clients take for something that passes.
    limit = (
        "\treverse_proxy",
        "\t@large header_regexp Content-Length ^[0-9]{7,}$\n\trespond @large 413\n\treverse_proxy",
    )

    def replaced_with(self, port: int) -> dict[str, str]:
        return {"https://uploads.example.com": f"https://127.0.0.1:{port}", "$2a$14$hash": secrets.bcrypt}

    def start_proxy(self, changes: Mapping[str, str]) -> Proxy:
        port = free_port()
        text = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + self.published(port, changes)
        configuration = self.make_file("Caddyfile", text.encode())
        command = [tool("caddy"), "run", "--config", str(configuration), "--adapter", "caddyfile"]
        return Proxy(command, port, self.folder)


class Libraries(LiveCase):
    def test_python(self) -> None:
        """Python's http.server takes BITS_POST, and its body comes intact"""
        data = pattern(100_000)
        bodies: list[bytes] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_BITS_POST(self) -> None:
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("BITS-Packet-Type", "Ack")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                with Peer(server.server_port) as peer:
                    for part in (data, b"", data[:1]):
                        answer = peer.ask(fragment_head("/x", "{id}", 0, len(part), len(data)) + part)
                        self.assertEqual((answer.status, answer.get("BITS-Packet-Type")), (200, "Ack"))
            finally:
                server.shutdown()
                thread.join()
        self.assertEqual(bodies, [data, b"", data[:1]])
