"""Kernels of merging on the CPU."""

import math

from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.rows import row_dot


@kernel(work=lambda x, start, y: x.size)
def put_columns(x, start, y):
    """Columns of y (n, m) from `start` on are those of x (n, k)."""
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            y[i, start + j] = x[i, j]


@kernel(work=lambda y, start, x: x.size)
def take_columns(y, start, x):
    """x (n, k) is the columns of y (n, m) from `start` on."""
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] = y[i, start + j]


@kernel(elementwise=True)
def multiply(x, y):
    """y = y * x."""
    for i in prange(x.size):
        y[i] *= x[i]


@kernel(elementwise=True)
def maximum(x, y):
    """y = max(y, x)."""
    for i in prange(x.size):
        y[i] = x[i] if x[i] > y[i] else y[i]


@kernel(elementwise=True)
def take_maximum(x, y, dy, dx):
    """Where x is the maximum y, dx takes dy away; elsewhere it is 0."""
    for i in prange(x.size):
        dx[i] = dy[i] if x[i] == y[i] else 0.0
        dy[i] = 0.0 if x[i] == y[i] else dy[i]


@kernel
def squares(x, s):
    """s (n,) = the sums of squares of x (n, k) along its rows."""
    for i in prange(s.size):
        s[i] = row_dot(x[i], x[i])


@kernel(work=lambda y, a, b, epsilon: 4 * y.size)
def cosines(y, a, b, epsilon):
    """y (batch, m, n), products of vectors whose squares are a (batch, m) and b (batch, n), are
    divided by the vectors' norms, or by epsilon if that is more.
    """
    for i in prange(y.shape[0]):
        for p in range(y.shape[1]):
            for q in range(y.shape[2]):
                y[i, p, q] = y[i, p, q] / max(math.sqrt(a[i, p] * b[i, q]), epsilon)


@kernel(work=lambda dy, y, a, b, epsilon, da, db: 8 * y.size)
def cosine_gradients(dy, y, a, b, epsilon, da, db):
    """From dy, the gradient at the cosines y: that at the products, in its place; and da and db,
    what each vector is multiplied with for its share through its norm. Shapes as in `cosines`.
    """
    for i in prange(y.shape[0]):
        for p in range(y.shape[1]):
            da[i, p] = 0.0
        for q in range(y.shape[2]):
            db[i, q] = 0.0
        for p in range(y.shape[1]):
            for q in range(y.shape[2]):
                norms = math.sqrt(a[i, p] * b[i, q])
                if norms > epsilon:
                    da[i, p] -= dy[i, p, q] * y[i, p, q] / a[i, p]
                    db[i, q] -= dy[i, p, q] * y[i, p, q] / b[i, q]
                dy[i, p, q] = dy[i, p, q] / max(norms, epsilon)


@kernel
def add_scaled_rows(x, s, y):
    """y (n, k) += x (n, k) * s (n,) row by row."""
    for i in prange(s.size):
        for j in range(x.shape[1]):
            y[i, j] += x[i, j] * s[i]
