"""The checks of activations catch what they are for."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from pronghorn.components.activation import Activation, activation
from pronghorn.testing import check_component, checks


def double(x, y):
    np.multiply(2.0, x, out=y)


def double_slope(dy, dx):
    np.multiply(2.0, dy, out=dx)


class Sound(Activation):
    """`2 * x`, by NumPy."""

    name = "sound"
    needs_input = False

    def forward(self, x, y, ctx):
        ctx.run(double, x, y)

    def backward(self, x, y, dy, dx, ctx):
        ctx.run(double_slope, dy, dx)


def test_a_sound_activation_passes():
    report = check_component("activations", Sound)
    assert "gradient_equals_finite_differences" in report.passed
    assert not report.expected


@activation
def wrong_slope(x):
    """`x**2`."""
    return x * x


@wrong_slope.derivative
def _(x):
    return x


@activation
def promoted(x):
    """`2 * x`, by an element of a list, which nobody knows to be an integer."""
    factors = [2, 3]
    return factors[0] * x


@activation
def cancelling(x):
    """`(1e5 + x) - 1e5`, which costs digits."""
    return (100000.0 + x) - 100000.0


@activation
def hides_nan(x):
    """`x` if it is one, else 0."""
    return x if x == x else 0.0


@activation
def overflows(x):
    """`exp(x) / (1 + exp(x))`, infinity over infinity."""
    return math.exp(x) / (1.0 + math.exp(x))


class Other(Sound):
    scalar = slope = SimpleNamespace()

    def __init__(self):
        self.scalar, self.slope = (lambda x: 3.0 * x), (lambda x: 3.0)


class Forgetful(Sound):
    def __call__(self, x, **config):
        return super().__call__(x, **config).astype("float64")


class WritesFirst(Sound):
    def forward(self, x, y, ctx):
        ctx.run(self.fill, x, y)

    @staticmethod
    def fill(x, y):
        y[...] = 2.0
        y *= x


class Spoils(Sound):
    def backward(self, x, y, dy, dx, ctx):
        ctx.run(self.spoil, dy, dx)

    @staticmethod
    def spoil(dy, dx):
        dy *= 2.0
        dx[...] = dy


class NeedsItAfterAll(Sound):
    def backward(self, x, y, dy, dx, ctx):
        ctx.run(np.multiply, dy, x / x * 2.0, dx)


class Contiguous(Sound):
    def __call__(self, x, **config):
        return super().__call__(np.asarray(x).ravel(order="K").reshape(np.shape(x)))


BROKEN = {
    "gradient_equals_finite_differences": (wrong_slope, "gradient of the input differs"),
    "equals_its_function_in_python": (Other(), "Not equal to tolerance"),
    "keeps_shape_and_float_type": (Forgetful, "float32 becomes float64"),
    "keeps_float32": (promoted, r"computed in float64:\n.*mul in promoted\n.*factors\[0\] \* x"),
    "float32_is_near_float64": (cancelling, "Not equal to tolerance"),
    "works_in_place": (WritesFirst, "Arrays are not equal"),
    "leaves_its_arguments_alone": (Spoils, "backward changes dy"),
    "backward_needs_no_input_where_it_says_so": (NeedsItAfterAll, "TypeError: unsupported"),
    "takes_any_layout": (Contiguous, "Arrays are not equal"),
    "nan_stays_nan": (hides_nan, "AssertionError"),
    "large_inputs_give_no_nan": (overflows, r"output is NaN at \[300.0"),
}
NAMES = [c.name for c in checks("activations") if c.run.__module__.endswith("activations")]


@pytest.mark.parametrize("name", NAMES)
def test_check_can_fail(name, catches):
    catches("activations", name, BROKEN)
