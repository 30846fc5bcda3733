"""Self-attention with several heads."""

from typing import Any, NamedTuple

import numpy as np

from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels as core
from pronghorn.errors import ShapeError
from pronghorn.layers.attention import kernels
from pronghorn.layers.geometry import positive


class Projection(NamedTuple):
    """`y = x W + b`, without b where there is none."""

    W: Weight
    b: Weight | None

    def forward(self, x: Array, ctx: Context) -> Array:
        """y (rows, columns)."""
        y = ctx.empty((x.shape[0], self.W.shape[1]))
        if self.b is None:
            ctx.run(core.product, x, self.W, y)
        else:
            ctx.run(core.product_bias, x, self.W, self.b, y)
        return y

    def backward(self, x: Array, dy: Array, ctx: Context) -> Array:
        """dW = xᵀ dy, db = the sum of dy's rows, dx = dy Wᵀ."""
        dw = ctx.gradient(self.W)
        if dw is not None:
            ctx.run(core.product_tn, x, dy, dw)
        db = None if self.b is None else ctx.gradient(self.b)
        if db is not None:
            ctx.run(core.bias_gradient, dy, db)
        dx = ctx.empty(x.shape)
        ctx.run(core.product_nt, dy, self.W, dx)
        return dx


class MultiHeadAttention(Layer):
    """Each step of a sequence looks at all steps: (batch, steps, d) to (batch, steps, d).

    In each head, queries q, keys k and values v are projections of the input, and a step's result
    is the mean of all steps' values with the weights `softmax(q kᵀ / sqrt(key_dim))`. The results
    of all heads, side by side, are projected back. Steps that a mask leaves out are not looked at.

    Weights, with the heads side by side: query_W (d, num_heads * key_dim), query_b, key_W, key_b,
    value_W (d, num_heads * value_dim), value_b, output_W (num_heads * value_dim, d), output_b.

    Args:
        num_heads: number of heads.
        key_dim: length of each head's queries and keys.
        value_dim: length of its values; by default `key_dim`.
        dropout: share of the weights that is dropped in training.
        use_bias: whether the projections add biases.
        causal: whether each step looks at itself and earlier steps only.
        init: initializer of all W.
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.

    Source: Vaswani et al., "Attention Is All You Need", NIPS 2017.
    """

    examples = (
        ({"num_heads": 2, "key_dim": 3}, (4, 5)),
        ({"num_heads": 1, "key_dim": 4, "value_dim": 3, "use_bias": False}, (5, 4)),
        ({"num_heads": 2, "key_dim": 2, "causal": True, "dropout": 0.3}, (4, 3)),
    )
    supports_masking = True
    min_ndim = max_ndim = 3

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        causal: bool = False,
        init: Any = "glorot_uniform",
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_heads = positive(num_heads, "num_heads")
        self.key_dim = positive(key_dim, "key_dim")
        self.value_dim = positive(value_dim or key_dim, "value_dim")
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout must be at least 0 and below 1, got {dropout!r}")
        self.dropout = dropout
        self.use_bias = use_bias
        self.causal = causal
        self.init = Initializer.get(init)
        self.W_regularizer = Regularizer.get(W_regularizer)
        self.b_regularizer = Regularizer.get(b_regularizer)
        self.activity_regularizer = Regularizer.get(activity_regularizer)
        self.W_constraint = Constraint.get(W_constraint)
        self.b_constraint = Constraint.get(b_constraint)

    def build(self, input_shape: Shape) -> None:
        """Make the weights of the four projections."""
        features = input_shape[2]
        if features is None:
            raise ShapeError(f"layer {self.name!r}: the last axis of {input_shape} must be known")
        keys, values = self.num_heads * self.key_dim, self.num_heads * self.value_dim
        self.query = self._projection("query", features, keys)
        self.key_ = self._projection("key", features, keys)
        self.value = self._projection("value", features, values)
        self.out = self._projection("output", values, features)

    def _projection(self, name: str, rows: int, columns: int) -> Projection:
        rules = self.W_regularizer, self.W_constraint
        weight = self.add_weight(f"{name}_W", (rows, columns), self.init, *rules)
        if not self.use_bias:
            return Projection(weight, None)
        rules = self.b_regularizer, self.b_constraint
        zero = Initializer.get("zero")
        return Projection(weight, self.add_weight(f"{name}_b", (columns,), zero, *rules))

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The input's."""
        known = self.query.W.shape[0]
        if input_shape[2] != known:
            raise ShapeError(
                f"layer {self.name!r} takes {known} features on the last axis, but the input has "
                f"shape {input_shape}"
            )
        return input_shape

    def forward(self, x: Array, ctx: Context) -> Array:
        """Project, weigh, and project back."""
        saved, (batch, steps, features) = ctx.saved, x.shape
        rows = saved.rows = x.reshape((batch * steps, features))
        saved.q, saved.k, saved.v = (
            self._split(projection.forward(rows, ctx), batch, ctx)
            for projection in (self.query, self.key_, self.value)
        )
        weights = saved.weights = ctx.empty((batch * self.num_heads, steps, steps))
        ctx.run(core.batch_product_nt, saved.q, saved.k, weights)
        mask = ctx.mask
        if mask is None:
            mask = ctx.constant(np.ones((batch, steps)), np.uint8)
        scale = self.key_dim**-0.5
        ctx.run(kernels.attend, weights, mask, self.num_heads, scale, int(self.causal))
        saved.dropped = self._dropped(weights, ctx)
        heads = ctx.empty((batch * self.num_heads, steps, self.value_dim))
        ctx.run(core.batch_product, saved.dropped, saved.v, heads)
        saved.joined = self._joined(heads, batch, ctx)
        return self.out.forward(saved.joined, ctx).reshape(x.shape)

    def _dropped(self, weights: Array, ctx: Context) -> Array:
        if not (ctx.training and self.dropout):
            return weights
        kept = ctx.empty(weights.shape)
        ctx.saved.drop = ctx.empty((weights.size,), np.uint8)
        drawn = (ctx.saved.drop, ctx.clock, ctx.key, self.dropout)
        ctx.run(core.dropout_forward, _flat(weights), _flat(kept), *drawn)
        return kept

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Back through the output, the weights, and the three projections."""
        saved, batch = ctx.saved, dy.shape[0]
        rows = dy.reshape(saved.rows.shape)
        dheads = self._split(self.out.backward(saved.joined, rows, ctx), batch, ctx)
        dweights, dv = ctx.empty(saved.weights.shape), ctx.empty(saved.v.shape)
        ctx.run(core.batch_product_nt, dheads, saved.v, dweights)
        ctx.run(core.batch_product_tn, saved.dropped, dheads, dv)
        if saved.dropped is not saved.weights:
            undropped = ctx.empty(dweights.shape)
            given = (_flat(dweights), saved.drop, _flat(undropped), self.dropout)
            ctx.run(core.dropout_backward, *given)
            dweights = undropped
        ctx.run(kernels.attend_backward, saved.weights, dweights, self.key_dim**-0.5)
        dq, dk = ctx.empty(saved.q.shape), ctx.empty(saved.k.shape)
        ctx.run(core.batch_product, dweights, saved.k, dq)
        ctx.run(core.batch_product_tn, dweights, saved.q, dk)
        dx = None
        for projection, d in ((self.query, dq), (self.key_, dk), (self.value, dv)):
            part = projection.backward(saved.rows, self._joined(d, batch, ctx), ctx)
            if dx is None:
                dx = part
            else:
                ctx.run(core.add, part, dx)
        return dx.reshape(dy.shape)

    def _split(self, rows: Array, batch: int, ctx: Context) -> Array:
        """(batch * steps, heads * n) as (batch * heads, steps, n)."""
        steps, n = rows.shape[0] // batch, rows.shape[1] // self.num_heads
        split = ctx.permuted(rows.reshape((batch, steps, self.num_heads, n)), (0, 2, 1, 3))
        return split.reshape((batch * self.num_heads, steps, n))

    def _joined(self, heads: Array, batch: int, ctx: Context) -> Array:
        """(batch * heads, steps, n) as (batch * steps, heads * n)."""
        _, steps, n = heads.shape
        joined = ctx.permuted(heads.reshape((batch, self.num_heads, steps, n)), (0, 2, 1, 3))
        return joined.reshape((batch * steps, self.num_heads * n))


def _flat(array: Array) -> Array:
    return array.reshape((array.size,))
