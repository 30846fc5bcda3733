"""ELU."""

from typing import Any

from pronghorn.components.activation import Activation
from pronghorn.layers.core.pointwise import Pointwise


class ELU(Pointwise):
    """`y = x` where `x > 0`, else `alpha * (exp(x) - 1)`. Any shape, which stays.

    Args:
        alpha: where the negative part ends, with its sign turned.

    Source: Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep Network Learning by
    Exponential Linear Units", ICLR 2016.
    """

    examples = (({}, (5,)), ({"alpha": 0.5}, (4, 3)))

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = float(alpha)
        self.activation = Activation.get("elu").configured(alpha=self.alpha)
