"""Convolutions of images as matrix products: each window of the image is laid out as a row.

Arguments as on the CPU's side. The windows of as many images as fit into WINDOWS bytes are laid
out at a time, in memory that all convolutions share.
"""

from math import prod

import numpy as np

from pronghorn.devices.cuda import composed, divided, kernel, prange
from pronghorn.devices.cuda.device import common_scratch, scratch
from pronghorn.devices.kernels.cuda.elementwise import add
from pronghorn.devices.kernels.cuda.product import calls_of, same
from pronghorn.errors import ShapeError

WINDOWS = 256 << 20
"""Bytes for windows that are laid out, unless a single image has more."""


@kernel
def lay_out(x, windows, high, wide, lines, places, down, across, top, left, row_gap, column_gap):
    """windows (batch * lines * places, high * wide * channels): what each window of x holds."""
    for spot in prange(x.shape[0] * lines * places * high * wide):
        rest, b = divided(spot, wide)
        window, a = divided(rest, high)
        rest, j = divided(window, places)
        n, i = divided(rest, lines)
        row, column = i * down - top + a * row_gap, j * across - left + b * column_gap
        inside = row >= 0 and row < x.shape[1] and column >= 0 and column < x.shape[2]
        first = (a * wide + b) * x.shape[3]
        for c in prange(x.shape[3]):
            windows[window, first + c] = x[n, row, column, c] if inside else 0.0


def window_of(start, step, windows):
    """The window that starts so far from the first one, or -1 if none does."""
    if start < 0:
        return -1
    window, rest = divided(start, step)
    return window if rest == 0 and window < windows else -1


@kernel
def gather_back(
    windows, dx, high, wide, lines, places, down, across, top, left, row_gap, column_gap
):
    """Each cell of dx is the sum of its copies in all windows: the gradient of `lay_out`."""
    for cell in prange(dx.shape[0] * dx.shape[1] * dx.shape[2]):
        rest, column = divided(cell, dx.shape[2])
        n, row = divided(rest, dx.shape[1])
        for c in prange(dx.shape[3]):
            total = 0.0
            for a in range(high):
                i = window_of(row + top - a * row_gap, down, lines)
                for b in range(wide if i >= 0 else 0):
                    j = window_of(column + left - b * column_gap, across, places)
                    if j >= 0:
                        window = (n * lines + i) * places + j
                        total += windows[window, (a * wide + b) * dx.shape[3] + c]
            dx[n, row, column, c] = total


class Windows:
    """The windows of images, some images at a time.

    Args:
        x: images, the convolution's input or that input's gradient.
        w: the kernel, or its gradient.
        y: the convolution's output, or its gradient.
        moves: down, across, top, left, row_gap and column_gap.
    """

    def __init__(self, x, w, y, moves):
        check(x, w, y)
        self.x, self.y, self.moves = x, y, moves
        self.shape = (w.shape[0], w.shape[1], y.shape[1], y.shape[2])
        self.filters, self.length = w.shape[3], prod(w.shape[:3])
        itself = self.shape[:2] == (1, 1) and tuple(moves[:4]) == (1, 1, 0, 0)
        self.plain = itself and tuple(x.shape[1:3]) == tuple(y.shape[1:3])
        places = y.shape[1] * y.shape[2]
        fitting = WINDOWS // max(places * self.length * x.dtype.itemsize, 1)
        self.each = x.shape[0] if self.plain else min(max(fitting, 1), x.shape[0])
        self._memory = None
        if not self.plain:
            self._memory = common_scratch((self.each * places, self.length), x.dtype)

    def parts(self):
        """For some images at a time: the images, their windows as rows, and the results as rows."""
        for start in range(0, self.x.shape[0], max(self.each, 1)):
            images = self.x[start : start + self.each]
            results = self.y[start : start + self.each]
            count = results.shape[0] * self.shape[2] * self.shape[3]
            rows = images.reshape((count, self.length)) if self.plain else self._memory[:count]
            yield images, rows, results.reshape((count, self.filters))

    def lay_out(self, images, rows):
        """The calls that fill the rows from the images."""
        return [] if self.plain else [lay_out.bind(images, rows, *self.shape, *self.moves)]

    def gather_back(self, rows, images):
        """The calls that give the images the sums of what the rows hold of them."""
        return [] if self.plain else [gather_back.bind(rows, images, *self.shape, *self.moves)]


def check(x, w, y, bias=None):
    """Raise ShapeError unless the images, the kernel and the bias fit each other."""
    fits = len(x.shape) == len(w.shape) == len(y.shape) == 4 and x.shape[0] == y.shape[0]
    fits = fits and (x.shape[3], y.shape[3]) == tuple(w.shape[2:])
    fits = fits and (bias is None or tuple(bias.shape) == (y.shape[3],))
    if not fits or len({np.dtype(array.dtype) for array in (x, w, y)}) > 1:
        given = ", ".join(f"{tuple(array.shape)} {array.dtype}" for array in (x, w, y))
        raise ShapeError(f"these images and this kernel do not make a convolution: {given}")


def matrix(w):
    """A kernel as a matrix: an element of a window to each row, a filter to each column."""
    return w.reshape((prod(w.shape[:3]), w.shape[3]))


def convolved(x, w, bias, y, moves, activate):
    """The calls of a convolution and of what is done to its result."""
    check(x, w, y, bias)
    windows = Windows(x, w, y, moves)
    for images, rows, results in windows.parts():
        yield from windows.lay_out(images, rows)
        yield from calls_of(rows, matrix(w), bias, results, activate)


@composed("activate")
def conv2d(x, w, y, down, across, top, left, row_gap, column_gap, activate=same):
    """y = activate(x convolved with w)."""
    moves = (down, across, top, left, row_gap, column_gap)
    return convolved(x, w, None, y, moves, activate)


@composed("activate")
def conv2d_bias(x, w, bias, y, down, across, top, left, row_gap, column_gap, activate=same):
    """y = activate(x convolved with w + bias)."""
    moves = (down, across, top, left, row_gap, column_gap)
    return convolved(x, w, bias, y, moves, activate)


@composed()
def conv2d_input_gradient(dy, w, dx, down, across, top, left, row_gap, column_gap):
    """dx, from the gradient of the output and the kernel."""
    windows = Windows(dx, w, dy, (down, across, top, left, row_gap, column_gap))
    for images, rows, gradients in windows.parts():
        # A window of one cell is its image itself, and the product writes right there.
        yield from calls_of(gradients, matrix(w), None, rows, same, turn_b=True)
        yield from windows.gather_back(rows, images)


@composed()
def conv2d_weight_gradient(x, dy, dw, down, across, top, left, row_gap, column_gap):
    """dw, from the input and the gradient of the output."""
    windows = Windows(x, dw, dy, (down, across, top, left, row_gap, column_gap))
    total = part = matrix(dw)
    for number, (images, rows, gradients) in enumerate(windows.parts()):
        if number == 1:
            part = scratch(total.shape, total.dtype)
        yield from windows.lay_out(images, rows)
        yield from calls_of(rows, gradients, None, part, same, turn_a=True)
        if number:
            yield add.bind(part, total)
