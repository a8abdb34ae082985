"""bitswire-server: which file a request can name. Nothing outside the root, and nothing by a detour, is ever touched.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import os
from pathlib import Path

from bits_peer import Answer
from programs import DENIED, INVALID, ServerCase, pattern

DATA = pattern(2000)


class Paths(ServerCase):
    def setUp(self) -> None:
        super().setUp()
        self.outside = self.make_folder("outside")
        (self.outside / "secret.txt").write_bytes(b"secret")
        (self.root / "folder").mkdir()
        (self.root / "folder" / "there.bin").write_bytes(b"there")
        self.start_server("--prefix", "/upload", "--allow-overwrite")

    def everything(self) -> dict[str, object]:
        """All that is on the disk around the server, but for its own folder for what is under way."""
        found: dict[str, object] = {}
        for path in sorted(self.folder.rglob("*")):
            name = str(path.relative_to(self.folder))
            if ".bitswire-" not in name:
                found[name] = os.readlink(path) if path.is_symlink() else path.is_dir() or path.read_bytes()
        return found

    def try_upload(self, target: str) -> Answer:
        """Does its best to upload to `target`; returns the first answer."""
        peer = self.connect()
        first = peer.create(target)
        if first.status == 200:
            peer.fragment(target, first.session, 0, DATA, len(DATA))
            peer.close(target, first.session)
        return first

    def assert_untouched(self, target: str, *statuses: int) -> None:
        before = self.everything()
        with self.subTest(target):
            first = self.try_upload(target)
            self.assertEqual(self.everything(), before)
            self.assertIn(first.status, statuses, first)
            self.assert_refused(first, statuses, int(first.get("BITS-Error-Code") or "0", 16))

    def test_good_path(self) -> None:
        """what the tests below forbid is not everything: a file below the prefix arrives"""
        self.assertEqual(self.try_upload("/upload/folder/new.bin").status, 200)
        self.assertEqual((self.root / "folder" / "new.bin").read_bytes(), DATA)

    def test_traversal(self) -> None:
        """no spelling of `..` leads out of the root, or anywhere [RFC 3986 5.2.4, naming-a-file]"""
        ups = ["..", "%2e%2e", "%2E.", ".%2e", "..%2f..", "..%5c..", "..\\..", "%2e%2e%5c%2e%2e", "..;", ".. ", "..."]
        ups += ["%252e%252e", "..%c0%af..", "%c0%ae%c0%ae", "..%00", "..%20", "%uff0e%uff0e", ". .", "%2e%20%2e"]
        for up in ups:
            up = up.replace(" ", "%20")
            for target in (f"/upload/{up}/outside/secret.txt", f"/upload/folder/{up}/{up}/outside/secret.txt"):
                self.assert_untouched(target, 400, 403, 404)
        for target in ("/upload/../outside/secret.txt", "/upload/folder/../new.bin", "/upload/./new.bin"):
            self.assert_untouched(target, 400, 403, 404)

    def test_absolute_paths(self) -> None:
        """no spelling of an absolute path, a drive, a share or a stream is one"""
        secret = str(self.outside / "secret.txt")
        for target in (
            f"/upload/{secret}",
            f"/upload//{secret}",
            f"/upload/%2f{secret[1:].replace('/', '%2f')}",
            "/upload/C:%5cx.bin",
            "/upload/C:/x.bin",
            "/upload/%5c%5chost%5cshare%5cx.bin",
            "/upload/x.bin:stream",
            "/upload/x.bin::$DATA",
            "/upload/%5cx.bin",
            "/upload/file:%2f%2f%2fx",
        ):
            self.assert_untouched(target, 400, 403, 404)

    def test_control_characters(self) -> None:
        """NUL, line ends, other control characters and bad UTF-8 are in no name"""
        for code in ("%00", "%0a", "%0d%0a", "%1f", "%7f", "%ff", "%c3", "%ed%a0%80", "%c0%80"):
            for target in (f"/upload/a{code}b.bin", f"/upload/new.bin{code}", f"/upload/new.bin{code}.txt"):
                self.assert_untouched(target, 400, 403)

    def test_bad_percent_encoding(self) -> None:
        """a percent sign without two digits is no encoding [RFC 3986 2.1]"""
        for code in ("%", "%2", "%zz", "%+1", "% 1".replace(" ", "%20")):
            self.assert_untouched(f"/upload/a{code}", 400, 403)

    def test_reserved_names(self) -> None:
        """names of devices and what no system takes as a name are refused everywhere [naming-a-file]"""
        for name in ("CON", "con", "nul.txt", "COM1", "lpt9.bin", "AUX%20.x", "CONIN$", "com%c2%b9"):
            self.assert_untouched(f"/upload/{name}", 400, 403)
            self.assert_untouched(f"/upload/{name}/x.bin", 400, 403, 404)
        for character in ("%3c", "%3e", "%22", "%7c", "%3f", "*", ":", "%5c"):
            self.assert_untouched(f"/upload/a{character}b", 400, 403)
        for name in ("x.", "x%20", "%20x", ".", "..", "%2e"):
            self.assert_untouched(f"/upload/{name}", 400, 403)

    def test_long_names(self) -> None:
        """a name over 255 bytes is refused, one of 255 is not; nor is a path that no system takes made"""
        self.assert_untouched("/upload/" + "x" * 256, 400, 403)
        self.assert_untouched("/upload/" + "%78" * 256, 400, 403)
        self.assert_untouched("/upload/" + "%c3%a4" * 128, 400, 403)
        self.assert_untouched("/upload" + "/x" * 3000, 400, 403, 404, 414)
        self.assertEqual(self.try_upload("/upload/" + "x" * 255).status, 200)
        self.assertEqual((self.root / ("x" * 255)).read_bytes(), DATA)

    def test_outside_the_prefix(self) -> None:
        """what is not below the prefix is not there"""
        for target in ("/", "/x.bin", "/uploadx/x.bin", "/UPLOAD/x.bin", "/%75pload/x.bin", "/upload", "/folder/x.bin"):
            self.assert_untouched(target, 400, 403, 404)

    def test_folders(self) -> None:
        """a destination that is a folder is refused, and so is one below no folder [MC-BUP 2.2.1.2, 3.2.5.2.4]"""
        self.assert_refused(self.try_upload("/upload/folder"), 400, INVALID)
        for target in ("/upload/folder/", "/upload/", "/upload//", "/upload/folder//x.bin"):
            self.assert_untouched(target, 400, 403, 404)
        answer = self.try_upload("/upload/nothing/x.bin")
        self.assert_refused(answer, 404, 0x80190194)
        self.assert_untouched("/upload/nothing/x.bin", 404)
        self.assert_untouched("/upload/folder/there.bin/x.bin", 404, 400, 403)

    def test_link_to_a_folder(self) -> None:
        """a symbolic link to a folder leads nowhere, whether out of the root or within it"""
        (self.root / "out").symlink_to(self.outside)
        (self.root / "in").symlink_to("folder")
        (self.root / "up").symlink_to("..")
        for target in ("/upload/out/secret.txt", "/upload/out/new.bin", "/upload/up/outside/secret.txt"):
            self.assert_untouched(target, 400, 403, 404)
        self.assert_untouched("/upload/in/new.bin", 400, 403, 404)

    def test_link_to_a_file(self) -> None:
        """a symbolic link in the place of the file is not followed, even where files may be replaced"""
        for name, to in {"abs": self.outside / "secret.txt", "rel": Path("../outside/new"), "dangling": "no"}.items():
            (self.root / name).symlink_to(to)
            first = self.try_upload(f"/upload/{name}")
            with self.subTest(name):
                self.assertEqual((self.outside / "secret.txt").read_bytes(), b"secret")
                self.assertEqual(os.listdir(self.outside), ["secret.txt"])
                self.assertFalse((self.root / "no").exists())
                if first.status == 200:  # the link itself may be replaced
                    self.assertFalse((self.root / name).is_symlink())
                else:
                    self.assertIn(first.status, (400, 403, 409), first)

    def test_special_files(self) -> None:
        """a pipe or a socket in the place of the file neither blocks the server nor is written to"""
        os.mkfifo(self.root / "pipe")
        first = self.try_upload("/upload/pipe")
        self.assertIn(first.status, (200, 400, 403, 409), first)
        self.assert_ack(self.connect().ping())

    def test_link_made_during_the_upload(self) -> None:
        """a folder that is replaced by a link while an upload runs does not lead out of the root"""
        peer = self.connect()
        session = peer.create("/upload/folder/x.bin").session
        self.assertEqual(peer.fragment("/upload/folder/x.bin", session, 0, DATA, len(DATA)).offset, len(DATA))
        (self.root / "folder" / "there.bin").unlink()
        (self.root / "folder").rmdir()
        (self.root / "folder").symlink_to(self.outside)
        answer = peer.close("/upload/folder/x.bin", session)
        self.assertNotEqual(answer.status, 200, answer)
        self.assertEqual(os.listdir(self.outside), ["secret.txt"])

    def test_folder_removed_during_the_upload(self) -> None:
        """a folder that goes while an upload runs is an error at Close-Session, and can be mended"""
        peer = self.connect()
        (self.root / "gone").mkdir()
        target = "/upload/gone/x.bin"
        session = peer.create(target).session
        self.assertEqual(peer.fragment(target, session, 0, DATA, len(DATA)).offset, len(DATA))
        (self.root / "gone").rmdir()
        self.assertIn(peer.close(target, session).status, (404, 500))
        (self.root / "gone").mkdir()
        self.assert_ack(self.connect().close(target, session))
        self.assertEqual((self.root / "gone" / "x.bin").read_bytes(), DATA)

    def test_read_only_destination(self) -> None:
        """a file that appears during the upload is not replaced unless the server allows it [MC-BUP 2.2.1.2]"""
        self.server.stop()
        self.start_server()
        peer = self.connect()
        session = peer.create("/x.bin").session
        self.assertEqual(peer.fragment("/x.bin", session, 0, DATA, len(DATA)).offset, len(DATA))
        (self.root / "x.bin").write_bytes(b"mine")
        self.assert_refused(peer.close("/x.bin", session), (403, 409), DENIED)
        self.assertEqual((self.root / "x.bin").read_bytes(), b"mine")
