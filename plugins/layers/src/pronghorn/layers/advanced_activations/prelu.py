"""PReLU."""

from collections.abc import Sequence
from typing import Any

from pronghorn.components.constraint import Constraint
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.layers.advanced_activations import kernels
from pronghorn.layers.advanced_activations.parametric import Parametric
from pronghorn.layers.unset import without_unset


class PReLU(Parametric):
    """`y = x` where `x > 0`, else `alphas * x`, the slopes learnt. Any shape, which stays.

    Weights: alphas, of the shape of a sample, with 1 for each shared axis.

    Args:
        init: initializer of alphas.
        weights: initial arrays [alphas].
        shared_axes: axes, from 1 on, along which weights are shared; one of them, several or None.
        alpha_regularizer: penalty on alphas.
        alpha_constraint: rule that alphas obey after every update.

    Source: He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", ICCV 2015.
    """

    examples = (
        ({"init": "one"}, (5,)),
        ({"init": "uniform", "shared_axes": [1, 2]}, (4, 3, 2)),
        ({"init": "uniform", "shared_axes": [2, 3]}, (3, 4, 2)),
        ({"init": "uniform", "shared_axes": 2}, (3, 4, 2)),
        ({"init": "uniform", "shared_axes": [1]}, (70,)),
    )
    function, gradient = kernels.prelu, kernels.prelu_gradient

    def __init__(
        self,
        init: Any = "zero",
        weights: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(shared_axes, **kwargs)
        self.init = Initializer.get(init)
        self.initial_weights = weights
        self.alpha_regularizer = Regularizer.get(alpha_regularizer)
        self.alpha_constraint = Constraint.get(alpha_constraint)

    def get_config(self) -> dict[str, Any]:
        """The arguments, without rules that are not set."""
        return without_unset(super().get_config(), "alpha_regularizer", "alpha_constraint")

    def build(self, input_shape: Shape) -> None:
        """Make alphas."""
        rules = self.alpha_regularizer, self.alpha_constraint
        self.alphas = self.add_parameter("alphas", input_shape, self.init, *rules)
