"""The autoencoder against Keras and PyTorch: nine tenths of KDD Cup 1999's 10 % file, as the notebooks take them."""

from comparison import Work
from kit import KDD10

SMALL = ("layers=14,7,7", "activations=tanh,relu,tanh", "output=relu", "batch=32", "epochs=1")
LARGE = ("layers=12,6,12", "activations=elu,elu,elu", "dropout=0.2,0,0", "batch=4096", "epochs=5")
PLAIN = ("validation=0", "patience=0")


def work(kit, name, keras, torch, job, what, settings, guide_seconds=None):
    matrix = (kit.input("kdd99.f32", "kdd99", kit.data(KDD10)), kit.rows(444_618), 118)
    peers = [kit.peer("Keras", keras, "autoencoder_keras.py", what, *matrix, needs="keras"),
             kit.peer("PyTorch 1.13", torch, "autoencoder_torch.py", what, *matrix, needs="torch")]
    return Work(name, kit.job(job, "autoencoder", *matrix, *settings, *PLAIN), peers, guide_seconds=guide_seconds)


def small_batch(kit):
    return work(kit, "autoencoder 118-14-7-7-118, batch 32, an epoch", 60, 20, "fit", "small-batch", SMALL, 0.3)


def large_batch(kit):
    return work(kit, "autoencoder 118-12-6-12-118, batch 4096, 5 epochs", 10, 4, "fit", "large-batch", LARGE)


def score(kit):
    return work(kit, "autoencoder scoring, 444,618 rows", 15, 8, "score", "score", SMALL)


ROWS = {"small batch": small_batch, "large batch": large_batch, "score": score}
