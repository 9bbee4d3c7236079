"""The table as it is printed, and as docs/performance.md has it."""

import os
import pathlib
import platform
import re
import subprocess

from comparison import HEADS

WIDTHS = [62, 22, 9, 9, 8, 10, 13, 8]
BEGIN = "<!-- The table: benchmarks/compare.py --write puts it here. -->"
END = "<!-- The end of the table. -->"


def padded(cells):
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS)).rstrip()


def tell_heads():
    print(padded(HEADS), flush=True)


def tell(line):
    if line.verdict == "SKIPPED":
        print(f"SKIPPED {line.peer or line.work}" + (f" ({line.work})" if line.peer else "") + f": {line.goal}", flush=True)
    else:
        print(padded(line.cells()), flush=True)


def markdown(lines):
    rows = ["| " + " | ".join(HEADS) + " |", "|---" * len(HEADS) + "|"]
    return "\n".join([*rows, *("| " + " | ".join(line.cells()) + " |" for line in lines)])


def field(path, name):
    """A value of a file of /proc."""
    found = re.search(rf"^{name}\s*:\s*(.*)$", pathlib.Path(path).read_text(encoding="utf-8"), re.MULTILINE)
    return found.group(1).strip() if found else "unknown"


def machine():
    """What was measured on, without its name."""
    gigabytes = int(field("/proc/meminfo", "MemTotal").split()[0]) / 2**20
    flags = field("/proc/cpuinfo", "flags").split()
    widest = "AVX-512" if "avx512bw" in flags else "AVX2" if "avx2" in flags else "neither AVX2 nor AVX-512"
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"{field('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores, {widest}, {gigabytes:.0f} GiB, {system}"


def versions(bench):
    """The peers' versions, as they are installed."""
    named = ("pandas", "polars", "scikit-learn", "isotree", "keras", "tensorflow-cpu", "torch")
    script = ("import importlib.metadata as m, sys\nfor n in sys.argv[1:]:\n try: print(n, m.version(n), sep=' ')\n"
              " except m.PackageNotFoundError: pass")
    told = []
    for python in (bench.python, pathlib.Path("/usr/bin/python3")):
        if python.exists():
            names = named[:-1] if python == bench.python else named[-1:]
            told += subprocess.run([python, "-c", script, *names], capture_output=True, text=True, check=False).stdout.splitlines()
    return ", ".join(told)


def write_page(docs, results, bench):
    """Replaces the marked part of docs/performance.md, and the picture of growth where there is a new one."""
    page = docs / "performance.md"
    text = page.read_text()
    lines = [line for row in results.values() for line in row]
    parts = [BEGIN, f"Machine: {machine()}.", f"Peers: {versions(bench)}.", markdown(lines), END]
    before, rest = text.split(BEGIN)
    page.write_text(before + "\n\n".join(parts) + rest.split(END)[1])
    figure = bench.folder / "growth.svg"
    if figure.exists():
        (docs / "growth.svg").write_text(figure.read_text())
