"""Kernels of attention on the CPU."""

import math

from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.rows import row_dot, row_max, row_sum


@kernel(work=lambda scores, mask, heads, scale, causal: 12 * scores.size)
def attend(scores, mask, heads, scale, causal):
    """Each row of scores (batch * heads, steps, steps) becomes its softmax, in place.

    Scores are multiplied with scale first. Steps that the mask (batch, steps) uint8 leaves out
    have no share, with `causal` those that come later neither; a row without any step is 0.
    """
    steps = scores.shape[1]
    for number in prange(scores.shape[0] * steps):
        n, i = number // steps, number % steps
        row, counts = scores[n, i], mask[n // heads]
        last = i + 1 if causal else steps
        for j in range(steps):
            row[j] = row[j] * scale if j < last and counts[j] != 0 else -math.inf
        most = row_max(row)
        empty = most == -math.inf
        most = 0.0 if empty else most
        for j in range(steps):
            row[j] = math.exp(row[j] - most)
        inverse = 0.0 if empty else 1.0 / row_sum(row)
        for j in range(steps):
            row[j] *= inverse


@kernel(work=lambda weights, dweights, scale: 4 * weights.size)
def attend_backward(weights, dweights, scale):
    """The gradient at the scores, in the place of that at their softmax; as in `attend`."""
    steps = weights.shape[1]
    for number in prange(weights.shape[0] * steps):
        n, i = number // steps, number % steps
        inner = row_dot(weights[n, i], dweights[n, i])
        for j in range(steps):
            dweights[n, i, j] = weights[n, i, j] * (dweights[n, i, j] - inner) * scale
