"""What layers of weights W and biases b share: `f(x W + b)`, once or several times."""

from typing import Any

from pronghorn.components.activation import Activation
from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels as core
from pronghorn.errors import ShapeError
from pronghorn.layers.bias import bias_config
from pronghorn.layers.core import kernels


class Affine(Layer):
    """A layer with weights W, which have the rules of Keras 1, and perhaps biases b.

    Args:
        init: initializer of W.
        weights: initial arrays.
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        bias: whether there is a b.
        input_dim: size of the last axis, for a first layer.
        b_init: initializer of b.
    """

    W: Weight
    b: Weight | None = None

    def __init__(
        self,
        init: Any,
        weights: Any,
        W_regularizer: Any,
        b_regularizer: Any,
        activity_regularizer: Any,
        W_constraint: Any,
        b_constraint: Any,
        bias: bool,
        input_dim: int | None,
        b_init: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.init = Initializer.get(init)
        self.initial_weights = weights
        self.W_regularizer = Regularizer.get(W_regularizer)
        self.b_regularizer = Regularizer.get(b_regularizer)
        self.activity_regularizer = Regularizer.get(activity_regularizer)
        self.W_constraint = Constraint.get(W_constraint)
        self.b_constraint = Constraint.get(b_constraint)
        self.bias = bias
        self.input_dim = input_dim
        self.b_init = Initializer.get(b_init)

    def get_config(self) -> dict[str, Any]:
        """The arguments; no `b_init` of zeros, which Keras 1 does not know."""
        config = super().get_config()
        del config["b_init"]
        return {**config, **bias_config(self.b_init)}

    def features_of(self, input_shape: Shape) -> int:
        """The length of the last axis. Raises ShapeError if it is not known."""
        if input_shape[-1] is None:
            raise ShapeError(f"layer {self.name!r}: the last axis of {input_shape} must be known")
        self.features = input_shape[-1]
        return self.features

    def check_features(self, input_shape: Shape) -> None:
        """Raise ShapeError if the last axis is not the one that the weights were made for."""
        if input_shape[-1] != self.features:
            raise ShapeError(
                f"layer {self.name!r} takes {self.features} features on the last axis, but the "
                f"input has shape {input_shape}"
            )

    def add_kernel(self, shape: tuple[int, ...]) -> None:
        """Make W."""
        self.W = self.add_weight("W", shape, self.init, self.W_regularizer, self.W_constraint)

    def add_bias(self, shape: tuple[int, ...]) -> None:
        """Make b, if there is to be one."""
        if self.bias:
            rules = self.b_regularizer, self.b_constraint
            self.b = self.add_weight("b", shape, self.b_init, *rules)

    def units(
        self, x: Array, w: Any, b: Any, activation: Activation, ctx: Context
    ) -> tuple[Array, Array]:
        """x w + b, and f of it, which is applied to each block of the product while it is hot.

        The first is the second where `units_gradient` does not need it. b may be None.
        """
        y = ctx.empty((x.shape[0], w.shape[1]))
        if activation.fuses and not (ctx.keeps and activation.needs_input):
            _product(x, w, b, y, activation, ctx)
            return y, y
        z = ctx.empty(y.shape) if activation.needs_input else y
        _product(x, w, b, z, Activation.get("linear"), ctx)
        activation.forward(z, y, ctx)
        return z, y

    def units_gradient(
        self, z: Array, y: Array, dy: Array, b: Weight | None, activation: Activation, ctx: Context
    ) -> None:
        """Take dy back through f, in place, and sum it into b's gradient, in one pass."""
        db = None if b is None else ctx.gradient(b)
        if activation.identity or db is None or not activation.fuses:
            if not activation.identity:
                activation.backward(z, y, dy, dy, ctx)
            if db is not None:
                ctx.run(core.bias_gradient, dy, db)
            return
        at = z if activation.needs_input else y
        kernel = kernels.activation_bias_gradient.specialize(slope=activation.slope)
        ctx.run(kernel, at, dy, db)


def _product(x: Array, w: Any, b: Any, out: Array, activation: Activation, ctx: Context) -> None:
    if b is None:
        ctx.run(core.product.specialize(activate=activation.scalar), x, w, out)
    else:
        ctx.run(core.product_bias.specialize(activate=activation.scalar), x, w, b, out)
