"""Dropout whose mask has axes of length 1: what lies along them is dropped as one."""

import numpy as np
import pytest

from pronghorn.layers import Dropout
from pronghorn.models import Sequential
from pronghorn.testing import run_pass


@pytest.mark.parametrize(("noise_shape", "axis"), [((None, 1), 1), ((1, None), 0)])
def test_axis_of_length_1_is_dropped_as_one(noise_shape, axis):
    model = Sequential([Dropout(0.5, noise_shape=noise_shape, input_shape=(40,))], seed=1)
    x = np.arange(1.0, 1601.0, dtype=np.float32).reshape(40, 40)
    passed = run_pass(model, x, np.ones_like(x), training=True)
    kept = passed.y != 0
    assert np.array_equal(kept, np.broadcast_to(kept.take([0], axis), kept.shape))
    assert 10 <= kept.take(0, axis).sum() <= 30
    np.testing.assert_allclose(passed.y[kept], 2 * x[kept])
    np.testing.assert_allclose(passed.gx, 2.0 * kept)
