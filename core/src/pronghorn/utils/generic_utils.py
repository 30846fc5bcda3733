"""Progress bars, custom objects and slices, under the names that Keras gives them."""

import random
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from pronghorn.components.custom import custom_object_scope, get_custom_objects
from pronghorn.progress import Progbar

CustomObjectScope = custom_object_scope
Named = TypeVar("Named", bound=Callable[..., Any])


def set_random_seed(seed: int) -> None:
    """Seed the generators of Python and NumPy: weights, dropout and shuffling follow NumPy's."""
    random.seed(seed)
    np.random.seed(seed)


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[Named], Named]:
    """Decorator: files that are loaded in this process find the class or function by its name.

    Its name goes into files without `package`.
    """

    def register(thing: Named) -> Named:
        get_custom_objects()[name or thing.__name__] = thing
        return thing

    return register


def slice_arrays(arrays: Any, start: Any = None, stop: int | None = None) -> Any:
    """The samples from `start` to `stop`, or those that the array `start` numbers.

    Takes an array or a list of arrays, and gives the same.
    """
    if isinstance(arrays, (list, tuple)):
        return [slice_arrays(array, start, stop) for array in arrays]
    return arrays[start] if hasattr(start, "__len__") else arrays[start:stop]


slice_X = slice_arrays

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "custom_object_scope",
    "get_custom_objects",
    "register_keras_serializable",
    "set_random_seed",
    "slice_X",
    "slice_arrays",
]
