"""The checks of optimizers catch what they are for."""

import math

import numpy as np
import pytest

from pronghorn.components.optimizer import Optimizer, optimizer_class
from pronghorn.testing import check_component, checks


def momentum(param, grad, velocity, lr=0.01, keep=0.9):
    """`v <- keep * v - lr * g`; `p <- p + v`."""
    velocity = keep * velocity - lr * grad
    return param + velocity, velocity


def test_a_plain_rule_passes():
    assert "equals_its_rule_in_python" in check_component("optimizers", momentum).passed


def uphill(param, grad, lr=0.01):
    """`p <- p + lr * g`."""
    return param + lr * grad


def divides_by_zero(param, grad, square, lr=0.01):
    """`p <- p - lr * g / sqrt(s)`."""
    square = square + grad * grad
    return param - lr * grad / math.sqrt(square), square


def promoted(param, grad, lr=0.01):
    """`p <- p - 2 * lr * g`."""
    factors = [2, 3]
    return param - factors[0] * lr * grad


class Momentum(optimizer_class(momentum)):
    """Momentum, done in some wrong way."""


class Twice(Momentum):
    def record(self, ctx, params, gradients, slots, hyper):
        super().record(ctx, params, gradients, slots, hyper)
        super().record(ctx, params, gradients, slots, hyper)


class Normalizes(Momentum):
    def record(self, ctx, params, gradients, slots, hyper):
        ctx.run(self.normalize, gradients)
        super().record(ctx, params, gradients, slots, hyper)

    @staticmethod
    def normalize(gradients):
        gradients /= np.sqrt((gradients**2).sum()) + 1e-9


class Unclipped(Momentum):
    def record(self, ctx, params, gradients, slots, hyper):
        self.clipnorm = self.clipvalue = None
        super().record(ctx, params, gradients, slots, hyper)


class Endless(Momentum):
    def schedule(self, iteration):
        return {"lr": math.inf if iteration > 100 else self.lr}


class Fixed(Momentum):
    compiled_in = ("lr",)

    def schedule(self, iteration):
        return {}


class Warming(Momentum):
    saves_iterations = False

    def schedule(self, iteration):
        return {"lr": self.lr * (iteration + 1)}


class Remembering(Momentum):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.steps = 0

    def schedule(self, iteration):
        self.steps += 1
        return {"lr": self.lr / self.steps}


BROKEN = {
    "reduces_a_quadratic": (uphill, "the loss went from"),
    "equals_its_rule_in_python": (Twice, "param after update 1"),
    "parameters_do_not_mix": (Normalizes, "Not equal to tolerance"),
    "zeros_stay_zero": (divides_by_zero, "param becomes nan"),
    "clips_gradients": (Unclipped, "clipvalue"),
    "keeps_float32": (promoted, r"in float64:\n.*mul in promoted"),
    "hyperparameters_are_numbers_in_order": (Endless, "1000: .*inf"),
    "learning_rate_counts_from_the_next_step_on": (Fixed, "lr times 3.0 makes no difference"),
    "state_comes_back": (Warming, "Arrays are not equal"),
    "compiling_begins_anew": (Remembering, "Arrays are not equal"),
}
NAMES = [c.name for c in checks("optimizers") if c.run.__module__.endswith("optimizers")]


@pytest.mark.parametrize("name", NAMES)
def test_check_can_fail(name, catches):
    catches("optimizers", name, BROKEN)


def test_contract_is_met_by_the_broken_ones():
    assert all(isinstance(Optimizer.get(component), Optimizer) for component, _ in BROKEN.values())
