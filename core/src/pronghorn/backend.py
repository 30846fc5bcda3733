"""Keras's backend: settings of the process, and functions of arrays.

The settings are those that Keras scripts read and set: float type, epsilon, image layout. The
functions, such as `mean`, are those of `pronghorn.array_functions`.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

_FLOATS = ("float32", "float64")
_ORDERINGS = {"tf": "tf", "th": "th", "channels_last": "tf", "channels_first": "th"}


@dataclass
class Settings:
    """What the functions below read and set."""

    floatx: str = "float32"
    epsilon: float = 1e-7
    image_dim_ordering: str = "tf"


settings = Settings()
_uids: Counter[str] = Counter()


def backend() -> str:
    """The backend of Keras 1 whose conventions hold: TensorFlow's."""
    return "tensorflow"


def floatx() -> str:
    """Name of the float type that new models compute in: "float32" or "float64"."""
    return settings.floatx


def set_floatx(name: str) -> None:
    """Set the float type of models built from now on.

    Raises ValueError for anything but "float32" and "float64".
    """
    if name not in _FLOATS:
        raise ValueError(f"floatx {name!r} is not supported: use one of {', '.join(_FLOATS)}")
    settings.floatx = name


def epsilon() -> float:
    """Small number that keeps divisions and logarithms finite (1e-7 unless set)."""
    return settings.epsilon


def set_epsilon(value: float) -> None:
    """Set the fuzz factor; it must be positive."""
    if not value > 0:
        raise ValueError(f"epsilon must be positive, got {value!r}")
    settings.epsilon = float(value)


def image_dim_ordering() -> str:
    """Default image layout: "tf" (channels last) or "th" (channels first)."""
    return settings.image_dim_ordering


def set_image_dim_ordering(ordering: str) -> None:
    """Set the layout that `dim_ordering="default"` means from now on."""
    if ordering not in _ORDERINGS:
        raise ValueError(f"image_dim_ordering {ordering!r} is unknown: use 'tf' or 'th'")
    settings.image_dim_ordering = _ORDERINGS[ordering]


def image_data_format() -> str:
    """Keras 2's name for the layout: "channels_last" or "channels_first"."""
    return "channels_last" if image_dim_ordering() == "tf" else "channels_first"


set_image_data_format = set_image_dim_ordering


def get_uid(prefix: str = "") -> int:
    """Next number of a default name, counted for each prefix from 1."""
    _uids[prefix] += 1
    return _uids[prefix]


def reset_uids() -> None:
    """Start the counters of default names again at 1."""
    _uids.clear()


clear_session = reset_uids


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pronghorn import array_functions  # which imports this module

    try:
        return getattr(array_functions, name)
    except AttributeError:
        raise AttributeError(f"pronghorn.backend has no {name!r}") from None
