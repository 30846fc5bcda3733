"""What the layers that pool over windows share."""

from typing import Any

import numpy as np

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer, Shape
from pronghorn.layers.geometry import (
    channels,
    check_places,
    chosen_border,
    chosen_ordering,
    image_shape,
    output_length,
    padding_before,
    positive,
    positive_pair,
    spatial,
)
from pronghorn.layers.pooling import kernels


class Pooling(Layer):
    """Pools over windows of images (batch, rows, columns, channels); sequences are one column."""

    def window(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The window's cells and its steps, down and across."""
        raise NotImplementedError

    def pool(self, x: Array, y: Array, places: tuple[int, ...], ctx: Context) -> None:
        """Describe y from the windows of x."""
        raise NotImplementedError

    def spread(self, dy: Array, dx: Array, places: tuple[int, ...], ctx: Context) -> None:
        """Describe dx from dy."""
        raise NotImplementedError

    def pool_images(self, x: Array, lengths: tuple[int, int], ctx: Context) -> Array:
        """The pooled images; `lengths` are the output's."""
        cells, steps = self.window()
        before = [
            padding_before(n, k, self.border_mode, s)
            for n, k, s in zip(x.shape[1:3], cells, steps, strict=True)
        ]
        ctx.saved.places = (*cells, *steps, *before)
        ctx.saved.shape = x.shape
        y = ctx.empty((x.shape[0], *lengths, x.shape[3]))
        self.pool(x, y, ctx.saved.places, ctx)
        return y

    def spread_images(self, dy: Array, ctx: Context) -> Array:
        """The gradient of the images that were pooled."""
        dx = ctx.empty(ctx.saved.shape)
        self.spread(dy, dx, ctx.saved.places, ctx)
        return dx


class MaxPooling(Pooling):
    """The largest cell of each window; ties go to the first."""

    def pool(self, x: Array, y: Array, places: tuple[int, ...], ctx: Context) -> None:
        """Keep the largest, and remember where it was."""
        high, wide = places[:2]
        ctx.saved.winner = ctx.empty(y.shape, np.uint8 if high * wide <= 256 else np.int32)
        ctx.run(kernels.max_pool, x, y, ctx.saved.winner, *places)

    def spread(self, dy: Array, dx: Array, places: tuple[int, ...], ctx: Context) -> None:
        """The gradient goes to the winner."""
        ctx.run(kernels.max_pool_gradient, dy, ctx.saved.winner, dx, *places)


class AveragePooling(Pooling):
    """The mean of the cells of each window that lie inside the image."""

    def pool(self, x: Array, y: Array, places: tuple[int, ...], ctx: Context) -> None:
        """Take the mean."""
        ctx.run(kernels.average_pool, x, y, *places)

    def spread(self, dy: Array, dx: Array, places: tuple[int, ...], ctx: Context) -> None:
        """The cells share the gradient."""
        ctx.run(kernels.average_pool_gradient, dy, dx, *places)


class Pooling1D(Pooling):
    """Windows over sequences (batch, steps, features)."""

    min_ndim = max_ndim = 3

    examples = (
        ({}, (6, 3)),
        ({"pool_length": 3, "stride": 2, "border_mode": "same"}, (7, 2)),
        ({"pool_length": 3, "stride": 1}, (5, 2)),
    )

    def __init__(
        self,
        pool_length: int = 2,
        stride: int | None = None,
        border_mode: str = "valid",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pool_length = positive(pool_length, "pool_length")
        self.stride = self.pool_length if stride is None else positive(stride, "stride")
        self.border_mode = chosen_border(border_mode, ("valid", "same"))

    def window(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """One column wide."""
        return (self.pool_length, 1), (self.stride, 1)

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """(batch, places, features)."""
        steps = output_length(input_shape[1], self.pool_length, self.border_mode, self.stride)
        check_places(self, input_shape, [steps])
        return (input_shape[0], steps, input_shape[2])

    def forward(self, x: Array, ctx: Context) -> Array:
        """Pool over the steps."""
        batch, steps, features = self.get_output_shape_for(x.shape)
        images = x.reshape((x.shape[0], x.shape[1], 1, x.shape[2]))
        y = self.pool_images(images, (steps, 1), ctx)
        return y.reshape((batch, steps, features))

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Spread over the steps."""
        images = dy.reshape((dy.shape[0], dy.shape[1], 1, dy.shape[2]))
        dx = self.spread_images(images, ctx)
        return dx.reshape((dx.shape[0], dx.shape[1], dx.shape[3]))


class Pooling2D(Pooling):
    """Windows over images, channels last ("tf") or first ("th")."""

    min_ndim = max_ndim = 4

    examples = (
        ({"dim_ordering": "tf"}, (4, 5, 2)),
        ({"pool_size": [3, 2], "strides": [2, 1], "dim_ordering": "th"}, (2, 6, 4)),
        ({"pool_size": [3, 3], "strides": [2, 2], "border_mode": "same"}, (5, 6, 3)),
    )

    def __init__(
        self,
        pool_size: Any = (2, 2),
        strides: Any = None,
        border_mode: str = "valid",
        dim_ordering: str = "default",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pool_size = positive_pair(pool_size, "pool_size")
        self.strides = self.pool_size if strides is None else positive_pair(strides, "strides")
        self.border_mode = chosen_border(border_mode, ("valid", "same"))
        self.dim_ordering = chosen_ordering(dim_ordering)

    def window(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """As the constructor was told."""
        return self.pool_size, self.strides

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The places of the window instead of rows and columns."""
        lengths = [
            output_length(n, k, self.border_mode, s)
            for n, k, s in zip(
                spatial(input_shape, self.dim_ordering), self.pool_size, self.strides, strict=True
            )
        ]
        check_places(self, input_shape, lengths)
        number = channels(input_shape, self.dim_ordering)
        return image_shape(input_shape[0], lengths, number, self.dim_ordering)

    def forward(self, x: Array, ctx: Context) -> Array:
        """Pool over rows and columns."""
        lengths = spatial(self.get_output_shape_for(x.shape), self.dim_ordering)
        images = ctx.channels_last(x, self.dim_ordering)
        return ctx.ordered(self.pool_images(images, lengths, ctx), self.dim_ordering)

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Spread over rows and columns."""
        images = ctx.channels_last(dy, self.dim_ordering)
        return ctx.ordered(self.spread_images(images, ctx), self.dim_ordering)
