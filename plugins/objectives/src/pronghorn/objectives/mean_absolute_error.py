"""Absolute error."""

from pronghorn.components.objective import objective


@objective
def mean_absolute_error(y_true, y_pred):
    """Mean over the last axis of `|y_pred - y_true|`; the gradient at equality is 0."""
    return abs(y_pred - y_true)
