"""Mixtures and k-means against scikit-learn, in turn, on the same made-up matrices.

usage: dense_peers.py DETECTOR_DRIVER [ROUNDS]      (default 5 rounds)

Needs numpy and scikit-learn. Prints the medians and the median of the rounds' ratios. Other work on the machine hurts
scikit-learn's spinning threads more than ours: on a busy one OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 is fairer to it.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture


def matrices():
    rng = np.random.default_rng(1)
    label = rng.integers(0, 8, 100_000)
    mixing = rng.normal(size=(8, 40, 40)) * 0.3 + np.eye(40)
    clouds = rng.normal(size=(8, 40))[label] * 1.5 + np.einsum("ni,nij->nj", rng.normal(size=(100_000, 40)), mixing[label])
    scale = np.array([1, 1, 1, 1, 2, 2, 2, 3, 3, 5, 8])
    counts = np.round(np.abs(rng.normal(size=(100_000, 11))) * scale, 1)
    counts = (counts - counts.mean(0)) / counts.std(0)
    return [part.astype(np.float32) for part in (rng.normal(size=(6960, 48)), clouds, counts)]


def ours(driver, folder, name, matrix, *settings):
    data, out = folder / "rows.f32", folder / "out.f64"
    if not data.exists() or data.stat().st_size != matrix.nbytes:
        matrix.tofile(data)
    command = [driver, name, data, len(matrix), matrix.shape[1], data, min(100, len(matrix)), out, 0, *settings]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[1])


def theirs(fit):
    before = time.perf_counter()
    fit()
    return time.perf_counter() - before


def main():
    driver, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    small, clouds, counts = matrices()
    wide = [part.astype(float) for part in (small, clouds)]
    works = [
        ("gmm k=1, 6,960 x 48", 15, ("gmm", small, "components=1"), lambda: GaussianMixture(1).fit(wide[0])),
        ("gmm k=8, 20 iterations, 100,000 x 40", 8, ("gmm", clouds, "components=8", "max_iter=20", "tol=0"),
         lambda: GaussianMixture(8, max_iter=20, tol=0).fit(wide[1])),
        ("elbow k=2..21, 100,000 x 11", 6, ("elbow", counts),
         lambda: [KMeans(k, n_init="auto").fit(counts) for k in range(2, 22)]),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for title, goal, work, peer in works:
            pairs = []
            for _ in range(rounds):
                pairs.append((ours(driver, pathlib.Path(folder), *work), theirs(peer)))
            mine, other = np.median(pairs, axis=0)
            ratio = np.median([b / a for a, b in pairs])
            print(f"{title}: {mine:.4f} s, scikit-learn {other:.4f} s: {ratio:.1f} x (goal {goal} x)", flush=True)


main()
