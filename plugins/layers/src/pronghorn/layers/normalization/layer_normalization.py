"""Layer normalization."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels as core
from pronghorn.errors import ShapeError
from pronghorn.layers.columns import as_matrix, from_matrix
from pronghorn.layers.normalization import kernels

PART_ROWS = 64
"""Rows, at least, of each part in which sums over rows are taken."""
MAX_PARTS = 64


class LayerNormalization(Layer):
    """`y = gamma (x - mean) / sqrt(variance + epsilon) + beta`, any shape, which stays.

    Mean and variance are those of each sample over the axes given, separately for each place along
    the other axes. Weights: gamma, if `scale`, and beta, if `center`, of the lengths of those axes.

    Args:
        axis: the axis, or axes, that are normalized together, the batch axis counted.
        epsilon: keeps the root away from 0.
        center: whether there is a beta.
        scale: whether there is a gamma.
        beta_init, gamma_init: initializers.
        beta_regularizer, gamma_regularizer: penalties.
        beta_constraint, gamma_constraint: rules that the weights obey after every update.

    Source: Ba, Kiros and Hinton, "Layer Normalization", 2016.
    """

    examples = (
        ({}, (5,)),
        ({"axis": [1, 2]}, (4, 3)),
        ({"axis": 1, "epsilon": 1e-2}, (3, 4)),
        ({"scale": False}, (4, 19)),
        ({"center": False}, (4, 3)),
    )
    supports_masking = True
    min_ndim = 2
    gamma: Weight | None = None
    beta: Weight | None = None

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_init: Any = "zero",
        gamma_init: Any = "one",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = axis if isinstance(axis, int) else list(axis)
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_init = Initializer.get(beta_init)
        self.gamma_init = Initializer.get(gamma_init)
        self.beta_regularizer = Regularizer.get(beta_regularizer)
        self.gamma_regularizer = Regularizer.get(gamma_regularizer)
        self.beta_constraint = Constraint.get(beta_constraint)
        self.gamma_constraint = Constraint.get(gamma_constraint)

    def build(self, input_shape: Shape) -> None:
        """Make gamma and beta."""
        shape = tuple(input_shape[a] or 0 for a in self._kept(len(input_shape)))
        if self.scale:
            rules = self.gamma_regularizer, self.gamma_constraint
            self.gamma = self.add_weight("gamma", shape, self.gamma_init, *rules)
        if self.center:
            rules = self.beta_regularizer, self.beta_constraint
            self.beta = self.add_weight("beta", shape, self.beta_init, *rules)

    def check_input_shape(self, shape: Shape) -> None:
        """Raise ShapeError if an axis is none of a sample, or its length is not known."""
        super().check_input_shape(shape)
        axes = [self.axis] if isinstance(self.axis, int) else self.axis
        if not axes or any(a == 0 or a not in range(1 - len(shape), len(shape)) for a in axes):
            raise ShapeError(
                f"layer {self.name!r}: axis {self.axis} does not name axes of a sample in {shape}; "
                "the first one is 1"
            )
        if any(shape[a] is None for a in axes):
            raise ShapeError(f"layer {self.name!r}: axis {self.axis} of {shape} must be known")

    def forward(self, x: Array, ctx: Context) -> Array:
        """Normalize each row."""
        rows = as_matrix(x, self._kept(x.ndim), ctx)
        count, length = rows.shape
        saved, y = ctx.saved, ctx.empty(rows.shape)
        saved.x, saved.mean, saved.inverse = rows, ctx.empty((count,)), ctx.empty((count,))
        saved.gamma = self._flat(self.gamma, 1.0, length, ctx)
        beta = self._flat(self.beta, 0.0, length, ctx)
        given = (rows, saved.gamma, beta, self.epsilon, 1.0 / length)
        ctx.run(kernels.center_rows, *given, saved.mean, saved.inverse, y)
        return from_matrix(y, x.shape, self._kept(x.ndim), ctx)

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Through each row's own statistics, in place."""
        saved, shape, kept = ctx.saved, dy.shape, self._kept(dy.ndim)
        rows = as_matrix(dy, kept, ctx)
        count, length = rows.shape
        parts = (min(max(count // PART_ROWS, 1), MAX_PARTS), length)
        unit, dgamma, dbeta = (ctx.empty(parts) for _ in range(3))
        given = (saved.x, saved.mean, saved.inverse, saved.gamma, 1.0 / length)
        ctx.run(kernels.center_rows_gradient, *given, rows, unit, dgamma, dbeta)
        for weight, found in ((self.gamma, dgamma), (self.beta, dbeta)):
            total = None if weight is None else ctx.gradient(weight)
            if total is not None:
                ctx.run(core.bias_gradient, found, total.reshape((length,)))
        return from_matrix(rows, shape, kept, ctx)

    def _kept(self, ndim: int) -> list[int]:
        """The axes that are normalized, in rising order."""
        axes = [self.axis] if isinstance(self.axis, int) else self.axis
        return sorted({axis % ndim for axis in axes})

    def _flat(self, weight: Weight | None, value: float, length: int, ctx: Context) -> Array:
        if weight is None:
            return ctx.constant(np.full(length, value), ctx.dtype)
        return weight.flat
