"""BaseLogger: averages over an epoch."""

from pronghorn.components.callback import Callback, Logs
from pronghorn.progress import RunningMeans


class BaseLogger(Callback):
    """Puts the epoch's averages of loss and metrics into the logs of `on_epoch_end`.

    Each batch counts as many times as it has samples. `fit` adds this callback itself, before
    all others. An average that the loop has already put there is left alone.
    """

    def __init__(self) -> None:
        self._means = RunningMeans()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Start the averages again."""
        self._means = RunningMeans()

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Count the batch in."""
        if logs:
            self._means.add_logs(self.params["metrics"], logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Publish the averages."""
        if logs is not None:
            for name, mean in self._means.means():
                logs.setdefault(name, mean)
