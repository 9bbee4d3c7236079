"""The autoencoder's losses against Keras' (kept in keras_losses.json; tools/keras-losses --keep makes that again)."""

import subprocess
import sys

import harness

harness.use_oracle("numpy")


class AutoencoderAgainstKeras(harness.TestCase):
    def test_losses_after_each_of_five_epochs_are_within_three_standard_deviations(self):
        done = subprocess.run(
            [sys.executable, harness.SOURCE / "tools/keras-losses", "--driver", harness.BINARY.parent / "detector_driver",
             "--kept", harness.SOURCE / "tests/integration/keras_losses.json"],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("\n| "), 6, done.stdout)


if __name__ == "__main__":
    harness.main()
