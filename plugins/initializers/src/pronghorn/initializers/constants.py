"""Initializers that draw nothing."""

import numpy as np

from pronghorn.components.initializer import initializer
from pronghorn.errors import ShapeError


@initializer
def zero(shape):
    """All elements 0."""
    return np.zeros(shape)


@initializer
def one(shape):
    """All elements 1."""
    return np.ones(shape)


@initializer
def constant(shape, value=0.0):
    """All elements `value`."""
    return np.full(shape, value)


@initializer
def identity(shape, scale=1.0):
    """`scale` times the identity matrix. Any shape but a square matrix's is a ShapeError."""
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ShapeError(f"identity is for square matrices, not for a weight of shape {shape}")
    return scale * np.eye(shape[0])
