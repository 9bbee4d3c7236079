"""The autoencoder's losses against Keras': on a small net those kept in keras_losses.json (tools/keras-losses --keep makes
them again), on KDD99 the range in which notebook 002's training begins."""

import subprocess
import sys

import harness

harness.use_oracle("numpy, pandas, sklearn")

import pandas  # noqa: E402

import detector_oracle  # noqa: E402


class AutoencoderAgainstKeras(detector_oracle.TestCase):
    def test_losses_after_each_of_five_epochs_are_within_three_standard_deviations(self):
        done = subprocess.run(
            [sys.executable, harness.SOURCE / "tools/keras-losses", "--driver", harness.BINARY.parent / "detector_driver",
             "--kept", harness.SOURCE / "tests/integration/keras_losses.json"],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("\n| "), 6, done.stdout)

    def test_training_on_kdd99_begins_where_the_notebooks_does_and_falls(self):
        """All of the 10 % file, one-hot and standardised: 118 columns, layers 14-7-7-118, batches of 32."""
        table = pandas.read_csv(harness.data("kdd99/kddcup.data_10_percent.gz"), header=None)
        wide = pandas.get_dummies(table.iloc[:, :-1], columns=[1, 2, 3], dtype="float32").to_numpy("float32")
        self.assertEqual(wide.shape, (494_021, 118))
        deviation = wide.std(0, dtype=float)
        deviation[deviation == 0] = 1
        matrix = ((wide - wide.mean(0, dtype=float)) / deviation).astype("float32")
        fitted = self.fit("autoencoder", matrix, matrix[:100], "layers=14,7,7", "activations=tanh,relu,tanh", "output=relu",
                          "batch=32", "epochs=3", "validation=0.1", "patience=0")
        loss = fitted.facts["loss"]
        print(f"training losses on KDD99: {loss}")
        self.assertEqual(len(loss), 3)
        self.assertTrue(0.70 <= loss[0] <= 0.90, loss)
        self.assertEqual(loss, sorted(loss, reverse=True))
        self.assertLess(loss[-1], loss[0])


if __name__ == "__main__":
    harness.main()
