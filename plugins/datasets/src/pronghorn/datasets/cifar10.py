"""CIFAR-10: small colour photographs in ten classes (Krizhevsky 2009)."""

import tarfile
import zlib
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from pronghorn import backend
from pronghorn.datasets.formats import read_npz
from pronghorn.datasets.pickles import load_pickle
from pronghorn.datasets.source import Form, RemoteFile, Source
from pronghorn.errors import DatasetError

Split = tuple[np.ndarray, np.ndarray]

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)

_FOLDER = "cifar-10-batches-py"
_BATCHES = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")

SOURCE = Source(
    "cifar10",
    (
        Form((("cifar-10-python.tar.gz", "cifar-10-python.tar", _FOLDER),)),
        Form(tuple((batch,) for batch in _BATCHES)),
        Form((("cifar10.npz",),)),
    ),
    (
        RemoteFile(
            "cifar-10-python.tar.gz",
            "https://www.cs.toronto.edu/~kriz",
            "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        ),
    ),
)


def load_data(path: str | PathLike[str] | None = None) -> tuple[Split, Split]:
    """`(x_train, y_train), (x_test, y_test)`: uint8 images of 32 x 32 pixels in three colours.

    Shapes are (50000, 32, 32, 3) and (10000, 32, 32, 3), or (n, 3, 32, 32) if the backend's
    `image_dim_ordering` is "th"; labels (n, 1) uint8, meaning `CLASSES`. `path` is the archive
    `cifar-10-python.tar.gz`, the folder in it, or an npz file with `x_train`, `y_train`, `x_test`,
    `y_test`. Code in the pickles is not run. Raises DatasetError if the files are nowhere, or
    damaged.
    """
    files = SOURCE.locate(path)
    if len(files) == len(_BATCHES):
        return _assembled([file.read_bytes() for file in files])
    if files[0].suffix == ".npz":
        x_train, y_train, x_test, y_test = read_npz(
            files[0], ("x_train", "y_train", "x_test", "y_test")
        )
        return (x_train, y_train.reshape(-1, 1)), (x_test, y_test.reshape(-1, 1))
    if files[0].is_dir():
        return _assembled([(files[0] / batch).read_bytes() for batch in _BATCHES])
    return _assembled(_unpacked(files[0]))


def _unpacked(path: Path) -> list[bytes]:
    """The batches in the archive, in order; nothing is written to the disk."""
    batches: dict[str, bytes] = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                file = archive.extractfile(member)
                if file is not None and Path(member.name).name in _BATCHES:
                    batches[Path(member.name).name] = file.read()
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise DatasetError(f"{path} is damaged, or no tar archive: {error}") from error
    missing = [batch for batch in _BATCHES if batch not in batches]
    if missing:
        raise DatasetError(f"{path} lacks {', '.join(missing)}")
    return [batches[batch] for batch in _BATCHES]


def _assembled(batches: list[bytes]) -> tuple[Split, Split]:
    parts = [_read_batch(batch) for batch in batches]
    x_train = np.concatenate([x for x, _ in parts[:-1]])
    y_train = np.concatenate([y for _, y in parts[:-1]])
    return (x_train, y_train), parts[-1]


def _read_batch(data: bytes) -> Split:
    found: Any = load_pickle(data, encoding="bytes")
    try:
        x = np.asarray(found[b"data"], np.uint8).reshape(-1, 3, 32, 32)
        y = np.asarray(found[b"labels"], np.uint8).reshape(len(x), 1)
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetError(f"the file is not a batch of CIFAR-10 images: {error!r}") from error
    is_last = backend.image_dim_ordering() == "tf"
    return (np.ascontiguousarray(x.transpose(0, 2, 3, 1)) if is_last else x), y
