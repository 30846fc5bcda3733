"""What layers that drop elements at random share."""

from math import prod
from typing import Any

import numpy as np

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer
from pronghorn.devices import kernels as core
from pronghorn.layers.unset import without_unset


class Dropping(Layer):
    """In training, sets to 0 with probability p and divides what is left by 1 - p.

    Args:
        p: the share that is dropped, 0 <= p < 1.
        seed: keys the mask, instead of the model's seed.
    """

    supports_masking = True

    def __init__(self, p: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0.0 <= p < 1.0:
            raise ValueError(f"the share p to drop must be at least 0 and below 1, got {p!r}")
        self.p = p
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        """The arguments, without a seed that is not set."""
        return without_unset(super().get_config(), "seed")

    def key_of(self, ctx: Context) -> int:
        """What keys the random numbers."""
        return ctx.key if self.seed is None else self.seed

    def drops(self, ctx: Context) -> bool:
        """Whether anything is dropped at all."""
        return ctx.training and self.p > 0.0

    def new_mask(self, shape: tuple[int, ...], ctx: Context) -> Array:
        """Random bits of a shape, uint8: 0 for what is dropped."""
        mask = ctx.empty((prod(shape),), np.uint8)
        ctx.run(core.dropout_mask, mask, ctx.clock, self.key_of(ctx), self.p)
        return mask.reshape(shape)
