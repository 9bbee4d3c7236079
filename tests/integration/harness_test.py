"""The harness itself: a test that cannot fail would be worth nothing."""

import os
import pathlib
import unittest
from unittest import mock

import harness


class Harness(harness.TestCase):
    def test_the_program_tells_its_version(self):
        answer = harness.run_ok("--version")
        self.assertRegex(answer.out, r"^netstray \d+\.\d+\.\d+")

    def test_a_wrong_command_is_an_answer_and_fails_only_where_success_was_wanted(self):
        self.assertEqual(harness.run("no-such-command").code, 2)
        with self.assertRaises(AssertionError):
            harness.run_ok("no-such-command")

    def test_absent_data_skips_and_fails_in_ci(self):
        with mock.patch.object(harness, "IN_CI", False), self.assertRaises(unittest.SkipTest):
            harness.data("no/such/file")
        with mock.patch.object(harness, "IN_CI", True), self.assertRaises(AssertionError):
            harness.data("no/such/file")

    def test_a_crash_and_a_sanitizer_report_fail(self):
        for text in ("kill -SEGV $$", "exit 99"):
            script = self.write("program", f"#!/bin/sh\n{text}\n")
            script.chmod(0o755)
            with mock.patch.object(harness, "BINARY", script), self.assertRaises(AssertionError):
                harness.run()

    def test_the_directory_is_the_tests_own(self):
        path = self.write("file", "text")
        self.assertEqual(path.parent, self.directory)
        self.assertEqual(pathlib.Path(os.fspath(path)).read_text(), "text")


if __name__ == "__main__":
    harness.main()
