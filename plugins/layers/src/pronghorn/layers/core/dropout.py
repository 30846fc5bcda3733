"""Dropout."""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from pronghorn.components.context import Array, Context, contiguous_strides
from pronghorn.devices import kernels as core
from pronghorn.errors import ShapeError
from pronghorn.layers.core import kernels
from pronghorn.layers.core.dropping import Dropping


class Dropout(Dropping):
    """In training, sets each element to 0 with probability p and divides the others by 1 - p.

    Any shape; the identity when testing and predicting. The random numbers are counted, not
    drawn: they depend on the model's seed, the layer, the step and the element alone.

    Args:
        p: the share that is dropped, 0 <= p < 1.
        noise_shape: shape of the mask, batch axis first; an axis of length 1 is dropped as one,
            and None stands for the input's length.
        seed: keys the mask, instead of the model's seed.

    Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from
    Overfitting", JMLR 15 (2014).
    """

    examples = (
        ({"p": 0.4}, (7,)),
        ({"p": 0.4, "noise_shape": [None, 1, 3]}, (4, 3)),
        ({"p": 0.3, "seed": 7}, (4, 3)),
        ({"p": 0.0}, (5,)),
    )

    def __init__(
        self,
        p: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(p, seed, **kwargs)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = x * mask / (1 - p) in training, else x."""
        if not self.drops(ctx):
            return x
        y = ctx.empty(x.shape)
        if self._noise_lengths(x.shape) == tuple(x.shape):
            mask = ctx.empty((x.size,), np.uint8)
            drawn = (mask, ctx.clock, self.key_of(ctx), self.p)
            ctx.run(core.dropout_forward, _flat(x), _flat(y), *drawn)
        else:
            mask = self.new_mask((prod(self._noise_lengths(x.shape)),), ctx)
            self._spread(x, mask, y, ctx)
        ctx.saved.mask = mask
        return y

    def backward(self, dy: Array, ctx: Context) -> Array:
        """dx = dy * mask / (1 - p), with the mask of `forward`."""
        if not self.drops(ctx):
            return dy
        dx = ctx.empty(dy.shape)
        mask = ctx.saved.mask
        if mask.size == dy.size:
            ctx.run(core.dropout_backward, _flat(dy), mask, _flat(dx), self.p)
        else:
            self._spread(dy, mask, dx, ctx)
        return dx

    def _noise_lengths(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        if self.noise_shape is None:
            return tuple(shape)
        pairs = list(zip(self.noise_shape, shape, strict=False))
        if len(self.noise_shape) != len(shape) or any(w not in (None, 1, n) for w, n in pairs):
            raise ShapeError(
                f"layer {self.name!r}: noise_shape {self.noise_shape} does not fit an input of "
                f"shape {shape}; each axis must be 1, None or the input's length"
            )
        return tuple(n if w is None else w for w, n in pairs)

    def _spread(self, x: Array, mask: Array, y: Array, ctx: Context) -> None:
        noise = self._noise_lengths(x.shape)
        steps = contiguous_strides(noise)
        strides = [0 if n == 1 else s for n, s in zip(noise, steps, strict=True)]
        lengths, strides = ctx.constant(x.shape, np.int64), ctx.constant(strides, np.int64)
        scale = 1.0 / (1.0 - self.p)
        ctx.run(kernels.broadcast_drop, _flat(x), mask, lengths, strides, scale, _flat(y))


def _flat(array: Array) -> Array:
    return array.reshape((array.size,))
