"""Hyperbolic tangent."""

import math

from pronghorn.components.activation import activation


@activation
def tanh(x):
    """`tanh(x)`, between -1 and 1."""
    return math.tanh(x)


@tanh.derivative
def _(y):
    return 1.0 - y * y
