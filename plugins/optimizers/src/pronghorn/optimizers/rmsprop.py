"""Gradients divided by their recent size."""

import math
from typing import Any, ClassVar

from pronghorn.components.optimizer import Optimizer
from pronghorn.devices.function import Function


def step(param, grad, square, lr, rho, epsilon, root_epsilon):
    square = rho * square + (1.0 - rho) * grad * grad
    return param - lr * grad / (math.sqrt(square + root_epsilon) + epsilon), square


class RMSprop(Optimizer):
    """Steps along the gradient, divided by the root of its recent mean square.

    `a <- rho * a + (1 - rho) * g**2`; `p <- p - lr * g / (sqrt(a + root_epsilon) + epsilon)`.

    Tieleman and Hinton, "Lecture 6.5: RMSprop" (Coursera, 2012).

    Args:
        lr: learning rate.
        rho: how much of the mean square is kept.
        epsilon: keeps the division finite.
        root_epsilon: the same below the root, where Keras has its epsilon since 2.11.
        decay: the rate is `lr / (1 + decay * updates)`.
    """

    examples = ({}, {"rho": 0.5, "decay": 0.1})
    expected_failures: ClassVar = {
        "state_comes_back": "the number of updates is not saved, as in Keras 1: decay starts again",
    }
    slots = ("square",)
    rule = Function(step)
    counts_always = False
    saves_iterations = False

    def __init__(
        self,
        lr: float = 0.001,
        rho: float = 0.9,
        epsilon: float = 1e-8,
        decay: float = 0.0,
        root_epsilon: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.lr = lr
        self.rho = rho
        self.epsilon = epsilon
        self.decay = decay
        self.root_epsilon = root_epsilon

    def get_config(self) -> dict[str, Any]:
        """The arguments; `root_epsilon` only where it is set, as Keras 1 lacks it."""
        config = super().get_config()
        if not self.root_epsilon:
            del config["root_epsilon"]
        return config
