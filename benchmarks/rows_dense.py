"""Mixtures, one-class SVM, k-means, LOF, logistic regression and t-SNE against scikit-learn, on the same matrices."""

from comparison import Work
from kit import KDD10, OCPP


def ocpp(kit):
    return kit.input("ocpp.f32", "ocpp", kit.data(OCPP)), kit.rows(6_960, 1_000), 48


def clouds(kit):
    return kit.input("clouds.f32", "clouds", 100_000, 40), kit.rows(100_000, 5_000), 40


def counts(kit, rows):
    return kit.input("counts.f32", "counts", 100_000, 11), kit.rows(rows, 5_000), 11


def work(kit, name, at_least, job, matrix, ours, *settings, labels=()):
    label_words = ("--labels", *labels) if labels else ()
    return Work(name, kit.job(*ours, *matrix, *label_words, *settings), [kit.sklearn(at_least, "dense.py", job, *matrix, *labels)])


def gmm_1(kit):
    return work(kit, "gmm k=1, fit 6,960 x 48", 15, "gmm-1", ocpp(kit), ("fit", "gmm"), "components=1")


def gmm_8(kit):
    return work(kit, "gmm k=8, 20 iterations, 100,000 x 40", 8, "gmm-8", clouds(kit), ("fit", "gmm"), "components=8",
                "max_iter=20", "tol=0")


def ocsvm_fit(kit):
    return work(kit, "ocsvm fit, 6,960 x 48, nu .05", 3, "ocsvm-fit", ocpp(kit), ("fit", "ocsvm"), "nu=0.05")


def ocsvm_score(kit):
    return work(kit, "ocsvm score, 6,960 x 48", 20, "ocsvm-score", ocpp(kit), ("score", "ocsvm"), "nu=0.05")


def elbow(kit):
    return work(kit, "k-means elbow k=2..21, 100,000 x 11", 6, "elbow", counts(kit, 100_000), ("elbow",))


def lof(kit):
    return work(kit, "lof k=20, fit 20,000 x 11", 3, "lof", counts(kit, 20_000), ("fit", "lof"), "k=20")


def logistic(kit):
    path = kit.input("three.f32", "three", kit.data(KDD10))
    labels = (path.with_name(path.name + ".labels"),)
    return work(kit, "logistic, fit 494,021 x 3", 30, "logistic", (path, kit.rows(494_021), 3), ("fit", "logistic"), labels=labels)


def tsne(kit):
    matrix = kit.input("clouds-11.f32", "clouds", 5_000, 11), kit.rows(5_000, 1_000), 11
    return work(kit, "t-SNE, perplexity 30, 1,000 iterations, 5,000 x 11", 5, "tsne", matrix, ("tsne",))


ROWS = {"gmm-1": gmm_1, "gmm-8": gmm_8, "ocsvm fit": ocsvm_fit, "ocsvm score": ocsvm_score, "elbow": elbow, "lof": lof,
        "logistic": logistic, "t-sne": tsne}
