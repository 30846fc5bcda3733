"""What it means for a monitored number to get better."""

import sys
import warnings
from collections.abc import Mapping
from math import inf
from typing import Any, Literal

Mode = Literal["auto", "min", "max"]

_GROWING = ("acc", "auc", "fmeasure", "fbeta", "f1", "precision", "recall", "matthews")


def grows(name: str) -> bool:
    """Whether a quantity of this name is better when it is larger, as `mode="auto"` guesses."""
    return any(part in name.lower() for part in _GROWING)


def _outside() -> int:
    """The `stacklevel`, for this function's caller, of whoever called into Pronghorn: of `fit`."""
    frame = sys._getframe(1)
    level = 1
    while frame.f_back is not None and _is_own(frame.f_globals.get("__name__", "")):
        frame, level = frame.f_back, level + 1
    return level


def _is_own(module: str) -> bool:
    return module.partition(".")[0] == "pronghorn"


class Monitor:
    """Follows one value of the logs and knows whether a new one is better than the best.

    Arguments: `name` of the value; `mode` "min", "max" or "auto" (by the name: accuracies,
    precision, recall and F measures should grow, all else should shrink); `min_delta`, how much
    better the next best has to be; `best`, what must be beaten first.
    """

    def __init__(
        self, name: str, mode: str = "auto", min_delta: float = 0.0, best: float | None = None
    ) -> None:
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"mode {mode!r} is unknown: use 'auto', 'min' or 'max'; 'auto' is taken",
                RuntimeWarning,
                stacklevel=3,
            )
            mode = "auto"
        self.name = name
        self.is_growing = grows(name) if mode == "auto" else mode == "max"
        self.min_delta = min_delta
        self.best = self.worst if best is None else best

    @property
    def worst(self) -> float:
        """The value that every other one beats."""
        return -inf if self.is_growing else inf

    def read(self, logs: Mapping[str, Any] | None, owner: str) -> float | None:
        """The monitored value, or None and a RuntimeWarning if the logs lack it."""
        given = logs or {}
        if self.name in given:
            return float(given[self.name])
        warnings.warn(
            f"{owner} monitors {self.name!r}, which is not there: the epoch has "
            f"{', '.join(map(repr, sorted(given))) or 'no values'}. {self._hint(given)}",
            RuntimeWarning,
            stacklevel=_outside(),
        )
        return None

    def _hint(self, given: Mapping[str, Any]) -> str:
        if self.name.removeprefix("val_") in given:
            return "Values that start with 'val_' need validation_split or validation_data."
        return "Monitor one of those, or add it to the metrics of compile."

    def is_better(self, value: float) -> bool:
        """Whether `value` beats the best by more than `min_delta`; NaN never does."""
        if self.is_growing:
            return value > self.best + self.min_delta
        return value < self.best - self.min_delta
