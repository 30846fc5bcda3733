"""The embedding layer."""

from typing import Any

import numpy as np

from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.devices import kernels as core
from pronghorn.layers.embeddings import kernels
from pronghorn.layers.geometry import positive


class Embedding(Layer):
    """Looks up a row of W for each index: int (batch, steps) to (batch, steps, output_dim).

    Weights: W (input_dim, output_dim). The optimizer updates all rows, also those whose words are
    not in the batch, as Keras 1 does.

    Args:
        input_dim: size of the vocabulary, the largest index plus 1.
        output_dim: length of a row.
        init: initializer of W.
        input_length: number of steps, if it is fixed.
        W_regularizer, activity_regularizer: penalties on W and on the output.
        W_constraint: rule that W obeys after every update.
        mask_zero: whether index 0 is padding, which the layers behind and the loss leave out.
        weights: initial arrays [W].
        dropout: share of the vocabulary that is dropped, whole words in the whole batch.

    Indices are checked by `fit` and `predict` as they arrive: one outside 0..input_dim-1 is an
    IndexError.
    """

    examples = (
        ({"input_dim": 7, "output_dim": 3}, (6,), {"integers": 7}),
        ({"input_dim": 5, "output_dim": 4, "mask_zero": True}, (6,), {"integers": 5}),
        ({"input_dim": 9, "output_dim": 2, "dropout": 0.4}, (6,), {"integers": 9}),
    )
    min_ndim = max_ndim = 2
    data_dtype = np.int32

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        init: Any = "uniform",
        input_length: int | None = None,
        W_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("input_dtype", None)
        if "batch_input_shape" not in kwargs:
            kwargs["input_shape"] = (input_length,)
        super().__init__(input_dtype="int32", **kwargs)
        self.input_dim = positive(input_dim, "input_dim")
        self.output_dim = positive(output_dim, "output_dim")
        self.init = Initializer.get(init)
        self.input_length = input_length
        self.W_regularizer = Regularizer.get(W_regularizer)
        self.activity_regularizer = Regularizer.get(activity_regularizer)
        self.W_constraint = Constraint.get(W_constraint)
        self.mask_zero = mask_zero
        self.initial_weights = weights
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout must be at least 0 and below 1, got {dropout!r}")
        self.dropout = dropout

    def build(self, input_shape: Shape) -> None:
        """Make W."""
        shape = (self.input_dim, self.output_dim)
        self.W = self.add_weight("W", shape, self.init, self.W_regularizer, self.W_constraint)

    @property
    def produces_mask(self) -> bool:
        """Where 0 is padding."""
        return self.mask_zero

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """(batch, steps, output_dim)."""
        return (*input_shape, self.output_dim)

    def check_data(self, x: Any) -> None:
        """Raise IndexError if an index lies outside the vocabulary."""
        if x.size and (x.min() < 0 or x.max() >= self.input_dim):
            wrong = x[(x < 0) | (x >= self.input_dim)][0]
            raise IndexError(
                f"layer {self.name!r} knows words 0 to {self.input_dim - 1}, but the data have "
                f"{wrong}: raise input_dim or limit the vocabulary"
            )

    def forward(self, x: Array, ctx: Context) -> Array:
        """Copy the rows."""
        indices = x.reshape((x.size,))
        factor = self._factors(ctx)
        y = ctx.empty((x.size, self.output_dim))
        ctx.run(kernels.embed, indices, self.W, factor, y)
        ctx.saved.indices, ctx.saved.factor = indices, factor
        if self.mask_zero:
            mask = ctx.empty((x.size,), np.uint8)
            ctx.run(kernels.not_zero, indices, mask)
            ctx.output_mask = mask.reshape(x.shape)
        return y.reshape((*x.shape, self.output_dim))

    def _factors(self, ctx: Context) -> Array:
        """What each word's row is multiplied with: 1, or in training what dropout says."""
        if not ctx.training or not self.dropout:
            return ctx.constant(np.ones(self.input_dim), ctx.dtype)
        kept = ctx.empty((self.input_dim,), np.uint8)
        factor = ctx.empty((self.input_dim,))
        ctx.run(core.dropout_mask, kept, ctx.clock, ctx.key, self.dropout)
        ctx.run(kernels.word_factors, kept, 1.0 / (1.0 - self.dropout), factor)
        return factor

    def backward(self, dy: Array, ctx: Context) -> None:
        """Add each row's gradient to its word's; the other rows' gradients are 0."""
        dw = ctx.gradient(self.W)
        if dw is not None:
            ctx.run(core.fill, dw, 0.0)
            rows = dy.reshape((ctx.saved.indices.size, self.output_dim))
            ctx.run(kernels.add_rows, ctx.saved.indices, ctx.saved.factor, rows, dw)
