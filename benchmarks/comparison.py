"""What is compared with whom, in turn, and whether the goals were reached."""

import statistics
import time
from dataclasses import dataclass, field

import measure

PAUSE = 0.05  # seconds in which the other side's threads stop spinning


@dataclass
class Peer:
    """Another program that does the same work. `at_least`: how many times as long as ours it is to take, or nothing
    where it is told for comparison only."""

    name: str
    side: object
    at_least: float | None = None
    absent: str = ""  # why it cannot be run here


@dataclass
class Work:
    """A row of the table: a piece of work of ours, its peers, and the limits that it has whatever they do."""

    name: str
    ours: object
    peers: list = field(default_factory=list)
    at_most_mb: float | None = None
    guide_seconds: float | None = None  # told, never failed: seconds depend on the machine
    unit: str = "s"
    absent: str = ""


@dataclass
class Line:
    """What was found of a work and one peer, or of a work alone."""

    work: str
    peer: str
    verdict: str  # pass, FAIL, over, -, SKIPPED
    ours: str = ""
    theirs: str = ""
    ratio: str = ""
    goal: str = ""
    memory: str = ""
    rounds: int = 0

    def cells(self):
        return [self.work, self.peer, self.ours, self.theirs, self.ratio, self.goal, self.memory, self.verdict]


HEADS = ["work", "peer", "ours", "peer's", "ratio", "goal", "peak MB", "verdict"]


def in_words(seconds):
    """A time with three digits, in the unit that suits it."""
    for unit, scale in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def median(samples, what):
    return statistics.median(getattr(sample, what) for sample in samples)


def pairs_in_turn(ours, theirs, rounds, budget):
    """Ours, theirs, ours, theirs, ...; stops early, but not before the second round, once `budget` seconds are gone."""
    before, pairs = time.monotonic(), []
    for done in range(rounds):
        if done >= 2 and time.monotonic() - before > budget:
            break
        pair = []
        for side in (ours, theirs):
            time.sleep(PAUSE)
            pair.append(side.run())
        pairs.append(tuple(pair))
    return pairs


def compare(work, peer, rounds, budget):
    """A Line for this peer; a peer that is absent or breaks is SKIPPED."""
    if peer.absent:
        return Line(work.name, peer.name, "SKIPPED", goal=peer.absent), []
    try:
        peer.side.start()
        pairs = pairs_in_turn(work.ours, peer.side, rounds, budget)
    except measure.Broken as problem:
        return Line(work.name, peer.name, "SKIPPED", goal=str(problem)), []
    finally:
        peer.side.stop()
    mine, other = ([pair[i] for pair in pairs] for i in (0, 1))
    ratio = statistics.median(theirs.seconds / ours.seconds for ours, theirs in pairs)
    verdict = "-" if peer.at_least is None else "pass" if ratio >= peer.at_least else "FAIL"
    line = Line(work.name, peer.name, verdict, in_words(median(mine, "seconds")), in_words(median(other, "seconds")),
                f"{ratio:.3g} x", "" if peer.at_least is None else f">= {peer.at_least:g} x",
                f"{median(mine, 'peak_mb'):.0f} / {median(other, 'peak_mb'):.0f}", len(pairs))
    return line, mine


def limits(work, mine):
    """Lines for what the work must keep to whatever the peers do."""
    lines = []
    if work.guide_seconds is not None:
        seconds = median(mine, "seconds")
        lines.append(Line(work.name, "time (a guide)", "ok" if seconds <= work.guide_seconds else "over", in_words(seconds),
                          goal=f"<= {in_words(work.guide_seconds)}", rounds=len(mine)))
    if work.at_most_mb is not None:
        peak = median(mine, "peak_mb")
        lines.append(Line(work.name, "memory", "pass" if peak <= work.at_most_mb else "FAIL",
                          goal=f"<= {work.at_most_mb:g} MB", memory=f"{peak:.0f}", rounds=len(mine)))
    return lines


def carry_out(work, rounds, budget, tell):
    """All lines of a work, each told as soon as it is known. Ours must run: what breaks it is passed on."""
    lines, mine = [], []

    def keep(line):
        lines.append(line)
        tell(line)

    if work.absent:
        keep(Line(work.name, "", "SKIPPED", goal=work.absent))
        return lines
    work.ours.start()
    try:
        for peer in work.peers:
            line, samples = compare(work, peer, rounds, budget)
            mine += samples
            keep(line)
        if not mine and (work.guide_seconds is not None or work.at_most_mb is not None):
            mine = [work.ours.run() for _ in range(rounds)]
    finally:
        work.ours.stop()
    for line in limits(work, mine) if mine else []:
        keep(line)
    return lines


def failed(lines):
    return [line for line in lines if line.verdict == "FAIL"]
