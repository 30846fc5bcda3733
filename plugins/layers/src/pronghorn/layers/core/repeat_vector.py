"""RepeatVector."""

from typing import Any

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer, Shape
from pronghorn.layers.core import kernels


class RepeatVector(Layer):
    """Repeats each sample n times along a new axis: (batch, d) to (batch, n, d).

    Args:
        n: how many times.
    """

    examples = (({"n": 3}, (5,)), ({"n": 1}, (4,)))
    min_ndim = max_ndim = 2

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(n, int) or n < 1:
            raise ValueError(f"n must be a positive whole number, got {n!r}")
        self.n = n

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """(batch, n, d)."""
        return (input_shape[0], self.n, input_shape[1])

    def forward(self, x: Array, ctx: Context) -> Array:
        """Copy each row n times."""
        y = ctx.empty((x.shape[0], self.n, x.shape[1]))
        ctx.run(kernels.repeat_rows, x, y)
        return y

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Sum over the copies."""
        dx = ctx.empty((dy.shape[0], dy.shape[2]))
        ctx.run(kernels.sum_repeats, dy, dx)
        return dx
