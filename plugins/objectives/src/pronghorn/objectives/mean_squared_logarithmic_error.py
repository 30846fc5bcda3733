"""Squared error of logarithms."""

import math

from pronghorn.components.objective import objective

EPSILON = 1e-7


@objective
def mean_squared_logarithmic_error(y_true, y_pred):
    """Mean over the last axis of `(log(1 + y_pred) - log(1 + y_true))**2`.

    Values below 1e-7 count as 1e-7, and predictions below it have no gradient.
    """
    error = math.log(max(y_pred, EPSILON) + 1.0) - math.log(max(y_true, EPSILON) + 1.0)
    return error * error


@mean_squared_logarithmic_error.derivative
def _(y_true, y_pred):
    if y_pred < EPSILON:
        return 0.0
    error = math.log(y_pred + 1.0) - math.log(max(y_true, EPSILON) + 1.0)
    return 2.0 * error / (y_pred + 1.0)
