"""A named weight: where its numbers live, and what regularizes and constrains it."""

from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn import devices
from pronghorn.errors import ShapeError

if TYPE_CHECKING:
    from pronghorn.components.constraint import Constraint
    from pronghorn.components.regularizer import Regularizer


class Weight:
    """An array that a layer learns or keeps, under a name such as `dense_1_W`.

    Until a model trains, `array` is a host array of its own; afterwards it is a view into the
    model's flat parameter buffer, and `gradient` the same view into the flat gradient buffer.
    `placed` tells which of the two it is.
    `spatial_axes` are the axes along which a file of Keras 1 on Theano holds a kernel turned round.
    """

    def __init__(
        self,
        name: str,
        value: np.ndarray,
        trainable: bool = True,
        regularizer: "Regularizer | None" = None,
        constraint: "Constraint | None" = None,
    ) -> None:
        self.name = name
        self.trainable = trainable
        self.regularizer = regularizer
        self.constraint = constraint
        self.device = devices.get("cpu")
        self.array: Any = np.ascontiguousarray(value)
        self.gradient: Any = None
        self.placed = False
        self.spatial_axes: tuple[int, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the weight."""
        return tuple(self.array.shape)

    @property
    def dtype(self) -> "np.dtype[Any]":
        """Element type, float32 or float64."""
        found: np.dtype[Any] = np.dtype(self.array.dtype)
        return found

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape))

    @property
    def flat(self) -> Any:
        """The array, where it now lies, as one axis."""
        return self.array.reshape((self.size,))

    @property
    def value(self) -> np.ndarray:
        """A copy of the numbers, on the host."""
        return np.array(self.device.to_host(self.array))

    @value.setter
    def value(self, value: Any) -> None:
        given = np.asarray(value)
        if given.shape != self.shape:
            raise ShapeError(
                f"weight {self.name!r} has shape {self.shape}, but an array of shape "
                f"{given.shape} was given"
            )
        if given.dtype.kind not in "fiub":
            raise TypeError(f"weight {self.name!r} takes numbers, got dtype {given.dtype}")
        self.device.copy_in(np.ascontiguousarray(given, self.dtype), self.array)

    def move(self, device: Any, array: Any, gradient: Any = None) -> None:
        """Let the weight live in `array` of `device`, which takes over its numbers."""
        device.copy_in(self.value, array)
        self.device, self.array, self.gradient = device, array, gradient
        self.placed = True

    def __repr__(self) -> str:
        return f"Weight({self.name!r}, shape={self.shape}, trainable={self.trainable})"
