"""Rational stand-in for the hyperbolic tangent."""

from pronghorn.components.activation import activation


@activation
def softsign(x):
    """`x / (1 + |x|)`, between -1 and 1.

    Turian, Bergstra and Bengio, "Quadratic Features and Deep Architectures for Chunking"
    (NAACL 2009).
    """
    return x / (1.0 + abs(x))


@softsign.derivative
def _(y):
    return (1.0 - abs(y)) * (1.0 - abs(y))
