"""TimeDistributed and Bidirectional."""

import numpy as np
import pytest

from pronghorn.layers.core import Dense, Dropout, Masking
from pronghorn.layers.recurrent import GRU, SimpleRNN
from pronghorn.layers.wrappers import Bidirectional, TimeDistributed
from pronghorn.models import Sequential
from pronghorn.testing import run_pass


def test_every_step_goes_through_the_layer():
    inner = Dense(4, activation="tanh")
    model = Sequential([TimeDistributed(inner, input_shape=(5, 3))])
    w, b = model.get_weights()
    x = np.random.default_rng(0).normal(size=(2, 5, 3))
    np.testing.assert_allclose(model.predict(x), np.tanh(x @ w + b), rtol=1e-5, atol=1e-6)
    assert model.output_shape == (None, 5, 4)
    assert [weight.name for weight in model.weights] == [f"{inner.name}_W", f"{inner.name}_b"]


def test_an_activity_penalty_counts_once():
    inner = Dense(2, init="identity", activity_regularizer="activity_l2")
    model = Sequential([TimeDistributed(inner, input_shape=(3, 2))])
    x = np.random.default_rng(1).normal(size=(2, 3, 2))
    done = run_pass(model, x, np.zeros((2, 3, 2)), penalties=True)
    np.testing.assert_allclose(done.penalty, 0.01 * np.sum(x**2), rtol=1e-5)
    np.testing.assert_allclose(done.gx, 0.02 * x, rtol=1e-4)


def test_a_mask_goes_round_the_layer():
    model = Sequential([Masking(input_shape=(3, 2)), TimeDistributed(Dense(2))])
    x = np.ones((1, 3, 2))
    x[0, 1] = 0.0
    np.testing.assert_array_equal(run_pass(model, x).mask, [[1, 0, 1]])


def test_layers_inside_have_random_numbers_of_their_own():
    model = Sequential([TimeDistributed(Dropout(0.5), input_shape=(6, 50)), Dropout(0.5)], seed=1)
    y = run_pass(model, np.ones((2, 6, 50)), training=True).y
    assert {0.0, 4.0} == set(np.unique(y))
    assert 0.15 < np.mean(y > 0) < 0.35


@pytest.mark.parametrize("mode", ["sum", "mul", "ave", "concat"])
def test_both_directions_are_merged_step_by_step(mode):
    layer = SimpleRNN(3, return_sequences=True)
    model = Sequential([Bidirectional(layer, merge_mode=mode, input_shape=(4, 2))], seed=2)
    x = np.random.default_rng(2).normal(size=(2, 4, 2))
    outputs = []
    for weights, way in ((model.get_weights()[:3], 1), (model.get_weights()[3:], -1)):
        single = Sequential([SimpleRNN(3, return_sequences=True, input_shape=(4, 2))])
        single.set_weights(weights)
        outputs.append(single.predict(x[:, ::way])[:, ::way])
    a, b = outputs
    merged = {"sum": a + b, "mul": a * b, "ave": (a + b) / 2, "concat": np.concatenate([a, b], -1)}
    np.testing.assert_allclose(model.predict(x), merged[mode], atol=1e-6)
    names = [weight.name for weight in model.weights]
    assert names[0] == f"forward_{layer.name}_W"
    assert names[3] == f"backward_{layer.name}_W"


def test_a_last_output_sees_both_ends():
    model = Sequential([Bidirectional(GRU(2), input_shape=(6, 3))], seed=3)
    x = np.random.default_rng(3).normal(size=(1, 6, 3))
    near = x.copy()
    near[0, 0] += 1.0
    change = np.abs(model.predict(near) - model.predict(x))[0]
    assert change[2:].max() > 1e-2
    assert model.output_shape == (None, 4)


def test_configuration_round_trips():
    layers = [
        TimeDistributed(Dense(2), input_shape=(3, 4)),
        Bidirectional(GRU(2, go_backwards=True), merge_mode="sum"),
    ]
    model = Sequential(layers)
    config = model.get_config()
    again = Sequential.from_config(config)
    assert again.get_config() == config
    again.set_weights(model.get_weights())
    x = np.ones((2, 3, 4))
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_bad_arguments():
    with pytest.raises(ValueError, match="merge_mode must be 'sum', 'mul', 'ave' or 'concat'"):
        Bidirectional(GRU(2), merge_mode=None)
    with pytest.raises(ValueError, match="wraps a recurrent layer, which Dense is not"):
        Bidirectional(Dense(2))


def test_states_of_both_directions_are_kept_and_reset():
    layer = SimpleRNN(2, stateful=True)
    model = Sequential([Bidirectional(layer, batch_input_shape=(1, 3, 2))], seed=1)
    x = np.ones((1, 3, 2))
    first, second = model.predict(x, batch_size=1), model.predict(x, batch_size=1)
    assert np.all(np.abs(second - first) > 1e-4)
    model.reset_states()
    np.testing.assert_array_equal(model.predict(x, batch_size=1), first)
