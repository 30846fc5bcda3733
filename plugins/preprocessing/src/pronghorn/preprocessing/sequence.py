"""Sequences: padding to one length, and word pairs for skip-gram models."""

import random
from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any

import numpy as np

_EULER_GAMMA = 0.577
_SIDES = ("pre", "post")


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: str = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: float = 0.0,
) -> np.ndarray:
    """Sequences of different lengths as one array of shape `(n, maxlen) + shape of an element`.

    Arguments:
        sequences: the sequences; their elements are numbers or arrays of one shape.
        maxlen: length of all results; None means that of the longest.
        dtype: element type of the result.
        padding: "pre" or "post", where `value` is filled in if a sequence is shorter.
        truncating: "pre" or "post", where elements are dropped if it is longer.
        value: what is filled in.

    Raises ValueError for other words, for elements of different shapes, and for what is no
    sequence.
    """
    for argument, side in (("padding", padding), ("truncating", truncating)):
        if side not in _SIDES:
            raise ValueError(f"{argument} is 'pre' or 'post', not {side!r}")
    lengths = [_length(sequence) for sequence in sequences]
    length = max(lengths, default=0) if maxlen is None else maxlen
    filled = [i for i, count in enumerate(lengths) if count]
    shape = np.shape(sequences[filled[0]])[1:] if filled else ()
    padded = np.full((len(lengths), length, *shape), value, dtype)
    for i in filled:
        kept = _truncated(_elements(sequences[i], i, shape, dtype), length, truncating)
        where = slice(0, len(kept)) if padding == "post" else slice(length - len(kept), length)
        padded[i, where] = kept
    return padded


def _length(sequence: Any) -> int:
    if not hasattr(sequence, "__len__"):
        raise ValueError(
            f"pad_sequences takes a list of sequences, but one of them is {sequence!r}"
        )
    return len(sequence)


def _elements(sequence: Any, index: int, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    elements = np.asarray(sequence, dtype)
    if elements.shape[1:] != shape:
        raise ValueError(
            f"the elements of sequence {index} have shape {elements.shape[1:]}, those of the "
            f"earlier ones {shape}"
        )
    return elements


def _truncated(elements: np.ndarray, length: int, side: str) -> np.ndarray:
    dropped = max(len(elements) - length, 0)
    return elements[dropped:] if side == "pre" else elements[: len(elements) - dropped]


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """Chances, shape `(size,)`, with which `skipgrams` keeps the word of each frequency rank.

    Frequent words are kept less often; word frequencies are taken to follow Zipf's law
    (Mikolov et al. 2013).
    """
    rank = np.arange(size, dtype=np.float64)
    rank[:1] = 1
    inverse = rank * (np.log(rank) + _EULER_GAMMA) + 0.5 - 1.0 / (12.0 * rank)
    return np.minimum(1.0, np.sqrt(sampling_factor * inverse))


def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: np.ndarray | None = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pairs of words that stand near each other, and random pairs: `(couples, labels)`.

    Arguments:
        sequence: word indices; 0 stands for no word and is skipped.
        vocabulary_size: one more than the largest index.
        window_size: how many words to each side are near.
        negative_samples: random pairs for each true one.
        shuffle: whether the pairs come in random order.
        categorical: labels `[0, 1]` and `[1, 0]` instead of 1 and 0.
        sampling_table: chance of each word to be kept as a centre.
        seed: makes the result repeatable; None draws from Python's `random`.

    A random pair may be a true one by chance.
    """
    generator = random if seed is None else random.Random(seed)
    couples = _near_pairs(sequence, window_size, sampling_table, generator)
    true, false = ([0, 1], [1, 0]) if categorical else (1, 0)
    labels: list[Any] = [true] * len(couples)
    count = int(len(couples) * negative_samples)
    centers = [couple[0] for couple in couples]
    generator.shuffle(centers)
    for center in islice(cycle(centers), count):
        couples.append([center, generator.randint(1, vocabulary_size - 1)])
        labels.append(false)
    if shuffle:
        order = list(range(len(couples)))
        generator.shuffle(order)
        couples, labels = [couples[i] for i in order], [labels[i] for i in order]
    return couples, labels


def _near_pairs(
    sequence: Sequence[int], window_size: int, table: np.ndarray | None, generator: Any
) -> list[list[int]]:
    pairs = []
    for i, center in enumerate(sequence):
        if not center or (table is not None and table[center] < generator.random()):
            continue
        for j in range(max(0, i - window_size), min(len(sequence), i + window_size + 1)):
            if j != i and sequence[j]:
                pairs.append([int(center), int(sequence[j])])
    return pairs
