"""The learning rate of a model in training."""

from numbers import Real
from typing import Any


def get_rate(model: Any) -> float:
    """The optimizer's learning rate; ValueError if it has none."""
    rate = getattr(model.optimizer, "lr", None)
    if rate is None:
        raise ValueError(
            f"the optimizer {type(model.optimizer).__name__} has no learning rate 'lr'"
        )
    return float(getattr(model.optimizer, "learning_rate", rate))  # of a schedule, its value now


def set_rate(model: Any, rate: Any, source: str) -> None:
    """Set the optimizer's learning rate; ValueError if there is none or `rate` is no number."""
    get_rate(model)
    if not isinstance(rate, Real) or isinstance(rate, bool):
        raise ValueError(f"{source} must give the learning rate as a number, got {rate!r}")
    model.optimizer.lr = float(rate)
