"""What the golden cases of Embedding do not show."""

import numpy as np
import pytest

from pronghorn.layers import Embedding, Flatten, GlobalAveragePooling1D
from pronghorn.models import Sequential


def test_an_index_outside_the_vocabulary_is_an_error():
    model = Sequential([Embedding(10, 3, name="words")])
    for wrong in (10, -1):
        with pytest.raises(
            IndexError, match=f"'words' knows words 0 to 9, but the data have {wrong}"
        ):
            model.predict([[1, 2], [wrong, 0]])


def test_rows_not_in_the_batch_move_with_momentum_only():
    model = Sequential([Embedding(5, 2, input_length=2), Flatten()], seed=1)
    model.compile("adam", "mse")
    before = model.get_weights()[0]
    model.train_on_batch([[0, 1]], np.zeros((1, 4)))
    first = model.get_weights()[0]
    np.testing.assert_array_equal(first[2:], before[2:])
    model.train_on_batch([[2, 3]], np.zeros((1, 4)))
    second = model.get_weights()[0]
    assert (second[:2] != first[:2]).all()
    np.testing.assert_array_equal(second[4], before[4])


def test_dropout_takes_whole_words_and_scales_the_others():
    model = Sequential(
        [Embedding(200, 4, dropout=0.5, init="one"), GlobalAveragePooling1D()], seed=3
    )
    model.compile("sgd", "mse")
    words = np.arange(200).reshape(200, 1)
    from pronghorn.testing import run_pass

    seen = run_pass(model, words, training=True).y
    assert set(np.unique(seen)) == {0.0, 2.0}
    assert (seen == seen[:, :1]).all()
    assert 60 < (seen[:, 0] == 0).sum() < 140
    np.testing.assert_array_equal(model.predict(words), 1.0)
