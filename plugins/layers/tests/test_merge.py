"""Merge: several models side by side as the first layer."""

import json

import golden
import numpy as np
import pytest

from pronghorn import backend
from pronghorn.errors import ConfigError, ShapeError
from pronghorn.layers import LSTM, Dense, Embedding, Flatten, Input, Merge, Reshape
from pronghorn.models import Sequential, load_model, model_from_json
from pronghorn.testing import run_pass

RNG = np.random.default_rng(0)
A, B = (RNG.normal(size=(12, n)).astype("float32") for n in (5, 3))
Y = RNG.normal(size=(12, 2)).astype("float32")


def branches(width=4, seed=1):
    left = Sequential([Dense(width, input_dim=5, activation="tanh")], seed=seed)
    right = Sequential([Dense(width, input_dim=3)], seed=seed + 1)
    return left, right


def model_of(mode, **options):
    return Sequential([Merge(list(branches()), mode=mode, **options), Dense(2)], seed=3)


def twice(inputs):
    return inputs[0] - 2.0 * inputs[1]


MODES = {
    "sum": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "ave": lambda a, b: (a + b) / 2,
    "max": np.maximum,
    "concat": lambda a, b: np.concatenate([a, b], axis=1),
    "dot": lambda a, b: (a * b).sum(axis=1, keepdims=True),
    "cos": lambda a, b: (
        (a * b).sum(axis=1, keepdims=True)
        / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))[:, None]
    ),
}


@pytest.mark.parametrize("mode", MODES)
def test_modes(mode):
    left, right = branches()
    expected = MODES[mode](left.predict(A), right.predict(B))
    model = Sequential([Merge([left, right], mode=mode)])
    assert model.output_shape == (None, *expected.shape[1:])
    np.testing.assert_allclose(model.predict([A, B]), expected, rtol=1e-5, atol=1e-6)


def test_a_function_as_mode():
    left, right = branches()
    merged = Merge([left, right], mode=twice, output_shape=(4,))
    expected = left.predict(A) - 2.0 * right.predict(B)
    np.testing.assert_allclose(Sequential([merged]).predict([A, B]), expected, rtol=1e-5)


@pytest.mark.parametrize("case", golden.cases("layers", lambda c: c.name == "merge_lambda"))
def test_a_function_as_mode_equals_keras_1(case):
    backend.set_floatx("float64")
    try:
        inputs = case.numbered("x")
        sides = [
            Sequential([Dense(4, input_dim=x.shape[1], activation=activation)])
            for x, activation in zip(inputs, ("tanh", "linear"), strict=True)
        ]
        model = Sequential([Merge(sides, mode=twice, output_shape=(4,))])
        model.set_weights(case.numbered("w"))
        done = run_pass(model, inputs, case["R"])
    finally:
        backend.set_floatx("float32")
    np.testing.assert_allclose(done.y, case["y"], **golden.EXACT)
    gradients = [*done.gx, *(done.gw[weight.name] for weight in model.ordered_weights)]
    expected = [*case.numbered("gx"), *case.numbered("gw")]
    for gradient, wanted in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(gradient, wanted, **golden.EXACT)


def plain(*shapes):
    """Branches that pass their inputs on."""
    return [Sequential([Reshape(shape, input_shape=shape)]) for shape in shapes]


CASES = [
    ("dot", {"dot_axes": 2}, (3, 4), (2, 4), "bik,bjk->bij"),
    ("dot", {"dot_axes": (1, 2)}, (4, 3), (2, 4), "bki,bjk->bij"),
    ("dot", {"dot_axes": [1, 1]}, (4, 3), (4, 2), "bki,bkj->bij"),
    ("dot", {"dot_axes": (2, 1)}, (3, 4), (4,), "bik,bk->bi"),
    ("dot", {"dot_axes": (1, 3)}, (4, 3), (2, 5, 4), "bki,bmjk->bimj"),
]


@pytest.mark.parametrize(("mode", "options", "first", "second", "equation"), CASES)
def test_products_along_any_axes(mode, options, first, second, equation):
    backend.set_floatx("float64")
    try:
        model = Sequential([Merge(plain(first, second), mode=mode, **options)])
    finally:
        backend.set_floatx("float32")
    a, b = RNG.normal(size=(3, *first)), RNG.normal(size=(3, *second))
    upstream = RNG.normal(size=(3, *model.output_shape[1:]))
    done = run_pass(model, [a, b], upstream)
    np.testing.assert_allclose(done.y, np.einsum(equation, a, b), rtol=1e-9)
    left, rest = equation.split(",")
    right, out = rest.split("->")
    wanted = (
        np.einsum(f"{out},{right}->{left}", upstream, b),
        np.einsum(f"{out},{left}->{right}", upstream, a),
    )
    for gradient, expected in zip(done.gx, wanted, strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("mode", "options", "shapes"),
    [
        ("mul", {}, [(4,)] * 3),
        ("max", {}, [(2, 3)] * 3),
        ("ave", {}, [(2, 3)] * 3),
        ("concat", {"concat_axis": 1}, [(2, 3), (4, 3), (1, 3)]),
        ("concat", {"concat_axis": -2}, [(2, 3, 2), (2, 1, 2)]),
        ("cos", {"dot_axes": 1}, [(4,), (4,)]),
        ("cos", {"dot_axes": 2}, [(3, 4), (2, 4)]),
        (twice, {"output_shape": lambda shapes: shapes[0]}, [(2, 3)] * 2),
    ],
)
def test_gradients(mode, options, shapes):
    backend.set_floatx("float64")
    try:
        model = Sequential([Merge(plain(*shapes), mode=mode, **options)])
    finally:
        backend.set_floatx("float32")
    inputs = [RNG.normal(size=(2, *shape)) for shape in shapes]
    upstream = RNG.normal(size=(2, *model.output_shape[1:]))
    gradients = run_pass(model, inputs, upstream).gx
    for which, x in enumerate(inputs):
        place = tuple(n // 2 for n in x.shape)
        moved = []
        for step in (1e-5, -1e-5):
            other = [each.copy() for each in inputs]
            other[which][place] += step
            moved.append((run_pass(model, other).y * upstream).sum())
        slope = (moved[0] - moved[1]) / 2e-5
        np.testing.assert_allclose(gradients[which][place], slope, rtol=1e-6, atol=1e-8)


def by_hand(model, steps):
    """Gradient descent on the mean squared error, of a sum of two branches and a Dense."""
    w1, b1, w2, b2, w3, b3 = (w.astype("float64") for w in model.get_weights())
    for rows in steps:
        a, b, y = A[rows], B[rows], Y[rows]
        h1 = np.tanh(a @ w1 + b1)
        h = h1 + b @ w2 + b2
        d = 2.0 * (h @ w3 + b3 - y) / y.size
        dh = d @ w3.T
        dz = dh * (1.0 - h1**2)
        grads = [a.T @ dz, dz.sum(0), b.T @ dh, dh.sum(0), h.T @ d, d.sum(0)]
        for w, g in zip((w1, b1, w2, b2, w3, b3), grads, strict=True):
            w -= 0.1 * g
    return w1, b1, w2, b2, w3, b3


@pytest.mark.parametrize("how", ["fit", "batches", "generator", "dictionary"])
def test_training(how):
    model = model_of("sum")
    model.compile({"name": "sgd", "config": {"lr": 0.1}}, "mse")
    steps = [slice(start, start + 4) for start in (0, 4, 8)] * 2
    expected = by_hand(model, steps)
    if how in ("fit", "dictionary"):
        names = model.input_names
        x = [A, B] if how == "fit" else dict(zip(reversed(names), (B, A), strict=True))
        assert model.output_names == [model.layers[1].name]
        held_out = ([A[:5], B[:5]], Y[:5])
        history = model.fit(
            x, Y, batch_size=4, nb_epoch=2, shuffle=False, verbose=0, validation_data=held_out
        ).history
        found = model.evaluate([A[:5], B[:5]], Y[:5], verbose=0)
        np.testing.assert_allclose(history["val_loss"][-1], found, rtol=1e-6)
    elif how == "batches":
        for rows in steps:
            model.train_on_batch([A[rows], B[rows]], Y[rows])
    else:
        batches = (([A[rows], B[rows]], Y[rows]) for rows in (*steps, *steps))
        model.fit_generator(batches, samples_per_epoch=12, nb_epoch=2, verbose=0, max_q_size=1)
    for array, wanted in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(array, wanted, rtol=1e-4, atol=1e-6)


def test_validation_split_and_predictions_in_batches():
    model = model_of("concat")
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit([A, B], Y, validation_split=0.25, nb_epoch=1, verbose=0).history
    found = model.evaluate([A[9:], B[9:]], Y[9:], verbose=0)
    np.testing.assert_allclose([history["val_loss"][0]], [found[0]], rtol=1e-5)
    whole = model.predict([A, B])
    np.testing.assert_allclose(model.predict([A, B], batch_size=5), whole, rtol=1e-6)
    batches = ([A[rows], B[rows]] for rows in (slice(0, 8), slice(8, 12)) * 2)
    np.testing.assert_allclose(model.predict_generator(batches, 12), whole, rtol=1e-6)


def test_branches_of_branches():
    left, right = branches()
    inner = Sequential([Merge([left, right], mode="sum"), Dense(3)], seed=5)
    words = Sequential([Embedding(7, 4, input_length=2), Flatten(), Dense(3)], seed=6)
    model = Sequential([Merge([words, inner], mode="concat"), Dense(2)], seed=7)
    w = RNG.integers(0, 7, (12, 2))
    model.compile("sgd", "mse")
    model.fit([w, A, B], Y, nb_epoch=1, verbose=0)
    expected = np.concatenate([words.predict(w), inner.predict([A, B])], axis=1)
    kernel, bias = model.layers[1].get_weights()
    np.testing.assert_allclose(model.predict([w, A, B]), expected @ kernel + bias, rtol=1e-5)
    again = model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict([w, A, B]), model.predict([w, A, B]))


def remembering():
    """A question is compared with a story, and looked at once more beside the response."""
    story, question, meaning = (Sequential([Dense(4, input_dim=n)], seed=n) for n in (5, 2, 3))
    match = Sequential([Merge([question, story], mode="mul")])
    response = Sequential([Merge([match, meaning, question], mode="sum")])
    return Sequential([Merge([response, question], mode="concat"), Dense(2)], seed=4)


def remembered(inputs, weights):
    q, s, m = (x @ w + b for x, w, b in zip(inputs, weights[::2], weights[1::2], strict=False))
    return np.concatenate([q * s + m + q, q], axis=1) @ weights[6] + weights[7]


def test_a_branch_in_several_places(tmp_path):
    backend.set_floatx("float64")
    try:
        model = remembering()
        inputs = [RNG.normal(size=(4, n)) for n in (2, 5, 3)]
        weights, upstream = model.get_weights(), RNG.normal(size=(4, 2))
        assert len(weights) == len(model.trainable_weights) == 8
        done = run_pass(model, inputs, upstream)
        np.testing.assert_allclose(done.y, remembered(inputs, weights), rtol=1e-9)
        names = [weight.name for weight in model.weights]
        gradients = [*done.gx, *(done.gw[name] for name in names)]
        values = [*inputs, *weights]
        for which, gradient in enumerate(gradients):
            moved = []
            for step in (1e-6, -1e-6):
                other = [value + step * (i == which) for i, value in enumerate(values)]
                moved.append((remembered(other[:3], other[3:]) * upstream).sum())
            np.testing.assert_allclose(gradient.sum(), (moved[0] - moved[1]) / 2e-6, rtol=1e-6)
        model.compile("adam", "mse")
        model.save(tmp_path / "m.h5")
        for again in (load_model(tmp_path / "m.h5"), Sequential.from_config(model.get_config())):
            again.set_weights(weights)
            np.testing.assert_array_equal(again.predict(inputs), model.predict(inputs))
    finally:
        backend.set_floatx("float32")


def test_one_branch_alone():
    branch = Sequential([Dense(2, input_dim=5)], seed=1)
    model = Sequential([Merge([branch, branch], mode="mul")])
    assert model.input_shape == (None, 5)
    np.testing.assert_allclose(model.predict(A), branch.predict(A) ** 2, rtol=1e-5)
    kernel, bias = model.get_weights()
    model.compile({"name": "sgd", "config": {"lr": 0.1}}, "mse")
    model.train_on_batch(A, Y)
    y = A @ kernel + bias
    slope = 2.0 * (y**2 - Y) / Y.size * 2.0 * y
    np.testing.assert_allclose(model.get_weights()[0], kernel - 0.1 * A.T @ slope, rtol=1e-4)


def test_inputs_as_branches():
    model = Sequential([Merge([Input((5,)), Input((3,))], mode="concat")])
    np.testing.assert_array_equal(model.predict([A, B]), np.concatenate([A, B], axis=1))
    assert Sequential.from_config(model.get_config()).predict([A, B]).shape == (12, 8)
    inputs = [
        {"class_name": "InputLayer", "config": {"batch_input_shape": [None, n], "name": f"in_{n}"}}
        for n in (5, 3)
    ]
    merge = {"class_name": "Merge", "config": {"layers": inputs, "mode": "concat"}}
    read = model_from_json(json.dumps({"class_name": "Sequential", "config": [merge]}))
    np.testing.assert_array_equal(read.predict([A, B]), model.predict([A, B]))


def test_a_merged_model_first_in_another_one():
    inner = model_of("ave")
    model = Sequential([inner, Dense(3)])
    kernel, bias = model.layers[1].get_weights()
    expected = inner.predict([A, B]) @ kernel + bias
    np.testing.assert_allclose(model.predict([A, B]), expected, rtol=1e-5)
    assert model.input_shape == [(None, 5), (None, 3)]


def test_masks_stay_in_their_branches():
    words = [
        Sequential([Embedding(5, 3, mask_zero=True, input_length=4), LSTM(2)]),
        Sequential([Embedding(5, 2, mask_zero=True, input_length=4), LSTM(2)]),
    ]
    model = Sequential([Merge(words, mode="sum"), Dense(1)])
    w = np.array([[1, 2, 0, 0], [3, 1, 2, 0]])
    kernel, bias = model.layers[1].get_weights()
    expected = (words[0].predict(w) + words[1].predict(w)) @ kernel + bias
    np.testing.assert_allclose(model.predict([w, w]), expected, rtol=1e-5)
    open_ended = [Sequential([Embedding(5, 2, mask_zero=True, input_length=4)]) for _ in range(2)]
    assert not Sequential([Merge(open_ended, mode="max"), Flatten()]).layers[0].produces_mask


def test_files(tmp_path):
    model = model_of("concat")
    model.compile("adam", "mse")
    model.fit([A, B], Y, nb_epoch=2, verbose=0)
    model.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5")
    assert again.get_config() == model.get_config()
    np.testing.assert_array_equal(again.predict([A, B]), model.predict([A, B]))
    a, b = (m.train_on_batch([A, B], Y) for m in (model, again))
    assert a == b


def test_a_function_is_restored_only_if_the_file_is_trusted(tmp_path):
    model = model_of(twice, output_shape=(4,))
    model.save(tmp_path / "m.h5")
    with pytest.raises(OSError, match="safe_mode=False"):
        load_model(tmp_path / "m.h5")
    for options in (
        {"safe_mode": False},
        {"custom_objects": {model.layers[0].name: twice}},
    ):
        again = load_model(tmp_path / "m.h5", **options)
        np.testing.assert_array_equal(again.predict([A, B]), model.predict([A, B]))


def test_summary_and_weights(capsys):
    model = model_of("sum")
    model.summary()
    shown = capsys.readouterr().out
    assert f"{model.layers[0].name} (Merge)" in shown
    assert "Total params: 50" in shown
    assert len(model.get_weights()) == 6
    assert [layer.name for layer in model.flattened_layers][:2] == [
        source.name for source in model.sources
    ]


def refused(error, match, *args, **options):
    with pytest.raises(error, match=match):
        Sequential([Merge(*args, **options)])


def test_what_is_refused():
    left, right = branches()
    other = Sequential([Dense(3, input_dim=5)])
    refused(TypeError, "list of two models or more", [left])
    refused(TypeError, "list of two models or more", left)
    refused(TypeError, "Sequential models, not Dense", [left, Dense(3, input_dim=3)])
    refused(ValueError, "Invalid merge mode 'subtract'", [left, right], mode="subtract")
    refused(ShapeError, "do not fit together", [left, other])
    refused(ShapeError, "different lengths", [left, other], mode="dot")
    refused(ValueError, "merge 2 inputs, not 3", [left, right, other], mode="dot")
    refused(TypeError, "dot_axes must be", [left, right], mode="dot", dot_axes="x")
    refused(ValueError, "is no axis", [left, right], mode="concat", concat_axis=0)
    refused(ValueError, "needs output_shape", [left, right], mode=twice)
    with pytest.raises(TypeError, match="can only be the first"):
        Sequential([Dense(4, input_dim=5), Merge([left, right])])
    with pytest.raises(ValueError, match="layers cannot be shared"):
        Sequential([Merge([left, right]), left])
    twin = Sequential([Dense(4, input_dim=5, name=left.layers[0].name)])
    refused(ValueError, "names are unique", [left, twin])


def test_wrong_data():
    model = model_of("sum")
    with pytest.raises(ShapeError, match=r"list of 2 arrays, one for each .*got one that is no"):
        model.predict(A)
    with pytest.raises(ShapeError, match=r"list of 2 arrays.*got 3"):
        model.predict([A, B, B])
    with pytest.raises(ShapeError, match=r"x\[0\] has 12, x\[1\] has 11"):
        model.predict([A, B[:11]])
    with pytest.raises(ShapeError, match=r"takes shape \(None, 5\)"):
        model.predict([B, A])
    with pytest.raises(ShapeError, match="no array for"):
        model.predict({"nobody": A})


def test_without_autograd_training_says_what_to_do(monkeypatch):
    monkeypatch.setattr("pronghorn.components.array_function.has_autograd", lambda: False)
    model = model_of(twice, output_shape=(4,))
    model.compile("sgd", "mse")
    model.predict([A, B])
    with pytest.raises(ConfigError, match=r"pip install 'pronghorn\[autograd\]'"):
        model.train_on_batch([A, B], Y)
