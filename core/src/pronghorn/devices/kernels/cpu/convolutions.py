"""Convolutions of images, written as what they compute.

Images are (batch, rows, columns, channels), a kernel (rows, columns, channels, filters). The
window moves by `down` and `across`, its elements are `row_gap` and `column_gap` cells apart, and
the first one begins `top` rows and `left` columns outside of the image, where all cells are 0.
"""

from pronghorn.devices.convolution import Convolution, InputGradient, WeightGradient


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


conv2d = Convolution(_conv2d, functions=("activate",))
conv2d_bias = Convolution(_conv2d_bias, functions=("activate",))
conv2d_input_gradient = InputGradient(_conv2d_input_gradient)
conv2d_weight_gradient = WeightGradient(_conv2d_weight_gradient)
