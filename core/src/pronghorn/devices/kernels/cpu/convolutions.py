"""Convolutions of images and volumes, written as what they compute.

Images are (batch, rows, columns, channels), a kernel (rows, columns, channels, filters). The
window moves by `down` and `across`, its elements are `row_gap` and `column_gap` cells apart, and
the first one begins `top` rows and `left` columns outside of the image, where all cells are 0.
Volumes have an axis of planes before their rows, with `ahead`, `plane_gap` and `front`.

The input gradient of a convolution is a convolution transposed: each cell of the one is added,
times the window, to a window of the other.
"""

from pronghorn.devices.convolution import (
    Convolution,
    Depthwise,
    DepthwiseInputGradient,
    DepthwiseWeightGradient,
    InputGradient,
    Transposed,
    WeightGradient,
)


def _conv2d(x, w, y, down, across, top, left, row_gap, column_gap):
    """y[n, i, j] = activate(the sum over a, b of x[n, i', j'] @ w[a, b]).

    Here i' = i * down - top + a * row_gap, and j' likewise.
    """
    y[:] = activate(x * w)


def _conv2d_bias(x, w, bias, y, down, across, top, left, row_gap, column_gap):
    """y[n, i, j] = activate(the sum over a, b of x[n, i', j'] @ w[a, b] + bias (filters,)).

    Here i' = i * down - top + a * row_gap, and j' likewise.
    """
    y[:] = activate(x * w + bias)


def _conv2d_input_gradient(dy, w, dx, down, across, top, left, row_gap, column_gap):
    """dx[n, i', j'] = the sum of dy[n, i, j] @ w[a, b].T over all windows with i', j' in them."""
    dx[:] = dy * w


def _conv2d_weight_gradient(x, dy, dw, down, across, top, left, row_gap, column_gap):
    """dw[a, b] = the sum over n, i, j of the outer products of x[n, i', j'] and dy[n, i, j]."""
    dw[:] = x * dy


def _conv2d_transposed(x, w, y, down, across, top, left, row_gap, column_gap):
    """y[n, i', j'] = activate(the sum of x[n, i, j] @ w[a, b].T over all windows with i', j')."""
    y[:] = activate(x * w)


def _conv2d_transposed_bias(x, w, bias, y, down, across, top, left, row_gap, column_gap):
    """y[n, i', j'] = activate(the sum of x[n, i, j] @ w[a, b].T over windows + bias (filters,)).

    w is (rows, columns, filters, channels): the kernel of the convolution from y to x.
    """
    y[:] = activate(x * w + bias)


def _conv3d(
    x, w, y,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
):  # fmt: skip
    """y[n, h, i, j] = activate(the sum over a, b, c of x[n, h', i', j'] @ w[a, b, c])."""
    y[:] = activate(x * w)


def _conv3d_bias(
    x, w, bias, y,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
):  # fmt: skip
    """y[n, h, i, j] = activate(the sum over a, b, c of x[n, h', i', j'] @ w[a, b, c] + bias)."""
    y[:] = activate(x * w + bias)


def _conv3d_input_gradient(
    dy, w, dx,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
):  # fmt: skip
    """dx[n, h', i', j'] = the sum of dy[n, h, i, j] @ w[a, b, c].T over all windows with it."""
    dx[:] = dy * w


def _conv3d_weight_gradient(
    x, dy, dw,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
):  # fmt: skip
    """dw[a, b, c] = the sum over n, h, i, j of outer products of x[n, h', i', j'] and dy's cell."""
    dw[:] = x * dy


def _conv3d_transposed(
    x, w, y,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
):  # fmt: skip
    """y[n, h', i', j'] = activate(the sum of x[n, h, i, j] @ w[a, b, c].T over windows with it)."""
    y[:] = activate(x * w)


def _conv3d_transposed_bias(
    x, w, bias, y,
    ahead, down, across, front, top, left, plane_gap, row_gap, column_gap,
):  # fmt: skip
    """y[n, h', i', j'] = activate(the sum of x[n, h, i, j] @ w[a, b, c].T over windows + bias)."""
    y[:] = activate(x * w + bias)


def _depthwise2d(x, w, y, down, across, top, left, row_gap, column_gap):
    """y[n, i, j, c] = activate(the sum over a, b of x[n, i', j', c] * w[a, b, c])."""
    y[:] = activate(x * w)


def _depthwise2d_bias(x, w, bias, y, down, across, top, left, row_gap, column_gap):
    """y[n, i, j, c] = activate(the sum over a, b of x[n, i', j', c] * w[a, b, c] + bias[c])."""
    y[:] = activate(x * w + bias)


def _depthwise2d_input_gradient(dy, w, dx, down, across, top, left, row_gap, column_gap):
    """dx[n, i', j', c] = the sum of dy[n, i, j, c] * w[a, b, c] over all windows with i', j'."""
    dx[:] = dy * w


def _depthwise2d_weight_gradient(x, dy, dw, down, across, top, left, row_gap, column_gap):
    """dw[a, b, c] = the sum over n, i, j of x[n, i', j', c] * dy[n, i, j, c]."""
    dw[:] = x * dy


conv2d = Convolution(_conv2d, functions=("activate",))
conv2d_bias = Convolution(_conv2d_bias, functions=("activate",))
conv2d_input_gradient = InputGradient(_conv2d_input_gradient)
conv2d_weight_gradient = WeightGradient(_conv2d_weight_gradient)
conv2d_transposed = Transposed(_conv2d_transposed, functions=("activate",))
conv2d_transposed_bias = Transposed(_conv2d_transposed_bias, functions=("activate",))
conv3d = Convolution(_conv3d, functions=("activate",))
conv3d_bias = Convolution(_conv3d_bias, functions=("activate",))
conv3d_input_gradient = InputGradient(_conv3d_input_gradient)
conv3d_weight_gradient = WeightGradient(_conv3d_weight_gradient)
conv3d_transposed = Transposed(_conv3d_transposed, functions=("activate",))
conv3d_transposed_bias = Transposed(_conv3d_transposed_bias, functions=("activate",))
depthwise2d = Depthwise(_depthwise2d, functions=("activate",))
depthwise2d_bias = Depthwise(_depthwise2d_bias, functions=("activate",))
depthwise2d_input_gradient = DepthwiseInputGradient(_depthwise2d_input_gradient)
depthwise2d_weight_gradient = DepthwiseWeightGradient(_depthwise2d_weight_gradient)
