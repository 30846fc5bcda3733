"""Kernels of the metrics on the GPU; targets t and predictions p (n,), counts float64."""

import math

from pronghorn.devices.cuda import kernel, prange


@kernel(work=lambda t, p, counts: counts.shape[1])
def score_counts(t, p, counts):
    """Count each element in the interval of its prediction: negatives, then positives.

    counts (2, n) as on the CPU. A thread for each interval, so that none waits for another.
    """
    intervals = counts.shape[1]
    for own in prange(intervals):
        negatives, positives = 0, 0
        for i in range(p.size):
            place = math.ceil(p[i] * intervals) - 1
            if min(max(place, 0), intervals - 1) == own:
                if t[i] > 0.5:
                    positives += 1
                else:
                    negatives += 1
        counts[0, own] += negatives
        counts[1, own] += positives
