"""The largest eigenvalue of W'W by power iteration, and its gradient: a launch for each product."""

import math

from pronghorn.devices.cuda import BLOCK, LANES, block_per_row, composed, cuda, kernel, prange
from pronghorn.devices.cuda.blocks import block_sum
from pronghorn.devices.kernels.cuda.sums import ROWS, column_total, own_column


@kernel(grid=lambda w, x, i, out, o: block_per_row(*w.shape))
def times(w, x, i, out, o):
    """out[o] = w x[i]; w (rows, columns), x (any, columns), out (any, rows)."""
    r = cuda.blockIdx.x
    found = 0.0
    for j in prange(w.shape[1]):
        found += w[r, j] * x[i, j]
    total = block_sum(found)
    if cuda.threadIdx.x == 0:
        out[o, r] = total


@kernel(grid=lambda w, x, i, share, out, o: (-(-w.shape[1] // LANES), (LANES, ROWS)))
def turned_times(w, x, i, share, out, o):
    """out[o] = share out[o] + w' x[i]; x (any, rows), out (any, columns); share 0 or 1."""
    j, found = own_column(), 0.0
    if j < w.shape[1]:
        r = cuda.threadIdx.y
        while r < w.shape[0]:
            found += w[r, j] * x[i, r]
            r += ROWS
    total = column_total(found)
    if cuda.threadIdx.y == 0 and j < w.shape[1]:
        out[o, j] = total + out[o, j] if share else total


@kernel
def start(v):
    """The first vector is one of ones."""
    for j in prange(v.shape[1]):
        v[0, j] = 1.0


@kernel(grid=lambda v, i: (1, BLOCK))
def normalize(v, i):
    """v[i] gets the norm 1."""
    found = 0.0
    for j in prange(v.shape[1]):
        found += v[i, j] * v[i, j]
    norm = math.sqrt(block_sum(found))
    for j in prange(v.shape[1]):
        v[i, j] /= norm


@kernel(grid=lambda v, k, total: (1, BLOCK))
def add_penalty(v, k, total):
    """total += k sqrt(lambda), from the last two vectors."""
    last = v.shape[0] - 2
    above, below = 0.0, 0.0
    for j in prange(v.shape[1]):
        above += v[last + 1, j] * v[last, j]
        below += v[last, j] * v[last, j]
    upper, lower = block_sum(above), block_sum(below)
    if cuda.threadIdx.x == 0:
        total[0] += k * math.sqrt(upper / lower)


@kernel(grid=lambda v, k, a: (1, BLOCK))
def last_gradients(v, k, a):
    """a[0] is the gradient at v[last + 1], a[1] what reaches v[last] directly."""
    last = v.shape[0] - 2
    above, below = 0.0, 0.0
    for j in prange(v.shape[1]):
        above += v[last + 1, j] * v[last, j]
        below += v[last, j] * v[last, j]
    upper, lower = block_sum(above), block_sum(below)
    outer = 0.5 * k / math.sqrt(upper / lower)
    for j in prange(v.shape[1]):
        a[0, j] = outer * v[last, j] / lower
        a[1, j] = outer * (v[last + 1, j] - 2.0 * upper / lower * v[last, j]) / lower


@kernel
def add_outer(b, v, u, i, a, g):
    """g += b v[i]' + u[i] a[0]'."""
    for r in prange(g.shape[0]):
        for j in prange(g.shape[1]):
            g[r, j] += b[0, r] * v[i, j] + u[i, r] * a[0, j]


@kernel
def move_down(a):
    """a[0] = a[1]."""
    for j in prange(a.shape[1]):
        a[0, j] = a[1, j]


@kernel(grid=lambda u, i, a: (1, BLOCK))
def unnormalize(u, i, a):
    """a[0] /= the norm that v[i] was divided by: its part along v[i], u[i]' u[i - 1]."""
    found = 0.0
    for r in prange(u.shape[1]):
        found += u[i, r] * u[i - 1, r]
    norm = block_sum(found)
    for j in prange(a.shape[1]):
        a[0, j] /= norm


@composed()
def eigenvalue(w, k, v, u, total):
    """Add k * sqrt(lambda) to `total`, float64 (1,).

    w (rows, columns); v (steps + 2, columns) and u (steps + 1, rows) are filled for the gradient:
    v[i + 1] is w'w v[i] with norm 1, the last one not normalized, and u[i] = w v[i].
    """
    last = u.shape[0] - 1
    calls = [start.bind(v)]
    for i in range(last + 1):
        calls.append(times.bind(w, v, i, u, i))
        calls.append(turned_times.bind(w, u, i, False, v, i + 1))
        if i < last:
            calls.append(normalize.bind(v, i + 1))
    return [*calls, add_penalty.bind(v, k, total)]


@composed()
def eigenvalue_gradient(w, k, v, u, a, b, g):
    """Add the gradient of k * sqrt(lambda) at w to g (rows, columns), after `eigenvalue`.

    The chain of products is gone through backwards; a (2, columns) and b (rows,) are scratch.
    """
    last = u.shape[0] - 1
    row = b.reshape((1, b.size))
    calls = [last_gradients.bind(v, k, a)]
    for i in range(last, -1, -1):
        calls.append(times.bind(w, a, 0, row, 0))
        calls.append(add_outer.bind(row, v, u, i, a, g))
        if i == 0:
            break
        if i == last:
            calls.append(move_down.bind(a))
        calls.append(turned_times.bind(w, row, 0, i == last, a, 0))
        calls.append(unnormalize.bind(u, i, a))
    return calls
