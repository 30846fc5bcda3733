"""Prices of houses near Boston, with 13 numbers on each place (Harrison and Rubinfeld 1978)."""

from os import PathLike

import numpy as np

from pronghorn.datasets.formats import read_npz
from pronghorn.datasets.source import Form, RemoteFile, Source
from pronghorn.datasets.word_lists import ADDRESS, shuffled

Split = tuple[np.ndarray, np.ndarray]

SOURCE = Source(
    "boston_housing",
    (Form((("boston_housing.npz",),)),),
    (
        RemoteFile(
            "boston_housing.npz",
            ADDRESS,
            "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
        ),
    ),
    ("boston_housing.npz",),
)


def load_data(
    path: str | PathLike[str] | None = None, seed: int = 113, test_split: float = 0.2
) -> tuple[Split, Split]:
    """`(x_train, y_train), (x_test, y_test)`: float64 (404, 13), (404,) and (102, 13), (102,).

    Arguments:
        path: the file `boston_housing.npz`, or a folder that has it.
        seed: of the order.
        test_split: share of the samples that is held out.

    Raises DatasetError if the file is nowhere, or damaged.
    """
    x, y = read_npz(SOURCE.locate(path)[0], ("x", "y"))
    x, y = shuffled(x, y, np.random.RandomState(seed))
    cut = int(len(x) * (1 - test_split))
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])
