"""EarlyStopping: ends training that no longer gets better."""

from typing import Any

from pronghorn.callbacks.monitor import Monitor
from pronghorn.components.callback import Callback, Logs
from pronghorn.progress import message


class EarlyStopping(Callback):
    """Stops training when the monitored value has stopped getting better.

    Arguments:
        monitor: which value to follow.
        min_delta: how much better than the best counts as better.
        patience: bad epochs that are borne in a row; training stops at the next one, so after
            `patience + 1` of them, as in Keras 1.
        verbose: 1 says so when training stops early.
        mode: "min", "max", or "auto", which goes by the name monitored.
        baseline: a value that has to be beaten before anything counts as better.
        restore_best_weights: end with the weights of the best epoch instead of the last.
    """

    examples = ({}, {"monitor": "loss", "min_delta": 100.0, "restore_best_weights": True})

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
    ) -> None:
        self.monitor = monitor
        self.min_delta = min_delta
        self.patience = patience
        self.verbose = verbose
        self.mode = mode
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self._forget()

    def _forget(self) -> None:
        self._monitor = Monitor(self.monitor, self.mode, self.min_delta, self.baseline)
        self._kept = Monitor(self.monitor, "max" if self._monitor.is_growing else "min")
        self.wait = 0
        self.stopped_epoch = 0
        self.best_epoch = 0
        self.best_weights: list[Any] | None = None

    @property
    def best(self) -> float:
        """The best monitored value so far, or the baseline."""
        return self._monitor.best

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Start anew, so that the callback can be used again."""
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Look at the value and lose patience, or not."""
        current = self._monitor.read(logs, "EarlyStopping")
        if current is None:
            return
        self._keep_best(epoch, current)
        if self._monitor.is_better(current):
            self._monitor.best, self.wait = current, 0
            return
        if self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True
        self.wait += 1

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Say that training stopped early; put the best weights back."""
        if self.wait > self.patience and self.verbose:
            message(f"Epoch {self.stopped_epoch:05d}: early stopping")
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)
            if self.verbose:
                message(f"The weights of epoch {self.best_epoch:05d} are restored")
            self.best_weights = None

    def _keep_best(self, epoch: int, current: float) -> None:
        if self._kept.is_better(current):
            self._kept.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
