"""Reads a file to typed columns: read_table.py pandas|polars FILE"""

import sys

import worker

library, path = sys.argv[1:]

if library == "pandas":
    import pandas

    worker.serve(lambda: pandas.read_csv(path, header=None))
else:
    import polars

    worker.serve(lambda: polars.read_csv(path, has_header=False, infer_schema_length=10_000))
