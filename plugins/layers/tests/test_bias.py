"""What biases are before training."""

import numpy as np
import pytest

from pronghorn.layers import GRU, LSTM, Conv1D, Conv2D, Dense, Dropout, SimpleRNN
from pronghorn.models import Sequential, load_model

LAYERS = [
    (Dense, {"units": 3}, (4,)),
    (Conv1D, {"filters": 3, "kernel_size": 2}, (5, 4)),
    (Conv2D, {"filters": 3, "kernel_size": (2, 2)}, (5, 5, 4)),
    (SimpleRNN, {"units": 3}, (5, 4)),
    (GRU, {"units": 3}, (5, 4)),
]


def biases(layer):
    return [w.value for w in layer.weights if w.name.removeprefix(f"{layer.name}_")[0] == "b"]


@pytest.mark.parametrize(("cls", "arguments", "shape"), LAYERS)
def test_biases_start_as_told(cls, arguments, shape, tmp_path):
    quarter = {"class_name": "constant", "config": {"value": 0.25}}
    layer = cls(input_shape=shape, bias_initializer=quarter, **arguments)
    model = Sequential([layer])
    assert biases(layer)
    for bias in biases(layer):
        np.testing.assert_array_equal(bias, 0.25)
    model.save(tmp_path / "m.h5")
    assert load_model(tmp_path / "m.h5").layers[0].b_init.config == {"value": 0.25}


@pytest.mark.parametrize(("cls", "arguments", "shape"), LAYERS)
def test_keras_1_is_told_nothing_of_zeros(cls, arguments, shape):
    for given in ({}, {"bias_initializer": "zeros"}):
        layer = cls(input_shape=shape, **given, **arguments)
        Sequential([layer])
        assert "b_init" not in layer.get_config()
        assert not any(bias.any() for bias in biases(layer))


@pytest.mark.parametrize("mode", ["cpu", "gpu"])
def test_the_forget_gate_has_its_own(mode):
    layer = LSTM(2, input_shape=(5, 4), b_init="one", forget_bias_init="zero", consume_less=mode)
    Sequential([layer])
    found = np.sort(np.concatenate(biases(layer)))
    np.testing.assert_array_equal(found, [0.0, 0.0, *[1.0] * 6])


def test_layers_without_biases_take_no_initializer():
    with pytest.raises(TypeError, match="Dropout does not understand 'bias_initializer'"):
        Dropout(0.5, bias_initializer="zeros")
