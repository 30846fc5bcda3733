"""Progress bars, custom objects and slices, under the names that Keras gives them."""

from typing import Any

from pronghorn.components.custom import custom_object_scope, get_custom_objects
from pronghorn.progress import Progbar

CustomObjectScope = custom_object_scope


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
    "slice_X",
    "slice_arrays",
]
