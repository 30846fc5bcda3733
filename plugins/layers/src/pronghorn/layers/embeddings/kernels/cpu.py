"""Kernels of the embedding layer on the CPU; indices int32, W (words, features).

Data are checked before they come here; an index out of range would still touch no foreign memory.
"""

from pronghorn.devices.cpu import kernel, prange


@kernel(work=lambda indices, w, factor, y: 2 * y.size)
def embed(indices, w, factor, y):
    """y[i] = W[indices[i]] * factor[indices[i]]; indices (n,), factor (words,), y (n, features)."""
    for i in prange(y.shape[0]):
        word = min(max(indices[i], 0), w.shape[0] - 1)
        for j in range(y.shape[1]):
            y[i, j] = w[word, j] * factor[word]


@kernel
def add_rows(indices, factor, dy, dw):
    """dW[indices[i]] += dy[i] * factor[indices[i]]; dw (words, features), dy (n, features)."""
    for i in range(dy.shape[0]):
        word = min(max(indices[i], 0), dw.shape[0] - 1)
        for j in range(dy.shape[1]):
            dw[word, j] += dy[i, j] * factor[word]


@kernel
def not_zero(indices, mask):
    """mask = indices != 0, uint8."""
    for i in range(indices.size):
        mask[i] = indices[i] != 0


@kernel
def word_factors(kept, scale, factor):
    """factor (words,) = scale where kept (words,) uint8, else 0."""
    for i in range(kept.size):
        factor[i] = scale if kept[i] else 0.0


@kernel(work=lambda x, w, y: y.size)
def add_to_rows(x, w, y):
    """y (n, m) = x (n, m) + the first m elements of w, in every row."""
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            y[i, j] = x[i, j] + w[j]


@kernel
def put_first(x, y):
    """The first elements of y are those of x, both flat."""
    for i in prange(x.size):
        y[i] = x[i]
