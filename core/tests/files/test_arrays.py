"""Arrays in files for `predict` and `evaluate`."""

import pickle

import numpy as np
import pytest

from pronghorn.errors import DatasetError, ModelFileError
from pronghorn.files.arrays import read_inputs, read_pairs, write_array

X = np.arange(6, dtype=np.float32).reshape(3, 2)
Y = np.array([0, 1, 1])


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv"])
def test_what_is_written_is_read_again(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    write_array(path, X / 3)
    assert np.array_equal(read_inputs(path).astype(np.float32), X / 3)


def test_csv_of_class_numbers_has_whole_numbers(tmp_path):
    write_array(tmp_path / "y.csv", Y)
    assert (tmp_path / "y.csv").read_text() == "0\n1\n1\n"


def test_csv_of_images_has_a_line_for_each(tmp_path):
    write_array(tmp_path / "a.csv", np.zeros((3, 2, 2)))
    assert (tmp_path / "a.csv").read_text() == "0,0,0,0\n" * 3


@pytest.mark.parametrize("head", ["", "width,height\n", "\ufeffwidth,height\n"])
def test_csv_with_and_without_names(tmp_path, head):
    (tmp_path / "a.csv").write_text(head + "0,1\n2,3\n\n4,5\n", encoding="utf-8")
    assert np.array_equal(read_inputs(tmp_path / "a.csv"), X)


@pytest.mark.parametrize("bad", ["0,1\n2\n", "0,1\n2,x\n", "a,b\n0,1\n2,\n"])
def test_csv_that_is_no_table_names_the_line(tmp_path, bad):
    (tmp_path / "a.csv").write_text(bad)
    line = len(bad.splitlines())
    with pytest.raises(DatasetError, match=rf"a\.csv, line {line}: expected 2 numbers"):
        read_inputs(tmp_path / "a.csv")


@pytest.mark.parametrize("text", ["1,abc\n1,2\n", "1,\n1,2\n"])
def test_a_first_line_with_a_number_in_it_names_no_columns(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(DatasetError, match=r"line 1: .*found ('abc'|nothing) in column 2"):
        read_inputs(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1;2\n3;4\n", "semicolons"),
        ("a;b\n3;4\n", "semicolons"),
        ("1,5;2,5\n", "semicolons"),
        ("1\t2\n", "tabs"),
        ("1 2\n", "spaces"),
    ],
)
def test_other_separators_are_named_and_not_shown(tmp_path, text, found):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(DatasetError, match=f"line 1: .*found {found}: separate with commas") as e:
        read_inputs(tmp_path / "a.csv")
    assert text.splitlines()[0] not in str(e.value)


def test_a_long_cell_is_cut(tmp_path):
    (tmp_path / "a.csv").write_text(f"1,2\n1,{'x' * 500}\n")
    with pytest.raises(DatasetError, match=r"xxx\.\.\.' in column 2"):
        read_inputs(tmp_path / "a.csv")


@pytest.mark.parametrize("text", ["", "only,names\n"])
def test_csv_without_numbers(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(DatasetError, match="no rows of numbers"):
        read_inputs(tmp_path / "a.csv")


def test_pairs_from_the_last_column(tmp_path):
    (tmp_path / "a.csv").write_text("0,1,0\n2,3,1\n4,5,1\n")
    x, y = read_pairs(tmp_path / "a.csv")
    assert np.array_equal(x, X)
    assert np.array_equal(y, Y)


@pytest.mark.parametrize("names", [("x", "y"), ("x_test", "y_test")])
def test_pairs_from_one_npz(tmp_path, names):
    np.savez(tmp_path / "a.npz", **dict(zip(names, (X, Y), strict=True)))
    x, y = read_pairs(tmp_path / "a.npz")
    assert np.array_equal(x, X)
    assert np.array_equal(y, Y)


def test_pairs_from_two_files(tmp_path):
    np.save(tmp_path / "x.npy", X)
    (tmp_path / "y.csv").write_text("0\n1\n1\n")
    x, y = read_pairs(tmp_path / "x.npy", tmp_path / "y.csv")
    assert np.array_equal(x, X)
    assert np.array_equal(y.ravel(), Y)


def test_inputs_alone_are_no_pairs(tmp_path):
    np.save(tmp_path / "x.npy", X)
    with pytest.raises(DatasetError, match="give the file of targets too"):
        read_pairs(tmp_path / "x.npy")


def test_array_of_an_npz_is_picked_by_name(tmp_path):
    np.savez(tmp_path / "a.npz", left=X, right=Y)
    assert np.array_equal(read_inputs(tmp_path / "a.npz", "right"), Y)
    with pytest.raises(DatasetError, match="holds arrays left, right, none called 'middle'"):
        read_inputs(tmp_path / "a.npz", "middle")
    with pytest.raises(DatasetError, match="none called x or X"):
        read_inputs(tmp_path / "a.npz")


def test_pickled_objects_are_refused(tmp_path):
    for path, content in {
        "object.npy": None,
        "pickle.npy": pickle.dumps(X),
        "truncated.npz": b"PK\x03\x04",
        "empty.npy": b"",
    }.items():
        if content is None:
            np.save(tmp_path / path, np.array([{}]), allow_pickle=True)
        else:
            (tmp_path / path).write_bytes(content)
        with pytest.raises(DatasetError, match=f"{path} cannot be read"):
            read_inputs(tmp_path / path)


def test_unknown_endings_are_named(tmp_path):
    with pytest.raises(DatasetError, match=r"data files end in \.npy, \.npz, \.csv, not '\.txt'"):
        write_array(tmp_path / "a.txt", X)


def test_file_that_cannot_be_written_is_an_error(tmp_path):
    with pytest.raises(ModelFileError, match="cannot write"):
        write_array(tmp_path / "missing" / "a.npy", X)
