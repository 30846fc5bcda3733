"""Noise is there in training alone, and has the mean and spread that are asked for."""

import numpy as np
import pytest

from pronghorn.layers import (
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from pronghorn.models import Sequential
from pronghorn.testing import run_pass

X = np.linspace(1.0, 2.0, 40_000, dtype=np.float32).reshape(100, 400)


def noise(layer):
    model = Sequential([layer], seed=1)
    np.testing.assert_array_equal(model.predict(X), X)
    return run_pass(model, X, np.ones_like(X), training=True)


def test_gaussian_noise():
    done = noise(GaussianNoise(0.5, input_shape=(400,)))
    added = done.y - X
    assert abs(added.mean()) < 0.01
    assert added.std() == pytest.approx(0.5, rel=0.02)
    assert abs(np.corrcoef(added[:, 1:].ravel(), added[:, :-1].ravel())[0, 1]) < 0.02
    np.testing.assert_array_equal(done.gx, 1.0)


def test_gaussian_dropout():
    done = noise(GaussianDropout(0.2, input_shape=(400,)))
    factors = done.y / X
    assert factors.mean() == pytest.approx(1.0, abs=0.01)
    assert factors.std() == pytest.approx(0.5, rel=0.02)
    np.testing.assert_allclose(done.gx, factors, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "shape", "space"),
    [
        (SpatialDropout1D(0.4, input_shape=(5, 40)), (30, 5, 40), (1,)),
        (SpatialDropout2D(0.4, "tf", input_shape=(2, 3, 40)), (30, 2, 3, 40), (1, 2)),
        (SpatialDropout2D(0.4, "th", input_shape=(40, 2, 3)), (30, 40, 2, 3), (2, 3)),
        (SpatialDropout3D(0.4, "tf", input_shape=(2, 3, 2, 40)), (30, 2, 3, 2, 40), (1, 2, 3)),
        (SpatialDropout3D(0.4, "th", input_shape=(40, 2, 3, 2)), (30, 40, 2, 3, 2), (2, 3, 4)),
    ],
    ids=lambda given: type(given).__name__,
)
def test_channels_are_dropped_as_one(layer, shape, space):
    x = np.random.default_rng(0).uniform(1.0, 2.0, shape).astype("f")
    model = Sequential([layer], seed=1)
    np.testing.assert_array_equal(model.predict(x), x)
    done = run_pass(model, x, np.ones_like(x), training=True)
    kept = done.y != 0
    np.testing.assert_array_equal(kept.any(axis=space), kept.all(axis=space))
    assert kept.mean() == pytest.approx(0.6, abs=0.05)
    np.testing.assert_allclose(done.y, x * kept / 0.6, rtol=1e-5)
    np.testing.assert_allclose(done.gx, kept / 0.6, rtol=1e-5)


def test_other_orderings_drop_the_same_channels():
    x = np.ones((8, 6, 5, 4), np.float32)
    last, first = (
        run_pass(
            Sequential([SpatialDropout2D(0.5, order, seed=3, input_shape=shape)]),
            np.ones((8, *shape)),
            training=True,
        ).y
        for order, shape in (("tf", (6, 5, 4)), ("th", (4, 6, 5)))
    )
    np.testing.assert_array_equal(last, first.transpose(0, 2, 3, 1))
    assert last.shape == x.shape


@pytest.mark.parametrize("make", [lambda: GaussianNoise(-0.1), lambda: GaussianDropout(1.0),
                                  lambda: SpatialDropout1D(1.5)])  # fmt: skip
def test_what_makes_no_sense_is_refused(make):
    with pytest.raises(ValueError, match="must be at least 0"):
        make()
