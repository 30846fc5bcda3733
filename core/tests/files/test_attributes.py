"""Attributes as the different versions of h5py and Keras write them."""

import h5py
import numpy as np
import pytest

from pronghorn.errors import ModelFileError
from pronghorn.files.attributes import read_names, read_text, write_names, write_text


@pytest.fixture
def file(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w", libver=("v108", "v108")) as hdf5:
        yield hdf5


@pytest.mark.parametrize(
    "value",
    [
        "kéras",
        "kéras".encode(),
        np.bytes_("kéras".encode()),
        np.array("kéras".encode(), "S10"),
        np.array(["kéras"], object),
    ],
    ids=["str", "bytes", "fixed", "padded", "one in a list"],
)
def test_text_in_every_encoding(file, value):
    if isinstance(value, np.ndarray) and value.dtype == object:
        file.attrs.create("t", value, dtype=h5py.string_dtype())
    else:
        file.attrs["t"] = value
    assert read_text(file, "t") == "kéras"


@pytest.mark.parametrize("dtype", ["S9", h5py.string_dtype("ascii"), h5py.string_dtype("utf-8")])
def test_names_in_every_encoding(file, dtype):
    file.attrs.create("n", ["hidden", "dropout_1"], dtype=dtype)
    assert read_names(file, "n") == ["hidden", "dropout_1"]


def test_names_that_keras_2_splits(file):
    file.attrs["n0"] = np.array([b"a", b"b"])
    file.attrs["n1"] = np.array([b"c"])
    file.attrs["n3"] = np.array([b"not reached"])
    assert read_names(file, "n") == ["a", "b", "c"]


@pytest.mark.parametrize("value", [np.zeros(0), np.zeros(0, "S1"), h5py.Empty("S4")])
def test_no_names(file, value):
    file.attrs["n"] = value
    assert read_names(file, "n") == []


def test_absent_attributes_are_none(file):
    assert read_text(file, "t") is None
    assert read_names(file, "n") is None


def test_text_is_written_as_keras_1_writes_it(file):
    write_text(file, "t", '{"a": "é"}')
    kind = h5py.h5a.open(file.id, b"t").get_type()
    assert kind.is_variable_str()
    assert kind.get_cset() == h5py.h5t.CSET_ASCII
    assert read_text(file, "t") == '{"a": "é"}'


def test_names_are_written_as_keras_1_writes_them(file):
    write_names(file, "n", ["dense_1_W:0", "é"])
    write_names(file, "none", [])
    assert file.attrs["n"].dtype == "S11"
    assert read_names(file, "n") == ["dense_1_W:0", "é"]
    assert file.attrs["none"].dtype == "float64"
    assert file.attrs["none"].shape == (0,)


def test_more_names_than_64_kilobytes(file):
    names = [f"a_rather_long_name_of_a_layer_{index}" for index in range(5000)]
    write_names(file, "n", names)
    assert read_names(file, "n") == names


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.arange(3), "attribute 'a' does not hold text"),
        (np.array([b"x", b"y"]), "attribute 'a' is not one text"),
        (h5py.Empty("S4"), "attribute 'a' is not one text"),
        (b"\xff\xfe", "attribute 'a' is not UTF-8 text"),
    ],
)
def test_what_is_no_text(file, value, message):
    file.attrs["a"] = value
    with pytest.raises(ModelFileError) as caught:
        read_text(file, "a")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.arange(3), "attribute 'a' does not hold text"),
        (b"one", r"attribute 'a' is not a list: its shape is \(\)"),
        (np.array([[b"x"], [b"y"]]), r"attribute 'a' is not a list: its shape is \(2, 1\)"),
        (np.array([b"\xff"]), "attribute 'a' is not UTF-8 text"),
    ],
)
def test_what_is_no_list_of_names(file, value, message):
    file.attrs["a"] = value
    with pytest.raises(ModelFileError, match=message):
        read_names(file, "a")


def test_names_that_claim_much_memory(file):
    """An attribute of a few kilobytes may stand for huge strings, before it is filled."""
    space = h5py.h5s.create_simple((100_000,))
    kind = h5py.h5t.C_S1.copy()
    kind.set_size(1000)
    h5py.h5a.create(file.id, b"a", kind, space)
    with pytest.raises(ModelFileError, match="attribute 'a' claims 100,000,000 bytes"):
        read_names(file, "a")


def test_one_long_string_under_many_names(file):
    """2,000 names that could each be a string of 2 MB: reading them might take 4 GB."""
    file.attrs["long"] = "x" * 2**21
    file.attrs.create("a", ["x"] * 2000, dtype=h5py.string_dtype())
    file.flush()
    with pytest.raises(ModelFileError, match="claims 2,000 strings of any length"):
        read_names(file, "a")


def test_large_arrays_do_not_count_as_possible_strings(file):
    file["w"] = np.zeros(2**19)
    file.attrs.create("a", ["x"] * 2000, dtype=h5py.string_dtype())
    file.flush()
    assert read_names(file, "a") == ["x"] * 2000
