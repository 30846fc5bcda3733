"""Convolutions of sequences and images as layers."""

import json

import numpy as np
import pytest

from pronghorn.errors import ShapeError
from pronghorn.layers import (
    Activation,
    AtrousConvolution2D,
    Conv1D,
    Conv2D,
    Convolution1D,
    Convolution2D,
    Dense,
    Flatten,
    MaxPooling2D,
    Reshape,
    TimeDistributed,
    get,
)
from pronghorn.models import Sequential, model_from_json

RNG = np.random.default_rng(3)


def slid(kernel, **arguments):
    """What a filter of one channel makes of 1 to 6."""
    layer = Convolution1D(1, len(kernel), bias=False, input_shape=(6, 1), **arguments)
    model = Sequential([layer])
    model.set_weights([np.reshape(kernel, (-1, 1, 1, 1))])
    return model.predict(np.arange(1.0, 7.0).reshape(1, 6, 1)).ravel().tolist()


def test_numbers_worked_out_by_hand():
    tens = [1, 10, 100, 1000]
    assert slid(tens) == [4321, 5432, 6543]
    assert slid(tens, border_mode="same") == [3210, 4321, 5432, 6543, 654, 65]
    assert slid(tens, border_mode="same", subsample_length=2) == [3210, 5432, 654]
    assert slid(tens[:3], border_mode="same", subsample_length=2) == [321, 543, 65]
    assert slid(tens[:2], dilation_rate=3) == [41, 52, 63]
    assert slid(tens[:2], padding="causal", dilation_rate=2) == [10, 20, 31, 42, 53, 64]
    assert slid(tens[:2], border_mode="full") == [10, 21, 32, 43, 54, 65, 6]


def test_an_image_with_channels_between_the_layers():
    x, w = RNG.standard_normal((2, 5, 6, 3)), RNG.standard_normal((2, 3, 3, 4))
    model = Sequential([Convolution2D(4, 2, 3, input_shape=(5, 6, 3), weights=[w, np.ones(4)])])
    views = np.lib.stride_tricks.sliding_window_view(x, (2, 3), axis=(1, 2))
    expected = np.einsum("nijcab,abcf->nijf", views, w) + 1.0
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-4, atol=1e-5)


def test_spellings_of_both_keras():
    first = Convolution2D(
        8, 3, 3, subsample=(2, 2), border_mode="same", dim_ordering="th", bias=False, name="c"
    )
    shapes = [
        Conv2D(8, (3, 3), strides=2, padding="same", data_format="channels_first", use_bias=False,
               name="c"),
        Conv2D(filters=8, kernel_size=3, strides=(2, 2), padding="same",
               data_format="channels_first", use_bias=False, name="c"),
    ]  # fmt: skip
    for layer in shapes:
        assert layer.get_config() == first.get_config()
    first = Convolution1D(8, 5, subsample_length=3, init="he_normal", name="c")
    for size in (5, (5,)):
        layer = Conv1D(8, kernel_size=size, strides=3, kernel_initializer="he_normal", name="c")
        assert layer.get_config() == first.get_config()
    first = AtrousConvolution2D(8, 3, 2, atrous_rate=(2, 1), name="c")
    layer = Conv2D(8, (3, 2), dilation_rate=(2, 1), name="c")
    assert layer.get_config() == first.get_config()
    assert "atrous_rate" not in Conv2D(8, (3, 2), dilation_rate=1).get_config()
    assert Conv2D(1, 3).kernel_shape == Convolution2D(1, (3, 3)).kernel_shape == (3, 3)


def test_filters_with_holes_are_saved_as_the_classes_of_keras_1():
    model = Sequential(
        [
            TimeDistributed(Conv2D(4, 2, dilation_rate=(1, 2), name="a"), input_shape=(1, 2, 3, 1)),
            Reshape((4, 1)),
            Conv1D(2, 2, dilation_rate=3),
            Conv1D(2, 1),
        ]
    )
    described = json.loads(model.to_json())
    inside, _, holes, plain = described["config"]
    assert inside["config"]["layer"]["class_name"] == "AtrousConvolution2D"
    assert (holes["class_name"], plain["class_name"]) == ("AtrousConvolution1D", "Convolution1D")
    assert json.loads(model_from_json(model.to_json()).to_json()) == described


def test_shapes_of_weights():
    last = Sequential([Convolution2D(4, 2, 3, input_shape=(5, 6, 3), dim_ordering="tf")])
    assert [w.shape for w in last.get_weights()] == [(2, 3, 3, 4), (4,)]
    first = Sequential([Convolution2D(4, 2, 3, input_shape=(3, 5, 6), dim_ordering="th")])
    assert [w.shape for w in first.get_weights()] == [(4, 3, 2, 3), (4,)]
    assert first.output_shape == (None, 4, 4, 4)
    line = Sequential([Convolution1D(4, 2, input_dim=3)])
    assert [w.shape for w in line.get_weights()] == [(2, 1, 3, 4), (4,)]
    assert line.output_shape == (None, None, 4)
    assert [w.spatial_axes for w in (last.weights[0], first.weights[0])] == [(0, 1), (2, 3)]


def test_the_limits_of_a_sequence_kernel_follow_from_its_steps():
    model = Sequential([Convolution1D(40, 10, input_shape=(20, 30))])
    limit = np.abs(model.get_weights()[0]).max()
    assert limit == pytest.approx(np.sqrt(6 / (10 * 30 + 10 * 40)), rel=0.01)


def test_a_configuration_comes_back():
    layer = Convolution2D(
        3, 2, 4, activation="relu", border_mode="same", subsample=(2, 1), W_regularizer="l2"
    )
    again = get({"class_name": "Convolution2D", "config": layer.get_config()})
    assert again.get_config() == layer.get_config()


def chain(ordering, shape):
    o = {"dim_ordering": ordering}
    made = Sequential(
        [
            Convolution2D(6, 3, 2, activation="relu", input_shape=shape, **o),
            Convolution2D(5, 2, 3, border_mode="same", subsample=(2, 1), activation="tanh", **o),
            MaxPooling2D((1, 2), **o),
            Convolution2D(4, 2, 2, bias=False, **o),
            Activation("sigmoid"),
            Convolution2D(3, 2, 1, activation="softplus", **o),
            Flatten(),
            Dense(3),
        ],
        seed=1,
    )
    made.compile("sgd", "mse")
    return made


def test_channels_first_learn_what_channels_last_learn():
    x = RNG.standard_normal((7, 9, 8, 5)).astype("f")
    last, first = chain("tf", (9, 8, 5)), chain("th", (5, 9, 8))
    # Flatten sees the channels in another place.
    space = last.layers[5].output_shape[1:3]
    order = np.arange(np.prod(space) * 3).reshape(*space, 3).transpose(2, 0, 1).ravel()
    weights = [
        w.transpose(3, 2, 0, 1) if w.ndim == 4 else w[order] if w.ndim == 2 else w
        for w in last.get_weights()
    ]
    first.set_weights(weights)
    turned = x.transpose(0, 3, 1, 2)
    np.testing.assert_allclose(first.predict(turned), last.predict(x), rtol=1e-4, atol=1e-6)
    for _ in range(3):
        losses = [m.train_on_batch(d, np.ones((7, 3))) for m, d in ((last, x), (first, turned))]
        assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    for a, b in zip(last.get_weights(), first.get_weights(), strict=True):
        a = a.transpose(3, 2, 0, 1) if a.ndim == 4 else a[order] if a.ndim == 2 else a
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-6)


def test_an_activation_after_it_is_the_same_as_its_own():
    x, y = RNG.standard_normal((9, 6, 6, 2)), RNG.integers(0, 2, (9, 4, 4, 3))
    own = [Convolution2D(3, 3, 3, activation="sigmoid", input_shape=(6, 6, 2))]
    after = [Convolution2D(3, 3, 3, input_shape=(6, 6, 2)), Activation("sigmoid")]
    models = [Sequential(layers, seed=4) for layers in (own, after)]
    models[1].set_weights(models[0].get_weights())
    for model in models:
        model.compile("sgd", "binary_crossentropy")
        for _ in range(3):
            model.train_on_batch(x, y)
    for a, b in zip(*(m.get_weights() for m in models), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


def test_arguments_that_make_no_sense():
    with pytest.raises(ValueError, match="border_mode must be one of"):
        Convolution2D(3, 2, 2, border_mode="reflect")
    with pytest.raises(ValueError, match="nb_filter must be a positive whole number, got 0"):
        Convolution1D(0, 2)
    with pytest.raises(ValueError, match="kernel_size must be two positive"):
        Conv2D(3, (2, 2, 2))
    with pytest.raises(ShapeError, match=r"its window is larger .*dim_ordering='th' if"):
        Sequential([Convolution2D(3, 5, 5, input_shape=(4, 9, 1))])
    with pytest.raises(ShapeError, match=r"channels of .* must be known"):
        Sequential([Convolution1D(3, 5, input_shape=(4, None))])
    with pytest.raises(ShapeError, match="takes inputs of 4 axes"):
        Sequential([Convolution2D(3, 5, 5, input_shape=(4, 9))])
