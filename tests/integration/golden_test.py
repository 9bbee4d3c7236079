"""What the program prints, kept in files: tests/golden/<case>/ has a `command` and what it is `expected` to print.

A line `capture KIND NAME [SEED [SIZE]]` writes a made-up capture (capture_driver); the last line is run. One case asks one
question and prints the columns that answer it. After a change that is meant, `tests/integration/golden_test.py --update`
writes all of `expected` anew, and the tables of docs/conn-v1.md; read the difference before it is committed."""

import pathlib
import re
import subprocess
import sys
import tempfile

import harness

CASES = harness.SOURCE / "tests/golden"
PAGE = harness.SOURCE / "docs/conn-v1.md"


def answer_of(case):
    """What the case prints, run in a folder of its own."""
    lines = (case / "command").read_text().splitlines()
    with tempfile.TemporaryDirectory(prefix="netstray-") as folder:
        for line in lines[:-1]:
            word, kind, name, *more = line.split()
            if word != "capture":
                raise AssertionError(f"{case.name}: unknown line: {line}")
            subprocess.run([harness.BINARY.parent / "capture_driver", kind, pathlib.Path(folder) / name, *more], check=True)
        return harness.run_ok(*lines[-1].split(), cwd=folder).out


def cases():
    return sorted(path.parent for path in CASES.glob("*/command"))


def fields():
    return harness.run_ok("flows", "--list-fields", "--markdown").out


class Golden(harness.TestCase):
    def test_every_case_prints_what_is_expected(self):
        self.assertTrue(cases())
        for case in cases():
            with self.subTest(case.name):
                self.assertEqual(answer_of(case), (case / "expected").read_text())

    def test_the_page_about_conn_v1_holds_what_the_program_prints(self):
        self.assertIn(fields(), PAGE.read_text(), "tests/integration/golden_test.py --update writes it anew")


def update():
    for case in cases():
        (case / "expected").write_text(answer_of(case))
    printed = re.compile(r"(?<=writes it anew\. -->\n\n).*(?=\n## How other sources)", re.DOTALL)
    PAGE.write_text(printed.sub(lambda _: fields(), PAGE.read_text()))


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        harness.main()
