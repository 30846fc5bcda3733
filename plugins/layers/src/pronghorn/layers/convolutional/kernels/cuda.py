"""Kernels of the layers that pad, crop and enlarge, on the GPU.

Images are (batch, rows, columns, channels); neighbouring threads have neighbouring channels.
"""

from pronghorn.devices.cuda import divided, kernel, prange
from pronghorn.devices.kernels.cuda.sums import add_parts, column_parts
from pronghorn.layers.core.kernels.cuda import scaled_column_parts

slope_sums, sum_rows, sum_parts = scaled_column_parts, column_parts, add_parts


@kernel
def shift(x, y, top, left):
    """y is x moved down by top and right by left; what comes from outside x is 0."""
    for place in prange(y.shape[0] * y.shape[1] * y.shape[2]):
        rest, j = divided(place, y.shape[2])
        n, i = divided(rest, y.shape[1])
        row, column = i - top, j - left
        inside = row >= 0 and row < x.shape[1] and column >= 0 and column < x.shape[2]
        for c in prange(y.shape[3]):
            y[n, i, j, c] = x[n, row, column, c] if inside else 0.0


@kernel
def enlarge(x, y, high, wide):
    """Each cell of x is high x wide cells of y."""
    for place in prange(y.shape[0] * y.shape[1] * y.shape[2]):
        rest, j = divided(place, y.shape[2])
        n, i = divided(rest, y.shape[1])
        row, column = divided(i, high)[0], divided(j, wide)[0]
        for c in prange(y.shape[3]):
            y[n, i, j, c] = x[n, row, column, c]


@kernel
def enlarge_gradient(dy, dx, high, wide):
    """Each cell of dx is the sum of its high x wide cells of dy."""
    for place in prange(dx.shape[0] * dx.shape[1] * dx.shape[2]):
        rest, j = divided(place, dx.shape[2])
        n, i = divided(rest, dx.shape[1])
        for c in prange(dx.shape[3]):
            total = 0.0
            for a in range(high):
                for b in range(wide):
                    total += dy[n, i * high + a, j * wide + b, c]
            dx[n, i, j, c] = total


@kernel
def kernel_to_last(w, last):
    """last (rows, columns, channels, filters) from w (filters, channels, rows, columns)."""
    for place in prange(last.shape[0] * last.shape[1] * last.shape[2]):
        rest, c = divided(place, last.shape[2])
        a, b = divided(rest, last.shape[1])
        for f in prange(last.shape[3]):
            last[a, b, c, f] = w[f, c, a, b]


@kernel
def kernel_to_first(last, w):
    """w (filters, channels, rows, columns) from last (rows, columns, channels, filters)."""
    for place in prange(w.shape[0] * w.shape[1] * w.shape[2]):
        rest, a = divided(place, w.shape[2])
        f, c = divided(rest, w.shape[1])
        for b in prange(w.shape[3]):
            w[f, c, a, b] = last[a, b, c, f]
