"""Batch normalization."""

from typing import Any, ClassVar

import numpy as np

from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.errors import ShapeError
from pronghorn.layers.columns import as_matrix, from_matrix
from pronghorn.layers.normalization import kernels

PART_ROWS = 512
"""Rows, at least, of each part in which sums over rows are taken."""
MAX_PARTS = 16


class BatchNormalization(Layer):
    """`y = gamma (x - mean) / sqrt(variance + epsilon) + beta`, any shape.

    Weights, each as long as the axis: gamma, if `scale`, and beta, if `center`, and without
    gradient running_mean and running_std, which under its historic name holds the variance, plus
    epsilon where it follows batches, as Keras 1 has it on Theano.

    Args:
        epsilon: keeps the root away from 0.
        mode: 0, statistics of the batch for each feature, running ones when testing; 1, each
            sample by its own statistics over the last axis; 2, the batch's when testing too.
        axis: the feature axis: -1, or 1 for images of "th".
        momentum: share of the running statistics that a batch leaves.
        weights: initial arrays [gamma, beta, running_mean, running_std].
        beta_init, gamma_init: initializers.
        gamma_regularizer, beta_regularizer: penalties.
        center: whether there is a beta, as in Keras 1.
        scale: whether there is a gamma, as in Keras 1.

    Source: Ioffe and Szegedy, "Batch Normalization", ICML 2015.
    """

    examples = (
        ({}, (5,)),
        ({"axis": 1}, (3, 4, 2)),
        ({"mode": 1}, (4, 3)),
        ({"mode": 2, "momentum": 0.5}, (3,)),
        ({"center": False}, (3,)),
        ({"scale": False}, (3,)),
    )
    expected_failures: ClassVar = dict.fromkeys(
        (
            "batch_of_one_equals_the_whole",
            "uneven_last_batch_equals_the_whole",
            "loss_is_the_mean_over_batches",
        ),
        "with mode 2 a sample's output depends on its batch when testing too",
    )
    supports_masking = True
    min_ndim = 2
    gamma: Weight | None = None
    beta: Weight | None = None

    def __init__(
        self,
        epsilon: float = 1e-3,
        mode: int = 0,
        axis: int = -1,
        momentum: float = 0.99,
        weights: Any = None,
        beta_init: Any = "zero",
        gamma_init: Any = "one",
        gamma_regularizer: Any = None,
        beta_regularizer: Any = None,
        center: bool = True,
        scale: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if mode not in (0, 1, 2):
            raise ValueError(f"mode must be 0, 1 or 2, got {mode!r}")
        self.epsilon = epsilon
        self.mode = mode
        self.axis = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
        self.momentum = momentum
        self.initial_weights = weights
        self.beta_init = Initializer.get(beta_init)
        self.gamma_init = Initializer.get(gamma_init)
        self.gamma_regularizer = Regularizer.get(gamma_regularizer)
        self.beta_regularizer = Regularizer.get(beta_regularizer)
        self.center = center
        self.scale = scale

    def get_config(self) -> dict[str, Any]:
        """The arguments; those that Keras 1 lacks only where they are set."""
        config = super().get_config()
        return {k: v for k, v in config.items() if k not in ("center", "scale") or v is False}

    def build(self, input_shape: Shape) -> None:
        """Make the weights."""
        length = input_shape[self.axis]
        if length is None:
            raise ShapeError(
                f"layer {self.name!r}: axis {self.axis} of {input_shape} must be known"
            )
        shape = (length,)
        if self.scale:
            self.gamma = self.add_weight("gamma", shape, self.gamma_init, self.gamma_regularizer)
        if self.center:
            self.beta = self.add_weight("beta", shape, self.beta_init, self.beta_regularizer)
        zero, one = Initializer.get("zero"), Initializer.get("one")
        self.running_mean = self.add_weight("running_mean", shape, zero, trainable=False)
        self.running_std = self.add_weight("running_std", shape, one, trainable=False)

    def forward(self, x: Array, ctx: Context) -> Array:
        """Normalize."""
        rows = as_matrix(x, self._kept(x), ctx)
        y = ctx.empty(rows.shape)
        ctx.saved.x = rows
        ctx.saved.gamma = gamma = self._or_constant(self.gamma, 1.0, ctx)
        beta = self._or_constant(self.beta, 0.0, ctx)
        if self.mode == 1:
            ctx.saved.unit, ctx.saved.root = ctx.empty(rows.shape), ctx.empty((rows.shape[0],))
            found = (self.epsilon, ctx.saved.unit, ctx.saved.root)
            ctx.run(kernels.normalize_rows, rows, gamma, beta, *found, y)
        else:
            mean, variance = self._statistics(rows, ctx)
            ctx.saved.mean, ctx.saved.inverse = mean, ctx.empty(gamma.shape)
            given = (rows, mean, variance, gamma, beta, self.epsilon)
            ctx.run(kernels.normalize, *given, ctx.saved.inverse, y)
        return from_matrix(y, x.shape, self._kept(x), ctx)

    def _from_batch(self, ctx: Context) -> bool:
        return self.mode == 2 or (self.mode == 0 and ctx.training)

    def _statistics(self, rows: Array, ctx: Context) -> tuple[Array | Weight, Array | Weight]:
        """Mean and variance: the batch's, which the running ones then follow, or the latter."""
        if not self._from_batch(ctx):
            return self.running_mean, self.running_std
        parts = self._parts(rows, ctx)
        mean, variance = (ctx.empty(self.running_mean.shape) for _ in range(2))
        share = 1.0 / rows.shape[0]
        ctx.run(kernels.sum_rows, rows, parts)
        ctx.run(kernels.combine, parts, share, mean)
        ctx.run(kernels.sum_squares, rows, mean, parts)
        ctx.run(kernels.combine, parts, share, variance)
        if self.mode == 0:
            # Theano's variance has epsilon in it, and training follows Theano (Keras 1.2.2).
            ctx.run(kernels.follow, self.running_mean, mean, 0.0, self.momentum)
            ctx.run(kernels.follow, self.running_std, variance, self.epsilon, self.momentum)
        return mean, variance

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Through the batch's own statistics where those were used."""
        rows, shape = as_matrix(dy, self._kept(dy), ctx), dy.shape
        dbeta, dgamma = self._weight_gradients(rows, ctx)
        saved, dx = ctx.saved, ctx.empty(rows.shape)
        if self.mode == 1:
            given = (rows, saved.unit, saved.root, saved.gamma, self.epsilon)
            ctx.run(kernels.normalize_rows_gradient, *given, dx)
        elif self._from_batch(ctx):
            given = (rows, saved.x, saved.mean, saved.inverse, saved.gamma, dgamma, dbeta)
            ctx.run(kernels.normalize_gradient, *given, 1.0 / rows.shape[0], dx)
        else:
            ctx.run(kernels.scale_columns, rows, saved.gamma, saved.inverse, dx)
        return from_matrix(dx, shape, self._kept(dy), ctx)

    def _weight_gradients(self, rows: Array, ctx: Context) -> tuple[Array, Array]:
        saved, parts = ctx.saved, self._parts(rows, ctx)
        dbeta, dgamma = (self._gradient(weight, ctx) for weight in (self.beta, self.gamma))
        ctx.run(kernels.sum_rows, rows, parts)
        ctx.run(kernels.combine, parts, 1.0, dbeta)
        if self.mode == 1:
            ctx.run(kernels.sum_unit_products, rows, saved.unit, parts)
        else:
            ctx.run(kernels.sum_products, rows, saved.x, saved.mean, saved.inverse, parts)
        ctx.run(kernels.combine, parts, 1.0, dgamma)
        return dbeta, dgamma

    def _gradient(self, weight: Weight | None, ctx: Context) -> Array:
        """Where the gradient goes; the input's needs it, too, whether or not the weight learns."""
        found = None if weight is None else ctx.gradient(weight)
        return ctx.empty(self.running_mean.shape) if found is None else found

    def _or_constant(self, weight: Weight | None, value: float, ctx: Context) -> Array | Weight:
        if weight is None:
            return ctx.constant(np.full(self.running_mean.shape, value), ctx.dtype)
        return weight

    def _kept(self, x: Array) -> list[int]:
        return [self.axis % x.ndim]

    def _parts(self, rows: Array, ctx: Context) -> Array:
        count = min(max(rows.shape[0] // PART_ROWS, 1), MAX_PARTS)
        return ctx.empty((count, rows.shape[1]))
