"""Models written to files come back whole: weights, compilation, optimizer state."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import golden
import h5py
import numpy as np
import pytest

from pronghorn import backend
from pronghorn.components.optimizer import Optimizer
from pronghorn.errors import ModelFileError
from pronghorn.layers import Activation, Dense, Dropout, Flatten, Masking, Permute, RepeatVector
from pronghorn.models import (
    Sequential,
    load_model,
    model_from_config,
    model_from_json,
    model_from_yaml,
)

OPTIMIZERS = ["sgd", "rmsprop", "adagrad", "adadelta", "adam", "adamax", "nadam", "AdamW", "Lion"]

X = np.random.RandomState(0).rand(12, 4).astype("float32")
Y = np.eye(3, dtype="float32")[np.arange(12) % 3]


def small(**options):
    layers = [
        Dense(5, activation="tanh", W_regularizer="l2", W_constraint="maxnorm", **options),
        RepeatVector(2),
        Permute((2, 1)),
        Flatten(),
        Dropout(0.25),
        Dense(3),
        Activation("softmax"),
    ]
    return Sequential(layers, seed=3)


@pytest.fixture
def in_float64() -> Iterator[None]:
    backend.set_floatx("float64")
    yield
    backend.set_floatx("float32")


DECAYING = [name for name in OPTIMIZERS if name != "nadam"]
CASES = [(name, {}) for name in OPTIMIZERS] + [(name, {"decay": 0.1}) for name in DECAYING]


def test_models_inside_may_have_layers_of_the_same_names(tmp_path):
    """As copies of one model have, whose layers were named by hand."""

    def inner():
        return Sequential([Dense(4, input_dim=4, name="d"), Sequential([Dense(4, input_dim=4)])])

    backend.reset_uids()
    first = inner()
    backend.reset_uids()
    twice = Sequential([Sequential([inner(), inner()], name="both"), first], seed=1)
    twice.compile("adam", "mse")
    twice.train_on_batch(X, X)
    twice.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5")
    for one, other in zip(twice.optimizer_arrays(), again.optimizer_arrays(), strict=True):
        np.testing.assert_array_equal(one[1], other[1])
    for one, other in zip(twice.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("optimizer", "options"), CASES, ids=str)
def test_training_goes_on_after_loading_as_if_nothing_had_been(optimizer, options, tmp_path):
    model = Sequential([Dense(5, input_dim=4), Dense(3, activation="softmax")], seed=1)
    optimizer = Optimizer.get({"name": optimizer, "config": options})
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy", "mae"])
    for _ in range(3):
        model.train_on_batch(X, Y)
    model.save(tmp_path / "m.h5")
    other = load_model(tmp_path / "m.h5")
    assert other.metrics_names == model.metrics_names
    assert other.optimizer.get_config() == model.optimizer.get_config()
    for _ in range(3):
        assert other.train_on_batch(X, Y) == model.train_on_batch(X, Y)
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("name", ["mlp_sgd_nesterov_decay", "mlp_l2_maxnorm_adagrad"])
def test_keras_1_training_with_a_file_in_the_middle(name, tmp_path, in_float64):
    """The losses of Keras 1's uninterrupted training, when every epoch starts from a file."""
    case = golden.Case("training", name)
    info = case.info
    model = model_from_config(info["model_config"])
    optimizer = {"name": info["optimizer"], "config": info["optimizer_config"]}
    model.compile(Optimizer.get(optimizer), info["loss"], info["metrics"])
    model.set_weights([case[f"w{i}_init"] for i in range(len(model.weights))])
    losses = []
    for epoch in range(info["nb_epoch"]):
        model.save(tmp_path / f"{epoch}.h5")
        model = load_model(tmp_path / f"{epoch}.h5")
        for start in range(0, len(case["x0"]), info["batch_size"]):
            rows = slice(start, start + info["batch_size"])
            losses.append(np.ravel(model.train_on_batch(case["x0"][rows], case["y"][rows]))[0])
    np.testing.assert_allclose(losses, case["batch_loss"], **golden.EXACT)


def test_weights_round_trip(tmp_path):
    model, other = small(input_dim=4), small(input_dim=4)
    other.set_weights([array + 1 for array in other.get_weights()])
    model.save_weights(tmp_path / "w.h5")
    other.load_weights(tmp_path / "w.h5")
    np.testing.assert_array_equal(model.predict(X), other.predict(X))


def test_weights_are_taken_from_a_whole_model_too(tmp_path):
    model, other = small(input_dim=4), small(input_dim=4)
    other.set_weights([array + 1 for array in other.get_weights()])
    model.save(tmp_path / "m.h5")
    other.load_weights(tmp_path / "m.h5")
    np.testing.assert_array_equal(model.predict(X), other.predict(X))


def test_weights_by_name_leave_other_layers_alone(tmp_path):
    model = Sequential([Dense(5, input_dim=4, name="a"), Dense(3, name="b")], seed=1)
    model.save_weights(tmp_path / "w.h5")
    layers = [Dense(5, input_dim=4, name="a"), Dense(5, name="new"), Dense(3, name="b")]
    other = Sequential(layers, seed=2)
    fresh = other.layers[1].get_weights()
    other.load_weights(tmp_path / "w.h5", by_name=True)
    for one, two in ((0, 0), (1, 2)):
        np.testing.assert_array_equal(
            model.layers[one].get_weights()[0], other.layers[two].get_weights()[0]
        )
    np.testing.assert_array_equal(other.layers[1].get_weights()[0], fresh[0])


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_numbers_keep_their_type(kind, tmp_path):
    backend.set_floatx(kind)
    try:
        model = small(input_dim=4)
        model.compile("adam", "mse")
        model.save(tmp_path / "m.h5")
        with h5py.File(tmp_path / "m.h5") as file:
            kinds = {array.dtype for array in file["optimizer_weights"].values()}
            assert kinds == {np.dtype(kind)}
        assert load_model(tmp_path / "m.h5").get_weights()[0].dtype == kind
    finally:
        backend.set_floatx("float32")


def test_float64_file_in_a_float32_process(tmp_path, in_float64):
    model = small(input_dim=4)
    model.save(tmp_path / "m.h5")
    backend.set_floatx("float32")
    other = load_model(tmp_path / "m.h5")
    np.testing.assert_allclose(other.predict(X), model.predict(X), rtol=1e-5)


def test_masking_and_shapes_with_open_axes(tmp_path):
    model = Sequential([Masking(7.0, input_shape=(None, 4))], seed=1)
    model.save(tmp_path / "m.h5")
    other = load_model(tmp_path / "m.h5")
    assert other.input_shape == (None, None, 4)
    assert other.layers[0].mask_value == 7.0


def test_json_and_yaml_round_trip():
    model = small(input_dim=4)
    for other in (model_from_json(model.to_json()), model_from_yaml(model.to_yaml())):
        assert other.get_config() == model.get_config()
        other.set_weights(model.get_weights())
        np.testing.assert_array_equal(other.predict(X), model.predict(X))


def test_json_options_are_those_of_json():
    assert small(input_dim=4).to_json(indent=2, sort_keys=True).startswith('{\n  "class_name"')


def test_yaml_makes_no_objects():
    text = "class_name: Sequential\nconfig: !!python/object/apply:os.system ['exit 1']\n"
    with pytest.raises(ValueError, match="the text is not the YAML of a model"):
        model_from_yaml(text)


def test_yaml_anchors_cannot_exhaust_memory():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    refs = ", ".join(["*a{0}"] * 10)
    lines += [f"a{i + 1}: &a{i + 1} [{refs.format(i)}]" for i in range(12)]
    with pytest.raises(ValueError, match="holds more than 1,000,000 values"):
        model_from_yaml("\n".join(lines))


def square_loss(y_true, y_pred):
    return (y_true - y_pred) * (y_true - y_pred)


def test_functions_of_the_caller_are_stored_by_name(tmp_path):
    model = small(input_dim=4)
    model.compile("sgd", square_loss, metrics=[square_loss])
    loss = model.test_on_batch(X, Y)
    model.save(tmp_path / "m.h5")
    with pytest.raises(ModelFileError, match="There is no objective 'square_loss'"):
        load_model(tmp_path / "m.h5")
    other = load_model(tmp_path / "m.h5", custom_objects={"square_loss": square_loss})
    assert other.test_on_batch(X, Y) == loss
    with pytest.raises(ModelFileError, match="There is no objective 'square_loss'"):
        load_model(tmp_path / "m.h5")  # the names held for one call only


def test_without_compiling(tmp_path):
    model = small(input_dim=4)
    model.compile("sgd", square_loss)
    model.save(tmp_path / "m.h5")
    other = load_model(tmp_path / "m.h5", compile=False)
    assert not other.compiled
    np.testing.assert_array_equal(other.predict(X), model.predict(X))


def test_model_that_was_never_compiled_or_trained(tmp_path):
    small(input_dim=4).save(tmp_path / "m.h5")
    assert not load_model(tmp_path / "m.h5").compiled


def test_overwrite_false(tmp_path):
    model = small(input_dim=4)
    model.save(tmp_path / "m.h5", overwrite=False)
    with pytest.raises(ModelFileError, match="exists: pass overwrite=True to replace it"):
        model.save(tmp_path / "m.h5", overwrite=False)
    with pytest.raises(ModelFileError, match="exists: pass overwrite=True to replace it"):
        model.save_weights(tmp_path / "m.h5", overwrite=False)


def test_layer_names_of_any_kind(tmp_path):
    names = ["schicht/eins", "größe", "a b", "x" * 300, "same:0"]
    model = Sequential([Dense(2, input_dim=2, name=name) for name in names], seed=1)
    model.save(tmp_path / "m.h5")
    other = load_model(tmp_path / "m.h5")
    assert [layer.name for layer in other.layers] == names
    np.testing.assert_array_equal(other.predict(X[:, :2]), model.predict(X[:, :2]))


@pytest.mark.parametrize("names", [("a/b", "a"), (".", "a"), ("a\0b", "c")], ids=str)
def test_layer_names_that_hdf5_cannot_store(names, tmp_path):
    model = Sequential([Dense(2, input_dim=2, name=name) for name in names], seed=1)
    with pytest.raises(ModelFileError, match="cannot be stored"):
        model.save(tmp_path / "m.h5")
    assert list(tmp_path.iterdir()) == []


def test_more_layer_names_than_64_kilobytes(tmp_path):
    names = [f"a_layer_with_a_long_name_{'x' * 200}_{number}" for number in range(400)]
    model = Sequential([Activation("linear", input_shape=(2,), name=name) for name in names])
    model.save(tmp_path / "m.h5")
    assert [layer.name for layer in load_model(tmp_path / "m.h5").layers] == names


def test_file_says_who_wrote_it(tmp_path):
    model = small(input_dim=4)
    model.save_weights(tmp_path / "w.h5")
    model.save(tmp_path / "m.h5")
    for path in tmp_path.iterdir():
        with h5py.File(path) as file:
            assert file.attrs["pronghorn_version"].split(".")[0].isdigit()
            assert "Dense" in json.loads(file.attrs["pronghorn_components"])["layers"]


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 256 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if made.returncode:
        pytest.skip(f"mounting a tmpfs is not permitted: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_full_disk_keeps_the_older_model(small_disk):
    path = small_disk / "m.h5"
    older = small(input_dim=4)
    older.save(path)
    large = Sequential([Dense(300, input_dim=300)], seed=1)
    with pytest.raises(ModelFileError) as caught:
        large.save(path)
    assert str(caught.value) == (
        f"cannot write {path}: No space left on device; the file that was there is unchanged"
    )
    assert [file.name for file in small_disk.iterdir()] == ["m.h5"]
    np.testing.assert_array_equal(load_model(path).predict(X), older.predict(X))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked, for speed")
def test_a_hundred_kills_during_save_leave_a_whole_file(tmp_path):
    script = Path(__file__).with_name("killed_saves.py")
    command = [sys.executable, str(script), str(tmp_path / "m.h5"), "100"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    # The kills did hit writes, and between them versions were saved; nothing is left of either.
    assert report["interrupted"] >= 10
    assert report["versions"] >= 10
    assert report["left"] == ["m.h5"]


def test_a_file_that_this_process_has_open_already(tmp_path):
    model = small(input_dim=4)
    model.save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5", "r"):
        loaded = load_model(tmp_path / "model.h5")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
