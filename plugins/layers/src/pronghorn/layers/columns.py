"""Arrays as a matrix whose columns are places along some axes, its rows all the other ones."""

from collections.abc import Sequence
from math import prod

from pronghorn.components.context import Array, Context


def as_matrix(x: Array, kept: Sequence[int], ctx: Context) -> Array:
    """`x` as (rows, columns); its axes `kept`, in rising order, make the columns."""
    order = _order(x.ndim, kept)
    columns = prod(x.shape[a] for a in kept)
    if _turns_images(order, x.ndim):
        x = ctx.channels_last(x, "th")
    elif order != list(range(x.ndim)):
        x = ctx.permuted(x, order)
    return x.reshape((x.size // max(columns, 1), columns))


def from_matrix(matrix: Array, shape: Sequence[int], kept: Sequence[int], ctx: Context) -> Array:
    """The array of this shape of which `as_matrix` made such a matrix."""
    order = _order(len(shape), kept)
    y = matrix.reshape(tuple(shape[a] for a in order))
    if _turns_images(order, len(shape)):
        return ctx.ordered(y, "th")
    if order == list(range(len(shape))):
        return y
    return ctx.permuted(y, sorted(range(len(order)), key=order.__getitem__))


def _order(ndim: int, kept: Sequence[int]) -> list[int]:
    return [a for a in range(ndim) if a not in kept] + list(kept)


def _turns_images(order: Sequence[int], ndim: int) -> bool:
    """Whether it brings the channels of images to the end, where they may lie already."""
    return ndim > 2 and list(order) == [0, *range(2, ndim), 1]
