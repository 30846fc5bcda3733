"""Handwritten digits of the UCI repository; they come with this package."""

import gzip
from importlib.resources import files

import numpy as np

Split = tuple[np.ndarray, np.ndarray]


def load_data(test_split: float = 0.2, seed: int = 0) -> tuple[Split, Split]:
    """`(x_train, y_train), (x_test, y_test)`: uint8 images of shape (n, 8, 8), values 0 to 16.

    The 1,797 images are shuffled by `seed`, and the share `test_split` of them (359 by default)
    is held out. Labels are uint8 of shape (n,). Source: Alpaydin and Kaynak 1998,
    doi:10.24432/C50P49; see `data/DIGITS.txt` in this package.
    """
    if not 0 <= test_split < 1:
        raise ValueError(f"test_split is a share from 0 to below 1, not {test_split!r}")
    x, y = _table()
    order = np.random.RandomState(seed).permutation(len(x))
    x, y = x[order], y[order]
    cut = len(x) - int(len(x) * test_split)
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def _table() -> Split:
    packed = files("pronghorn.datasets").joinpath("data/digits.csv.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    table = np.loadtxt(lines, np.uint8, delimiter=",")
    return table[:, :64].reshape(-1, 8, 8), table[:, 64]
