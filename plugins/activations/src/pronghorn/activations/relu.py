"""Rectified linear unit, plain, leaky or capped."""

from pronghorn.components.activation import activation


@activation
def relu(x, alpha=0.0, max_value=None):
    """`max(x, 0) - alpha * max(-x, 0)`, the positive part capped at `max_value` if one is given.

    The derivative is 0 at 0, 1 at the cap and 0 above it.
    Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines" (ICML 2010).
    """
    positive = max(x, 0.0)
    if max_value is not None:
        positive = min(positive, max_value)
    if alpha != 0.0:
        return positive + alpha * min(x, 0.0)
    return positive


@relu.derivative
def _(x, alpha, max_value):
    if max_value is not None and x > max_value:
        return 0.0
    return 1.0 if x > 0.0 else (alpha if x < 0.0 else 0.0)


@relu.derivative(when=lambda alpha, max_value: alpha >= 0.0 and max_value is None)
def _(y, alpha):
    return 1.0 if y > 0.0 else (alpha if y < 0.0 else 0.0)


relu.examples = ({}, {"alpha": 0.3}, {"max_value": 1.0}, {"alpha": -0.3, "max_value": 0.7})
