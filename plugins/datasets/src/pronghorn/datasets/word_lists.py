"""What the text datasets have in common: word indices by falling frequency."""

import json
from dataclasses import dataclass
from math import inf
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from pronghorn.datasets.formats import read_pickle
from pronghorn.datasets.source import Source
from pronghorn.errors import DatasetError

ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"


def shuffled(
    x: np.ndarray, labels: np.ndarray, generator: np.random.RandomState
) -> tuple[np.ndarray, np.ndarray]:
    """Texts and labels in the same new order."""
    order = np.arange(len(x))
    generator.shuffle(order)
    return x[order], labels[order]


@dataclass(frozen=True)
class Rules:
    """Which words of which texts are kept, and as what; see `imdb.load_data`."""

    nb_words: int | None
    skip_top: int
    maxlen: int | None
    start_char: int | None
    oov_char: int | None
    index_from: int

    def apply(self, x: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The texts that are kept, by these rules, and their labels."""
        texts = [self._marked(text) for text in x]
        kept = [i for i, text in enumerate(texts) if len(text) <= (self.maxlen or len(text))]
        if not kept and texts:
            raise ValueError(f"no text is of length {self.maxlen} or less: choose a larger maxlen")
        result = np.empty(len(kept), object)
        for place, i in enumerate(kept):
            result[place] = self._limited(texts[i])
        return result, labels[kept]

    def _marked(self, text: list[int]) -> list[int]:
        start = [] if self.start_char is None else [self.start_char]
        return [*start, *(word + self.index_from for word in text)]

    def _limited(self, text: list[int]) -> list[int]:
        least, limit, other = self.skip_top, self.nb_words or inf, self.oov_char
        if other is None:
            return [word for word in text if least <= word < limit]
        return [word if least <= word < limit else other for word in text]


def read_pair(path: Path) -> tuple[Any, Any]:
    """The two things that one of Keras 1's pickles holds."""
    found = read_pickle(path)
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise DatasetError(f"{path} does not hold texts and labels as Keras 1 wrote them")
    return found[0], found[1]


def text_arrays(pair: Any, path: Path) -> list[np.ndarray]:
    """Texts, as lists in an array of objects, and their labels, from a pair of both."""
    try:
        texts, labels = pair
        x = np.empty(len(texts), object)
        x[:] = [[int(word) for word in text] for text in texts]
        y = np.asarray(labels, np.int64)
    except (TypeError, ValueError) as error:
        raise DatasetError(f"{path} does not hold lists of numbers: {error}") from error
    if x.shape != y.shape:
        raise DatasetError(f"{path} holds {len(x)} texts, but labels of shape {y.shape}")
    return [x, y]


def read_word_index(source: Source, path: str | PathLike[str] | None) -> dict[str, int]:
    """The table from words to indices in a JSON file, or a pickle, of the dataset."""
    (file,) = source.locate(path)
    table = read_pickle(file, "latin1") if file.suffix == ".pkl" else _read_json(file)
    if not isinstance(table, dict):
        raise DatasetError(f"{file} holds no table of words")
    return {str(word): int(index) for word, index in table.items()}


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DatasetError(f"{path} is damaged, or no JSON file: {error}") from error
