"""Layers of Keras 1: what the goldens do not show."""

import numpy as np
import pytest

from pronghorn.layers import (
    GaussianDropout,
    GaussianNoise,
    Highway,
    Masking,
    MaxoutDense,
    PReLU,
    SpatialDropout1D,
    SpatialDropout2D,
    TimeDistributedDense,
)
from pronghorn.models import Sequential
from pronghorn.testing import run_pass


def test_features_that_are_equal_share_the_gradient():
    model = Sequential([MaxoutDense(1, nb_feature=4, input_dim=2)])
    model.set_weights([np.ones((4, 2, 1)), np.array([[1.0], [1.0], [0.0], [-1.0]])])
    done = run_pass(model, np.array([[2.0, 3.0]]), np.ones((1, 1)))
    np.testing.assert_allclose(done.y, [[6.0]])
    w, b = (done.gw[weight.name] for weight in model.weights)
    np.testing.assert_allclose(b[:, 0], [0.5, 0.5, 0.0, 0.0])
    np.testing.assert_allclose(w[:, :, 0], [[1.0, 1.5], [1.0, 1.5], [0.0, 0.0], [0.0, 0.0]])


def test_a_closed_highway_passes_its_input_on():
    model = Sequential([Highway(activation="relu", transform_bias=-2, input_dim=3)])
    w, carry, b, _ = model.get_weights()
    model.set_weights([w, carry, b, np.full(3, -1e4)])
    x = np.random.default_rng(0).standard_normal((4, 3)).astype("f")
    np.testing.assert_allclose(model.predict(x), x, rtol=1e-6)


def test_time_distributed_dense_passes_masks_on():
    model = Sequential([Masking(input_shape=(None, 3)), TimeDistributedDense(2, bias=False)])
    x = np.ones((1, 4, 3))
    x[0, 1] = 0.0
    assert run_pass(model, x).mask.tolist() == [[1, 0, 1, 1]]
    assert TimeDistributedDense(2, input_dim=3, input_length=4).declared_shape() == (None, 4, 3)


@pytest.mark.parametrize(
    ("layer", "known"),
    [
        (PReLU(), {"init", "shared_axes"}),
        (GaussianNoise(0.1), {"sigma"}),
        (GaussianDropout(0.1), {"p"}),
        (SpatialDropout1D(0.1), {"p"}),
        (SpatialDropout2D(0.1), {"p", "dim_ordering"}),
    ],
    ids=lambda given: type(given).__name__,
)
def test_configurations_have_what_keras_1_knows(layer, known):
    assert layer.get_config().keys() == {"name", "trainable", *known}


@pytest.mark.parametrize("layer", [MaxoutDense, TimeDistributedDense])
def test_sizes_must_be_positive(layer):
    with pytest.raises(ValueError, match="output_dim must be a positive"):
        layer(0)
