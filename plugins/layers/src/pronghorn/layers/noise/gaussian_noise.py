"""GaussianNoise."""

from typing import Any

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer
from pronghorn.layers.noise import kernels
from pronghorn.layers.unset import without_unset


class GaussianNoise(Layer):
    """In training, adds `sigma * z` to each element, z normal with mean 0 and variance 1.

    Any shape; the identity when testing and predicting. The random numbers are counted, not
    drawn: they depend on the model's seed, the layer, the step and the element alone.

    Args:
        sigma: standard deviation of the noise, not negative.
        seed: keys the noise, instead of the model's seed.

    Source: Bishop, "Training with Noise is Equivalent to Tikhonov Regularization", Neural
    Computation 7 (1995).
    """

    examples = (({"sigma": 0.4}, (7,)), ({"sigma": 0.3, "seed": 7}, (4, 3)), ({"sigma": 0.0}, (5,)))
    supports_masking = True

    def __init__(self, sigma: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not sigma >= 0.0:
            raise ValueError(f"the standard deviation sigma must be at least 0, got {sigma!r}")
        self.sigma = sigma
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        """The arguments, without a seed that is not set."""
        return without_unset(super().get_config(), "seed")

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = x + sigma z in training, else x."""
        if not ctx.training or self.sigma == 0.0:
            return x
        key = ctx.key if self.seed is None else self.seed
        flat, y = x.reshape((x.size,)), ctx.empty((x.size,))
        ctx.run(kernels.add_noise, flat, y, ctx.clock, key, self.sigma)
        return y.reshape(x.shape)

    def backward(self, dy: Array, ctx: Context) -> Array:
        """dx = dy."""
        return dy
