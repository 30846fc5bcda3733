"""Layers give the numbers of Keras 1.2.2: outputs, masks, and all gradients."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import golden
import numpy as np
import pytest

from pronghorn import backend, registry
from pronghorn.components.steps import one_or_all
from pronghorn.models import model_from_config
from pronghorn.testing import run_pass


def _known(case: golden.Case) -> bool:
    """Whether every layer of the case is there; the rest waits for its layers."""
    names = {entry.identifier for entry in registry.entries("layers")}
    config = case.info.get("model_config")
    return config is not None and {c for c, _ in _layers(config)} <= {*names, "Sequential"}


def _layers(config: Any) -> Iterator[tuple[str, Any]]:
    """Class and configuration of each layer, whatever it is inside of."""
    if isinstance(config, list):
        for each in config:
            yield from _layers(each)
    elif isinstance(config, dict):
        if "class_name" in config:
            yield config["class_name"], config["config"]
        for each in config.values():
            yield from _layers(each)


def _passes(case: golden.Case) -> bool:
    """Whether its layers are there and the case is one pass; stateful ones are three outputs."""
    return _known(case) and not case.info["stateful"]


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    yield
    backend.set_floatx("float32")
    backend.set_image_dim_ordering("tf")


def _pads_as_theano(case: golden.Case) -> bool:
    """Whether Theano's "same" is TensorFlow's: it is for odd kernels that move by one."""
    if case.info.get("tf_only"):
        return False
    return all(_plain(config) for _, config in _layers(case.info["model_config"]))


def _bends_as_theano(case: golden.Case) -> bool:
    """Whether Theano's SReLU is TensorFlow's: it caps the left piece too, if that one falls."""
    if "SReLU" not in case.info["layers"]:
        return True
    names = case.info["weight_names"]
    arrays = zip(names, case.numbered("w"), strict=True)
    return all((w >= 0.0).all() for name, w in arrays if name.endswith("a_left"))


def _plain(config) -> bool:
    if isinstance(config, list) or config.get("border_mode") != "same":
        return True
    steps = [config[key] for key in ("subsample", "subsample_length", "strides") if key in config]
    window = [config[key] for key in ("nb_row", "nb_col", "filter_length") if key in config]
    return bool(window) and all(size % 2 for size in window) and np.all(np.ravel(steps) == 1)


def _model(case, floatx):
    backend.set_floatx(floatx)
    backend.set_image_dim_ordering(case.info["image_dim_ordering_default"])
    config = json.loads(json.dumps(case.info["model_config"]))
    for name, layer in _layers(config):
        if name in ("GRU", "LSTM") and layer["consume_less"] != "gpu":
            # Keras 1.2 penalized U by W's regularizer there, a defect.
            layer["U_regularizer"] = layer["W_regularizer"]
    return model_from_config(config)


def _tensorflow(case: golden.Case) -> Mapping[str, np.ndarray]:
    """TensorFlow's numbers, which are the case's own where Theano has none."""
    return case if case.info.get("tf_only") else case.tf


@pytest.mark.parametrize(
    "case", golden.cases("layers", lambda c: _passes(c) and "y" in _tensorflow(c))
)
def test_layer_equals_keras_1_on_tensorflow(case):
    model, expected = _model(case, "float32"), _tensorflow(case)
    model.set_weights(case.numbered("w"))
    training = bool(case.info["learning_phase"])
    done = run_pass(model, _inputs(case), _upstream(model, case), training=training)
    np.testing.assert_allclose(done.y, _output(expected["y"], done.y), **golden.TENSORFLOW)
    _check_inputs(done.gx, expected, golden.TENSORFLOW)
    trained = _trained(model, case)
    for index, name in enumerate(trained):
        if f"gw{index}" in expected:
            np.testing.assert_allclose(done.gw[name], expected[f"gw{index}"], **golden.TENSORFLOW)


@pytest.mark.parametrize(
    "case",
    golden.cases("layers", lambda c: _passes(c) and _pads_as_theano(c) and _bends_as_theano(c)),
)
def test_layer_equals_keras_1(case):
    model = _model(case, "float64")
    axes = [weight.spatial_axes for weight in model.ordered_weights]
    model.set_weights(golden.turned(case.numbered("w"), axes))
    training = bool(case.info["learning_phase"])
    done = run_pass(model, _inputs(case), _upstream(model, case), training=training)
    np.testing.assert_allclose(done.y, _output(case["y"], done.y), **golden.EXACT)
    pairs = zip(model.output_shape[1:], done.y.shape[1:], strict=True)
    assert all(known in (None, found) for known, found in pairs)
    _check_inputs(done.gx, case, golden.EXACT)
    trained = _trained(model, case)
    axes = [weight.spatial_axes for weight in model.trainable_weights]
    gradients = golden.turned(case.numbered("gw"), axes)
    for name, expected in zip(trained, gradients, strict=True):
        np.testing.assert_allclose(done.gw[name], expected, **golden.EXACT)
    if "reg_loss" in case:
        added = golden.turned(case.numbered("reg_gw"), axes)
        sums = [data + more for data, more in zip(gradients, added, strict=True)]
        _check_penalties(model, case, dict(zip(trained, sums, strict=True)))
    if "mask" in case:
        np.testing.assert_array_equal(done.mask.astype(bool), case["mask"].astype(bool))


def _trained(model, case):
    """Names of the weights that have gradients."""
    pairs = zip(model.ordered_weights, case.info["trainable"], strict=True)
    return [weight.name for weight, trainable in pairs if trainable]


def _inputs(case):
    """The input, or the list of several."""
    return one_or_all(case.numbered("x"))


def _upstream(model, case):
    """The gradient at the output, in the declared shape: Keras 1's "cos" has one axis more."""
    shape = (len(case["R"]), *model.output_shape[1:])
    return (
        case["R"] if None in shape or case["R"].size != np.prod(shape) else case["R"].reshape(shape)
    )


def _output(expected, found):
    return expected.reshape(found.shape) if expected.size == found.size else expected


def _check_inputs(gradients, arrays, close):
    gradients = gradients if isinstance(gradients, list) else [gradients]
    for index, gradient in enumerate(gradients):
        if f"gx{index}" in arrays:
            np.testing.assert_allclose(gradient, arrays[f"gx{index}"], **close)


def _check_penalties(model, case, gradients):
    done = run_pass(model, _inputs(case), _upstream(model, case), penalties=True)
    np.testing.assert_allclose(done.penalty, case["reg_loss"], **golden.EXACT)
    for name, expected in gradients.items():
        np.testing.assert_allclose(done.gw[name], expected, **golden.EXACT)


@pytest.mark.parametrize("case", golden.cases("layers", lambda c: _known(c) and c.info["stateful"]))
def test_stateful_layer_goes_on_where_the_batch_before_ended(case):
    model, x = _model(case, "float64"), case["x0"]
    model.set_weights(case.numbered("w"))
    first, second = (model.predict(x, batch_size=len(x)) for _ in range(2))
    model.reset_states()
    third = model.predict(x, batch_size=len(x))
    for name, found in zip(
        ("y_call1", "y_call2", "y_after_reset"), (first, second, third), strict=True
    ):
        np.testing.assert_allclose(found, case[name], err_msg=name, **golden.EXACT)
