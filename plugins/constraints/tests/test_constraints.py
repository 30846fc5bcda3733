"""The official constraints against Keras 1's numbers and NumPy."""

import golden
import numpy as np
import pytest

from pronghorn.components.constraint import Constraint
from pronghorn.constraints import MaxNorm, MinMaxNorm, NonNeg, UnitNorm


def is_constraint(case):
    return case.info["kind"] == "constraint"


@pytest.mark.parametrize("case", golden.cases("regularizers", is_constraint))
def test_equals_keras_1_in_float64(case):
    made = Constraint.get(case.info["config"])(case["w"])
    np.testing.assert_allclose(made, case["out"], **golden.EXACT)


@pytest.mark.parametrize("case", golden.cases("regularizers", is_constraint))
def test_equals_keras_1_on_tensorflow_in_float32(case):
    made = Constraint.get(case.info["config"])(case["w"].astype("f"))
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, case.tf["out"], **golden.TENSORFLOW)


def by_numpy(w, axis, low, high, rate):
    norm = np.sqrt((w**2).sum(axis, keepdims=True))
    return w * (rate * np.clip(norm, low, high) + (1 - rate) * norm) / (1e-7 + norm)


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((6,), 0),
        ((6, 4), 0),
        ((6, 4), 1),
        ((6, 4), -1),
        ((6, 4), (0, 1)),
        ((2, 3, 4), 1),
        ((2, 3, 4), (0, 2)),
        ((3, 2, 4, 5), [0, 1, 2]),
        ((3, 2, 4, 5), [1, 2, 3]),
        ((3, 2, 4, 5), [1, 3]),
    ],
)
def test_norm_over_any_axes(shape, axis):
    w = np.random.default_rng(0).normal(size=shape)
    axes = tuple(axis) if isinstance(axis, list) else axis
    for limits in ((0.0, 0.7, 1.0), (1.0, 1.5, 0.4)):
        made = MinMaxNorm(*limits, axis=axis)(w)
        np.testing.assert_allclose(made, by_numpy(w, axes, *limits), rtol=1e-12)


def test_max_norm_of_columns():
    columns = np.array([[0, 0, 0], [1, 0, 0], [3, 0, 0], [3, 3, 3]], float).T
    expected = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [2 / 3**0.5] * 3]).T
    np.testing.assert_allclose(MaxNorm(2)(columns), expected, atol=1e-6)


def test_non_neg_keeps_nan_and_the_rest():
    np.testing.assert_array_equal(NonNeg()([-1.5, 0.0, 2.0, np.nan]), [0.0, 0.0, 2.0, np.nan])


def test_axis_that_is_not_there():
    with pytest.raises(ValueError, match=r"a weight of shape \(3, 4\) has no axis 2"):
        UnitNorm(axis=2)(np.ones((3, 4)))


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("maxnorm", {"name": "MaxNorm", "m": 2, "axis": 0}),
        ("max_norm", {"name": "MaxNorm", "m": 2, "axis": 0}),
        ("nonneg", {"name": "NonNeg"}),
        ("non_neg", {"name": "NonNeg"}),
        ("unitnorm", {"name": "UnitNorm", "axis": 0}),
        ("unit_norm", {"name": "UnitNorm", "axis": 0}),
        (MaxNorm(max_value=3), {"name": "MaxNorm", "m": 3, "axis": 0}),
        (
            MinMaxNorm(min_value=0.5, max_value=3, rate=0.1, axis=[0, 1]),
            {"name": "MinMaxNorm", "low": 0.5, "high": 3, "rate": 0.1, "axis": [0, 1]},
        ),
        (
            {"class_name": "MaxNorm", "config": {"max_value": 4, "axis": 1}},
            {"name": "MaxNorm", "m": 4, "axis": 1},
        ),
    ],
)
def test_identifiers_and_round_trip(identifier, expected):
    found = Constraint.get(identifier)
    assert found.to_identifier() == expected
    assert Constraint.get(found.to_identifier()).get_config() == found.get_config()


def test_none_is_none():
    assert Constraint.get(None) is None


def test_plain_function():
    def clip(x, limit=1.0):
        return min(max(x, -limit), limit)

    made = Constraint.get(clip).configured(limit=0.5)
    np.testing.assert_array_equal(made([-2.0, 0.25, 9.0]), [-0.5, 0.25, 0.5])
