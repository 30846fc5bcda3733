"""Kernels of attention on the GPU: a thread for each row of scores."""

import math

from pronghorn.devices.cuda import kernel, prange


@kernel
def attend(scores, mask, heads, scale, causal):
    """Each row of scores (batch * heads, steps, steps) becomes its softmax, in place.

    Scores are multiplied with scale first. Steps that the mask (batch, steps) uint8 leaves out
    have no share, with `causal` those that come later neither; a row without any step is 0.
    """
    steps = scores.shape[1]
    for row in prange(scores.shape[0] * steps):
        n, i = row // steps, row % steps
        last = i + 1 if causal else steps
        most, found = 0.0, False
        for j in range(last):
            if mask[n // heads, j]:
                value = scores[n, i, j] * scale
                most = value if not found or value > most else most
                found = True
        total = 0.0
        for j in range(steps):
            kept = j < last and mask[n // heads, j] != 0
            share = math.exp(scores[n, i, j] * scale - most) if kept else 0.0
            scores[n, i, j] = share
            total += share
        inverse = 1.0 / total if found else 0.0
        for j in range(steps):
            scores[n, i, j] = scores[n, i, j] * inverse


@kernel
def attend_backward(weights, dweights, scale):
    """The gradient at the scores, in the place of that at their softmax; as in `attend`."""
    steps = weights.shape[1]
    for row in prange(weights.shape[0] * steps):
        n, i = row // steps, row % steps
        inner = 0.0
        for j in range(steps):
            inner += weights[n, i, j] * dweights[n, i, j]
        for j in range(steps):
            dweights[n, i, j] = weights[n, i, j] * (dweights[n, i, j] - inner) * scale
