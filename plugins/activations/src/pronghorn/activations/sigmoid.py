"""Logistic function."""

import math

from pronghorn.components.activation import activation


@activation
def sigmoid(x):
    """`1 / (1 + exp(-x))`, between 0 and 1."""
    return 1.0 / (1.0 + math.exp(-x))


@sigmoid.derivative
def _(y):
    return y * (1.0 - y)
