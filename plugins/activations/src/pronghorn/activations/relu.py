"""Rectified linear unit, plain, leaky, capped or with a threshold."""

from pronghorn.components.activation import activation


@activation
def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """`x` if `x > threshold`, else `alpha * (x - threshold)`.

    The positive part is capped at `max_value` if one is given.
    The derivative is 0 at the threshold, 1 at the cap and 0 above it.
    Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines" (ICML 2010).
    """
    positive = max(x, 0.0) if threshold == 0.0 else (0.0 if x <= threshold else x)
    if max_value is not None:
        positive = min(positive, max_value)
    if alpha != 0.0:
        return positive + alpha * min(x - threshold, 0.0)
    return positive


@relu.derivative
def _(x, alpha, max_value, threshold):
    if max_value is not None and x > max_value:
        return 0.0
    return 1.0 if x > threshold else (alpha if x < threshold else 0.0)


@relu.derivative(
    when=lambda alpha, max_value, threshold: alpha >= 0.0 and max_value is None and threshold >= 0.0
)
def _(y, alpha):
    return 1.0 if y > 0.0 else (alpha if y < 0.0 else 0.0)


relu.examples = (
    {},
    {"alpha": 0.3},
    {"max_value": 1.0},
    {"alpha": -0.3, "max_value": 0.7},
    {"alpha": 0.2, "threshold": 0.5},
    {"threshold": -0.5},
)
