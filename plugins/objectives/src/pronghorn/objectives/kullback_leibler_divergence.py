"""Divergence of two distributions."""

import math

from pronghorn.components.objective import objective

EPSILON = 1e-7


@objective(reduction="sum")
def kullback_leibler_divergence(y_true, y_pred):
    """Sum over the last axis of `t * log(t / p)`, both clipped to [1e-7, 1].

    Kullback and Leibler, "On Information and Sufficiency" (1951).
    """
    t = min(max(y_true, EPSILON), 1.0)
    p = min(max(y_pred, EPSILON), 1.0)
    return t * math.log(t / p)


@kullback_leibler_divergence.derivative
def _(y_true, y_pred):
    if y_pred < EPSILON or y_pred > 1.0:
        return 0.0
    return -min(max(y_true, EPSILON), 1.0) / y_pred
