"""Convolutions as matrix products: each window of an image or a volume is laid out as a row.

Arguments as on the CPU's side; inside, an image is a volume of one plane. The windows of
as many images as fit into WINDOWS bytes are laid out at a time, in memory that all convolutions
share.
"""

from math import prod

import numpy as np

from pronghorn.devices.cuda import composed, divided, kernel, prange
from pronghorn.devices.cuda.device import common_scratch, scratch
from pronghorn.devices.kernels.cuda.elementwise import add
from pronghorn.devices.kernels.cuda.product import calls_of, element, finished, none, same
from pronghorn.devices.kernels.cuda.sums import in_parts
from pronghorn.errors import ShapeError

WINDOWS = 256 << 20
"""Bytes for windows that are laid out, unless a single image has more."""


@kernel
def lay_out(
    x, windows, deep, high, wide, planes, lines, places,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
):  # fmt: skip
    """windows (batch * planes * lines * places, deep * high * wide * channels): what each holds.

    x (batch, planes, rows, columns, channels).
    """
    for spot in prange(x.shape[0] * planes * lines * places * deep * high * wide):
        rest, c = divided(spot, wide)
        rest, b = divided(rest, high)
        window, a = divided(rest, deep)
        rest, j = divided(window, places)
        rest, i = divided(rest, lines)
        n, h = divided(rest, planes)
        plane = h * ahead - front + a * plane_gap
        row, column = i * down - top + b * row_gap, j * across - left + c * column_gap
        inside = plane >= 0 and plane < x.shape[1] and row >= 0 and row < x.shape[2]
        inside = inside and column >= 0 and column < x.shape[3]
        first = ((a * high + b) * wide + c) * x.shape[4]
        for f in prange(x.shape[4]):
            windows[window, first + f] = x[n, plane, row, column, f] if inside else 0.0


def window_of(start, step, windows):
    """The window that starts so far from the first one, or -1 if none does."""
    if start < 0:
        return -1
    window, rest = divided(start, step)
    return window if rest == 0 and window < windows else -1


@kernel
def gather_back(
    windows, dx, deep, high, wide, planes, lines, places,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
):  # fmt: skip
    """Each cell of dx is the sum of its copies in all windows: the gradient of `lay_out`."""
    for cell in prange(dx.shape[0] * dx.shape[1] * dx.shape[2] * dx.shape[3]):
        rest, column = divided(cell, dx.shape[3])
        rest, row = divided(rest, dx.shape[2])
        n, plane = divided(rest, dx.shape[1])
        for f in prange(dx.shape[4]):
            total = 0.0
            for a in range(deep):
                h = window_of(plane + front - a * plane_gap, ahead, planes)
                for b in range(high if h >= 0 else 0):
                    i = window_of(row + top - b * row_gap, down, lines)
                    for c in range(wide if i >= 0 else 0):
                        j = window_of(column + left - c * column_gap, across, places)
                        if j >= 0:
                            window = ((n * planes + h) * lines + i) * places + j
                            tap = (a * high + b) * wide + c
                            total += windows[window, tap * dx.shape[4] + f]
            dx[n, plane, row, column, f] = total


class Windows:
    """The windows of images or volumes, some of those at a time.

    Args:
        x: images, the convolution's input or that input's gradient.
        w: the kernel, or its gradient.
        y: the convolution's output, or its gradient.
        moves: the window's steps, margins and gaps, those of all axes together.
    """

    def __init__(self, x, w, y, moves):
        check(x, w, y)
        self.x, self.y = volumes(x), volumes(y)
        self.moves = moves if len(moves) == 9 else (1, *moves[:2], 0, *moves[2:4], 1, *moves[4:])
        window = (1, *w.shape[:-2])[-3:]
        self.shape = (*window, *self.y.shape[1:4])
        self.filters, self.length = w.shape[-1], prod(w.shape[:-1])
        itself = window == (1, 1, 1) and tuple(self.moves[:6]) == (1, 1, 1, 0, 0, 0)
        self.plain = itself and tuple(self.x.shape[1:4]) == tuple(self.y.shape[1:4])
        self.places = prod(self.y.shape[1:4])
        fitting = WINDOWS // max(self.places * self.length * x.dtype.itemsize, 1)
        self.each = x.shape[0] if self.plain else min(max(fitting, 1), x.shape[0])
        self._memory = None
        if not self.plain:
            self._memory = common_scratch((self.each * self.places, self.length), x.dtype)

    def parts(self):
        """For some images at a time: the images, their windows as rows, and the results as rows."""
        for start in range(0, self.x.shape[0], max(self.each, 1)):
            images = self.x[start : start + self.each]
            results = self.y[start : start + self.each]
            count = results.shape[0] * self.places
            rows = images.reshape((count, self.length)) if self.plain else self._memory[:count]
            yield images, rows, results.reshape((count, self.filters))

    def lay_out(self, images, rows):
        """The calls that fill the rows from the images."""
        return [] if self.plain else [lay_out.bind(images, rows, *self.shape, *self.moves)]

    def gather_back(self, rows, images):
        """The calls that give the images the sums of what the rows hold of them."""
        return [] if self.plain else [gather_back.bind(rows, images, *self.shape, *self.moves)]


def volumes(x):
    """Images (batch, rows, columns, channels) as volumes of one plane; volumes as they are."""
    return x if len(x.shape) == 5 else x.reshape((x.shape[0], 1, *x.shape[1:]))


def check(x, w, y, bias=None, turned=False):
    """Raise ShapeError unless the images, the kernel and the bias fit each other.

    The bias is y's, or that of x where the convolution is `turned` round.
    """
    fits = len(x.shape) == len(w.shape) == len(y.shape) in (4, 5) and x.shape[0] == y.shape[0]
    fits = fits and (x.shape[-1], y.shape[-1]) == tuple(w.shape[-2:])
    arrays = [array for array in (x, w, bias, y) if array is not None]
    fits = fits and (bias is None or tuple(bias.shape) == (x if turned else y).shape[-1:])
    if not fits or len({np.dtype(array.dtype) for array in arrays}) > 1:
        given = ", ".join(f"{tuple(array.shape)} {array.dtype}" for array in arrays)
        raise ShapeError(f"these images and this kernel do not make a convolution: {given}")


def matrix(w):
    """A kernel as a matrix: an element of a window to each row, a filter to each column."""
    return w.reshape((prod(w.shape[:-1]), w.shape[-1]))


def convolved(x, w, bias, y, moves, activate):
    """The calls of a convolution and of what is done to its result."""
    check(x, w, y, bias)
    windows = Windows(x, w, y, moves)
    for images, rows, results in windows.parts():
        yield from windows.lay_out(images, rows)
        yield from calls_of(rows, matrix(w), bias, results, activate)


def spread_out(dy, w, dx, moves):
    """The calls of a convolution's input gradient."""
    windows = Windows(dx, w, dy, moves)
    for images, rows, gradients in windows.parts():
        # A window of one cell is its image itself, and the product writes right there.
        yield from calls_of(gradients, matrix(w), None, rows, same, turn_b=True)
        yield from windows.gather_back(rows, images)


def transposed(x, w, bias, y, moves, activate):
    """The calls of a transposed convolution and of what is done to its result."""
    check(y, w, x, bias, turned=True)
    yield from spread_out(x, w, y, moves)
    yield from finished(bias, y.reshape((prod(y.shape[:-1]), y.shape[-1])), activate)


def weighed(x, dy, dw, moves):
    """The calls of a kernel's gradient."""
    windows = Windows(x, dw, dy, moves)
    total = part = matrix(dw)
    for number, (images, rows, gradients) in enumerate(windows.parts()):
        if number == 1:
            part = scratch(total.shape, total.dtype)
        yield from windows.lay_out(images, rows)
        yield from calls_of(rows, gradients, None, part, same, turn_a=True)
        if number:
            yield add.bind(part, total)


@composed("activate")
def conv2d(x, w, y, down, across, top, left, row_gap, column_gap, activate=same):
    """y = activate(x convolved with w)."""
    moves = (down, across, top, left, row_gap, column_gap)
    return convolved(x, w, None, y, moves, activate)


@composed("activate")
def conv3d(
    x, w, y,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
    activate=same,
):  # fmt: skip
    """y = activate(x convolved with w)."""
    moves = (ahead, down, across, front, top, left, plane_gap, row_gap, column_gap)
    return convolved(x, w, None, y, moves, activate)


@composed("activate")
def conv2d_bias(x, w, bias, y, down, across, top, left, row_gap, column_gap, activate=same):
    """y = activate(x convolved with w + bias)."""
    moves = (down, across, top, left, row_gap, column_gap)
    return convolved(x, w, bias, y, moves, activate)


@composed("activate")
def conv3d_bias(
    x, w, bias, y,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
    activate=same,
):  # fmt: skip
    """y = activate(x convolved with w + bias)."""
    moves = (ahead, down, across, front, top, left, plane_gap, row_gap, column_gap)
    return convolved(x, w, bias, y, moves, activate)


@composed("activate")
def conv2d_transposed(x, w, y, down, across, top, left, row_gap, column_gap, activate=same):
    """y = activate(what the convolution with w from y to x has as its input gradient)."""
    moves = (down, across, top, left, row_gap, column_gap)
    return transposed(x, w, None, y, moves, activate)


@composed("activate")
def conv3d_transposed(
    x, w, y,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
    activate=same,
):  # fmt: skip
    """y = activate(what the convolution with w from y to x has as its input gradient)."""
    moves = (ahead, down, across, front, top, left, plane_gap, row_gap, column_gap)
    return transposed(x, w, None, y, moves, activate)


@composed("activate")
def conv2d_transposed_bias(
    x, w, bias, y, down, across, top, left, row_gap, column_gap, activate=same
):
    """y = activate(the same + bias)."""
    moves = (down, across, top, left, row_gap, column_gap)
    return transposed(x, w, bias, y, moves, activate)


@composed("activate")
def conv3d_transposed_bias(
    x, w, bias, y,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
    activate=same,
):  # fmt: skip
    """y = activate(the same + bias)."""
    moves = (ahead, down, across, front, top, left, plane_gap, row_gap, column_gap)
    return transposed(x, w, bias, y, moves, activate)


@composed()
def conv2d_input_gradient(dy, w, dx, down, across, top, left, row_gap, column_gap):
    """dx, from the gradient of the output and the kernel."""
    moves = (down, across, top, left, row_gap, column_gap)
    return spread_out(dy, w, dx, moves)


@composed()
def conv3d_input_gradient(
    dy, w, dx,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
):  # fmt: skip
    """dx, from the gradient of the output and the kernel."""
    moves = (ahead, down, across, front, top, left, plane_gap, row_gap, column_gap)
    return spread_out(dy, w, dx, moves)


@composed()
def conv2d_weight_gradient(x, dy, dw, down, across, top, left, row_gap, column_gap):
    """dw, from the input and the gradient of the output."""
    moves = (down, across, top, left, row_gap, column_gap)
    return weighed(x, dy, dw, moves)


@composed()
def conv3d_weight_gradient(
    x, dy, dw,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
):  # fmt: skip
    """dw, from the input and the gradient of the output."""
    moves = (ahead, down, across, front, top, left, plane_gap, row_gap, column_gap)
    return weighed(x, dy, dw, moves)


# A window for each channel: no matrix product, and so no windows laid out.


@kernel(functions=("shift", "activate"))
def slide(x, w, bias, y, down, across, top, left, row_gap, column_gap):
    """y (batch, lines, places, channels) = activate(x slid over by w (high, wide, channels))."""
    for place in prange(y.shape[0] * y.shape[1] * y.shape[2]):
        rest, j = divided(place, y.shape[2])
        n, i = divided(rest, y.shape[1])
        for c in prange(y.shape[3]):
            total = shift(bias, c)
            for a in range(w.shape[0]):
                row = i * down - top + a * row_gap
                if row >= 0 and row < x.shape[1]:
                    for b in range(w.shape[1]):
                        column = j * across - left + b * column_gap
                        if column >= 0 and column < x.shape[2]:
                            total += x[n, row, column, c] * w[a, b, c]
            y[n, i, j, c] = activate(total)


@kernel
def depthwise2d_input_gradient(dy, w, dx, down, across, top, left, row_gap, column_gap):
    """dx[n, i', j', c] = the sum of dy[n, i, j, c] * w[a, b, c] over all windows with i', j'."""
    for cell in prange(dx.shape[0] * dx.shape[1] * dx.shape[2]):
        rest, column = divided(cell, dx.shape[2])
        n, row = divided(rest, dx.shape[1])
        for c in prange(dx.shape[3]):
            total = 0.0
            for a in range(w.shape[0]):
                i = window_of(row + top - a * row_gap, down, dy.shape[1])
                for b in range(w.shape[1] if i >= 0 else 0):
                    j = window_of(column + left - b * column_gap, across, dy.shape[2])
                    if j >= 0:
                        total += dy[n, i, j, c] * w[a, b, c]
            dx[n, row, column, c] = total


@kernel
def tap_parts(x, dy, partial, wide, down, across, top, left, row_gap, column_gap):
    """partial (parts, taps, channels): a window's gradient from each part of dy's places."""
    places = dy.shape[0] * dy.shape[1] * dy.shape[2]
    for own in prange(partial.shape[0] * partial.shape[1]):
        part, tap = divided(own, partial.shape[1])
        a, b = divided(tap, wide)
        for c in prange(partial.shape[2]):
            total = 0.0
            for place in range(
                places * part // partial.shape[0], places * (part + 1) // partial.shape[0]
            ):
                rest, j = divided(place, dy.shape[2])
                n, i = divided(rest, dy.shape[1])
                row, column = i * down - top + a * row_gap, j * across - left + b * column_gap
                inside = row >= 0 and row < x.shape[1] and column >= 0 and column < x.shape[2]
                total += x[n, row, column, c] * dy[n, i, j, c] if inside else 0.0
            partial[part, tap, c] = total


@composed("activate")
def depthwise2d(x, w, y, down, across, top, left, row_gap, column_gap, activate=same):
    """y = activate(each channel of x convolved with its window of w)."""
    kernel = slide.specialize(shift=none, activate=activate)
    return [
        kernel.bind(x, w, w.reshape((w.size,)), y, down, across, top, left, row_gap, column_gap)
    ]


@composed("activate")
def depthwise2d_bias(x, w, bias, y, down, across, top, left, row_gap, column_gap, activate=same):
    """y = activate(each channel of x convolved with its window of w + bias)."""
    kernel = slide.specialize(shift=element, activate=activate)
    return [kernel.bind(x, w, bias, y, down, across, top, left, row_gap, column_gap)]


@composed()
def depthwise2d_weight_gradient(x, dy, dw, down, across, top, left, row_gap, column_gap):
    """dw, from the input and the gradient of the output."""
    moves = (down, across, top, left, row_gap, column_gap)
    high, wide, channels = dw.shape

    def first(partial):
        taps = partial.reshape((partial.shape[0], high * wide, channels))
        return tap_parts.bind(x, dy, taps, wide, *moves)

    return in_parts(prod(dy.shape[:3]), dw.reshape((dw.size,)), first)
