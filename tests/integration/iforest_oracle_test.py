"""Our isolation forest against scikit-learn's, on the same matrices with the same settings: as good, within the spread of
seeds."""

import json
import statistics
import subprocess
import time

import harness

harness.use_oracle()

import numpy  # noqa: E402
from sklearn.ensemble import IsolationForest  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402

PROGRAM = harness.BINARY.parent / "netstray_iforest_matrices"
TREES, SAMPLE = 100, 256


class IsolationForestOracle(harness.TestCase):
    def compare(self, case):
        done = subprocess.run([PROGRAM, case, harness.DATA, self.directory], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        facts = json.loads(done.stdout)
        shape = (-1, facts["columns"])
        train = numpy.fromfile(self.directory / "train.f32", numpy.float32).reshape(shape)
        test = numpy.fromfile(self.directory / "test.f32", numpy.float32).reshape(shape)
        labels = numpy.fromfile(self.directory / "labels.u8", numpy.uint8)
        scores = numpy.fromfile(self.directory / "scores.f64").reshape(facts["seeds"], -1)
        ours = [roc_auc_score(labels, row) for row in scores]

        theirs, fit_seconds, score_seconds, mean_scores = [], [], [], []
        for seed in range(facts["seeds"]):
            start = time.perf_counter()
            forest = IsolationForest(n_estimators=TREES, max_samples=SAMPLE, random_state=seed).fit(train)
            fitted = time.perf_counter()
            their_scores = -forest.score_samples(test)
            fit_seconds.append(fitted - start)
            score_seconds.append(time.perf_counter() - fitted)
            mean_scores.append(their_scores.mean())
            theirs.append(roc_auc_score(labels, their_scores))

        allowed = max(0.002, 2 * max(statistics.stdev(ours), statistics.stdev(theirs)))
        difference = statistics.mean(ours) - statistics.mean(theirs)
        print(f"\n{case}: {facts['train_rows']} rows to learn, {facts['test_rows']} to score, {facts['columns']} columns")
        for who, aucs, fit, score in (("netstray", ours, facts["fit_seconds"], facts["score_seconds"]),
                                      ("scikit-learn", theirs, fit_seconds, score_seconds)):
            print(f"  {who:12} AUC {statistics.mean(aucs):.4f} +- {statistics.stdev(aucs):.4f}  "
                  f"fit {statistics.median(fit):.3f} s  score {statistics.median(score):.3f} s")
        self.assertLessEqual(abs(difference), allowed)
        # The scores themselves are on one scale, too, so that a contamination of "auto" means the same.
        spread = 2 * max(statistics.stdev(mean_scores), statistics.stdev(scores.mean(axis=1)))
        self.assertLessEqual(abs(scores.mean() - statistics.mean(mean_scores)), max(0.002, spread))

    def test_is_as_good_on_nsl_kdd(self):
        harness.data("nsl-kdd")
        self.compare("nsl-kdd")

    def test_is_as_good_on_kdd99(self):
        harness.data("kdd99")
        self.compare("kdd99")


if __name__ == "__main__":
    harness.main()
