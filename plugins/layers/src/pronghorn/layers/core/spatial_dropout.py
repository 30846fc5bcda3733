"""Dropout of whole channels."""

from typing import Any

from pronghorn.components.context import Array, Context
from pronghorn.layers.core import kernels
from pronghorn.layers.core.dropping import Dropping
from pronghorn.layers.geometry import chosen_ordering


class SpatialDropping(Dropping):
    """Drops channels of sequences, images or volumes.

    Args:
        p: the share that is dropped, 0 <= p < 1.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
        seed: keys the mask, instead of the model's seed.
    """

    def __init__(
        self, p: float, dim_ordering: str = "default", seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(p, seed, **kwargs)
        self.dim_ordering = chosen_ordering(dim_ordering)

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = x * mask / (1 - p) in training, else x; one bit of the mask for each channel."""
        if not self.drops(ctx):
            return x
        last = ctx.channels_last(x, self.dim_ordering)
        ctx.saved.mask = self.new_mask((last.shape[0], last.shape[-1]), ctx)
        return self._dropped(last, ctx)

    def backward(self, dy: Array, ctx: Context) -> Array:
        """dx = dy * mask / (1 - p), with the mask of `forward`."""
        if not self.drops(ctx):
            return dy
        return self._dropped(ctx.channels_last(dy, self.dim_ordering), ctx)

    def _dropped(self, x: Array, ctx: Context) -> Array:
        batch, channels = ctx.saved.mask.shape
        y = ctx.empty((batch, x.size // (batch * channels), channels))
        scale = 1.0 / (1.0 - self.p)
        ctx.run(kernels.drop_channels, x.reshape(y.shape), ctx.saved.mask, scale, y)
        return ctx.ordered(y.reshape(x.shape), self.dim_ordering)


class SpatialDropout1D(SpatialDropping):
    """In training, drops features of whole sequences; those that are left are divided by 1 - p.

    (batch, steps, features), same shape; the identity when testing and predicting.

    Args:
        p: the share that is dropped, 0 <= p < 1.
        seed: keys the mask, instead of the model's seed.

    Source: Tompson et al., "Efficient Object Localization Using Convolutional Networks", CVPR
    2015.
    """

    examples = (({"p": 0.4}, (4, 5)), ({"p": 0.3, "seed": 7}, (3, 2)), ({"p": 0.0}, (3, 2)))
    min_ndim = max_ndim = 3

    def __init__(self, p: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(p, "tf", seed, **kwargs)


class SpatialDropout2D(SpatialDropping):
    """In training, drops whole channels of images; those that are left are divided by 1 - p.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th", same
    shape; the identity when testing and predicting.

    Args:
        p: the share that is dropped, 0 <= p < 1.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
        seed: keys the mask, instead of the model's seed.

    Source: Tompson et al., "Efficient Object Localization Using Convolutional Networks", CVPR
    2015.
    """

    examples = (
        ({"p": 0.4, "dim_ordering": "tf"}, (3, 2, 5)),
        ({"p": 0.4, "dim_ordering": "th"}, (5, 2, 3)),
    )
    min_ndim = max_ndim = 4


class SpatialDropout3D(SpatialDropping):
    """In training, drops whole channels of volumes; those that are left are divided by 1 - p.

    (batch, planes, rows, columns, channels) for "tf", (batch, channels, planes, rows, columns)
    for "th", same shape; the identity when testing and predicting.

    Args:
        p: the share that is dropped, 0 <= p < 1.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
        seed: keys the mask, instead of the model's seed.

    Source: Tompson et al., "Efficient Object Localization Using Convolutional Networks", CVPR
    2015.
    """

    examples = (
        ({"p": 0.4, "dim_ordering": "tf"}, (2, 3, 2, 5)),
        ({"p": 0.4, "dim_ordering": "th"}, (5, 2, 3, 2)),
    )
    min_ndim = max_ndim = 5
