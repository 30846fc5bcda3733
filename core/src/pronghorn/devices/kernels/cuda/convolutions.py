"""Convolutions of images: a thread for each element of the result.

Arguments as on the CPU's side. Neighbouring threads have neighbouring channels, so they read the
kernel side by side, and the same cell of the image.
"""

import numpy as np

from pronghorn.devices.cuda import composed, divided, kernel, prange
from pronghorn.devices.cuda.device import scratch
from pronghorn.devices.kernels.cuda.product import element, none, same
from pronghorn.devices.kernels.cuda.sums import add_parts
from pronghorn.errors import ShapeError

PLACES_OF_A_PART = 512
"""Places of the output, at least, that a thread adds up for an element of a weight gradient."""
MOST_SUMS = 1 << 22
"""Partial sums of a weight gradient in all."""


@kernel(functions=("shift", "activate"))
def windows(x, w, bias, y, down, across, top, left, row_gap, column_gap):
    """y = activate(windows of x times w + shift(bias))."""
    for place in prange(y.shape[0] * y.shape[1] * y.shape[2]):
        rest, spot = divided(place, y.shape[2])
        n, line = divided(rest, y.shape[1])
        i, j = line * down - top, spot * across - left
        for f in prange(y.shape[3]):
            total = shift(bias, f)
            for a in range(w.shape[0]):
                row = i + a * row_gap
                if row >= 0 and row < x.shape[1]:
                    for b in range(w.shape[1]):
                        column = j + b * column_gap
                        if column >= 0 and column < x.shape[2]:
                            for c in range(w.shape[2]):
                                total += x[n, row, column, c] * w[a, b, c, f]
            y[n, line, spot, f] = activate(total)


@kernel
def turn(w, turned):
    """turned (rows, columns, filters, channels) from w (rows, columns, channels, filters)."""
    for place in prange(w.shape[0] * w.shape[1] * w.shape[3]):
        rest, f = divided(place, w.shape[3])
        a, b = divided(rest, w.shape[1])
        for c in prange(w.shape[2]):
            turned[a, b, f, c] = w[a, b, c, f]


def window_at(cell, step, windows):
    """Which window begins at a cell, counted from where the first one does; -1 if none."""
    if cell < 0:
        return -1
    window, rest = divided(cell, step)
    return window if rest == 0 and window < windows else -1


@kernel
def windows_back(dy, turned, dx, down, across, top, left, row_gap, column_gap):
    """dx from all windows that its cells are in; the kernel with its channels last."""
    for place in prange(dx.shape[0] * dx.shape[1] * dx.shape[2]):
        rest, column = divided(place, dx.shape[2])
        n, row = divided(rest, dx.shape[1])
        for c in prange(dx.shape[3]):
            total = 0.0
            for a in range(turned.shape[0]):
                i = window_at(row + top - a * row_gap, down, dy.shape[1])
                if i >= 0:
                    for b in range(turned.shape[1]):
                        j = window_at(column + left - b * column_gap, across, dy.shape[2])
                        if j >= 0:
                            for f in range(turned.shape[2]):
                                total += dy[n, i, j, f] * turned[a, b, f, c]
            dx[n, row, column, c] = total


@kernel
def weight_parts(x, dy, sums, dw, down, across, top, left, row_gap, column_gap):
    """sums (parts, elements of dw): what the places of each part of dy give."""
    filters, channels = dw.shape[3], dw.shape[2]
    depth = dw.shape[0] * dw.shape[1] * channels
    places = dy.shape[0] * dy.shape[1] * dy.shape[2]
    for line in prange(sums.shape[0] * depth):
        part, k = divided(line, depth)
        rest, c = divided(k, channels)
        a, b = divided(rest, dw.shape[1])
        for f in prange(filters):
            total = 0.0
            for place in range(
                places * part // sums.shape[0], places * (part + 1) // sums.shape[0]
            ):
                line_of_all, j = divided(place, dy.shape[2])
                n, i = divided(line_of_all, dy.shape[1])
                row, column = i * down - top + a * row_gap, j * across - left + b * column_gap
                if row >= 0 and row < x.shape[1] and column >= 0 and column < x.shape[2]:
                    total += x[n, row, column, c] * dy[n, i, j, f]
            sums[part, k * filters + f] = total


def check(x, w, y, bias=None):
    """Raise ShapeError unless the images, the kernel and the bias fit each other."""
    fits = len(x.shape) == len(w.shape) == len(y.shape) == 4 and x.shape[0] == y.shape[0]
    fits = fits and (x.shape[3], y.shape[3]) == tuple(w.shape[2:])
    fits = fits and (bias is None or tuple(bias.shape) == (y.shape[3],))
    if not fits or len({np.dtype(array.dtype) for array in (x, w, y)}) > 1:
        given = ", ".join(f"{tuple(array.shape)} {array.dtype}" for array in (x, w, y))
        raise ShapeError(f"these images and this kernel do not make a convolution: {given}")


@composed("activate")
def conv2d(x, w, y, down, across, top, left, row_gap, column_gap, activate=same):
    """y = activate(x convolved with w)."""
    check(x, w, y)
    chosen = windows.specialize(shift=none, activate=activate)
    flat = y.reshape((y.size,))
    return [chosen.bind(x, w, flat, y, down, across, top, left, row_gap, column_gap)]


@composed("activate")
def conv2d_bias(x, w, bias, y, down, across, top, left, row_gap, column_gap, activate=same):
    """y = activate(x convolved with w + bias)."""
    check(x, w, y, bias)
    chosen = windows.specialize(shift=element, activate=activate)
    return [chosen.bind(x, w, bias, y, down, across, top, left, row_gap, column_gap)]


@composed()
def conv2d_input_gradient(dy, w, dx, down, across, top, left, row_gap, column_gap):
    """dx, from the gradient of the output and the kernel."""
    check(dx, w, dy)
    rows, columns, channels, filters = w.shape
    turned = scratch((rows, columns, filters, channels), w.dtype)
    places = (down, across, top, left, row_gap, column_gap)
    return [turn.bind(w, turned), windows_back.bind(dy, turned, dx, *places)]


@composed()
def conv2d_weight_gradient(x, dy, dw, down, across, top, left, row_gap, column_gap):
    """dw, from the input and the gradient of the output."""
    check(x, dw, dy)
    places = dy.shape[0] * dy.shape[1] * dy.shape[2]
    parts = max(1, min(places // PLACES_OF_A_PART, MOST_SUMS // dw.size))
    sums = scratch((parts, dw.size), dw.dtype)
    way = (down, across, top, left, row_gap, column_gap)
    return [
        weight_parts.bind(x, dy, sums, dw, *way),
        add_parts.bind(sums, dw.reshape((dw.size,))),
    ]
