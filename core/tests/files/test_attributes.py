"""Attributes as the different versions of h5py and Keras write them."""

import struct

import h5py
import numpy as np
import pytest

from pronghorn.errors import ModelFileError
from pronghorn.files.attributes import read_names, read_number, read_text, write_names, write_text
from pronghorn.files.strings import read_strings


@pytest.fixture
def file(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w", libver=("v108", "v108")) as hdf5:
        yield hdf5


def text(file, name):
    file.flush()
    return read_text(file, name)


def names(file, name):
    file.flush()
    return read_names(file, name)


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
    assert text(file, "t") == "kéras"


@pytest.mark.parametrize("dtype", ["S9", h5py.string_dtype("ascii"), h5py.string_dtype("utf-8")])
def test_names_in_every_encoding(file, dtype):
    file.attrs.create("n", ["hidden", "dropout_1"], dtype=dtype)
    assert names(file, "n") == ["hidden", "dropout_1"]


def test_names_that_keras_2_splits(file):
    file.attrs["n0"] = np.array([b"a", b"b"])
    file.attrs["n1"] = np.array([b"c"])
    file.attrs["n3"] = np.array([b"not reached"])
    assert names(file, "n") == ["a", "b", "c"]


@pytest.mark.parametrize("value", [np.zeros(0), np.zeros(0, "S1"), h5py.Empty("S4")])
def test_no_names(file, value):
    file.attrs["n"] = value
    assert names(file, "n") == []


def test_numbers(file):
    file.attrs["a"], file.attrs["b"] = np.int64(7), 2.5
    assert (read_number(file, "a"), read_number(file, "b")) == (7, 2.5)
    for value in (np.arange(3), b"7", h5py.Empty("f")):
        file.attrs["a"] = value
        with pytest.raises(ModelFileError, match="attribute 'a' is not a number"):
            read_number(file, "a")


def test_absent_attributes_are_none(file):
    assert text(file, "t") is None
    assert read_number(file, "t") is None
    assert names(file, "n") is None


def test_text_is_written_as_keras_1_writes_it(file):
    write_text(file, "t", '{"a": "é"}')
    kind = h5py.h5a.open(file.id, b"t").get_type()
    assert kind.is_variable_str()
    assert kind.get_cset() == h5py.h5t.CSET_ASCII
    assert text(file, "t") == '{"a": "é"}'


def test_names_are_written_as_keras_1_writes_them(file):
    write_names(file, "n", ["dense_1_W:0", "é"])
    write_names(file, "none", [])
    assert file.attrs["n"].dtype == "S11"
    assert names(file, "n") == ["dense_1_W:0", "é"]
    assert file.attrs["none"].dtype == "float64"
    assert file.attrs["none"].shape == (0,)


def test_more_names_than_64_kilobytes(file):
    given = [f"a_rather_long_name_of_a_layer_{index}" for index in range(5000)]
    write_names(file, "n", given)
    assert names(file, "n") == given


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
        text(file, "a")
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
        names(file, "a")


def test_names_that_claim_much_memory(file):
    """An attribute of a few kilobytes may stand for huge strings, before it is filled."""
    space = h5py.h5s.create_simple((100_000,))
    kind = h5py.h5t.C_S1.copy()
    kind.set_size(1000)
    h5py.h5a.create(file.id, b"a", kind, space)
    with pytest.raises(ModelFileError, match="attribute 'a' claims 100,000,000 bytes"):
        names(file, "a")


def descriptor(data, length):
    """Where the file holds length, heap address and index of a string of this length."""
    at = -1
    while True:
        at = data.index(struct.pack("<I", length), at + 1)
        heap = int.from_bytes(data[at + 4 : at + 12], "little")
        if data[heap : heap + 4] == b"GCOL":
            return at


def test_one_long_string_under_many_names(tmp_path):
    """Each of 100 names is the same string of 1 MB, which the file holds once."""
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver="earliest") as hdf5:
        hdf5.attrs.create("a", [f"{index:05d}" for index in range(100)], dtype=h5py.string_dtype())
        hdf5.attrs["long"] = "x" * 2**20
    data = path.read_bytes()
    long, first = descriptor(data, 2**20), descriptor(data, 5)
    data = data[:first] + data[long : long + 16] * 100 + data[first + 1600 :]
    path.write_bytes(data)
    with h5py.File(path) as hdf5, pytest.raises(ModelFileError) as caught:
        read_names(hdf5, "a")
    assert str(caught.value) == f"attribute 'a' claims {100 * 2**20:,} bytes"


@pytest.mark.parametrize("library", ["earliest", "v108", "latest"])
@pytest.mark.parametrize("others", [0, 5])
def test_strings_are_found_in_every_format(tmp_path, library, others):
    with h5py.File(tmp_path / "a.h5", "w", libver=library) as hdf5:
        group = hdf5.create_group("g", track_order=True)
        for number in range(others):
            group.attrs[f"other{number}"] = np.arange(number)
        group.attrs["t"] = "x" * 77
        group.attrs.create("n", ["one", "three"], dtype=h5py.string_dtype())
        hdf5.flush()
        assert read_strings(group, "t", 99) == [b"x" * 77]
        assert read_strings(group, "n", 99) == [b"one", b"three"]


def test_length_that_the_file_does_not_hold(tmp_path):
    """HDF5 would make room for 2 GB before it notices; here it is not asked to."""
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver="earliest") as hdf5:
        hdf5.attrs["t"] = "x" * 77
    data = bytearray(path.read_bytes())
    at = descriptor(data, 77)
    data[at : at + 4] = struct.pack("<I", 0x7FFFFFFF)
    path.write_bytes(data)
    with h5py.File(path) as hdf5, pytest.raises(ModelFileError) as caught:
        read_text(hdf5, "t")
    assert str(caught.value) == f"attribute 't' claims {0x7FFFFFFF:,} bytes"


def test_heap_in_which_hdf5_goes_round_for_ever(tmp_path):
    """An object that seems to end where nothing begins: the library never gets past it."""
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver="earliest") as hdf5:
        hdf5.attrs.create("n", ["x" * 30, "y" * 20], dtype=h5py.string_dtype())
    data = bytearray(path.read_bytes())
    size = data.index(struct.pack("<Q", 30), data.index(b"GCOL"))
    data[size] = 250
    path.write_bytes(data)
    with h5py.File(path) as hdf5, pytest.raises(ModelFileError, match="does not hold a string"):
        read_names(hdf5, "n")


def test_string_outside_of_the_file(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver="earliest") as hdf5:
        hdf5.attrs["t"] = "x" * 77
    data = bytearray(path.read_bytes())
    at = descriptor(data, 77)
    for address in (2**40, 2**63, 2**64 - 1, 3):
        data[at + 4 : at + 12] = struct.pack("<Q", address)
        path.write_bytes(data)
        with h5py.File(path) as hdf5, pytest.raises(ModelFileError, match=r"damaged|not hold"):
            read_text(hdf5, "t")


def test_empty_strings(file):
    file.attrs.create("n", ["", "a", ""], dtype=h5py.string_dtype())
    assert names(file, "n") == ["", "a", ""]


def test_attributes_that_hdf5_keeps_elsewhere(file):
    """Objects with more than eight attributes have them outside of the header."""
    for number in range(20):
        file.attrs[f"t{number}"] = f"text {number}"
    file.attrs.create("n", ["a", "b"], dtype=h5py.string_dtype())
    file.flush()
    assert read_strings(file, "t3", 99) is None
    assert text(file, "t3") == "text 3"
    with pytest.raises(ModelFileError, match="claims 2 strings of unknown length"):
        names(file, "n")


def test_file_with_a_user_block(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w", userblock_size=512) as hdf5:
        hdf5.attrs.create("n", ["one", "three"], dtype=h5py.string_dtype())
        hdf5.flush()
        assert read_strings(hdf5, "n", 99) == [b"one", b"three"]
