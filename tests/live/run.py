#!/usr/bin/env python3
"""Runs modules of live tests. Red if a module has no test, and if one is skipped: neither has shown anything.

usage: run.py MODULE... [-k PATTERN]

SPDX-License-Identifier: BSL-1.0
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
import time
import unittest
from pathlib import Path


class TimedResult(unittest.TextTestResult):
    """Says how long each test took."""

    def startTest(self, test: unittest.TestCase) -> None:
        self._began = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.stream.writeln(f"    {time.monotonic() - self._began:.2f} s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="+")
    parser.add_argument("-k", dest="patterns", action="append", help="only tests whose name has this in it")
    options = parser.parse_args()
    faulthandler.enable()
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    loader = unittest.TestLoader()
    if options.patterns:
        loader.testNamePatterns = [f"*{pattern}*" for pattern in options.patterns]
    code = 0
    for module in options.modules:
        suite = loader.loadTestsFromName(module)
        result = unittest.TextTestRunner(sys.stdout, verbosity=2, resultclass=TimedResult).run(suite)
        if result.testsRun == 0:
            print(f"{module}: no test ran")
            code = 1
        if result.skipped or result.expectedFailures:
            print(f"{module}: tests were skipped or expected to fail")
            code = 1
        if not result.wasSuccessful():
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
