"""The tests of a pack: each component against a line of NumPy, and as a model uses it."""

import numpy as np

from pronghorn.layers import Dense, Scale
from pronghorn.models import Sequential

X = np.linspace(-2.0, 2.0, 24, dtype=np.float32).reshape(8, 3)
Y = np.sin(X.sum(axis=1, keepdims=True))


def test_squareplus():
    model = Sequential([Dense(3, input_dim=3, init="identity", activation="squareplus")])
    np.testing.assert_allclose(model.predict(X), 0.5 * (X + np.sqrt(X * X + 4.0)), rtol=1e-6)


def test_power_by_rule():
    model = Sequential([Dense(3, input_dim=3, init="identity", activation="pow3")])
    np.testing.assert_allclose(model.predict(X), X**3, rtol=1e-5)


def test_scale():
    model = Sequential([Scale(input_shape=(3,))])
    model.set_weights([np.array([1.0, 2.0, -1.0])])
    np.testing.assert_allclose(model.predict(X), X * [1.0, 2.0, -1.0], rtol=1e-6)


def test_all_of_it_learns():
    model = Sequential(
        [Scale(input_shape=(3,)), Dense(16, activation="squareplus"), Dense(1)], seed=1
    )
    model.compile(loss="pseudo_huber", optimizer={"name": "signum", "config": {"lr": 0.005}})
    losses = model.fit(X, Y, nb_epoch=200, batch_size=8, verbose=0).history["loss"]
    assert losses[-1] < 0.2 * losses[0]
