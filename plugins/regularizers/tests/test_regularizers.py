"""The official regularizers against Keras 1's numbers and finite differences."""

import golden
import numpy as np
import pytest

from pronghorn import regularizers
from pronghorn.components.regularizer import Regularizer
from pronghorn.regularizers import EigenvalueRegularizer, L1L2Regularizer

# Keras 1's configuration of this one lacks k; the cases were made with 0.1.
EIGENVALUE_K = 0.1


def is_regularizer(case):
    return case.info["kind"] == "regularizer"


def of(case):
    config = dict(case.info["config"])
    if config["name"] == "EigenvalueRegularizer":
        config["k"] = EIGENVALUE_K
    return Regularizer.get(config)


@pytest.mark.parametrize("case", golden.cases("regularizers", is_regularizer))
def test_equals_keras_1_in_float64(case):
    penalty = of(case)
    np.testing.assert_allclose(penalty(case["w"]), case["value"], **golden.EXACT)
    np.testing.assert_allclose(penalty.gradient(case["w"]), case["gw"], **golden.EXACT)


@pytest.mark.parametrize("case", golden.cases("regularizers", is_regularizer))
def test_equals_keras_1_on_tensorflow_in_float32(case):
    penalty, w = of(case), case["w"].astype("f")
    gradient = penalty.gradient(w)
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(penalty(w), case.tf["value"], **golden.TENSORFLOW)
    np.testing.assert_allclose(gradient, case.tf["gw"], **golden.TENSORFLOW)


@pytest.mark.parametrize("penalty", [L1L2Regularizer(0.3, 0.7), EigenvalueRegularizer(0.4)])
def test_gradient_equals_finite_differences(penalty):
    w = np.random.default_rng(0).normal(size=(5, 3))
    expected = np.empty_like(w)
    for index in np.ndindex(w.shape):
        step = np.zeros_like(w)
        step[index] = 1e-6
        expected[index] = (penalty(w + step) - penalty(w - step)) / 2e-6
    np.testing.assert_allclose(penalty.gradient(w), expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("identifier", "config"),
    [
        ("l1", {"l1": 0.01, "l2": 0.0}),
        ("l2", {"l1": 0.0, "l2": 0.01}),
        ("l1l2", {"l1": 0.01, "l2": 0.01}),
        ("l1_l2", {"l1": 0.01, "l2": 0.01}),
        ("activity_l1", {"l1": 0.01, "l2": 0.0}),
        ("activity_l2", {"l1": 0.0, "l2": 0.01}),
        ("activity_l1l2", {"l1": 0.01, "l2": 0.01}),
        ("WeightRegularizer", {"l1": 0.0, "l2": 0.0}),
        ({"name": "l2", "l": 0.5}, {"l1": 0.0, "l2": 0.5}),
        ({"name": "ActivityRegularizer", "l1": 0.5, "l2": 0.25}, {"l1": 0.5, "l2": 0.25}),
        ({"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.1}}, {"l1": 0.0, "l2": 0.1}),
        (regularizers.l1(0.3), {"l1": 0.3, "l2": 0.0}),
        (regularizers.l2(l2=0.3), {"l1": 0.0, "l2": 0.3}),
    ],
)
def test_identifiers(identifier, config):
    found = Regularizer.get(identifier)
    assert isinstance(found, L1L2Regularizer)
    assert found.get_config() == config
    assert found.to_identifier() == {"name": "L1L2Regularizer", **config}


def test_none_is_none():
    assert Regularizer.get(None) is None


def test_round_trip_keeps_k():
    again = Regularizer.get(EigenvalueRegularizer(0.7).to_identifier())
    assert again.get_config() == {"k": 0.7}


def test_eigenvalue_is_the_spectral_norm_of_a_matrix_with_a_large_gap():
    w = np.diag([5.0, 1.0, 0.5])
    assert EigenvalueRegularizer(2.0)(w) == pytest.approx(10.0, rel=1e-9)


def test_eigenvalue_needs_a_matrix():
    with pytest.raises(ValueError, match=r"is for matrices, but the weight has shape \(2, 2, 2\)"):
        EigenvalueRegularizer(1.0)(np.ones((2, 2, 2)))


def test_sum_of_many_elements_stays_exact_in_float32():
    w = np.random.default_rng(1).normal(size=(300, 700)).astype("f")
    expected = 0.1 * np.abs(w.astype("d")).sum() + 0.2 * (w.astype("d") ** 2).sum()
    assert L1L2Regularizer(0.1, 0.2)(w) == pytest.approx(expected, rel=1e-6)


def test_plain_function():
    def pseudo_huber(x, delta=1.0):
        return delta * (1.0 + x * x) ** 0.5

    penalty = Regularizer.get(pseudo_huber).configured(delta=2.0)
    w = np.linspace(-2, 2, 12).reshape(3, 4)
    assert penalty(w) == pytest.approx(2 * np.sqrt(1 + w**2).sum())
    np.testing.assert_allclose(penalty.gradient(w), 2 * w / np.sqrt(1 + w**2), rtol=1e-9)
    assert penalty.to_identifier() == {"name": "pseudo_huber", "config": {"delta": 2.0}}
