"""scikit-learn's dense detectors: dense.py JOB MATRIX.f32 ROWS COLUMNS [LABELS.u8]"""

import sys

import numpy
import worker
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import TSNE
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import LocalOutlierFactor
from sklearn.svm import OneClassSVM

job, path, rows, columns, *labels = sys.argv[1:]
narrow = worker.matrix(path, rows, columns)
wide = narrow.astype(float)


def ocsvm_score():
    svm = OneClassSVM(nu=0.05).fit(wide)
    worker.serve(lambda: svm.decision_function(wide))


def logistic():
    truth = numpy.fromfile(labels[0], dtype=numpy.uint8, count=int(rows))
    worker.serve(lambda: LogisticRegression(class_weight="balanced").fit(wide, truth))


{
    "gmm-1": lambda: worker.serve(lambda: GaussianMixture(1).fit(wide)),
    "gmm-8": lambda: worker.serve(lambda: GaussianMixture(8, max_iter=20, tol=0).fit(wide),
                                  lambda: GaussianMixture(8, max_iter=1, tol=0).fit(wide[:1000])),
    "ocsvm-fit": lambda: worker.serve(lambda: OneClassSVM(nu=0.05).fit(wide)),
    "ocsvm-score": ocsvm_score,
    "elbow": lambda: worker.serve(lambda: [KMeans(k, n_init="auto").fit(narrow) for k in range(2, 22)]),
    "lof": lambda: worker.serve(lambda: LocalOutlierFactor(20, novelty=True, n_jobs=2).fit(narrow)),
    "logistic": logistic,
    "tsne": lambda: worker.serve(lambda: TSNE(random_state=0, n_jobs=2).fit_transform(narrow),
                                 lambda: TSNE(max_iter=250).fit_transform(narrow[:200])),
}[job]()
