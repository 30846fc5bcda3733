"""Exponential linear unit."""

import math

from pronghorn.components.activation import activation


@activation
def elu(x, alpha=1.0):
    """`x` if `x > 0`, else `alpha * (exp(x) - 1)`.

    Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep Network Learning by Exponential
    Linear Units" (ICLR 2016).
    """
    return x if x > 0.0 else alpha * math.expm1(x)


@elu.derivative(when=lambda alpha: alpha >= 0.0)
def _(y, alpha):
    return 1.0 if y > 0.0 else y + alpha


elu.examples = ({}, {"alpha": 0.5}, {"alpha": -0.5})
