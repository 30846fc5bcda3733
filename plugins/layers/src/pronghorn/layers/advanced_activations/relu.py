"""ReLU."""

from typing import Any

from pronghorn.components.activation import Activation
from pronghorn.layers.core.pointwise import Pointwise


class ReLU(Pointwise):
    """`y = x` where `x > threshold`, else `negative_slope * (x - threshold)`; at most `max_value`.

    Any shape, which stays.

    Args:
        max_value: the cap, or None; not negative.
        negative_slope: the slope below the threshold; not negative.
        threshold: where the function begins; not negative.

    Source: Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines",
    ICML 2010; this form is Keras 2's.
    """

    examples = (
        ({}, (5,)),
        ({"max_value": 1.0, "negative_slope": 0.2}, (4, 3)),
        ({"threshold": 0.4, "negative_slope": 0.1}, (5,)),
    )

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_value = _not_negative("max_value", max_value)
        self.negative_slope = _not_negative("negative_slope", negative_slope) or 0.0
        self.threshold = _not_negative("threshold", threshold) or 0.0
        self.activation = Activation.get("relu").configured(
            alpha=self.negative_slope, max_value=self.max_value, threshold=self.threshold
        )


def _not_negative(name: str, value: float | None) -> float | None:
    if value is None:
        return None
    if not value >= 0.0:
        raise ValueError(f"{name} must be at least 0, got {value!r}")
    return float(value)
