"""bitswire-upload and bitswire-server together, through a network that breaks, and through kill -9 of either.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import hashlib
import json
import random
import signal

from programs import ServerCase, pattern, wait_until
from proxy import Fault, Proxy

DATA = pattern(300_000)
TARGET = "/file.bin"
PATIENT = ("--retry-delay", "0", "--retries", "50")


class Together(ServerCase):
    def setUp(self) -> None:
        super().setUp()
        self.state = self.make_folder("state")
        self.file = self.make_file("upload.bin", DATA)

    def start_proxy(self, plan) -> Proxy:
        proxy = Proxy(self.server.port, plan)
        self.addCleanup(proxy.stop)
        return proxy

    def through(self, proxy: Proxy) -> str:
        return f"http://127.0.0.1:{proxy.port}{TARGET}"

    def test_upload(self) -> None:
        """a file goes from the client to the server"""
        self.start_server()
        self.assert_uploaded(self.upload(self.file, self.url(TARGET)))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_names(self) -> None:
        """names with blanks, percent signs and other scripts go through"""
        self.start_server()
        for target, name in {"/a%20b.bin": "a b.bin", "/100%25.bin": "100%.bin", "/%C3%A4.bin": "\u00e4.bin"}.items():
            self.assert_uploaded(self.upload(self.file, self.url(target)))
            self.assertEqual((self.root / name).read_bytes(), DATA)

    def test_refusals(self) -> None:
        """what the server refuses, the client says with name, context and advice, and ends with 1"""
        (self.root / "there.bin").write_bytes(b"there")
        self.start_server("--max-size", "200000", "--prefix", "/up")
        self.assert_failed(self.upload(self.file, self.url("/up/x.bin")), "BG_E_TOO_LARGE", "advice", "REMOTE_FILE")
        self.assert_failed(self.upload(self.file, self.url("/up/there.bin")), "E_ACCESSDENIED", "409")
        self.assert_failed(self.upload(self.file, self.url("/up/no/x.bin")), "404")
        self.assert_failed(self.upload(self.file, self.url("/up/CON")), "400")
        self.assert_failed(self.upload(self.file, self.url("/x.bin")), "400")
        self.assertEqual(self.visible(), {"there.bin": b"there"})

    def test_random_cuts(self) -> None:
        """through a network that cuts at random places, in either direction, the file arrives once and whole"""
        self.start_server("--state", str(self.state))
        for seed in range(10):
            with self.subTest(seed=seed):
                dice = random.Random(seed)

                def plan(number: int) -> Fault:
                    where = dice.randrange(4)
                    if where == 0:
                        return Fault(cut_up=dice.randrange(1, 60_000))
                    if where == 1:
                        return Fault(cut_down=dice.randrange(1, 900))
                    if where == 2:
                        return Fault(cut_up=dice.randrange(1, 500))
                    return Fault(cut_up=dice.randrange(20_000, 200_000), chunk=dice.randrange(1, 5_000))

                proxy = self.start_proxy(plan)
                result = self.upload(self.file, self.through(proxy), *PATIENT, "--fragment-size", "20000")
                self.assert_uploaded(result)
                self.assertEqual(self.visible(), {"file.bin": DATA})
                self.assertGreater(proxy.cuts, 2, "nothing went wrong")
                (self.root / "file.bin").unlink()

    def test_every_ack_lost(self) -> None:
        """where every second answer is lost, the file arrives once and whole"""
        self.start_server("--state", str(self.state))
        proxy = self.start_proxy(lambda number: Fault(swallow_down=number % 2 == 0, cut_down=600))
        self.assert_uploaded(self.upload(self.file, self.through(proxy), *PATIENT, "--fragment-size", "50000"))
        self.assertEqual(self.visible(), {"file.bin": DATA})
        self.assertGreater(proxy.cuts, 3)

    def test_ack_to_close_lost(self) -> None:
        """where the Ack to Close-Session is lost, it is sent again, and that is a success [close-session]"""
        self.start_server("--state", str(self.state))
        # All that comes down before the Ack to Close-Session is shorter than what this lets through, with it not.
        for cut in range(200, 1000, 40):
            with self.subTest(cut):
                proxy = self.start_proxy(lambda number, cut=cut: Fault(cut_down=cut) if number == 0 else Fault())
                self.assert_uploaded(self.upload(self.file, self.through(proxy), *PATIENT, "--fragment-size", "150000"))
                self.assertEqual(self.visible(), {"file.bin": DATA})
                (self.root / "file.bin").unlink()

    def test_slow_network(self) -> None:
        """small pieces and delays change nothing"""
        self.start_server()
        proxy = self.start_proxy(lambda number: Fault(chunk=3_000, delay_s=0.002))
        self.assert_uploaded(self.upload(self.file, self.through(proxy), *PATIENT))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_client_killed_again_and_again(self) -> None:
        """a client killed at random moments, and begun again, brings the file over once and whole"""
        self.start_server("--state", str(self.state), "--sessions-per-user", "1000")
        dice = random.Random(3)
        state = self.folder / "client-state"
        options = ("--resume", str(state), "--fragment-size", "20000", "--limit-rate", "400000", *PATIENT)
        kills = 0
        while True:
            popen = self.start_upload(self.file, self.url(TARGET), *options)
            acks = dice.randrange(1, 4)
            before = len(self.server.lines)
            try:
                wait_until(
                    lambda: len(self.server.lines) >= before + acks or popen.poll() is not None, "packets have come"
                )
            finally:
                if popen.poll() is None and kills < 8:
                    popen.kill()
                    kills += 1
            output, errors = popen.communicate()
            if popen.returncode != -signal.SIGKILL:
                self.assertEqual(popen.returncode, 0, errors)
                break
        self.assertGreaterEqual(kills, 3)
        self.assertEqual(self.visible(), {"file.bin": DATA})
        self.assertFalse(state.exists())

    def test_server_killed_again_and_again(self) -> None:
        """a server killed at random moments, and begun again, gets the file once and whole from one client"""
        dice = random.Random(4)
        self.start_server("--state", str(self.state))
        port = self.server.port
        options = ("--fragment-size", "20000", "--limit-rate", "400000", "--retry-delay", "1", "--retries", "50")
        popen = self.start_upload(self.file, self.url(TARGET), *options)
        for _ in range(3):
            packets = dice.randrange(2, 5)
            wait_until(
                lambda: len(self.server.lines) >= packets or popen.poll() is not None, "packets have come"
            )
            self.server.kill()
            self.start_server("--state", str(self.state), port=port)
        _, errors = popen.communicate(timeout=50)
        self.assertEqual(popen.returncode, 0, errors)
        self.assertEqual(self.visible(), {"file.bin": DATA})
        self.assertTrue(self.server.lines, "the last server had nothing to do")

    def test_host_id(self) -> None:
        """a host id that leads to another address of the same server is followed [MC-BUP 3.1.5.1.2]"""
        self.start_server("--host-id", "localhost")
        self.assert_uploaded(self.upload(self.file, self.url(TARGET), "--verbose"))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_small_fragments_wanted(self) -> None:
        """a server that takes small Fragments only gets them [MC-BUP 3.1.5.2.4]"""
        self.start_server("--max-fragment", "10000")
        self.assert_uploaded(self.upload(self.file, self.url(TARGET)))
        self.assertEqual(self.visible(), {"file.bin": DATA})

    def test_cancel(self) -> None:
        """an upload that is cancelled leaves nothing on the server [cancel-session]"""
        self.start_server("--state", str(self.state))
        state = self.folder / "client-state"
        popen = self.start_upload(
            self.file, self.url(TARGET), "--resume", str(state), "--limit-rate", "100000", "--fragment-size", "20000"
        )
        wait_until(lambda: self.kept_bytes() > 20_000, "something has come")
        popen.send_signal(signal.SIGTERM)
        popen.communicate(timeout=20)
        self.assertGreater(self.kept_bytes(), 0)
        self.assert_uploaded(self.upload(self.file, self.url(TARGET), "--resume", str(state), "--cancel"))
        wait_until(lambda: self.kept_bytes() == 0, "the partial file is deleted")
        self.assertEqual(self.visible(), {})

    def test_reply_through_cuts(self) -> None:
        """an upload-reply through a network that cuts brings the file over and the reply back, whole"""
        application = self.start_application("--copy")
        url = f"http://127.0.0.1:{application.port}/notify"
        self.start_server("--state", str(self.state), "--notify-url", url, "--notify-type", "1")
        reply = self.folder / "reply.json"
        for seed in range(5):
            with self.subTest(seed=seed):
                dice = random.Random(100 + seed)
                proxy = self.start_proxy(
                    lambda number: Fault(cut_up=dice.randrange(1, 90_000))
                    if dice.randrange(2)
                    else Fault(cut_down=dice.randrange(1, 1200))
                )
                options = (*PATIENT, "--fragment-size", "40000", "--reply", str(reply))
                self.assert_uploaded(self.upload(self.file, self.through(proxy), *options))
                self.assertEqual(
                    json.loads(reply.read_bytes()), {"size": len(DATA), "sha256": hashlib.sha256(DATA).hexdigest()}
                )
                self.assertEqual(self.visible(), {"file.bin": DATA})
                (self.root / "file.bin").unlink()
                reply.unlink()
