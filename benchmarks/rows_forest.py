"""The isolation forest on KDD Cup 1999: we score codes, the peers the same rows one-hot."""

from comparison import Work
from kit import KDD10

ROWS_OF_FILE = 494_021
WIDTH = 118


def forest(kit, job, order="file-order", environment=None):
    rows = kit.rows(ROWS_OF_FILE, 50_000)
    return kit.job(job, kit.data(KDD10), "kdd99", rows, order, environment=environment)


def shape(kit, order="kdd99"):
    return kit.input(f"{order}.f32", order, kit.data(KDD10)), kit.rows(ROWS_OF_FILE, 50_000), WIDTH


def sklearn(kit, at_least, what, order="kdd99"):
    return kit.sklearn(at_least, "forest.py", "scikit-learn", what, *shape(kit, order))


def isotree(kit, at_least, what, order="kdd99"):
    return kit.peer("isotree", at_least, "forest.py", "isotree", what, *shape(kit, order), needs="isotree")


def fit(kit):
    return Work("forest fit 100 x 256, 494,021 rows", forest(kit, "forest-fit"), [sklearn(kit, 50, "fit"), isotree(kit, 3, "fit")])


def score(kit):
    return Work("forest score, 494,021 rows, file order", forest(kit, "forest-score"),
                [sklearn(kit, 10, "score"), isotree(kit, 4, "score")])


def shuffled(kit):
    return Work("forest score, rows shuffled", forest(kit, "forest-score", "shuffled"),
                [sklearn(kit, None, "score", "shuffled"), isotree(kit, 6, "score", "shuffled")])


def avx2(kit):
    return Work("forest score, rows shuffled, AVX2", forest(kit, "forest-score", "shuffled", {"NETSTRAY_ISA": "avx2"}),
                [isotree(kit, 2.5, "score", "shuffled")])


def one(kit):
    return Work("forest score, one row, p99 of calls", forest(kit, "forest-one"), [sklearn(kit, None, "one")], guide_seconds=5e-6)


def batch(kit):
    return Work("forest score, batches of 64, a row", forest(kit, "forest-batch"), guide_seconds=5e-7)


ROWS = {"fit": fit, "score": score, "shuffled": shuffled, "avx2": avx2, "one": one, "batch": batch}
