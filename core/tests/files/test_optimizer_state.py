"""The optimizer's arrays of every generation end up at the weights they belong to."""

import h5py
import numpy as np
import pytest

from pronghorn.errors import ModelFileError
from pronghorn.files.optimizer_state import restore_state
from pronghorn.files.origin import Origin
from pronghorn.files.reading import StoredArray
from pronghorn.layers import Dense
from pronghorn.models import Sequential

KERAS_1, KERAS_2 = Origin(1, "tensorflow"), Origin(2, "tensorflow")
KERAS_3 = Origin(3, "torch")

WEIGHTS = {"z/kernel": (2, 3), "z/bias": (3,), "a/kernel": (3, 4), "a/bias": (4,)}
"""In the order of the layers; by name, layer a comes first. m is 1, 2, 3, 4 and v ten times it."""


@pytest.fixture
def model():
    made = Sequential([Dense(3, input_dim=2, name="z"), Dense(4, name="a")], seed=1)
    made.compile("adam", "mse")
    return made


@pytest.fixture
def file(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as hdf5:
        yield hdf5


def store(file, arrays):
    for name, array in arrays.items():
        file[name] = array
    return [StoredArray(name, file[name]) for name in arrays]


def slots(pattern, factor):
    return {
        pattern.format(name): np.full(shape, number * factor, "float32")
        for number, (name, shape) in enumerate(WEIGHTS.items(), 1)
    }


def interleaved(first, second):
    pairs = zip(first.items(), second.items(), strict=True)
    return {name: array for pair in pairs for name, array in pair}


def check(model):
    found = [(name, array.flat[0]) for name, array in model.optimizer_arrays()]
    assert found == [
        ("iterations", 5),
        ("a_W_mean", 3),
        ("a_b_mean", 4),
        ("z_W_mean", 1),
        ("z_b_mean", 2),
        ("a_W_square", 30),
        ("a_b_square", 40),
        ("z_W_square", 10),
        ("z_b_square", 20),
    ]


def test_keras_1_sorts_by_name(model, file):
    m, v = list(slots("m_{}", 1).items()), list(slots("v_{}", 10).items())
    ordered = dict([*m[2:], *m[:2], *v[2:], *v[:2]])
    restore_state(model, store(file, {"it": np.float32(5), **ordered}), KERAS_1, "Adam")
    check(model)


def test_keras_2_keeps_the_order_of_layers_and_adds_extras(model, file):
    arrays = {
        "Adam/iterations:0": np.int64(5),
        **{f"V{i}": array for i, array in enumerate(slots("{}", 1).values())},
        **{f"V{i}": array for i, array in enumerate(slots("{}", 10).values(), 4)},
        **{f"V{i}": np.zeros(1, "float32") for i in range(8, 12)},
    }
    restore_state(model, store(file, arrays), KERAS_2, "Adam")
    check(model)


def test_tf_keras_takes_weight_by_weight(model, file):
    arrays = interleaved(slots("Adam/m/{}:0", 1), slots("Adam/v/{}:0", 10))
    restore_state(model, store(file, {"iteration:0": np.int64(5), **arrays}), KERAS_2, "Adam")
    check(model)


def test_older_tf_keras_names_the_slot_last(model, file):
    arrays = {**slots("Adam/{}/m:0", 1), **slots("Adam/{}/v:0", 10)}
    restore_state(model, store(file, {"Adam/iter:0": np.int64(5), **arrays}), KERAS_2, "Adam")
    check(model)


def test_keras_3_joins_names_by_underscores(model, file):
    arrays = interleaved(slots("adam/{}_momentum", 1), slots("adam/{}_velocity", 10))
    head = {"adam/iteration": np.int32(5), "adam/learning_rate": np.float32(0.1)}
    flat = {name.replace("/", "_").replace("_", "/", 1): a for name, a in arrays.items()}
    restore_state(model, store(file, {**head, **flat}), KERAS_3, "Adam")
    check(model)


def test_updates_are_counted_where_keras_1_forgets_them(model, file):
    """RMSprop of later generations stores how far its decay has come."""
    model.compile({"name": "rmsprop", "config": {"decay": 0.1}}, "mse")
    arrays = {"it/iterations:0": np.int64(5), **slots("RMSprop/velocity/{}:0", 1)}
    restore_state(model, store(file, arrays), KERAS_2, "RMSprop")
    assert model.optimizer.iterations == 5
    assert [array.flat[0] for _, array in model.optimizer_arrays()] == [3, 4, 1, 2]


def test_sgd_without_momentum_keeps_no_arrays_in_keras_3(model, file):
    model.compile("sgd", "mse")
    head = {"sgd/iteration": np.int32(5), "sgd/learning_rate": np.float32(0.1)}
    restore_state(model, store(file, head), KERAS_3, "SGD")
    assert all(not array.any() for _, array in model.optimizer_arrays())


@pytest.mark.parametrize("origin", [KERAS_1, KERAS_2], ids=str)
def test_state_of_another_model_changes_nothing(model, file, origin):
    arrays = {"it": np.float32(5), **{f"V{i}": np.ones((9, 9)) for i in range(8)}}
    before = model.optimizer_arrays()
    with pytest.raises(ModelFileError, match="pass compile=False to load the model without it"):
        restore_state(model, store(file, arrays), origin, "Adam")
    for (_, old), (_, new) in zip(before, model.optimizer_arrays(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("origin", [KERAS_1, KERAS_2], ids=str)
def test_too_few_arrays(model, file, origin):
    arrays = {"it": np.float32(5), **slots("V{}", 1)}
    with pytest.raises(ModelFileError, match="pass compile=False"):
        restore_state(model, store(file, arrays), origin, "Adam")
