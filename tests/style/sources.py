"""What the style tests share: which files there are, and how a test reports."""

import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(os.environ.get("NETSTRAY_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
SKIPPED = 77


def files(root, *endings):
    """The files under version control, and those that would be (in a tree without git: all but build/), with one of
    these endings."""
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        names = listed.stdout.splitlines()
    else:
        names = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
        names = [name for name in names if not name.startswith(("build/", ".git/"))]
    chosen = [root / name for name in names if name.endswith(endings)]
    return sorted(path for path in chosen if path.is_file())


def report(faults):
    """Prints the faults and ends the script."""
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)
