"""Components made in a script: usable at once, and refused where they cannot be compiled."""

import math

import numpy as np
import pytest

import pronghorn as ph
from pronghorn import registry
from pronghorn.activations import sigmoid
from pronghorn.components.activation import Activation
from pronghorn.components.constraint import Constraint
from pronghorn.components.context import EagerContext
from pronghorn.components.initializer import Initializer
from pronghorn.components.metric import Metric
from pronghorn.components.objective import Objective
from pronghorn.components.optimizer import Optimizer
from pronghorn.components.regularizer import Regularizer
from pronghorn.devices.function import Function
from pronghorn.errors import AmbiguousComponentError, FunctionError
from pronghorn.optimizers import SGD


@pytest.fixture(autouse=True)
def _forget():
    before = registry.entries()
    yield
    for entry in registry.entries():
        if entry not in before:
            registry.remove(entry.kind, entry.identifier)


def test_activation():
    @ph.register.activation("squareplus")
    def squareplus(x):
        """A smooth rectifier."""
        return 0.5 * (x + math.sqrt(x * x + 4.0))

    found = Activation.get("squareplus")
    assert found is squareplus
    assert found.__doc__ == "A smooth rectifier."
    x = np.linspace(-3, 3, 7)
    np.testing.assert_allclose(squareplus(x), 0.5 * (x + np.sqrt(x * x + 4)))
    np.testing.assert_allclose(squareplus.gradient(x), 0.5 * (1 + x / np.sqrt(x * x + 4)))
    assert squareplus(x.astype("f")).dtype == np.float32


def test_activation_with_branches_locals_helpers_and_options():
    def bend(x, sharpness):
        return math.exp(-sharpness * abs(x))

    @ph.register.activation("bent")
    def bent(x, sharpness=2.0, mirrored=False):
        weight = bend(x, sharpness)
        if x < 0.0 and not mirrored:
            return weight * x
        side = -x if mirrored else x
        return side / (1.0 + weight)

    for config in ({}, {"sharpness": 0.5}, {"mirrored": True}):
        found = Activation.get({"name": "bent", "config": config})
        x = np.array([-1.7, -0.4, 0.3, 2.2])
        expected = (found(x + 1e-6) - found(x - 1e-6)) / 2e-6
        np.testing.assert_allclose(found.gradient(x), expected, rtol=1e-6)
        assert found.get_config() == config


def test_activation_that_calls_another_one():
    leaky = Activation.get("relu").configured(alpha=0.25)

    @ph.register.activation("leaky_swish")
    def leaky_swish(x):
        return leaky(x) * 2.0 + sigmoid(x)

    x = np.array([-2.0, 3.0])
    expected = np.array([-1.0, 6.0]) + 1 / (1 + np.exp(-x))
    np.testing.assert_allclose(leaky_swish(x), expected)
    slope = np.exp(-x) / (1 + np.exp(-x)) ** 2
    np.testing.assert_allclose(leaky_swish.gradient(x), np.array([0.5, 2.0]) + slope)


def test_activation_with_its_own_derivative():
    @ph.register.activation("step", derivative=lambda x: 1.0 if abs(x) < 1.0 else 0.0)
    def step(x):
        return 1.0 if x > 0.0 else 0.0

    np.testing.assert_array_equal(step.gradient([-2.0, -0.5, 0.5, 2.0]), [0, 1, 1, 0])


def test_activation_that_cannot_be_derived():
    with pytest.raises(FunctionError, match=r"test_register\.py:\d+.*\n.*math\.gamma\(x\)"):

        @ph.register.activation("odd")
        def odd(x):
            y = x + 1.0
            return y * math.gamma(x)


def test_activation_that_cannot_be_compiled():
    table = {"a": 1}
    with pytest.raises(FunctionError, match=r"test_register\.py:\d+"):

        @ph.register.activation("lookup", derivative=lambda x: 1.0)
        def lookup(x):
            return x * table["a"]


def test_activation_with_an_option_that_has_no_default():
    with pytest.raises(FunctionError, match=r"odd\(x, slope\) should take \(x\) and then only"):

        @ph.register.activation("odd")
        def odd(x, slope):
            return x * slope


def test_official_identifiers_are_never_replaced():
    with pytest.raises(AmbiguousComponentError, match="'relu' is the identifier of an official"):
        ph.register.activation("relu")(lambda x: x)
    assert Activation.get("relu")(-1.0) == 0.0


def test_a_cell_run_again_replaces_what_it_registered():
    for slope in (1.0, 2.0):
        ph.register.activation("sloped", derivative=lambda x: 1.0)(lambda x, s=slope: s * x)
        assert Activation.get("sloped")([3.0]) == 3 * slope


def test_objective():
    @ph.register.objective("quartic", reduction="sum")
    def quartic(y_true, y_pred, weight=1.0):
        return weight * (y_true - y_pred) ** 4

    t, p = np.zeros((2, 3)), np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(Objective.get("quartic")(t, p), (p**4).sum(-1))
    double = Objective.get({"name": "quartic", "config": {"weight": 2.0}})
    np.testing.assert_allclose(double.gradient(t, p), 8 * p**3)


def test_row_objective():
    @ph.register.objective("largest", rows=True)
    def largest(t, p, g):
        worst = 0
        for j in range(p.size):
            if abs(p[j] - t[j]) > abs(p[worst] - t[worst]):
                worst = j
        if g is not None:
            for j in range(p.size):
                g[j] = 0.0
            g[worst] = 1.0 if p[worst] > t[worst] else -1.0
        return abs(p[worst] - t[worst])

    t, p = np.zeros((2, 2)), np.array([[1.0, -3.0], [2.0, 0.5]])
    np.testing.assert_array_equal(Objective.get("largest")(t, p), [3, 2])
    np.testing.assert_array_equal(largest.gradient(t, p), [[0, -1], [1, 0]])
    assert Metric.get("largest")(t, p) == 2.5


def test_metric():
    @ph.register.metric("within")
    def within(y_true, y_pred, distance=0.1):
        return 1.0 if abs(y_true - y_pred) <= distance else 0.0

    t, p = np.zeros((2, 2)), np.array([[0.05, 0.2], [1.0, -0.1]])
    assert Metric.get("within")(t, p) == 0.5
    assert Metric.get("within").configured(distance=0.5)(t, p) == 0.75


def test_row_metric():
    @ph.register.metric("spread", rows=True, width=2)
    def spread(t, p):
        low, high = p[0], p[0]
        for j in range(p.size):
            low, high = min(low, p[j]), max(high, p[j])
        return low, high

    @spread.from_sums
    def _(sums, rows):
        return (sums[1] - sums[0]) / rows

    p = np.array([[1.0, 4.0], [2.0, 3.0]])
    assert Metric.get("spread")(p, p) == 2.0


def test_optimizer():
    @ph.register.optimizer("signum", slots=["velocity"])
    def signum(param, grad, velocity, lr=0.001, momentum=0.9):
        velocity = momentum * velocity + (1.0 - momentum) * grad
        return param - lr * math.copysign(1.0, velocity), velocity

    made = Optimizer.get({"name": "signum", "config": {"learning_rate": 0.5, "clipvalue": 9}})
    assert isinstance(made, signum)
    assert made.get_config() == {"lr": 0.5, "momentum": 0.9, "decay": 0.0, "clipvalue": 9}
    params, velocity = np.zeros(4), np.array([1.0, -1.0, 0.0, 0.0])
    gradient = np.array([1.0, -1.0, 2.0, -3.0])
    hyper = np.array(list(made.scalars(0).values()))
    made.record(EagerContext("cpu", "float64"), params, gradient, [velocity], hyper)
    np.testing.assert_allclose(params, [-0.5, 0.5, -0.5, 0.5])
    np.testing.assert_allclose(velocity, [1.0, -1.0, 0.2, -0.3])
    with pytest.raises(TypeError, match="signum does not understand 'mu'; it takes lr, momentum"):
        signum(mu=0.3)


def test_optimizer_without_slots_and_with_a_switch():
    @ph.register.optimizer("plain")
    def plain(param, grad, lr=0.1, upwards=False):
        return param + lr * grad if upwards else param - lr * grad

    for upwards, expected in ((False, -0.2), (True, 0.2)):
        made = plain(upwards=upwards)
        params = np.zeros(3)
        hyper = np.array(list(made.scalars(0).values()))
        made.record(EagerContext("cpu", "float64"), params, np.full(3, 2.0), [], hyper)
        np.testing.assert_allclose(params, expected)


def test_optimizer_whose_slots_are_not_those_of_the_rule():
    with pytest.raises(FunctionError, match=r"rule takes the slots \['a'\], not \['b'\]"):

        @ph.register.optimizer("rule", slots=["b"])
        def rule(param, grad, a, lr=0.1):
            return param - lr * grad, a


def test_regularizer_constraint_and_initializer():
    @ph.register.regularizer("quartic")
    def quartic(x, factor=0.5):
        return factor * x**4

    @ph.register.constraint("capped")
    def capped(x, limit=1.0):
        return min(x, limit)

    @ph.register.initializer("ramp")
    def ramp(shape, start=1.0):
        return start + np.arange(np.prod(shape)).reshape(shape)

    w = np.array([1.0, -2.0])
    assert Regularizer.get("quartic")(w) == 8.5
    np.testing.assert_allclose(Regularizer.get("quartic").gradient(w), [2.0, -16.0])
    np.testing.assert_array_equal(Constraint.get({"name": "capped", "limit": 0.5})(w), [0.5, -2])
    np.testing.assert_array_equal(Initializer.get("ramp")((2, 2)), [[1, 2], [3, 4]])


def stay(param, grad):
    return param


def test_classes():
    @ph.register.optimizer("still")
    class Still(Optimizer):
        """Stays where it is."""

        rule = Function(stay)

    @ph.register.activation("doubling")
    class Doubling(Activation):
        """Twice the input."""

    assert isinstance(Optimizer.get("still"), Still)
    assert isinstance(Activation.get("doubling"), Doubling)
    with pytest.raises(TypeError, match=r"register\.layer takes a class"):
        ph.register.layer("mine")(lambda x: x)


def test_float32_stays_float32_with_integer_literals():
    @ph.register.activation("cubed")
    def cubed(x):
        return x**3 / 2 + 1

    x = np.linspace(-2, 2, 9, dtype="f")
    np.testing.assert_allclose(cubed(x), x**3 / 2 + 1, rtol=1e-6)
    np.testing.assert_allclose(cubed.gradient(x), 1.5 * x**2, rtol=1e-6)
    text = cubed.kernels()[0].on(ph.devices.get("cpu")).text("float32")
    assert "float64" not in text


@pytest.mark.parametrize("word", ["activation", "objective", "optimizer", "layer", "callback"])
def test_a_decorator_without_its_identifier(word):
    expected = rf'write `@ph\.register\.{word}\("mine"\)`'
    with pytest.raises(TypeError, match=expected):

        @getattr(ph.register, word)
        def mine(x):
            return x


def test_a_misspelt_decorator():
    with pytest.raises(AttributeError, match="no 'activatoin'; did you mean 'activation'"):
        _ = ph.register.activatoin


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"lr": "0.1"}, TypeError, "SGD: 'lr' must be a number, not '0.1'"),
        ({"momentum": None}, TypeError, "SGD: 'momentum' must be a number, not None"),
        ({"learning_rate": -0.1}, ValueError, "SGD: 'lr' must be 0 or more, not -0.1"),
        ({"lr": float("nan")}, ValueError, "SGD: 'lr' must be 0 or more, not nan"),
    ],
)
def test_numbers_of_an_optimizer_are_checked_when_it_is_made(arguments, error, message):
    with pytest.raises(error, match=message):
        SGD(**arguments)
    assert SGD(lr=np.float32(0.5)).lr == 0.5


def silent(x):
    math.exp(x)


def silent_loss(y_true, y_pred):
    (y_true - y_pred) ** 2


def bare_rule(param, grad, velocity, lr=0.1):
    velocity = 0.9 * velocity + grad
    return param - lr * velocity


def full_rule(param, grad, lr=0.1):
    return param - lr * grad, grad


@pytest.mark.parametrize(
    ("word", "function", "message"),
    [
        ("activation", silent, r"silent\(x\) must return a number"),
        ("regularizer", silent, r"silent\(x\) must return a number"),
        ("constraint", silent, r"silent\(x\) must return a number"),
        ("objective", silent_loss, r"silent_loss\(y_true, y_pred\) must return a number"),
        ("metric", silent_loss, r"silent_loss\(y_true, y_pred\) must return a number"),
        ("optimizer", bare_rule, r"must return the new \(param, velocity\), but .* one number"),
        ("optimizer", full_rule, r"must return the new param, but this returns a tuple of 2"),
    ],
)
def test_wrong_results_are_refused_at_registration(word, function, message):
    with pytest.raises(FunctionError, match=message) as raised:
        getattr(ph.register, word)("wrong")(function)
    assert __file__ in str(raised.value)
    with pytest.raises(KeyError):
        registry.find(f"{word}s", "wrong")


def test_wrong_numbers_of_a_row_metric_are_refused():
    with pytest.raises(FunctionError, match=r"must return a tuple of 2 numbers, but .* one number"):
        ph.register.metric("lone", rows=True, width=2)(lambda t, p: t[0] + p[0])


def test_wrong_functions_are_refused_where_they_are_given():
    with pytest.raises(FunctionError, match="must return a number"):
        Activation.get(silent)
    with pytest.raises(FunctionError, match="must return the new"):
        Optimizer.get(bare_rule)


@pytest.mark.parametrize("result", [None, "zeros", [[1.0], [2.0, 3.0]]])
def test_an_initializer_that_gives_no_numbers(result):
    @ph.register.initializer("blank")
    def blank(shape):
        return result

    with pytest.raises(FunctionError, match=rf"'blank' \({__file__}:\d+\) must return an array"):
        Initializer.get("blank")((2, 2))
