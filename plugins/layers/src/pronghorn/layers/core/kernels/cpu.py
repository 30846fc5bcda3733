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


@kernel
def drop_channels(x, mask, scale, y):
    """y = x * scale where the mask is 1, else 0; x, y (n, space, channels), mask (n, channels)."""
    for i in prange(x.shape[0]):
        for s in range(x.shape[1]):
            for c in range(x.shape[2]):
                y[i, s, c] = x[i, s, c] * scale if mask[i, c] else 0.0


@kernel
def features_beside(w, beside):
    """beside (d, k * m) holds w (k, d, m) with its features next to each other."""
    for i in prange(w.shape[1]):
        for k in range(w.shape[0]):
            for j in range(w.shape[2]):
                beside[i, k * w.shape[2] + j] = w[k, i, j]


@kernel
def features_apart(beside, w):
    """w (k, d, m) from beside (d, k * m)."""
    for i in prange(w.shape[1]):
        for k in range(w.shape[0]):
            for j in range(w.shape[2]):
                w[k, i, j] = beside[i, k * w.shape[2] + j]


@kernel
def largest_feature(z, y):
    """y (n, m) = the largest of the k features of each unit in z (n, k * m)."""
    for i in prange(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = z[i, j]
        for k in range(1, z.shape[1] // y.shape[1]):
            for j in range(y.shape[1]):
                y[i, j] = max(y[i, j], z[i, k * y.shape[1] + j])


@kernel(work=lambda z, y, dy: 3 * z.size)
def largest_feature_gradient(z, y, dy):
    """z (n, k * m) becomes dy (n, m) shared among the features that equal y (n, m), else 0."""
    for i in prange(y.shape[0]):
        features = z.shape[1] // y.shape[1]
        for j in range(y.shape[1]):
            equal = 0.0
            for k in range(features):
                equal += 1.0 if z[i, k * y.shape[1] + j] == y[i, j] else 0.0
            dy[i, j] /= equal
        for k in range(features):
            for j in range(y.shape[1]):
                same = z[i, k * y.shape[1] + j] == y[i, j]
                z[i, k * y.shape[1] + j] = dy[i, j] if same else 0.0


@kernel(elementwise=True)
def mix(h, t, x, y):
    """y = t h + (1 - t) x."""
    for e in prange(y.size):
        y[e] = t[e] * h[e] + (1.0 - t[e]) * x[e]


@kernel(elementwise=True)
def mix_gradient(h, t, x, dy, dh, dz):
    """Gradient of `mix` where t = sigmoid(z): dy becomes x's."""
    for e in prange(dy.size):
        dh[e] = dy[e] * t[e]
        dz[e] = dy[e] * (h[e] - x[e]) * t[e] * (1.0 - t[e])
        dy[e] *= 1.0 - t[e]
