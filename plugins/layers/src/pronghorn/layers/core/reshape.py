"""Reshape."""

from collections.abc import Sequence
from math import prod
from typing import Any

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer, Shape
from pronghorn.errors import ShapeError


class Reshape(Layer):
    """Gives each sample another shape with the same number of elements, row-major.

    Args:
        target_shape: shape without the batch axis; one -1 is inferred.
    """

    examples = (({"target_shape": [3, 2]}, (6,)), ({"target_shape": [2, -1]}, (4, 3)))

    def __init__(self, target_shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = tuple(int(n) for n in target_shape)
        if sum(n == -1 for n in self.target_shape) > 1 or any(n < -1 for n in self.target_shape):
            raise ValueError(
                f"target_shape may have one -1 and no other negative length, got {target_shape}"
            )

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """(batch, *target_shape), the -1 replaced."""
        known = prod(n for n in self.target_shape if n != -1)
        if None in input_shape[1:]:
            if -1 in self.target_shape:
                raise ShapeError(
                    f"layer {self.name!r}: -1 in {self.target_shape} cannot be inferred from the "
                    f"unknown axes of {input_shape}"
                )
            return (input_shape[0], *self.target_shape)
        size = prod(n for n in input_shape[1:] if n is not None)
        fits = size % known == 0 if -1 in self.target_shape and known else size == known
        if not fits:
            raise ShapeError(
                f"layer {self.name!r}: samples of shape {input_shape[1:]} have {size} elements, "
                f"which do not fit target_shape {self.target_shape}"
            )
        inferred = (size // known if n == -1 else n for n in self.target_shape)
        return (input_shape[0], *inferred)

    def forward(self, x: Array, ctx: Context) -> Array:
        """The same memory under another shape."""
        ctx.saved.shape = x.shape
        return x.reshape(self.get_output_shape_for(x.shape))

    def backward(self, dy: Array, ctx: Context) -> Array:
        """The same memory in the input's shape."""
        return dy.reshape(ctx.saved.shape)
