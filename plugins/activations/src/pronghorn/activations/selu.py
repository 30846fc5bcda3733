"""Scaled exponential linear unit."""

import math

from pronghorn.components.activation import activation

SCALE = 1.0507009873554804934193349852946
ALPHA = 1.6732632423543772848170429916717


@activation
def selu(x):
    """`1.0507 * x` if `x > 0`, else `1.0507 * 1.6733 * (exp(x) - 1)`: keeps mean 0, variance 1.

    Klambauer et al., "Self-Normalizing Neural Networks" (NIPS 2017), whose two constants these
    are in full. Wants weights drawn by `lecun_normal`.
    """
    return SCALE * x if x > 0.0 else SCALE * ALPHA * math.expm1(x)


@selu.derivative
def _(y):
    return SCALE if y > 0.0 else y + SCALE * ALPHA
