"""MNIST: handwritten digits (LeCun, Cortes, Burges 1998)."""

from os import PathLike

from pronghorn.datasets.idx_images import Split, idx_source, load_idx_images

SOURCE = idx_source(
    "mnist",
    "https://ossci-datasets.s3.amazonaws.com/mnist",
    (
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    ),
    in_root=True,
)


def load_data(path: str | PathLike[str] | None = None) -> tuple[Split, Split]:
    """`(x_train, y_train), (x_test, y_test)`: uint8 images (60000, 28, 28) and (10000, 28, 28).

    Values are 0 to 255, labels (n,) uint8. `path` is a folder with the four IDX files, packed or
    not, an npz file with `x_train`, `y_train`, `x_test`, `y_test`, or Keras 1's `mnist.pkl.gz`,
    whose code is not run. Raises DatasetError if the
    files are nowhere, or damaged.
    """
    return load_idx_images(SOURCE, path)
