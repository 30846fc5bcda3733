"""Initializers that draw nothing."""

import numpy as np

from pronghorn.components.initializer import initializer
from pronghorn.errors import ShapeError


@initializer
def zero(shape):
    """`w = 0` for all elements."""
    return np.zeros(shape)


@initializer
def one(shape):
    """`w = 1` for all elements."""
    return np.ones(shape)


@initializer
def constant(shape, value=0.0):
    """`w = value` for all elements."""
    return np.full(shape, value)


@initializer
def identity(shape, scale=1.0):
    """`scale * I`, I the identity matrix. Any shape but a square matrix's is a ShapeError."""
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ShapeError(f"identity is for square matrices, not for a weight of shape {shape}")
    return scale * np.eye(shape[0])


constant.examples = ({}, {"value": 0.5})
identity.examples = (({}, (4, 4)), ({"scale": 0.5}, (3, 3)))
