"""Kernels of the wrappers on the CPU; arrays (batch, steps, features).

The steps of the second direction are turned round.
"""

from pronghorn.devices.cpu import kernel, prange


@kernel(work=lambda a, b, y: y.size)
def merge_sum(a, b, y):
    """y = a + b."""
    last = y.shape[1] - 1
    for n in prange(y.shape[0]):
        for s in range(y.shape[1]):
            for j in range(y.shape[2]):
                y[n, s, j] = a[n, s, j] + b[n, last - s, j]


@kernel(work=lambda a, b, y: y.size)
def merge_ave(a, b, y):
    """y = (a + b) / 2."""
    last = y.shape[1] - 1
    for n in prange(y.shape[0]):
        for s in range(y.shape[1]):
            for j in range(y.shape[2]):
                y[n, s, j] = 0.5 * (a[n, s, j] + b[n, last - s, j])


@kernel(work=lambda a, b, y: y.size)
def merge_mul(a, b, y):
    """y = a * b."""
    last = y.shape[1] - 1
    for n in prange(y.shape[0]):
        for s in range(y.shape[1]):
            for j in range(y.shape[2]):
                y[n, s, j] = a[n, s, j] * b[n, last - s, j]


@kernel(work=lambda a, b, y: y.size)
def merge_concat(a, b, y):
    """y (batch, steps, 2 * features) = a and b side by side."""
    last, units = y.shape[1] - 1, a.shape[2]
    for n in prange(y.shape[0]):
        for s in range(y.shape[1]):
            for j in range(units):
                y[n, s, j] = a[n, s, j]
                y[n, s, units + j] = b[n, last - s, j]


@kernel(work=lambda dy, a, b, da, db: 2 * dy.size)
def part_sum(dy, a, b, da, db):
    """The gradients of a and b for `merge_sum`."""
    last = dy.shape[1] - 1
    for n in prange(da.shape[0]):
        for s in range(da.shape[1]):
            for j in range(da.shape[2]):
                da[n, s, j] = dy[n, s, j]
                db[n, last - s, j] = dy[n, s, j]


@kernel(work=lambda dy, a, b, da, db: 2 * dy.size)
def part_ave(dy, a, b, da, db):
    """The gradients of a and b for `merge_ave`."""
    last = dy.shape[1] - 1
    for n in prange(da.shape[0]):
        for s in range(da.shape[1]):
            for j in range(da.shape[2]):
                da[n, s, j] = 0.5 * dy[n, s, j]
                db[n, last - s, j] = 0.5 * dy[n, s, j]


@kernel(work=lambda dy, a, b, da, db: 2 * dy.size)
def part_mul(dy, a, b, da, db):
    """The gradients of a and b for `merge_mul`."""
    last = dy.shape[1] - 1
    for n in prange(da.shape[0]):
        for s in range(da.shape[1]):
            for j in range(da.shape[2]):
                da[n, s, j] = dy[n, s, j] * b[n, last - s, j]
                db[n, last - s, j] = dy[n, s, j] * a[n, s, j]


@kernel(work=lambda dy, a, b, da, db: 2 * dy.size)
def part_concat(dy, a, b, da, db):
    """The gradients of a and b for `merge_concat`."""
    last = dy.shape[1] - 1
    for n in prange(da.shape[0]):
        for s in range(da.shape[1]):
            for j in range(da.shape[2]):
                da[n, s, j] = dy[n, s, j]
                db[n, last - s, j] = dy[n, s, da.shape[2] + j]
