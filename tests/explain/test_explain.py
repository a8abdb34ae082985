#!/usr/bin/env python3
"""The program `explain`: what it prints is what people ask for, and its JSON and CSV are the table of the library.

usage: test_explain.py EXPLAIN HRESULTS_CSV
"""
import csv
import io
import json
import pathlib
import subprocess
import sys
import unittest

PROGRAM = ""
HRESULTS = pathlib.Path()
PLACES = ["job_transport", "job_server", "job_application", "job_local_file", "job_itself"]


def explain(*arguments: str, status: int = 0) -> str:
    """What it prints, errors included."""
    done = subprocess.run([PROGRAM, *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    assert done.returncode == status, f"{arguments} ended with {done.returncode}, not {status}: {done.stdout}"
    return done.stdout


def objects(*arguments: str) -> list[dict]:
    return json.loads(explain("--json", *arguments))


class Text(unittest.TestCase):
    def test_l12_every_spelling(self) -> None:
        """L12: codes from public threads are explained, with facility, name, meaning and what a job does"""
        resolved = explain("0x80072EE7")
        for spelling in ("-2147012889", "2147954407", "0n2147012889", "80072EE7h", "HRESULT: 0x80072EE7", "12007",
                         "(0x80072ee7)", "error 12007", "ERROR_WINHTTP_NAME_NOT_RESOLVED", " 0x80072ee7 "):
            self.assertEqual(explain(spelling), resolved, spelling)
        for part in ("0x80072EE7 ERROR_WINHTTP_NAME_NOT_RESOLVED\n", "-2147012889 or 2147954407", "FACILITY_WIN32",
                     "severity  failure", "Win32     12007", "check DNS", "try again after a delay", "winhttp.h"):
            self.assertIn(part, resolved)
        self.assertIn("Too Many Requests", explain("0x801901AD"))
        self.assertIn("RFC 6585", explain("429"))
        self.assertIn("Permanent Redirect", explain("0x80190134"))
        self.assertIn("ERROR_WRITE_FAULT", explain("0x8007001D"))
        self.assertIn("BG_E_STRING_TOO_LONG", explain("0x80200021L"))
        self.assertIn("BG_E_TOO_LARGE", explain("bg_e_too_large"))
        self.assertIn("BG_E_SESSION_NOT_FOUND", explain("x8020001F"))

    def test_l12_unknown_codes(self) -> None:
        """L12: of a code that nobody knows facility, severity and number are told"""
        text = explain("0x80201234")
        for part in ("0x80201234\n", "not known", "FACILITY_BACKGROUNDCOPY", "severity  failure", "-2145381836"):
            self.assertIn(part, text)
        self.assertIn("a vendor's own code", explain("0xA0001234"))
        self.assertIn("Win32 error 4660", explain("0x80071234"))
        self.assertIn("NTSTATUS 0xC0000022", explain("0xD0000022"))
        self.assertIn("no name here", explain("0x87FF0000"))
        self.assertIn("severity  success", explain("0x00071234"))
        self.assertIn("no error", explain("S_OK"))

    def test_l12_both_readings(self) -> None:
        """L12: a small number that can be two things is told as both"""
        text = explain("206")
        self.assertIn("0x801900CE BG_E_HTTP_ERROR_206", text)
        self.assertIn("or        0x800700CE ERROR_FILENAME_EXCED_RANGE", text)
        self.assertNotIn("or        ", explain("win32 206"))

    def test_job(self) -> None:
        """what a job does depends on the place, and each place is named once"""
        text = explain("E_INVALIDARG")
        self.assertIn("transient: try again after a delay (if it happened on the way)", text)
        self.assertIn("final: correct what is wrong before you try again (if it happened at the server,", text)
        self.assertEqual(explain("BG_E_MISSING_FILE_SIZE").count("  job "), 1)
        self.assertIn("give credentials", explain("401"))
        self.assertIn("until the network is back", explain("BG_E_NETWORK_DISCONNECTED"))

    def test_several(self) -> None:
        """several codes are explained in their order; one that is none is said, and the others are explained"""
        text = explain("404", "-2147012889", "nonsense", "BG_E_EMPTY", status=1)
        places = [text.find(part) for part in ("BG_E_HTTP_ERROR_404", "ERROR_WINHTTP_NAME_NOT_RESOLVED", "BG_E_EMPTY")]
        self.assertEqual(places, sorted(places))
        self.assertNotIn(-1, places)
        self.assertIn("explain: nonsense: neither a code nor a name that is known (at byte 0)", text)
        self.assertNotIn("\x1b", explain("\x1b[31m0x5", status=1))
        self.assertLess(len(explain("9" * 100_000, status=1)), 500)

    def test_usage(self) -> None:
        """a wrong command ends with 2, --help with 0"""
        for arguments in ([], ["--frob"], ["--list", "404"], ["--csv", "--json"], ["--list", "--", "-5"]):
            self.assertTrue(explain(*arguments, status=2))
        text = explain("--help")
        for part in ("--list", "--csv", "--json", "Ends with 0", "0x80072EE7"):
            self.assertIn(part, text)
        self.assertIn("0xFFFFFFFB", explain("--", "-5"))


class Tables(unittest.TestCase):
    def test_l12_json_and_csv_agree(self) -> None:
        """L12: JSON, CSV and the list have the same codes, by value, each once, and no empty field"""
        table = objects()
        rows = list(csv.DictReader(io.StringIO(explain("--csv"), newline="")))
        self.assertGreater(len(table), 800)
        self.assertEqual([r["code"] for r in rows], [o["code"] for o in table])
        self.assertEqual([line[:10] for line in explain("--list").splitlines()], [o["code"] for o in table])
        values = [o["unsigned"] for o in table]
        self.assertEqual(values, sorted(set(values)))
        for o, row in zip(table, rows):
            for key, value in o.items():
                self.assertEqual(row[key], json.dumps(value) if not isinstance(value, str) else value, o["code"])
            self.assertEqual(int(o["code"], 16), o["unsigned"])
            self.assertEqual(o["signed"] % 2**32, o["unsigned"])
            self.assertTrue(o["known"] and o["name"] and o["meaning"] and o["source"], o)
            self.assertEqual(o["facility"], o["unsigned"] >> 16 & 0x7FF)
            self.assertTrue(o["facility_name"].startswith("FACILITY_"), o)
            self.assertEqual(o["severity"], "failure" if o["unsigned"] >> 31 else "success")
            allowed = {"transient", "fatal", "waits"} if o["unsigned"] >> 31 else {"success"}
            self.assertLessEqual({o[p] for p in PLACES}, allowed, o)

    def test_l12_codes_of_bits(self) -> None:
        """L12: the 159 codes of BITS are there, by name and value, and no other that calls itself so"""
        with HRESULTS.open(newline="") as file:
            expected = {row["name"]: int(row["value"], 16) for row in csv.DictReader(file)}
        self.assertEqual(len(expected), 159)
        found = {o["name"]: o["unsigned"] for o in objects() if o["name"].startswith(("BG_", "BITS_"))}
        by_rule = {f"BG_E_HTTP_ERROR_{s}": 0x80190000 + s for s in range(300, 600)}
        self.assertEqual(found, expected | by_rule)

    def test_l11_what_a_job_does(self) -> None:
        """L11: codes that cannot mend themselves are fatal in the table, too"""
        by_name = {o["name"]: o for o in objects()}
        for name in ("BG_E_MISSING_FILE_SIZE", "BG_E_INSUFFICIENT_RANGE_SUPPORT", "BG_E_INSUFFICIENT_HTTP_SUPPORT",
                     "ERROR_WINHTTP_SECURE_FAILURE", "BG_E_VOLUME_CHANGED", "BG_E_HTTP_ERROR_403"):
            self.assertEqual({by_name[name][p] for p in PLACES}, {"fatal"}, name)
        self.assertEqual(by_name["E_INVALIDARG"]["job_transport"], "transient")
        self.assertEqual(by_name["E_INVALIDARG"]["job_server"], "fatal")
        self.assertEqual(by_name["BG_E_BLOCKED_BY_POLICY"]["job_itself"], "waits")
        self.assertEqual(by_name["ERROR_WINHTTP_TIMEOUT"]["what_to_do"], "retry_later")

    def test_codes_that_are_given(self) -> None:
        """JSON and CSV also of single codes, known or not"""
        known, unknown = objects("404", "0xA0001234")
        self.assertEqual((known["name"], known["known"]), ("BG_E_HTTP_ERROR_404", True))
        self.assertEqual((unknown["name"], unknown["known"], unknown["customer"]), ("", False, True))
        self.assertEqual(len(explain("--csv", "404").splitlines()), 2)
        self.assertEqual(json.loads(explain("--json", "0x80072EE7"))[0]["signed"], -2147012889)


if __name__ == "__main__":
    PROGRAM, HRESULTS = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
