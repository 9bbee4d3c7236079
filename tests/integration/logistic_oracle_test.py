"""Logistic regression against scikit-learn's LogisticRegression(class_weight="balanced") on NSL-KDD."""

import harness

harness.use_oracle()

import numpy  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

import detector_oracle  # noqa: E402
from detector_oracle import auc  # noqa: E402


class LogisticAgainstScikitLearn(detector_oracle.TestCase):
    def setUp(self):
        super().setUp()
        self.rows = detector_oracle.scaled(detector_oracle.nsl_kdd(lambda table: table))

    def assert_same(self, columns, tolerance):
        train, test = self.rows.train[:, columns], self.rows.test[:, columns]
        fitted = self.fit("logistic", train, test, labels=self.rows.train_labels)
        self.assertEqual(fitted.facts["notes"], [])
        peer = LogisticRegression(class_weight="balanced", max_iter=2000, tol=1e-6)
        theirs = peer.fit(train.astype(float), self.rows.train_labels).decision_function(test.astype(float))
        ours_auc, theirs_auc = (auc(self.rows.test_labels, scores) for scores in (fitted.scores, theirs))
        print(f"{len(columns)} columns: AUC {ours_auc:.6f}, scikit-learn {theirs_auc:.6f}")
        self.assertLessEqual(abs(ours_auc - theirs_auc), 0.002)
        self.assertLessEqual(numpy.median(numpy.abs(fitted.scores - theirs)), tolerance * theirs.std())

    def test_decision_values_of_a_few_columns_are_the_same(self):
        self.assert_same([1, 2, 19, 20, 30], 1e-3)

    def test_decision_values_of_the_number_columns_are_the_same(self):
        self.assert_same(list(range(38)), 1e-2)

    def test_all_122_columns_rank_the_rows_alike(self):
        self.assert_same(list(range(self.rows.train.shape[1])), 5e-2)


if __name__ == "__main__":
    harness.main()
