"""Logistic regression against scikit-learn's LogisticRegression(class_weight="balanced")."""

import json
import subprocess

import harness

harness.use_oracle()

import numpy
import pandas
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

COLUMNS = 41


def matrix(path, levels=None):
    """NSL-KDD's numbers (log1p) and one-hot categories, and whether a row is an attack."""
    frame = pandas.read_csv(path, header=None)
    labels = (frame[COLUMNS] != "normal").to_numpy(numpy.uint8)
    categories = frame[[1, 2, 3]]
    levels = levels or {column: sorted(categories[column].unique()) for column in categories}
    numbers = numpy.log1p(frame.drop(columns=[1, 2, 3, COLUMNS, COLUMNS + 1]).to_numpy(numpy.float64))
    wide = [numpy.equal.outer(categories[column].to_numpy(), numpy.array(levels[column], object)) for column in categories]
    return numpy.hstack([numbers, *wide]), labels, levels


class LogisticAgainstScikitLearn(harness.TestCase):
    def setUp(self):
        super().setUp()
        train, self.train_labels, levels = matrix(harness.data("nsl-kdd/KDDTrain+.txt.gz"))
        test, self.test_labels, _ = matrix(harness.data("nsl-kdd/KDDTest+.txt.gz"), levels)
        mean, deviation = train.mean(0), train.std(0)
        deviation[deviation == 0] = 1
        self.train, self.test = ((part - mean) / deviation for part in (train, test))

    def ours(self, columns, *settings):
        """Decision values of the test rows."""
        train, test = (numpy.ascontiguousarray(part[:, columns], "<f4") for part in (self.train, self.test))
        for name, values in (("train", train), ("test", test), ("labels", self.train_labels)):
            values.tofile(self.directory / name)
        done = subprocess.run(
            [harness.BINARY.parent / "detector_driver", "logistic", self.directory / "train", str(len(train)),
             str(train.shape[1]), self.directory / "test", str(len(test)), self.directory / "scores", "1",
             "--labels", self.directory / "labels", *settings],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["notes"], [])
        return numpy.fromfile(self.directory / "scores", "<f8")

    def theirs(self, columns):
        model = LogisticRegression(class_weight="balanced", max_iter=2000, tol=1e-6)
        train, test = (part[:, columns].astype(numpy.float32) for part in (self.train, self.test))
        return model.fit(train.astype(numpy.float64), self.train_labels).decision_function(test.astype(numpy.float64))

    def assert_same(self, columns, tolerance):
        ours, theirs = self.ours(columns), self.theirs(columns)
        ours_auc, theirs_auc = (roc_auc_score(self.test_labels, scores) for scores in (ours, theirs))
        print(f"{len(columns)} columns: AUC {ours_auc:.6f}, scikit-learn {theirs_auc:.6f}")
        self.assertLessEqual(abs(ours_auc - theirs_auc), 0.002)
        self.assertLessEqual(numpy.median(numpy.abs(ours - theirs)), tolerance * theirs.std())

    def test_decision_values_of_a_few_columns_are_the_same(self):
        self.assert_same([1, 2, 19, 20, 30], 1e-3)

    def test_decision_values_of_the_number_columns_are_the_same(self):
        self.assert_same(list(range(38)), 1e-2)

    def test_all_122_columns_rank_the_rows_alike(self):
        self.assert_same(list(range(self.train.shape[1])), 5e-2)


if __name__ == "__main__":
    harness.main()
