"""Keras 1's place of what scripts with layers of their own import."""

from collections.abc import Sequence
from dataclasses import dataclass

from pronghorn.components.layer import Layer


@dataclass
class InputSpec:
    """What a layer written for Keras says of its input. It is kept and not checked."""

    dtype: str | None = None
    shape: Sequence[int | None] | None = None
    ndim: int | None = None
    max_ndim: int | None = None
    min_ndim: int | None = None
    axes: dict[int, int] | None = None


__all__ = ["InputSpec", "Layer"]
