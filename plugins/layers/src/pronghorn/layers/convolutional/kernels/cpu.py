"""Kernels of the layers that pad, crop and enlarge, on the CPU.

Images are (batch, rows, columns, channels).
"""

from pronghorn.devices.cpu import kernel, prange


@kernel(work=lambda x, y, top, left: y.size)
def shift(x, y, top, left):
    """y is x moved down by top and right by left; what comes from outside x is 0."""
    for line in prange(y.shape[0] * y.shape[1]):
        n = line // y.shape[1]
        i = line % y.shape[1]
        row = i - top
        for j in range(y.shape[2]):
            column = j - left
            inside = row >= 0 and row < x.shape[1] and column >= 0 and column < x.shape[2]
            if inside:
                for c in range(y.shape[3]):
                    y[n, i, j, c] = x[n, row, column, c]
            else:
                for c in range(y.shape[3]):
                    y[n, i, j, c] = 0.0


@kernel(work=lambda x, y, high, wide: y.size)
def enlarge(x, y, high, wide):
    """Each cell of x is high x wide cells of y."""
    for line in prange(y.shape[0] * y.shape[1]):
        n = line // y.shape[1]
        i = line % y.shape[1]
        for j in range(y.shape[2]):
            for c in range(y.shape[3]):
                y[n, i, j, c] = x[n, i // high, j // wide, c]


@kernel(work=lambda dy, dx, high, wide: dy.size)
def enlarge_gradient(dy, dx, high, wide):
    """Each cell of dx is the sum of its high x wide cells of dy."""
    for line in prange(dx.shape[0] * dx.shape[1]):
        n = line // dx.shape[1]
        i = line % dx.shape[1]
        for j in range(dx.shape[2]):
            for c in range(dx.shape[3]):
                dx[n, i, j, c] = 0.0
            for a in range(high):
                for b in range(wide):
                    for c in range(dx.shape[3]):
                        dx[n, i, j, c] += dy[n, i * high + a, j * wide + b, c]


@kernel
def kernel_to_last(w, last):
    """last (rows, columns, channels, filters) from w (filters, channels, rows, columns)."""
    for f in range(w.shape[0]):
        for c in range(w.shape[1]):
            for a in range(w.shape[2]):
                for b in range(w.shape[3]):
                    last[a, b, c, f] = w[f, c, a, b]


@kernel
def kernel_to_first(last, w):
    """w (filters, channels, rows, columns) from last (rows, columns, channels, filters)."""
    for f in range(w.shape[0]):
        for c in range(w.shape[1]):
            for a in range(w.shape[2]):
                for b in range(w.shape[3]):
                    w[f, c, a, b] = last[a, b, c, f]


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
