"""TerminateOnNaN: ends training that has gone astray, and says where."""

import warnings
from math import isfinite

from pronghorn.components.callback import Callback, Logs


class TerminateOnNaN(Callback):
    """Stops training when the loss of a batch is NaN or infinite.

    Warns with the batch, the epoch and the first layer whose output or gradient is not finite;
    `layer` keeps its name (None where the model cannot tell).
    """

    keeps_activations = True

    def __init__(self) -> None:
        self.layer: str | None = None
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Remember the epoch."""
        self._epoch = epoch

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Look at the loss."""
        loss = (logs or {}).get("loss")
        if loss is None or isfinite(loss):
            return
        self.layer = self.model.first_nonfinite()
        self.model.stop_training = True
        warnings.warn(
            f"the loss is {loss} at batch {batch} of epoch {self._epoch}: training stops. "
            + _place(self.layer),
            RuntimeWarning,
            stacklevel=2,
        )


def _place(layer: str | None) -> str:
    if layer is None:
        return "All layers are finite: look at the targets, the sample weights and the objective."
    return (
        f"The first layer whose output or gradient is not finite is {layer!r}: try a smaller "
        "learning rate or clipnorm, and look for NaN in the data."
    )
