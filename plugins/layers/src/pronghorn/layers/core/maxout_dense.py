"""MaxoutDense."""

from typing import Any

from pronghorn.components.activation import Activation
from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Shape
from pronghorn.devices import kernels as core
from pronghorn.layers.core import kernels
from pronghorn.layers.core.affine import Affine
from pronghorn.layers.geometry import positive


class MaxoutDense(Affine):
    """`y = max over k of x W[k] + b[k]`: (batch, input_dim) to (batch, output_dim).

    Weights: W (nb_feature, input_dim, output_dim); b (nb_feature, output_dim).
    Features that are equally large share the gradient.

    Args:
        output_dim: number of units.
        nb_feature: number of features of which each unit takes the largest.
        init: initializer of W.
        weights: initial arrays [W, b].
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        bias: whether there is a b.
        input_dim: size of the last axis, for a first layer.
        b_init: initializer of b.

    Source: Goodfellow et al., "Maxout Networks", ICML 2013.
    """

    examples = (
        ({"output_dim": 3}, (5,)),
        ({"output_dim": 2, "nb_feature": 3, "bias": False}, (5,)),
        ({"output_dim": 17, "nb_feature": 1}, (4,)),
    )
    min_ndim = max_ndim = 2

    def __init__(
        self,
        output_dim: int,
        nb_feature: int = 4,
        init: Any = "glorot_uniform",
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
        self.nb_feature = positive(nb_feature, "nb_feature")

    def build(self, input_shape: Shape) -> None:
        """Make W and b."""
        features = self.features_of(input_shape)
        self.add_kernel((self.nb_feature, features, self.output_dim))
        self.add_bias((self.nb_feature, self.output_dim))

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """(batch, output_dim)."""
        self.check_features(input_shape)
        return (input_shape[0], self.output_dim)

    def forward(self, x: Array, ctx: Context) -> Array:
        """One product for all features side by side, then the largest of them."""
        features, depth, units = self.W.shape
        w = ctx.empty((depth, features * units))
        ctx.run(kernels.features_beside, self.W, w)
        b = None if self.b is None else self.b.flat
        z, _ = self.units(x, w, b, Activation.get("linear"), ctx)
        y = ctx.empty((x.shape[0], units))
        ctx.run(kernels.largest_feature, z, y)
        ctx.saved.x, ctx.saved.w, ctx.saved.z, ctx.saved.y = x, w, z, y
        return y

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """dz is dy where the feature was the largest; then as for a dense layer."""
        x, w, dz = ctx.saved.x, ctx.saved.w, ctx.saved.z
        ctx.run(kernels.largest_feature_gradient, dz, ctx.saved.y, dy)
        db = None if self.b is None else ctx.gradient(self.b)
        if db is not None:
            ctx.run(core.bias_gradient, dz, db.reshape((dz.shape[1],)))
        dw = ctx.gradient(self.W)
        if dw is not None:
            found = ctx.empty(w.shape)
            ctx.run(core.product_tn, x, dz, found)
            ctx.run(kernels.features_apart, found, dw)
        if not ctx.needs_input_gradient:
            return None
        dx = ctx.empty(x.shape)
        ctx.run(core.product_nt, dz, w, dx)
        return dx
