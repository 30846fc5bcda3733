"""Cross-entropy of class probabilities, for targets that are class numbers."""

import math

from pronghorn.components.objective import row_objective
from pronghorn.devices.rows import row_logsumexp

EPSILON = 1e-7


@row_objective(sparse=True)
def sparse_categorical_crossentropy(t, p, g, from_logits=False):
    """`-log(c[t] / sum(c))` with `c = clip(p, 1e-7, 1 - 1e-7)`, over the last axis.

    `t` holds one class number, counted from 0. Clipping before scaling is TensorFlow's order, the
    reverse of `categorical_crossentropy`; they differ only where predictions are clipped. A
    number that is no class makes the loss NaN.

    `from_logits`: predictions are taken before the softmax, and the loss is
    `log(sum(exp(p))) - p[t]`, with nothing clipped.
    """
    label = int(t[0])
    if not (label >= 0 and label < p.size):
        return invalid(p, g)
    if from_logits:
        whole = row_logsumexp(p)
        if g is not None:
            for j in range(p.size):
                g[j] = math.exp(p[j] - whole)
            g[label] -= 1.0
        return whole - p[label]
    total = 0.0
    for j in range(p.size):
        total += min(max(p[j], EPSILON), 1.0 - EPSILON)
    chosen = min(max(p[label], EPSILON), 1.0 - EPSILON)
    if g is not None:
        for j in range(p.size):
            g[j] = 1.0 / total if inside(p[j]) else 0.0
        if inside(p[label]):
            g[label] -= 1.0 / chosen
    return math.log(total / chosen)


sparse_categorical_crossentropy.examples = ({}, {"from_logits": True})


@sparse_categorical_crossentropy.fuse("softmax")
def _(t, p, g):
    # The softmax's gradient is p * (g - sum(p * g)).
    label = int(t[0])
    if not (label >= 0 and label < p.size):
        return invalid(p, g)
    total = 0.0
    kept = 0.0
    for j in range(p.size):
        total += min(max(p[j], EPSILON), 1.0 - EPSILON)
        kept += p[j] if inside(p[j]) else 0.0
    chosen = min(max(p[label], EPSILON), 1.0 - EPSILON)
    pull = 1.0 if inside(p[label]) else 0.0
    for j in range(p.size):
        g[j] = p[j] * ((1.0 if inside(p[j]) else 0.0) / total - kept / total + pull)
    g[label] -= pull
    return math.log(total / chosen)


def inside(value):
    """Whether clipping leaves the value alone."""
    return value >= EPSILON and value <= 1.0 - EPSILON


def invalid(p, g):
    """NaN as loss and gradient."""
    if g is not None:
        for j in range(p.size):
            g[j] = math.nan
    return math.nan
