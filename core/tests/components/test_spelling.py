"""Keras 2/3 names of arguments, accepted by keyword."""

import pytest

from pronghorn.components.spelling import ALIASES, canonical_arguments, spelled
from pronghorn.layers import LSTM, Dense, Dropout, Embedding, Flatten


def test_dense_takes_the_new_names():
    layer = Dense(units=3, kernel_initializer="he_normal", use_bias=False, input_dim=2)
    config = layer.get_config()
    assert (config["output_dim"], config["init"], config["bias"]) == (3, "he_normal", False)


def test_both_names_at_once_are_an_error():
    with pytest.raises(TypeError, match="'output_dim' is given twice, also as 'units'"):
        Dense(output_dim=3, units=3)
    with pytest.raises(TypeError, match="'p' is given twice"):
        Dropout(rate=0.5, p=0.5)


def test_an_alias_of_one_class_is_not_taken_by_others():
    assert Embedding(5, 2, embeddings_initializer="zeros").get_config()["init"] == "zero"
    with pytest.raises(TypeError, match=r"'embeddings_initializer'.*did you mean"):
        Dense(3, embeddings_initializer="zeros")


def test_an_argument_of_its_own_is_not_an_alias():
    def with_own_rate(rate, p=0):
        return rate, p

    assert spelled(with_own_rate)(rate=1) == (1, 0)


def test_an_alias_without_its_keras_1_argument_stays():
    def function(x):
        return x

    assert canonical_arguments(function, {"units": 3}) == {"units": 3}


def test_no_alias_is_a_keras_1_name():
    old = {name for names in ALIASES.values() for name in names}
    assert not (old - {"dropout"}) & ALIASES.keys()


def test_arguments_that_say_nothing_are_left_out():
    layer = LSTM(2, use_bias=True, recurrent_constraint=None, kernel_initializer="zeros")
    assert layer.init.name == "zero"
    assert Flatten(data_format="channels_last").get_config().keys() == Flatten().get_config().keys()
    with pytest.raises(TypeError, match="'recurrent_constraint'"):
        LSTM(2, recurrent_constraint="maxnorm")
