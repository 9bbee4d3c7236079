"""One-hot and standardise in pandas and scikit-learn, from typed columns to a matrix: encode.py FILE"""

import sys

import pandas
import worker
from sklearn.preprocessing import StandardScaler

frame = pandas.read_csv(sys.argv[1], header=None).iloc[:, :-1]


def encode():
    texts = frame.columns[1:4]
    wide = pandas.concat([frame.drop(columns=texts), pandas.get_dummies(frame[texts])], axis=1)
    wide.columns = [str(name) for name in wide.columns]
    return StandardScaler().fit_transform(wide)


worker.serve(encode)
