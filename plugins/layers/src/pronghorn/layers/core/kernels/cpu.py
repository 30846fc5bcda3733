"""Kernels of the core layers on the CPU."""

from pronghorn.devices.cpu import kernel, prange


@kernel
def repeat_rows(x, y):
    """Each row of x (n, d) stands in y (n, times, d) `times` times."""
    for i in prange(y.shape[0]):
        for t in range(y.shape[1]):
            for j in range(y.shape[2]):
                y[i, t, j] = x[i, j]


@kernel
def sum_repeats(dy, dx):
    """dx (n, d) is the sum of dy (n, times, d) over its middle axis."""
    for i in prange(dy.shape[0]):
        for j in range(dy.shape[2]):
            dx[i, j] = dy[i, 0, j]
        for t in range(1, dy.shape[1]):
            for j in range(dy.shape[2]):
                dx[i, j] += dy[i, t, j]


@kernel
def mask_steps(x, value, mask, y):
    """mask (n,) uint8 tells which rows of x (n, d) differ from value; y (n, d) has the others 0."""
    for i in prange(x.shape[0]):
        kept = 0
        for j in range(x.shape[1]):
            if x[i, j] != value:
                kept = 1
        mask[i] = kept
        for j in range(x.shape[1]):
            y[i, j] = x[i, j] if kept else 0.0


@kernel
def zero_masked(mask, dy):
    """The rows of dy (n, d) whose mask (n,) is 0 become 0."""
    for i in prange(dy.shape[0]):
        if mask[i] == 0:
            for j in range(dy.shape[1]):
                dy[i, j] = 0.0


@kernel
def broadcast_drop(x, mask, lengths, strides, scale, y):
    """y = x * scale where the mask is 1, else 0; the mask is spread by strides of 0.

    x and y flat, mask flat uint8; lengths and strides int64 (axes,) of x's axes in the mask.
    """
    axes = lengths.size
    inner = lengths[axes - 1]
    step = strides[axes - 1]
    for row in prange(y.size // inner):
        rest = row
        start = 0
        for axis in range(axes - 2, -1, -1):
            start += (rest % lengths[axis]) * strides[axis]
            rest = rest // lengths[axis]
        for j in range(inner):
            y[row * inner + j] = x[row * inner + j] * scale if mask[start + j * step] else 0.0


@kernel(functions=("slope",))
def activation_bias_gradient(at, dz, db):
    """dz (n, m) *= the activation's slope at `at` (n, m); db (m,) is the sum of dz's rows."""
    for j in range(db.size):
        db[j] = 0.0
    for i in range(dz.shape[0]):
        for j in range(dz.shape[1]):
            dz[i, j] *= slope(at[i, j])
        for j in range(dz.shape[1]):
            db[j] += dz[i, j]
