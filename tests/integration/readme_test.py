"""What the README shows is what happens: each line `$ COMMAND` is run by the shell, and the lines below it must be among
what it prints, in that order (the README leaves some out)."""

import os
import re
import subprocess

import harness
from harness import BINARY, SOURCE, data, run_ok

PUBLISHED = {
    "kddcup.data_10_percent.gz": "kdd99/kddcup.data_10_percent.gz",
    "KDDTrain+.txt.gz": "nsl-kdd/KDDTrain+.txt.gz",
    "KDDTest+.txt.gz": "nsl-kdd/KDDTest+.txt.gz",
    "scan_syn_1000ports.pcapng": "pcap/attacks/scan_syn_1000ports.sanders.pcapng",
}


def shown(text):
    """[(command, lines below it)] of the README's code blocks, in order."""
    found, in_block = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            in_block = not in_block
        elif in_block and line.startswith("$ "):
            found.append((line.removeprefix("$ "), []))
        elif in_block and found and line.strip():
            found[-1][1].append(line)
    return found


def without_seconds(line):
    """The line with its durations, as "1.63 s", left out: they differ from run to run."""
    return re.sub(r"\s+[0-9.]+ m?s\b", " (seconds)", line)


def first_absent(lines, output):
    """The first of `lines` that is not in `output` behind those before it, or None."""
    rest = iter([without_seconds(line) for line in output.splitlines()])
    return next((line for line in lines if without_seconds(line) not in rest), None)


class Readme(harness.TestCase):
    def test_a_line_that_is_missing_or_out_of_order_is_noticed(self):
        self.assertIsNone(first_absent(["a", "c"], "a\nb\nc"))
        self.assertEqual(first_absent(["c", "a"], "a\nb\nc"), "a")
        self.assertIsNone(first_absent(["fit 1.63 s, 3 rows"], "fit  12.1 s, 3 rows"))
        self.assertEqual(first_absent(["fit 1.63 s, 3 rows"], "fit 1.63 s, 4 rows"), "fit 1.63 s, 3 rows")
        self.assertEqual(shown("$ netstray no\n```\n$ netstray x y\nout\n\nmore\n```\nno"), [("netstray x y", ["out", "more"])])

    def test_every_command_prints_what_the_readme_shows(self):
        for name, path in PUBLISHED.items():
            (self.directory / name).symlink_to(data(path))
        (self.directory / "data").symlink_to(data("."))
        (self.directory / "recipes").symlink_to(SOURCE / "recipes")
        run_ok("demo", "--out", "netstray-demo", cwd=self.directory)
        environment = {**os.environ, "PATH": f"{BINARY.parent}:{os.environ['PATH']}"}
        commands = shown((SOURCE / "README.md").read_text(encoding="utf-8"))
        self.assertGreater(len(commands), 4)
        for command, lines in commands:
            with self.subTest(command):
                done = subprocess.run(command, shell=True, check=False, cwd=self.directory, env=environment, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                self.assertEqual(done.returncode, 0, done.stdout)
                absent = first_absent(lines, done.stdout)
                self.assertIsNone(absent, f"the README shows {absent!r}; this is printed:\n{done.stdout}")


if __name__ == "__main__":
    harness.main()
