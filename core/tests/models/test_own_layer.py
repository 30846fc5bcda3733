"""A layer of a script, computed by NumPy: trained, frozen, saved and loaded without packaging."""

import numpy as np
import pytest

from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer
from pronghorn.components.regularizer import Regularizer
from pronghorn.errors import DeviceError, ShapeError
from pronghorn.layers import Dense
from pronghorn.models import Sequential, load_model

X = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")
Y = np.random.default_rng(1).normal(size=(12, 3)).astype("float32")


class Bilinear(Layer):
    """`y = (x W) * g`, by plain functions of arrays that write to their last argument."""

    def __init__(self, output_dim, weights=None, W_regularizer=None, **kwargs):
        super().__init__(**kwargs)
        self.output_dim = output_dim
        self.initial_weights = weights
        self.W_regularizer = Regularizer.get(W_regularizer)

    def build(self, input_shape):
        shape = (input_shape[1], self.output_dim)
        self.W = self.add_weight("W", shape, Initializer.get("uniform"), self.W_regularizer)
        self.g = self.add_weight("g", (self.output_dim,), Initializer.get("one"))

    def get_output_shape_for(self, input_shape):
        return (input_shape[0], self.output_dim)

    def forward(self, x, ctx):
        y = ctx.empty((x.shape[0], self.output_dim))
        ctx.saved.x = x
        ctx.run(scaled_product, x, self.W, self.g, y)
        return y

    def backward(self, dy, ctx):
        x, dx = ctx.saved.x, ctx.empty(ctx.saved.x.shape)
        if ctx.gradient(self.W) is not None:
            ctx.run(gradients, x, self.W, self.g, dy, ctx.gradient(self.W), ctx.gradient(self.g))
        ctx.run(back, dy, self.W, self.g, dx)
        return dx


def scaled_product(x, w, g, y):
    np.multiply(x @ w, g, out=y)


def gradients(x, w, g, dy, dw, dg):
    dw[...] = x.T @ (dy * g)
    dg[...] = (dy * (x @ w)).sum(axis=0)


def back(dy, w, g, dx):
    dx[...] = (dy * g) @ w.T


def model_of(**options):
    model = Sequential([Dense(4, input_dim=4), Bilinear(3, **options)], seed=1)
    model.compile({"name": "sgd", "config": {"lr": 0.1}}, "mse")
    return model


def test_it_trains():
    model = model_of(W_regularizer={"name": "L1L2Regularizer", "l2": 0.05})
    a, b, w, g = (array.astype("float64") for array in model.get_weights())
    h = X @ a + b
    d = 2.0 * ((h @ w) * g - Y) / Y.size
    expected = [
        a - 0.1 * X.T @ ((d * g) @ w.T),
        b - 0.1 * ((d * g) @ w.T).sum(axis=0),
        w - 0.1 * (h.T @ (d * g) + 0.1 * w),
        g - 0.1 * (d * (h @ w)).sum(axis=0),
    ]
    model.fit(X, Y, batch_size=12, nb_epoch=1, verbose=0)
    for array, wanted in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(array, wanted, rtol=1e-4, atol=1e-6)


def test_files(tmp_path):
    model = model_of()
    model.fit(X, Y, nb_epoch=1, verbose=0)
    model.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5", custom_objects={"Bilinear": Bilinear})
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert again.train_on_batch(X, Y) == model.train_on_batch(X, Y)
    with pytest.raises(OSError, match="Bilinear"):
        load_model(tmp_path / "m.h5")


def test_given_and_frozen_weights():
    given = [np.full((4, 3), 0.5), np.full(3, 2.0)]
    model = model_of(weights=given, trainable=False)
    model.fit(X, Y, nb_epoch=2, verbose=0)
    for array, wanted in zip(model.layers[1].get_weights(), given, strict=True):
        np.testing.assert_array_equal(array, wanted)
    model.layers[1].trainable = True  # in effect once it is compiled again
    model.train_on_batch(X, Y)
    np.testing.assert_array_equal(model.layers[1].get_weights()[0], given[0])
    model.compile("sgd", "mse")
    model.train_on_batch(X, Y)
    assert not np.array_equal(model.layers[1].get_weights()[0], given[0])
    model.layers[1].set_weights(given)
    np.testing.assert_array_equal(model.layers[1].get_weights()[1], given[1])


def test_other_devices_are_refused(monkeypatch):
    class Elsewhere:
        name = side = "cuda"

    model = Sequential([Bilinear(3, input_shape=(4,))])
    monkeypatch.setattr("pronghorn.devices.get", lambda name: Elsewhere())
    with pytest.raises(DeviceError, match="calls 'scaled_product', a function of NumPy arrays"):
        model.to("cuda")


def test_a_weight_whose_shape_is_open_is_refused():
    with pytest.raises(ShapeError, match=r"weight 'W' would have shape \(None, 3\)"):
        Sequential([Bilinear(3, batch_input_shape=(None, None))])
