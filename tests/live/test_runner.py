"""run.py: that it is red where nothing was tested.

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

RUN = Path(__file__).resolve().parent / "run.py"


class Runner(unittest.TestCase):
    def run_module(self, text: str, *options: str) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "module_of_a_test.py").write_text("import unittest\n" + text)
            return subprocess.run(
                [sys.executable, str(RUN), "module_of_a_test", *options],
                capture_output=True,
                text=True,
                env={**os.environ, "PYTHONPATH": folder},
                timeout=30,
            )

    def test_good(self) -> None:
        """a module with a test that passes is green"""
        done = self.run_module("class A(unittest.TestCase):\n    def test_a(self): pass\n")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_bad(self) -> None:
        """a module with a test that fails is red"""
        done = self.run_module("class A(unittest.TestCase):\n    def test_a(self): self.fail()\n")
        self.assertEqual(done.returncode, 1, done.stdout)

    def test_empty(self) -> None:
        """a module without a test is red"""
        done = self.run_module("class A(unittest.TestCase): pass\n")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("no test ran", done.stdout)

    def test_pattern(self) -> None:
        """a pattern that selects no test is red"""
        done = self.run_module("class A(unittest.TestCase):\n    def test_a(self): pass\n", "-k", "nothing")
        self.assertEqual(done.returncode, 1, done.stdout)

    def test_skipped(self) -> None:
        """a test that is skipped is red"""
        done = self.run_module("class A(unittest.TestCase):\n    def test_a(self): self.skipTest('x')\n")
        self.assertEqual(done.returncode, 1, done.stdout)

    def test_missing(self) -> None:
        """a module that is not there is red"""
        self.assertNotEqual(
            subprocess.run([sys.executable, str(RUN), "no_such_module"], capture_output=True, timeout=30).returncode, 0
        )

    def test_no_program(self) -> None:
        """a test of a program that is not there is red"""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("BITSWIRE_")}
        done = subprocess.run(
            [sys.executable, str(RUN), "test_server_paths", "-k", "good_path"],
            capture_output=True,
            text=True,
            env=environment,
            timeout=30,
        )
        self.assertEqual(done.returncode, 1, done.stdout)
