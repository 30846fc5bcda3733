"""Models as layers of models, and models that share layers."""

import numpy as np
import pytest

from pronghorn.errors import ShapeError
from pronghorn.layers import (
    LSTM,
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    TimeDistributed,
)
from pronghorn.models import Sequential, load_model, model_from_json, model_from_yaml

X = np.random.default_rng(0).normal(size=(24, 5)).astype("float32")
Y = np.eye(3, dtype="float32")[np.random.default_rng(1).integers(0, 3, 24)]


def front(**options):
    layers = [Dense(4, input_dim=5, activation="tanh", **options), BatchNormalization(), Dense(6)]
    return Sequential(layers, seed=1)


def whole(first=None):
    return Sequential([first or front(), Activation("relu"), back()], seed=2)


def back():
    return Sequential([Dense(3, input_dim=6), Activation("softmax")], seed=3)


def flat(model):
    """The same layers one after the other, with the weights that the model has now."""
    layers = [inner for layer in model.layers for inner in (layer.inner or [layer])]
    made = Sequential.from_config(Sequential.get_config(_listing(layers)))
    made.set_weights(model.get_weights())
    return made


class _listing:
    def __init__(self, layers):
        self.layers = layers


def trained(model):
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(X, Y, batch_size=10, nb_epoch=3, shuffle=False, verbose=0).history
    return history, model.get_weights()


def test_trains_as_its_layers_one_after_the_other():
    model = whole()
    expected_history, expected = trained(flat(model))
    history, weights = trained(model)
    assert history == expected_history
    for array, wanted in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(array, wanted)


def test_softmax_at_the_end_of_an_inner_model_goes_into_the_loss():
    model = whole()
    trained(model)
    (plan,) = (p for key, p in model.runner._plans.items() if key.samples == 4)
    assert plan.steps[-1].ctx.loss_fused
    assert plan.steps[-1].ctx.saved.steps[-1].ctx.loss_fused


def test_weights_names_and_counts(capsys):
    model = whole()
    assert model.layers[0].count_params() == 24 + 16 + 30
    assert model.count_params() == 24 + 16 + 30 + 21
    assert len(model.get_weights()) == 10
    assert len(model.trainable_weights) == 8
    assert [w.name.rpartition("_")[2] for w in model.layers[0].weights] == [
        *("W", "b", "gamma", "beta", "W", "b", "mean", "std")
    ]
    model.summary()
    assert f"{model.layers[0].name} (Sequential)" in capsys.readouterr().out


@pytest.mark.parametrize("how", ["file", "weights", "json", "yaml", "config"])
def test_round_trips(tmp_path, how):
    model = whole()
    trained(model)
    if how == "file":
        model.save(tmp_path / "m.h5")
        again = load_model(tmp_path / "m.h5")
        for (name, a), (other, b) in zip(
            model.optimizer_arrays(), again.optimizer_arrays(), strict=True
        ):
            assert name == other
            np.testing.assert_array_equal(a, b)
    else:
        made = {
            "json": lambda: model_from_json(model.to_json()),
            "yaml": lambda: model_from_yaml(model.to_yaml()),
            "config": lambda: Sequential.from_config(model.get_config()),
            "weights": whole,
        }[how]
        again = made()
        model.save_weights(tmp_path / "w.h5")
        again.load_weights(tmp_path / "w.h5")
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    if how != "weights":
        assert again.get_config() == model.get_config()


def test_frozen_layers_inside_keep_their_weights():
    model = whole()
    model.layers[0].layers[0].trainable = False
    model.layers[2].trainable = False
    assert len(model.trainable_weights) == 4
    before = model.get_weights()
    after = trained(model)[1]
    changed = [not np.array_equal(a, b) for a, b in zip(before, after, strict=True)]
    assert changed == [False, False, *[True] * 6, False, False]


def test_what_learns_is_settled_by_compile():
    model = front()
    model.compile("sgd", "mse")
    model.trainable = False
    target = np.zeros((24, 6), "float32")
    before = model.layers[0].get_weights()[0]
    model.train_on_batch(X, target)
    assert not np.array_equal(model.layers[0].get_weights()[0], before)
    model.compile("sgd", "mse")
    before = model.layers[0].get_weights()[0]
    model.train_on_batch(X, target)
    assert np.array_equal(model.layers[0].get_weights()[0], before)


def test_a_part_follows_what_the_whole_learns():
    model = whole()
    encoder = model.layers[0]
    trained(model)
    first = encoder.predict(X)
    model.fit(X, Y, nb_epoch=1, verbose=0)
    second = encoder.predict(X)
    assert not np.allclose(first, second)
    copy = front()
    copy.set_weights(encoder.get_weights())
    np.testing.assert_allclose(second, copy.predict(X), rtol=1e-6)
    weights = model.get_weights()
    model.train_on_batch(X, Y)
    assert not np.array_equal(model.get_weights()[0], weights[0])


def test_adversaries_learn_in_turns():
    """The usual script: what judges learns alone, and is frozen inside the other model."""
    judge = Sequential([Dense(1, input_dim=3, activation="sigmoid")], seed=1)
    judge.compile("sgd", "binary_crossentropy")
    maker = Sequential([Dense(3, input_dim=5)], seed=2)
    judge.trainable = False
    both = Sequential([maker, judge])
    both.compile("sgd", "binary_crossentropy")
    ones = np.ones((24, 1))
    for _ in range(3):
        fake, real = maker.get_weights()[0], judge.get_weights()[0]
        judge.train_on_batch(Y, ones)
        assert not np.array_equal(judge.get_weights()[0], real)
        assert np.array_equal(maker.get_weights()[0], fake)
        real = judge.get_weights()[0]
        both.train_on_batch(X, ones)
        assert np.array_equal(judge.get_weights()[0], real)
        assert not np.array_equal(maker.get_weights()[0], fake)


def test_layers_of_another_model():
    model = whole(Sequential([Dense(6, input_dim=5)]))
    trained(model)
    part = Sequential(model.layers[:1])
    w, b = model.get_weights()[:2]
    np.testing.assert_allclose(part.predict(X), X @ w + b, rtol=1e-5, atol=1e-6)


def test_penalties_inside_count():
    model = Sequential([front(W_regularizer="l2", activity_regularizer="activity_l1")])
    inner = Sequential(front(W_regularizer="l2", activity_regularizer="activity_l1").layers)
    inner.set_weights(model.get_weights())
    target = np.zeros((24, 6))
    for each in (model, inner):
        each.compile("sgd", "mse")
    assert model.test_on_batch(X, target) == inner.test_on_batch(X, target)
    assert model.train_on_batch(X, target) == inner.train_on_batch(X, target)
    for a, b in zip(model.get_weights(), inner.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_masks_go_through():
    words = np.array([[1, 2, 0, 0], [3, 1, 2, 0]])
    reader = Sequential([LSTM(3, input_shape=(None, 2), return_sequences=True), LSTM(2)], seed=4)
    words_in = Sequential([Embedding(5, 2, mask_zero=True)], seed=5)
    model = Sequential([words_in, reader])
    plain = flat(model)
    np.testing.assert_allclose(model.predict(words), plain.predict(words), rtol=1e-6)
    assert not np.allclose(model.predict(words), model.predict(np.maximum(words, 1)))


def test_a_mask_stops_where_a_layer_inside_takes_none():
    words_in = Sequential([Embedding(5, 2, mask_zero=True, input_length=4)])
    with pytest.raises(ValueError, match="of 'tail' does not support masks"):
        Sequential([words_in, Sequential([Dropout(0.1, input_shape=(4, 2)), Flatten()], "tail")])
    with pytest.raises(ValueError, match="does not support masks"):
        Sequential([words_in, Sequential([Flatten(input_shape=(4, 2))])])


def test_every_step_through_a_model():
    inner = Sequential([Dense(4, input_dim=5, activation="relu"), Dense(2)], seed=6)
    model = Sequential([TimeDistributed(inner, input_shape=(3, 5))])
    x = X[:24].reshape(8, 3, 5)
    expected = inner.predict(x.reshape(24, 5)).reshape(8, 3, 2)
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-6)
    again = model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_models_two_levels_down():
    model = Sequential([Sequential([Sequential([Dense(4, input_dim=5)]), Dense(3)]), Dense(3)])
    model.compile("sgd", "mse")
    model.fit(X, Y, nb_epoch=1, verbose=0)
    again = model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_no_layer_is_there_twice():
    inner = front()
    for layers in ([inner, inner], [inner, inner.layers[2]]):
        with pytest.raises(ValueError, match="layers cannot be shared"):
            Sequential(layers)
    with pytest.raises(ValueError, match="layers cannot be shared"):
        inner.add(inner)


def test_shapes_must_fit():
    with pytest.raises(ShapeError, match=r"takes inputs of shape \(None, 6\), but is given"):
        Sequential([Dense(5, input_dim=4), back()])
    with pytest.raises(TypeError, match="has no layers"):
        Sequential([Dense(5, input_dim=4), Sequential()])
