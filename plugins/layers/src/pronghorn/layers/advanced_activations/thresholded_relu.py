"""ThresholdedReLU."""

from typing import Any

from pronghorn.components.activation import Activation
from pronghorn.layers.core.pointwise import Pointwise


class ThresholdedReLU(Pointwise):
    """`y = x` where `x > theta`, else 0. Any shape, which stays.

    Args:
        theta: the threshold.

    Source: Konda, Memisevic and Krueger, "Zero-bias Autoencoders and the Benefits of Co-adapting
    Features", ICLR 2015.
    """

    examples = (({"theta": 0.3}, (5,)), ({"theta": -0.4}, (4, 3)))

    def __init__(self, theta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.theta = float(theta)
        self.activation = Activation.get("relu").configured(threshold=self.theta)
