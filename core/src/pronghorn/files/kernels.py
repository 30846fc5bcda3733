"""Brings convolution kernels of all writers into the one form that layers take.

Theano rotates a kernel by 180 degrees before it slides it over the image; Pronghorn, as
TensorFlow does, slides it as it is. A layer whose weight is such a kernel says over which axes by
`weight.spatial_axes`, for example `(0, 1)` for a kernel of shape (rows, columns, in, out).

Where images have their channels first, Keras 1 has kernels of shape (out, in, rows, columns), as
layers here do, and Keras 2 and 3 keep (rows, columns, in, out).
"""

import numpy as np

from pronghorn.files.origin import Origin

Axes = tuple[int, ...]


def from_file(array: np.ndarray, shape: Axes, axes: Axes, origin: Origin) -> np.ndarray:
    """A stored array as a weight of this shape, which is slid over these axes if any."""
    if _is_reversed(axes, origin):
        array = array.transpose(_backwards(array.ndim))
    array = array.reshape(shape)
    return np.flip(array, axes) if axes and origin.convolves else array


def fits(stored: Axes, wanted: Axes, axes: Axes, origin: Origin) -> bool:
    """Whether a stored array of this shape is a weight of that one, slid over these axes.

    Keras 2 and 3 leave out the second axis of a kernel over sequences, which has one element.
    """
    if _is_reversed(axes, origin):
        return len(stored) == len(wanted) and wanted == _permuted(stored)
    return stored == wanted or (wanted[1:2] == (1,) and stored == (wanted[0], *wanted[2:]))


def _is_reversed(axes: Axes, origin: Origin) -> bool:
    return origin.keras > 1 and bool(axes) and 0 not in axes


def _backwards(ndim: int) -> Axes:
    """The last axis, the one before it, then the others."""
    return (ndim - 1, ndim - 2, *range(ndim - 2))


def _permuted(shape: Axes) -> Axes:
    return tuple(shape[axis] for axis in _backwards(len(shape)))
