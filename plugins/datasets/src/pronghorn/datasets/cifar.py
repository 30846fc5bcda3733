"""The files of CIFAR-10 and CIFAR-100: batches of images in pickles, loose or in an archive."""

import tarfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from pronghorn import backend
from pronghorn.datasets.formats import read_npz
from pronghorn.datasets.pickles import load_pickle
from pronghorn.errors import DatasetError

Split = tuple[np.ndarray, np.ndarray]


def read_batches(files: list[Path], names: tuple[str, ...], labels: bytes) -> list[Split]:
    """Images and labels of each batch of these names; `labels` is their key in a batch.

    `files` are the batches themselves, the folder that has them, or their archive.
    """
    if len(files) == len(names):
        batches = [file.read_bytes() for file in files]
    elif files[0].is_dir():
        batches = [(files[0] / name).read_bytes() for name in names]
    else:
        batches = _unpacked(files[0], names)
    return [_read_batch(batch, labels) for batch in batches]


def read_arrays(path: Path) -> tuple[Split, Split]:
    """Both splits from an npz file with `x_train`, `y_train`, `x_test`, `y_test`."""
    names = ("x_train", "y_train", "x_test", "y_test")
    x_train, y_train, x_test, y_test = read_npz(path, names)
    return (x_train, y_train.reshape(-1, 1)), (x_test, y_test.reshape(-1, 1))


def _unpacked(path: Path, names: tuple[str, ...]) -> list[bytes]:
    """The batches in the archive, in order; nothing is written to the disk."""
    batches: dict[str, bytes] = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                file = archive.extractfile(member)
                if file is not None and Path(member.name).name in names:
                    batches[Path(member.name).name] = file.read()
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise DatasetError(f"{path} is damaged, or no tar archive: {error}") from error
    missing = [name for name in names if name not in batches]
    if missing:
        raise DatasetError(f"{path} lacks {', '.join(missing)}")
    return [batches[name] for name in names]


def _read_batch(data: bytes, labels: bytes) -> Split:
    found: Any = load_pickle(data, encoding="bytes")
    try:
        x = np.asarray(found[b"data"], np.uint8).reshape(-1, 3, 32, 32)
        y = np.asarray(found[labels], np.uint8).reshape(len(x), 1)
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetError(f"the file is not a batch of CIFAR images: {error!r}") from error
    is_last = backend.image_dim_ordering() == "tf"
    return (np.ascontiguousarray(x.transpose(0, 2, 3, 1)) if is_last else x), y
