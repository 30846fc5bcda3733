"""Dropout and noise: the numbers of `pronghorn.devices.random`, four elements to each thread."""

import math

import numpy as np

from pronghorn.devices.cuda import kernel, prange, twin
from pronghorn.devices.formulas import COSINE, SINE
from pronghorn.devices.kernels.cpu import dropout
from pronghorn.devices.random import GROUP, LANES, words

dropout_backward = twin(dropout.dropout_backward)


def drop(x, y, mask, e, word, limit, factor):
    """Decide on element e by its word."""
    if e < x.size:
        kept = word >= limit
        mask[e] = 1 if kept else 0
        y[e] = x[e] * factor if kept else 0.0


@kernel
def dropout_forward(x, y, mask, clock, key, p):
    """mask = 1 with probability 1 - p, else 0; y = x / (1 - p) where mask is 1, else 0; all 1-D."""
    # A product with a power of two is exact in either float type.
    limit, factor = np.uint32(p * 4294967296.0), 1.0 / (1.0 - p)
    for counter in prange((x.size + GROUP - 1) // GROUP * LANES):
        e = counter // LANES * GROUP + counter % LANES
        w0, w1, w2, w3 = words(key, clock[0], counter)
        drop(x, y, mask, e, w0, limit, factor)
        drop(x, y, mask, e + LANES, w1, limit, factor)
        drop(x, y, mask, e + 2 * LANES, w2, limit, factor)
        drop(x, y, mask, e + 3 * LANES, w3, limit, factor)


def keep(mask, e, word, limit):
    """Decide on element e by its word, if the mask has that element."""
    if e < mask.size:
        mask[e] = 1 if word >= limit else 0


@kernel
def dropout_mask(mask, clock, key, p):
    """mask = 1 with probability 1 - p, else 0, as in `dropout_forward`; 1-D."""
    limit = np.uint32(p * 4294967296.0)
    for counter in prange((mask.size + GROUP - 1) // GROUP * LANES):
        e = counter // LANES * GROUP + counter % LANES
        w0, w1, w2, w3 = words(key, clock[0], counter)
        keep(mask, e, w0, limit)
        keep(mask, e + LANES, w1, limit)
        keep(mask, e + 2 * LANES, w2, limit)
        keep(mask, e + 3 * LANES, w3, limit)


def put(x, e, value):
    """x[e] = value, if x has that element."""
    if e < x.size:
        x[e] = value


def uniform(word):
    """A number between 0 and 1, both excluded, from a random word: its upper 23 bits, centred."""
    return np.float32(word >> np.uint32(9)) * np.float32(2.0**-23) + np.float32(2.0**-24)


@kernel
def random_uniform(x, clock, key):
    """x = numbers spread evenly between 0 and 1, both excluded; 1-D."""
    for counter in prange((x.size + GROUP - 1) // GROUP * LANES):
        e = counter // LANES * GROUP + counter % LANES
        w0, w1, w2, w3 = words(key, clock[0], counter)
        put(x, e, uniform(w0))
        put(x, e + LANES, uniform(w1))
        put(x, e + 2 * LANES, uniform(w2))
        put(x, e + 3 * LANES, uniform(w3))


def sine(square):
    """sin(pi r) / r for |r| <= 1/4, from the square of r."""
    return ((SINE[3] * square + SINE[2]) * square + SINE[1]) * square + SINE[0]


def cosine(square):
    """cos(pi r) for |r| <= 1/4, from the square of r."""
    tail = (COSINE[4] * square + COSINE[3]) * square + COSINE[2]
    return (tail * square + COSINE[1]) * square + COSINE[0]


def turn(t):
    """Sine and cosine of pi t, -1 <= t <= 1.

    Not `math.sin`: CUDA's keeps a table in local memory for large arguments, which never come.
    """
    quarter = math.floor(t * 2.0 + 0.5)
    r = t - 0.5 * quarter
    s, c = sine(r * r) * r, cosine(r * r)
    if quarter & 1:
        s, c = c, s
    return (-s if quarter & 2 else s), (-c if (quarter + 1) & 2 else c)


def normal_pair(first, second):
    """Two independent standard normal numbers from two random words (Box and Muller)."""
    # The lower half of (0, 1) with 31 bits, so that the tails reach 6.6 standard deviations.
    share = float(first >> np.uint32(1)) * 2.0**-31 + 2.0**-32
    radius = math.sqrt(-2.0 * math.log(share))
    signed = np.int64(second)
    if signed >= 2147483648:
        signed -= 4294967296
    s, c = turn(float(signed) * 2.0**-31)
    return radius * c, radius * s


@kernel
def random_normal(x, clock, key):
    """x = standard normal numbers; 1-D."""
    for counter in prange((x.size + GROUP - 1) // GROUP * LANES):
        e = counter // LANES * GROUP + counter % LANES
        w0, w1, w2, w3 = words(key, clock[0], counter)
        z0, z1 = normal_pair(w0, w1)
        z2, z3 = normal_pair(w2, w3)
        put(x, e, z0)
        put(x, e + LANES, z1)
        put(x, e + 2 * LANES, z2)
        put(x, e + 3 * LANES, z3)
