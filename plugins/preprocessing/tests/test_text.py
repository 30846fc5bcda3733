"""preprocessing.text."""

import subprocess
import sys
from math import log

import numpy as np
import pytest

from pronghorn.preprocessing.text import (
    Tokenizer,
    base_filter,
    one_hot,
    text_to_word_sequence,
)

TEXTS = ["The cat sat on the mat.", "The dog sat on the log.", "Dogs and cats, living together!"]


def test_words():
    assert text_to_word_sequence("Don't stop -- it's\tME\n(now)!") == [
        "don't",
        "stop",
        "it's",
        "me",
        "now",
    ]
    assert text_to_word_sequence("A,b", filters="", lower=False) == ["A,b"]
    assert text_to_word_sequence("a b;c", filters=";", split="--") == ["a b", "c"]
    assert text_to_word_sequence("") == []
    assert base_filter() == '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def test_hashed_words_are_in_range_and_the_same_in_every_process():
    numbers = one_hot("The cat sat on the mat.", 5)
    assert len(numbers) == 6
    assert set(numbers) <= {1, 2, 3, 4}
    assert numbers[0] == numbers[4]
    code = "from pronghorn.preprocessing.text import one_hot; print(one_hot('a b c d e f', 999))"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            env={"PYTHONHASHSEED": seed},
            check=True,
        ).stdout
        for seed in "12"
    }
    assert len(runs) == 1


def test_hashing_needs_two_numbers():
    with pytest.raises(ValueError, match="at least 2"):
        one_hot("a", 1)


@pytest.fixture
def fitted():
    tokenizer = Tokenizer()
    tokenizer.fit_on_texts(iter(TEXTS))
    return tokenizer


def test_words_are_numbered_by_falling_count(fitted):
    assert fitted.word_counts["the"] == 4
    assert fitted.word_docs["the"] == 2
    assert fitted.document_count == 3
    assert list(fitted.word_index)[:4] == ["the", "sat", "on", "cat"]
    assert list(fitted.word_index.values()) == list(range(1, 13))
    assert fitted.index_docs[1] == 2


def test_unknown_and_rare_words_are_dropped(fitted):
    fitted.nb_words = 4
    assert fitted.texts_to_sequences(["the unknown cat sat on"]) == [[1, 2, 3]]


@pytest.mark.parametrize("name", ["nb_words", "num_words"])
def test_both_spellings(name):
    assert Tokenizer(**{name: 7}).nb_words == 7


def test_fitting_again_adds_to_all_counts(fitted):
    fitted.fit_on_texts(["the end"])
    assert fitted.document_count == 4
    assert fitted.word_counts["the"] == 5
    assert fitted.index_docs[1] == 3


@pytest.mark.parametrize("nb_words", [None, 5])
@pytest.mark.parametrize("mode", ["binary", "count", "freq", "tfidf"])
def test_matrices_follow_their_formulas(fitted, mode, nb_words):
    fitted.nb_words = nb_words
    matrix = fitted.texts_to_matrix(TEXTS, mode)
    assert matrix.shape == (3, nb_words or 13)
    assert not matrix[:, 0].any()
    for row, words in zip(matrix, fitted.texts_to_sequences(TEXTS), strict=True):
        for index in range(1, matrix.shape[1]):
            c = words.count(index)
            df = sum(index in other for other in fitted.texts_to_sequences(TEXTS))
            expected = {
                "binary": float(c > 0),
                "count": c,
                "freq": c / max(len(words), 1),
                "tfidf": (1 + log(c)) * log(1 + 3 / (1 + df)) if c else 0,
            }[mode]
            assert row[index] == pytest.approx(expected)


def test_frequency_counts_rare_indices_in_the_length():
    matrix = Tokenizer(nb_words=3).sequences_to_matrix([[1, 1, 2, 9]], "freq")
    np.testing.assert_allclose(matrix, [[0, 0.5, 0.25]])


def test_sequences_can_be_fitted_too():
    tokenizer = Tokenizer(nb_words=10)
    tokenizer.fit_on_sequences([[1, 2], [2, 2]])
    assert (tokenizer.document_count, tokenizer.index_docs[2]) == (2, 2)
    matrix = tokenizer.sequences_to_matrix([[2]], "tfidf")
    assert matrix[0, 2] == pytest.approx(log(1 + 2 / 3))


@pytest.mark.parametrize(
    ("tokenizer", "sequences", "mode", "message"),
    [
        (Tokenizer(), [[1]], "binary", "nb_words, or fit"),
        (Tokenizer(nb_words=4), [[]], "bits", "mode is one of 'binary'"),
        (Tokenizer(nb_words=4), [[1]], "tfidf", "fitted on texts first"),
        (Tokenizer(nb_words=4), [[-1]], "count", "index -1 is not among"),
    ],
)
def test_what_has_no_matrix(tokenizer, sequences, mode, message):
    with pytest.raises(ValueError, match=message):
        tokenizer.sequences_to_matrix(sequences, mode)


def test_characters_as_words():
    plain, plainer = Tokenizer(char_level=True), Tokenizer(char_level=True, lower=True, filters="!")
    for tokenizer in (plain, plainer):
        tokenizer.fit_on_texts(["Aa!"])
    assert list(plain.word_index) == ["A", "a", "!"]
    assert list(plainer.word_index) == ["a"]


def test_a_token_for_words_that_are_dropped_or_unknown():
    tokenizer = Tokenizer(num_words=3, oov_token="<OOV>")
    tokenizer.fit_on_texts(["a a b", "a b c"])
    assert tokenizer.word_index == {"<OOV>": 1, "a": 2, "b": 3, "c": 4}
    assert tokenizer.texts_to_sequences(["a b z"]) == [[2, 1, 1]]
