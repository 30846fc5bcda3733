"""Pooling over everything but batch and channels."""

from math import prod
from typing import Any

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer, Shape
from pronghorn.layers.geometry import channels, chosen_ordering
from pronghorn.layers.pooling import kernels


class GlobalPooling(Layer):
    """(batch, ..., channels) to (batch, channels), or (batch, channels, ...) for "th"."""

    dim_ordering = "tf"

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """(batch, channels)."""
        return (input_shape[0], channels(input_shape, self.dim_ordering))

    def forward(self, x: Array, ctx: Context) -> Array:
        """Pool over all places."""
        images = ctx.channels_last(x, self.dim_ordering)
        ctx.saved.shape = images.shape
        places = images.reshape((x.shape[0], prod(images.shape[1:-1]), images.shape[-1]))
        y = ctx.empty((x.shape[0], images.shape[-1]))
        self.pool(places, y, ctx)
        ctx.saved.x, ctx.saved.y = places, y
        return y

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Spread over all places."""
        dx = ctx.empty(ctx.saved.x.shape)
        self.spread(dy, dx, ctx)
        return ctx.ordered(dx.reshape(ctx.saved.shape), self.dim_ordering)

    def pool(self, x: Array, y: Array, ctx: Context) -> None:
        """Describe y (batch, channels) from x (batch, places, channels)."""
        raise NotImplementedError

    def spread(self, dy: Array, dx: Array, ctx: Context) -> None:
        """Describe dx from dy."""
        raise NotImplementedError


class GlobalMaxPooling(GlobalPooling):
    """The largest; equals share the gradient."""

    def pool(self, x: Array, y: Array, ctx: Context) -> None:
        """Keep the largest."""
        ctx.run(kernels.global_max, x, y)

    def spread(self, dy: Array, dx: Array, ctx: Context) -> None:
        """The gradient goes to the largest."""
        ties = ctx.empty(dy.shape)
        ctx.run(kernels.global_max_gradient, ctx.saved.x, ctx.saved.y, dy, ties, dx)


class GlobalAveragePooling(GlobalPooling):
    """The mean."""

    def pool(self, x: Array, y: Array, ctx: Context) -> None:
        """Take the mean."""
        ctx.run(kernels.global_average, x, y, 1.0 / x.shape[1])

    def spread(self, dy: Array, dx: Array, ctx: Context) -> None:
        """All places share the gradient."""
        ctx.run(kernels.global_average_gradient, dy, dx, 1.0 / dx.shape[1])


class GlobalMaxPooling1D(GlobalMaxPooling):
    """The largest value over all steps: (batch, steps, features) to (batch, features)."""

    min_ndim = max_ndim = 3


class GlobalAveragePooling1D(GlobalAveragePooling):
    """The mean over all steps: (batch, steps, features) to (batch, features)."""

    min_ndim = max_ndim = 3


class _Images(GlobalPooling):
    examples: tuple[Any, ...] = (
        ({"dim_ordering": "tf"}, (4, 3, 2)),
        ({"dim_ordering": "th"}, (2, 4, 3)),
    )
    min_ndim = max_ndim = 4

    def __init__(self, dim_ordering: str = "default", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dim_ordering = chosen_ordering(dim_ordering)


class _Volumes(_Images):
    examples = (({"dim_ordering": "tf"}, (2, 3, 2, 2)), ({"dim_ordering": "th"}, (2, 2, 3, 2)))
    min_ndim = max_ndim = 5


class GlobalMaxPooling2D(_Images, GlobalMaxPooling):
    """The largest value of each channel over rows and columns.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th", to
    (batch, channels).

    Args:
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
    """


class GlobalAveragePooling2D(_Images, GlobalAveragePooling):
    """The mean of each channel over rows and columns.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th", to
    (batch, channels).

    Args:
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
    """


class GlobalMaxPooling3D(_Volumes, GlobalMaxPooling):
    """The largest value of each channel over planes, rows and columns.

    (batch, planes, rows, columns, channels) for "tf", (batch, channels, planes, rows, columns) for
    "th", to (batch, channels).

    Args:
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
    """


class GlobalAveragePooling3D(_Volumes, GlobalAveragePooling):
    """The mean of each channel over planes, rows and columns.

    (batch, planes, rows, columns, channels) for "tf", (batch, channels, planes, rows, columns) for
    "th", to (batch, channels).

    Args:
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
    """
