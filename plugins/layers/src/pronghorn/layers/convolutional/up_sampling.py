"""Enlarging by repeating cells."""

from collections.abc import Sequence
from typing import Any

from pronghorn.components.context import Array, Context
from pronghorn.layers.convolutional import kernels
from pronghorn.layers.geometry import positive, positives
from pronghorn.layers.spatial import Images, Sequences, Spatial, Volumes, in_volume


class UpSampling(Spatial):
    """Repeats each cell `factors` times along each axis."""

    def factors(self) -> tuple[int, ...]:
        """How often a cell stands in the output, for each axis."""
        raise NotImplementedError

    def output_lengths(self, lengths: Sequence[int | None]) -> list[int | None]:
        """As many times as long."""
        return [None if n is None else n * f for n, f in zip(lengths, self.factors(), strict=True)]

    def forward(self, x: Array, ctx: Context) -> Array:
        """Repeat each cell."""
        volumes, factors = self.to_volumes(x, ctx), in_volume(self.factors(), 1)
        space = [n * f for n, f in zip(volumes.shape[1:-1], factors, strict=True)]
        y = ctx.empty((x.shape[0], *space, volumes.shape[-1]))
        ctx.run(kernels.enlarge, volumes, y, *factors)
        ctx.saved.shape = volumes.shape
        return self.from_volumes(y, ctx)

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Sum over the copies."""
        dx = ctx.empty(ctx.saved.shape)
        factors = in_volume(self.factors(), 1)
        ctx.run(kernels.enlarge_gradient, self.to_volumes(dy, ctx), dx, *factors)
        return self.from_volumes(dx, ctx)


class UpSampling1D(UpSampling, Sequences):
    """Repeats each step of sequences: (batch, steps, features) to (batch, steps * length, ...).

    Args:
        length: how many times.
    """

    examples = (({}, (4, 3)), ({"length": 3}, (5, 2)))

    def __init__(self, length: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.length = positive(length, "length")

    def factors(self) -> tuple[int, ...]:
        """As the constructor was told."""
        return (self.length,)


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
        self.size = positives(size, "size", 2)

    def factors(self) -> tuple[int, ...]:
        """As the constructor was told."""
        return self.size


class UpSampling3D(UpSampling, Volumes):
    """Repeats the planes, rows and columns of volumes.

    (batch, planes, rows, columns, channels) for "tf", (batch, channels, planes, rows, columns) for
    "th"; so is the output.

    Args:
        size: how many times, planes, rows and columns.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
    """

    examples = (
        ({"dim_ordering": "tf"}, (2, 3, 2, 2)),
        ({"size": [1, 3, 2], "dim_ordering": "th"}, (2, 3, 2, 2)),
    )

    def __init__(self, size: Any = (2, 2, 2), dim_ordering: str = "default", **kwargs: Any) -> None:
        super().__init__(dim_ordering=dim_ordering, **kwargs)
        self.size = positives(size, "size", 3)

    def factors(self) -> tuple[int, ...]:
        """As the constructor was told."""
        return self.size
