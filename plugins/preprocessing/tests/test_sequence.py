"""preprocessing.sequence."""

import random

import numpy as np
import pytest

from pronghorn.preprocessing import sequence
from pronghorn.preprocessing.sequence import make_sampling_table, pad_sequences, skipgrams

RAGGED = [[1], [1, 2], [1, 2, 3]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [[0, 0, 1], [0, 1, 2], [1, 2, 3]]),
        ({"padding": "post"}, [[1, 0, 0], [1, 2, 0], [1, 2, 3]]),
        ({"maxlen": 2}, [[0, 1], [1, 2], [2, 3]]),
        ({"maxlen": 2, "truncating": "post"}, [[0, 1], [1, 2], [1, 2]]),
        ({"maxlen": 2, "padding": "post"}, [[1, 0], [1, 2], [2, 3]]),
        ({"value": 9, "maxlen": 4}, [[9, 9, 9, 1], [9, 9, 1, 2], [9, 1, 2, 3]]),
        ({"maxlen": 0}, [[], [], []]),
    ],
)
def test_numbers(options, expected):
    padded = pad_sequences(RAGGED, **options)
    np.testing.assert_array_equal(padded, expected)
    assert padded.dtype == np.int32


def test_elements_may_be_vectors():
    ragged = [[[1, 1]], [[2, 1], [2, 2]], []]
    padded = pad_sequences(ragged, maxlen=3, value=7, dtype="float32", padding="post")
    assert padded.shape == (3, 3, 2)
    assert padded.dtype == np.float32
    np.testing.assert_array_equal(padded[1], [[2, 1], [2, 2], [7, 7]])
    np.testing.assert_array_equal(padded[2], np.full((3, 2), 7))


def test_nothing_and_empty_sequences():
    assert pad_sequences([]).shape == (0, 0)
    np.testing.assert_array_equal(pad_sequences([[], []], maxlen=2, value=5), [[5, 5], [5, 5]])


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ([[1]], {"padding": "left"}, "padding is 'pre' or 'post', not 'left'"),
        ([[]], {"truncating": "mid"}, "truncating is 'pre' or 'post', not 'mid'"),
        ([[[1, 2]], [[1, 2, 3]]], {}, r"sequence 1 have shape \(3,\), those of the earlier ones"),
        ([1, 2], {}, "one of them is 1"),
    ],
)
def test_what_cannot_be_padded(given, options, message):
    with pytest.raises(ValueError, match=message):
        pad_sequences(given, **options)


def test_sampling_table():
    expected = [0.00315225, 0.00315225, 0.00547597, 0.00741556, 0.00912817]
    np.testing.assert_allclose(make_sampling_table(5), expected, rtol=1e-5)
    assert make_sampling_table(3, sampling_factor=1e9).tolist() == [1, 1, 1]
    assert make_sampling_table(0).shape == (0,)


def test_true_pairs_are_those_within_the_window():
    words = [3, 1, 0, 2]
    couples, labels = skipgrams(words, 5, window_size=1, negative_samples=0, shuffle=False)
    assert couples == [[3, 1], [1, 3]]
    assert labels == [1, 1]
    couples, _ = skipgrams(words, 5, window_size=3, negative_samples=0, shuffle=False)
    near = [[words[i], words[j]] for i in range(4) for j in range(4) if i != j]
    assert couples == [pair for pair in near if 0 not in pair]


def test_negative_pairs_keep_the_centres():
    couples, labels = skipgrams(np.arange(1, 6), 50, 1, negative_samples=2.0, shuffle=False, seed=1)
    true, false = couples[:8], couples[8:]
    assert labels == [1] * 8 + [0] * 16
    assert sorted(c for c, _ in false) == sorted([c for c, _ in true] * 2)
    assert all(1 <= word < 50 for _, word in false)


def test_couples_and_labels_are_shuffled_alike():
    ordered = skipgrams(range(1, 9), 9, shuffle=False, categorical=True, seed=5)
    mixed = skipgrams(range(1, 9), 9, categorical=True, seed=5)
    assert mixed != ordered
    pairs = [sorted(zip(map(tuple, c), map(tuple, y), strict=True)) for c, y in (ordered, mixed)]
    assert pairs[0] == pairs[1]
    assert set(map(tuple, mixed[1])) == {(0, 1), (1, 0)}


def test_a_seed_repeats_and_leaves_pythons_generator_alone():
    random.seed(11)
    state = random.getstate()
    assert skipgrams(range(1, 9), 9, seed=5) == skipgrams(range(1, 9), 9, seed=5)
    assert random.getstate() == state
    first = skipgrams(range(1, 9), 9)
    random.seed(11)
    assert skipgrams(range(1, 9), 9) == first


def test_a_sampling_table_drops_centres():
    table = np.array([0.0, 0.0, 1.0, 1.0])
    couples, _ = skipgrams([1, 2, 3], 4, negative_samples=0, sampling_table=table)
    assert {c for c, _ in couples} == {2, 3}
    assert {w for _, w in couples} == {1, 2, 3}


def test_the_module_is_reached_from_the_package():
    from pronghorn import preprocessing

    assert preprocessing.sequence is sequence
