"""Layer normalization against NumPy."""

import numpy as np
import pytest

from pronghorn.errors import ShapeError
from pronghorn.layers import LayerNormalization
from pronghorn.models import Sequential
from pronghorn.testing import run_pass

X = 3.0 + np.random.default_rng(0).standard_normal((7, 4, 5, 6))


@pytest.mark.parametrize("axis", [-1, 1, 2, [2, 3], [1, 3], [3, 1], [1, 2, 3]])
def test_each_sample_is_normalized_over_the_axes(axis):
    layer = LayerNormalization(axis=axis, epsilon=1e-5, input_shape=X.shape[1:])
    model = Sequential([layer])
    gamma, beta = (np.cos(np.arange(w.size)).reshape(w.shape) for w in model.get_weights())
    model.set_weights([gamma, beta])
    axes = tuple(sorted(np.atleast_1d(axis) % 4))
    shape = [n if a in axes else 1 for a, n in enumerate(X.shape)]
    centred = X - X.mean(axis=axes, keepdims=True)
    unit = centred / np.sqrt((centred**2).mean(axis=axes, keepdims=True) + 1e-5)
    expected = unit * gamma.reshape(shape) + beta.reshape(shape)
    upstream = np.sin(X)
    done = run_pass(model, X, upstream)
    np.testing.assert_allclose(done.y, expected, rtol=1e-4, atol=1e-5)
    others = tuple(a for a in range(4) if a not in axes)
    sums = {"gamma": (upstream * unit).sum(axis=others), "beta": upstream.sum(axis=others)}
    for weight in model.weights:
        found = sums[weight.name.rsplit("_", 1)[1]]
        np.testing.assert_allclose(done.gw[weight.name], found, rtol=1e-4, atol=1e-4)


def test_large_means_do_not_spoil_the_variance():
    x = (1000.0 + np.random.default_rng(0).standard_normal((3, 512))).astype("f")
    y = Sequential([LayerNormalization(input_shape=(512,))]).predict(x)
    wide = x.astype("d")
    expected = (wide - wide.mean(1, keepdims=True)) / np.sqrt(wide.var(1, keepdims=True) + 1e-3)
    np.testing.assert_allclose(y, expected, atol=2e-3)


@pytest.mark.parametrize("axis", [0, 3, [1, -3], []])
def test_other_axes_are_refused(axis):
    with pytest.raises(ShapeError, match="axis"):
        Sequential([LayerNormalization(axis=axis, input_shape=(5, 3))])
