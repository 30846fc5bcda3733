"""Lambda: a Python function as a layer."""

import golden
import numpy as np
import pytest

from pronghorn import backend
from pronghorn import backend as K
from pronghorn.errors import ConfigError, DeviceError, ShapeError
from pronghorn.layers import Dense, Embedding, Lambda
from pronghorn.models import Sequential, load_model, model_from_json
from pronghorn.testing import run_pass

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 4)).astype("float32")
Y = RNG.normal(size=(6, 2)).astype("float32")


def square(x):
    return x**2 + 1.0


def in_float64(*layers):
    backend.set_floatx("float64")
    try:
        return Sequential([make() for make in layers])
    finally:
        backend.set_floatx("float32")


@pytest.mark.parametrize("case", golden.cases("layers", lambda c: c.name == "lambda_square"))
def test_equals_keras_1(case):
    model = in_float64(lambda: Lambda(square, input_shape=case["x0"].shape[1:]))
    done = run_pass(model, case["x0"], case["R"])
    np.testing.assert_allclose(done.y, case["y"], **golden.EXACT)
    np.testing.assert_allclose(done.gx, case["gx0"], **golden.EXACT)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: K.sum(x, axis=1, keepdims=True), (None, 1)),
        (lambda x: K.concatenate([x, K.square(x)]), (None, 8)),
        (lambda x: K.softmax(K.dot(x, K.ones((4, 3)) * 0.1)), (None, 3)),
        (lambda x: K.expand_dims(K.l2_normalize(x, axis=1), 1), (None, 1, 4)),
        (lambda x: K.reshape(K.clip(x, -1, 0.5), (-1, 2, 2)), (None, 2, 2)),
        (lambda x: K.max(K.abs(x), axis=-1, keepdims=True) * K.sigmoid(x), (None, 4)),
        (lambda x: x[:, :2] - K.mean(x, axis=-1, keepdims=True), (None, 2)),
        (lambda x: K.relu(x, alpha=0.1) + K.softplus(x) + K.elu(x) * K.tanh(x), (None, 4)),
        (lambda x: K.permute_dimensions(K.repeat(x, 3), (0, 2, 1)), (None, 4, 3)),
        (lambda x: K.switch(K.greater(x, 0.0), K.exp(x), K.log(2.0 + K.abs(x))), (None, 4)),
        (lambda x: K.batch_dot(K.expand_dims(x, 2), K.expand_dims(x, 1)), (None, 4, 4)),
        (lambda x: K.stack([K.std(x, axis=1), K.logsumexp(x, axis=1)], axis=1), (None, 2)),
        (
            lambda x: K.spatial_2d_padding(x.reshape(-1, 2, 2, 1), (1, 0), "tf"),
            (None, 4, 2, 1),
        ),
        (lambda x: K.resize_images(K.reshape(x, (-1, 1, 2, 2)), 3, 1, "th"), (None, 1, 6, 2)),
        (lambda x: K.map_fn(K.square, x) + K.foldr(lambda so_far, row: row, x), (None, 4)),
    ],
)
def test_functions_of_the_backend(function, expected):
    model = in_float64(lambda: Lambda(function, input_shape=(4,)))
    assert model.output_shape == expected
    x = X.astype("float64")
    np.testing.assert_allclose(model.predict(x), function(x), rtol=1e-12)
    upstream = RNG.normal(size=(6, *expected[1:]))
    gradient = run_pass(model, x, upstream).gx
    for place in ((0, 0), (2, 3), (5, 1)):
        moved = []
        for step in (1e-6, -1e-6):
            other = x.copy()
            other[place] += step
            moved.append((function(other) * upstream).sum())
        np.testing.assert_allclose(
            gradient[place], (moved[0] - moved[1]) / 2e-6, rtol=1e-5, atol=1e-8
        )


def test_functions_of_the_backend_by_numpy():
    x = np.arange(24.0).reshape(1, 2, 3, 4)
    for ordering, margins in (("tf", [(1, 0), (2, 3), (0, 0)]), ("th", [(0, 0), (1, 0), (2, 3)])):
        expected = np.pad(x, [(0, 0), *margins])
        found = K.asymmetric_spatial_2d_padding(x, 1, 0, 2, 3, dim_ordering=ordering)
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(
        K.temporal_padding(x[0], 2), np.pad(x[0], [(0, 0), (2, 2), (0, 0)])
    )
    assert K.spatial_3d_padding(x[None], (1, 0, 2), "th").shape == (1, 1, 4, 3, 8)
    large = x.repeat(2, 2).repeat(3, 3)
    np.testing.assert_array_equal(K.resize_images(x, 2, 3, dim_ordering="th"), large)
    assert K.resize_volumes(x[None], 2, 1, 3, dim_ordering="tf").shape == (1, 2, 2, 9, 4)
    assert K.foldl(lambda a, b: 2 * a + b, np.array([1, 2, 3])) == 11
    assert K.foldr(lambda a, b: 2 * a + b, np.array([1, 2, 3]), 1) == 25
    ranked = np.array([[0.1, 0.5, 0.4], [0.6, 0.3, 0.1]])
    np.testing.assert_array_equal(K.in_top_k(ranked, [2, 2], 2), [True, False])
    with pytest.raises(ValueError, match="dim_ordering must be 'tf'"):
        K.resize_images(x, 2, 2, "last")


def shifted(x, by=0.0):
    return x + by


def test_arguments_and_shapes():
    model = Sequential([Lambda(shifted, arguments={"by": 3.0}, input_shape=(4,))])
    np.testing.assert_allclose(model.predict(X), X + 3.0, rtol=1e-6)
    halves = [(2, 2), lambda shape: (shape[0], 2, shape[1] // 2)]
    for given in halves:
        made = Lambda(lambda x: x.reshape(-1, 2, 2), output_shape=given, input_shape=(4,))
        assert Sequential([made]).output_shape == (None, 2, 2)
        assert Sequential.from_config(Sequential([made]).get_config()).predict(X).shape == (6, 2, 2)
    steps = Sequential([Lambda(lambda x: x[:, 1:], input_shape=(None, 3))])
    assert steps.output_shape == (None, None, 3)
    assert steps.predict(np.zeros((2, 5, 3))).shape == (2, 4, 3)


def both(backward=None):
    model = Sequential([Dense(3, input_dim=4), Lambda(square, backward=backward), Dense(2)], seed=1)
    model.compile("sgd", "mse")
    return model


def test_training():
    """One step by hand, with the gradient of autograd and with a given one."""
    for backward in (None, lambda x, dy: 2.0 * x * dy):
        model = both(backward)
        w1, b1, w2, b2 = (w.astype("float64") for w in model.get_weights())
        h = X @ w1 + b1
        d = 2.0 * ((h**2 + 1.0) @ w2 + b2 - Y) / Y.size
        dh = d @ w2.T * 2.0 * h
        model.train_on_batch(X, Y)
        np.testing.assert_allclose(model.get_weights()[0], w1 - 0.01 * X.T @ dh, rtol=1e-4)


def test_without_autograd(monkeypatch):
    monkeypatch.setattr("pronghorn.components.array_function.has_autograd", lambda: False)
    model = both()
    model.predict(X)
    with pytest.raises(ConfigError, match=r"layer 'lambda_\d+'.*pip install 'pronghorn\[autogr"):
        model.train_on_batch(X, Y)
    first = Sequential([Lambda(square, input_shape=(4,)), Dense(2)])
    first.compile("sgd", "mse")
    first.train_on_batch(X, Y)  # Nothing learns before it.
    both(lambda x, dy: 2.0 * x * dy).train_on_batch(X, Y)


def outer(x):
    wide = np.concatenate([x, np.clip(x, -1.0, 1.0)], axis=1)
    return np.einsum("ij,ij->i", wide, np.exp(wide))[:, np.newaxis]


def test_functions_of_numpy_are_followed():
    model = in_float64(lambda: Lambda(outer, input_shape=(4,)))
    x = X.astype("float64")
    gradient = run_pass(model, x, np.ones((6, 1))).gx
    inside = (np.abs(x) < 1.0) * (1.0 + x) * np.exp(x)
    np.testing.assert_allclose(gradient, (1.0 + x) * np.exp(x) + inside, rtol=1e-9)


def test_a_function_that_autograd_cannot_follow():
    model = Sequential([Dense(4, input_dim=4), Lambda(lambda x: np.sort(x, axis=0)), Dense(2)])
    model.compile("sgd", "mse")
    with pytest.raises(ConfigError, match=r"use the functions of pronghorn\.backend"):
        model.train_on_batch(X, Y)


def masked_mean(x, mask=None):
    kept = K.expand_dims(K.cast(mask, "float32"), 2)
    return K.sum(x * kept, axis=1) / K.sum(kept, axis=1)


def test_a_function_that_takes_the_mask():
    words = np.array([[1, 2, 0, 0], [3, 1, 2, 0]])
    model = Sequential([Embedding(5, 3, mask_zero=True, input_length=4), Lambda(masked_mean)])
    rows = model.layers[0].get_weights()[0]
    expected = [rows[[1, 2]].mean(0), rows[[3, 1, 2]].mean(0)]
    np.testing.assert_allclose(model.predict(words), expected, rtol=1e-5)
    with pytest.raises(ValueError, match="does not support masks"):
        Sequential([Embedding(5, 3, mask_zero=True, input_length=4), Lambda(square)])


def test_files(tmp_path):
    factor = 3.0
    model = Sequential([Lambda(lambda x: factor * x + K.mean(x), input_shape=(4,), name="f")])
    model.save(tmp_path / "m.h5")
    for load in (lambda **o: load_model(tmp_path / "m.h5", **o),
                 lambda **o: model_from_json(model.to_json(), **o)):  # fmt: skip
        with pytest.raises((OSError, ValueError), match="safe_mode=False"):
            load()
        np.testing.assert_array_equal(load(safe_mode=False).predict(X), model.predict(X))
        other = load(custom_objects={"f": lambda x: factor * x + K.mean(x)})
        np.testing.assert_array_equal(other.predict(X), model.predict(X))
    config = model.to_json().replace("3.11", "2.7").replace("3.12", "2.7").replace("3.13", "2.7")
    with pytest.raises(ConfigError, match="another version of Python"):
        model_from_json(config.replace('"3.14"', '"2.7"'), safe_mode=False)


def test_errors():
    with pytest.raises(TypeError, match="takes a function"):
        Lambda(3)
    with pytest.raises(TypeError, match="output_shape must be a tuple"):
        Lambda(square, output_shape=3)
    with pytest.raises(ShapeError, match="give output_shape"):
        Sequential([Lambda(lambda x: x.reshape(7, 5), input_shape=(4,))])
    wrong = Sequential([Lambda(square, output_shape=(3,), input_shape=(4,))])
    with pytest.raises(ShapeError, match=r"gives an array of shape \(6, 4\) where \(6, 3\)"):
        wrong.predict(X)


def test_other_devices_are_refused_before_anything_runs(monkeypatch):
    model = Sequential([Lambda(square, input_shape=(4,)), Dense(2)])

    class Elsewhere:
        name = side = "cuda"

    monkeypatch.setattr("pronghorn.devices.get", lambda name: Elsewhere())
    with pytest.raises(DeviceError, match=r"layer 'lambda_\d+' calls 'square', a function of Num"):
        model.to("cuda")
