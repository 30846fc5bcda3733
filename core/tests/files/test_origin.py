"""Who wrote a file decides what its arrays mean."""

import h5py
import numpy as np
import pytest

from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer
from pronghorn.files.attributes import write_names, write_text
from pronghorn.files.kernels import from_file
from pronghorn.files.origin import Origin, find_origin
from pronghorn.files.reading import open_model_file
from pronghorn.layers import Dense
from pronghorn.models import Sequential, load_model


class Sliding(Layer):
    """Has a kernel of 2 x 3 that a convolution slides, and a bias."""

    def build(self, input_shape):
        init = Initializer.get("glorot_uniform")
        kernel = self.add_weight("W", (2, 3, 1, 1), init)
        kernel.spatial_axes = (0, 1)
        self.add_weight("b", (3,), init)


def store(path, ending, attributes):
    kernel = np.arange(6, dtype="float32").reshape(2, 3, 1, 1)
    with h5py.File(path, "w") as file:
        for name, text in attributes.items():
            write_text(file, name, text)
        write_names(file, "layer_names", ["s"])
        group = file.create_group("s")
        write_names(group, "weight_names", [f"s_W{ending}", f"s_b{ending}"])
        group[f"s_W{ending}"] = kernel
        group[f"s_b{ending}"] = np.arange(3, dtype="float32")
    return kernel


@pytest.mark.parametrize(
    ("ending", "attributes", "origin"),
    [
        ("", {}, Origin(1, "theano")),
        (":0", {}, Origin(1, "tensorflow")),
        (":0", {"pronghorn_version": "0.1"}, Origin(1, "tensorflow", "0.1")),
        (":0", {"keras_version": "2.2.4", "backend": "tensorflow"}, Origin(2, "tensorflow")),
        ("", {"keras_version": "2.2.4", "backend": "theano"}, Origin(2, "theano")),
        ("", {"keras_version": "3.15.1", "backend": "torch"}, Origin(3, "torch")),
        (":0", {"keras_version": "2.0.0"}, Origin(2, "tensorflow")),
    ],
    ids=str,
)
def test_kernels_of_theano_are_turned_by_180_degrees(ending, attributes, origin, tmp_path):
    stored = store(tmp_path / "w.h5", ending, attributes)
    with open_model_file(tmp_path / "w.h5") as file:
        assert file.origin == origin
    model = Sequential([Sliding(name="s", input_shape=(4,))], seed=1)
    model.load_weights(tmp_path / "w.h5")
    kernel, bias = model.get_weights()
    expected = np.rot90(stored, 2, (0, 1)) if origin.backend == "theano" else stored
    np.testing.assert_array_equal(kernel, expected)
    np.testing.assert_array_equal(bias, [0, 1, 2])


def test_what_pronghorn_wrote_is_not_turned(tmp_path):
    model = Sequential([Sliding(name="s", input_shape=(4,))], seed=1)
    other = Sequential([Sliding(name="s", input_shape=(4,))], seed=2)
    model.save_weights(tmp_path / "w.h5")
    other.load_weights(tmp_path / "w.h5")
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_turning_is_a_rotation():
    array = np.arange(24.0).reshape(2, 3, 4)
    turned = from_file(array, array.shape, (0, 1), Origin(1, "theano"))
    np.testing.assert_array_equal(turned, np.rot90(array, 2))


def test_file_without_weights_says_nothing_of_theano(tmp_path):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        assert find_origin(file, file, []) == Origin(1, "tensorflow")


@pytest.mark.parametrize(("version", "slope"), [(b"2.15.0", 0.2), (b"3.5.0", 1 / 6)])
def test_hard_sigmoid_is_another_function_since_keras_3(version, slope, tmp_path):
    model = Sequential([Dense(3, activation="hard_sigmoid", input_dim=4)], seed=1)
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        file["model_weights"].attrs["keras_version"] = version
    x = np.random.default_rng(0).normal(size=(50, 4), scale=2.0)
    weights, bias = model.get_weights()
    expected = np.clip(slope * (x @ weights + bias) + 0.5, 0.0, 1.0)
    np.testing.assert_allclose(load_model(tmp_path / "m.h5").predict(x), expected, atol=1e-6)
