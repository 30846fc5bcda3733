"""TensorBoard: the epochs in files for the program of this name."""

import os
from os import PathLike
from pathlib import Path
from typing import Any

from pronghorn.callbacks.event_file import EventFile
from pronghorn.components.callback import Callback, Logs


class TensorBoard(Callback):
    """Writes loss, metrics and histograms of the weights for TensorBoard.

    `tensorboard --logdir=...` shows them; it is a program of its own, and TensorFlow is not needed.

    Arguments:
        log_dir: the folder to write to.
        histogram_freq: every how many epochs the weights' histograms are written; 0 for never.
        write_graph, write_images: taken and not used: there is no graph to show.

    Raises OSError when training begins if the folder cannot be written.
    """

    examples = ({}, {"log_dir": "logs", "histogram_freq": 1})

    def __init__(
        self,
        log_dir: str | PathLike[str] = "./logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
    ) -> None:
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self._file: EventFile | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Open a new file."""
        self._close()
        self._file = EventFile(Path(self.log_dir))

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write what the epoch reached."""
        if self._file is None:
            return
        numbers = {name: float(value) for name, value in (logs or {}).items()}
        draws = self.histogram_freq and epoch % self.histogram_freq == 0
        self._file.add(epoch, numbers, self._weights() if draws else None)

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Close the file."""
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _weights(self) -> dict[str, Any]:
        layers = self.model.layers
        return {weight.name: weight.value for layer in layers for weight in layer.weights}
