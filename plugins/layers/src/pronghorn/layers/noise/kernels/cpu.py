"""Kernels of the noise layers on the CPU.

`clock` is a uint64 array of one element, the number of the step; `key` an integer.
"""

from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.random_lanes import normal_group

GROUP = 64
CHUNK = 16 * GROUP


@kernel(work=lambda x, *rest: 10 * x.size)
def add_noise(x, y, clock, key, sigma):
    """y = x + sigma z, z standard normal numbers; 1-D."""
    for chunk in prange((x.size + CHUNK - 1) // CHUNK):
        start, stop = chunk * CHUNK, min(chunk * CHUNK + CHUNK, x.size)
        for group in range(start // GROUP, (stop + GROUP - 1) // GROUP):
            normal_group(y, group, key, clock[0])
        for e in range(start, stop):
            y[e] = x[e] + sigma * y[e]


@kernel(work=lambda x, *rest: 10 * x.size)
def scale_by_noise(x, y, factors, clock, key, sigma):
    """factors = 1 + sigma z, z standard normal numbers; y = x factors; 1-D."""
    for chunk in prange((x.size + CHUNK - 1) // CHUNK):
        start, stop = chunk * CHUNK, min(chunk * CHUNK + CHUNK, x.size)
        for group in range(start // GROUP, (stop + GROUP - 1) // GROUP):
            normal_group(factors, group, key, clock[0])
        for e in range(start, stop):
            factors[e] = 1.0 + sigma * factors[e]
            y[e] = x[e] * factors[e]


@kernel(elementwise=True)
def multiply(factors, dy):
    """dy *= factors."""
    for e in prange(dy.size):
        dy[e] *= factors[e]
