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
        """y = f(x), of images with their channels first in the order in which they lie."""
        if self.activation.identity:
            return x
        lying = getattr(x, "channels_last", None) if self.activation.fuses else None
        ctx.saved.turned = lying is not None
        x = lying if ctx.saved.turned else x
        y = ctx.empty(x.shape)
        self.activation.forward(x, y, ctx)
        ctx.saved.x, ctx.saved.y = x, y
        return ctx.ordered(y, "th") if ctx.saved.turned else y

    def backward(self, dy: Array, ctx: Context) -> Array:
        """dx = dy f'(x), in place."""
        if ctx.loss_fused or self.activation.identity:
            return dy
        turned = ctx.saved.turned
        dx = ctx.channels_last(dy, "th") if turned else dy
        self.activation.backward(ctx.saved.x, ctx.saved.y, dx, dx, ctx)
        return ctx.ordered(dx, "th") if turned else dx
