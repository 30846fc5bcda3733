"""Piecewise linear stand-in for the sigmoid."""

from pronghorn.components.activation import activation


@activation
def hard_sigmoid(x, slope=0.2):
    """`clip(slope * x + 0.5, 0, 1)`, as in Keras 1 and 2 (Keras 3 has slope 1/6).

    Courbariaux, Bengio and David, "BinaryConnect" (NIPS 2015).
    """
    return min(max(slope * x + 0.5, 0.0), 1.0)


@hard_sigmoid.derivative
def _(x, slope):
    return slope if abs(x) <= 0.5 / slope else 0.0
