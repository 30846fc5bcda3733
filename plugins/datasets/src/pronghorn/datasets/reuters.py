"""Reuters: newswires in 46 topics, as lists of word indices (Lewis 1987)."""

from os import PathLike
from pathlib import Path

import numpy as np

from pronghorn.components.spelling import spelled
from pronghorn.datasets.formats import read_npz
from pronghorn.datasets.source import Form, RemoteFile, Source
from pronghorn.datasets.word_lists import (
    ADDRESS,
    Rules,
    read_pair,
    read_word_index,
    shuffled,
    text_arrays,
)

Split = tuple[np.ndarray, np.ndarray]

SOURCE = Source(
    "reuters",
    (Form((("reuters.npz",),)), Form((("reuters.pkl",),))),
    (
        RemoteFile(
            "reuters.npz",
            ADDRESS,
            "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
        ),
    ),
    ("reuters.npz", "reuters.pkl"),
)
WORD_INDEX = Source(
    "reuters",
    (Form((("reuters_word_index.json", "reuters_word_index.pkl"),)),),
    (RemoteFile("reuters_word_index.json", ADDRESS, "4d44cc38712099c9e383dc6e5f11a921"),),
    ("reuters_word_index.json", "reuters_word_index.pkl"),
)


@spelled
def load_data(
    path: str | PathLike[str] | None = None,
    nb_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> tuple[Split, Split]:
    """`(x_train, y_train), (x_test, y_test)`: 11,228 newswires, labels 0 to 45.

    Arguments:
        path: the file `reuters.npz`, or Keras 1's `reuters.pkl`, or a folder that has it.
        nb_words: words of this index and above count as rare; None keeps all.
        skip_top: words below this index count as too frequent.
        maxlen: newswires longer than this are left out.
        test_split: share of the newswires that is held out.
        seed: of the order.
        start_char: index that every newswire starts with; None for none.
        oov_char: index in place of rare and too frequent words; None drops them.
        index_from: what is added to every word's index.

    Newswires are lists of integers, in arrays of objects. Raises DatasetError if the file is
    nowhere, or damaged.
    """
    x, y = _read(SOURCE.locate(path)[0])
    x, y = shuffled(x, y, np.random.RandomState(seed))
    x, y = Rules(nb_words, skip_top, maxlen, start_char, oov_char, index_from).apply(x, y)
    cut = int(len(x) * (1 - test_split))
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def get_word_index(path: str | PathLike[str] | None = None) -> dict[str, int]:
    """Words and their indices, before `index_from` is added to them."""
    return read_word_index(WORD_INDEX, path)


def _read(path: Path) -> list[np.ndarray]:
    return (
        read_npz(path, ("x", "y")) if path.suffix == ".npz" else text_arrays(read_pair(path), path)
    )
