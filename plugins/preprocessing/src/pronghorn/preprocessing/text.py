"""Text: splitting into words, word indices, and vectors of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import md5
from math import log
from string import punctuation

import numpy as np

from pronghorn.components.spelling import spelled

FILTERS = punctuation.replace("'", "") + "\t\n"
_MODES = ("binary", "count", "tfidf", "freq")


def base_filter() -> str:
    """The characters that are filtered unless told otherwise: punctuation, tab, newline."""
    return FILTERS


def text_to_word_sequence(
    text: str, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """The words of a text: lower case if so wanted, without the characters of `filters`."""
    cased = text.lower() if lower else text
    separated = cased.translate(dict.fromkeys(map(ord, filters), split))
    return [word for word in separated.split(split) if word]


def one_hot(
    text: str, n: int, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[int]:
    """The words of a text as numbers from 1 to `n - 1`, by hashing.

    Different words may share a number. A word has the same number in every process.
    """
    if n < 2:
        raise ValueError(f"words are numbered 1 to n - 1, so n must be at least 2, not {n}")
    words = text_to_word_sequence(text, filters, lower, split)
    return [int(md5(word.encode()).hexdigest(), 16) % (n - 1) + 1 for word in words]


class Tokenizer:
    """Turns texts into lists of word indices, and into vectors.

    Arguments:
        nb_words: indices from this on are dropped, which leaves the `nb_words - 1` most frequent
            words; None keeps all.
        filters: characters to drop; by default punctuation, tab and newline, and none with
            `char_level`.
        lower: whether letter case is dropped; by default it is, but not with `char_level`.
        split: what separates words.
        char_level: take each character for a word.
        oov_token: a word, with the index 1, that stands for those dropped and those not known.

    After `fit_on_texts`: `word_counts`, `word_docs` (texts that have the word), `word_index` (from
    1, by falling count), `index_docs` and `document_count`. Fitting again adds to them.
    """

    @spelled
    def __init__(
        self,
        nb_words: int | None = None,
        filters: str | None = None,
        lower: bool | None = None,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
    ) -> None:
        self.oov_token = oov_token
        self.nb_words = nb_words
        self.filters = ("" if char_level else FILTERS) if filters is None else filters
        self.lower = not char_level if lower is None else lower
        self.split = split
        self.char_level = char_level
        self.word_counts: Counter[str] = Counter()
        self.word_docs: Counter[str] = Counter()
        self.index_docs: Counter[int] = Counter()
        self.word_index: dict[str, int] = {}
        self.document_count = 0

    def fit_on_texts(self, texts: Iterable[str]) -> None:
        """Count the words of texts and number them anew."""
        for text in texts:
            words = self._words(text)
            self.document_count += 1
            self.word_counts.update(words)
            self.word_docs.update(set(words))
        ranked = sorted(self.word_counts.items(), key=lambda item: -item[1])
        first = [] if self.oov_token is None else [self.oov_token]
        words = [*first, *(word for word, _ in ranked if word not in first)]
        self.word_index = {word: i for i, word in enumerate(words, start=1)}
        self.index_docs = Counter({self.word_index[w]: n for w, n in self.word_docs.items()})

    def fit_on_sequences(self, sequences: Iterable[Sequence[int]]) -> None:
        """Count in how many sequences each index occurs, as "tfidf" needs."""
        for sequence in sequences:
            self.document_count += 1
            self.index_docs.update(set(sequence))

    def texts_to_sequences(self, texts: Iterable[str]) -> list[list[int]]:
        """The word indices of each text; without an `oov_token`, unknown words are dropped."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[str]) -> Iterator[list[int]]:
        """The same, one text at a time."""
        for text in texts:
            found = (self.word_index.get(word) for word in self._words(text))
            other = None if self.oov_token is None else self.word_index.get(self.oov_token)
            indices = (other if i is None or self._is_rare(i) else i for i in found)
            yield [i for i in indices if i is not None]

    def texts_to_matrix(self, texts: Iterable[str], mode: str = "binary") -> np.ndarray:
        """One vector for each text; see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(
        self, sequences: Sequence[Sequence[int]], mode: str = "binary"
    ) -> np.ndarray:
        """One vector for each sequence: float64, shape `(n, nb_words)`.

        For the word j, c times in a sequence of length L: "binary" gives 1, "count" c, "freq"
        c / L, "tfidf" `(1 + log(c)) * log(1 + documents / (1 + documents with j))`.
        Raises ValueError for another mode, before anything is fitted if that is needed, and for
        an index that is not among the words.
        """
        width = self._width()
        if mode not in _MODES:
            raise ValueError(f"mode is one of {', '.join(map(repr, _MODES))}, not {mode!r}")
        if mode == "tfidf" and not self.document_count:
            raise ValueError("mode 'tfidf' needs the tokenizer to be fitted on texts first")
        matrix = np.zeros((len(sequences), width))
        for row, sequence in zip(matrix, sequences, strict=True):
            for index, count in Counter(sequence).items():
                if not self._is_rare(index):
                    self._check_index(index, width)
                    row[index] = self._weight(mode, index, count, len(sequence))
        return matrix

    def _words(self, text: str) -> list[str]:
        if not self.char_level:
            return text_to_word_sequence(text, self.filters, self.lower, self.split)
        cased = text.lower() if self.lower else text
        return [char for char in cased if char not in self.filters]

    def _is_rare(self, index: int) -> bool:
        return bool(self.nb_words) and index >= (self.nb_words or 0)

    def _width(self) -> int:
        if self.nb_words:
            return self.nb_words
        if not self.word_index:
            raise ValueError("give the tokenizer nb_words, or fit it on texts first")
        return len(self.word_index) + 1

    def _check_index(self, index: int, width: int) -> None:
        if not 0 <= index < width:
            raise ValueError(f"index {index} is not among those of the {width - 1} words")

    def _weight(self, mode: str, index: int, count: int, length: int) -> float:
        if mode == "count":
            return float(count)
        if mode == "freq":
            return count / length
        if mode == "tfidf":
            rarity = log(1 + self.document_count / (1 + self.index_docs[index]))
            return (1 + log(count)) * rarity
        return 1.0
