"""Adam with weight decay apart from the gradient."""

import math
from collections.abc import Mapping
from typing import Any

from pronghorn.components.optimizer import Optimizer
from pronghorn.devices.function import Function


def step(param, grad, mean, square, lr, shrinkage, beta_1, beta_2, epsilon):
    mean = beta_1 * mean + (1.0 - beta_1) * grad
    square = beta_2 * square + (1.0 - beta_2) * grad * grad
    return param - shrinkage * param - lr * mean / (math.sqrt(square) + epsilon), mean, square


class AdamW(Optimizer):
    """Adam, with a decay of the weights that is no part of the gradient.

    Adam's update, and `p <- p - lr * weight_decay * p` beside it.

    Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (ICLR 2019).

    Args:
        lr: learning rate.
        weight_decay: share of every parameter, times the rate, that an update takes off.
        beta_1, beta_2: how much of the means is kept.
        epsilon: keeps the division finite.
        decay: the rate is `lr / (1 + decay * updates)`.
    """

    examples = ({}, {"lr": 0.01, "weight_decay": 0.1})
    slots = ("mean", "square")
    rule = Function(step)

    def __init__(
        self,
        lr: float = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        decay: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.lr = lr
        self.weight_decay = weight_decay
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.decay = decay

    def schedule(self, iteration: int) -> Mapping[str, float]:
        """Adam's corrected rate, and the share that the decay takes off."""
        t, rate = iteration + 1, self.rate(iteration)
        correction = math.sqrt(1.0 - self.beta_2**t) / (1.0 - self.beta_1**t)
        return {"lr": rate * correction, "shrinkage": rate * self.weight_decay}
