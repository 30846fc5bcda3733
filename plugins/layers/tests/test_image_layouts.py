"""Images with channels first give what channels last give, however layers follow each other."""

import numpy as np
import pytest

from pronghorn.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Cropping2D,
    Dense,
    Dropout,
    Flatten,
    GlobalMaxPooling2D,
    LayerNormalization,
    LeakyReLU,
    MaxPooling2D,
    Permute,
    PReLU,
    SpatialDropout2D,
    UpSampling2D,
    ZeroPadding2D,
)
from pronghorn.models import Sequential
from pronghorn.testing import Circuit

X = np.random.default_rng(0).standard_normal((7, 9, 8, 5)).astype("f")

CHAINS = {
    "windows": lambda o, a: [
        ZeroPadding2D((1, 2), dim_ordering=o, input_shape=a),
        MaxPooling2D((2, 3), strides=(1, 2), border_mode="same", dim_ordering=o),
        AveragePooling2D(dim_ordering=o),
        UpSampling2D((3, 1), dim_ordering=o),
        Cropping2D(((1, 0), (0, 1)), dim_ordering=o),
        GlobalMaxPooling2D(dim_ordering=o),
    ],
    "with layers that take any order between": lambda o, a: [
        MaxPooling2D(dim_ordering=o, input_shape=a),
        Activation("tanh"),
        MaxPooling2D((1, 1), dim_ordering=o),
        BatchNormalization(axis=1 if o == "th" else -1),
        Dropout(0.0),
        AveragePooling2D(dim_ordering=o),
        GlobalMaxPooling2D(dim_ordering=o),
    ],
    "with activations and dropout between": lambda o, a: [
        BatchNormalization(axis=1 if o == "th" else -1, input_shape=a),
        LeakyReLU(0.1),
        PReLU("one", shared_axes=[2, 3] if o == "th" else [1, 2]),
        MaxPooling2D(dim_ordering=o),
        SpatialDropout2D(0.3, o, seed=4),
        LayerNormalization(axis=1 if o == "th" else -1),
        GlobalMaxPooling2D(dim_ordering=o),
    ],
}


def test_layers_in_a_row_move_no_images():
    model = Sequential(CHAINS["with activations and dropout between"]("th", (5, 9, 8)))
    circuit = Circuit(model, (2, 5, 9, 8), training=True)
    assert sum(kernel.name == "permute" for kernel, _ in circuit.calls) == 2  # input and gradient


@pytest.mark.parametrize("chain", CHAINS)
def test_orders_agree_in_training_and_predicting(chain):
    def model(ordering, shape):
        made = Sequential([*CHAINS[chain](ordering, shape), Dense(3)], seed=1)
        made.compile("sgd", "mse")
        return made

    last, first = model("tf", (9, 8, 5)), model("th", (5, 9, 8))
    turned = X.transpose(0, 3, 1, 2)
    pairs = zip(last.get_weights(), first.get_weights(), strict=True)
    first.set_weights([a.reshape(b.shape) for a, b in pairs])
    np.testing.assert_allclose(first.predict(turned), last.predict(X), rtol=1e-5, atol=1e-6)
    for _ in range(2):
        a, b = (
            last.train_on_batch(X, np.ones((7, 3))),
            first.train_on_batch(turned, np.ones((7, 3))),
        )
        assert a == pytest.approx(b, rel=1e-5)
    for a, b in zip(last.get_weights(), first.get_weights(), strict=True):
        np.testing.assert_allclose(a.ravel(), b.ravel(), rtol=1e-4, atol=1e-6)


def test_flatten_sees_channels_first():
    pool = MaxPooling2D((1, 1), dim_ordering="th", input_shape=(5, 9, 8))
    turned = X.transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(
        Sequential([pool, Flatten()]).predict(turned), turned.reshape(7, -1)
    )


def test_the_output_of_a_model_lies_in_its_own_order():
    turned = X.transpose(0, 3, 1, 2)
    model = Sequential([MaxPooling2D((1, 1), dim_ordering="th", input_shape=(5, 9, 8))])
    np.testing.assert_array_equal(model.predict(turned), turned)
    model.add(Permute((2, 3, 1)))
    np.testing.assert_array_equal(model.predict(turned), X)
