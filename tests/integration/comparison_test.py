"""benchmarks/compare.py itself, with peers that only pretend: what passes, what fails, what is skipped."""

import contextlib
import io
import sys
import unittest
from unittest import mock

import harness

sys.path.insert(0, str(harness.SOURCE / "benchmarks"))

import compare
import comparison
import growth_figure
import kit
import measure
import report

# A worker that says what it took: each line of standard input takes the next of the seconds it was given.
WORKER = """
import sys
print("a greeting", flush=True)
print("ready", flush=True)
for line, seconds in zip(sys.stdin, sys.argv[1:]):
    print(seconds, flush=True)
"""


class Fake:
    """A side that takes the seconds that it is told, one after the other, the last again and again."""

    def __init__(self, *seconds, peak_mb=10.0):
        self.seconds, self.peak_mb = list(seconds), peak_mb

    def start(self):
        pass

    def run(self):
        seconds = self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0]
        return measure.Sample(seconds, self.peak_mb)

    def stop(self):
        pass


def carry_out(work, rounds=3):
    with mock.patch.object(comparison, "PAUSE", 0):
        return comparison.carry_out(work, rounds, 60, lambda line: None)


class Comparison(unittest.TestCase):
    def line(self, ours, theirs, at_least):
        [line] = carry_out(comparison.Work("work", ours, [comparison.Peer("peer", theirs, at_least)]))
        return line

    def test_a_goal_is_reached_or_missed_by_the_ratio(self):
        self.assertEqual(self.line(Fake(1), Fake(3), 3).verdict, "pass")
        self.assertEqual(self.line(Fake(1), Fake(2.99), 3).verdict, "FAIL")
        self.assertEqual(self.line(Fake(1), Fake(0.1), None).verdict, "-")

    def test_the_ratio_is_the_median_of_the_pairs(self):
        line = self.line(Fake(1, 2, 10), Fake(5, 4, 10), 1)  # 5, 2, 1: not 4 / 2 or the ratio of means
        self.assertEqual((line.ratio, line.ours, line.theirs), ("2 x", "2 s", "5 s"))

    def test_an_absent_or_broken_peer_is_skipped_and_the_others_go_on(self):
        class Breaks(Fake):
            def start(self):
                raise measure.Broken("no such module")

        peers = [comparison.Peer("absent", Fake(1), 1, "not installed"), comparison.Peer("broken", Breaks(1), 1),
                 comparison.Peer("whole", Fake(4), 2)]
        lines = carry_out(comparison.Work("work", Fake(1), peers))
        self.assertEqual([line.verdict for line in lines], ["SKIPPED", "SKIPPED", "pass"])
        self.assertEqual(comparison.failed(lines), [])

    def test_too_much_memory_fails_and_too_long_a_time_is_told(self):
        work = comparison.Work("work", Fake(2, peak_mb=300), at_most_mb=200, guide_seconds=1)
        time, memory = carry_out(work)
        self.assertEqual((time.verdict, memory.verdict), ("over", "FAIL"))
        work = comparison.Work("work", Fake(0.5, peak_mb=100), at_most_mb=200, guide_seconds=1)
        time, memory = carry_out(work)
        self.assertEqual((time.verdict, memory.verdict), ("ok", "pass"))

    def test_a_slow_peer_gets_fewer_rounds_but_two(self):
        with mock.patch.object(comparison, "PAUSE", 0):
            self.assertEqual(len(comparison.pairs_in_turn(Fake(1), Fake(1), 5, budget=-1)), 2)
            self.assertEqual(len(comparison.pairs_in_turn(Fake(1), Fake(1), 5, budget=60)), 5)

    def test_seconds_are_told_in_the_unit_that_suits_them(self):
        self.assertEqual([comparison.in_words(s) for s in (12.34, 0.0123, 4.5e-6, 3e-7)], ["12.3 s", "12.3 ms", "4.5 us", "300 ns"])


class Sides(harness.TestCase):
    def worker(self, *words):
        return measure.Worker([sys.executable, self.write("worker.py", WORKER), *words])

    def test_a_worker_tells_its_own_seconds_and_its_memory_is_read(self):
        worker = self.worker("0.25", "0.5")
        worker.start()
        samples = [worker.run(), worker.run()]
        worker.stop()
        self.assertEqual([sample.seconds for sample in samples], [0.25, 0.5])
        self.assertGreater(samples[0].peak_mb, 1)

    def test_a_worker_that_ends_is_broken_with_its_last_words(self):
        worker = measure.Worker([sys.executable, "-c", "raise SystemExit('no such module')"])
        with self.assertRaisesRegex(measure.Broken, "no such module"):
            worker.start()
        worker.stop()
        worker = self.worker()  # says ready, then ends
        worker.start()
        with self.assertRaises(measure.Broken):
            worker.run()
        worker.stop()

    def test_a_command_is_timed_as_a_whole_with_its_peak_memory(self):
        sample = measure.Command([sys.executable, "-c", "import time; x = bytearray(50_000_000); time.sleep(.05)"]).run()
        self.assertGreaterEqual(sample.seconds, 0.05)
        self.assertGreater(sample.peak_mb, 50)
        with self.assertRaisesRegex(measure.Broken, "went wrong"):
            measure.Command([sys.executable, "-c", "raise SystemExit('went wrong')"]).run()


class Whole(harness.TestCase):
    def run_compare(self, rows, *words):
        """The exit code and what was printed, with these rows for a table."""
        printed = io.StringIO()
        argv = ["compare.py", "--build", str(self.directory / "release"), *words]
        with mock.patch.object(compare, "SUBJECTS", {"fake": rows}), mock.patch.object(comparison, "PAUSE", 0), \
                mock.patch.object(sys, "argv", argv), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            return compare.main(), printed.getvalue()

    def rows(self, **ratios):
        def row(name, ratio):
            return lambda bench: comparison.Work(name, Fake(1), [comparison.Peer("peer", Fake(ratio), 2)])

        return {name: row(name, ratio) for name, ratio in ratios.items()}

    def test_the_exit_code_tells_of_a_missed_goal(self):
        code, printed = self.run_compare(self.rows(fast=3), "--only", "fake")
        self.assertEqual(code, 0, printed)
        code, printed = self.run_compare(self.rows(fast=3, slow=1), "--only", "fake")
        self.assertEqual(code, 1, printed)
        self.assertIn("FAIL slow peer", printed)

    def test_only_the_rows_asked_for_are_measured(self):
        code, printed = self.run_compare(self.rows(fast=3, slow=1), "--only", "fast")
        self.assertEqual(code, 0)
        self.assertNotIn("slow", printed)
        self.assertEqual(self.run_compare(self.rows(fast=3), "--only", "no such row")[0], 2)

    def test_absent_data_skips_a_row_and_ours_breaking_fails_it(self):
        def absent(bench):
            return bench.data("no/such/file")

        def broken(bench):
            raise measure.Broken("no such option")

        code, printed = self.run_compare({"absent": absent}, "--only", "fake")
        self.assertEqual(code, 0)
        self.assertIn("SKIPPED", printed)
        self.assertEqual(self.run_compare({"broken": broken}, "--only", "fake")[0], 1)

    def test_results_of_several_runs_make_one_page(self):
        docs = self.directory / "docs"
        docs.mkdir()
        (docs / "performance.md").write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
        with mock.patch.object(kit, "ROOT", self.directory), mock.patch.object(report, "versions", lambda bench: "none"):
            self.run_compare(self.rows(first=3, second=4), "--only", "first")
            self.run_compare(self.rows(first=3, second=4), "--only", "second", "--write")
        page = (docs / "performance.md").read_text()
        self.assertTrue(page.startswith("before\n") and page.endswith("\nafter\n"))
        self.assertNotIn("old", page)
        self.assertIn("| first | peer | 1 s | 3 s | 3 x | >= 2 x |", page)
        self.assertLess(page.index("| first |"), page.index("| second |"))

    def test_the_figure_of_growth_shows_each_point(self):
        points = [{"command": name, "rows": rows, "seconds": rows / 1e6, "peak_mb": 20}
                  for name in ("train", "score") for rows in (10_000, 100_000)]
        picture = growth_figure.svg(points)
        self.assertEqual(picture.count("<circle"), 8)
        self.assertIn("100,000", picture)


if __name__ == "__main__":
    harness.main()
