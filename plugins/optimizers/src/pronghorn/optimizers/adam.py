"""Momentum divided by the gradients' recent size."""

import math
from collections.abc import Mapping
from typing import Any

from pronghorn.components.optimizer import Optimizer
from pronghorn.devices.function import Function


def step(param, grad, mean, square, lr, beta_1, beta_2, epsilon):
    mean = beta_1 * mean + (1.0 - beta_1) * grad
    square = beta_2 * square + (1.0 - beta_2) * grad * grad
    return param - lr * mean / (math.sqrt(square) + epsilon), mean, square


class Adam(Optimizer):
    """Steps along the mean gradient, divided by the root of its mean square.

    `m <- b1 * m + (1 - b1) * g`; `v <- b2 * v + (1 - b2) * g**2`;
    `p <- p - lr * sqrt(1 - b2**t) / (1 - b1**t) * m / (sqrt(v) + epsilon)` in update t.

    Kingma and Ba, "Adam: A Method for Stochastic Optimization" (ICLR 2015), in the form of its
    section 2 that corrects the rate and not the means.

    Args:
        lr: learning rate.
        beta_1, beta_2: how much of the means m and v is kept.
        epsilon: keeps the division finite.
        decay: the rate is `lr / (1 + decay * updates)`.
    """

    examples = ({}, {"lr": 0.01, "decay": 0.1})
    slots = ("mean", "square")
    rule = Function(step)

    def __init__(
        self,
        lr: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        decay: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.lr = lr
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.decay = decay

    def schedule(self, iteration: int) -> Mapping[str, float]:
        """The rate with both corrections for the means' start at 0."""
        t = iteration + 1
        correction = math.sqrt(1.0 - self.beta_2**t) / (1.0 - self.beta_1**t)
        return {"lr": self.rate(iteration) * correction}
