"""Layers and functions that their authors have not finished: what is missing is said."""

import numpy as np
import pytest

from pronghorn.components.layer import Layer
from pronghorn.errors import FunctionError, ShapeError
from pronghorn.layers import Dense
from pronghorn.models import Sequential


class Empty(Layer):
    """Has nothing."""


class Forgetful(Layer):
    """Returns nothing."""

    def forward(self, x, ctx):
        ctx.empty(x.shape)


class Liar(Layer):
    """Tells another shape."""

    def get_output_shape_for(self, input_shape):
        return (input_shape[0], 7)

    def forward(self, x, ctx):
        return x


class Shapeless(Layer):
    """Tells no shape."""

    def get_output_shape_for(self, input_shape):
        pass


class Rootless(Layer):
    """Does not call the constructor of its base."""

    def __init__(self, k=1, **kwargs):
        self.k = k


class Named(Layer):
    """Makes a weight from an identifier."""

    def build(self, input_shape):
        self.w = self.add_weight("w", (2, 2), "identity")

    def forward(self, x, ctx):
        return x


def predict(layer):
    return Sequential([layer(input_shape=(4,)), Dense(4)]).predict(np.zeros((3, 4)))


@pytest.mark.parametrize(
    ("layer", "error", "message"),
    [
        (Empty, NotImplementedError, r"Empty has no forward: write forward\(x, ctx\) and backward"),
        (Forgetful, TypeError, r"\(Forgetful\) must return an array .* not NoneType"),
        (Liar, ShapeError, r"\(Liar\) gives \(3, 4\), but \(3, 7\) was told"),
        (Shapeless, TypeError, "Shapeless.get_output_shape_for must return a tuple.* not None"),
        (Rootless, TypeError, r"Rootless must take .* begin with super\(\).__init__\(\*\*kwargs"),
    ],
)
def test_what_is_missing_is_said(layer, error, message):
    with pytest.raises(error, match=message):
        predict(layer)


def test_a_weight_may_name_its_initializer():
    model = Sequential([Named(input_shape=(2,))])
    np.testing.assert_array_equal(model.get_weights()[0], np.eye(2))


async def later(x):
    return x


def several(x):
    yield x


@pytest.mark.parametrize("function", [later, several])
def test_functions_that_are_not_plain(function):
    with pytest.raises(FunctionError, match=f"{function.__name__} is a generator or a coroutine"):
        Dense(3, activation=function)


def test_means_do_not_belong_into_a_function_of_numbers():
    with pytest.raises(FunctionError, match="means and sums over elements do not belong in it"):
        Dense(3, activation=lambda x: x - np.mean(x))
