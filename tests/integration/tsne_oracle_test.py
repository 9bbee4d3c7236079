"""t-SNE against scikit-learn's, by how far neighbours on the picture are neighbours in the data too."""

import harness

harness.use_oracle()

import numpy  # noqa: E402
from sklearn.manifold import TSNE, trustworthiness  # noqa: E402

import detector_oracle  # noqa: E402


class TsneAgainstScikitLearn(detector_oracle.TestCase):
    def assert_as_trustworthy(self, what, rows):
        """Ours and theirs with the default settings. The two measures of our picture may differ where rows repeat, as
        equally near rows have no order."""
        fitted = self.fit("tsne", rows, rows[:1])
        ours = fitted.scores.reshape(len(rows), 2)
        peer = TSNE(random_state=0)
        theirs = trustworthiness(rows, peer.fit_transform(rows))
        measured = trustworthiness(rows, ours)
        print(f"{what}: trustworthiness {fitted.facts['trustworthiness']:.4f} (by scikit-learn {measured:.4f}), scikit-learn's "
              f"{theirs:.4f}; divergence {fitted.facts['divergence']:.4f}, {peer.kl_divergence_:.4f}", flush=True)
        self.assertLess(abs(fitted.facts["trustworthiness"] - measured), 0.002)
        self.assertGreater(measured, theirs - 0.01)
        self.assertLess(fitted.facts["divergence"], 1.05 * peer.kl_divergence_ + 0.01)

    def test_of_made_up_clouds(self):
        random = numpy.random.default_rng(1)
        centres = 3 * random.normal(size=(6, 11))
        rows = centres[random.integers(0, 6, 1000)] + random.normal(size=(1000, 11))
        self.assert_as_trustworthy("clouds", rows.astype(numpy.float32))

    def test_of_traffic_of_charging_stations(self):
        rows = detector_oracle.scaled(detector_oracle.ocpp()).train
        self.assert_as_trustworthy("OCPP", rows[:1200])


if __name__ == "__main__":
    harness.main()
