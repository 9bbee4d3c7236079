"""What the black-box tests share: they run the built program as a user would and look at what it says.

A test file ends with

    if __name__ == "__main__":
        harness.main()

and is registered in tests/integration/CMakeLists.txt. It may use the standard library only; one that compares with
scikit-learn starts with `harness.use_oracle()`.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
from typing import NamedTuple

SOURCE = pathlib.Path(os.environ.get("NETSTRAY_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
BINARY = pathlib.Path(os.environ.get("NETSTRAY_BINARY", SOURCE / "build/release/bin/netstray"))
DATA = pathlib.Path(os.environ.get("NETSTRAY_DATA", SOURCE.parent / "shared/data"))
IN_CI = os.environ.get("CI") == "true"
SANITIZED = os.environ.get("NETSTRAY_SANITIZE", "") != ""
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
SANITIZER_REPORT = 99

# A sanitizer's report must not pass for a refusal, however the test was started.
for options in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
    os.environ.setdefault(options, f"exitcode={SANITIZER_REPORT}")


class Answer(NamedTuple):
    """What a run of the program left behind."""

    code: int
    out: str
    err: str

    def json(self):
        """Standard output as JSON; the test fails, with both streams shown, where it is none."""
        try:
            return json.loads(self.out)
        except ValueError as error:
            raise AssertionError(f"no JSON ({error})\nexit code {self.code}\n{self.out}\n{self.err}") from error


def run_bytes(*args, stdin=b"", timeout=900, env=None, cwd=None):
    """As `run`, with bytes: (exit code, stdout, stderr)."""
    done = subprocess.run(
        [BINARY, *map(str, args)],
        input=stdin,
        capture_output=True,
        timeout=timeout,
        check=False,
        env={**os.environ, **(env or {})},
        cwd=cwd,
    )
    if done.returncode == SANITIZER_REPORT:
        raise AssertionError(f"a sanitizer reports:\n{done.stderr.decode(errors='replace')}")
    if done.returncode < 0:
        raise AssertionError(f"killed by signal {-done.returncode}:\n{done.stderr.decode(errors='replace')}")
    return done.returncode, done.stdout, done.stderr


def run(*args, stdin="", **options):
    """Runs the program; any exit code is an answer, a crash or a sanitizer's report fails the test."""
    code, out, err = run_bytes(*args, stdin=stdin.encode(), **options)
    return Answer(code, out.decode(errors="replace"), err.decode(errors="replace"))


def run_ok(*args, **options):
    """As `run`, where anything but exit code 0 fails the test."""
    answer = run(*args, **options)
    if answer.code != 0:
        raise AssertionError(f"netstray {' '.join(map(str, args))}\nexit code {answer.code}\n{answer.out}\n{answer.err}")
    return answer


def absent(what):
    """Skips the test because `what` is not there; fails it in CI."""
    if IN_CI:
        raise AssertionError(f"{what} is absent, and CI=true")
    raise unittest.SkipTest(f"{what} is absent")


def data(path):
    """A file of ../shared/data, or the test is skipped (failed in CI)."""
    found = DATA / path
    if not found.exists():
        absent(f"data {path}")
    return found


def use_oracle(module="sklearn"):
    """Starts this script again with the interpreter of build/python, where the oracle is installed. Without it the
    script ends here: skipped, or failed in CI."""
    oracle = pathlib.Path(os.environ.get("NETSTRAY_ORACLE", SOURCE / "build/python")) / "bin/python"
    if pathlib.Path(sys.prefix).resolve() == oracle.parent.parent.resolve():
        return
    if oracle.exists() and subprocess.run([oracle, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0:
        os.execv(oracle, [str(oracle), *sys.argv])
    print(f"{module} is absent: tools/python-env installs it into {oracle.parent.parent}", file=sys.stderr)
    sys.exit(1 if IN_CI else SKIPPED)


class TestCase(unittest.TestCase):
    """A test with a directory of its own, `self.directory`, gone afterwards."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="netstray-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def write(self, name, text):
        """Writes a file into the test's directory and returns its path."""
        path = self.directory / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def assert_refused(self, answer, code, *words):
        """The program said no with this exit code, naming these words on standard error, and printed no result."""
        self.assertEqual(answer.code, code, answer.err)
        for word in words:
            self.assertIn(word, answer.err)
        self.assertEqual(answer.out, "")


def main():
    """Runs the tests of the calling script. Exit code 77 where every one was skipped."""
    program = unittest.main(exit=False, verbosity=2)
    result = program.result
    if not result.wasSuccessful() or result.testsRun == 0:
        sys.exit(1)
    if len(result.skipped) == result.testsRun:
        sys.exit(SKIPPED)
