"""t-SNE against scikit-learn's, by how far neighbours on the picture are neighbours in the data too."""

import harness

harness.use_oracle()

import numpy  # noqa: E402
import pandas  # noqa: E402
from sklearn.manifold import TSNE, trustworthiness  # noqa: E402

import detector_oracle  # noqa: E402


class TsneAgainstScikitLearn(detector_oracle.TestCase):
    def assert_as_trustworthy(self, what, rows):
        """Ours and theirs with the default settings, both measured by scikit-learn on the rows that differ: of copies any
        may be the nearest. Its divergence counts no pair of copies, so it tells nothing where rows repeat."""
        fitted = self.fit("tsne", rows, rows[:1])
        peer = TSNE(random_state=0)
        pictures = fitted.scores.reshape(len(rows), 2), peer.fit_transform(rows)
        once = numpy.unique(rows, axis=0, return_index=True)[1]
        ours, theirs = (trustworthiness(rows[once], points[once]) for points in pictures)
        print(f"{what}, {len(once)} distinct rows: trustworthiness {ours:.4f}, scikit-learn's {theirs:.4f}; divergence "
              f"{fitted.facts['divergence']:.4f}, {peer.kl_divergence_:.4f}", flush=True)
        self.assertGreater(ours, theirs - 0.01)
        if len(once) == len(rows):
            self.assertLess(abs(fitted.facts["trustworthiness"] - ours), 1e-4)
            self.assertLess(fitted.facts["divergence"], 1.05 * peer.kl_divergence_)

    def test_of_made_up_clouds(self):
        random = numpy.random.default_rng(1)
        centres = 3 * random.normal(size=(6, 11))
        rows = centres[random.integers(0, 6, 1000)] + random.normal(size=(1000, 11))
        self.assert_as_trustworthy("clouds", rows.astype(numpy.float32))

    def test_of_traffic_of_charging_stations(self):
        rows = detector_oracle.scaled(detector_oracle.ocpp()).train
        self.assert_as_trustworthy("OCPP", rows[:1200])

    def test_of_traffic_of_which_most_repeats(self):
        """Of these rows over half are copies, most of them of one flood."""
        table = pandas.read_csv(harness.data("kdd99/kddcup.data_10_percent.gz"), header=None).sample(1000, random_state=1)
        rows = numpy.log1p(table.drop(columns=[1, 2, 3, 41]).to_numpy(float))
        self.assert_as_trustworthy("KDD", detector_oracle.standardised(rows, rows)[0].astype(numpy.float32))


if __name__ == "__main__":
    harness.main()
