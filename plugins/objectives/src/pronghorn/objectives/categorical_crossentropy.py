"""Cross-entropy of class probabilities, for targets that are distributions over the classes."""

import math

from pronghorn.components.objective import row_objective
from pronghorn.devices.rows import row_sum

EPSILON = 1e-7


@row_objective
def categorical_crossentropy(t, p, g):
    """`-sum(t * log(q))` with `q = clip(p / sum(p), 1e-7, 1 - 1e-7)`, over the last axis.

    Predictions are scaled to the sum 1 first, as in Keras 1, and the gradient goes through that:
    `g = (sum(t * inside) - t * inside / q) / sum(p)`, where `inside` is 1 if q was not clipped.
    """
    total = row_sum(p)
    loss = 0.0
    inside = 0.0
    for j in range(p.size):
        if t[j] != 0.0:
            share = p[j] / total
            loss -= t[j] * math.log(min(max(share, EPSILON), 1.0 - EPSILON))
            if share >= EPSILON and share <= 1.0 - EPSILON:
                inside += t[j]
    if g is not None:
        for j in range(p.size):
            share = p[j] / total
            pull = 0.0
            if t[j] != 0.0 and share >= EPSILON and share <= 1.0 - EPSILON:
                pull = t[j] / share
            g[j] = (inside - pull) / total
    return loss


@categorical_crossentropy.fuse("softmax")
def _(t, p, g):
    # Through the softmax's own gradient, what is left is share * inside - t.
    total = row_sum(p)
    loss = 0.0
    inside = 0.0
    for j in range(p.size):
        if t[j] != 0.0:
            share = p[j] / total
            loss -= t[j] * math.log(min(max(share, EPSILON), 1.0 - EPSILON))
            if share >= EPSILON and share <= 1.0 - EPSILON:
                inside += t[j]
    for j in range(p.size):
        share = p[j] / total
        pull = t[j] if share >= EPSILON and share <= 1.0 - EPSILON else 0.0
        g[j] = share * inside - pull
    return loss
