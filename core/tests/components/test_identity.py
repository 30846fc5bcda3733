"""Only a function that does nothing but return its argument is an identity."""

import numpy as np
import pytest

from pronghorn.activations import linear
from pronghorn.components.activation import Activation, activation
from pronghorn.layers import Activation as ActivationLayer
from pronghorn.layers import Dense
from pronghorn.models import Sequential
from pronghorn.optimizers import SGD

X = np.array([-2.3, -0.7, 0.2, 0.9, 1.8])


@activation
def leaky(x, a=0.25):
    if x < 0.0:
        return a * x
    return x


@activation
def clipped(x):
    if x > 1.0:
        x = 1.0
    if x < -1.0:
        x = -1.0
    return x


@activation
def looped(x):
    for _ in range(3):
        x = 0.5 * x + 0.1 * x * x
    return x


@activation
def scaled(x):
    x = 3.0 * x
    return x  # noqa: RET504 -- this spelling is what is tested


@activation
def documented(x):
    """The input."""
    return x


EXPECTED = {
    leaky: np.where(X < 0.0, 0.25 * X, X),
    clipped: np.clip(X, -1.0, 1.0),
    scaled: 3.0 * X,
}


@pytest.mark.parametrize("made", [leaky, clipped, looped, scaled], ids=lambda a: str(a.name))
def test_a_function_that_ends_in_return_x_is_no_identity(made):
    assert not made.identity
    if made in EXPECTED:
        np.testing.assert_allclose(made(X), EXPECTED[made])
    slopes = (made(X + 1e-6) - made(X - 1e-6)) / 2e-6
    np.testing.assert_allclose(made.gradient(X), slopes, rtol=1e-6, atol=1e-8)


def test_what_does_nothing_is_an_identity():
    assert linear.identity
    assert documented.identity
    assert Activation.get(None).identity
    assert activation(lambda x: x).identity
    assert leaky.configured(a=1.0).identity is False


@pytest.mark.parametrize("made", [leaky, clipped, scaled], ids=lambda a: str(a.name))
@pytest.mark.parametrize("apart", [False, True])
def test_training_a_layer_goes_through_it(made, apart):
    kernel, bias = np.full((5, 1), 0.5, "f"), np.zeros(1, "f")
    model = Sequential()
    model.add(Dense(1, input_dim=5, activation=None if apart else made, weights=[kernel, bias]))
    if apart:
        model.add(ActivationLayer(made))
    model.compile(SGD(lr=0.1), "mse")
    x = np.stack([X, -X, 4 * X]).astype("f")
    z = x.astype("d") @ kernel
    np.testing.assert_allclose(model.predict(x), made(z), rtol=1e-5)
    target = np.ones((3, 1), "f")
    dz = 2 / 3 * (made(z) - target) * (made(z + 1e-6) - made(z - 1e-6)) / 2e-6
    model.train_on_batch(x, target)
    after_kernel, after_bias = model.get_weights()
    np.testing.assert_allclose(after_kernel, kernel - 0.1 * x.T @ dz, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(after_bias, bias - 0.1 * dz.sum(0), rtol=1e-4, atol=1e-6)
