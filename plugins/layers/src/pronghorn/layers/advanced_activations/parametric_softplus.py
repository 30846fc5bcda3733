"""ParametricSoftplus."""

from collections.abc import Sequence
from typing import Any

from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Shape
from pronghorn.layers.advanced_activations import kernels
from pronghorn.layers.advanced_activations.parametric import Parametric


class ParametricSoftplus(Parametric):
    """`y = alphas * log(1 + exp(betas * x))`, both learnt. Any shape, which stays.

    Weights: alphas, betas, of the shape of a sample, with 1 for each shared axis.

    Args:
        alpha_init, beta_init: the numbers that alphas and betas start with.
        weights: initial arrays [alphas, betas].
        shared_axes: axes, from 1 on, along which weights are shared; one of them, several or None.

    Source: McFarland, Cui and Butts, "Inferring Nonlinear Neuronal Computation Based on
    Physiologically Plausible Inputs", PLoS Computational Biology 9 (2013).
    """

    examples = (
        ({}, (5,)),
        ({"alpha_init": 0.5, "beta_init": 1.0, "shared_axes": [1]}, (4, 3)),
        ({"beta_init": -1.0, "shared_axes": [1, 2]}, (4, 3)),
    )
    function = kernels.parametric_softplus
    gradient = kernels.parametric_softplus_gradient

    def __init__(
        self,
        alpha_init: float = 0.2,
        beta_init: float = 5.0,
        weights: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(shared_axes, **kwargs)
        self.alpha_init = float(alpha_init)
        self.beta_init = float(beta_init)
        self.initial_weights = weights

    def build(self, input_shape: Shape) -> None:
        """Make alphas and betas."""
        constant = Initializer.get("constant")
        alpha, beta = (constant.configured(value=v) for v in (self.alpha_init, self.beta_init))
        self.alphas = self.add_parameter("alphas", input_shape, alpha)
        self.betas = self.add_parameter("betas", input_shape, beta)
