"""What the README shows is what the program prints: each `$ netstray` line is run, and the lines below it must be among
what it prints, in that order (the README leaves some out)."""

import shlex

import harness
from harness import SOURCE, data, run_ok

PUBLISHED = {
    "kddcup.data_10_percent.gz": "kdd99/kddcup.data_10_percent.gz",
    "KDDTrain+.txt.gz": "nsl-kdd/KDDTrain+.txt.gz",
    "KDDTest+.txt.gz": "nsl-kdd/KDDTest+.txt.gz",
}


def shown(text):
    """[(command, lines below it)] of the README's code blocks, in order."""
    found, in_block = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            in_block = not in_block
        elif in_block and line.startswith("$ netstray "):
            found.append((line.removeprefix("$ netstray "), []))
        elif in_block and found and line.strip():
            found[-1][1].append(line)
    return found


def first_absent(lines, output):
    """The first of `lines` that is not in `output` behind those before it, or None."""
    rest = iter(output.splitlines())
    return next((line for line in lines if line not in rest), None)


class Readme(harness.TestCase):
    def test_a_line_that_is_missing_or_out_of_order_is_noticed(self):
        self.assertIsNone(first_absent(["a", "c"], "a\nb\nc"))
        self.assertEqual(first_absent(["c", "a"], "a\nb\nc"), "a")
        self.assertEqual(shown("$ netstray no\n```\n$ netstray x y\nout\n\nmore\n```\nno"), [("x y", ["out", "more"])])

    def test_every_command_prints_what_the_readme_shows(self):
        for name, path in PUBLISHED.items():
            (self.directory / name).symlink_to(data(path))
        run_ok("demo", "--out", "netstray-demo", cwd=self.directory)
        commands = shown((SOURCE / "README.md").read_text(encoding="utf-8"))
        self.assertGreater(len(commands), 4)
        for command, lines in commands:
            with self.subTest(command):
                answer = run_ok(*shlex.split(command), cwd=self.directory)
                absent = first_absent(lines, answer.out + answer.err)
                self.assertIsNone(absent, f"the README shows {absent!r}; the program prints\n{answer.out}{answer.err}")


if __name__ == "__main__":
    harness.main()
