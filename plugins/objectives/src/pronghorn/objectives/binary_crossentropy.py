"""Cross-entropy of probabilities that are independent of each other."""

import math

from pronghorn.components.objective import row_objective

EPSILON = 1e-7


@row_objective(reduction="mean")
def binary_crossentropy(t, p, g):
    """Mean over the last axis of `-t * log(c) - (1 - t) * log(1 - c)`.

    `c = clip(p, 1e-7, 1 - 1e-7)`; a clipped prediction has no gradient.
    """
    loss = 0.0
    for j in range(p.size):
        c = min(max(p[j], EPSILON), 1.0 - EPSILON)
        loss -= t[j] * math.log(c) + (1.0 - t[j]) * math.log(1.0 - c)
    if g is not None:
        for j in range(p.size):
            c = min(max(p[j], EPSILON), 1.0 - EPSILON)
            g[j] = (c - t[j]) / (c * (1.0 - c)) if c == p[j] else 0.0
    return loss


@binary_crossentropy.fuse("sigmoid")
def _(t, p, g):
    # The sigmoid's derivative c * (1 - c) cancels the denominator.
    loss = 0.0
    for j in range(p.size):
        c = min(max(p[j], EPSILON), 1.0 - EPSILON)
        loss -= t[j] * math.log(c) + (1.0 - t[j]) * math.log(1.0 - c)
        g[j] = c - t[j] if c == p[j] else 0.0
    return loss
