"""The checks of what is done to weights catch what they are for: regularizers, constraints,
initializers."""

import math

import numpy as np
import pytest

from pronghorn.components.constraint import Constraint, ScalarConstraint
from pronghorn.components.initializer import initializer
from pronghorn.components.regularizer import Regularizer, ScalarRegularizer
from pronghorn.components.weight import Weight
from pronghorn.testing import check_component, checks


def squares(x, factor=0.5):
    """`factor * x**2`."""
    return factor * x * x


def halves(x):
    """`x / 2`."""
    return 0.5 * x


def positive(x):
    """`max(x, 0)`."""
    return max(x, 0.0)


def test_plain_functions_pass():
    assert "adds_to_what_is_there" in check_component("regularizers", squares).passed
    assert "is_idempotent" in check_component("constraints", positive).passed


class Penalty(ScalarRegularizer):
    """Squares, done in some wrong way."""

    def __init__(self):
        super().__init__(ScalarRegularizer.decorate(squares).function)


class WrongSlope(Penalty):
    def record(self, ctx, w, g, total):
        super().record(ctx, w, None, total)
        super().record(ctx, w, g, None)
        if g is not None:
            super().record(ctx, w, g, None)


class Overwrites(Penalty):
    def record(self, ctx, w, g, total):
        if total is not None:
            ctx.run(lambda array: array.fill(0.0), total)
        super().record(ctx, w, g, total)


class ArraysOnly(Penalty):
    def record(self, ctx, w, g, total):
        if isinstance(w, Weight):
            raise TypeError("this takes arrays")
        super().record(ctx, w, g, total)


class Contiguous(Penalty):
    def __call__(self, w):
        return super().__call__(np.ravel(w, order="K")[: np.size(w) // 2])


def nothing(x, factor=0.0):
    """`factor * x**2`."""
    return factor * x * x


def promoted(x):
    """`2 * x**2`."""
    factors = [2, 3]
    return factors[0] * x * x


REGULARIZERS = {
    "gradient_equals_finite_differences": (WrongSlope(), "gradient of the weight differs"),
    "penalizes_something": (nothing, "the penalty is 0"),
    "adds_to_what_is_there": (Overwrites(), "Not equal to tolerance"),
    "takes_weights_and_arrays": (ArraysOnly(), "this takes arrays"),
    "keeps_float32": (promoted, r"in float64:\n.*mul in promoted"),
    "takes_any_layout": (Contiguous(), "AssertionError"),
}


class Rule(ScalarConstraint):
    """`max(w, 0)`, done in some wrong way."""

    def __init__(self):
        super().__init__(ScalarConstraint.decorate(positive).function)


class NotInPlace(Rule):
    def __call__(self, w):
        array = np.asarray(w)
        self.record_on(array)
        return array

    def record_on(self, array):
        from pronghorn.components.context import EagerContext

        super().record(EagerContext("cpu", array.dtype), array)


class ContiguousRule(Rule):
    def __call__(self, w):
        return super().__call__(np.ravel(w, order="K").reshape(np.shape(w)))


def unchanged(x):
    """`x * 1`."""
    return x * 1.0


def undefined(x):
    """`x * x / x`."""
    return x * x / x


def promoted_rule(x):
    """`2 * x`."""
    factors = [2, 3]
    return factors[0] * x


CONSTRAINTS = {
    "works_in_place": (NotInPlace(), "a call changes its argument"),
    "changes_what_breaks_the_rule": (unchanged, "it changes nothing"),
    "is_idempotent": (halves, "Not equal to tolerance"),
    "zeros_stay_finite": (undefined, "zeros become"),
    "keeps_float32": (promoted_rule, r"in float64:\n.*mul in promoted_rule"),
    "takes_any_layout": (ContiguousRule(), "Arrays are not equal"),
}


@initializer
def huge(shape, rng):
    """U(0, 1e300)."""
    return rng.uniform(0.0, 1e300, shape)


SHARED = np.zeros(10_000)


@initializer
def shared(shape):
    """`w = 0`."""
    return SHARED[: math.prod(shape)].reshape(shape)


class Views(type(shared)):
    def __call__(self, shape, rng=None, dim_ordering="th", **config):
        return self.function(tuple(shape))


@initializer
def unseeded(shape):
    """U(0, 1)."""
    return np.random.default_rng().uniform(size=shape)


@initializer
def globally(shape, rng):
    """U(0, 1)."""
    rng.uniform()
    return np.random.uniform(size=shape)


@initializer
def same_every_time(shape, rng):
    """`w = 1`."""
    rng.uniform()
    return np.ones(shape)


INITIALIZERS = {
    "fills_shapes_with_finite_numbers": (huge, "RuntimeWarning|AssertionError"),
    "gives_an_array_of_its_own": (Views(shared.function), "Arrays are not equal"),
    "repeats_under_a_seed": (unseeded, "Arrays are not equal"),
    "leaves_the_global_generator_alone": (globally, "it draws from NumPy's global generator"),
    "different_streams_differ": (same_every_time, "different random numbers give the same"),
}
TABLES = {
    "regularizers": REGULARIZERS,
    "constraints": CONSTRAINTS,
    "initializers": INITIALIZERS,
}
CHECKS = [(k, c.name) for k in TABLES for c in checks(k) if c.run.__module__.endswith(k)]


@pytest.mark.parametrize(("kind", "name"), CHECKS)
def test_check_can_fail(kind, name, catches):
    catches(kind, name, TABLES[kind])


def test_contracts_are_met_by_the_broken_ones():
    """They fail for what they do, not for what they are."""
    assert all(isinstance(Regularizer.get(c), Regularizer) for c, _ in REGULARIZERS.values())
    assert all(isinstance(Constraint.get(c), Constraint) for c, _ in CONSTRAINTS.values())
