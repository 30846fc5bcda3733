"""Margin loss for targets of -1 and 1."""

from pronghorn.components.objective import objective


@objective
def hinge(y_true, y_pred):
    """Mean over the last axis of `max(1 - y_true * y_pred, 0)`; on the margin it still pulls."""
    return max(1.0 - y_true * y_pred, 0.0)


@hinge.derivative
def _(y_true, y_pred):
    return -y_true if y_true * y_pred <= 1.0 else 0.0
