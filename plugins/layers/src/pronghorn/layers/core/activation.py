"""An activation as a layer of its own."""

from typing import Any

from pronghorn.components import activation as component
from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer


class Activation(Layer):
    """Applies an activation to its input: `y = f(x)`, any shape.

    After a layer such as Dense it costs nothing: that layer applies it to its output while it is
    hot.

    Args:
        activation: identifier, `Activation` component or scalar function.

    Example:
        >>> from pronghorn.models import Sequential
        >>> Sequential([Activation("relu", input_shape=(2,))]).predict([[-1.0, 2.0]]).tolist()
        [[0.0, 2.0]]
    """

    examples = (
        ({"activation": "relu"}, (5,)),
        ({"activation": "softmax"}, (4, 3)),
        ({"activation": {"name": "elu", "config": {"alpha": 0.5}}}, (4, 3)),
        ({"activation": "linear"}, (5,)),
    )
    supports_masking = True

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = component.Activation.get(activation)

    @property
    def pointwise(self) -> component.Activation:  # type: ignore[override]
        """The activation, which the layer before may apply in this layer's place."""
        return self.activation

    def final_activation(self, ctx: Context) -> component.Activation:
        """The activation itself."""
        return self.activation

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = f(x)."""
        if self.activation.identity:
            return x
        y = ctx.empty(x.shape)
        self.activation.forward(x, y, ctx)
        ctx.saved.x, ctx.saved.y = x, y
        return y

    def backward(self, dy: Array, ctx: Context) -> Array:
        """dx = dy f'(x), in place."""
        if not (ctx.loss_fused or self.activation.identity):
            self.activation.backward(ctx.saved.x, ctx.saved.y, dy, dy, ctx)
        return dy
