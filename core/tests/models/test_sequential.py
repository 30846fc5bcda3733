"""What a Sequential does, against NumPy and against itself."""

import tracemalloc

import numpy as np
import pytest

from pronghorn.errors import ShapeError
from pronghorn.layers import (
    Activation,
    Dense,
    Dropout,
    Flatten,
    Input,
    InputLayer,
    Masking,
    RepeatVector,
    Reshape,
)
from pronghorn.models import Sequential, load_model
from pronghorn.optimizers import Adam

RNG = np.random.default_rng(0)
X = RNG.standard_normal((50, 8)).astype("f")
LABELS = (X[:, :3].argmax(1)).astype("int32")
Y = np.eye(3, dtype="f")[LABELS]


def classifier(seed=3, lr=0.01, **compile_args):
    model = Sequential(
        [Dense(16, activation="relu", input_dim=8), Dense(3, activation="softmax")], seed=seed
    )
    model.compile(Adam(lr=lr), "categorical_crossentropy", **compile_args)
    return model


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def test_predict_equals_numpy():
    model = classifier()
    w1, b1, w2, b2 = model.get_weights()
    expected = softmax(np.maximum(X @ w1 + b1, 0) @ w2 + b2)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5)
    np.testing.assert_allclose(model.predict(X, batch_size=7), expected, rtol=1e-5)
    np.testing.assert_array_equal(model.predict_classes(X), expected.argmax(1))


def test_an_activation_layer_equals_the_argument():
    inside = Sequential([Dense(5, input_dim=8, activation="tanh")], seed=1)
    after = Sequential([Dense(5, input_dim=8), Activation("tanh")], seed=1)
    np.testing.assert_array_equal(inside.predict(X), after.predict(X))


def test_fit_learns_and_history_holds_every_epoch():
    model = classifier(metrics=["accuracy"])
    done = model.fit(X, Y, nb_epoch=60, batch_size=16, verbose=0, validation_split=0.2)
    assert sorted(done.history) == ["acc", "loss", "val_acc", "val_loss"]
    assert len(done.history["loss"]) == 60
    assert done.history["acc"][-1] > 0.95


def test_keras_2_arguments_of_fit():
    done = classifier().fit(X, Y, epochs=2, verbose=0)
    assert done.epoch == [0, 1]
    with pytest.raises(TypeError, match="'nb_epoch' is given twice"):
        classifier().fit(X, Y, epochs=2, nb_epoch=2)


def test_a_smaller_last_batch_is_the_mean_over_its_own_samples():
    model = classifier()
    loss = model.evaluate(X, Y, batch_size=32, verbose=0)
    parts = [model.test_on_batch(X[:32], Y[:32]), model.test_on_batch(X[32:], Y[32:])]
    assert loss == pytest.approx((parts[0] * 32 + parts[1] * 18) / 50, rel=1e-6)


def test_sparse_targets_equal_one_hot_ones():
    dense, sparse = classifier(), classifier()
    sparse.compile("adam", "sparse_categorical_crossentropy")
    for targets in (LABELS, LABELS[:, None], LABELS.astype("int64")):
        assert sparse.test_on_batch(X, targets) == pytest.approx(dense.test_on_batch(X, Y))


def test_a_seed_repeats_everything_and_numpys_seed_does_too():
    def trained(seed):
        model = Sequential(
            [Dense(16, activation="relu", input_dim=8), Dropout(0.5), Dense(3)], seed=seed
        )
        model.compile("sgd", "mse")
        model.fit(X, Y, nb_epoch=2, verbose=0)
        return model.get_weights()

    for a, b in zip(trained(5), trained(5), strict=True):
        np.testing.assert_array_equal(a, b)
    np.random.seed(9)
    first = trained(None)
    np.random.seed(9)
    for a, b in zip(first, trained(None), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first[0], trained(None)[0])


def test_uint8_images_equal_floats():
    images = RNG.integers(0, 256, (20, 4, 2)).astype("uint8")
    model = Sequential([Flatten(input_shape=(4, 2)), Dense(2)], seed=1)
    np.testing.assert_array_equal(model.predict(images), model.predict(images.astype("f")))


@pytest.mark.parametrize("order", ["F", "strided", "readonly", "list"])
def test_arrays_of_any_layout(order):
    model = classifier()
    given = {
        "F": np.asfortranarray(X),
        "strided": np.repeat(X, 2, axis=0)[::2],
        "readonly": X.copy(),
        "list": X.tolist(),
    }[order]
    if order == "readonly":
        given.setflags(write=False)
    np.testing.assert_array_equal(model.predict(given), model.predict(X))
    shuffled = classifier(seed=4)
    shuffled.fit(given, Y, nb_epoch=1, verbose=0)


def test_weighted_loss_is_keras_1s():
    model = Sequential([Reshape((1,), input_shape=(1,))])
    model.compile("sgd", "mae")
    weights = np.array([0.0, 1.0, 3.0])
    loss = model.test_on_batch([[2.0], [4.0], [6.0]], [[0.0], [0.0], [0.0]], sample_weight=weights)
    assert loss == pytest.approx(11.0)


def test_masked_steps_do_not_count():
    model = Sequential([Masking(input_shape=(3, 2))])
    model.compile("sgd", "mse")
    x = np.zeros((2, 3, 2), "f")
    x[:, 0] = 1.0
    target = np.full((2, 3, 2), 5.0, "f")
    # two of six steps count; their error is 16, and the mean over all is scaled by 6 / 2
    assert model.test_on_batch(x, target) == pytest.approx(16.0)


def test_frozen_layers_stay_and_come_back():
    model = classifier()
    model.layers[0].trainable = False
    model.compile("sgd", "categorical_crossentropy")
    frozen, free = model.layers[0].get_weights()[0], model.layers[1].get_weights()[0]
    model.fit(X, Y, nb_epoch=1, verbose=0)
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], frozen)
    assert not np.array_equal(model.layers[1].get_weights()[0], free)
    model.layers[0].trainable = True
    model.compile("sgd", "categorical_crossentropy")
    model.fit(X, Y, nb_epoch=1, verbose=0)
    assert not np.array_equal(model.layers[0].get_weights()[0], frozen)


def test_pop_and_add():
    model = classifier()
    model.pop()
    assert model.output_shape == (None, 16)
    model.add(Dense(2))
    model.compile("sgd", "mse")
    assert model.fit(X, Y[:, :2], nb_epoch=1, verbose=0).epoch == [0]


def test_config_round_trip():
    model = Sequential(
        [
            Dense(6, input_dim=8, activation="elu", W_regularizer="l2", b_constraint="nonneg"),
            Activation("relu"),
            Dropout(0.25, noise_shape=(None, 1)),
            RepeatVector(2),
            Flatten(),
            Reshape((3, -1)),
        ]
    )
    again = Sequential.from_config(model.get_config())
    assert again.get_config() == model.get_config()
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_variable_lengths_share_a_model():
    model = Sequential([Dense(3, input_shape=(None, 8))], seed=1)
    w, b = model.get_weights()
    for steps in (1, 4, 9):
        x = RNG.standard_normal((2, steps, 8)).astype("f")
        np.testing.assert_allclose(model.predict(x), x @ w + b, rtol=1e-4, atol=1e-5)


def test_summary_counts_parameters(capsys):
    classifier().summary()
    printed = capsys.readouterr().out
    assert "Total params: 195" in printed
    assert "(None, 16)" in printed


def test_older_scripts_ask_for_accuracy_when_fitting():
    model = classifier(class_mode="categorical")
    done = model.fit(X, Y, nb_epoch=1, verbose=0, show_accuracy=True)
    assert "acc" in done.history
    _, acc = model.evaluate(X, Y, show_accuracy=True, verbose=0)
    assert acc == pytest.approx((model.predict_classes(X) == LABELS).mean())


def test_a_plain_function_is_a_loss_and_a_metric():
    def quartic(y_true, y_pred):
        return (y_true - y_pred) ** 4

    model = classifier()
    model.compile("sgd", quartic, metrics=[quartic])
    loss, metric = model.test_on_batch(X, Y)
    expected = ((model.predict(X) - Y) ** 4).mean()
    assert loss == pytest.approx(expected, rel=1e-4)
    assert metric == pytest.approx(expected, rel=1e-4)


def test_a_steady_step_allocates_no_arrays():
    model = classifier()
    x, y = np.tile(X, (100, 1)), np.tile(Y, (100, 1))
    for _ in range(3):
        model.train_on_batch(x, y)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(20):
        model.train_on_batch(x, y)
    current, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Python's own objects take some kilobytes; one array of a column of the batch would take 20
    assert current - before < 8_000
    assert peak - before < 16_000


def test_an_input_tells_the_first_layer_its_shape(tmp_path):
    for given in (Input((4,)), Input(shape=(4,)), InputLayer(input_shape=(4,))):
        model = Sequential([given, Dense(3)])
        assert [type(layer).__name__ for layer in model.layers] == ["Dense"]
        assert model.input_shape == (None, 4)
    assert Sequential([Input((4,), batch_size=2), Dense(3)]).input_shape == (2, 4)
    model.save(tmp_path / "m.h5")
    assert load_model(tmp_path / "m.h5").input_shape == (None, 4)
    with pytest.raises(TypeError, match="before the first layer"):
        model.add(Input((3,)))
    with pytest.raises(ShapeError, match=r"Input needs a shape"):
        Input()
