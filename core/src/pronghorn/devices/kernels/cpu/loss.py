"""Sums over the rows of a loss; always in the rows' order, so that threads change nothing."""

from numba import float64

from pronghorn.devices.cpu import kernel


@kernel
def reduce_sum(x, total):
    """total += sum of x; x (n,), total float64 (1,)."""
    found = float64(0)
    for i in range(x.size):
        found += x[i]
    total[0] += found


@kernel
def masked_coefficient(coefficient, mask, out):
    """out = coefficient * mask / mean(mask); coefficient, out (n,), mask (n,) uint8.

    Without any step to keep, out is 0.
    """
    count, kept = 0.0, 0.0
    for i in range(mask.size):
        count += 1.0
        if mask[i]:
            kept += 1.0
    scale = count / max(kept, 1.0)
    for i in range(mask.size):
        out[i] = coefficient[i] * scale if mask[i] else 0.0
