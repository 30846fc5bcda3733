"""Images of 28 x 28 pixels in the files of MNIST, which other datasets have taken over."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from pronghorn.datasets.formats import read_idx, read_npz, read_pickle
from pronghorn.datasets.source import Form, RemoteFile, Source
from pronghorn.errors import DatasetError

Split = tuple[np.ndarray, np.ndarray]

_PARTS = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")


def idx_source(name: str, address: str, checksums: tuple[str, ...], in_root: bool) -> Source:
    """A dataset of four IDX files, or one npz file or pickle.

    `checksums` are those of the packed IDX files, in order.
    """
    idx = Form(tuple(_names(part) for part in _PARTS))
    downloads = tuple(
        RemoteFile(f"{part}-ubyte.gz", address, checksum)
        for part, checksum in zip(_PARTS, checksums, strict=True)
    )
    pickles = (f"{name}.pkl.gz", f"{name}.pkl")
    forms = (idx, Form(((f"{name}.npz",),)), Form((pickles,)))
    return Source(name, forms, downloads, (f"{name}.npz", *pickles), in_root)


def load_idx_images(source: Source, path: str | PathLike[str] | None) -> tuple[Split, Split]:
    """`(x_train, y_train), (x_test, y_test)` of such a dataset."""
    files = source.locate(path)
    if len(files) == 4:
        arrays = [read_idx(file) for file in files]
    elif files[0].suffix == ".npz":
        arrays = read_npz(files[0], ("x_train", "y_train", "x_test", "y_test"))
    else:
        arrays = _read_pickled(files[0])
    x_train, y_train, x_test, y_test = arrays
    for x, y in ((x_train, y_train), (x_test, y_test)):
        if x.ndim != 3 or y.shape != x.shape[:1]:
            raise DatasetError(
                f"{files[0].parent}: images of shape {x.shape} and labels of shape {y.shape} do "
                "not make a dataset"
            )
    return (x_train, y_train), (x_test, y_test)


def _read_pickled(path: Path) -> list[np.ndarray]:
    """The arrays in a pickle of `(x_train, y_train), (x_test, y_test)`."""
    found: Any = read_pickle(path)
    try:
        (x_train, y_train), (x_test, y_test) = found
    except (TypeError, ValueError) as error:
        raise DatasetError(f"{path} does not hold two pairs of images and labels") from error
    return [np.asarray(array) for array in (x_train, y_train, x_test, y_test)]


def _names(part: str) -> tuple[str, ...]:
    """Names of one file: packed or not, and as some copies spell it."""
    plain, dotted = f"{part}-ubyte", f"{part.replace('-idx', '.idx')}-ubyte"
    return (f"{plain}.gz", plain, f"{dotted}.gz", dotted)
