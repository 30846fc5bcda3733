"""Angle between targets and predictions."""

import math

from pronghorn.components.objective import row_objective

TINY = 1e-12


@row_objective(reduction="mean")
def cosine_proximity(t, p, g):
    """Minus the mean over the last axis of `t / |t| * p / |p|`: -1/n for the same direction.

    Keras 1 takes the mean of the n products, not their sum. A vector of zeros has proximity 0.
    """
    tt, pp, tp = 0.0, 0.0, 0.0
    for j in range(p.size):
        tt += t[j] * t[j]
        pp += p[j] * p[j]
        tp += t[j] * p[j]
    inverse = 1.0 / math.sqrt(max(tt, TINY) * max(pp, TINY))
    if g is not None:
        turn = tp / pp if pp > TINY else 0.0
        for j in range(p.size):
            g[j] = (turn * p[j] - t[j]) * inverse
    return -tp * inverse


@row_objective
def cosine_similarity(t, p, g):
    """`-sum(t * p) / (|t| * |p|)` over the last axis: -1 for the same direction (Keras 2, 3)."""
    return cosine_proximity(t, p, g)
