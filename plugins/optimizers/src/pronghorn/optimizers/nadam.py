"""Adam with Nesterov's momentum."""

import math
from collections.abc import Mapping
from typing import Any

from pronghorn.components.optimizer import Optimizer
from pronghorn.devices.function import Function


def step(param, grad, mean, square, lr_grad, lr_mean, beta_1, beta_2, correction, epsilon):
    mean = beta_1 * mean + (1.0 - beta_1) * grad
    square = beta_2 * square + (1.0 - beta_2) * grad * grad
    size = math.sqrt(square * correction) + epsilon
    return param - (lr_grad * grad + lr_mean * mean) / size, mean, square


class Nadam(Optimizer):
    """Adam whose momentum looks ahead and warms up.

    With `u(t) = b1 * (1 - 0.96**(t * schedule_decay) / 2)` and `S` the product of u(1) to u(t):
    `p <- p - lr * ((1 - u(t)) * g / (1 - S) + u(t+1) * m / (1 - S * u(t+1))) / (sqrt(v') + e)`
    in update t, where `v' = v / (1 - b2**t)`; m and v are Adam's.
    Dozat, "Incorporating Nesterov Momentum into Adam" (ICLR workshop 2016).

    Args:
        lr: learning rate.
        beta_1, beta_2: how much of the means m and v is kept.
        epsilon: keeps the division finite.
        schedule_decay: how fast the momentum warms up.
    """

    examples = ({}, {"schedule_decay": 0.1})
    slots = ("mean", "square")
    rule = Function(step)

    def __init__(
        self,
        lr: float = 0.002,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        schedule_decay: float = 0.004,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.lr = lr
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.schedule_decay = schedule_decay
        self._product = (0, 1.0)

    def schedule(self, iteration: int) -> Mapping[str, float]:
        """The weights of gradient and mean in the update, and the correction of the square."""
        t = iteration + 1
        now, ahead = self.momentum(t), self.momentum(t + 1)
        product, rate = self.product(t), self.rate(iteration)
        return {
            "lr_grad": rate * (1.0 - now) / (1.0 - product),
            "lr_mean": rate * ahead / (1.0 - product * ahead),
            "correction": 1.0 / (1.0 - self.beta_2**t),
        }

    def momentum(self, t: int) -> float:
        """The momentum of update t, the first being 1."""
        return self.beta_1 * (1.0 - 0.5 * 0.96 ** (t * self.schedule_decay))

    def product(self, t: int) -> float:
        """The product of all momenta up to update t, from where it was last asked for."""
        done, product = self._product if self._product[0] <= t else (0, 1.0)
        for earlier in range(done + 1, t + 1):
            product *= self.momentum(earlier)
        self._product = (t, product)
        return product
