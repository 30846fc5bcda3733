"""CSVLogger: the epochs as a table in a file."""

import csv
import os
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any, TextIO

from pronghorn.components.callback import Callback, Logs


class CSVLogger(Callback):
    """Writes a line for each epoch: `epoch` (from 0), then its logs in alphabetical order.

    Arguments:
        filename: the file to write.
        separator: what stands between two values.
        append: go on with a file that is there, under the columns that it has, instead of
            replacing it.

    The columns are those of the first epoch; a value that a later one lacks stays empty. The
    file is flushed after every epoch. Raises OSError when training begins if it cannot be opened.
    """

    examples = ({"filename": "epochs.csv"}, {"filename": "folder/epochs.tsv", "separator": "\t"})

    def __init__(
        self, filename: str | PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        self.filename = os.fspath(filename)
        self.separator = separator
        self.append = append
        self._file: TextIO | None = None
        self._columns: list[str] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Open the file."""
        self._close()
        try:
            self._columns = self._found_columns() if self.append else None
            Path(self.filename).parent.mkdir(parents=True, exist_ok=True)
            self._file = Path(self.filename).open("a" if self.append else "w", newline="")  # noqa: SIM115
        except OSError as error:
            raise OSError(
                f"CSVLogger cannot write {self.filename!r}: {error.strerror or error}; give a "
                "'filename' in a folder that can be written"
            ) from error

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write the epoch's line."""
        row = {"epoch": epoch, **{name: _cell(value) for name, value in (logs or {}).items()}}
        if self._file is None:
            return
        is_first = self._columns is None
        self._columns = self._columns or ["epoch", *sorted(logs or {})]
        writer = csv.DictWriter(
            self._file, self._columns, extrasaction="ignore", delimiter=self.separator
        )
        if is_first:
            writer.writeheader()
        writer.writerow(row)
        self._file.flush()

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Close the file."""
        self._close()

    def _found_columns(self) -> list[str] | None:
        path = Path(self.filename)
        if not path.is_file():
            return None
        with path.open(newline="") as file:
            return next(csv.reader(file, delimiter=self.separator), None)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _cell(value: Any) -> Any:
    """A value as a cell holds it: a sequence or an array as `[a, b]`."""
    is_scalar = isinstance(value, str) or getattr(value, "ndim", None) == 0
    if isinstance(value, Iterable) and not is_scalar:
        return "[" + ", ".join(str(item) for item in value) + "]"
    return value
