"""An autoencoder in Keras: autoencoder_keras.py small-batch|large-batch|score MATRIX.f32 ROWS COLUMNS"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import worker

what, *shape = sys.argv[1:]
matrix = worker.matrix(*shape)
width = matrix.shape[1]
keras.utils.set_random_seed(1)
if what == "large-batch":
    layers = [keras.layers.Dense(12, activation="elu"), keras.layers.Dropout(0.2), keras.layers.Dense(6, activation="elu"),
              keras.layers.Dense(12, activation="elu"), keras.layers.Dense(width)]
else:
    layers = [keras.layers.Dense(14, activation="tanh"), keras.layers.Dense(7, activation="relu"),
              keras.layers.Dense(7, activation="tanh"), keras.layers.Dense(width, activation="relu")]
model = keras.Sequential([keras.layers.Input((width,)), *layers])
model.compile(optimizer="adam", loss="mse")
batch, epochs = (4096, 5) if what == "large-batch" else (32, 1)


def fit(rows):
    model.fit(rows, rows, epochs=epochs, batch_size=batch, verbose=0)


if what == "score":
    worker.serve(lambda: ((model.predict(matrix, batch_size=4096, verbose=0) - matrix) ** 2).mean(axis=1))
else:
    worker.serve(lambda: fit(matrix), lambda: fit(matrix[:2 * batch]))
