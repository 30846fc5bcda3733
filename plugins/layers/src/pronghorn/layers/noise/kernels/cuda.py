"""Kernels of the noise layers on the GPU: the CPU's numbers, four elements to each thread."""

from pronghorn.devices.cuda import kernel, prange, twin
from pronghorn.devices.kernels.cuda.dropout import normal_pair
from pronghorn.devices.random import GROUP, LANES, words
from pronghorn.layers.noise.kernels import cpu

multiply = twin(cpu.multiply)


def add(x, y, e, noise):
    """y = x + noise at e, if there is that element."""
    if e < x.size:
        y[e] = x[e] + noise


@kernel
def add_noise(x, y, clock, key, sigma):
    """y = x + sigma z, z standard normal numbers; 1-D."""
    for counter in prange((x.size + GROUP - 1) // GROUP * LANES):
        e = counter // LANES * GROUP + counter % LANES
        w0, w1, w2, w3 = words(key, clock[0], counter)
        z0, z1 = normal_pair(w0, w1)
        z2, z3 = normal_pair(w2, w3)
        add(x, y, e, sigma * z0)
        add(x, y, e + LANES, sigma * z1)
        add(x, y, e + 2 * LANES, sigma * z2)
        add(x, y, e + 3 * LANES, sigma * z3)


def scale(x, y, factors, e, factor):
    """y = x factor at e, if there is that element; the factor is kept."""
    if e < x.size:
        factors[e] = factor
        y[e] = x[e] * factor


@kernel
def scale_by_noise(x, y, factors, clock, key, sigma):
    """factors = 1 + sigma z, z standard normal numbers; y = x factors; 1-D."""
    for counter in prange((x.size + GROUP - 1) // GROUP * LANES):
        e = counter // LANES * GROUP + counter % LANES
        w0, w1, w2, w3 = words(key, clock[0], counter)
        z0, z1 = normal_pair(w0, w1)
        z2, z3 = normal_pair(w2, w3)
        scale(x, y, factors, e, 1.0 + sigma * z0)
        scale(x, y, factors, e + LANES, 1.0 + sigma * z1)
        scale(x, y, factors, e + 2 * LANES, 1.0 + sigma * z2)
        scale(x, y, factors, e + 3 * LANES, 1.0 + sigma * z3)
