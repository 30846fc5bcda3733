"""Axes in another order."""

from pronghorn.devices.cuda import divided, kernel, prange


def place(e, lengths, strides):
    """Where element e of an array with axes of these lengths lies by these strides."""
    rest, start = e, 0
    for axis in range(lengths.size - 1, -1, -1):
        rest, index = divided(rest, lengths[axis])
        start += index * strides[axis]
    return start


@kernel
def permute(x, lengths, strides, y):
    """y, whose axes have these lengths, takes its elements from x, where they have these strides.

    x and y flat, of less than 2**32 elements; lengths and strides int64 (axes,).
    """
    for e in prange(y.size):
        y[e] = x[place(e, lengths, strides)]
