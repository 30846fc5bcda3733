"""LeakyReLU."""

from typing import Any

from pronghorn.components.activation import Activation
from pronghorn.layers.core.pointwise import Pointwise


class LeakyReLU(Pointwise):
    """`y = x` where `x > 0`, else `alpha * x`. Any shape, which stays.

    Args:
        alpha: the slope of the negative part.

    Source: Maas, Hannun and Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic
    Models", ICML 2013.
    """

    examples = (({}, (5,)), ({"alpha": 0.1}, (4, 3)), ({"alpha": -0.2}, (4, 3)))

    def __init__(self, alpha: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = float(alpha)
        self.activation = Activation.get("relu").configured(alpha=self.alpha)
