"""Single passes through a model's layers."""

import numpy as np
import pytest

from pronghorn import backend
from pronghorn.layers import Dense
from pronghorn.models import Sequential
from pronghorn.testing import run_pass


@pytest.fixture
def model():
    backend.set_floatx("float64")
    yield Sequential([Dense(3, activation="gelu", input_dim=4)], seed=1)
    backend.set_floatx("float32")


def test_gradients_in_the_test_phase_are_those_in_training(model):
    # gelu's derivative needs what went into it, which predict does not keep.
    x, upstream = np.random.default_rng(0).normal(size=(5, 4)), np.ones((5, 3))
    testing, training = (run_pass(model, x, upstream, training=t) for t in (False, True))
    np.testing.assert_allclose(testing.gx, training.gx, rtol=1e-12)
    for name, gradient in training.gw.items():
        np.testing.assert_allclose(testing.gw[name], gradient, rtol=1e-12)
