"""Data in HDF5 files, read as they are needed."""

from collections.abc import Callable
from os import PathLike, fspath
from typing import Any

import h5py
import numpy as np


class HDF5Matrix:
    """A dataset in an HDF5 file, or some of its rows, as `fit`, `evaluate` and `predict` take it.

    Arguments:
        datapath: the file.
        dataset: the dataset's name in it.
        start, end: the rows to use; None means to the end.
        normalizer: function that what is read goes through, each time.

    Rows are read when they are indexed, by an integer, a slice, a list or an array of integers.
    Train on it with `shuffle="batch"` or `shuffle=False`. Raises OSError if there is no such
    file, KeyError if it has no such dataset, IndexError for rows that are not there.
    """

    def __init__(
        self,
        datapath: str | PathLike[str],
        dataset: str,
        start: int = 0,
        end: int | None = None,
        normalizer: Callable[[Any], Any] | None = None,
    ) -> None:
        self.data = h5py.File(fspath(datapath), "r")[dataset]
        self.start, self.end, _ = slice(start, end).indices(len(self.data))
        self.normalizer = normalizer

    def __len__(self) -> int:
        return max(self.end - self.start, 0)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows used, then the shape of a row."""
        return (len(self), *self.data.shape[1:])

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def dtype(self) -> np.dtype:
        """Element type in the file."""
        dtype: np.dtype = self.data.dtype
        return dtype

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            found = self._read_slice(key)
        elif np.ndim(key) == 0:
            found = self.data[self._rows(np.array([key]))[0]]
        else:
            found = self._read_rows(np.asarray(key))
        return found if self.normalizer is None else self.normalizer(found)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)

    def _read_slice(self, key: slice) -> np.ndarray:
        start, stop, step = key.indices(len(self))
        if step < 1:
            return self._read_rows(np.arange(start, stop, step))
        return np.asarray(self.data[self.start + start : self.start + max(start, stop) : step])

    def _read_rows(self, key: np.ndarray) -> np.ndarray:
        # HDF5 reads rows in rising order, each once.
        indices = np.flatnonzero(key) if key.dtype == bool else key
        rows, places = np.unique(self._rows(indices), return_inverse=True)
        return np.asarray(self.data[rows])[places]

    def _rows(self, indices: np.ndarray) -> np.ndarray:
        """Rows of the file for indices into this part of it, negative ones counted from the end."""
        wrapped = np.where(indices < 0, indices + len(self), indices)
        if wrapped.size and not 0 <= wrapped.min() <= wrapped.max() < len(self):
            raise IndexError(f"row {indices} is not among the {len(self)} rows")
        return np.asarray(self.start + wrapped, np.int64)
