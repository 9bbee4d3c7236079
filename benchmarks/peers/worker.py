"""The protocol of benchmarks/measure.py, for peers: their input is read, the job done once to warm up, then once for each
line of standard input. Prints the seconds of each."""

import sys
import time

import numpy


def matrix(path, rows, columns, kind=numpy.float32):
    """The first rows of a row-major file of f32."""
    values = numpy.fromfile(path, dtype="<f4", count=int(rows) * int(columns))
    return values.reshape(int(rows), int(columns)).astype(kind, copy=False)


def serve(job, warm_up=None):
    (warm_up or job)()
    print("ready", flush=True)
    for _ in sys.stdin:
        before = time.perf_counter()
        job()
        print(time.perf_counter() - before, flush=True)
