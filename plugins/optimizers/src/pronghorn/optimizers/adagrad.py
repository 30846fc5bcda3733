"""Gradients divided by their size so far."""

import math
from typing import Any

from pronghorn.components.optimizer import Optimizer
from pronghorn.devices.function import Function


def step(param, grad, square, lr, epsilon, root_epsilon):
    square = square + grad * grad
    return param - lr * grad / (math.sqrt(square + root_epsilon) + epsilon), square


class Adagrad(Optimizer):
    """Steps along the gradient, divided by the root of the sum of its squares so far.

    `a <- a + g**2`; `p <- p - lr * g / (sqrt(a + root_epsilon) + epsilon)`.

    Duchi, Hazan and Singer, "Adaptive Subgradient Methods" (JMLR 12, 2011).

    Args:
        lr: learning rate.
        epsilon: keeps the division finite.
        root_epsilon: the same below the root, where Keras has its epsilon since 2.11.
        decay: the rate is `lr / (1 + decay * updates)`.
    """

    slots = ("square",)
    rule = Function(step)
    counts_always = False
    saves_iterations = False

    def __init__(
        self,
        lr: float = 0.01,
        epsilon: float = 1e-8,
        decay: float = 0.0,
        root_epsilon: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.lr = lr
        self.epsilon = epsilon
        self.decay = decay
        self.root_epsilon = root_epsilon

    def get_config(self) -> dict[str, Any]:
        """The arguments; `root_epsilon` only where it is set, as Keras 1 lacks it."""
        config = super().get_config()
        if not self.root_epsilon:
            del config["root_epsilon"]
        return config
