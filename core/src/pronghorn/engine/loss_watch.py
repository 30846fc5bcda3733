"""A word on losses that are no numbers, at the end of the first epoch that has one."""

import warnings
from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np

from pronghorn.components.callback import Callback, Logs

CHUNK = 1024
"""Samples looked at in one go; the data may lie in a file."""


class LossWatch(Callback):
    """Warns once of a loss that is NaN or infinite, and of what the data have to do with it.

    The data are looked at only then, so that steps cost nothing.

    Args:
        data: arrays in training by what they are called, any of them None.
        dtype: what the model computes in, which may lack a number's size.
    """

    def __init__(self, data: Mapping[str, Any], dtype: np.dtype) -> None:
        self.data, self.dtype = data, dtype
        self._warned = False

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Look at the losses of the epoch."""
        losses = {name: (logs or {}).get(name, 0.0) for name in ("loss", "val_loss")}
        bad = [f"{name} is {value}" for name, value in losses.items() if not isfinite(value)]
        if not bad or self._warned:
            return
        self._warned = True
        warnings.warn(
            f"the {' and the '.join(bad)} after epoch {epoch + 1}: {self._cause()}. The callback "
            "TerminateOnNaN ends training at the first such batch and names the layer where it "
            "begins",
            RuntimeWarning,
            stacklevel=2,
        )

    def _cause(self) -> str:
        for name, array in self.data.items():
            first = None if array is None else first_nonfinite(array, self.dtype)
            if first is not None:
                return (
                    f"there is NaN, infinity or a number beyond {self.dtype} in the {name}, first "
                    f"in sample {first}: remove or repair such samples"
                )
        if not self.data:
            return "look for NaN in the data, or try a smaller learning rate or clipnorm"
        return "all data are finite, so try a smaller learning rate or clipnorm"


def first_nonfinite(array: Any, dtype: np.dtype) -> int | None:
    """The first sample that is not finite once it is of this dtype, or None."""
    for start in range(0, len(array), CHUNK):
        rows = np.asarray(array[start : start + CHUNK])
        with np.errstate(over="ignore"):
            finite = np.isfinite(rows.astype(dtype).reshape(len(rows), -1)).all(axis=1)
        if not finite.all():
            return start + int(np.argmin(finite))
    return None
