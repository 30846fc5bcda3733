"""CIFAR-10: small colour photographs in ten classes (Krizhevsky 2009)."""

from os import PathLike

import numpy as np

from pronghorn.datasets.cifar import Split, read_arrays, read_batches
from pronghorn.datasets.source import Form, RemoteFile, Source

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
    if files[0].suffix == ".npz":
        return read_arrays(files[0])
    *train, test = read_batches(files, _BATCHES, b"labels")
    x_train, y_train = (np.concatenate(parts) for parts in zip(*train, strict=True))
    return (x_train, y_train), test
