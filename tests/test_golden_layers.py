"""Layers give the numbers of Keras 1.2.2: outputs, masks, and all gradients."""

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
    return config is not None and set(case.info["layers"]) <= names


@pytest.fixture
def in_float64() -> Iterator[None]:
    backend.set_floatx("float64")
    yield
    backend.set_floatx("float32")


@pytest.mark.usefixtures("in_float64")
@pytest.mark.parametrize("case", golden.cases("layers", _known))
def test_layer_equals_keras_1(case):
    model = model_from_config(case.info["model_config"])
    model.set_weights(case.numbered("w"))
    done = run_pass(model, case["x0"], case["R"], training=bool(case.info["learning_phase"]))
    np.testing.assert_allclose(done.y, case["y"], **golden.EXACT)
    assert tuple(case.info["output_shape"][1:]) == done.y.shape[1:] == model.output_shape[1:]
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
