"""Objectives and metrics that are functions of whole arrays, as in Keras's own scripts."""

import numpy as np
import pytest

from pronghorn import backend as K
from pronghorn.components.array_objective import ArrayMetric, ArrayObjective
from pronghorn.components.metric import Metric
from pronghorn.components.objective import Objective
from pronghorn.errors import ConfigError, FunctionError, ShapeError
from pronghorn.layers import Dense, Masking, TimeDistributed
from pronghorn.models import Sequential, load_model

RNG = np.random.default_rng(0)
X = RNG.normal(size=(10, 3)).astype("float32")
Y = RNG.normal(size=(10, 2)).astype("float32")


def squared(y_true, y_pred):
    return K.mean(K.square(y_pred - y_true), axis=-1)


def whole(y_true, y_pred):
    return K.mean(K.square(y_pred - y_true))


def elements(y_true, y_pred):
    return K.square(y_pred - y_true) + 0.0 * K.sum(y_true)


def mean_pred(y_true, y_pred):
    return K.mean(y_pred)


def trained(loss, x=X, y=Y, **options):
    layers = [Dense(4, input_dim=3, activation="tanh"), Dense(2)]
    if x.ndim == 3:
        layers = [Masking(0.0, input_shape=x.shape[1:]), TimeDistributed(Dense(2))]
    model = Sequential(layers, seed=1)
    model.compile("sgd", loss, metrics=[mean_pred, "mae"])
    history = model.fit(x, y, batch_size=4, nb_epoch=2, shuffle=False, verbose=0, **options)
    return history.history, model


def same(found, expected):
    assert found.keys() == expected.keys()
    for name, values in found.items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-5, err_msg=name)


@pytest.mark.parametrize("loss", [squared, whole, elements])
def test_equals_the_compiled_loss(loss):
    assert isinstance(Objective.get(loss), ArrayObjective)
    expected, model = trained("mse", validation_split=0.2)
    found, other = trained(loss, validation_split=0.2)
    same(found, expected)
    np.testing.assert_allclose(
        expected["mean_pred"][-1], np.mean(expected["mean_pred"][-1:]), rtol=1e-5
    )
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_weights_and_masks_count():
    weights = RNG.random(10)
    expected, _ = trained("mse", sample_weight=weights)
    same(trained(squared, sample_weight=weights)[0], expected)
    x, y = RNG.normal(size=(8, 5, 3)), RNG.normal(size=(8, 5, 2))
    x[::2, 3:] = 0.0
    same(trained(squared, x, y)[0], trained("mse", x, y)[0])


def test_metric_is_the_mean():
    assert isinstance(Metric.get(mean_pred), ArrayMetric)
    _, model = trained("mse")
    found = model.evaluate(X, Y, batch_size=3, verbose=0)
    np.testing.assert_allclose(found[1], model.predict(X).mean(), rtol=1e-5)


def first_column(y_true, y_pred):
    return K.square(y_pred[:, 0] - y_true[:, 0]) + K.abs(y_true[:, 3])


def test_targets_of_another_shape():
    model = Sequential([Dense(2, input_dim=3)], seed=1)
    model.compile("sgd", first_column)
    y = RNG.normal(size=(10, 4)).astype("float32")
    w, b = model.get_weights()
    error = (X @ w + b)[:, 0] - y[:, 0]
    np.testing.assert_allclose(
        model.train_on_batch(X, y), np.mean(error**2 + np.abs(y[:, 3])), rtol=1e-5
    )
    np.testing.assert_allclose(
        model.get_weights()[1], b - 0.01 * np.array([2 * error.mean(), 0]), rtol=1e-4, atol=1e-6
    )


def test_numbers_are_compiled():
    def tilted(y_true, y_pred):
        return K.maximum(0.3 * (y_true - y_pred), 0.7 * K.abs(y_pred - y_true))

    made = Objective.get(tilted)
    assert not isinstance(made, ArrayObjective)
    expected = np.maximum(0.3 * (Y - 0.5), 0.7 * np.abs(0.5 - Y)).mean(axis=-1)
    np.testing.assert_allclose(made(Y, np.full_like(Y, 0.5)), expected, rtol=1e-5)


def test_files_know_it_by_name(tmp_path):
    _, model = trained(squared)
    model.save(tmp_path / "m.h5")
    names = {"squared": squared, "mean_pred": mean_pred}
    again = load_model(tmp_path / "m.h5", custom_objects=names)
    a, b = (m.train_on_batch(X, Y) for m in (model, again))
    assert a == b


def test_neither_of_numbers_nor_of_arrays():
    def nonsense(y_true, y_pred):
        return y_true.missing(y_pred)

    with pytest.raises(FunctionError):
        Objective.get(nonsense)


def test_wrong_shapes(monkeypatch):
    model = Sequential([Dense(2, input_dim=3)])
    model.compile("sgd", lambda t, p: K.sum(p, axis=0) + K.sum(t))
    with pytest.raises(ShapeError, match=r"gives an array of shape \(2,\) for predictions"):
        model.train_on_batch(X, Y)
    model.compile("sgd", first_column, metrics=["mae"])
    with pytest.raises(ShapeError, match="compares"):
        model.train_on_batch(X, RNG.normal(size=(10, 4)))
    monkeypatch.setattr("pronghorn.components.array_objective.has_autograd", lambda: False)
    model.compile("sgd", squared)
    model.test_on_batch(X, Y)
    with pytest.raises(ConfigError, match=r"pip install 'pronghorn\[autograd\]'"):
        model.train_on_batch(X, Y)
