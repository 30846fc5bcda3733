"""Smooth rectifier."""

import math

from pronghorn.components.activation import activation


@activation
def softplus(x):
    """`log(1 + exp(x))`, without overflow for large `x`.

    Dugas et al., "Incorporating Second-Order Functional Knowledge for Better Option Pricing"
    (NIPS 2000).
    """
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@softplus.derivative
def _(y):
    # The sigmoid of x: 1 - exp(-y), exact also where y is tiny.
    return -math.expm1(-y)
