"""What the text datasets have in common: word indices by falling frequency."""

import json
from dataclasses import dataclass
from math import inf
from os import PathLike
from pathlib import Path

import numpy as np

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


def read_word_index(source: Source, path: str | PathLike[str] | None) -> dict[str, int]:
    """The table from words to indices in a JSON file of the dataset."""
    (file,) = source.locate(path)
    try:
        table = json.loads(Path(file).read_text(encoding="utf-8"))
    except ValueError as error:
        raise DatasetError(f"{file} is damaged, or no JSON file: {error}") from error
    return {str(word): int(index) for word, index in table.items()}
