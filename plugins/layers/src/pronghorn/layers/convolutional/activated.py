"""What the layers over axes of space that end in an activation share."""

from collections.abc import Callable
from math import prod
from typing import Any

from pronghorn.components.activation import Activation
from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.layers.bias import bias_config
from pronghorn.layers.convolutional import kernels
from pronghorn.layers.spatial import Spatial

PART_ROWS = 512
MAX_PARTS = 64
"""Sums of a bias's gradient that are added up at the end, of so many places each."""


class Activated(Spatial):
    """y = f(z + b), where a subclass computes z.

    Args of every such layer:
        activation: f; None is linear.
        weights: initial arrays.
        b_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output, summed over the batch.
        b_constraint: rule that the bias obeys after every update.
        bias: whether there is a b.
        b_init: initializer of b.
    """

    b: Weight

    def __init__(
        self,
        activation: Any,
        weights: Any,
        b_regularizer: Any,
        activity_regularizer: Any,
        b_constraint: Any,
        bias: bool,
        b_init: Any = "zero",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.activation = Activation.get(activation)
        self.initial_weights = weights
        self.b_regularizer = Regularizer.get(b_regularizer)
        self.activity_regularizer = Regularizer.get(activity_regularizer)
        self.b_constraint = Constraint.get(b_constraint)
        self.bias = bias
        self.b_init = Initializer.get(b_init)

    def get_config(self) -> dict[str, Any]:
        """The arguments; no `b_init` of zeros, which Keras 1 does not know."""
        return {**super().get_config(), **bias_config(self.b_init)}

    @property
    def absorbs_activation(self) -> bool:  # type: ignore[override]
        """Whether an Activation layer that follows may be applied here."""
        return self.activation.identity

    def final_activation(self, ctx: Context) -> Activation:
        """The activation applied last: the layer's own, or the one that it absorbed."""
        return ctx.activation or self.activation

    def add_bias(self, *shape: int) -> None:
        """Make b, if there is one."""
        if self.bias:
            self.b = self.add_weight("b", shape, self.b_init, self.b_regularizer, self.b_constraint)

    def activate(
        self, y: Array, ctx: Context, compute: Callable[[Activation, Array], None]
    ) -> Array:
        """Have `compute` write f(z + b) to y, or first z + b where backward needs it."""
        activation = self.final_activation(ctx)
        z = y
        if activation.fuses and not (ctx.keeps and activation.needs_input):
            compute(activation, y)
        else:
            z = ctx.empty(y.shape) if activation.needs_input else y
            compute(Activation.get("linear"), z)
            activation.forward(rows_of(z), rows_of(y), ctx)
        ctx.saved.z, ctx.saved.y = rows_of(z), rows_of(y)
        return y

    def deactivate(self, dy: Array, ctx: Context) -> Array:
        """Take the gradient back through f, in place, and sum it into that of b, in one pass."""
        saved = ctx.saved
        self._bias_gradient(dy.reshape(saved.y.shape), ctx)
        return dy

    def _bias_gradient(self, dz: Array, ctx: Context) -> None:
        activation, saved = self.final_activation(ctx), ctx.saved
        done = ctx.loss_fused or activation.identity
        db = ctx.gradient(self.b) if self.bias else None
        if not done and (db is None or not activation.fuses):
            activation.backward(saved.z, saved.y, dz, dz, ctx)
            done = True
        if db is None:
            return
        at = saved.z if activation.needs_input else saved.y
        dz, at = (rows.reshape((rows.size // db.size, db.size)) for rows in (dz, at))
        parts = parts_of(dz, ctx)
        if done:
            ctx.run(kernels.sum_rows, dz, parts)
        else:
            ctx.run(kernels.slope_sums.specialize(slope=activation.slope), at, dz, parts)
        self.put_bias(db, ctx, lambda found: ctx.run(kernels.sum_parts, parts, found))

    def put_bias(self, db: Array, ctx: Context, find: Callable[[Array], None]) -> None:
        """Have `find` write the gradient of the bias, flat."""
        find(db.reshape((db.size,)))


def parts_of(dz: Array, ctx: Context) -> Array:
    """Where the sums over parts of the rows of dz belong, which add up to that over all."""
    count = min(max(dz.shape[0] // PART_ROWS, 1), MAX_PARTS)
    return ctx.empty((count, dz.shape[1]))


def rows_of(images: Array) -> Array:
    """Images as rows of channels."""
    return images.reshape((prod(images.shape[:-1]), images.shape[-1]))
