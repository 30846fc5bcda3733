"""The official activations against Keras 1's numbers, finite differences and their formulas."""

import math

import golden
import numpy as np
import pytest

from pronghorn import registry
from pronghorn.components.activation import Activation

NAMES = [entry.identifier for entry in registry.entries("activations")]
X = np.array([[-30.0, -6.0, -2.7, -1.0, -0.3, 1e-3, 0.2, 0.9, 2.0, 3.1, 7.0, 30.0]])


@pytest.mark.parametrize("case", golden.cases("activations"))
def test_equals_keras_1_in_float64(case):
    function = Activation.get(case.info["function"]).configured(**case.info["kwargs"])
    np.testing.assert_allclose(function(case["x"]), case["y"], **golden.EXACT)
    np.testing.assert_allclose(function.gradient(case["x"], case["R"]), case["gx"], **golden.EXACT)


@pytest.mark.parametrize("case", golden.cases("activations", lambda case: len(case.tf)))
def test_equals_keras_1_on_tensorflow_in_float32(case):
    function = Activation.get(case.info["function"]).configured(**case.info["kwargs"])
    x, r = case["x"].astype("f"), case["R"].astype("f")
    y, gx = function(x), function.gradient(x, r)
    assert y.dtype == gx.dtype == np.float32
    np.testing.assert_allclose(y, case.tf["y"], **golden.TENSORFLOW)
    np.testing.assert_allclose(gx, case.tf["gx"], **golden.TENSORFLOW)


CONFIGURED = [
    *[(name, {}) for name in NAMES],
    ("relu", {"alpha": 0.1}),
    ("relu", {"alpha": -0.5}),
    ("relu", {"max_value": 1.0, "alpha": 0.2}),
    ("elu", {"alpha": -1.0}),
    ("gelu", {"approximate": True}),
]


@pytest.mark.parametrize(("name", "config"), CONFIGURED)
def test_derivative_equals_finite_differences(name, config):
    function = Activation.get(name).configured(**config)
    x = X.reshape(3, 4)
    weights = np.cos(np.arange(12.0)).reshape(3, 4)
    step = 1e-6
    expected = np.empty_like(x)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += step
        down[index] -= step
        expected[index] = ((function(up) - function(down)) * weights).sum() / (2 * step)
    scale = np.abs(function(x)).max()
    np.testing.assert_allclose(
        function.gradient(x, weights), expected, rtol=1e-6, atol=1e-9 * scale + 1e-9
    )


FORMULAS = {
    "selu": lambda x: 1.05070098736 * np.where(x > 0, x, 1.67326324235 * (np.exp(x) - 1)),
    "gelu": lambda x: 0.5 * x * (1 + np.vectorize(math.erf)(x / np.sqrt(2))),
    "swish": lambda x: x / (1 + np.exp(-x)),
    "mish": lambda x: x * np.tanh(np.log(1 + np.exp(x))),
    "exponential": np.exp,
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_equals_its_formula(name):
    expected = FORMULAS[name](X)
    np.testing.assert_allclose(Activation.get(name)(X), expected, rtol=1e-9, atol=1e-13)


# Section 26.6 of what Keras 1 on TensorFlow does.
@pytest.mark.parametrize(
    ("name", "config", "x", "expected"),
    [
        ("relu", {}, 0.0, 0.0),
        ("relu", {"alpha": 0.3}, 0.0, 0.0),
        ("relu", {"max_value": 2.0}, 2.0, 1.0),
        ("relu", {"max_value": 2.0}, 2.5, 0.0),
        ("elu", {}, 0.0, 1.0),
        ("hard_sigmoid", {}, 2.5, 0.2),
        ("hard_sigmoid", {}, -2.5, 0.2),
        ("hard_sigmoid", {}, 2.6, 0.0),
        ("softsign", {}, 0.0, 1.0),
    ],
)
def test_derivative_at_kinks(name, config, x, expected):
    function = Activation.get(name).configured(**config)
    assert function.gradient([x]) == pytest.approx(expected)


def test_values_at_chosen_points():
    v = [-3, -1, -0.25, 0, 0.25, 1, 3]
    hard_sigmoid, softsign = Activation.get("hard_sigmoid"), Activation.get("softsign")
    np.testing.assert_allclose(hard_sigmoid(v), [0, 0.3, 0.45, 0.5, 0.55, 0.7, 1], rtol=1e-6)
    np.testing.assert_allclose(softsign(v), [-0.75, -0.5, -0.2, 0, 0.2, 0.5, 0.75], rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_keeps_shape_float_type_and_special_values(name):
    function = Activation.get(name)
    for dtype in (np.float32, np.float64):
        x = np.linspace(-80, 80, 24, dtype=dtype).reshape(2, 3, 4)
        assert function(x).dtype == dtype
        assert function(x).shape == x.shape
        assert np.isnan(function(np.full((1, 2), np.nan, dtype))).all()
    x = np.linspace(-80, 80, 24, dtype=np.float32).reshape(4, 6)
    assert np.isfinite(function.gradient(x)).all()


@pytest.mark.parametrize(("name", "config"), CONFIGURED)
def test_configuration_round_trip(name, config):
    function = Activation.get(name).configured(**config)
    again = Activation.get(function.to_identifier())
    assert again.get_config() == function.get_config() == config
    np.testing.assert_array_equal(again(X), function(X))


def test_options_may_be_given_in_the_call():
    relu = Activation.get("relu")
    np.testing.assert_allclose(relu([-1.0, 2.0], alpha=0.5), [-0.5, 2.0])
    with pytest.raises(
        TypeError, match="relu has no option 'slope'; its options: alpha, max_value"
    ):
        relu([-1.0], slope=0.5)


def test_aliases_and_none():
    assert Activation.get("silu").name == "swish"
    assert Activation.get(None).name == "linear"


@pytest.mark.parametrize("size", [1, 10, 33])
def test_softmax_of_large_and_equal_inputs(size):
    softmax = Activation.get("softmax")
    np.testing.assert_allclose(softmax(np.full((37, size), 1e4)), 1 / size)
    x = np.random.default_rng(3).normal(0, 100, (37, size)).astype("f")
    np.testing.assert_allclose(softmax(x).sum(-1), 1, rtol=1e-5)


def test_softmax_needs_two_axes():
    with pytest.raises(ValueError, match=r"at least two axes.*\(3,\)"):
        Activation.get("softmax")(np.ones(3))
