"""Turns convolution kernels that were trained by a true convolution.

Theano rotates a kernel by 180 degrees before it slides it over the image; Pronghorn, as
TensorFlow does, slides it as it is. A layer whose weight is such a kernel says over which axes by
`weight.spatial_axes`, for example `(0, 1)` for a kernel of shape (rows, columns, in, out).
"""

import numpy as np


def turned(array: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """The array reversed along each of the axes: for an image kernel, rotated by 180 degrees."""
    return np.flip(array, axes) if axes else array
