"""TerminateOnNaN: ends training that has gone astray, and says where."""

import warnings
from math import isfinite

from pronghorn.components.callback import Callback, Logs


class TerminateOnNaN(Callback):
    """Stops training when the loss of a batch is NaN or infinite.

    Warns with the batch, the epoch and what first went wrong: the first layer whose output or
    gradient is not finite. `place` keeps that, as "the output of layer 'dense_2'"; it is None
    where all layers are finite. To tell it, the model keeps all outputs while it trains.
    """

    keeps_activations = True

    def __init__(self) -> None:
        self.place: str | None = None
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Remember the epoch."""
        self._epoch = epoch

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Look at the loss."""
        loss = (logs or {}).get("loss")
        if loss is None or isfinite(loss):
            return
        self.place = self.model.first_nonfinite()
        self.model.stop_training = True
        warnings.warn(
            f"the loss is {loss} at batch {batch} of epoch {self._epoch}: training stops. "
            + _advice(self.place),
            RuntimeWarning,
            stacklevel=2,
        )


def _advice(place: str | None) -> str:
    if place is None:
        return "All layers are finite: look at the targets, the sample weights and the objective."
    return (
        f"What first is not finite is {place}: try a smaller learning rate or clipnorm, and look "
        "for NaN in the data."
    )
