"""The main job on real data: KDD Cup 1999 and NSL-KDD, from files to numbers. Bounds, never exact scores."""

import csv
import io
import subprocess
import time

import harness
from harness import BINARY, data, run, run_ok

EVALUATE_KEYS = {
    "netstray", "command", "inputs", "warnings", "rows", "attacks", "confusion", "accuracy", "auc", "average_precision",
    "recall_at_fpr", "families", "false_alarms", "audits",
}


class NslKdd(harness.TestCase):
    """Train on the normal rows of KDDTrain+, test on KDDTest+."""

    @classmethod
    def setUpClass(cls):
        cls.train_file = data("nsl-kdd/KDDTrain+.txt.gz")
        cls.test_file = data("nsl-kdd/KDDTest+.txt.gz")

    def train(self, *more):
        model = self.directory / "m.nst"
        answer = run_ok("train", self.train_file, "--layout", "nsl-kdd", "--detector", "iforest", "--seed", "1",
                        "--false-alarms", "0.05", "-o", model, "--json", *more)
        return model, answer.json()

    def test_training_counts_add_up(self):
        _, answer = self.train()
        self.assertEqual(answer["rows_read"], 125973)
        self.assertEqual(answer["rows_left_out"], 58630)
        self.assertEqual(answer["rows_train"] + answer["rows_calibration"], 67343)
        self.assertNotIn("difficulty", answer["learned"])
        self.assertNotIn("label", answer["learned"])

    def test_evaluation_meets_its_bound_and_has_every_key(self):
        model, _ = self.train()
        answer = run_ok("evaluate", model, self.test_file, "--layout", "nsl-kdd", "--json").json()
        self.assertEqual(answer["rows"], 22544)
        self.assertEqual(answer["attacks"], 12833)
        self.assertGreaterEqual(answer["auc"], 0.93)
        self.assertLessEqual(EVALUATE_KEYS, set(answer))
        self.assertEqual(sum(answer["confusion"].values()), 22544)
        self.assertEqual({family["family"] for family in answer["families"]}, {"dos", "probe", "r2l", "u2r"})
        self.assertEqual(sum(family["rows"] for family in answer["families"]), 12833)
        self.assertEqual(answer["false_alarms"]["asked"], 0.05)

    def test_scores_are_the_same_for_any_number_of_threads(self):
        model, _ = self.train()
        outputs = []
        for threads in (1, 2):
            out = self.directory / f"scored{threads}.csv"
            run_ok("score", model, self.test_file, "--layout", "nsl-kdd", "--threads", threads, "-o", out)
            outputs.append(out.read_bytes())
        self.assertEqual(outputs[0], outputs[1])
        rows = list(csv.DictReader(io.StringIO(outputs[0].decode())))
        self.assertEqual(len(rows), 22544)
        self.assertEqual(list(rows[0])[-4:], ["score", "p_value", "verdict", "reasons"])
        for row in rows:
            self.assertEqual(row["verdict"] == "1", float(row["p_value"]) <= 0.05)
            self.assertEqual(row["verdict"] == "1", row["reasons"] != "")

    def test_scores_made_elsewhere_are_evaluated_as_our_own(self):
        model, _ = self.train()
        out = self.directory / "scored.csv"
        run_ok("score", model, self.test_file, "--layout", "nsl-kdd", "-o", out)
        ours = run_ok("evaluate", model, self.test_file, "--layout", "nsl-kdd", "--json").json()
        theirs = run_ok("evaluate", "--scores", out, self.test_file, "--layout", "nsl-kdd", "--json").json()
        self.assertEqual(ours["confusion"], theirs["confusion"])
        self.assertAlmostEqual(ours["auc"], theirs["auc"], places=6)

    def test_rows_from_a_pipe_are_scored_as_they_come(self):
        model, _ = self.train()
        command = f"(zcat '{self.test_file}' | head -5; sleep 9) | '{BINARY}' score '{model}' - --layout nsl-kdd --line-buffered"
        started = time.monotonic()
        with subprocess.Popen(["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            lines = [process.stdout.readline() for _ in range(6)]
            self.assertLess(time.monotonic() - started, 5)
            process.kill()
        self.assertTrue(lines[0].startswith(b"duration,"))
        self.assertTrue(all(line.count(b",") >= 46 for line in lines))

    def test_recutting_gives_what_training_with_that_rule_gives(self):
        model, _ = self.train()
        first = run_ok("evaluate", model, self.test_file, "--layout", "nsl-kdd", "--threshold", "mad:3.5", "--json").json()
        again = self.directory / "again.nst"
        run_ok("train", self.train_file, "--layout", "nsl-kdd", "--detector", "iforest", "--seed", "1", "--threshold", "mad:3.5", "-o", again)
        second = run_ok("evaluate", again, self.test_file, "--layout", "nsl-kdd", "--json").json()
        self.assertEqual(first["confusion"], second["confusion"])


class Auto(harness.TestCase):
    """The default of train, on the normal rows of KDDTrain+."""

    def test_it_is_far_better_than_the_forest_and_keeps_its_promise(self):
        model = self.directory / "m.nst"
        for seed in (1, 2):
            with self.subTest(seed=seed):
                trained = run_ok("train", data("nsl-kdd/KDDTrain+.txt.gz"), "--layout", "nsl-kdd", "--seed", seed,
                                 "--false-alarms", "0.05", "-o", model, "--json").json()
                self.assertEqual(trained["detector"]["name"], "auto")
                self.assertGreaterEqual(len(trained["members"]), 2)
                answer = run_ok("evaluate", model, data("nsl-kdd/KDDTest+.txt.gz"), "--layout", "nsl-kdd", "--resamples", "0",
                                "--json").json()
                found = answer["confusion"]
                self.assertGreaterEqual(answer["auc"], 0.972)
                self.assertGreaterEqual(answer["accuracy"], 0.90)
                self.assertGreaterEqual(2 * found["tp"] / (2 * found["tp"] + found["fp"] + found["fn"]), 0.905)
                self.assertLessEqual(answer["false_alarms"]["measured"], 0.065)
                r2l = next(family for family in answer["families"] if family["family"] == "r2l")
                self.assertGreaterEqual(r2l["recall_at_fpr"]["0.05"], 0.58)

    def test_its_reasons_name_what_was_planted(self):
        lines = subprocess.run(["zcat", data("nsl-kdd/KDDTrain+.txt.gz")], capture_output=True, check=True).stdout.decode().split("\n")
        normal = [line.split(",") for line in lines if ",normal," in line]
        model = self.directory / "m.nst"
        quiet = self.write("quiet.csv", "\n".join(",".join(cells) for cells in normal[:20000]) + "\n")
        run_ok("train", quiet, "--layout", "nsl-kdd", "-o", model)
        planted = {0: ("duration", "5000"), 1: ("protocol_type", "icmp"), 4: ("src_bytes", "900000000"), 9: ("hot", "80"),
                   31: ("dst_host_count", "-5")}
        rows, expected = [], []
        for number, (place, (name, value)) in enumerate([*planted.items()] * 20):
            cells = list(normal[30000 + number])
            cells[place] = value
            rows.append(",".join(cells))
            expected.append(name)
        odd = self.write("odd.csv", "\n".join(rows) + "\n")
        answer = run_ok("explain", model, odd, "--layout", "nsl-kdd", "--row", ",".join(str(row + 1) for row in range(100)), "--json").json()
        led = sum(row["reasons"][0]["feature"] == name for row, name in zip(answer["rows"], expected))
        self.assertGreaterEqual(led, 80)


class Kdd99(harness.TestCase):
    """KDD Cup 1999: the reference notebook's study, with what is wrong with it."""

    def test_training_on_everything_is_as_bad_as_the_notebook_and_says_why(self):
        ten_percent = data("kdd99/kddcup.data_10_percent.gz")
        model = self.directory / "k.nst"
        run_ok("train", ten_percent, "--layout", "kdd99", "--all-rows", "--detector", "iforest", "--threshold", "contamination:0.1",
               "--seed", "1", "-o", model)
        answer = run_ok("evaluate", model, ten_percent, "--layout", "kdd99", "--json").json()
        confusion = answer["confusion"]
        self.assertEqual(confusion["tn"] + confusion["fp"], 97278)
        self.assertEqual(confusion["fn"] + confusion["tp"], 396743)
        self.assertGreaterEqual(answer["accuracy"], 0.19)
        self.assertLessEqual(answer["accuracy"], 0.24)
        base_rate = [audit for audit in answer["audits"] if audit["id"] == "base-rate"]
        self.assertEqual([audit["severity"] for audit in base_rate], ["error"])
        self.assertAlmostEqual(base_rate[0]["value"], 0.803, places=3)

    def test_the_forest_of_ten_features_is_as_good_as_the_notebook_says(self):
        ten_percent = data("kdd99/kddcup.data_10_percent.gz")
        corrected = data("kdd99/corrected.gz")
        features = "duration,protocol_type,service,src_bytes,dst_bytes,logged_in,count,srv_count,dst_host_count,dst_host_srv_count"
        accuracies = []
        for seed in range(1, 6):
            model = self.directory / f"ten{seed}.nst"
            run_ok("train", ten_percent, "--layout", "kdd99", "--learn", features, "--detector", "iforest", "--calibration", "0",
                   "--threshold", "contamination:auto", "--numeric", "standardise", "--seed", seed, "-o", model)
            answer = run_ok("evaluate", model, corrected, "--layout", "kdd99", "--resamples", "0", "--json").json()
            accuracies.append(answer["accuracy"])
        mean = sum(accuracies) / len(accuracies)
        self.assertGreaterEqual(mean, 0.905, accuracies)
        self.assertLessEqual(mean, 0.935, accuracies)

    def test_the_ceiling_of_the_columns_is_found(self):
        model = self.directory / "k.nst"
        run_ok("train", data("kdd99/kddcup.data_10_percent.gz"), "--layout", "kdd99", "--detector", "iforest", "--seed", "1", "-o", model)
        answer = run_ok("evaluate", model, data("kdd99/corrected.gz"), "--layout", "kdd99", "--resamples", "0", "--json").json()
        ceiling = [audit for audit in answer["audits"] if audit["id"] == "ceiling"][0]
        self.assertAlmostEqual(ceiling["value"], 0.9817, places=3)

    def test_scan_ranks_distinct_rows_with_reasons_and_says_that_most_are_alike(self):
        answer = run_ok("scan", data("kdd99/kddcup.data_10_percent.gz"), "--layout", "kdd99", "--top", "20", "--json").json()
        self.assertEqual(answer["rows"], 494021)
        self.assertIs(answer["labels_used"], False)
        self.assertEqual([entry["rank"] for entry in answer["top"]], list(range(1, 21)))
        self.assertTrue(all(entry["reasons"] for entry in answer["top"]))
        scores = [entry["score"] for entry in answer["top"]]
        self.assertEqual(scores, sorted(scores, reverse=True))
        self.assertIn("most-rows-alike", [warning["id"] for warning in answer["warnings"]])


class BrokenData(harness.TestCase):
    def test_a_wrong_cell_on_line_20000_is_named_by_line_and_column(self):
        lines = subprocess.run(["zcat", data("nsl-kdd/KDDTrain+.txt.gz")], capture_output=True, check=True).stdout.split(b"\n")
        cells = lines[19999].split(b",")
        cells[4] = b"abc"
        lines[19999] = b",".join(cells)
        broken = self.write("broken.csv", b"\n".join(lines))
        out = self.directory / "m.nst"
        answer = run("train", broken, "--layout", "nsl-kdd", "--detector", "iforest", "-o", out)
        self.assert_refused(answer, 1, f"{broken}:20000:5: src_bytes: found \"abc\", expected ")
        self.assertFalse(out.exists())
        answer = run_ok("train", broken, "--layout", "nsl-kdd", "--detector", "iforest", "--skip-bad-rows", "-o", out, "--json").json()
        self.assertEqual(answer["rows_read"], 125972)
        self.assertEqual(sum(answer["inputs"][0]["skipped"].values()), 1)

    def test_kdd_without_its_layout_is_refused_and_the_layout_suggested(self):
        for path, layout in (("kdd99/corrected.gz", "kdd99"), ("nsl-kdd/KDDTest+.txt.gz", "nsl-kdd")):
            answer = run("scan", data(path))
            self.assert_refused(answer, 1, f"--layout {layout}", "--no-header", "--columns")


if __name__ == "__main__":
    harness.main()
