"""The fully connected layer."""

from math import prod
from typing import Any

from pronghorn.components.activation import Activation
from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.devices import kernels as core
from pronghorn.errors import ShapeError
from pronghorn.layers.bias import bias_config
from pronghorn.layers.core import kernels


class Dense(Layer):
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
        super().__init__(**kwargs)
        if not isinstance(output_dim, int) or output_dim < 1:
            raise ValueError(f"output_dim must be a positive whole number, got {output_dim!r}")
        self.output_dim = output_dim
        self.init = Initializer.get(init)
        self.activation = Activation.get(activation)
        self.initial_weights = weights
        self.W_regularizer = Regularizer.get(W_regularizer)
        self.b_regularizer = Regularizer.get(b_regularizer)
        self.activity_regularizer = Regularizer.get(activity_regularizer)
        self.W_constraint = Constraint.get(W_constraint)
        self.b_constraint = Constraint.get(b_constraint)
        self.bias = bias
        self.input_dim = input_dim
        self.b_init = Initializer.get(b_init)

    def build(self, input_shape: Shape) -> None:
        """Make W and b."""
        if input_shape[-1] is None:
            raise ShapeError(f"layer {self.name!r}: the last axis of {input_shape} must be known")
        self.input_dim = input_shape[-1]
        self.W = self.add_weight(
            "W",
            (self.input_dim, self.output_dim),
            self.init,
            self.W_regularizer,
            self.W_constraint,
        )
        if self.bias:
            self.b = self.add_weight(
                "b", (self.output_dim,), self.b_init, self.b_regularizer, self.b_constraint
            )

    def get_config(self) -> dict[str, Any]:
        """The arguments; no `b_init` of zeros, which Keras 1 does not know."""
        config = super().get_config()
        del config["b_init"]
        return {**config, **bias_config(self.b_init)}

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The input's shape with `output_dim` last."""
        if input_shape[-1] != self.input_dim:
            raise ShapeError(
                f"layer {self.name!r} takes {self.input_dim} features on the last axis, but the "
                f"input has shape {input_shape}"
            )
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
        y = ctx.empty((rows.shape[0], self.output_dim))
        z = y
        if activation.fuses and not (ctx.keeps and activation.needs_input):
            self._product(rows, y, ctx, activation)
        else:
            z = ctx.empty(y.shape) if activation.needs_input else y
            self._product(rows, z, ctx, Activation.get("linear"))
            activation.forward(z, y, ctx)
        ctx.saved.x, ctx.saved.z, ctx.saved.y = rows, z, y
        return y.reshape((*x.shape[:-1], self.output_dim))

    def _product(self, rows: Array, out: Array, ctx: Context, activation: Activation) -> None:
        if self.bias:
            kernel = core.product_bias.specialize(activate=activation.scalar)
            ctx.run(kernel, rows, self.W, self.b, out)
        else:
            ctx.run(core.product.specialize(activate=activation.scalar), rows, self.W, out)

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """dz = dy f'; dW = xᵀ dz, db = the sum of dz's rows, dx = dz Wᵀ."""
        saved = ctx.saved
        dz = dy.reshape(saved.y.shape)
        self._bias_gradient(dz, ctx)
        dw = ctx.gradient(self.W)
        if dw is not None:
            ctx.run(core.product_tn, saved.x, dz, dw)
        if not ctx.needs_input_gradient:
            return None
        dx = ctx.empty(saved.x.shape)
        ctx.run(core.product_nt, dz, self.W, dx)
        return dx.reshape((*dy.shape[:-1], saved.x.shape[-1]))

    def _bias_gradient(self, dz: Array, ctx: Context) -> None:
        """Take dz through the activation and sum it into the bias's gradient, in one pass."""
        activation, saved = self.final_activation(ctx), ctx.saved
        done = ctx.loss_fused or activation.identity
        db = ctx.gradient(self.b) if self.bias else None
        if done or db is None or not activation.fuses:
            if not done:
                activation.backward(saved.z, saved.y, dz, dz, ctx)
            if db is not None:
                ctx.run(core.bias_gradient, dz, db)
            return
        at = saved.z if activation.needs_input else saved.y
        kernel = kernels.activation_bias_gradient.specialize(slope=activation.slope)
        ctx.run(kernel, at, dz, db)
