"""Permute."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer, Shape


class Permute(Layer):
    """Reorders the axes of each sample: output axis i is input axis `dims[i]`.

    (batch, ...) to (batch, ...), the lengths reordered.

    Args:
        dims: the axes, counted from 1; the batch axis is not among them. `(2, 1)` swaps two.
    """

    examples = (({"dims": [2, 1]}, (4, 3)), ({"dims": [3, 1, 2]}, (2, 4, 3)), ({"dims": [1]}, (5,)))

    def __init__(self, dims: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(int(d) for d in dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(f"dims must hold each of 1 to {len(self.dims)} once, got {dims}")
        self.min_ndim = self.max_ndim = len(self.dims) + 1  # type: ignore[misc]

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The input's shape, reordered."""
        return (input_shape[0], *(input_shape[d] for d in self.dims))

    def forward(self, x: Array, ctx: Context) -> Array:
        """Copy the elements in their new order."""
        return ctx.permuted(x, (0, *self.dims))

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Copy the elements back."""
        return ctx.permuted(dy, np.argsort((0, *self.dims)).tolist())
