#!/usr/bin/env python3
"""How fast netstray is, against the peers, in turn: ours, theirs, ours, theirs, ... The ratio is the median of the pairs'.

    benchmarks/compare.py                       all rows (make bench)
    benchmarks/compare.py --only 'forest|lof'   those whose name matches
    benchmarks/compare.py --quick               small inputs, two rounds: does everything still run?
    benchmarks/compare.py --write               also puts what was measured, now or earlier, into docs/performance.md

Ratios and memory pass or FAIL; times are guides, told with `over` where missed. A peer that is not installed is SKIPPED:
tools/setup peers and tools/python-env peers install them. Exit code: 0, or 1 where a goal was missed.
"""

import argparse
import dataclasses
import json
import pathlib
import re
import sys

import comparison
import growth
import kit
import measure
import report
import rows_dense
import rows_forest
import rows_neural
import rows_packets
import rows_tables

SUBJECTS = {"tables": rows_tables.ROWS, "packets": rows_packets.ROWS, "forest": rows_forest.ROWS, "dense": rows_dense.ROWS,
            "autoencoder": rows_neural.ROWS}
GROWTH = "growth"


def all_rows():
    """Name and builder of each row, in the order of the table; growth comes last and has no builder."""
    return {**{f"{subject} {name}": build for subject, rows in SUBJECTS.items() for name, build in rows.items()}, GROWTH: None}


def compare_row(name, build, bench, options):
    """The lines of one row, told as they come."""
    try:
        work = build(bench)
        return comparison.carry_out(work, options.rounds, options.budget, report.tell)
    except kit.Absent as problem:
        line = comparison.Line(name, "", "SKIPPED", goal=str(problem))
    except measure.Broken as problem:
        line = comparison.Line(name, "", "FAIL", goal=f"ours does not run: {problem}")
    report.tell(line)
    return [line]


def measure_rows(names, bench, options):
    """{row: its lines}, and what else a row leaves behind."""
    rows, results, figure = all_rows(), {}, None
    report.tell_heads()
    for name in names:
        if name == GROWTH:
            results[name], figure = growth.run(bench, options.rounds, options.full, report.tell)
        else:
            results[name] = compare_row(name, rows[name], bench, options)
    return results, figure


def keep(folder, results, figure):
    """Adds to what earlier runs measured, so that the table can be made in parts. Returns all of it."""
    path = folder / "results.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    kept.update({name: [dataclasses.asdict(line) for line in lines] for name, lines in results.items()})
    path.write_text(json.dumps(kept, indent=1) + "\n")
    if figure:
        (folder / "growth.svg").write_text(figure)
    return {name: [comparison.Line(**line) for line in kept[name]] for name in all_rows() if name in kept}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="PATTERN", default="", help="a regular expression that the row's name matches")
    parser.add_argument("--list", action="store_true", help="the names of the rows, and nothing else")
    parser.add_argument("--rounds", type=int, default=5, help="pairs for each peer [5]")
    parser.add_argument("--budget", type=float, default=60, metavar="SECONDS",
                        help="a peer that takes longer gets fewer rounds, but two [60]")
    parser.add_argument("--quick", action="store_true", help="small inputs, two rounds; nothing is kept")
    parser.add_argument("--full", action="store_true", help="growth up to ten million rows (minutes, 2 GB of disk)")
    parser.add_argument("--write", action="store_true", help="rewrite the table of docs/performance.md")
    parser.add_argument("--build", type=pathlib.Path, default=kit.ROOT / "build/release")
    parser.add_argument("--data", type=pathlib.Path, default=kit.ROOT.parent / "shared/data")
    parser.add_argument("--peers", type=pathlib.Path, default=kit.ROOT / "build/peers", help="the peers' virtual environment")
    return parser.parse_args()


def main():
    options = arguments()
    names = [name for name in all_rows() if re.search(options.only, name, re.IGNORECASE)]
    if options.list or not names:
        print("\n".join(all_rows() if options.list else [f"no row matches {options.only}; --list names them"]))
        return 0 if options.list else 2
    if options.quick:
        options.rounds = 2
    bench = kit.Kit(options.build, options.data, options.peers, options.quick)
    results, figure = measure_rows(names, bench, options)
    if not options.quick:
        everything = keep(bench.folder, results, figure)
        if options.write:
            report.write_page(kit.ROOT / "docs", everything, bench)
    failed = comparison.failed([line for lines in results.values() for line in lines])
    for line in failed:
        print(f"FAIL {line.work} {line.peer}".rstrip(), file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
