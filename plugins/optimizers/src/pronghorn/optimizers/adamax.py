"""Adam with the largest gradient in place of the mean square."""

from collections.abc import Mapping
from typing import Any

from pronghorn.components.optimizer import Optimizer
from pronghorn.devices.function import Function


def step(param, grad, mean, largest, lr, beta_1, beta_2, epsilon):
    mean = beta_1 * mean + (1.0 - beta_1) * grad
    largest = max(beta_2 * largest, abs(grad))
    return param - lr * mean / (largest + epsilon), mean, largest


class Adamax(Optimizer):
    """Steps along the mean gradient, divided by the largest recent gradient.

    `m <- b1 * m + (1 - b1) * g`; `u <- max(b2 * u, |g|)`;
    `p <- p - lr / (1 - b1**t) * m / (u + epsilon)` in update t.

    Kingma and Ba, "Adam: A Method for Stochastic Optimization" (ICLR 2015), section 7.1.

    Args:
        lr: learning rate.
        beta_1, beta_2: how much of m and u is kept.
        epsilon: keeps the division finite.
        decay: the rate is `lr / (1 + decay * updates)`.
    """

    slots = ("mean", "largest")
    rule = Function(step)

    def __init__(
        self,
        lr: float = 0.002,
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
        """The rate with the correction for the mean's start at 0."""
        return {"lr": self.rate(iteration) / (1.0 - self.beta_1 ** (iteration + 1))}
