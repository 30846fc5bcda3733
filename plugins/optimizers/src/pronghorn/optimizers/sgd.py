"""Stochastic gradient descent."""

from typing import Any

from pronghorn.components.optimizer import Optimizer
from pronghorn.devices.function import Function


def step(param, grad, moment, lr, momentum, nesterov):
    moment = momentum * moment - lr * grad
    if nesterov:
        return param + momentum * moment - lr * grad, moment
    return param + moment, moment


class SGD(Optimizer):
    """Gradient descent, with momentum and Nesterov's look ahead.

    `v <- momentum * v - lr * g`; `p <- p + v`, or `p + momentum * v - lr * g` with `nesterov`.
    Sutskever et al., "On the Importance of Initialization and Momentum in Deep Learning"
    (ICML 2013).

    Args:
        lr: learning rate.
        momentum: how much of the last update is kept.
        decay: the rate is `lr / (1 + decay * updates)`.
        nesterov: whether the gradient counts as one at the place ahead.
    """

    examples = ({}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True, "decay": 0.1})
    slots = ("moment",)
    rule = Function(step)
    compiled_in = ("nesterov",)
    counts_always = False

    def __init__(
        self,
        lr: float = 0.01,
        momentum: float = 0.0,
        decay: float = 0.0,
        nesterov: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.lr = lr
        self.momentum = momentum
        self.decay = decay
        self.nesterov = nesterov
