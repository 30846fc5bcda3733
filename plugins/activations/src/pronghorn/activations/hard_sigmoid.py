"""Piecewise linear stand-in for the sigmoid."""

from pronghorn.components.activation import activation


@activation
def hard_sigmoid(x):
    """`clip(0.2 * x + 0.5, 0, 1)`, as in Keras 1 and 2 (Keras 3 has slope 1/6).

    Courbariaux, Bengio and David, "BinaryConnect" (NIPS 2015).
    """
    return min(max(0.2 * x + 0.5, 0.0), 1.0)


@hard_sigmoid.derivative
def _(x):
    return 0.2 if abs(x) <= 2.5 else 0.0
