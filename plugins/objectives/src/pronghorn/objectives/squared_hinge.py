"""Squared margin loss for targets of -1 and 1."""

from pronghorn.components.objective import objective


@objective
def squared_hinge(y_true, y_pred):
    """Mean over the last axis of `max(1 - y_true * y_pred, 0)**2`."""
    return max(1.0 - y_true * y_pred, 0.0) * max(1.0 - y_true * y_pred, 0.0)


@squared_hinge.derivative
def _(y_true, y_pred):
    return -2.0 * y_true * max(1.0 - y_true * y_pred, 0.0)
