"""Highway."""

from typing import Any

from pronghorn.components.activation import Activation
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Shape
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels as core
from pronghorn.layers.core import kernels
from pronghorn.layers.core.affine import Affine
from pronghorn.layers.unset import without_unset


class Highway(Affine):
    """`y = t f(x W + b) + (1 - t) x`, `t = sigmoid(x W_carry + b_carry)`: (batch, d), same shape.

    Weights: W, W_carry (d, d); b (d,); b_carry (d,), ones at first.

    Args:
        init: initializer of W and W_carry.
        activation: f; None is linear.
        weights: initial arrays [W, W_carry, b, b_carry].
        W_regularizer, b_regularizer: penalties on W and b.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that W and b obey after every update.
        bias: whether there are b and b_carry.
        input_dim: size of the last axis, for a first layer.
        transform_bias: of old scripts; ignored, as in Keras 1.
        b_init: initializer of b.

    Source: Srivastava, Greff and Schmidhuber, "Highway Networks", 2015.
    """

    examples = (
        ({"activation": "tanh"}, (5,)),
        ({"activation": "gelu", "bias": False}, (4,)),
        ({}, (17,)),
        ({"activation": "softmax"}, (3,)),
    )
    min_ndim = max_ndim = 2
    b_carry: Weight | None = None

    def __init__(
        self,
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
        transform_bias: Any = None,
        b_init: Any = "zero",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            init, weights, W_regularizer, b_regularizer, activity_regularizer, W_constraint,
            b_constraint, bias, input_dim, b_init, **kwargs,
        )  # fmt: skip
        self.activation = Activation.get(activation)
        self.transform_bias = transform_bias

    def get_config(self) -> dict[str, Any]:
        """The arguments, without a `transform_bias` that is not set."""
        return without_unset(super().get_config(), "transform_bias")

    def build(self, input_shape: Shape) -> None:
        """Make the weights."""
        d = self.features_of(input_shape)
        self.add_kernel((d, d))
        self.W_carry = self.add_weight("W_carry", (d, d), self.init)
        self.add_bias((d,))
        if self.bias:
            self.b_carry = self.add_weight("b_carry", (d,), Initializer.get("one"))

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The input's."""
        self.check_features(input_shape)
        return input_shape

    def forward(self, x: Array, ctx: Context) -> Array:
        """Two dense layers, and the second one's share of the first one."""
        z, h = self.units(x, self.W, self.b, self.activation, ctx)
        _, t = self.units(x, self.W_carry, self.b_carry, Activation.get("sigmoid"), ctx)
        y = ctx.empty(x.shape)
        ctx.run(kernels.mix, h, t, x, y)
        ctx.saved.x, ctx.saved.z, ctx.saved.h, ctx.saved.t = x, z, h, t
        return y

    def backward(self, dy: Array, ctx: Context) -> Array:
        """dh = t dy, dt = (h - x) dy, each as for a dense layer; dx = (1 - t) dy and theirs."""
        saved, x = ctx.saved, ctx.saved.x
        dh, dt = ctx.empty(x.shape), ctx.empty(x.shape)
        ctx.run(kernels.mix_gradient, saved.h, saved.t, x, dy, dh, dt)
        self.units_gradient(saved.z, saved.h, dh, self.b, self.activation, ctx)
        self.units_gradient(dt, dt, dt, self.b_carry, Activation.get("linear"), ctx)
        for weight, dz in ((self.W, dh), (self.W_carry, dt)):
            dw = ctx.gradient(weight)
            if dw is not None:
                ctx.run(core.product_tn, x, dz, dw)
            if ctx.needs_input_gradient:
                dx = ctx.empty(x.shape)
                ctx.run(core.product_nt, dz, weight, dx)
                ctx.run(core.add, dx, dy)
        return dy
