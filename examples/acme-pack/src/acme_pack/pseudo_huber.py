"""An objective."""

import math


def pseudo_huber(y_true, y_pred, delta=1.0):
    """`delta**2 * (sqrt(1 + (e / delta)**2) - 1)` for an error e: a smooth huber."""
    error = (y_pred - y_true) / delta
    return delta * delta * (math.sqrt(1.0 + error * error) - 1.0)
