"""What layers that apply an activation, and nothing else, share."""

from pronghorn.components import activation as component
from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer


class Pointwise(Layer):
    """Applies `self.activation` to its input; a layer such as Dense before it does so in its place.

    Any shape, which stays.
    """

    activation: component.Activation
    supports_masking = True

    @property
    def pointwise(self) -> component.Activation | None:  # type: ignore[override]
        """The activation, which the layer before may apply in this layer's place."""
        return self.activation

    def final_activation(self, ctx: Context) -> component.Activation | None:
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
