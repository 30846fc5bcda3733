"""Brings convolution kernels of all writers into the one form that layers take.

Theano rotates a kernel by 180 degrees before it slides it over the image; Pronghorn, as
TensorFlow does, slides it as it is. A layer whose weight is such a kernel says over which axes by
`weight.spatial_axes`, for example `(0, 1)` for a kernel of shape (rows, columns, in, out).
"""

import numpy as np


def turned(array: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """The array reversed along each of the axes: for an image kernel, rotated by 180 degrees."""
    return np.flip(array, axes) if axes else array


def fits(stored: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether a stored array of this shape is a weight of that one.

    Keras 2 and 3 leave out the second axis of a kernel over sequences, which has one element.
    """
    return stored == wanted or (wanted[1:2] == (1,) and stored == (wanted[0], *wanted[2:]))
