"""ModelCheckpoint: saves the model while it trains."""

import os
from os import PathLike
from pathlib import Path

from pronghorn.callbacks.monitor import Monitor
from pronghorn.components.callback import Callback, Logs
from pronghorn.components.logs import LabelledValues
from pronghorn.files.formats import check_ending
from pronghorn.progress import message


class ModelCheckpoint(Callback):
    """Saves the model after epochs.

    Arguments:
        filepath: where to; may hold the epoch (from 0) and any value of its logs, as in
            `"weights.{epoch:02d}-{val_loss:.2f}.h5"`. Folders that are missing are made.
        monitor: which value tells the best model.
        verbose: 1 says when something is saved.
        save_best_only: save only if the monitored value is better than ever before; "before"
            reaches over several calls of `fit` with the same callback.
        save_weights_only: save the weights instead of the whole model.
        mode: "min", "max", or "auto", which goes by the name monitored.
        period: epochs between two savings.

    Raises OSError when training begins if nothing can be written there, KeyError if `filepath`
    names a value that the logs lack. A file that is replaced is whole at every moment.
    """

    examples = (
        {"filepath": "model.{epoch:02d}-{val_loss:.2f}.h5"},
        {"filepath": "folder/best.h5", "save_best_only": True, "save_weights_only": True},
    )

    def __init__(
        self,
        filepath: str | PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        period: int = 1,
    ) -> None:
        self.filepath = os.fspath(filepath)
        self.monitor = monitor
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.mode = mode
        self.period = period
        self.epochs_since_last_save = 0
        self._monitor = Monitor(monitor, mode)

    @property
    def best(self) -> float:
        """The best monitored value so far."""
        return self._monitor.best

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """See that the file can be written before hours of training are spent."""
        folder = Path(self.filepath).parent
        while not folder.exists():
            folder = folder.parent
        if not (folder.is_dir() and os.access(folder, os.W_OK)):
            reason = "is not a folder" if not folder.is_dir() else "is not writable"
            raise OSError(
                f"ModelCheckpoint cannot save checkpoints to {self.filepath!r}: {str(folder)!r} "
                f"{reason}; give a 'filepath' in a folder that can be written"
            )
        if "{" not in str(folder := Path(self.filepath).parent):
            self._make(folder)
        if "{" not in Path(self.filepath).suffix:
            check_ending(self.filepath, whole=not self.save_weights_only)

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OSError(
                f"ModelCheckpoint cannot make the folder of {self.filepath!r}: "
                f"{error.strerror or error}; give a 'filepath' in a folder that can be written"
            ) from error

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Save, if it is time to and the model is good enough."""
        self.epochs_since_last_save += 1
        if self.epochs_since_last_save < self.period:
            return
        self.epochs_since_last_save = 0
        if not self.save_best_only:
            self._save(epoch, logs or {}, "")
            return
        current = self._monitor.read(logs, "ModelCheckpoint")
        if current is not None:
            self._save_if_better(epoch, logs or {}, current)

    def _save_if_better(self, epoch: int, logs: Logs, current: float) -> None:
        best = self._monitor.best
        if self._monitor.is_better(current):
            self._save(epoch, logs, f"{self.monitor} improved from {best:.5f} to {current:.5f}, ")
            self._monitor.best = current
        elif self.verbose:
            message(f"Epoch {epoch:05d}: {self.monitor} did not improve on {best:.5f}")

    def _save(self, epoch: int, logs: Logs, reason: str) -> None:
        path = self._path(epoch, logs)
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        save = self.model.save_weights if self.save_weights_only else self.model.save
        save(path, overwrite=True)
        if self.verbose:
            message(f"Epoch {epoch:05d}: {reason}saved to {path}")

    def _path(self, epoch: int, logs: Logs) -> str:
        values = LabelledValues({**logs, "epoch": epoch})
        try:
            return self.filepath.format_map(values)
        except (KeyError, IndexError) as error:
            raise KeyError(
                f"the checkpoint path {self.filepath!r} asks for {error}, but this epoch has "
                f"{', '.join(sorted(values))}"
            ) from error
