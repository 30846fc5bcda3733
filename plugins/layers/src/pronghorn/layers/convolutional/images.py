"""What layers that only move the cells of images share; sequences are images of one column."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer, Shape
from pronghorn.errors import ShapeError
from pronghorn.layers.convolutional import kernels
from pronghorn.layers.geometry import channels, chosen_ordering, image_shape, spatial


class Sequences(Layer):
    """A layer over (batch, steps, features), seen as images of one column."""

    min_ndim = max_ndim = 3

    def to_images(self, x: Array, ctx: Context) -> Array:
        """(batch, steps, 1, features)."""
        return x.reshape((x.shape[0], x.shape[1], 1, x.shape[2]))

    def from_images(self, y: Array, ctx: Context) -> Array:
        """(batch, steps, features)."""
        return y.reshape((y.shape[0], y.shape[1], y.shape[3]))

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The same with other steps."""
        lengths = self.output_lengths((input_shape[1], 1))
        return (input_shape[0], lengths[0], input_shape[2])

    def output_lengths(self, lengths: Sequence[int | None]) -> list[int | None]:
        """Rows and columns of the output, from those of the input."""
        raise NotImplementedError


class Images(Layer):
    """A layer over images, channels last ("tf") or first ("th")."""

    min_ndim = max_ndim = 4

    def __init__(self, dim_ordering: str = "default", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dim_ordering = chosen_ordering(dim_ordering)

    def to_images(self, x: Array, ctx: Context) -> Array:
        """Channels last."""
        return ctx.channels_last(x, self.dim_ordering)

    def from_images(self, y: Array, ctx: Context) -> Array:
        """In the layer's ordering."""
        return ctx.ordered(y, self.dim_ordering)

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The same with other rows and columns."""
        lengths = self.output_lengths(spatial(input_shape, self.dim_ordering))
        number = channels(input_shape, self.dim_ordering)
        return image_shape(input_shape[0], lengths, number, self.dim_ordering)

    def output_lengths(self, lengths: Sequence[int | None]) -> list[int | None]:
        """Rows and columns of the output, from those of the input."""
        raise NotImplementedError


class Margins(Layer):
    """Adds margins of zeros (positive) or takes them away (negative)."""

    sign: ClassVar[int]

    def margins(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """((top, bottom), (left, right)), none of them negative."""
        raise NotImplementedError

    def output_lengths(self, lengths: Sequence[int | None]) -> list[int | None]:
        """Longer, or shorter, by both margins."""
        grown = [
            None if n is None else n + self.sign * sum(m)
            for n, m in zip(lengths, self.margins(), strict=True)
        ]
        if any(n is not None and n < 0 for n in grown):
            raise ShapeError(
                f"layer {self.name!r} cannot crop {self.margins()} from an image of "
                f"{tuple(lengths)} rows and columns"
            )
        return grown

    def forward(self, x: Array, ctx: Context) -> Array:
        """Move the image into its new frame."""
        return self._moved(x, self.sign, ctx)

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Move it back."""
        return self._moved(dy, -self.sign, ctx)

    def _moved(self, x: Array, sign: int, ctx: Context) -> Array:
        images = self.to_images(x, ctx)  # type: ignore[attr-defined]
        (top, bottom), (left, right) = self.margins()
        batch, rows, columns, features = images.shape
        rows, columns = rows + sign * (top + bottom), columns + sign * (left + right)
        y = ctx.empty((batch, rows, columns, features))
        if y.size:
            ctx.run(kernels.shift, images, y, sign * top, sign * left)
        return self.from_images(y, ctx)  # type: ignore[attr-defined]


def margin_pair(value: Any, name: str, keys: tuple[str, str]) -> tuple[int, int]:
    """Two lengths from a whole number for both, a pair, or a dictionary with these keys."""
    if isinstance(value, Mapping):
        check_keys(value, keys, name)
        return value.get(keys[0], 0), value.get(keys[1], 0)
    if isinstance(value, int):
        return value, value
    if len(value) != 2:
        raise ValueError(f"{name} must be a whole number or a pair, got {value!r}")
    return int(value[0]), int(value[1])


def check_keys(value: Mapping[str, Any], known: Sequence[str], name: str) -> None:
    """Raise ValueError if the dictionary has other keys."""
    unknown = [key for key in value if key not in known]
    if unknown:
        raise ValueError(f"{name} has no {unknown[0]!r}; its keys are {', '.join(known)}")
