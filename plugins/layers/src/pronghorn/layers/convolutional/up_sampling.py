"""Enlarging by repeating cells."""

from collections.abc import Sequence
from typing import Any

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer
from pronghorn.layers.convolutional import kernels
from pronghorn.layers.convolutional.images import Images, Sequences
from pronghorn.layers.geometry import positive, positive_pair


class UpSampling(Layer):
    """Repeats each cell of images `factors` times, down and across."""

    def factors(self) -> tuple[int, int]:
        """How often a row and a column stand in the output."""
        raise NotImplementedError

    def output_lengths(self, lengths: Sequence[int | None]) -> list[int | None]:
        """As many times as long."""
        return [None if n is None else n * f for n, f in zip(lengths, self.factors(), strict=True)]

    def forward(self, x: Array, ctx: Context) -> Array:
        """Repeat each cell."""
        images = self.to_images(x, ctx)  # type: ignore[attr-defined]
        high, wide = self.factors()
        batch, rows, columns, features = images.shape
        y = ctx.empty((batch, rows * high, columns * wide, features))
        ctx.run(kernels.enlarge, images, y, high, wide)
        ctx.saved.shape = images.shape
        return self.from_images(y, ctx)  # type: ignore[attr-defined]

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Sum over the copies."""
        images = self.to_images(dy, ctx)  # type: ignore[attr-defined]
        dx = ctx.empty(ctx.saved.shape)
        ctx.run(kernels.enlarge_gradient, images, dx, *self.factors())
        return self.from_images(dx, ctx)  # type: ignore[attr-defined]


class UpSampling1D(UpSampling, Sequences):
    """Repeats each step of sequences: (batch, steps, features) to (batch, steps * length, ...).

    Args:
        length: how many times.
    """

    examples = (({}, (4, 3)), ({"length": 3}, (5, 2)))

    def __init__(self, length: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.length = positive(length, "length")

    def factors(self) -> tuple[int, int]:
        """Steps only."""
        return self.length, 1


class UpSampling2D(UpSampling, Images):
    """Repeats the rows and columns of images.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th"; so is the
    output.

    Args:
        size: how many times, rows and columns.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
    """

    examples = (
        ({"dim_ordering": "tf"}, (3, 4, 2)),
        ({"size": [3, 2], "dim_ordering": "th"}, (2, 3, 4)),
    )

    def __init__(self, size: Any = (2, 2), dim_ordering: str = "default", **kwargs: Any) -> None:
        super().__init__(dim_ordering=dim_ordering, **kwargs)
        self.size = positive_pair(size, "size")

    def factors(self) -> tuple[int, int]:
        """As the constructor was told."""
        return self.size
