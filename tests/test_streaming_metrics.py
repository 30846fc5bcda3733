"""Metrics over an epoch are those of all its rows, however they came in batches."""

import numpy as np
import pytest
import sklearn.metrics

from pronghorn.layers import Dense
from pronghorn.models import Sequential

RNG = np.random.default_rng(0)
X = RNG.standard_normal((37, 3)).astype("f")
Y = (X[:, :1] + RNG.standard_normal((37, 1)) > 1.0).astype("f")
NAMES = ["precision", "recall", "fmeasure", "matthews_correlation", "auc", "accuracy"]
METRICS = [*NAMES, {"name": "precision", "config": {"threshold": 0.3}}]


@pytest.fixture(scope="module")
def model():
    made = Sequential([Dense(1, input_dim=3, activation="sigmoid")], seed=1)
    # Weights stay as they are, so that what training saw can be computed afterwards.
    made.compile({"name": "sgd", "config": {"lr": 0.0}}, "binary_crossentropy", metrics=METRICS)
    return made


@pytest.fixture(scope="module")
def expected(model):
    p, t = model.predict(X)[:, 0], Y[:, 0]
    yes = p > 0.5
    steps = np.ceil(p.astype("d") * 199)
    return {
        "loss": sklearn.metrics.log_loss(t, p.astype("d")),
        "precision": sklearn.metrics.precision_score(t, yes),
        "recall": sklearn.metrics.recall_score(t, yes),
        "fmeasure": sklearn.metrics.f1_score(t, yes),
        "matthews_correlation": sklearn.metrics.matthews_corrcoef(t, yes),
        "auc": sklearn.metrics.roc_auc_score(t, steps),
        "acc": sklearn.metrics.accuracy_score(t, yes),
        "precision_1": sklearn.metrics.precision_score(t, p > 0.3),
    }


def batches(*sizes):
    while True:
        start = 0
        for size in sizes:
            yield X[start : start + size], Y[start : start + size]
            start += size


def check(found, expected):
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("size", [1, 5, 37])
def test_of_evaluate(model, expected, size):
    found = model.evaluate(X, Y, batch_size=size, verbose=0)
    check(dict(zip(model.metrics_names, found, strict=True)), expected)


@pytest.mark.parametrize("size", [5, 37])
def test_of_fit_in_training_and_validation(model, expected, size):
    history = model.fit(
        X, Y, batch_size=size, nb_epoch=2, verbose=0, validation_data=(X, Y)
    ).history
    for epoch in range(2):
        check({name: history[name][epoch] for name in expected}, expected)
        check({name: history[f"val_{name}"][epoch] for name in expected}, expected)


def test_of_generators(model, expected):
    found = model.evaluate_generator(batches(1, 30, 6), 37)
    check(dict(zip(model.metrics_names, found, strict=True)), expected)
    history = model.fit_generator(
        batches(1, 30, 6), 37, 1, verbose=0, validation_data=batches(30, 7), nb_val_samples=37
    ).history
    check({name: history[name][0] for name in expected}, expected)
    check({name: history[f"val_{name}"][0] for name in expected}, expected)


def test_a_batch_has_its_own_values(model):
    label = model.metrics_names.index("precision")
    t, p = Y[:9, 0], model.predict(X[:9])[:, 0] > 0.5
    one = sklearn.metrics.precision_score(t, p, zero_division=0)
    assert model.test_on_batch(X[:9], Y[:9])[label] == pytest.approx(one, abs=1e-6)
