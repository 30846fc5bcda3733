"""History: what every epoch reached."""

from os import PathLike
from typing import TYPE_CHECKING, Any

from pronghorn.components.callback import Callback, Logs
from pronghorn.components.logs import LabelledValues

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class History(Callback):
    """Keeps the logs of each epoch; `fit` adds this callback itself and returns it.

    `history` maps each label (`loss`, `acc`, `val_loss`...) to its values, one an epoch, and
    `epoch` lists the epochs, counted from 0. Training values are averages over the epoch while
    the weights moved, with dropout at work; `val_` values were taken at the epoch's end.
    """

    def __init__(self) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[Any]] = LabelledValues()

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Start anew."""
        self.epoch, self.history = [], LabelledValues()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Note down the epoch."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def plot(self, path: str | PathLike[str] | None = None) -> "Figure":
        """Draw the learning curves, training and validation, one panel a quantity.

        With a `path` the picture is written there, in the format of its ending. Returns the
        matplotlib figure. Raises ValueError if there is no epoch yet or no such format,
        OSError if the file cannot be written, ImportError if matplotlib is missing.
        """
        from pronghorn.callbacks.curves import draw_curves
        from pronghorn.pictures import save_figure

        figure = draw_curves(self.epoch, self.history)
        if path is not None:
            save_figure(figure, path)
        return figure
