"""Activations as layers, against lines of NumPy and files that say less than they should."""

import numpy as np
import pytest

from pronghorn.errors import ShapeError
from pronghorn.layers import (
    Convolution2D,
    Dense,
    LeakyReLU,
    ParametricSoftplus,
    PReLU,
    ReLU,
    Softmax,
    SReLU,
    ThresholdedReLU,
)
from pronghorn.models import Sequential, load_model, model_from_config
from pronghorn.testing import run_pass

X = np.random.default_rng(0).standard_normal((6, 4, 5, 3))


def test_relu_is_the_formula_of_keras_2():
    x = np.linspace(-3.0, 3.0, 25)[None]
    layer = ReLU(max_value=2.0, negative_slope=0.1, threshold=0.6, input_shape=(25,))
    expected = np.where(x > 0.6, np.minimum(x, 2.0), 0.1 * (x - 0.6))
    np.testing.assert_allclose(Sequential([layer]).predict(x), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("theta", [-0.4, 0.0, 1.0])
def test_thresholded_relu(theta):
    model = Sequential([ThresholdedReLU(theta, input_shape=(5, 3))])
    x = X[:, 0]
    done = run_pass(model, x, np.ones_like(x))
    np.testing.assert_allclose(done.y, x * (x > theta), rtol=1e-6)
    np.testing.assert_array_equal(done.gx, x > theta)


@pytest.mark.parametrize("axis", [1, 2, 3, -2])
def test_softmax_adds_up_to_1_along_its_axis(axis):
    y = Sequential([Softmax(axis=axis, input_shape=X.shape[1:])]).predict(X)
    e = np.exp(X)
    np.testing.assert_allclose(y, e / e.sum(axis=axis, keepdims=True), rtol=1e-5)


def test_a_dense_layer_applies_what_has_no_weights():
    layers = [Dense(3, input_dim=5), LeakyReLU(0.2)]
    model = Sequential(layers)
    x = X[:, 0, :, 0]
    weights = model.get_weights()
    z = x @ weights[0] + weights[1]
    np.testing.assert_allclose(model.predict(x), np.where(z > 0, z, 0.2 * z), rtol=1e-4, atol=1e-6)
    assert layers[0].absorbs_activation
    assert layers[1].pointwise is not None


def test_a_layer_without_weights_is_taken_as_an_activation():
    x = X[:, 0, :, 0]
    layers = [Dense(3, input_dim=5, activation=LeakyReLU(0.2))], [Dense(3, input_dim=5)]
    given, plain = map(Sequential, layers)
    plain.set_weights(given.get_weights())
    z = plain.predict(x)
    np.testing.assert_allclose(given.predict(x), np.where(z > 0, z, 0.2 * z), rtol=1e-4, atol=1e-6)
    config = given.get_config()[0]["config"]["activation"]
    assert config == {"name": "relu", "config": {"alpha": 0.2}}
    with pytest.raises(TypeError, match="activation"):
        Dense(3, activation=PReLU())


SHARED = [None, 1, [1], [3], [1, 2], [1, 3], [2, 3], [1, 2, 3]]


@pytest.mark.parametrize("shared", SHARED)
def test_prelu_shares_slopes_and_their_gradients(shared):
    model = Sequential([PReLU("uniform", shared_axes=shared, input_shape=X.shape[1:])])
    alphas = model.get_weights()[0]
    axes = tuple(a for a in range(4) if a == 0 or alphas.shape[a - 1] == 1)
    assert len(axes) == 1 + np.size(shared) - (shared is None)
    upstream = np.cos(X)
    done = run_pass(model, X, upstream)
    np.testing.assert_allclose(done.y, np.where(X > 0, X, alphas * X), rtol=1e-5)
    np.testing.assert_allclose(done.gx, upstream * np.where(X > 0, 1, alphas), rtol=1e-5)
    expected = (upstream * np.minimum(X, 0)).sum(axis=axes, keepdims=True)[0]
    np.testing.assert_allclose(done.gw[model.weights[0].name], expected, rtol=1e-4, atol=1e-5)


def test_prelu_between_convolutions_of_channels_first():
    x = X.astype("f").transpose(0, 3, 1, 2)

    def model(ordering, shared):
        first = {"dim_ordering": ordering, "border_mode": "same"}
        shape = x.shape[1:] if ordering == "th" else (4, 5, 3)
        return Sequential(
            [
                Convolution2D(4, 3, 3, input_shape=shape, **first),
                PReLU("one", shared_axes=shared),
                Convolution2D(2, 3, 3, **first),
            ]
        )  # fmt: skip

    th, tf = model("th", [2, 3]), model("tf", [1, 2])
    weights = [0.1 * (i + 1) * np.cos(np.arange(w.size)).reshape(w.shape) for i, w in
               enumerate(th.get_weights())]  # fmt: skip
    th.set_weights(weights)
    moved = [w.transpose(2, 3, 1, 0) if w.ndim == 4 else w for w in weights]
    moved[2] = moved[2].reshape(1, 1, 4)
    tf.set_weights(moved)
    found = run_pass(th, x, np.ones((6, 2, 4, 5)))
    expected = run_pass(tf, x.transpose(0, 2, 3, 1), np.ones((6, 4, 5, 2)))
    np.testing.assert_allclose(found.y, expected.y.transpose(0, 3, 1, 2), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.gx, expected.gx.transpose(0, 3, 1, 2), rtol=1e-4, atol=1e-5)


def test_wrong_axes_are_refused():
    for shared in (0, 3, [-1]):
        with pytest.raises(ShapeError, match="shared_axes"):
            Sequential([PReLU(shared_axes=shared, input_shape=(5, 3))])
    with pytest.raises(ShapeError, match="must be known"):
        Sequential([PReLU(input_shape=(None, 3))])
    with pytest.raises(ShapeError, match="axis"):
        Sequential([Softmax(axis=0, input_shape=(5, 3))])


@pytest.mark.parametrize("layer", [PReLU, ParametricSoftplus, SReLU])
def test_arrays_tell_the_shared_axes_that_a_configuration_lacks(layer):
    model = Sequential([layer(shared_axes=[1], input_shape=(5, 3))])
    config = model.get_config()
    del config[0]["config"]["shared_axes"]
    other = model_from_config({"class_name": "Sequential", "config": config})
    other.set_weights(model.get_weights())
    assert other.layers[0].shared_axes == [1]
    np.testing.assert_array_equal(other.predict(X[:, 0]), model.predict(X[:, 0]))


def test_a_file_without_shared_axes_is_loaded(tmp_path, monkeypatch):
    model = Sequential([PReLU("uniform", shared_axes=[1], input_shape=(50, 3))])
    told = PReLU.get_config
    monkeypatch.setattr(
        PReLU, "get_config", lambda s: {k: v for k, v in told(s).items() if k != "shared_axes"}
    )
    model.save(tmp_path / "model.h5")
    loaded = load_model(tmp_path / "model.h5")
    assert loaded.get_weights()[0].shape == (1, 3)
    x = np.tile(X[:, 0], (1, 10, 1))
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))
