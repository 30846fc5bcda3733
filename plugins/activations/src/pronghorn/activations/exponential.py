"""Exponential function."""

import math

from pronghorn.components.activation import activation


@activation
def exponential(x):
    """`exp(x)`."""
    return math.exp(x)


@exponential.derivative
def _(y):
    return y
