"""Self-gated smooth rectifier."""

import math

from pronghorn.components.activation import activation


@activation
def mish(x):
    """`x * tanh(softplus(x))`.

    Misra, "Mish: A Self Regularized Non-Monotonic Activation Function" (BMVC 2020).
    """
    return x * math.tanh(max(x, 0.0) + math.log1p(math.exp(-abs(x))))
