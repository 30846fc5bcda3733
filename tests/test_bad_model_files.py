"""Damaged, foreign and hostile files are refused with a ModelFileError and change nothing."""

import json
import random
import re
import resource
from contextlib import suppress

import golden
import h5py
import numpy as np
import pytest

from pronghorn.errors import ModelFileError
from pronghorn.files.attributes import write_names, write_text
from pronghorn.layers import Dense, Dropout
from pronghorn.models import Sequential, load_model


def dense(*sizes, seed=1):
    layers = [
        Dense(size, **({"input_dim": 4} if number == 0 else {}))
        for number, size in enumerate(sizes)
    ]
    return Sequential(layers, seed=seed)


@pytest.fixture
def path(tmp_path):
    """A file of a compiled model with two layers that have weights."""
    model = Sequential([Dense(5, input_dim=4, name="a"), Dropout(0.5), Dense(3, name="b")], seed=1)
    model.compile("adam", "mse", metrics=["mae"])
    model.save(tmp_path / "m.h5")
    return tmp_path / "m.h5"


def refused(path, message, **options):
    with pytest.raises(ModelFileError) as caught:
        load_model(path, **options)
    assert str(caught.value).startswith(f"{path}: ")
    assert re.search(message, str(caught.value)), str(caught.value)


def edit_config(path, change, name="model_config"):
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs[name])
        change(config)
        write_text(file, name, json.dumps(config))


# Weights of another model.


def load_refused(model, path, message, **options):
    before = model.get_weights()
    with pytest.raises(ModelFileError, match=message):
        model.load_weights(path, **options)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_other_number_of_layers(path):
    message = r"weights of 2 layers \(a, b\), but the model has 3 layers with weights"
    load_refused(dense(5, 4, 3), path, message)


def test_other_shape_changes_no_layer(path):
    message = r"weight 'dense_\d+_W' has shape \(5, 2\), but 'b_W:0' in the file has shape \(5, 3\)"
    load_refused(dense(5, 2), path, message)


def test_other_number_of_weights(path):
    model = Sequential([Dense(5, input_dim=4), Dense(3, bias=False)], seed=2)
    load_refused(model, path, "has 1 weights, but layer 'b' in the file has 2")


def test_by_name_checks_shapes_too(path):
    model = Sequential([Dense(5, input_dim=4, name="a"), Dense(2, name="b")], seed=2)
    load_refused(model, path, "in the file has shape", by_name=True)


def test_weights_without_a_model(path, tmp_path):
    load_model(path).save_weights(tmp_path / "w.h5")
    refused(tmp_path / "w.h5", "holds weights but no model: build the model and call load_weights")


# Other files.


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty; expected an HDF5 file"),
        (b"PK\x03\x04rest of a zip", "this is a zip archive, like the .keras files of Keras 3"),
        (b"\x80\x04\x95 a pickle", "this is not an HDF5 file; expected an HDF5 file"),
        (b"\x89HDF\r\n\x1a\n", "the file is damaged or truncated"),
        (b"\x89HDF\r\r\x1a\n", "its first bytes are damaged"),
    ],
)
def test_foreign_content(content, message, tmp_path):
    (tmp_path / "m.h5").write_bytes(content)
    refused(tmp_path / "m.h5", message)


def test_missing_file_and_folder(tmp_path):
    refused(tmp_path / "m.h5", "there is no such file; expected an HDF5 file")
    refused(tmp_path, "this is not a file; expected an HDF5 file")


def test_hdf5_file_of_something_else(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file["table"] = np.zeros(3)
    refused(tmp_path / "m.h5", "is not a model: no group 'model_weights', it holds 'table'")


def test_weights_of_keras_0(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["nb_layers"] = 1
    refused(tmp_path / "m.h5", r"weights of Keras 0\.x: load them in Keras 1 and save them again")


# Hostile files.


def test_lambda_layers_are_not_restored(path):
    code = {"function": ["\u00e3", None, None], "function_type": "lambda", "name": "evil"}
    edit_config(path, lambda c: c["config"].insert(1, {"class_name": "Lambda", "config": code}))
    refused(path, r"layer 'evil' \(Lambda\) holds a function as compiled code")
    refused(path, "compiled by another version of Python", safe_mode=False)


@pytest.mark.parametrize("name", ["os:system", "os.system", "pronghorn.layers.Dense", "__init__"])
def test_class_names_import_nothing(path, name):
    edit_config(path, lambda config: config["config"][0].update(class_name=name))
    refused(path, "There is no layer")


def test_huge_layers_are_noticed_before_they_are_made(path):
    """A kernel of 10**5 x 10**5 would take 40 GB."""

    def enlarge(config):
        config["config"][0]["config"].update(output_dim=10**5, batch_input_shape=[None, 10**5])

    edit_config(path, enlarge)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(path, r"layer 'a' is configured to have a weight of shape \(100000, 100000\), but all")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + 100 * 1024


def test_many_layers_are_noticed_too(path):
    def repeat(config):
        entry = config["config"][0]
        names = ({"config": {**entry["config"], "name": f"d{i}"}} for i in range(1000))
        config["config"] = [{**entry, **name} for name in names]

    edit_config(path, repeat)
    refused(path, "all weights in the file together have 43 elements")


def test_one_array_under_many_names(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as file:
        write_names(file, "layer_names", ["a"])
        group = file.create_group("a")
        group["w"] = np.zeros(1000)
        write_names(group, "weight_names", ["w"] * 1000)
    refused(tmp_path / "m.h5", "its arrays would take 8,000,000 bytes, but the file has only")


def test_links_out_of_the_file(path, tmp_path):
    with h5py.File(path, "r+") as file:
        del file["model_weights/a/a_W:0"]
        file["model_weights/a/a_W:0"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/w")
    refused(path, "'/model_weights/a/a_W:0' is a link to another place")


def test_array_of_texts(path):
    with h5py.File(path, "r+") as file:
        del file["model_weights/a/a_b:0"]
        file["model_weights/a/a_b:0"] = np.array([b"text"] * 5)
    refused(path, "holds no numbers but")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "attribute 'model_config' is not the JSON of a model"),
        ("[" * 100_000, "attribute 'model_config' is not the JSON of a model"),
        ('{"class_name": "Model", "config": {}}', "models of class 'Model' are not supported"),
        ("3", "a model's configuration is"),
        ('{"class_name": "Sequential", "config": []}', "has 0 layers with weights"),
    ],
)
def test_configurations_that_are_none(path, text, message):
    with h5py.File(path, "r+") as file:
        write_text(file, "model_config", text)
    refused(path, message)


@pytest.mark.parametrize(
    "change",
    [
        {"output_dim": "many"},
        {"output_dim": -1},
        {"batch_input_shape": 3},
        {"batch_input_shape": [None, None]},
        {"activation": 7},
        {"activation": {"name": ["relu"]}},
        {"W_regularizer": {"name": "L1L2Regularizer", "l3": 1}},
        {"trainable": "perhaps", "name": None, "output_dim": None},
    ],
    ids=str,
)
def test_arguments_of_the_wrong_kind(path, change):
    edit_config(path, lambda config: config["config"][0]["config"].update(change))
    refused(path, "")


@pytest.mark.parametrize(
    "change",
    [
        {"loss": 3},
        {"loss": None},
        {"loss": ["mse", "mse"]},
        {"metrics": [3]},
        {"optimizer_config": {"class_name": "Adam", "config": {"lr": "fast", "beta_3": 1}}},
        {"optimizer_config": {"class_name": None, "config": {}}},
        {"sample_weight_mode": [1], "loss_weights": "much"},
    ],
    ids=str,
)
def test_compilations_of_the_wrong_kind(path, change):
    edit_config(path, lambda config: config.update(change), "training_config")
    refused(path, "")


def test_iterations_that_are_no_number(path):
    with h5py.File(path, "r+") as file:
        file["optimizer_weights/iterations"][()] = np.nan
    refused(path, "cannot convert float NaN")


# Damage anywhere.


def damaged(data, source):
    """Copies of the file that are cut off, or have some bits or bytes changed."""
    kind = source.randrange(3)
    copy = bytearray(data)
    if kind == 0:
        return copy[: source.randrange(len(copy))]
    for _ in range(source.choice([1, 1, 3])):
        at = source.randrange(len(copy))
        copy[at] = copy[at] ^ 1 << source.randrange(8) if kind == 1 else source.choice([0, 255])
    return copy


@pytest.mark.parametrize("writer", ["keras1_theano", "keras_2_2_4", "keras3_torch", "pronghorn"])
def test_damage_gives_a_model_or_a_model_file_error(writer, path, tmp_path):
    """Never another exception, a hang, a crash of the HDF5 library or much memory."""
    original = path
    if writer != "pronghorn":
        original = golden.unpack(f"{writer}/mlp", tmp_path) / "model.h5"
    data, source = original.read_bytes(), random.Random(writer)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(120):
        (tmp_path / "damaged.h5").write_bytes(damaged(data, source))
        with suppress(ModelFileError):
            load_model(tmp_path / "damaged.h5")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + 300 * 1024


def test_every_kind_of_truncation(path, tmp_path):
    data = path.read_bytes()
    for size in range(0, len(data), len(data) // 97):
        (tmp_path / "cut.h5").write_bytes(data[:size])
        refused(tmp_path / "cut.h5", "empty|damaged|not an HDF5 file")
