"""IMDB: film reviews, praising or not, as lists of word indices (Maas et al. 2011)."""

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
    "imdb",
    (Form((("imdb.npz",),)), Form((("imdb_full.pkl", "imdb.pkl"),))),
    (
        RemoteFile(
            "imdb.npz", ADDRESS, "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
        ),
    ),
    ("imdb.npz", "imdb_full.pkl", "imdb.pkl"),
)
WORD_INDEX = Source(
    "imdb",
    (Form((("imdb_word_index.json", "imdb_word_index.pkl"),)),),
    (RemoteFile("imdb_word_index.json", ADDRESS, "bfafd718b763782e994055a2d397834f"),),
    ("imdb_word_index.json", "imdb_word_index.pkl"),
)


@spelled
def load_data(
    path: str | PathLike[str] | None = None,
    nb_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> tuple[Split, Split]:
    """`(x_train, y_train), (x_test, y_test)`: 25,000 and 25,000 reviews, labels 0 and 1.

    Arguments:
        path: the file `imdb.npz`, or Keras 1's `imdb_full.pkl`, or a folder that has it.
        nb_words: words of this index and above count as rare; None keeps all.
        skip_top: words below this index count as too frequent.
        maxlen: reviews longer than this are left out.
        seed: of the order.
        start_char: index that every review starts with; None for none.
        oov_char: index in place of rare and too frequent words; None drops them.
        index_from: what is added to every word's index.

    Reviews are lists of integers, in arrays of objects. Raises DatasetError if the file is
    nowhere, or damaged.
    """
    x_train, y_train, x_test, y_test = _read(SOURCE.locate(path)[0])
    generator = np.random.RandomState(seed)
    rules = Rules(nb_words, skip_top, maxlen, start_char, oov_char, index_from)
    train = rules.apply(*shuffled(x_train, y_train, generator))
    return train, rules.apply(*shuffled(x_test, y_test, generator))


def get_word_index(path: str | PathLike[str] | None = None) -> dict[str, int]:
    """Words and their indices, before `index_from` is added to them."""
    return read_word_index(WORD_INDEX, path)


def _read(path: Path) -> list[np.ndarray]:
    if path.suffix == ".npz":
        return read_npz(path, ("x_train", "y_train", "x_test", "y_test"))
    train, test = read_pair(path)
    return [*text_arrays(train, path), *text_arrays(test, path)]
