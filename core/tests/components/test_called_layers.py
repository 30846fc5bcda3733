"""Layers in the manner of Keras, with `call`: they compute and learn as those that they copy."""

import numpy as np
import pytest

from pronghorn import activations, ops
from pronghorn import backend as K
from pronghorn.components.layer import Layer
from pronghorn.layers import LSTM, Activation, Dense, Input, Lambda, Masking
from pronghorn.models import Sequential, load_model
from pronghorn.testing import run_pass

X = np.random.default_rng(0).standard_normal((12, 4)).astype("f")
Y = np.tanh(X[:, :2])


class Keras1Dense(Layer):
    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        super().__init__(**kwargs)

    def build(self, input_shape):
        shape = (input_shape[1], self.output_dim)
        self.W = self.add_weight(shape, initializer="zero", name=f"{self.name}_W")
        self.b = self.add_weight((self.output_dim,), "one", name=f"{self.name}_b")
        super().build(input_shape)

    def call(self, x, mask=None):
        return K.dot(x, self.W) + self.b

    def get_output_shape_for(self, input_shape):
        return (input_shape[0], self.output_dim)


class Keras2Dense(Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        shape = (input_shape[1], self.units)
        self.kernel = self.add_weight(
            name="W", shape=shape, initializer="zeros", regularizer="l2", trainable=True
        )
        self.b = self.add_weight(name="b", shape=(self.units,), initializer="ones")

    def call(self, x):
        x -= 0.0  # changes nothing that others read
        return K.dot(x, self.kernel) + self.b

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.units)


class OldDense(Layer):
    """As the documentation of Keras 1.0 had it."""

    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.W = K.variable(np.zeros((input_shape[1], self.output_dim)))
        self.b = K.variable(np.ones(self.output_dim))
        self.trainable_weights = [self.W, self.b]

    def call(self, x, mask=None):
        return K.dot(x, self.W) + self.b

    def get_output_shape_for(self, input_shape):
        return (input_shape[0], self.output_dim)


def trained(layer):
    model = Sequential([Dense(4, input_dim=4, init="identity", activation="tanh"), layer])
    model.compile("sgd", "mse")
    model.fit(X, Y, batch_size=5, nb_epoch=3, verbose=0, shuffle=False)
    return model


@pytest.mark.parametrize(
    ("made", "same"),
    [
        (lambda: Keras1Dense(2), lambda: Dense(2, init="zero", b_init="one")),
        (lambda: OldDense(2), lambda: Dense(2, init="zero", b_init="one")),
        (
            lambda: Keras2Dense(2),
            lambda: Dense(2, init="zero", b_init="one", W_regularizer="l2"),
        ),
        (
            lambda: Keras2Dense(2, trainable=False),
            lambda: Dense(2, init="zero", b_init="one", W_regularizer="l2", trainable=False),
        ),
    ],
)
def test_it_learns_as_dense_does(made, same):
    model, expected = trained(made()), trained(same())
    for found, wanted in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.predict(X), expected.predict(X), rtol=1e-5, atol=1e-6)
    names = [weight.name.rpartition("_")[2] for weight in model.layers[1].weights]
    assert names == ["W", "b"]


@pytest.mark.parametrize("name", ["tanh", "softmax", "elu"])
def test_activations_of_the_library_are_followed(name):
    class Activated(Layer):
        def build(self, input_shape):
            self.activation = activations.get(name)

        def call(self, x):
            return self.activation(2.0 * x)

    done = run_pass(Sequential([Activated(input_shape=(4,))]), X, upstream=Y[:, :1] * X)
    expected = activations.get(name)
    np.testing.assert_allclose(done.y, expected(2 * X), rtol=1e-6)
    slopes = 2 * expected.gradient(2 * X, Y[:, :1] * X)
    np.testing.assert_allclose(done.gx, slopes, rtol=1e-5, atol=1e-7)


def test_it_is_saved_with_its_arguments(tmp_path):
    model = trained(Keras1Dense(2))
    model.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5", custom_objects={"Keras1Dense": Keras1Dense})
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_it_gets_the_mask():
    class Kept(Layer):
        supports_masking = True

        def call(self, x, mask=None):
            return x * mask[..., None]

    x = np.ones((2, 3, 1), "f")
    x[0, 1] = 0
    model = Sequential([Masking(input_shape=(3, 1)), Activation("softplus"), Kept()])
    assert (model.predict(x)[..., 0] > 0).tolist() == [[True, False, True], [True] * 3]
    model.add(LSTM(2))
    assert model.predict(x).shape == (2, 2)


def test_an_array_that_no_attribute_holds_is_no_weight():
    class Loose(Layer):
        def build(self, input_shape):
            self.trainable_weights = [np.ones(3)]

    with pytest.raises(ValueError, match="keep each array in an attribute"):
        Sequential([Loose(input_shape=(3,))])


def test_the_shape_is_found_out_where_none_is_told():
    class Doubled(Layer):
        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], 3), initializer="ones")

        def call(self, x):
            return K.concatenate([K.dot(x, self.w)] * 2)

    model = Sequential([Doubled(input_shape=(None, 4)), LSTM(2)])
    assert model.layers[0].output_shape == (None, None, 6)


class Keras3Dense(Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="zeros")
        self.b = self.add_weight(shape=(self.units,), initializer="ones")

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b


def test_layers_and_losses_of_keras_3_learn_what_keras_1_learns():
    def loss(y_true, y_pred):
        return ops.mean(ops.square(y_true - y_pred), axis=-1)

    made = Sequential([Keras3Dense(2, input_shape=(4,))])
    made.compile("sgd", loss, metrics=[loss])
    copied = Sequential([Dense(2, input_dim=4, init="zeros", b_init="ones")])
    copied.compile("sgd", "mse", metrics=["mse"])
    for model in (made, copied):
        model.fit(X, Y, nb_epoch=2, shuffle=False, verbose=0)
    np.testing.assert_allclose(made.predict(X), copied.predict(X), rtol=1e-5, atol=1e-6)
    found, expected = (model.evaluate(X, Y, verbose=0) for model in (made, copied))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (lambda x: ops.rsqrt(ops.exp(x)), lambda x: np.exp(-x / 2)),
        (lambda x: ops.silu(x), lambda x: x / (1 + np.exp(-x))),
        (lambda x: ops.concatenate([x, ops.max(x, -1, keepdims=True)], axis=-1), None),
    ],
)
def test_ops_are_followed(found, expected):
    model = Sequential([Lambda(found, input_shape=(4,)), Dense(1)])
    model.compile("sgd", "mse")
    model.train_on_batch(X, Y[:, :1])
    wanted = np.c_[X, X.max(-1)] if expected is None else expected(X)
    np.testing.assert_allclose(found(X), wanted, rtol=1e-5)
    assert found(X).dtype == X.dtype


def test_layers_are_not_called_and_models_predict():
    with pytest.raises(TypeError, match="put layers one after the other into a model"):
        Dense(2)(Input((4,)))
    model = Sequential([Dense(2, input_dim=4)])
    np.testing.assert_array_equal(model(X), model.predict(X))
    with pytest.raises(TypeError, match="called with an array"):
        model(Input((4,)))


def test_a_wrong_shape_is_told():
    class Wrong(Layer):
        def call(self, x):
            return x[:, :2]

        def compute_output_shape(self, input_shape):
            return input_shape

    with pytest.raises(ValueError, match=r"shape \(12, 2\) where \(12, 4\) is expected"):
        Sequential([Wrong(input_shape=(4,))]).predict(X)
