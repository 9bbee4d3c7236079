"""What the tests that compare a detector with its peer share: real matrices as numpy arrays, and our detectors run on
them. A test imports it after `harness.use_oracle()`.
"""

import json
import statistics
import subprocess
from typing import NamedTuple

import harness
import numpy
import pandas
from sklearn.metrics import roc_auc_score

SEEDS = range(5)
OCPP_FILE = "ocpp/20240625_Flooding_Heartbeat_filtered_ordered_OcppFlows_120_labelled.csv.gz"
OCPP_CARRIED = ["flow_id", "src_ip", "dst_ip", "src_port", "dst_port", "flow_start_timestamp", "flow_end_timestamp", "label"]


class Rows(NamedTuple):
    """Matrices of f32 to learn from and to score, and which of their rows are anomalies."""

    train: numpy.ndarray
    test: numpy.ndarray
    train_labels: numpy.ndarray
    test_labels: numpy.ndarray


class Fitted(NamedTuple):
    """What detector_driver gave back."""

    scores: numpy.ndarray
    facts: dict


def standardised(train, test):
    """Both with the means and standard deviations of `train`; a constant column is only centred."""
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation[deviation == 0] = 1
    return (train - mean) / deviation, (test - mean) / deviation


def nsl_kdd(choose=lambda table: table[table[41] == "normal"]):
    """KDDTrain+ and KDDTest+: numbers as log1p and standardised, then the one-hot columns of the values seen in the
    training rows, which `choose` picks."""
    train, test = (pandas.read_csv(harness.data(f"nsl-kdd/{name}.txt.gz"), header=None) for name in ("KDDTrain+", "KDDTest+"))
    train = choose(train)
    words = [1, 2, 3]
    numbers = [column for column in range(41) if column not in words]
    logs = standardised(*(numpy.log1p(table[numbers].to_numpy(float)) for table in (train, test)))
    levels = {column: sorted(train[column].unique()) for column in words}
    one_hot = [
        [numpy.equal.outer(table[column].to_numpy(object), numpy.array(levels[column], object)) for column in words]
        for table in (train, test)
    ]
    matrices = (numpy.hstack([log, *wide]).astype(numpy.float32) for log, wide in zip(logs, one_hot))
    return Rows(*matrices, *((table[41] != "normal").to_numpy(numpy.uint8) for table in (train, test)))


def ocpp(seed=1):
    """Notebook 000: learned from 80 % of the attacks, so a normal row is the anomaly. 48 columns, nothing scaled."""
    table = pandas.read_csv(harness.data(OCPP_FILE))
    attack = (table.label != "normal").to_numpy()
    rows = table.drop(columns=OCPP_CARRIED).to_numpy(numpy.float32)
    attacks = numpy.random.default_rng(seed).permutation(numpy.flatnonzero(attack))
    cut = len(attacks) * 4 // 5
    test = numpy.concatenate([attacks[cut:], numpy.flatnonzero(~attack)])
    return Rows(rows[attacks[:cut]], rows[test], numpy.zeros(cut, numpy.uint8), (~attack[test]).astype(numpy.uint8))


def scaled(rows):
    """The same rows, standardised."""
    train, test = standardised(rows.train.astype(float), rows.test.astype(float))
    return rows._replace(train=train.astype(numpy.float32), test=test.astype(numpy.float32))


def made_up(seed=1):
    """Two clouds in 6 columns, a third of the rows copies."""
    random = numpy.random.RandomState(seed)
    train = numpy.vstack([random.randn(1000, 6), random.randn(1000, 6) * 0.3 + 4])
    train = numpy.vstack([train, train[random.choice(2000, 1000)]])
    test = numpy.vstack([random.randn(500, 6), random.randn(500, 6) * 2 + 2])
    labels = numpy.r_[numpy.zeros(500, numpy.uint8), numpy.ones(500, numpy.uint8)]
    return Rows(train.astype(numpy.float32), test.astype(numpy.float32), numpy.zeros(len(train), numpy.uint8), labels)


class TestCase(harness.TestCase):
    """A test that runs our detectors on matrices."""

    def fit(self, name, train, test, *settings, seed=1, labels=None):
        """Our detector fitted on `train`, with the scores of `test`."""
        paths = [self.directory / part for part in ("train.f32", "test.f32", "scores.f64")]
        numpy.ascontiguousarray(train, "<f4").tofile(paths[0])
        numpy.ascontiguousarray(test, "<f4").tofile(paths[1])
        words = [name, paths[0], len(train), train.shape[1], paths[1], len(test), paths[2], seed, *settings]
        if labels is not None:
            labels.tofile(self.directory / "labels.u8")
            words += ["--labels", self.directory / "labels.u8"]
        done = subprocess.run([harness.BINARY.parent / "detector_driver", *map(str, words)],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return Fitted(numpy.fromfile(paths[2]), json.loads(done.stdout))

    def assert_as_good(self, what, ours, theirs):
        """Two lists of AUCs, one a seed: their means are within .002, or twice the spread of the peer's."""
        allowed = max(0.002, 2 * statistics.stdev(theirs))
        apart = abs(statistics.mean(ours) - statistics.mean(theirs))
        print(f"{what}: AUC {statistics.mean(ours):.4f} +- {statistics.stdev(ours):.4f}, the peer's "
              f"{statistics.mean(theirs):.4f} +- {statistics.stdev(theirs):.4f}: {apart:.4f} apart, {allowed:.4f} allowed",
              flush=True)
        self.assertLessEqual(apart, allowed, what)

    def assert_same_values(self, what, ours, theirs, share):
        """No value is further off than this share of the range of the peer's."""
        off = numpy.abs(ours - theirs).max() / (theirs.max() - theirs.min())
        print(f"{what}: greatest difference {off:.1e} of the range", flush=True)
        self.assertLess(off, share, what)


def auc(labels, scores):
    return roc_auc_score(labels, scores)
