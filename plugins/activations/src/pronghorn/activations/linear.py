"""The identity."""

from pronghorn.components.activation import activation


@activation
def linear(x):
    """`f(x) = x`: the default activation of every layer."""
    return x


@linear.derivative
def _(y):
    return 1.0
