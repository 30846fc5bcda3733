"""Kernels of the layers that pad, crop and enlarge, on the CPU.

Volumes are (batch, planes, rows, columns, channels), images have one plane.
"""

from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.simd import host, spread_over_box, sum_of_box
from pronghorn.layers.cells import cell_at, line_of, steps_of

BITS = host().bits


@kernel(work=lambda x, y, front, top, left: y.size)
def shift(x, y, front, top, left):
    """y is x moved back by front, down by top and right by left; what is from outside x is 0."""
    source, target = x.reshape(x.size), y.reshape(y.size)
    for line in prange(y.shape[0] * y.shape[1] * y.shape[2]):
        n, i, j = line_of(line, y)
        plane, row = i - front, j - top
        begin, end = 0, 0
        if plane >= 0 and plane < x.shape[1] and row >= 0 and row < x.shape[2]:
            begin, end = max(left, 0), min(x.shape[3] + left, y.shape[3])
        start, at = cell_at(n, i, j, 0, y), cell_at(n, plane, row, begin - left, x)
        first, last = begin * y.shape[4], end * y.shape[4]
        # A line's cells lie side by side, so it is filled and copied as one run of elements.
        for e in range(first):
            target[start + e] = 0.0
        for e in range(last - first):
            target[start + first + e] = source[at + e]
        for e in range(last, y.shape[3] * y.shape[4]):
            target[start + e] = 0.0


@kernel(work=lambda x, y, deep, high, wide: y.size)
def enlarge(x, y, deep, high, wide):
    """Each cell of x is deep x high x wide cells of y."""
    for line in prange(x.shape[0] * x.shape[1] * x.shape[2]):
        n, i, j = line_of(line, x)
        for k in range(x.shape[3]):
            spread_over_box(
                x, cell_at(n, i, j, k, x), 1.0, y, cell_at(n, i * deep, j * high, k * wide, y),
                (deep, high, wide), steps_of(y), False, x.shape[4], BITS,
            )  # fmt: skip


@kernel(work=lambda dy, dx, deep, high, wide: dy.size)
def enlarge_gradient(dy, dx, deep, high, wide):
    """Each cell of dx is the sum of its deep x high x wide cells of dy."""
    for line in prange(dx.shape[0] * dx.shape[1] * dx.shape[2]):
        n, i, j = line_of(line, dx)
        for k in range(dx.shape[3]):
            sum_of_box(
                dy, cell_at(n, i * deep, j * high, k * wide, dy), (deep, high, wide), steps_of(dy),
                1.0, dx, cell_at(n, i, j, k, dx), dx.shape[4], BITS,
            )  # fmt: skip


@kernel(work=lambda dz, parts: dz.size)
def sum_rows(dz, parts):
    """parts (p, filters) = sums over p runs of the rows of dz (n, filters)."""
    for part in prange(parts.shape[0]):
        first = part * dz.shape[0] // parts.shape[0]
        last = (part + 1) * dz.shape[0] // parts.shape[0]
        for j in range(dz.shape[1]):
            parts[part, j] = 0.0
        for i in range(first, last):
            for j in range(dz.shape[1]):
                parts[part, j] += dz[i, j]


@kernel(functions=("slope",), work=lambda at, dz, parts: 3 * dz.size)
def slope_sums(at, dz, parts):
    """dz (n, filters) *= slope(at); parts (p, filters) = sums over p runs of its rows."""
    for part in prange(parts.shape[0]):
        first = part * dz.shape[0] // parts.shape[0]
        last = (part + 1) * dz.shape[0] // parts.shape[0]
        for j in range(dz.shape[1]):
            parts[part, j] = 0.0
        for i in range(first, last):
            for j in range(dz.shape[1]):
                dz[i, j] *= slope(at[i, j])
            for j in range(dz.shape[1]):
                parts[part, j] += dz[i, j]


@kernel
def sum_parts(parts, db):
    """db (filters,) = the sum of the rows of parts (p, filters)."""
    for j in range(db.size):
        db[j] = parts[0, j]
    for part in range(1, parts.shape[0]):
        for j in range(db.size):
            db[j] += parts[part, j]
