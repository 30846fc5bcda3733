"""Turns convolution kernels that were trained by a true convolution.

Theano rotates a kernel by 180 degrees before it slides it over the image; Pronghorn, as
TensorFlow does, slides it as it is. A layer whose weight is such a kernel says over which axes by
`weight.spatial_axes`, for example `(0, 1)` for a kernel of shape (rows, columns, in, out).
"""

import numpy as np

from pronghorn.components.weight import Weight


def spatial_axes(weight: Weight) -> tuple[int, ...]:
    """The axes over which a weight is slid, or () if it is no kernel of a convolution."""
    return tuple(getattr(weight, "spatial_axes", ()))


def turned(array: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """The array reversed along each of the axes: for an image kernel, rotated by 180 degrees."""
    return np.flip(array, axes) if axes else array
