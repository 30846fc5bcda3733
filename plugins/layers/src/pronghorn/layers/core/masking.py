"""Masking."""

from math import prod
from typing import Any

import numpy as np

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer
from pronghorn.layers.core import kernels


class Masking(Layer):
    """Masks the time steps all of whose features are `mask_value`: (batch, steps, d), same shape.

    Those steps become 0, and the layers behind and the loss leave them out.

    Args:
        mask_value: what marks a step that is not there.
    """

    examples = (({}, (4, 3)), ({"mask_value": 1.5}, (4, 3, 2)))
    supports_masking = True
    min_ndim = 3

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value

    @property
    def produces_mask(self) -> bool:
        """Always."""
        return True

    def forward(self, x: Array, ctx: Context) -> Array:
        """Find the steps to keep, and zero the others."""
        rows = x.reshape((prod(x.shape[:-1]), x.shape[-1]))
        mask, y = ctx.empty((rows.shape[0],), np.uint8), ctx.empty(rows.shape)
        ctx.run(kernels.mask_steps, rows, self.mask_value, mask, y)
        ctx.saved.mask = mask
        ctx.output_mask = mask.reshape(x.shape[:-1])
        return y.reshape(x.shape)

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Zero the gradient of masked steps."""
        mask = ctx.saved.mask
        ctx.run(kernels.zero_masked, mask, dy.reshape((mask.size, dy.size // mask.size)))
        return dy
