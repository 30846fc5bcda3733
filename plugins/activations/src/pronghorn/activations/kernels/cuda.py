"""Softmax over the rows of a matrix, a block of threads to each row."""

import math

from pronghorn.devices.cuda import block_per_row, cuda, kernel, prange
from pronghorn.devices.cuda.blocks import block_max, block_sum


@kernel(grid=lambda x, y: block_per_row(*x.shape))
def softmax(x, y):
    """y = exp(x - max(x)) / sum(exp(x - max(x))) in every row; x, y (rows, columns), y may be x."""
    i = cuda.blockIdx.x
    most = x[i, 0]
    for j in prange(x.shape[1]):
        most = max(most, x[i, j])
    largest = block_max(most)
    found = 0.0
    for j in prange(x.shape[1]):
        y[i, j] = math.exp(x[i, j] - largest)
        found += y[i, j]
    total = block_sum(found)
    for j in prange(x.shape[1]):
        y[i, j] /= total


@kernel(grid=lambda y, dy, dx: block_per_row(*y.shape))
def softmax_backward(y, dy, dx):
    """dx = y * (dy - sum(dy * y)) in every row; all (rows, columns), dx may be dy."""
    i = cuda.blockIdx.x
    found = 0.0
    for j in prange(y.shape[1]):
        found += dy[i, j] * y[i, j]
    inner = block_sum(found)
    for j in prange(y.shape[1]):
        dx[i, j] = y[i, j] * (dy[i, j] - inner)
