"""How time and memory of `train` and `score` grow with the rows of a made-up table."""

import growth_figure
from comparison import Line, in_words

SIZES = [10_000, 100_000, 1_000_000]
LARGEST = 10_000_000
LINEAR = 13  # times as long for ten times the rows: a fifth and a bit is left to caches and chance
CONSTANT = 1.25


def table(kit, rows):
    return kit.input(f"flows-{rows}.csv", "flows", rows)


def train(kit, rows):
    labels = ("--label", "label", "--normal", "normal")
    return kit.program("train", table(kit, rows), "--detector", "iforest", *labels, "--quiet", "-o", kit.file(f"flows-{rows}.nst"))


def score(kit, rows):
    """By one model for all sizes, so that what grows is the table alone."""
    return kit.program("score", kit.file(f"flows-{SIZES[0]}.nst"), table(kit, rows), "--quiet", "-o", kit.file("flows-scored.csv"))


def best_of(command, rounds):
    """Seconds of the fastest run: growth is about the work, not about what else the machine does."""
    samples = [command.run() for _ in range(rounds)]
    return {"seconds": min(s.seconds for s in samples), "peak_mb": max(s.peak_mb for s in samples)}


def measured(kit, sizes, rounds, tell):
    points = []
    for rows in sizes:
        for name, command in (("train", train), ("score", score)):
            point = {"command": name, "rows": rows, **best_of(command(kit, rows), rounds if rows < LARGEST else 1)}
            points.append(point)
            tell(Line(f"growth: {name}, {rows:,} rows", "", "-", in_words(point["seconds"]), memory=f"{point['peak_mb']:.0f}"))
    return points


def ratio_line(points, name, what, goal):
    """The last size against the one before it."""
    before, last = [point for point in points if point["command"] == name][-2:]
    ratio = last[what] / before[what]
    verdict = "pass" if ratio <= goal else "FAIL"
    words = "time" if what == "seconds" else "memory"
    return Line(f"growth: {name}, {words}, {before['rows']:,} to {last['rows']:,} rows", "", verdict, ratio=f"{ratio:.3g} x",
                goal=f"<= {goal} x")


def run(kit, rounds, full, tell):
    """Lines and the picture of the points."""
    sizes = SIZES[:2] if kit.quick else SIZES + ([LARGEST] if full else [])
    told = []

    def keep(line):
        told.append(line)
        tell(line)

    points = measured(kit, sizes, min(rounds, 3), keep)
    for name, what, goal in (("train", "seconds", LINEAR), ("score", "seconds", LINEAR), ("train", "peak_mb", LINEAR),
                             ("score", "peak_mb", CONSTANT)):
        keep(ratio_line(points, name, what, goal))
    return told, growth_figure.svg(points)
