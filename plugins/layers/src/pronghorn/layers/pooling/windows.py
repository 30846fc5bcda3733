"""What the layers that pool over windows share."""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Shape
from pronghorn.layers.geometry import (
    check_places,
    chosen_border,
    output_length,
    padding_before,
    positive,
    positives,
    spatial,
)
from pronghorn.layers.pooling import kernels
from pronghorn.layers.spatial import Images, Sequences, Spatial, Volumes, in_volume


class Pooling(Spatial):
    """Pools over windows."""

    border_mode: str

    def window(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The window's cells and its steps, along each axis."""
        raise NotImplementedError

    def pool(self, x: Array, y: Array, way: tuple[int, ...], ctx: Context) -> None:
        """Describe y from the windows of x."""
        raise NotImplementedError

    def spread(self, dy: Array, dx: Array, way: tuple[int, ...], ctx: Context) -> None:
        """Describe dx from dy."""
        raise NotImplementedError

    def output_lengths(self, lengths: Sequence[int | None]) -> list[int | None]:
        """The places of the window."""
        return [
            output_length(n, cells, self.border_mode, step)
            for n, cells, step in zip(lengths, *self.window(), strict=True)
        ]

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The places of the window instead of the cells."""
        lengths = self.output_lengths(spatial(input_shape, self.dim_ordering))
        check_places(self, input_shape, lengths)
        return super().get_output_shape_for(input_shape)

    def forward(self, x: Array, ctx: Context) -> Array:
        """Pool over all windows."""
        volumes = self.to_volumes(x, ctx)
        places = in_volume(self.output_lengths(spatial(x.shape, self.dim_ordering)), 1)
        cells, steps = (in_volume(numbers, 1) for numbers in self.window())
        before = [
            padding_before(n, k, self.border_mode, s)
            for n, k, s in zip(volumes.shape[1:-1], cells, steps, strict=True)
        ]
        ctx.saved.shape, ctx.saved.way = volumes.shape, (*cells, *steps, *before)
        y = ctx.empty((x.shape[0], *places, volumes.shape[-1]))
        self.pool(volumes, y, ctx.saved.way, ctx)
        return self.from_volumes(y, ctx)

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Spread over the cells."""
        dx = ctx.empty(ctx.saved.shape)
        self.spread(self.to_volumes(dy, ctx), dx, ctx.saved.way, ctx)
        return self.from_volumes(dx, ctx)


class MaxPooling(Pooling):
    """The largest cell of each window; ties go to the first."""

    def pool(self, x: Array, y: Array, way: tuple[int, ...], ctx: Context) -> None:
        """Keep the largest, and remember where it was."""
        ctx.saved.winner = ctx.empty(y.shape, np.uint8 if prod(way[:3]) <= 256 else np.int32)
        ctx.run(kernels.max_pool, x, y, ctx.saved.winner, *way)

    def spread(self, dy: Array, dx: Array, way: tuple[int, ...], ctx: Context) -> None:
        """The gradient goes to the winner."""
        ctx.run(kernels.max_pool_gradient, dy, ctx.saved.winner, dx, *way)


class AveragePooling(Pooling):
    """The mean of the cells of each window that lie inside."""

    def pool(self, x: Array, y: Array, way: tuple[int, ...], ctx: Context) -> None:
        """Take the mean."""
        ctx.run(kernels.average_pool, x, y, *way)

    def spread(self, dy: Array, dx: Array, way: tuple[int, ...], ctx: Context) -> None:
        """The cells share the gradient."""
        ctx.run(kernels.average_pool_gradient, dy, dx, *way)


class Pooling1D(Pooling, Sequences):
    """Windows over sequences (batch, steps, features)."""

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

    def window(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """As the constructor was told."""
        return (self.pool_length,), (self.stride,)


class Pooling2D(Pooling, Images):
    """Windows over images."""

    examples: tuple[Any, ...] = (
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
        super().__init__(dim_ordering=dim_ordering, **kwargs)
        self.pool_size = positives(pool_size, "pool_size", self.space)
        self.strides = self.pool_size
        if strides is not None:
            self.strides = positives(strides, "strides", self.space)
        self.border_mode = chosen_border(border_mode, ("valid", "same"))

    def window(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """As the constructor was told."""
        return self.pool_size, self.strides


class Pooling3D(Pooling2D, Volumes):
    """Windows over volumes."""

    examples = (
        ({"dim_ordering": "tf"}, (4, 5, 2, 2)),
        ({"pool_size": [3, 2, 1], "strides": [2, 1, 1], "dim_ordering": "th"}, (2, 6, 4, 2)),
        ({"pool_size": [3, 3, 2], "strides": [2, 2, 2], "border_mode": "same"}, (5, 4, 3, 2)),
    )

    def __init__(
        self,
        pool_size: Any = (2, 2, 2),
        strides: Any = None,
        border_mode: str = "valid",
        dim_ordering: str = "default",
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, border_mode, dim_ordering, **kwargs)
