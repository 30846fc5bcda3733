"""The running statistics of batch normalization, against Keras 1 and by hand."""

from collections.abc import Iterator

import golden
import numpy as np
import pytest

from pronghorn import backend
from pronghorn.layers import BatchNormalization
from pronghorn.models import Sequential, model_from_config


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    yield
    backend.set_image_dim_ordering("tf")
    backend.set_floatx("float32")


def _learns(case):
    return set(case.info["layers"]) == {"BatchNormalization"} and any(
        name.startswith("after_w") for name in case
    )


@pytest.mark.parametrize("case", golden.cases("layers", _learns))
def test_running_statistics_follow_a_batch_as_in_keras_1(case):
    backend.set_floatx("float64")
    backend.set_image_dim_ordering(case.info["image_dim_ordering_default"])
    model = model_from_config(case.info["model_config"])
    model.set_weights(case.numbered("w"))
    model.compile("sgd", "mse")
    model.optimizer.lr = 0.0
    x = case["x0"]
    model.train_on_batch(x, np.zeros(model.predict(x).shape))
    after = sorted(name for name in case if name.startswith("after_w"))
    for array, name in zip(model.get_weights()[2:], after, strict=True):
        np.testing.assert_allclose(array, case[name], **golden.EXACT)


def test_one_step_by_hand():
    model = Sequential([BatchNormalization(input_shape=(2,))])
    model.compile("sgd", "mse")
    model.optimizer.lr = 0.0
    x = np.array([[1.0, 2.0], [3.0, 6.0]])
    assert model.train_on_batch(x, np.zeros((2, 2))) == pytest.approx(0.999376, rel=1e-5)
    _, _, mean, variance = model.get_weights()
    np.testing.assert_allclose(mean, [0.02, 0.04], rtol=1e-5)
    np.testing.assert_allclose(variance, [1.00001, 1.03001], rtol=2e-6)
    expected = (x - mean) / np.sqrt(variance + 1e-3)
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-5)


def test_any_axis_equals_the_last_one():
    x = np.random.default_rng(0).standard_normal((6, 3, 4, 5)).astype("f")
    for axis in (1, 2):
        model = Sequential([BatchNormalization(axis=axis, mode=2, input_shape=(3, 4, 5))])
        last = Sequential(
            [BatchNormalization(mode=2, input_shape=np.moveaxis(x, axis, 3).shape[1:])]
        )
        expected = np.moveaxis(last.predict(np.moveaxis(x, axis, 3)), 3, axis)
        np.testing.assert_allclose(model.predict(x), expected, rtol=1e-5, atol=1e-6)
