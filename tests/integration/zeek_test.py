"""Our flows beside the connections that Zeek finds in the same captures (docs/zeek-differences.md)."""

import re
import subprocess

import harness


class Zeek(harness.TestCase):
    def test_agrees_with_zeek_but_for_what_is_documented(self):
        cases = harness.data("zeek-conn")
        done = subprocess.run(
            [harness.SOURCE / "tools/compare-zeek", "--program", harness.BINARY, cases],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        found = re.fullmatch(r"(\d+) connections, (\d+) equal", lines[-1])
        self.assertIsNotNone(found, lines[-1])
        self.assertEqual(int(found[1]), 195)
        self.assertGreaterEqual(int(found[2]), 190, done.stdout)
        documented = (harness.SOURCE / "docs/zeek-differences.md").read_text()
        for line in lines[:-1]:
            self.assertIn(f"`{line.split(': ')[0]}`", documented, line)

    def test_says_what_a_directory_lacks(self):
        done = subprocess.run([harness.SOURCE / "tools/compare-zeek", self.directory],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no folder with a conn.log", done.stderr)


if __name__ == "__main__":
    harness.main()
