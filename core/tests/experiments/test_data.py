"""The data of experiments: where they come from, how they are divided and prepared."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from pronghorn.errors import ConfigError
from pronghorn.experiments.data import as_targets, load_data
from pronghorn.experiments.section import Source

X = np.arange(30.0).reshape(10, 3)
Y = np.arange(10.0)


@pytest.fixture
def load(tmp_path):
    """Loads what a section [data] says; files lie in the experiment's folder."""

    def loaded(text, seed=1):
        path = tmp_path / "e.toml"
        path.write_text(f"[data]\n{text}\n")
        return load_data(Source(path).root.sub("data"), tmp_path, seed)

    return loaded


def test_the_columns_of_a_csv_are_inputs_and_the_last_one_targets(load, tmp_path):
    np.savetxt(tmp_path / "t.csv", np.column_stack([X, Y]), delimiter=",")
    data = load('file = "t.csv"')
    assert (data.x_train.shape, data.x_test.shape) == ((8, 3), (2, 3))
    # Every sample is in one of the parts, with its own target: the first column is 3 y.
    for x, y in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        np.testing.assert_array_equal(x[:, 0], 3 * y)
    assert sorted([*data.y_train, *data.y_test]) == Y.tolist()
    assert data.sample_shape == (3,)
    assert data.class_names is None


def test_the_seed_decides_the_split(load, tmp_path):
    np.savez(tmp_path / "d.npz", x=X, y=Y)
    first, again, other = (load('file = "d.npz"', seed=seed).y_test for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.tolist() != other.tolist()


@pytest.mark.parametrize(("share", "held_out"), [(0, 0), (0.5, 5), (0.99, 9)])
def test_shares(load, tmp_path, share, held_out):
    np.savez(tmp_path / "d.npz", x=X, y=Y)
    data = load(f'file = "d.npz"\ntest_split = {share}')
    assert (len(data.x_train), len(data.x_test)) == (10 - held_out, held_out)


def test_files_may_lie_at_home(load, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    np.savez(tmp_path / "d.npz", x=X, y=Y)
    assert len(load('file = "~/d.npz"').x_train) == 8


def test_inputs_are_divided_and_shaped_and_images_kept(load, tmp_path):
    whole = np.arange(32, dtype=np.uint8).reshape(2, 16)
    np.savez(tmp_path / "d.npz", x_train=whole, y_train=[0, 1], x_test=whole, y_test=[0, 1])
    data = load('file = "d.npz"\ndivide_by = 2\nshape = [4, -1]')
    assert (data.x_train.dtype, data.x_train.shape) == (np.float32, (2, 4, 4))
    np.testing.assert_array_equal(data.x_test.reshape(2, 16), whole / 2)
    assert data.images.dtype == np.uint8


PARTS = {"x_train": X, "y_train": Y, "x_test": X[:2], "y_test": Y[:2]}


@pytest.mark.parametrize(
    ("arrays", "text", "message"),
    [
        ({"x": X, "y": Y[:9]}, "", "there are 10 samples to train, but 9 targets"),
        ({"x": X[:9], "y": Y}, "", "there are 9 samples to train, but 10 targets"),
        ({**PARTS, "y_test": Y}, "", "there are 2 samples to test, but 10 targets"),
        ({"x": X[:0], "y": Y[:0]}, "", "there are no samples to train on"),
        ({"x": np.float64(1), "y": np.float64(1)}, "", "there are no samples to train on"),
        (PARTS, "test_split = 0.1", "line 3, .*divided already: leave 'test_split' out"),
        ({"x": X}, "", "line 2, .*holds inputs only: give"),
        ({"a": X, "b": Y}, "", "line 2, .*holds arrays a, b, none called x or X"),
        ({"x": X.astype(str), "y": Y}, "", "samples of dtype <U32 are no numbers"),
        ({"x": X, "y": Y}, "shape = [2, 2]", r"line 3, .*shape \(3,\) do not fit 'shape' \[2, 2\]"),
    ],
)
def test_arrays_that_do_not_suit(load, tmp_path, arrays, text, message):
    np.savez(tmp_path / "d.npz", **arrays)
    with pytest.raises(ConfigError, match=rf"e\.toml, .*{message}"):
        load(f'file = "d.npz"\n{text}')


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "a,b\n1,2\n3\n", "line 3: expected 2 numbers, found 1"),
        ("t.csv", "1,2\nx,4\n", "line 2: expected 2 numbers, found 'x' in column 1"),
        ("t.csv", "1;2\n3;4\n", "found semicolons"),
        ("t.csv", "1\n2\n", "holds inputs only"),
        ("t.csv", "", "has no rows of numbers"),
        ("t.npz", "no zip", "cannot be read"),
        ("t.txt", "1,2", r"data files end in \.npy, \.npz, \.csv, not '\.txt'"),
    ],
)
def test_files_that_cannot_be_read(load, tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(ConfigError, match=rf"e\.toml, line 2, \[data\]: .*{message}"):
        load(f'file = "{name}"')


def test_a_file_that_is_not_there(load, tmp_path):
    with pytest.raises(
        ConfigError, match=rf"line 2, \[data\]: there is no file '{tmp_path}/t.csv'"
    ):
        load('file = "t.csv"')


@pytest.mark.parametrize("returned", [None, (X, Y), ((X, Y),), (X, Y, X, Y), 3])
def test_a_dataset_that_returns_something_else(load, tmp_path, monkeypatch, returned):
    module = SimpleNamespace(load_data=lambda: returned)
    monkeypatch.setitem(sys.modules, "own_data", module)
    module.load_data.__module__ = "own_data"
    with pytest.raises(ConfigError, match=r"line 2, .*must return \(x_train, y_train\), \(x_test"):
        load('dataset = "own_data:load_data"')


def test_datasets_that_are_not_installed(load, monkeypatch):
    monkeypatch.delattr("pronghorn.datasets")
    monkeypatch.setitem(sys.modules, "pronghorn.datasets", None)
    with pytest.raises(ConfigError, match="pronghorn-datasets, which is not installed"):
        load('dataset = "digits"')


def fake_model(outputs, loss):
    return SimpleNamespace(
        output_shape=(None, outputs), loss=loss, layers=[SimpleNamespace(name="last")]
    )


@pytest.mark.parametrize("y", [np.array([0, 2]), np.array([[0], [2]])])
def test_class_numbers_become_rows_where_the_objective_wants_them(y):
    made = as_targets(y, fake_model(3, "categorical_crossentropy"))
    np.testing.assert_array_equal(made, [[1, 0, 0], [0, 0, 1]])
    kept = as_targets(y, fake_model(3, "sparse_categorical_crossentropy"))
    np.testing.assert_array_equal(kept, [[0], [2]])
    np.testing.assert_array_equal(as_targets(y, fake_model(1, "mse")), [[0], [2]])


def test_rows_stay_rows():
    rows = np.eye(3)[:2]
    assert as_targets(rows, fake_model(3, "categorical_crossentropy")) is rows


def test_more_classes_than_outputs():
    with pytest.raises(ConfigError, match="'last', has 3 outputs, which does not suit the targets"):
        as_targets(np.array([0, 3]), fake_model(3, "categorical_crossentropy"))
