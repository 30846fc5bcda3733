"""Flatten."""

from math import prod

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer, Shape
from pronghorn.errors import ShapeError


class Flatten(Layer):
    """Makes one axis of all axes but the batch's: (batch, a, b, ...) to (batch, a*b*...).

    Row-major; the input needs 3 axes or more, the batch axis counted, all but that one known.
    """

    examples = (({}, (4, 3)), ({}, (2, 3, 4)))
    min_ndim = 3

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """(batch, product of the rest)."""
        lengths = [n for n in input_shape[1:] if n is not None]
        if len(lengths) != len(input_shape) - 1:
            raise ShapeError(
                f"layer {self.name!r}: to flatten {input_shape} all its axes but the first must "
                "be known; give the first layer a full input_shape"
            )
        return (input_shape[0], prod(lengths))

    def forward(self, x: Array, ctx: Context) -> Array:
        """The same memory under another shape."""
        ctx.saved.shape = x.shape
        return x.reshape((x.shape[0], prod(x.shape[1:])))

    def backward(self, dy: Array, ctx: Context) -> Array:
        """The same memory in the input's shape."""
        return dy.reshape(ctx.saved.shape)
