"""SReLU."""

from collections.abc import Sequence
from typing import Any

from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Shape
from pronghorn.layers.advanced_activations import kernels
from pronghorn.layers.advanced_activations.parametric import Parametric


class SReLU(Parametric):
    """Three lines put together, their places and slopes learnt. Any shape, which stays.

    With `T = t_left + abs(t_right)`: `y = t_left + a_left * (x - t_left)` where `x <= t_left`,
    `y = T + a_right * (x - T)` where `x >= T`, and `y = x` between. Weights: t_left, a_left,
    t_right, a_right, of the shape of a sample, with 1 for each shared axis.

    Args:
        t_left_init, a_left_init, t_right_init, a_right_init: initializers.
        shared_axes: axes, from 1 on, along which weights are shared; one of them, several or None.

    Source: Jin et al., "Deep Learning with S-Shaped Rectified Linear Activation Units", AAAI 2016.
    """

    examples = (
        ({}, (5,)),
        ({"a_right_init": "uniform", "shared_axes": [1]}, (4, 3)),
        ({"t_left_init": "normal", "shared_axes": [2, 3]}, (3, 4, 2)),
    )
    function, gradient = kernels.srelu, kernels.srelu_gradient

    def __init__(
        self,
        t_left_init: Any = "zero",
        a_left_init: Any = "glorot_uniform",
        t_right_init: Any = "glorot_uniform",
        a_right_init: Any = "one",
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(shared_axes, **kwargs)
        self.t_left_init = Initializer.get(t_left_init)
        self.a_left_init = Initializer.get(a_left_init)
        self.t_right_init = Initializer.get(t_right_init)
        self.a_right_init = Initializer.get(a_right_init)

    def build(self, input_shape: Shape) -> None:
        """Make the four weights."""
        for name in ("t_left", "a_left", "t_right", "a_right"):
            init = getattr(self, f"{name}_init")
            setattr(self, name, self.add_parameter(name, input_shape, init))
