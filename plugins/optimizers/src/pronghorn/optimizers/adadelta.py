"""Updates of the size of recent updates."""

import math
from typing import Any

from pronghorn.components.optimizer import Optimizer
from pronghorn.devices.function import Function


def step(param, grad, square, change, lr, rho, epsilon):
    square = rho * square + (1.0 - rho) * grad * grad
    update = grad * math.sqrt(change + epsilon) / math.sqrt(square + epsilon)
    change = rho * change + (1.0 - rho) * update * update
    return param - lr * update, square, change


class Adadelta(Optimizer):
    """Steps along the gradient, as large as recent steps were for gradients of its size.

    `u = g * sqrt(d + epsilon) / sqrt(a + epsilon)`; `p <- p - lr * u`.

    `a` and `d` are running means of the squares of g and u, of which `a` is the new one.
    Zeiler, "ADADELTA: An Adaptive Learning Rate Method" (2012).

    Args:
        lr: learning rate; the paper has 1.
        rho: how much of the means is kept.
        epsilon: keeps roots and division finite.
        decay: the rate is `lr / (1 + decay * updates)`.
    """

    slots = ("square", "change")
    rule = Function(step)
    counts_always = False
    saves_iterations = False

    def __init__(
        self,
        lr: float = 1.0,
        rho: float = 0.95,
        epsilon: float = 1e-8,
        decay: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.lr = lr
        self.rho = rho
        self.epsilon = epsilon
        self.decay = decay
