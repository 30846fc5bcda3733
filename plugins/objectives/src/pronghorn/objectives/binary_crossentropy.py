"""Cross-entropy of probabilities that are independent of each other."""

import math

from pronghorn.components.objective import objective

EPSILON = 1e-7


@objective
def binary_crossentropy(y_true, y_pred, from_logits=False):
    """Mean over the last axis of `-t * log(c) - (1 - t) * log(1 - c)`.

    `c = clip(p, 1e-7, 1 - 1e-7)`; a clipped prediction has no gradient.

    `from_logits`: predictions are taken before the sigmoid, and the loss is
    `log(1 + exp(p)) - t * p`, with nothing clipped.
    """
    if from_logits:
        return max(y_pred, 0.0) + math.log1p(math.exp(-abs(y_pred))) - y_true * y_pred
    c = min(max(y_pred, EPSILON), 1.0 - EPSILON)
    return -(y_true * math.log(c) + (1.0 - y_true) * math.log(1.0 - c))


binary_crossentropy.examples = ({}, {"from_logits": True})


@binary_crossentropy.derivative
def _(y_true, y_pred, from_logits=False):
    if from_logits:
        return 1.0 / (1.0 + math.exp(-y_pred)) - y_true
    c = min(max(y_pred, EPSILON), 1.0 - EPSILON)
    return (c - y_true) / (c * (1.0 - c)) if c == y_pred else 0.0


@binary_crossentropy.fuse("sigmoid")
def _(y_true, y_pred):
    # The sigmoid's derivative c * (1 - c) cancels the denominator.
    inside = y_pred >= EPSILON and y_pred <= 1.0 - EPSILON
    return y_pred - y_true if inside else 0.0
