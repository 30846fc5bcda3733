"""Kernels of the layers that pad, crop and enlarge, on the GPU.

Volumes are (batch, planes, rows, columns, channels); neighbouring threads have neighbouring
channels.
"""

from pronghorn.devices.cuda import divided, kernel, prange
from pronghorn.devices.kernels.cuda.sums import add_parts, column_parts
from pronghorn.layers.core.kernels.cuda import scaled_column_parts

slope_sums, sum_rows, sum_parts = scaled_column_parts, column_parts, add_parts


def place_of(number, volumes):
    """Sample, plane, row and column of the so-manieth place of volumes."""
    rest, column = divided(number, volumes.shape[3])
    rest, row = divided(rest, volumes.shape[2])
    n, plane = divided(rest, volumes.shape[1])
    return n, plane, row, column


@kernel
def shift(x, y, front, top, left):
    """y is x moved back by front, down by top and right by left; what is from outside x is 0."""
    for place in prange(y.shape[0] * y.shape[1] * y.shape[2] * y.shape[3]):
        n, plane, i, j = place_of(place, y)
        h, row, column = plane - front, i - top, j - left
        inside = h >= 0 and h < x.shape[1] and row >= 0 and row < x.shape[2]
        inside = inside and column >= 0 and column < x.shape[3]
        for c in prange(y.shape[4]):
            y[n, plane, i, j, c] = x[n, h, row, column, c] if inside else 0.0


@kernel
def enlarge(x, y, deep, high, wide):
    """Each cell of x is deep x high x wide cells of y."""
    for place in prange(y.shape[0] * y.shape[1] * y.shape[2] * y.shape[3]):
        n, plane, i, j = place_of(place, y)
        h, row, column = divided(plane, deep)[0], divided(i, high)[0], divided(j, wide)[0]
        for c in prange(y.shape[4]):
            y[n, plane, i, j, c] = x[n, h, row, column, c]


@kernel
def enlarge_gradient(dy, dx, deep, high, wide):
    """Each cell of dx is the sum of its deep x high x wide cells of dy."""
    for place in prange(dx.shape[0] * dx.shape[1] * dx.shape[2] * dx.shape[3]):
        n, plane, i, j = place_of(place, dx)
        for c in prange(dx.shape[4]):
            total = 0.0
            for h in range(plane * deep, (plane + 1) * deep):
                for row in range(i * high, (i + 1) * high):
                    for column in range(j * wide, (j + 1) * wide):
                        total += dy[n, h, row, column, c]
            dx[n, plane, i, j, c] = total
