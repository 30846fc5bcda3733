"""Kernels of the metrics on the CPU; targets t and predictions p (n,), counts float64."""

import math

from pronghorn.devices.cpu import kernel


@kernel
def score_counts(t, p, counts):
    """Count each element in the interval of its prediction: negatives, then positives.

    counts (2, n) for the n intervals (i / n, (i + 1) / n]; the first one has 0 and all below, the
    last one all above. An element is positive if its target is above 0.5.
    """
    intervals = counts.shape[1]
    for i in range(p.size):
        place = math.ceil(p[i] * intervals) - 1
        place = min(max(place, 0), intervals - 1)
        counts[1 if t[i] > 0.5 else 0, place] += 1.0
