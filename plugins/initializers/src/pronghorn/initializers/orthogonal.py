"""Matrices that keep lengths."""

from math import prod

import numpy as np

from pronghorn.components.initializer import initializer
from pronghorn.errors import ShapeError


@initializer
def orthogonal(shape, rng, scale=1.1):
    """`scale` times a matrix with orthonormal rows or columns, seen as (shape[0], all the rest).

    Saxe, McClelland and Ganguli, "Exact Solutions to the Nonlinear Dynamics of Learning in Deep
    Linear Neural Networks" (ICLR 2014). The 1.1 is Keras 1's; Keras 2 has 1. A shape of less than
    two axes is a ShapeError.
    """
    if len(shape) < 2:
        raise ShapeError(f"orthogonal is for matrices and kernels, not for shape {shape}")
    flat = (shape[0], prod(shape[1:]))
    left, _, right = np.linalg.svd(rng.normal(0.0, 1.0, flat), full_matrices=False)
    chosen = left if left.shape == flat else right
    return scale * chosen.reshape(shape)
