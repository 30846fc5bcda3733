"""The fully connected layer."""

from math import prod
from typing import Any

from pronghorn.components.activation import Activation
from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Shape
from pronghorn.devices import kernels as core
from pronghorn.layers.core.affine import Affine
from pronghorn.layers.geometry import positive


class Dense(Affine):
    """`y = f(x W + b)` over the last axis: (..., input_dim) to (..., output_dim).

    Weights: W (input_dim, output_dim); b (output_dim,).

    Args:
        output_dim: number of units.
        init: initializer of W.
        activation: f; None is linear.
        weights: initial arrays [W, b].
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        bias: whether there is a b.
        input_dim: size of the last axis, for a first layer.
        b_init: initializer of b.

    Example:
        >>> from pronghorn.models import Sequential
        >>> model = Sequential([Dense(2, input_dim=2, init="identity")])
        >>> model.predict([[3.0, 4.0]]).tolist()
        [[3.0, 4.0]]
    """

    examples = (
        ({"output_dim": 3}, (5,)),
        ({"output_dim": 3, "activation": "tanh", "bias": False}, (5,)),
        ({"output_dim": 4, "activation": "gelu"}, (2, 5)),
        ({"output_dim": 3, "activation": "softmax", "init": "one"}, (5,)),
        ({"output_dim": 20, "activation": "relu", "W_constraint": "maxnorm"}, (17,)),
    )
    min_ndim = 2

    def __init__(
        self,
        output_dim: int,
        init: Any = "glorot_uniform",
        activation: Any = None,
        weights: Any = None,
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        bias: bool = True,
        input_dim: int | None = None,
        b_init: Any = "zero",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            init, weights, W_regularizer, b_regularizer, activity_regularizer, W_constraint,
            b_constraint, bias, input_dim, b_init, **kwargs,
        )  # fmt: skip
        self.output_dim = positive(output_dim, "output_dim")
        self.activation = Activation.get(activation)

    def build(self, input_shape: Shape) -> None:
        """Make W and b."""
        self.input_dim = self.features_of(input_shape)
        self.add_kernel((self.input_dim, self.output_dim))
        self.add_bias((self.output_dim,))

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The input's shape with `output_dim` last."""
        self.check_features(input_shape)
        return (*input_shape[:-1], self.output_dim)

    @property
    def absorbs_activation(self) -> bool:  # type: ignore[override]
        """Whether an Activation layer that follows may be applied here."""
        return self.activation.identity

    def final_activation(self, ctx: Context) -> Activation:
        """The activation applied last: the layer's own, or the one that it absorbed."""
        return ctx.activation or self.activation

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = f(x W + b), f applied to each block of the product while it is hot."""
        activation = self.final_activation(ctx)
        rows = x.reshape((prod(x.shape[:-1]), x.shape[-1]))
        ctx.saved.x = rows
        ctx.saved.z, ctx.saved.y = self.units(rows, self.W, self.b, activation, ctx)
        return ctx.saved.y.reshape((*x.shape[:-1], self.output_dim))

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """dz = dy f'; dW = xᵀ dz, db = the sum of dz's rows, dx = dz Wᵀ."""
        saved = ctx.saved
        dz = dy.reshape(saved.y.shape)
        activation = Activation.get("linear") if ctx.loss_fused else self.final_activation(ctx)
        self.units_gradient(saved.z, saved.y, dz, self.b, activation, ctx)
        dw = ctx.gradient(self.W)
        if dw is not None:
            ctx.run(core.product_tn, saved.x, dz, dw)
        if not ctx.needs_input_gradient:
            return None
        dx = ctx.empty(saved.x.shape)
        ctx.run(core.product_nt, dz, self.W, dx)
        return dx.reshape((*dy.shape[:-1], saved.x.shape[-1]))
