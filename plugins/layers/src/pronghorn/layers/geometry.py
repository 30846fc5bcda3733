"""How windows slide over an axis: lengths and padding, and what layers of images share."""

from collections.abc import Sequence
from typing import Any

from pronghorn import backend
from pronghorn.components.layer import Layer, Shape
from pronghorn.errors import ShapeError

ORDERINGS = {"tf": "tf", "th": "th", "channels_last": "tf", "channels_first": "th"}


def chosen_ordering(dim_ordering: str | None) -> str:
    """ "tf" or "th"; "default" means the global setting at this moment."""
    if dim_ordering in ("default", None):
        return backend.image_dim_ordering()
    if dim_ordering not in ORDERINGS:
        raise ValueError(f"dim_ordering must be 'tf', 'th' or 'default', got {dim_ordering!r}")
    return ORDERINGS[dim_ordering]


def chosen_border(border_mode: str, allowed: Sequence[str]) -> str:
    """The border mode, if it is one of those allowed."""
    if border_mode not in allowed:
        known = ", ".join(map(repr, allowed))
        raise ValueError(f"border_mode must be one of {known}, got {border_mode!r}")
    return border_mode


COUNTS = {1: "one", 2: "two", 3: "three"}


def positives(value: Any, name: str, count: int) -> tuple[int, ...]:
    """So many positive whole numbers; a single one stands for all."""
    given = (value,) * count if isinstance(value, int) else tuple(value)
    if len(given) != count or any(not isinstance(n, int) or n < 1 for n in given):
        raise ValueError(f"{name} must be {COUNTS[count]} positive whole numbers, got {value!r}")
    return given


def positive(value: Any, name: str) -> int:
    """A positive whole number."""
    if isinstance(value, (tuple, list)) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} must be a positive whole number, got {value!r}")
    return value


def output_length(
    length: int | None, window: int, border_mode: str, stride: int, dilation: int = 1
) -> int | None:
    """How many places a window takes on an axis; None where the length is unknown."""
    if length is None:
        return None
    reach = (window - 1) * dilation
    places = length + {"valid": -reach, "full": reach}.get(border_mode, 0)
    return -(-places // stride)


def padding_before(
    length: int, window: int, border_mode: str, stride: int, dilation: int = 1
) -> int:
    """How many cells before the axis the first window begins; TensorFlow's for "same"."""
    reach = (window - 1) * dilation
    if border_mode == "valid":
        return 0
    if border_mode in ("full", "causal"):
        return reach
    places = -(-length // stride)
    return max((places - 1) * stride + reach + 1 - length, 0) // 2


def check_places(layer: Layer, input_shape: Shape, lengths: Sequence[int | None]) -> None:
    """Raise ShapeError if a window does not fit into its axis at all."""
    if any(n is not None and n < 1 for n in lengths):
        last = getattr(layer, "dim_ordering", "th") == "tf"
        hint = ", or dim_ordering='th' if the channels come first" if last else ""
        raise ShapeError(
            f"layer {layer.name!r}: its window is larger than the input of shape {input_shape}; "
            f"use a smaller window or border_mode='same'{hint}"
        )


def spatial(shape: Shape, dim_ordering: str) -> Shape:
    """The axes of an image shape that are neither batch nor channels."""
    return shape[2:] if dim_ordering == "th" else shape[1:-1]


def image_shape(batch: Any, space: Sequence[int | None], channels: Any, ordering: str) -> Shape:
    """Batch, space and channels put together in an ordering."""
    return (batch, channels, *space) if ordering == "th" else (batch, *space, channels)


def channels(shape: Shape, dim_ordering: str) -> int | None:
    """Length of the channel axis of an image shape."""
    return shape[1] if dim_ordering == "th" else shape[-1]
