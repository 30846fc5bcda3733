"""Squared error."""

from pronghorn.components.objective import objective


@objective
def mean_squared_error(y_true, y_pred):
    """Mean over the last axis of `(y_pred - y_true)**2`."""
    return (y_pred - y_true) * (y_pred - y_true)
