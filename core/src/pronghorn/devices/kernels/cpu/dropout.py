"""Dropout and noise: random numbers that depend on key, step and element alone.

`clock` is a uint64 array of one element, the number of the step; `key` an integer.
"""

import numpy as np

from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.random_lanes import mask_group, normal_group, uniform_group

GROUP = 64
CHUNK = 16 * GROUP


def limit_of(p):
    """The word under which a fraction p of all 32-bit words lies."""
    return np.uint32(min(np.float64(p) * np.float64(4294967296.0), np.float64(4294967295.0)))


@kernel(work=lambda x, y, mask, clock, key, p: 4 * x.size)
def dropout_forward(x, y, mask, clock, key, p):
    """mask = 1 with probability 1 - p, else 0; y = x / (1 - p) where mask is 1, else 0; all 1-D."""
    limit, factor = limit_of(p), 1.0 / (1.0 - p)
    for chunk in prange((x.size + CHUNK - 1) // CHUNK):
        start, stop = chunk * CHUNK, min(chunk * CHUNK + CHUNK, x.size)
        for group in range(start // GROUP, (stop + GROUP - 1) // GROUP):
            mask_group(mask, group, key, clock[0], limit)
        for e in range(start, stop):
            y[e] = x[e] * factor if mask[e] else 0.0


@kernel(work=lambda mask, clock, key, p: 4 * mask.size)
def dropout_mask(mask, clock, key, p):
    """mask = 1 with probability 1 - p, else 0, as in `dropout_forward`; 1-D."""
    limit = limit_of(p)
    for chunk in prange((mask.size + CHUNK - 1) // CHUNK):
        start, stop = chunk * CHUNK, min(chunk * CHUNK + CHUNK, mask.size)
        for group in range(start // GROUP, (stop + GROUP - 1) // GROUP):
            mask_group(mask, group, key, clock[0], limit)


@kernel(elementwise=True)
def dropout_backward(dy, mask, dx, p):
    """dx = dy / (1 - p) where mask is 1, else 0."""
    factor = 1.0 / (1.0 - p)
    for e in prange(dy.size):
        dx[e] = dy[e] * factor if mask[e] else 0.0


@kernel(work=lambda x, clock, key: 4 * x.size)
def random_uniform(x, clock, key):
    """x = numbers spread evenly between 0 and 1, both excluded; 1-D."""
    for chunk in prange((x.size + CHUNK - 1) // CHUNK):
        start, stop = chunk * CHUNK, min(chunk * CHUNK + CHUNK, x.size)
        for group in range(start // GROUP, (stop + GROUP - 1) // GROUP):
            uniform_group(x, group, key, clock[0])


@kernel(work=lambda x, clock, key: 8 * x.size)
def random_normal(x, clock, key):
    """x = standard normal numbers; 1-D."""
    for chunk in prange((x.size + CHUNK - 1) // CHUNK):
        start, stop = chunk * CHUNK, min(chunk * CHUNK + CHUNK, x.size)
        for group in range(start // GROUP, (stop + GROUP - 1) // GROUP):
            normal_group(x, group, key, clock[0])
