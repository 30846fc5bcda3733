"""A layer."""

from acme_pack import kernels
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer


class Scale(Layer):
    """`y = x * s`, with one learnt factor for each element of the last axis.

    (..., d) to (..., d). Weights: s (d,), ones at first.
    """

    supports_masking = True

    def build(self, input_shape):
        """Make s."""
        self.s = self.add_weight("s", (input_shape[-1],), Initializer.get("one"))

    def forward(self, x, ctx):
        """y = x s."""
        rows = x.reshape((x.size // x.shape[-1], x.shape[-1]))
        y = ctx.empty(rows.shape)
        ctx.run(kernels.scale_columns, rows, self.s, y)
        ctx.saved.rows = rows
        return y.reshape(x.shape)

    def backward(self, dy, ctx):
        """ds = the sum of x dy over rows, dx = dy s."""
        rows = ctx.saved.rows
        slope = dy.reshape(rows.shape)
        ds = ctx.gradient(self.s)
        if ds is not None:
            ctx.run(kernels.column_products, rows, slope, ds)
        dx = ctx.empty(rows.shape)
        ctx.run(kernels.scale_columns, slope, self.s, dx)
        return dx.reshape(dy.shape)
