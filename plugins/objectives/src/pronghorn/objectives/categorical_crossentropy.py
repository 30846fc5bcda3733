"""Cross-entropy of class probabilities, for targets that are distributions over the classes."""

import math

from pronghorn.components.objective import row_objective
from pronghorn.devices.rows import row_logsumexp, row_sum

EPSILON = 1e-7


@row_objective
def categorical_crossentropy(t, p, g, from_logits=False):
    """`-sum(t * log(q))` with `q = clip(p / sum(p), 1e-7, 1 - 1e-7)`, over the last axis.

    Predictions are scaled to the sum 1 first, as in Keras 1, and the gradient goes through that:
    `g = (sum(t * inside) - t * inside / q) / sum(p)`, where `inside` is 1 if q was not clipped.

    `from_logits`: predictions are taken before the softmax, and the loss is
    `sum(t * (log(sum(exp(p))) - p))`, with nothing clipped.
    """
    if from_logits:
        whole = row_logsumexp(p)
        loss = 0.0
        for j in range(p.size):
            loss += t[j] * (whole - p[j])
        if g is not None:
            mass = row_sum(t)
            for j in range(p.size):
                g[j] = mass * math.exp(p[j] - whole) - t[j]
        return loss
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


categorical_crossentropy.examples = ({}, {"from_logits": True})


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
