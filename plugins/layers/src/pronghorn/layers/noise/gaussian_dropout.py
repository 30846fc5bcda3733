"""GaussianDropout."""

import math

from pronghorn.components.context import Array, Context
from pronghorn.layers.core.dropping import Dropping
from pronghorn.layers.noise import kernels


class GaussianDropout(Dropping):
    """In training, multiplies each element with a normal number of mean 1 and variance p / (1 - p).

    Any shape; the identity when testing and predicting. The random numbers are counted, not
    drawn: they depend on the model's seed, the layer, the step and the element alone.

    Args:
        p: the share that Dropout of the same variance would drop, 0 <= p < 1.
        seed: keys the noise, instead of the model's seed.

    Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from
    Overfitting", JMLR 15 (2014).
    """

    examples = (({"p": 0.4}, (7,)), ({"p": 0.3, "seed": 7}, (4, 3)), ({"p": 0.0}, (5,)))

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = x (1 + sqrt(p / (1 - p)) z) in training, else x."""
        if not self.drops(ctx):
            return x
        flat, y, factors = x.reshape((x.size,)), ctx.empty((x.size,)), ctx.empty((x.size,))
        sigma = math.sqrt(self.p / (1.0 - self.p))
        ctx.run(kernels.scale_by_noise, flat, y, factors, ctx.clock, self.key_of(ctx), sigma)
        ctx.saved.factors = factors
        return y.reshape(x.shape)

    def backward(self, dy: Array, ctx: Context) -> Array:
        """dx = dy times the factors of `forward`, in place."""
        if self.drops(ctx):
            ctx.run(kernels.multiply, ctx.saved.factors, dy)
        return dy
