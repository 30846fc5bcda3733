"""Kernels of the core layers on the GPU: neighbouring threads have neighbouring elements."""

from pronghorn.devices.cuda import block_per_row, composed, cuda, kernel, prange, twin
from pronghorn.devices.kernels.cuda.layout import place
from pronghorn.devices.kernels.cuda.sums import (
    ROWS,
    column_grid,
    in_parts,
    own_column,
    own_start,
    own_stop,
    put_total,
)
from pronghorn.layers.core.kernels import cpu

mix = twin(cpu.mix)
mix_gradient = twin(cpu.mix_gradient)


@kernel
def repeat_rows(x, y):
    """Each row of x (n, d) stands in y (n, times, d) `times` times."""
    for i in prange(y.shape[0]):
        for j in prange(y.shape[2]):
            for t in range(y.shape[1]):
                y[i, t, j] = x[i, j]


@kernel
def sum_repeats(dy, dx):
    """dx (n, d) is the sum of dy (n, times, d) over its middle axis."""
    for i in prange(dy.shape[0]):
        for j in prange(dy.shape[2]):
            found = 0.0
            for t in range(dy.shape[1]):
                found += dy[i, t, j]
            dx[i, j] = found


@kernel(grid=lambda x, value, mask, y: block_per_row(*x.shape))
def mask_steps(x, value, mask, y):
    """mask (n,) uint8 tells which rows of x (n, d) differ from value; y (n, d) has the others 0."""
    i = cuda.blockIdx.x
    differs = 0
    for j in prange(x.shape[1]):
        if x[i, j] != value:
            differs = 1
    kept = cuda.syncthreads_or(differs)
    if cuda.threadIdx.x == 0:
        mask[i] = 1 if kept else 0
    for j in prange(x.shape[1]):
        y[i, j] = x[i, j] if kept else 0.0


@kernel
def zero_masked(mask, dy):
    """The rows of dy (n, d) whose mask (n,) is 0 become 0."""
    for i in prange(dy.shape[0]):
        if mask[i] == 0:
            for j in prange(dy.shape[1]):
                dy[i, j] = 0.0


@kernel
def broadcast_drop(x, mask, lengths, strides, scale, y):
    """y = x * scale where the mask is 1, else 0; the mask is spread by strides of 0.

    x and y flat, mask flat uint8; lengths and strides int64 (axes,) of x's axes in the mask.
    """
    for e in prange(y.size):
        y[e] = x[e] * scale if mask[place(e, lengths, strides)] else 0.0


@kernel(functions=("slope",), grid=lambda at, dz, partial: column_grid(dz, partial))
def scaled_column_parts(at, dz, partial):
    """dz (n, m) *= slope(at); partial (parts, m): sums of its columns over parts of the rows."""
    column, found = own_column(), 0.0
    if column < dz.shape[1]:
        row = own_start(dz.shape[0], partial.shape[0])
        while row < own_stop(dz.shape[0], partial.shape[0]):
            dz[row, column] *= slope(at[row, column])
            found += dz[row, column]
            row += ROWS
    put_total(found, partial)


@composed("slope")
def activation_bias_gradient(at, dz, db, slope):
    """dz (n, m) *= slope of the activation at `at` (n, m); db (m,) = sums of its columns."""
    first = scaled_column_parts.specialize(slope=slope)
    return in_parts(dz.shape[0], db, lambda partial: first.bind(at, dz, partial))


@kernel
def drop_channels(x, mask, scale, y):
    """y = x * scale where the mask is 1, else 0; x, y (n, space, channels), mask (n, channels)."""
    for row in prange(x.shape[0] * x.shape[1]):
        i, s = row // x.shape[1], row % x.shape[1]
        for c in prange(x.shape[2]):
            y[i, s, c] = x[i, s, c] * scale if mask[i, c] else 0.0


@kernel
def features_beside(w, beside):
    """beside (d, k * m) holds w (k, d, m) with its features next to each other."""
    for i in prange(w.shape[1]):
        for j in prange(w.shape[2]):
            for k in range(w.shape[0]):
                beside[i, k * w.shape[2] + j] = w[k, i, j]


@kernel
def features_apart(beside, w):
    """w (k, d, m) from beside (d, k * m)."""
    for i in prange(w.shape[1]):
        for j in prange(w.shape[2]):
            for k in range(w.shape[0]):
                w[k, i, j] = beside[i, k * w.shape[2] + j]


@kernel
def largest_feature(z, y):
    """y (n, m) = the largest of the k features of each unit in z (n, k * m)."""
    for i in prange(y.shape[0]):
        for j in prange(y.shape[1]):
            most = z[i, j]
            for k in range(1, z.shape[1] // y.shape[1]):
                most = max(most, z[i, k * y.shape[1] + j])
            y[i, j] = most


@kernel
def largest_feature_gradient(z, y, dy):
    """z (n, k * m) becomes dy (n, m) shared among the features that equal y (n, m), else 0."""
    for i in prange(y.shape[0]):
        for j in prange(y.shape[1]):
            features, equal = z.shape[1] // y.shape[1], 0.0
            for k in range(features):
                equal += 1.0 if z[i, k * y.shape[1] + j] == y[i, j] else 0.0
            dy[i, j] /= equal
            for k in range(features):
                same = z[i, k * y.shape[1] + j] == y[i, j]
                z[i, k * y.shape[1] + j] = dy[i, j] if same else 0.0
