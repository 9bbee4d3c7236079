"""The detectors that do linear algebra against scikit-learn: same matrix, same settings, 5 seeds
(10 for mixtures).

usage: oracle_dense.py DETECTOR_DRIVER DATA_DIRECTORY [mahalanobis|pca|kmeans|gmm|ocpp ...]

Needs numpy, pandas and scikit-learn (>= 1.6). Exits with 77 (skipped) where these or the data are absent, with 1 there if
CI=true, and with 1 where a bound does not hold.
"""

import gzip
import os
import pathlib
import subprocess
import sys
import tempfile
import time


def absent(what):
    print(f"skipped: {what}")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)


try:
    import numpy as np
    import pandas as pd
    from sklearn.cluster import KMeans
    from sklearn.covariance import EmpiricalCovariance
    from sklearn.decomposition import PCA
    from sklearn.metrics import roc_auc_score
    from sklearn.mixture import GaussianMixture
except ImportError as error:
    absent(error)

SEEDS = range(5)
SEEDS_OF_MIXTURES = range(10)  # k-means starts lead either program to one of many local optima: AUC .954 to .970


class Driver:
    """Runs detector_driver on matrices."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def scores(self, name, train, test, seed, *settings):
        files = [str(self.folder / part) for part in ("train.f32", "test.f32", "out.f64")]
        np.ascontiguousarray(train, np.float32).tofile(files[0])
        np.ascontiguousarray(test, np.float32).tofile(files[1])
        command = [self.program, name, files[0], len(train), train.shape[1], files[1], len(test), files[2], seed, *settings]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{name}: {done.stderr}")
        self.said = done.stdout
        self.seconds = float(done.stdout.split()[1])
        return np.fromfile(files[2])


def nsl_kdd(data):
    """Normal training rows, test rows (log1p + standardise + one-hot, fitted on the training rows) and test labels."""
    names = ("KDDTrain+.txt.gz", "KDDTest+.txt.gz")
    if not all((data / "nsl-kdd" / name).exists() for name in names):
        absent(f"{data}/nsl-kdd")
    train, test = (pd.read_csv(data / "nsl-kdd" / name, header=None) for name in names)
    train = train[train[41] == "normal"]
    encoded = [[], []]
    for column in range(41):
        if column in (1, 2, 3):
            for level in sorted(train[column].unique()):
                for part, table in zip(encoded, (train, test)):
                    part.append((table[column] == level).to_numpy(float))
            continue
        logs = [np.sign(table[column]) * np.log1p(np.abs(table[column])) for table in (train, test)]
        mean, sd = logs[0].mean(), logs[0].std(ddof=0)
        for part, log in zip(encoded, logs):
            part.append(((log - mean) / (sd if sd > 0 else 1)).to_numpy())
    return *(np.column_stack(part).astype(np.float32) for part in encoded), (test[41] != "normal").to_numpy()


def compare(name, ours, theirs):
    """Two lists of AUCs, a seed each."""
    ours, theirs = np.array(ours), np.array(theirs)
    bound = max(0.002, 2 * theirs.std(ddof=1))
    away = abs(ours.mean() - theirs.mean())
    fine = away <= bound
    print(f"{name}: AUC {ours.mean():.4f} +- {ours.std(ddof=1):.4f}, scikit-learn {theirs.mean():.4f} +- "
          f"{theirs.std(ddof=1):.4f}: {away:.4f} away, {bound:.4f} allowed{'' if fine else '  FAILED'}", flush=True)
    return fine


def splits(train, seeds=SEEDS):
    """Four fifths of the training rows, drawn for each seed."""
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(train))
        yield seed, train[np.sort(order[: len(train) * 4 // 5])]


def check_mahalanobis(driver, train, test, labels):
    varied = [j for j in range(train.shape[1]) if len(np.unique(train[:, j])) > 2]
    basis = []  # columns that no others add up to, or scikit-learn would take a pseudo-inverse
    for j in varied:
        if np.linalg.cond(np.atleast_2d(np.corrcoef(train[:, basis + [j]].T))) < 1e6:
            basis.append(j)
    fine = True
    ours, theirs = [], []
    for seed, rows in splits(train):
        found = driver.scores("mahalanobis", rows[:, basis], test[:, basis], seed, "ridge=0", "log=no")
        peer = EmpiricalCovariance().fit(rows[:, basis].astype(float)).mahalanobis(test[:, basis].astype(float))
        worst = np.max(np.abs(found - peer) / (1 + peer))
        fine = fine and worst < 1e-6
        ours.append(roc_auc_score(labels, driver.scores("mahalanobis", rows, test, seed)))
        away = test.astype(float) - rows.mean(0, dtype=float)
        covariance = np.cov(rows.T.astype(float), ddof=0) + 1e-3 * np.eye(rows.shape[1])
        theirs.append(roc_auc_score(labels, np.einsum("ij,ij->i", away @ np.linalg.inv(covariance), away)))
    print(f"mahalanobis, {len(basis)} columns: worst relative difference from EmpiricalCovariance {worst:.1e}")
    return compare("mahalanobis with a ridge of .001", ours, theirs) and fine


def check_pca(driver, train, test, labels):
    ours, theirs = [], []
    for seed, rows in splits(train):
        ours.append(roc_auc_score(labels, driver.scores("pca", rows, test, seed, "share=0.95")))
        pca = PCA(0.95, svd_solver="full").fit(rows.astype(float))
        away = test - pca.inverse_transform(pca.transform(test.astype(float)))
        theirs.append(roc_auc_score(labels, (away**2).sum(1)))
    return compare("pca .95", ours, theirs)


def check_kmeans(driver, train, test, labels):
    fine = True
    for clusters in (8, 64):
        ours, theirs = [], []
        for seed, rows in splits(train):
            ours.append(roc_auc_score(labels, driver.scores("kmeans", rows, test, seed, f"clusters={clusters}")))
            theirs.append(roc_auc_score(labels, KMeans(clusters, random_state=seed).fit(rows).transform(test).min(1)))
        fine = compare(f"kmeans {clusters}", ours, theirs) and fine
    return fine


def check_gmm(driver, train, test, labels):
    fine = True
    for components, kind, ridge in ((1, "full", 1e-6), (8, "full", 1e-3), (8, "diagonal", 1e-3)):
        ours, theirs, seconds, peer_seconds = [], [], 0, 0
        for seed, rows in splits(train, SEEDS_OF_MIXTURES if components > 1 else SEEDS):
            rows = rows[:: max(1, len(rows) // 20000)]
            ours.append(roc_auc_score(labels, driver.scores("gmm", rows, test, seed, f"components={components}",
                                                            f"covariance={kind}", f"reg_covar={ridge}")))
            seconds += driver.seconds
            before = time.time()
            peer = GaussianMixture(components, covariance_type=kind[:4], reg_covar=ridge, random_state=seed)
            peer.fit(rows.astype(float))
            peer_seconds += time.time() - before
            theirs.append(roc_auc_score(labels, -peer.score_samples(test.astype(float))))
        fine = compare(f"gmm {components} {kind}", ours, theirs) and fine
        print(f"  fit seconds in all: {seconds:.2f}, scikit-learn {peer_seconds:.2f}")
    return fine


def check_ocpp(driver, data):
    """Notebook 000: one Gaussian on the attacks, nothing scaled; the attack is what is usual."""
    files = list((data / "ocpp").glob("*_labelled.csv.gz"))
    if not files:
        absent(f"{data}/ocpp")
    table = pd.read_csv(gzip.open(files[0]))
    ends = ("flow_id", "flow_start_timestamp", "flow_end_timestamp", "src_ip", "dst_ip", "src_port", "dst_port", "label")
    columns = table.drop(columns=list(ends)).to_numpy(np.float32)
    normal = (table["label"] == "normal").to_numpy()
    aucs = []
    for seed in SEEDS:
        attacks = np.random.default_rng(seed).permutation(np.flatnonzero(~normal))
        cut = len(attacks) * 4 // 5
        test = np.concatenate([attacks[cut:], np.flatnonzero(normal)])
        scores = driver.scores("gmm", columns[attacks[:cut]], columns[test], seed, "components=1", "reg_covar=1e-6")
        aucs.append(roc_auc_score(normal[test], scores))
    print(f"ocpp, {columns.shape[1]} columns: AUC of gmm components=1, least of 5 seeds: {min(aucs):.5f}")
    print("  " + driver.said.replace("\n", "\n  ").rstrip())
    return min(aucs) >= 0.9995


def main():
    program, data = sys.argv[1], pathlib.Path(sys.argv[2])
    names = sys.argv[3:] or ["mahalanobis", "pca", "kmeans", "gmm", "ocpp"]
    with tempfile.TemporaryDirectory() as folder:
        driver = Driver(program, pathlib.Path(folder))
        tables = nsl_kdd(data) if names != ["ocpp"] else None
        checks = {"mahalanobis": check_mahalanobis, "pca": check_pca, "kmeans": check_kmeans, "gmm": check_gmm}
        results = [check_ocpp(driver, data) if name == "ocpp" else checks[name](driver, *tables) for name in names]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
