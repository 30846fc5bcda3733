"""Squared error that is linear far away."""

from pronghorn.components.objective import objective


@objective
def huber(y_true, y_pred, delta=1.0):
    """Mean over the last axis of `e**2 / 2` where `|e| <= delta`, else `delta * (|e| - delta / 2)`.

    Huber, "Robust Estimation of a Location Parameter" (1964).
    """
    error = abs(y_pred - y_true)
    if error <= delta:
        return 0.5 * error * error
    return delta * (error - 0.5 * delta)


huber.examples = ({}, {"delta": 0.4})
