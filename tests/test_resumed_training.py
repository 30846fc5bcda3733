"""Training that is saved, loaded and gone on with equals training without the break."""

import h5py
import numpy as np
import pytest

from pronghorn.errors import ModelFileError
from pronghorn.layers import (
    LSTM,
    Bidirectional,
    Dense,
    Dropout,
    Flatten,
    SimpleRNN,
    TimeDistributed,
)
from pronghorn.models import Sequential, load_model

RNG = np.random.RandomState(0)
X, Y = RNG.rand(20, 3, 4).astype("f"), RNG.rand(20, 2).astype("f")

INNER = [
    lambda: [Dropout(0.5, input_shape=(3, 4))],
    lambda: [Sequential([Dropout(0.5, input_shape=(3, 4)), Dense(3)], seed=7)],
    lambda: [TimeDistributed(Dense(3), input_shape=(3, 4)), Dropout(0.3), Dropout(0.3)],
    lambda: [LSTM(3, dropout_W=0.4, dropout_U=0.4, return_sequences=True, input_shape=(3, 4))],
    lambda: [Bidirectional(SimpleRNN(3, dropout_U=0.5, return_sequences=True), input_shape=(3, 4))],
]


def make(layers, seed):
    model = Sequential([*layers(), Flatten(), Dense(2)], seed=seed)
    model.compile("adam", "mse")
    return model


def fit(model, start, stop, **options):
    model.fit(X, Y, batch_size=8, nb_epoch=stop, initial_epoch=start, verbose=0, **options)


@pytest.mark.parametrize(
    ("layers", "shuffle"), [(INNER[0], "batch"), *((layers, True) for layers in INNER)]
)
def test_resumed_equals_unbroken(layers, shuffle, tmp_path):
    unbroken = make(layers, 5)
    fit(unbroken, 0, 4, shuffle=shuffle)
    broken = make(layers, 5)
    fit(broken, 0, 2, shuffle=shuffle)
    broken.save(tmp_path / "m.h5")
    np.random.seed(99)
    resumed = load_model(tmp_path / "m.h5")
    fit(resumed, 2, 4, shuffle=shuffle)
    for new, old in zip(resumed.get_weights(), unbroken.get_weights(), strict=True):
        np.testing.assert_array_equal(new, old)


def test_masks_go_on_without_a_seed_too(tmp_path):
    model = make(INNER[0], None)
    fit(model, 0, 1)
    model.save(tmp_path / "m.h5")
    resumed = load_model(tmp_path / "m.h5")
    fit(model, 0, 2, shuffle=False)
    fit(resumed, 0, 2, shuffle=False)
    assert model.seed is resumed.seed is None
    for new, old in zip(resumed.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(new, old)


def test_layers_added_after_loading_are_those_that_would_have_been(tmp_path):
    model = make(INNER[0], 5)
    model.save(tmp_path / "m.h5")
    resumed = load_model(tmp_path / "m.h5")
    for each in (model, resumed):
        each.add(Dense(3))
    np.testing.assert_array_equal(resumed.get_weights()[-2], model.get_weights()[-2])


def test_a_file_without_random_state_is_read(tmp_path):
    make(INNER[0], 5).save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "a") as file:
        del file.attrs["pronghorn_random"]
    assert load_model(tmp_path / "m.h5").seed is None


@pytest.mark.parametrize(
    "state",
    [
        "[]",
        "{}",
        '{"seed": 1, "key": 1, "keys_given": 3, "layers": [1], "steps": 0}',
        '{"seed": 1, "key": 1, "keys_given": 3, "layers": [1, 2, 3], "steps": -1}',
        '{"seed": "a", "key": 1, "keys_given": 3, "layers": [1, 2, 3], "steps": 1}',
        '{"seed": 1, "key": 1, "keys_given": 3, "layers": [1, 2, 3], "steps": 1e99}',
        '{"seed": 1, "key": 1, "layers": [1, 2, 3], "steps": 1}',
    ],
)
def test_an_unsound_state_is_refused(state, tmp_path):
    make(INNER[0], 5).save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "a") as file:
        file.attrs["pronghorn_random"] = state
    with pytest.raises(ModelFileError, match="the random state is not"):
        load_model(tmp_path / "m.h5")
