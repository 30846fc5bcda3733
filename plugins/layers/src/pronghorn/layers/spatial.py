"""What layers over sequences, images and volumes share.

Their kernels see volumes (batch, planes, rows, columns, channels): an image is one of a single
plane, a sequence one of a single plane and column.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer, Shape
from pronghorn.layers.geometry import channels, chosen_ordering, image_shape, spatial

T = TypeVar("T")


class Spatial(Layer):
    """A layer over axes of space, with the channels after them ("tf") or before ("th").

    Attributes:
        space: number of those axes.
        dim_ordering: where the channels are.
    """

    space: ClassVar[int]
    dim_ordering = "tf"

    def to_volumes(self, x: Array, ctx: Context) -> Array:
        """(batch, planes, rows, columns, channels)."""
        last = ctx.channels_last(x, self.dim_ordering)
        return last.reshape((last.shape[0], *in_volume(last.shape[1:-1], 1), last.shape[-1]))

    def from_volumes(self, y: Array, ctx: Context) -> Array:
        """As the layer gives them."""
        own = y.reshape((y.shape[0], *of_volume(y.shape[1:-1], self.space), y.shape[-1]))
        return ctx.ordered(own, self.dim_ordering)

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The same with other lengths."""
        lengths = self.output_lengths(spatial(input_shape, self.dim_ordering))
        return self.shape_of(input_shape[0], lengths, channels(input_shape, self.dim_ordering))

    def shape_of(
        self, batch: int | None, lengths: Sequence[int | None], number: int | None
    ) -> Shape:
        """The shape of so many samples with axes of these lengths and so many channels."""
        return image_shape(batch, lengths, number, self.dim_ordering)

    def output_lengths(self, lengths: Sequence[int | None]) -> list[int | None]:
        """Lengths of the output's axes of space, from those of the input's."""
        raise NotImplementedError


class Sequences(Spatial):
    """A layer over (batch, steps, features)."""

    space = 1
    min_ndim = max_ndim = 3


class Images(Spatial):
    """A layer over (batch, rows, columns, channels), or (batch, channels, rows, columns)."""

    space = 2
    min_ndim = max_ndim = 4

    def __init__(self, dim_ordering: str = "default", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dim_ordering = chosen_ordering(dim_ordering)


class Volumes(Images):
    """A layer over (batch, planes, rows, columns, channels), or with channels before planes."""

    space = 3
    min_ndim = max_ndim = 5


def in_volume(values: Sequence[T], one: T) -> tuple[T, ...]:
    """What is said of steps, of rows and columns, or of all axes, for planes, rows and columns.

    `one` is said of the axes that there are not.
    """
    known = (*values, one) if len(values) == 1 else tuple(values)
    return (*[one] * (3 - len(known)), *known)


def of_volume(values: Sequence[T], space: int) -> tuple[T, ...]:
    """What is said of planes, rows and columns, for so many axes: the reverse of `in_volume`."""
    return tuple(values[:3] if space == 3 else values[1 : 1 + space])
