"""What the rows of the table are made of: our programs, the peers' Pythons, and the inputs that they share."""

import functools
import os
import pathlib
import subprocess

import measure
from comparison import Peer

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = pathlib.Path(__file__).resolve().parent / "peers"
DEBIAN_PYTHON = pathlib.Path("/usr/bin/python3")
# The peers may use as many threads as we do; their libraries would find two cores by themselves.
TWO_THREADS = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "POLARS_MAX_THREADS": "2", "PYTHONDONTWRITEBYTECODE": "1"}
KDD10 = "kdd99/kddcup.data_10_percent.gz"
NSL_TRAIN = "nsl-kdd/KDDTrain+.txt.gz"
OCPP = "ocpp/20240625_Flooding_Heartbeat_filtered_ordered_OcppFlows_120_labelled.csv.gz"


class Absent(Exception):
    """An input that is not at hand."""


@functools.cache
def imports(python, module):
    """Whether this Python has that module."""
    if not pathlib.Path(python).exists():
        return False
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


class Kit:
    """`build` has our programs; `data` the published data sets; made inputs go to `build`/bench."""

    def __init__(self, build, data, peers, quick=False):
        self.bin = pathlib.Path(build) / "bin"
        self.folder = pathlib.Path(build).parent / "bench"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data_folder = pathlib.Path(data)
        self.python = pathlib.Path(os.environ.get("NETSTRAY_PEERS", peers)) / "bin/python"
        self.quick = quick

    def rows(self, count, quick=20_000):
        """How many rows of an input are used."""
        return min(count, quick) if self.quick else count

    def data(self, path):
        found = self.data_folder / path
        if not found.exists():
            raise Absent(f"data {path} is absent")
        return found

    def file(self, name):
        return self.folder / name

    def input(self, name, *words):
        """A file that netstray_job_inputs makes, with these words before its path; made once. Returns the path."""
        path = self.file(name)
        if not path.exists():
            subprocess.run([self.bin / "netstray_job_inputs", *map(str, words), path], check=True, stdout=subprocess.DEVNULL)
        return path

    def job(self, *words, environment=None):
        """A job of the library's (benchmarks/job.cpp)."""
        return measure.Worker([self.bin / "netstray_job", *words], environment)

    def program(self, *words):
        return measure.Command([self.bin / "netstray", *words])

    def peer(self, name, at_least, script, *words, needs=None, command=False):
        """A script of peers/, run in the virtual environment, or by Debian's Python for PyTorch."""
        python = DEBIAN_PYTHON if needs == "torch" else self.python
        side = measure.Command if command else measure.Worker
        absent = "" if imports(python, needs or "sklearn") else "not installed"
        return Peer(name, side([python, PEERS / script, *words], TWO_THREADS), at_least, absent)

    def sklearn(self, at_least, script, *words, **more):
        return self.peer("scikit-learn", at_least, script, *words, **more)
