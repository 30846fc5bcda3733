"""Utilities: arrays, files, progress bars, HDF5 data, pictures of models."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pronghorn.utils.data_utils import PyDataset as PyDataset
    from pronghorn.utils.data_utils import Sequence as Sequence
    from pronghorn.utils.data_utils import get_file as get_file
    from pronghorn.utils.generic_utils import CustomObjectScope as CustomObjectScope
    from pronghorn.utils.generic_utils import Progbar as Progbar
    from pronghorn.utils.generic_utils import custom_object_scope as custom_object_scope
    from pronghorn.utils.generic_utils import get_custom_objects as get_custom_objects
    from pronghorn.utils.generic_utils import (
        register_keras_serializable as register_keras_serializable,
    )
    from pronghorn.utils.generic_utils import set_random_seed as set_random_seed
    from pronghorn.utils.io_utils import HDF5Matrix as HDF5Matrix
    from pronghorn.utils.np_utils import normalize as normalize
    from pronghorn.utils.np_utils import to_categorical as to_categorical
    from pronghorn.utils.visualize_util import model_to_dot as model_to_dot
    from pronghorn.utils.visualize_util import plot_model as plot_model

_HOMES = {
    "CustomObjectScope": "generic_utils",
    "HDF5Matrix": "io_utils",
    "Progbar": "generic_utils",
    "PyDataset": "data_utils",
    "Sequence": "data_utils",
    "custom_object_scope": "generic_utils",
    "get_custom_objects": "generic_utils",
    "get_file": "data_utils",
    "model_to_dot": "visualize_util",
    "normalize": "np_utils",
    "plot_model": "visualize_util",
    "register_keras_serializable": "generic_utils",
    "set_random_seed": "generic_utils",
    "to_categorical": "np_utils",
}
__all__ = list(_HOMES)
_MODULES = frozenset(_HOMES.values()) | {"layer_utils", "test_utils"}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_MODULES})
