"""The official objectives against Keras 1's numbers, finite differences and their formulas."""

import golden
import numpy as np
import pytest

from pronghorn import registry
from pronghorn.components.objective import Objective

NAMES = [entry.identifier for entry in registry.entries("objectives")]
SPARSE_CLIPPED = tuple(f"sparse_categorical_crossentropy_{n}d_extreme" for n in (2, 3))


def is_objective(case):
    return case.info["kind"] == "objective"


# TensorFlow clips before it scales, Theano after: see docs/keras1-differences.md.
@pytest.mark.parametrize(
    "case",
    golden.cases("objectives", lambda c: is_objective(c) and c.name not in SPARSE_CLIPPED),
)
def test_equals_keras_1_in_float64(case):
    loss = Objective.get(case.info["objective"])
    np.testing.assert_allclose(loss(case["y_true"], case["y_pred"]), case["loss"], **golden.EXACT)
    np.testing.assert_allclose(
        loss.gradient(case["y_true"], case["y_pred"]), case["g_pred"], **golden.EXACT
    )


@pytest.mark.parametrize(
    "case", golden.cases("objectives", lambda c: is_objective(c) and len(c.tf))
)
def test_equals_keras_1_on_tensorflow_in_float32(case):
    loss = Objective.get(case.info["objective"])
    t, p = case["y_true"].astype("f"), case["y_pred"].astype("f")
    losses, g = loss(t, p), loss.gradient(t, p)
    assert losses.dtype == g.dtype == np.float32
    np.testing.assert_allclose(losses, case.tf["loss"], **golden.TENSORFLOW)
    np.testing.assert_allclose(g, case.tf["g_pred"], **golden.TENSORFLOW)
