"""mahalanobis, pca, kmeans and gmm against scikit-learn on NSL-KDD: the same matrix and settings, as good within the spread
of seeds. A seed draws four fifths of the training rows."""

import harness

harness.use_oracle()

import numpy  # noqa: E402
from sklearn.cluster import KMeans  # noqa: E402
from sklearn.covariance import EmpiricalCovariance  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from sklearn.mixture import GaussianMixture  # noqa: E402

import detector_oracle  # noqa: E402
from detector_oracle import SEEDS, auc  # noqa: E402

# k-means starts lead either program to one of many local optima of a full mixture: AUC .954 to .970. With 5 seeds the means
# have come out .0005 further apart than is allowed; with 10 they are inside.
SEEDS_OF_FULL_MIXTURES = range(10)


def independent_columns(rows):
    """Columns that no others add up to, or scikit-learn would take a pseudo-inverse."""
    basis = []
    for column in range(rows.shape[1]):
        if len(numpy.unique(rows[:, column])) <= 2:
            continue
        if numpy.linalg.cond(numpy.atleast_2d(numpy.corrcoef(rows[:, [*basis, column]].T))) < 1e6:
            basis.append(column)
    return basis


class DenseOracle(detector_oracle.TestCase):
    def setUp(self):
        super().setUp()
        self.rows = detector_oracle.nsl_kdd()
        self.test, self.labels = self.rows.test, self.rows.test_labels

    def splits(self, seeds=SEEDS):
        train = self.rows.train
        for seed in seeds:
            order = numpy.random.default_rng(seed).permutation(len(train))
            yield seed, train[numpy.sort(order[: len(train) * 4 // 5])]

    def compare(self, what, ours, theirs, seeds=SEEDS):
        """`ours` and `theirs` give the scores of the test rows for training rows and a seed."""
        aucs = [(auc(self.labels, ours(rows, seed)), auc(self.labels, theirs(rows, seed))) for seed, rows in self.splits(seeds)]
        self.assert_as_good(what, *zip(*aucs))

    def test_mahalanobis_without_ridge_gives_scikit_learns_distances(self):
        basis = independent_columns(self.rows.train)
        self.assertGreater(len(basis), 10)
        _, rows = next(self.splits())
        ours = self.fit("mahalanobis", rows[:, basis], self.test[:, basis], "ridge=0", "log=no").scores
        theirs = EmpiricalCovariance().fit(rows[:, basis].astype(float)).mahalanobis(self.test[:, basis].astype(float))
        numpy.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6)

    def test_mahalanobis_is_as_good(self):
        def theirs(rows, _):
            away = self.test.astype(float) - rows.mean(0, dtype=float)
            covariance = EmpiricalCovariance().fit(rows.astype(float)).covariance_ + 1e-3 * numpy.eye(rows.shape[1])
            return numpy.einsum("ij,ij->i", away @ numpy.linalg.inv(covariance), away)

        self.compare("mahalanobis, ridge .001", lambda rows, _: self.fit("mahalanobis", rows, self.test).scores, theirs)

    def test_pca_is_as_good(self):
        def theirs(rows, _):
            pca = PCA(0.95, svd_solver="full").fit(rows.astype(float))
            away = self.test - pca.inverse_transform(pca.transform(self.test.astype(float)))
            return (away**2).sum(1)

        self.compare("pca .95", lambda rows, _: self.fit("pca", rows, self.test, "share=0.95").scores, theirs)

    def test_kmeans_is_as_good(self):
        for clusters in (8, 64):
            self.compare(
                f"kmeans {clusters}",
                lambda rows, seed: self.fit("kmeans", rows, self.test, f"clusters={clusters}", seed=seed).scores,
                lambda rows, seed: KMeans(clusters, random_state=seed).fit(rows).transform(self.test).min(1))

    def compare_mixtures(self, components, kind, ridge, seeds):
        def ours(rows, seed):
            settings = (f"components={components}", f"covariance={kind}", f"reg_covar={ridge}")
            return self.fit("gmm", rows[::3], self.test, *settings, seed=seed).scores

        def theirs(rows, seed):
            peer = GaussianMixture(components, covariance_type=kind[:4], reg_covar=ridge, random_state=seed)
            return -peer.fit(rows[::3].astype(float)).score_samples(self.test.astype(float))

        self.compare(f"gmm, {components} {kind}", ours, theirs, seeds)

    def test_one_gaussian_is_as_good(self):
        self.compare_mixtures(1, "full", 1e-6, SEEDS)

    def test_a_diagonal_mixture_is_as_good(self):
        self.compare_mixtures(8, "diagonal", 1e-3, SEEDS)

    def test_a_full_mixture_is_as_good(self):
        self.compare_mixtures(8, "full", 1e-3, SEEDS_OF_FULL_MIXTURES)


class GaussianOnOcpp(detector_oracle.TestCase):
    def test_one_gaussian_tells_normal_rows_from_the_attacks_it_learned(self):
        for seed in SEEDS:
            rows = detector_oracle.ocpp(seed)
            fitted = self.fit("gmm", rows.train, rows.test, "components=1", "reg_covar=1e-6", seed=seed)
            found = auc(rows.test_labels, fitted.scores)
            print(f"ocpp, seed {seed}: AUC {found:.5f}")
            self.assertGreaterEqual(found, 0.9995)
            self.assertTrue(any("never vary" in note for note in fitted.facts["notes"]), fitted.facts["notes"])


if __name__ == "__main__":
    harness.main()
