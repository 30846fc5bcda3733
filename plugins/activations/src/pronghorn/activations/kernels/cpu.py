"""Softmax over the rows of a matrix."""

import math

from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.rows import row_dot, row_max, row_sum

BLOCK = 16
"""Rows done together: exp is vectorized over all their elements; short rows would not fill it."""


@kernel(work=lambda x, y: 12 * x.size)
def softmax(x, y):
    """y = exp(x - max(x)) / sum(exp(x - max(x))) in every row; x, y (rows, columns), y may be x."""
    columns = x.shape[1]
    flat = y.reshape(y.size)
    for block in prange((x.shape[0] + BLOCK - 1) // BLOCK):
        first, last = block * BLOCK, min(block * BLOCK + BLOCK, x.shape[0])
        for i in range(first, last):
            most = row_max(x[i])
            for j in range(columns):
                y[i, j] = x[i, j] - most
        rows = flat[first * columns : last * columns]
        for k in range(rows.size):
            rows[k] = math.exp(rows[k])
        for i in range(first, last):
            share = 1.0 / row_sum(y[i])
            for j in range(columns):
                y[i, j] *= share


@kernel(work=lambda y, dy, dx: 4 * y.size)
def softmax_backward(y, dy, dx):
    """dx = y * (dy - sum(dy * y)) in every row; all (rows, columns), dx may be dy."""
    for i in prange(y.shape[0]):
        inner = row_dot(dy[i], y[i])
        for j in range(y.shape[1]):
            dx[i, j] = y[i, j] * (dy[i, j] - inner)
