"""knn, lof, hbos, ecod and ocsvm against scikit-learn and pyod: the same matrices and settings. The data: OCPP raw and
standardised, normal rows of NSL-KDD, and made-up rows of which a third are copies."""

import harness

harness.use_oracle("pyod, sklearn")

import numpy  # noqa: E402
from pyod.models.ecod import ECOD  # noqa: E402
from pyod.models.hbos import HBOS  # noqa: E402
from pyod.models.knn import KNN  # noqa: E402
from sklearn.neighbors import LocalOutlierFactor  # noqa: E402
from sklearn.svm import OneClassSVM  # noqa: E402

import detector_oracle  # noqa: E402
from detector_oracle import SEEDS, auc  # noqa: E402

NSL_ROWS, TEST_ROWS = 4000, 4000


def nsl_kdd(seed):
    """A seed's draw of normal training rows and of test rows."""
    rows = detector_oracle.nsl_kdd(lambda table: table[table[41] == "normal"].sample(NSL_ROWS, random_state=seed))
    chosen = numpy.random.default_rng(seed).permutation(len(rows.test))[:TEST_ROWS]
    return rows._replace(test=rows.test[chosen], test_labels=rows.test_labels[chosen])


SETS = {
    "ocpp raw": detector_oracle.ocpp,
    "ocpp standardised": lambda seed: detector_oracle.scaled(detector_oracle.ocpp(seed)),
    "nsl-kdd": nsl_kdd,
    "made up": detector_oracle.made_up,
}


class NeighboursOracle(detector_oracle.TestCase):
    """Each data set with 5 seeds, which draw its rows; the detectors themselves do not use chance."""

    def compare(self, detector, peer, agree, without=()):
        """`peer` gives a seed's scores; `agree` compares them with ours, one by one."""
        for name, draw in SETS.items():
            if name in without:
                continue
            aucs = []
            for seed in SEEDS:
                rows = draw(seed)
                ours, theirs = self.fit(detector, rows.train, rows.test).scores, peer(rows)
                agree(f"{detector}, {name}, seed {seed}", ours, theirs)
                aucs.append((auc(rows.test_labels, ours), auc(rows.test_labels, theirs)))
            self.assert_as_good(f"{detector}, {name}", *zip(*aucs))

    def test_knn_gives_pyods_distances(self):
        self.compare(
            "knn", lambda rows: KNN(n_neighbors=5).fit(rows.train.astype(float)).decision_function(rows.test.astype(float)),
            lambda what, ours, theirs: numpy.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4, err_msg=what))

    def test_lof_gives_scikit_learns_factors(self):
        def peer(rows):
            lof = LocalOutlierFactor(n_neighbors=20, novelty=True).fit(rows.train.astype(float))
            return -lof.score_samples(rows.test.astype(float))

        # Raw, OCPP has one column of 1e8 among others of 1e-6: all that is left of the factors is rounding.
        self.compare("lof", peer, self.assert_median_close, without=("ocpp raw",))

    def assert_median_close(self, what, ours, theirs):
        self.assertLess(numpy.median(numpy.abs(ours - theirs) / theirs), 1e-3, what)

    def test_hbos_is_as_good_as_pyods(self):
        self.compare("hbos", lambda rows: HBOS().fit(rows.train.astype(float)).decision_function(rows.test.astype(float)),
                     lambda *_: None)

    def test_ecod_scores_a_row_as_pyod_does_a_row_alone(self):
        """pyod lets the rows of one call change each other's scores; ours judges each row alone."""
        for name, draw in SETS.items():
            rows = draw(1)
            chosen = numpy.random.default_rng(1).permutation(len(rows.test))[:60]
            peer = ECOD().fit(rows.train.astype(float))
            ours = self.fit("ecod", rows.train, rows.test[chosen]).scores
            theirs = [peer.decision_function(rows.test[row : row + 1].astype(float))[0] for row in chosen]
            numpy.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6, err_msg=name)

    def test_ecod_is_as_good_as_pyods(self):
        """pyod in parts of 25 rows, so that they change each other little; not on the made-up rows, where .54 is chance."""
        for name in ("ocpp raw", "ocpp standardised", "nsl-kdd"):
            aucs = []
            for seed in SEEDS:
                rows = SETS[name](seed)
                chosen = numpy.random.default_rng(seed).permutation(len(rows.test))[:1000]
                peer = ECOD().fit(rows.train.astype(float))
                parts = [peer.decision_function(rows.test[part].astype(float)) for part in numpy.array_split(chosen, 40)]
                ours = self.fit("ecod", rows.train, rows.test[chosen]).scores
                aucs.append((auc(rows.test_labels[chosen], ours), auc(rows.test_labels[chosen], numpy.concatenate(parts))))
            self.assert_as_good(f"ecod, {name}", *zip(*aucs))


class OneClassSvmOracle(detector_oracle.TestCase):
    """scikit-learn's OneClassSVM is libsvm."""

    def compare(self, what, rows, nu, **settings):
        ours = self.fit("ocsvm", rows.train, rows.test, f"nu={nu}", "tolerance=1e-6",
                        *(f"{key}={value}" for key, value in settings.items())).scores
        peer = OneClassSVM(nu=nu, tol=1e-6, **settings).fit(rows.train.astype(float))
        theirs = -peer.decision_function(rows.test.astype(float))
        self.assert_same_values(what, ours, theirs, 1e-3)
        self.assertLessEqual(abs(auc(rows.test_labels, ours) - auc(rows.test_labels, theirs)), 0.002, what)

    def test_decision_values_are_libsvms(self):
        for name, draw in SETS.items():
            for nu in (0.05, 0.3):
                self.compare(f"ocsvm, {name}, nu {nu}", draw(1), nu, gamma="scale")

    def test_linear_decision_values_are_libsvms(self):
        """On columns from 0 to 1: around the origin no plane holds all rows on one side."""
        rows = nsl_kdd(1)
        low, high = rows.train.min(axis=0), rows.train.max(axis=0)
        width = numpy.where(high > low, high - low, 1)
        self.compare("ocsvm linear, nsl-kdd", rows._replace(train=(rows.train - low) / width, test=(rows.test - low) / width),
                     0.1, kernel="linear")

    def test_standardised_ocpp_is_told_apart(self):
        for seed in SEEDS:
            rows = detector_oracle.scaled(detector_oracle.ocpp(seed))
            found = auc(rows.test_labels, self.fit("ocsvm", rows.train, rows.test).scores)
            print(f"ocsvm, ocpp standardised, seed {seed}: AUC {found:.4f}")
            self.assertGreaterEqual(found, 0.99)


if __name__ == "__main__":
    harness.main()
