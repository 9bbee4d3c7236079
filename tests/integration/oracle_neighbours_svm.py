"""knn, lof, hbos, ecod and ocsvm against scikit-learn and pyod on the same matrices with the same settings.

    python3 tests/integration/oracle_neighbours_svm.py PATH/TO/detector_driver [PATH/TO/shared/data]

Data: OCPP (train: 80 % of the attacks, 48 columns, raw and standardised), NSL-KDD (train: 12,000 normal rows, log1p +
standardised + one-hot), and made-up rows of which a third are copies. Exit code 77 where a peer or the data is missing,
1 with CI=true.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

try:
    import numpy
    import pandas
    from pyod.models.ecod import ECOD
    from pyod.models.hbos import HBOS
    from pyod.models.knn import KNN
    from sklearn.metrics import roc_auc_score
    from sklearn.neighbors import LocalOutlierFactor
    from sklearn.svm import OneClassSVM
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)

DRIVER = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release/bin/detector_driver").resolve()
DATA = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).resolve().parents[3] / "shared/data")
OCPP = "ocpp/20240625_Flooding_Heartbeat_filtered_ordered_OcppFlows_120_labelled.csv.gz"
NOT_FEATURES = ["flow_id", "src_ip", "dst_ip", "src_port", "dst_port", "flow_start_timestamp", "flow_end_timestamp", "label"]


def standardised(train, test):
    mean, sd = train.mean(axis=0), train.std(axis=0)
    sd[sd == 0] = 1
    return (train - mean) / sd, (test - mean) / sd


def ocpp(seed=1):
    table = pandas.read_csv(DATA / OCPP)
    attack = (table.label != "normal").to_numpy()
    rows = table.drop(columns=NOT_FEATURES).to_numpy(float)
    attacks = numpy.random.RandomState(seed).permutation(numpy.flatnonzero(attack))
    cut = int(len(attacks) * 0.8)
    test = numpy.vstack([rows[attacks[cut:]], rows[~attack]])
    return rows[attacks[:cut]], test, numpy.r_[numpy.zeros(len(attacks) - cut), numpy.ones((~attack).sum())]


def nsl_kdd(seed=1):
    train = pandas.read_csv(DATA / "nsl-kdd/KDDTrain+.txt.gz", header=None)
    test = pandas.read_csv(DATA / "nsl-kdd/KDDTest+.txt.gz", header=None)
    train = train[train[41] == "normal"].sample(12_000, random_state=seed)
    words, numbers = [1, 2, 3], [column for column in range(41) if column not in (1, 2, 3)]
    logs = standardised(*(numpy.log1p(table[numbers].to_numpy(float)) for table in (train, test)))
    known = [sorted(set(train[column])) for column in words]
    one_hot = [
        numpy.hstack([(table[c].astype(object).to_numpy()[:, None] == numpy.array(k, object)) for c, k in zip(words, known)])
        for table in (train, test)
    ]
    return (*(numpy.hstack(pair) for pair in zip(logs, one_hot)), (test[41] != "normal").to_numpy())


def made_up(seed=1):
    random = numpy.random.RandomState(seed)
    train = numpy.vstack([random.randn(2000, 6), random.randn(2000, 6) * 0.3 + 4])
    train = numpy.vstack([train, train[random.choice(4000, 2000)]])
    test = numpy.vstack([random.randn(500, 6), random.randn(500, 6) * 2 + 2])
    return train, test, numpy.r_[numpy.zeros(500), numpy.ones(500)]


def as_floats(data):
    train, test, labels = data
    return train.astype(numpy.float32), test.astype(numpy.float32), labels


def ours(name, train, test, *settings):
    """Scores, and seconds of the fit and of the scoring."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(pathlib.Path(folder) / part) for part in ("train", "test", "out")]
        train.tofile(paths[0])
        test.tofile(paths[1])
        words = [name, paths[0], len(train), train.shape[1], paths[1], len(test), paths[2], 1, *settings]
        done = subprocess.run([DRIVER, *map(str, words)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        seconds = done.stdout.split()
        return numpy.fromfile(paths[2]), float(seconds[1]), float(seconds[3])


class Oracle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raw = ocpp()
        cls.sets = {
            "ocpp raw": as_floats(raw),
            "ocpp standardised": as_floats((*standardised(*raw[:2]), raw[2])),
            "nsl-kdd": as_floats(nsl_kdd()),
            "made up": as_floats(made_up()),
        }

    def aucs(self, what, labels, mine, theirs):
        result = roc_auc_score(labels, mine), roc_auc_score(labels, theirs)
        print(f"{what}: AUC {result[0]:.4f}, the peer's {result[1]:.4f}", flush=True)
        return result

    def test_knn(self):
        for name, (train, test, labels) in self.sets.items():
            mine, *_ = ours("knn", train, test)
            theirs = KNN(n_neighbors=5).fit(train.astype(float)).decision_function(test.astype(float))
            self.assertLessEqual(abs(numpy.subtract(*self.aucs(f"knn, {name}", labels, mine, theirs))), 0.002)
            numpy.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-4)

    def test_lof(self):
        for name, (train, test, labels) in self.sets.items():
            if name == "ocpp raw":
                continue  # one column of 1e8 among others of 1e-6: all that is left is rounding
            mine, *_ = ours("lof", train, test)
            peer = LocalOutlierFactor(n_neighbors=20, novelty=True).fit(train.astype(float))
            theirs = -peer.score_samples(test.astype(float))
            self.assertLessEqual(abs(numpy.subtract(*self.aucs(f"lof, {name}", labels, mine, theirs))), 0.002)
            self.assertLess(numpy.median(abs(mine - theirs) / theirs), 1e-3)

    def test_hbos(self):
        for name, (train, test, labels) in self.sets.items():
            mine, *_ = ours("hbos", train, test)
            theirs = HBOS().fit(train.astype(float)).decision_function(test.astype(float))
            self.assertLessEqual(abs(numpy.subtract(*self.aucs(f"hbos, {name}", labels, mine, theirs))), 0.002)

    def test_ecod(self):
        """pyod scores rows in each other's company, ours alone: compared with few rows at a time, and one at a time."""
        for name, (train, test, labels) in self.sets.items():
            rows = numpy.random.RandomState(1).permutation(len(test))[:1000]
            mine, *_ = ours("ecod", train, test[rows])
            peer = ECOD().fit(train.astype(float))
            parts = [peer.decision_function(test[part].astype(float)) for part in numpy.array_split(rows, 40)]
            theirs = numpy.concatenate(parts)
            apart = abs(numpy.subtract(*self.aucs(f"ecod, {name}", labels[rows], mine, theirs)))
            if name != "made up":  # there an AUC of .54 is chance
                self.assertLessEqual(apart, 0.002)
            alone = [peer.decision_function(test[row : row + 1].astype(float))[0] for row in rows[:20]]
            print(f"  one row at a time: greatest difference {abs(mine[:20] - alone).max():.2g}")
            self.assertLess(abs(mine[:20] - alone).max(), 1e-6)

    def test_ocsvm(self):
        for name, (train, test, labels) in self.sets.items():
            for nu in (0.05, 0.3):
                peer = OneClassSVM(nu=nu, gamma="scale", tol=1e-6)
                start = time.process_time()
                peer.fit(train.astype(float))
                fitted = time.process_time()
                theirs = -peer.decision_function(test.astype(float))
                scored = time.process_time()
                mine, fit, score = ours("ocsvm", train, test, f"nu={nu}", "tolerance=1e-6")
                off = abs(mine - theirs).max() / (theirs.max() - theirs.min())
                self.aucs(f"ocsvm, {name}, nu {nu}", labels, mine, theirs)
                print(f"  greatest difference {off:.1e} of the range; fit {fit:.3f} s, the peer's {fitted - start:.3f};"
                      f" score {score:.4f} s, the peer's {scored - fitted:.3f}")
                self.assertLess(off, 1e-3)

    def test_ocsvm_on_ocpp(self):
        for name, low, high in (("ocpp raw", 0.92, 0.95), ("ocpp standardised", 0.99, 1.0)):
            train, test, labels = self.sets[name]
            auc = roc_auc_score(labels, ours("ocsvm", train, test)[0])
            print(f"ocsvm, {name}: AUC {auc:.4f}")
            self.assertTrue(low <= auc <= high)

    def test_ocsvm_linear(self):
        """On columns from 0 to 1; around the origin no plane holds all rows on one side."""
        train, test, labels = self.sets["nsl-kdd"]
        low, high = train.min(axis=0), train.max(axis=0)
        width = numpy.where(high > low, high - low, 1)
        train, test = (train - low) / width, (test - low) / width
        theirs = -OneClassSVM(nu=0.1, kernel="linear", tol=1e-6).fit(train.astype(float)).decision_function(test.astype(float))
        mine, *_ = ours("ocsvm", train, test, "nu=0.1", "kernel=linear", "tolerance=1e-6")
        self.aucs("ocsvm linear, nsl-kdd", labels, mine, theirs)
        off = abs(mine - theirs).max() / (theirs.max() - theirs.min())
        print(f"  greatest difference {off:.1e} of the range")
        self.assertLess(off, 1e-3)


if __name__ == "__main__":
    if not (DATA / OCPP).exists():
        print(f"skipped: no data at {DATA}")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main(argv=sys.argv[:1])
