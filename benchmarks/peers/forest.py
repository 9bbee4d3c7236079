"""Isolation forests of 100 trees, samples of 256: forest.py scikit-learn|isotree fit|score|one MATRIX.f32 ROWS COLUMNS"""

import sys

import numpy
import worker

library, what, *shape = sys.argv[1:]

if library == "scikit-learn":
    import joblib
    from sklearn.ensemble import IsolationForest

    matrix = worker.matrix(*shape)

    def fit():
        return IsolationForest(n_estimators=100, max_samples=256, n_jobs=2, random_state=1).fit(matrix)

    def score(forest, rows):
        # score_samples takes its threads from here, not from the forest.
        with joblib.parallel_config(backend="threading", n_jobs=2):
            return forest.score_samples(rows)
else:
    from isotree import IsolationForest

    matrix = worker.matrix(*shape, kind=numpy.float64)
    if what == "fit":
        matrix = numpy.asfortranarray(matrix)  # its manual: columns for fitting, rows for scoring

    def fit():
        return IsolationForest(ntrees=100, sample_size=256, ndim=1, max_depth="auto", missing_action="fail", nthreads=2,
                               random_seed=1).fit(matrix)

    def score(forest, rows):
        return forest.predict(rows)


if what == "fit":
    worker.serve(fit)
else:
    fitted = fit()
    rows = matrix[:1] if what == "one" else matrix
    worker.serve(lambda: score(fitted, rows))
