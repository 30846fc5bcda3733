"""Absolute error in percent of the target."""

from pronghorn.components.objective import objective

EPSILON = 1e-7


@objective
def mean_absolute_percentage_error(y_true, y_pred):
    """Mean over the last axis of `100 * |y_true - y_pred| / max(|y_true|, 1e-7)`."""
    return 100.0 * abs((y_true - y_pred) / max(abs(y_true), EPSILON))
