"""CIFAR-100: small colour photographs in a hundred classes of twenty kinds (Krizhevsky 2009)."""

from os import PathLike

from pronghorn.datasets.cifar import Split, read_arrays, read_batches
from pronghorn.datasets.source import Form, RemoteFile, Source

_FOLDER = "cifar-100-python"
_BATCHES = ("train", "test")

SOURCE = Source(
    "cifar100",
    (
        Form((("cifar-100-python.tar.gz", "cifar-100-python.tar", _FOLDER),)),
        Form(tuple((batch,) for batch in _BATCHES)),
        Form((("cifar100.npz",),)),
    ),
    (
        RemoteFile(
            "cifar-100-python.tar.gz",
            "https://www.cs.toronto.edu/~kriz",
            "eb9058c3a382ffc7106e4002c42a8d85",
        ),
    ),
    in_root=True,
)


def load_data(
    label_mode: str = "fine", path: str | PathLike[str] | None = None
) -> tuple[Split, Split]:
    """`(x_train, y_train), (x_test, y_test)`: uint8 images of 32 x 32 pixels in three colours.

    Shapes are (50000, 32, 32, 3) and (10000, 32, 32, 3), or (n, 3, 32, 32) if the backend's
    `image_dim_ordering` is "th"; labels (n, 1) uint8, one of 100 classes, or of 20 if
    `label_mode` is "coarse" and not "fine". `path` is the archive `cifar-100-python.tar.gz`, the
    folder in it, or an npz file with `x_train`, `y_train`, `x_test`, `y_test`. Code in the
    pickles is not run. Raises ValueError for another `label_mode`, DatasetError if the files are
    nowhere, or damaged.
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(f"label_mode must be 'fine' or 'coarse', not {label_mode!r}")
    files = SOURCE.locate(path)
    if files[0].suffix == ".npz":
        return read_arrays(files[0])
    train, test = read_batches(files, _BATCHES, f"{label_mode}_labels".encode())
    return train, test
