"""Negative log-likelihood of Poisson counts."""

import math

from pronghorn.components.objective import objective

EPSILON = 1e-7


@objective
def poisson(y_true, y_pred):
    """Mean over the last axis of `y_pred - y_true * log(y_pred + 1e-7)`."""
    return y_pred - y_true * math.log(y_pred + EPSILON)
