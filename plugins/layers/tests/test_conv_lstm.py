"""ConvLSTM2D: its formulas, masks, states, and the weights of later Kerases."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from pronghorn.errors import ShapeError
from pronghorn.layers import LSTM, ConvLSTM2D, Masking, Reshape, TimeDistributed
from pronghorn.models import Sequential, model_from_config
from pronghorn.testing import run_pass

FRAME = (21, 20, 2)
"""So many places that each of the kernels' tasks has more than one block of them."""


def convolved(x, w, margins, strides=(1, 1)):
    """Cross-correlation of images, channels last."""
    windows = sliding_window_view(np.pad(x, ((0, 0), *margins, (0, 0))), w.shape[:2], axis=(1, 2))
    return np.einsum("nijcab,abcf->nijf", windows[:, :: strides[0], :: strides[1]], w)


def plain_conv_lstm(weights, x, mask):
    """All outputs, a step at a time: windows of 2 x 3 in steps of 2 and 1, "same"; last first."""
    h = c = 0.0
    outputs = []
    for now, counts in zip(np.moveaxis(x, 1, 0)[::-1], mask.T[::-1], strict=True):
        z = []
        for w, u, b in (weights[i : i + 3] for i in range(0, 12, 3)):
            # Of 21 rows, 11 places take 22; of 20 columns, 20 take 22: what is odd is at the end.
            given = convolved(now, w, ((0, 1), (1, 1)), (2, 1)) + b
            z.append(given + (convolved(h, u, ((0, 1), (1, 1))) if outputs else 0.0))
        i, f, o = (np.clip(0.2 * z[n] + 0.5, 0.0, 1.0) for n in (0, 2, 3))
        cell = f * c + i * np.tanh(z[1])
        counts = counts[:, np.newaxis, np.newaxis, np.newaxis]
        c, h = np.where(counts, cell, c), np.where(counts, o * np.tanh(cell), h)
        outputs.append(h)
    return np.stack(outputs, axis=1)


def test_it_is_its_formulas_and_masked_steps_leave_states_alone():
    layer = ConvLSTM2D(
        5, 2, 3, border_mode="same", subsample=(2, 1), b_init="uniform", return_sequences=True,
        go_backwards=True,
    )  # fmt: skip
    flat = (3, int(np.prod(FRAME)))
    frames = [Masking(input_shape=flat), TimeDistributed(Reshape(FRAME))]
    model = Sequential([*frames, layer], seed=1)
    x = np.random.default_rng(0).normal(size=(4, *flat))
    x[0, 2] = x[1, 1] = x[3] = 0.0
    expected = plain_conv_lstm(model.get_weights(), x.reshape(4, 3, *FRAME), x.any(axis=2))
    assert model.output_shape == (None, 3, 11, 20, 5)
    np.testing.assert_allclose(model.predict(x), expected, atol=2e-6)


@pytest.mark.parametrize("mode", ["cpu", "gpu"])
def test_on_single_cells_it_is_an_lstm_with_the_same_dropout(mode):
    options = {"dropout_W": 0.3, "dropout_U": 0.4, "go_backwards": True, "consume_less": mode}
    plain = Sequential([LSTM(5, input_shape=(4, 3), **options)], seed=2)
    frames = Sequential([ConvLSTM2D(5, 1, 1, input_shape=(4, 1, 1, 3), **options)], seed=2)
    pairs = zip(frames.weights, plain.get_weights(), strict=True)
    frames.set_weights([w.reshape(weight.shape) for weight, w in pairs])
    random = np.random.default_rng(3)
    x, upstream = random.normal(size=(6, 4, 3)), random.normal(size=(6, 5))
    expected = run_pass(plain, x, upstream, training=True)
    places = x.reshape(6, 4, 1, 1, 3), upstream.reshape(6, 1, 1, 5)
    found = run_pass(frames, *places, training=True)
    np.testing.assert_allclose(found.y.reshape(6, 5), expected.y, atol=1e-6)
    np.testing.assert_allclose(found.gx.reshape(x.shape), expected.gx, atol=1e-6)
    for gradient, wanted in zip(found.gw.values(), expected.gw.values(), strict=True):
        np.testing.assert_allclose(gradient.reshape(wanted.shape), wanted, atol=1e-5)


def test_states_go_on_until_they_are_reset():
    given = {"nb_filter": 2, "nb_row": 3, "nb_col": 3, "dim_ordering": "th"}
    whole = Sequential([ConvLSTM2D(**given, input_shape=(None, 1, 5, 4))], seed=1)
    x = np.random.default_rng(1).normal(size=(2, 4, 1, 5, 4))
    expected = whole.predict(x)
    kept = ConvLSTM2D(**given, batch_input_shape=(2, None, 1, 5, 4), stateful=True)
    model = Sequential([kept], seed=2)
    model.set_weights(whole.get_weights())
    for _ in range(2):
        model.predict(x[:, :1], batch_size=2)
        np.testing.assert_allclose(model.predict(x[:, 1:], batch_size=2), expected, atol=1e-6)
        model.reset_states()


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_weights_of_keras_2_lie_side_by_side(data_format):
    frame = (4, 5, 2) if data_format == "channels_last" else (2, 4, 5)
    config = {
        "name": "film", "trainable": True, "batch_input_shape": [None, 3, *frame],
        "dtype": "float32", "filters": 3, "kernel_size": [3, 2], "strides": [1, 1],
        "padding": "same", "data_format": data_format, "dilation_rate": [1, 1],
        "activation": "tanh", "recurrent_activation": "hard_sigmoid", "use_bias": True,
        "unit_forget_bias": True, "recurrent_constraint": None, "return_sequences": False,
        "return_state": False, "go_backwards": False, "stateful": False, "unroll": False,
        "dropout": 0.0, "recurrent_dropout": 0.0,
        "recurrent_initializer": {
            "class_name": "Orthogonal", "config": {"gain": 1.0, "seed": None},
        },
    }  # fmt: skip
    entry = {"class_name": "ConvLSTM2D", "config": config}
    later = model_from_config({"class_name": "Sequential", "config": {"layers": [entry]}})
    assert [w.shape for w in later.weights] == [(3, 2, 2, 12), (3, 2, 3, 12), (12,)]
    np.testing.assert_array_equal(later.get_weights()[2], [0.0] * 3 + [1.0] * 3 + [0.0] * 6)
    ordering = "tf" if data_format == "channels_last" else "th"
    layer = ConvLSTM2D(3, 3, 2, border_mode="same", dim_ordering=ordering, input_shape=(3, *frame))
    model = Sequential([layer], seed=1)
    turned = [
        np.transpose(w, (2, 3, 1, 0)) if ordering == "th" and w.ndim > 1 else w
        for w in model.get_weights()
    ]
    gates = [turned[3 * n : 3 * n + 3] for n in (0, 2, 1, 3)]
    later.set_weights([np.concatenate(parts, axis=-1) for parts in zip(*gates, strict=True)])
    x = np.random.default_rng(2).normal(size=(2, 3, *frame))
    np.testing.assert_allclose(later.predict(x), model.predict(x), atol=1e-6)
    again = Sequential.from_config(later.get_config())
    again.set_weights(later.get_weights())
    np.testing.assert_array_equal(again.predict(x), later.predict(x))


def test_what_does_not_fit():
    with pytest.raises(ValueError, match="border_mode must be one of 'valid', 'same', got 'full'"):
        ConvLSTM2D(2, 3, 3, border_mode="full")
    with pytest.raises(ShapeError, match="takes inputs of 5 axes"):
        Sequential([ConvLSTM2D(2, 3, 3, input_shape=(8, 8, 1))])
    with pytest.raises(ShapeError, match="window is larger than the input"):
        Sequential([ConvLSTM2D(2, 3, 3, input_shape=(4, 2, 2, 1))])
    with pytest.raises(ShapeError, match=r"the channels of .* must be known"):
        Sequential([ConvLSTM2D(2, 3, 3, input_shape=(4, 8, 8, None))])
    masked = Sequential([Masking(input_shape=(2, 3, 3, 1)), ConvLSTM2D(2, 2, 2)])
    with pytest.raises(ShapeError, match=r"takes a mask of \(batch, steps\), but"):
        masked.predict(np.zeros((1, 2, 3, 3, 1)))
