"""Layers give the numbers of Keras 1.2.2: outputs, masks, and all gradients."""

import json
from collections.abc import Iterator

import golden
import numpy as np
import pytest

from pronghorn import backend, registry
from pronghorn.models import model_from_config
from pronghorn.testing import run_pass


def _known(case: golden.Case) -> bool:
    """Whether every layer of the case is there; the rest waits for its layers."""
    names = {entry.identifier for entry in registry.entries("layers")}
    config = case.info.get("model_config")
    if config is None or not set(case.info["layers"]) <= names:
        return False
    wrapped = {layer["config"].get("layer", {}).get("class_name") for layer in config["config"]}
    return wrapped - {None} <= names


def _passes(case: golden.Case) -> bool:
    """Whether its layers are there and the case is one pass; stateful ones are three outputs."""
    return _known(case) and not case.info["stateful"]


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    yield
    backend.set_floatx("float32")
    backend.set_image_dim_ordering("tf")


def _follows_theano(case: golden.Case) -> bool:
    """Whether the two backends agree; they turn kernels and pad for "same" each in its way."""
    config = json.dumps(case.info["model_config"])
    return not any(word in config for word in ('"same"', "Convolution", "ConvLSTM"))


def _model(case, floatx):
    backend.set_floatx(floatx)
    backend.set_image_dim_ordering(case.info["image_dim_ordering_default"])
    config = json.loads(json.dumps(case.info["model_config"]))
    for layer in config["config"]:
        if layer["class_name"] in ("GRU", "LSTM") and layer["config"]["consume_less"] != "gpu":
            # Keras 1.2 penalized U by W's regularizer there, a defect.
            layer["config"]["U_regularizer"] = layer["config"]["W_regularizer"]
    model = model_from_config(config)
    model.set_weights(case.numbered("w"))
    return model


@pytest.mark.parametrize("case", golden.cases("layers", lambda c: _passes(c) and "y" in c.tf))
def test_layer_equals_keras_1_on_tensorflow(case):
    model = _model(case, "float32")
    done = run_pass(model, case["x0"], case["R"], training=bool(case.info["learning_phase"]))
    np.testing.assert_allclose(done.y, case.tf["y"], **golden.TENSORFLOW)
    if "gx0" in case.tf:
        np.testing.assert_allclose(done.gx, case.tf["gx0"], **golden.TENSORFLOW)
    trained = [w.name for w, t in zip(model.weights, case.info["trainable"], strict=True) if t]
    for index, name in enumerate(trained):
        if f"gw{index}" in case.tf:
            np.testing.assert_allclose(done.gw[name], case.tf[f"gw{index}"], **golden.TENSORFLOW)


@pytest.mark.parametrize(
    "case", golden.cases("layers", lambda c: _passes(c) and _follows_theano(c))
)
def test_layer_equals_keras_1(case):
    model = _model(case, "float64")
    done = run_pass(model, case["x0"], case["R"], training=bool(case.info["learning_phase"]))
    np.testing.assert_allclose(done.y, case["y"], **golden.EXACT)
    pairs = zip(model.output_shape[1:], done.y.shape[1:], strict=True)
    assert all(known in (None, found) for known, found in pairs)
    if "gx0" in case:
        np.testing.assert_allclose(done.gx, case["gx0"], **golden.EXACT)
    trained = [w.name for w, t in zip(model.weights, case.info["trainable"], strict=True) if t]
    for name, expected in zip(trained, case.numbered("gw"), strict=True):
        np.testing.assert_allclose(done.gw[name], expected, **golden.EXACT)
    if "reg_loss" in case:
        _check_penalties(model, case, trained)
    if "mask" in case:
        np.testing.assert_array_equal(done.mask.astype(bool), case["mask"].astype(bool))


def _check_penalties(model, case, trained):
    done = run_pass(model, case["x0"], case["R"], penalties=True)
    np.testing.assert_allclose(done.penalty, case["reg_loss"], **golden.EXACT)
    for name, data, added in zip(
        trained, case.numbered("gw"), case.numbered("reg_gw"), strict=True
    ):
        np.testing.assert_allclose(done.gw[name], data + added, **golden.EXACT)


@pytest.mark.parametrize("case", golden.cases("layers", lambda c: _known(c) and c.info["stateful"]))
def test_stateful_layer_goes_on_where_the_batch_before_ended(case):
    model, x = _model(case, "float64"), case["x0"]
    first, second = (model.predict(x, batch_size=len(x)) for _ in range(2))
    model.reset_states()
    third = model.predict(x, batch_size=len(x))
    for name, found in zip(
        ("y_call1", "y_call2", "y_after_reset"), (first, second, third), strict=True
    ):
        np.testing.assert_allclose(found, case[name], err_msg=name, **golden.EXACT)
