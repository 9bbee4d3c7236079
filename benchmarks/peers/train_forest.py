"""What `netstray train --threshold contamination:0.1 --scores-out` does, in pandas and scikit-learn, from file to
scores: train_forest.py FILE SCORES.csv"""

import sys

import pandas
from sklearn.ensemble import IsolationForest
from sklearn.preprocessing import StandardScaler

path, out = sys.argv[1:]
frame = pandas.read_csv(path, header=None).iloc[:, :-1]
texts = frame.columns[1:4]
wide = pandas.concat([frame.drop(columns=texts), pandas.get_dummies(frame[texts])], axis=1)
wide.columns = [str(name) for name in wide.columns]
matrix = StandardScaler().fit_transform(wide).astype("f4")
forest = IsolationForest(n_estimators=100, max_samples=256, contamination=0.1, n_jobs=2, random_state=1).fit(matrix)
scores = -forest.score_samples(matrix)
pandas.DataFrame({"score": scores, "flagged": scores > -forest.offset_}).to_csv(out, index=False)
