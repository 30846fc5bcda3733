"""Pooling and enlarging against windows of NumPy, with more channels than vectors have lanes."""

import numpy as np
import pytest

from pronghorn import backend
from pronghorn.layers import AveragePooling2D, MaxPooling2D, UpSampling2D
from pronghorn.models import Sequential
from pronghorn.testing import run_pass

SHAPE = (2, 7, 6, 19)
"""Of the images: 19 channels fill a vector of any processor, and part of another one."""


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    """The float type, which is that of models meanwhile."""
    backend.set_floatx(request.param)
    yield request.param
    backend.set_floatx("float32")


def images(dtype, shape=SHAPE):
    """Small whole numbers, so that many are equal."""
    return np.random.default_rng(1).integers(-3, 4, shape).astype(dtype)


def windows(size, step, border):
    """For each window its place in the output and, as slices, the images' cells inside it."""
    places = []
    for length in SHAPE[1:3]:
        if border == "valid":
            starts = range(0, length - size + 1, step)
        else:
            count = -(-length // step)
            before = max((count - 1) * step + size - length, 0) // 2
            starts = range(-before, count * step - before, step)
        places.append([slice(max(s, 0), s + size) for s in starts])
    yield from (((i, j), r, c) for i, r in enumerate(places[0]) for j, c in enumerate(places[1]))


@pytest.mark.parametrize(
    ("size", "step", "border"), [(2, 2, "valid"), (2, 2, "same"), (3, 2, "same"), (2, 3, "valid")]
)
def test_pooling_is_what_windows_of_numpy_give(size, step, border, dtype):
    x = images(dtype)
    for layer in (MaxPooling2D, AveragePooling2D):
        pooling = layer((size, size), (step, step), border, "tf", batch_input_shape=SHAPE)
        model = Sequential([pooling])
        dy = images(dtype, (SHAPE[0], *model.output_shape[1:]))
        y, dx = np.zeros_like(dy), np.zeros_like(x)
        for (i, j), rows, columns in windows(size, step, border):
            cells = x[:, rows, columns].reshape(2, -1, 19)
            share = np.full(cells.shape, 1.0 / cells.shape[1])
            if layer is MaxPooling2D:
                share = np.arange(cells.shape[1])[:, None] == cells.argmax(axis=1)[:, None]
            y[:, i, j] = (cells * share).sum(axis=1)
            own = share * dy[:, i, j][:, None]
            dx[:, rows, columns] += own.reshape(x[:, rows, columns].shape)
        made = run_pass(model, x, dy)
        np.testing.assert_allclose(made.y, y, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(made.gx, dx, rtol=1e-6, atol=1e-6)


def test_enlarging_is_what_repeating_in_numpy_gives(dtype):
    model = Sequential([UpSampling2D((3, 2), "tf", batch_input_shape=SHAPE)])
    x, dy = images(dtype), images(dtype, (2, 21, 12, 19))
    made = run_pass(model, x, dy)
    assert np.array_equal(made.y, x.repeat(3, axis=1).repeat(2, axis=2))
    assert np.array_equal(made.gx, dy.reshape(2, 7, 3, 6, 2, 19).sum(axis=(2, 4)))
