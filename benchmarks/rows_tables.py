"""Reading, encoding, and whole commands."""

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


def auto_words(kit, *words):
    return [words[0], *words[1:], kit.data(NSL_TRAIN), "--layout", "nsl-kdd", "--quiet"]


def train_auto(kit):
    ours = kit.program(*auto_words(kit, "train"), "--detector", "auto", "--seed", 1, "-o", kit.file("auto.nst"))
    return Work("train --detector auto, KDDTrain+", ours, guide_seconds=10)


def score_auto(kit):
    model = kit.file("auto.nst")
    train_auto(kit).ours.run()
    ours = kit.program(*auto_words(kit, "score", model), "-o", kit.file("scored.csv"))
    return Work("score with it, 125,973 rows (200,000 a second)", ours, guide_seconds=125_973 / 200_000)


ROWS = {"read": read, "encode": encode, "train forest": train, "version": version, "train auto": train_auto,
        "score auto": score_auto}
