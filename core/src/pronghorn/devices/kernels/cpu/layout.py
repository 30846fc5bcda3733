"""Axes in another order."""

from pronghorn.devices.cpu import kernel, prange


@kernel(work=lambda x, lengths, strides, y: 4 * y.size)
def permute(x, lengths, strides, y):
    """y, whose axes have these lengths, takes its elements from x, where they have these strides.

    x and y flat, lengths and strides int64 (axes,).
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
            y[row * inner + j] = x[start + j * step]
