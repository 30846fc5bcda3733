"""Keras 3's `keras.ops`, for arrays: NumPy's functions, and some that NumPy lacks.

Layers with `call`, Lambda layers, and objectives and metrics of whole arrays use them; autograd
follows them. What Keras 3 defines otherwise than NumPy is not there.
"""

from types import ModuleType
from typing import Any

import numpy as np

from pronghorn.array_functions import (
    cast,
    elu,
    logsumexp,
    numpy_for,
    relu,
    sigmoid,
    softmax,
    softplus,
    softsign,
    stop_gradient,
)
from pronghorn.array_functions import one_hot as _one_hot

convert_to_tensor = convert_to_numpy = np.asarray


def one_hot(x: Any, num_classes: int, axis: int = -1) -> Any:
    """Class numbers as rows of 0 and one 1."""
    return np.moveaxis(_one_hot(x, num_classes), -1, axis)


def rsqrt(x: Any) -> Any:
    """`1 / sqrt(x)`."""
    return 1.0 / numpy_for(x).sqrt(x)


def silu(x: Any) -> Any:
    """`x * sigmoid(x)`."""
    return x * sigmoid(x)


__all__ = [
    "cast",
    "convert_to_numpy",
    "convert_to_tensor",
    "elu",
    "logsumexp",
    "one_hot",
    "relu",
    "rsqrt",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "stop_gradient",
]


def __getattr__(name: str) -> Any:
    found = getattr(np, name, None)
    if name.startswith("_") or not callable(found) or isinstance(found, (type, ModuleType)):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return found


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in np.__all__ if callable(getattr(np, name)))})
