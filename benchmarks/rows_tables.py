"""Reading, encoding, and whole commands."""

import gzip

from comparison import Work
from kit import KDD10, NSL_TRAIN


def read(kit):
    path = kit.data(KDD10)
    return Work("KDD 10 % .gz to typed columns", kit.job("read", path, "kdd99"),
                [kit.peer("pandas", 6, "read_table.py", "pandas", path, needs="pandas"),
                 kit.peer("polars", 3, "read_table.py", "polars", path, needs="polars")], at_most_mb=200)


def encode(kit):
    path = kit.data(KDD10)
    return Work("encode, 118 columns' worth", kit.job("encode", path, "kdd99"),
                [kit.peer("pandas + scikit-learn", 15, "encode.py", path)])


def train(kit):
    path = kit.data(KDD10)
    ours = kit.program("train", path, "--layout", "kdd99", "--all-rows", "--detector", "iforest", "--threshold",
                       "contamination:0.1", "--seed", 1, "--quiet", "-o", kit.file("forest.nst"), "--scores-out",
                       kit.file("scores.csv"))
    peer = kit.peer("pandas + scikit-learn", 10, "train_forest.py", path, kit.file("their-scores.csv"), command=True)
    return Work("train on KDD 10 %, contamination .1, scores out", ours, [peer], at_most_mb=400, guide_seconds=0.6)


def version(kit):
    return Work("netstray --version", kit.program("--version"), guide_seconds=0.02)


def train_auto(kit):
    ours = kit.program("train", kit.data(NSL_TRAIN), "--layout", "nsl-kdd", "--detector", "auto", "--seed", 1, "--quiet", "-o",
                       kit.file("auto.nst"))
    return Work("train --detector auto, KDDTrain+", ours, guide_seconds=10)


def score_auto(kit):
    return score_with_auto(kit, "KDDTrain+, half of it attacks", kit.data(NSL_TRAIN), 125_973)


def score_auto_quiet(kit):
    """Quiet traffic: few rows are flagged, so few need reasons."""
    quiet = kit.file("quiet.csv.gz")
    with gzip.open(kit.data(NSL_TRAIN), "rt") as lines, gzip.open(quiet, "wt") as out:
        out.writelines(line for line in lines if ",normal," in line)
    return score_with_auto(kit, "its normal rows", quiet, 67_343)


def score_with_auto(kit, name, path, rows):
    model = kit.file("auto.nst")
    train_auto(kit).ours.run()
    ours = kit.program("score", model, path, "--layout", "nsl-kdd", "--quiet", "-o", kit.file("scored.csv"))
    return Work(f"score with it, {name} (200,000 rows/s)", ours, guide_seconds=rows / 200_000)


ROWS = {"read": read, "encode": encode, "train forest": train, "version": version, "train auto": train_auto,
        "score auto": score_auto, "score auto quiet": score_auto_quiet}
