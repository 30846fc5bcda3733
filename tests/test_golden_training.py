"""`fit` follows Keras 1.2.2 batch by batch: losses, History, weights, optimizer state."""

from collections.abc import Iterator

import golden
import numpy as np
import pytest

from pronghorn import backend, registry
from pronghorn.components.callback import Callback
from pronghorn.components.optimizer import Optimizer
from pronghorn.models import model_from_config


def _known(case: golden.Case) -> bool:
    names = {entry.identifier for entry in registry.entries("layers")}
    config = case.info["model_config"]
    inside = {layer["class_name"] for layer in config["config"]}
    wrapped = {layer["config"].get("layer", {}).get("class_name") for layer in config["config"]}
    # Where a_left is negative, as glorot_uniform makes it, Theano caps SReLU's left piece as well.
    return inside | wrapped - {None} <= names and "SReLU" not in inside


@pytest.fixture(autouse=True)
def in_float64() -> Iterator[None]:
    backend.set_floatx("float64")
    yield
    backend.set_floatx("float32")


COUNTED = {"precision", "recall", "fmeasure", "fbeta_score", "matthews_correlation"}
"""Metrics of an epoch which Keras 1 takes as means of the batches' values, Pronghorn as those of
all rows. So it is the batches' values that are compared here."""


class Batches(Callback):
    """Keeps the loss of every batch, in order, and Keras 1's value of metrics for each epoch."""

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.counted: dict[str, list[float]] = {}

    def on_epoch_begin(self, epoch, logs=None):
        self.sizes, self.values = [], []

    def on_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])
        self.sizes.append(logs["size"])
        self.values.append(logs)

    def on_epoch_end(self, epoch, logs=None):
        for name in COUNTED & logs.keys():
            values = [batch[name] for batch in self.values]
            self.counted.setdefault(name, []).append(np.average(values, weights=self.sizes))


def evaluated_by_batches(model, x, y, size):
    """What Keras 1's evaluate gives: means of the batches' values."""
    starts = range(0, len(x), size)
    values = [model.test_on_batch(x[s : s + size], y[s : s + size]) for s in starts]
    return np.average(values, axis=0, weights=[len(x[s : s + size]) for s in starts])


@pytest.mark.parametrize("case", golden.cases("training", _known))
def test_training_equals_keras_1(case):
    info = case.info
    model = model_from_config(info["model_config"])
    optimizer = Optimizer.get({"name": info["optimizer"], "config": info["optimizer_config"]})
    model.compile(
        optimizer, info["loss"], info["metrics"], sample_weight_mode=info["sample_weight_mode"]
    )
    axes = [weight.spatial_axes for weight in model.weights]
    model.set_weights(golden.turned(_numbered(case, "w", "init"), axes))
    seen = Batches()
    done = model.fit(
        case["x0"],
        case["y"],
        batch_size=info["batch_size"],
        nb_epoch=info["nb_epoch"],
        verbose=0,
        shuffle=False,
        callbacks=[seen],
        sample_weight=case.get("sample_weight"),
        **_with_int_classes(info["fit_kwargs"]),
    )
    np.testing.assert_allclose(seen.losses, case["batch_loss"], **golden.EXACT)
    history = {n: v for n, v in done.history.items() if n.removeprefix("val_") not in COUNTED}
    for name, values in {**history, **seen.counted}.items():
        np.testing.assert_allclose(values, case[f"hist_{name}"], err_msg=name, **golden.EXACT)
    final = golden.turned(_numbered(case, "w", "final"), axes)
    _assert_equal(model.get_weights(), final)
    arrays = dict(model.optimizer_arrays())
    axes = [_spatial_axes(model, name) for name in arrays]
    _assert_equal(arrays.values(), golden.turned(_numbered(case, "opt_state", "final"), axes))
    size = info["batch_size"]
    model.reset_states()
    if COUNTED.isdisjoint(model.metrics_names):
        found = np.atleast_1d(model.evaluate(case["x0"], case["y"], batch_size=size, verbose=0))
    else:
        found = evaluated_by_batches(model, case["x0"], case["y"], size)
    np.testing.assert_allclose(found, np.atleast_1d(case["evaluate_unweighted"]), **golden.EXACT)
    model.reset_states()
    predicted = model.predict(case["x0"], batch_size=size)
    np.testing.assert_allclose(predicted, case["predict_final"], **golden.EXACT)


def _numbered(case, start, end):
    names = [n for n in case if n.startswith(start) and n.endswith(f"_{end}")]
    numbers = sorted(int(n[len(start) : -len(end) - 1]) for n in names)
    return [case[f"{start}{n}_{end}"] for n in numbers]


def _assert_equal(arrays, expected):
    # A bias before batch normalization has no gradient but rounding, which Adam scales up.
    for array, wanted in zip(arrays, expected, strict=True):
        np.testing.assert_allclose(array, wanted, rtol=1e-6, atol=1e-8)


def _spatial_axes(model, name):
    """Those of the weight that an optimizer's array such as `convolution2d_1_W_m` belongs to."""
    found = (w.spatial_axes for w in model.weights if name.startswith(f"{w.name}_"))
    return next(found, ())


def _with_int_classes(kwargs):
    """JSON has made strings of the classes."""
    weights = kwargs.get("class_weight")
    if weights is None:
        return kwargs
    return {**kwargs, "class_weight": {int(k): v for k, v in weights.items()}}
