"""Keras's backend: settings of the process, and functions of arrays.

The settings are those that Keras scripts read and set: float type, epsilon, image layout. The
functions, such as `mean`, are those of `pronghorn.array_functions`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

_FLOATS = ("float32", "float64")
_ORDERINGS = {"tf": "tf", "th": "th", "channels_last": "tf", "channels_first": "th"}

ABSENT = {
    **dict.fromkeys(
        ("function", "gradients", "placeholder", "update", "update_add", "update_sub"),
        "there is no graph of tensors: give NumPy arrays to the functions themselves",
    ),
    **dict.fromkeys(
        ("dropout", "in_test_phase", "in_train_phase", "learning_phase", "set_learning_phase"),
        "functions of arrays do not know whether the model trains: write a layer with "
        "forward(x, ctx) and backward(dy, ctx), and ask ctx.training",
    ),
    **dict.fromkeys(
        (
            *("batch_normalization", "conv1d", "conv2d", "conv3d", "deconv2d", "pool2d", "pool3d"),
            *("normalize_batch_in_training", "rnn", "separable_conv2d"),
        ),
        "use the layer that does this",
    ),
}
"""What to say of functions of Keras's that are of no use here."""


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

    found = getattr(array_functions, name, None)
    if found is None:
        raise AttributeError(
            f"pronghorn.backend has no {name!r}{_hint(name, dir(array_functions))}"
        )
    return found


def _hint(name: str, known: Iterable[str]) -> str:
    if name in ABSENT:
        return f": {ABSENT[name]}"
    near = get_close_matches(name, [n for n in known if not n.startswith("_")], n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
