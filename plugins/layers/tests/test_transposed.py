"""Transposed convolutions against windows added up one by one."""

import numpy as np
import pytest

from pronghorn.errors import ShapeError
from pronghorn.layers import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose, Deconvolution2D
from pronghorn.models import Sequential

RNG = np.random.default_rng(4)


def spread(x, w, lengths, step, before, gap=1):
    """Each cell of x, times each element of w (window, filters, channels), added where it falls."""
    y = np.zeros((len(x), *lengths, w.shape[-2]))
    for cell in np.ndindex(x.shape[1:-1]):
        for tap in np.ndindex(w.shape[:-2]):
            at = np.array(cell) * step - before + np.array(tap) * gap
            if (at >= 0).all() and (at < lengths).all():
                y[(slice(None), *at)] += x[(slice(None), *cell)] @ w[tap].T
    return y


def predicted(layer, x, *weights):
    model = Sequential([layer])
    model.set_weights(list(weights))
    return model.predict(x)


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_images():
    x, b = RNG.standard_normal((2, 3, 4, 5)), RNG.standard_normal(6)
    w = RNG.standard_normal((3, 2, 6, 5))
    for padding, lengths, before in (("valid", (7, 8), (0, 0)), ("same", (6, 8), (0, 0))):
        layer = Conv2DTranspose(6, (3, 2), strides=2, padding=padding, input_shape=(3, 4, 5))
        assert layer.window()[0] == (3, 2)
        close(predicted(layer, x, w, b), spread(x, w, lengths, 2, before) + b)
    layer = Conv2DTranspose(6, (3, 2), strides=1, padding="same", input_shape=(3, 4, 5))
    close(predicted(layer, x, w, b), spread(x, w, (3, 4), 1, (1, 0)) + b)


def test_output_padding_and_holes():
    x, w = RNG.standard_normal((2, 3, 4)), RNG.standard_normal((3, 1, 2, 4))
    given = {"use_bias": False, "input_shape": (3, 4)}
    layer = Conv1DTranspose(2, 3, strides=3, output_padding=2, **given)
    close(predicted(layer, x, w), spread(x, w[:, 0], (11,), 3, 0))
    layer = Conv1DTranspose(2, 3, dilation_rate=2, **given)
    close(predicted(layer, x, w), spread(x, w[:, 0], (7,), 1, 0, 2))


def test_volumes():
    x, w = RNG.standard_normal((2, 2, 3, 2, 4)), RNG.standard_normal((2, 3, 2, 3, 4))
    layer = Conv3DTranspose(
        3, (2, 3, 2), strides=(1, 2, 2), use_bias=False, input_shape=x.shape[1:]
    )
    close(predicted(layer, x, w), spread(x, w, (3, 7, 4), (1, 2, 2), 0))


@pytest.mark.parametrize("rows", [6, 7])
def test_an_output_shape_of_its_own(rows):
    x, w = RNG.standard_normal((2, 3, 3, 5)), RNG.standard_normal((2, 2, 5, 4))
    layer = Deconvolution2D(
        4, 2, 2, (None, rows, 6, 4), subsample=(2, 2), bias=False, input_shape=(3, 3, 5)
    )
    assert layer.get_config()["output_shape"] == (None, rows, 6, 4)
    expected = spread(x, w.transpose(0, 1, 3, 2), (rows, 6), 2, 0)
    close(predicted(layer, x, w), expected)


def test_an_output_shape_that_does_not_fit():
    layer = Deconvolution2D(4, 2, 2, (None, 9, 6, 4), subsample=(2, 2), input_shape=(3, 3, 5))
    with pytest.raises(ShapeError, match=r"an axis of 9 where the input has 3.* 'valid' 6 would"):
        Sequential([layer])
    with pytest.raises(ValueError, match="output_shape must have four axes"):
        Deconvolution2D(4, 2, 2, (9, 6, 4))
    with pytest.raises(ValueError, match="output_padding must be None, or less than the strides"):
        Conv2DTranspose(4, 2, output_padding=1)
