"""Files that point elsewhere or claim too much are refused before they are read."""

import h5py
import numpy as np
import pytest

from pronghorn.errors import ModelFileError
from pronghorn.files.structure import check_structure, check_total


@pytest.fixture
def file(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as hdf5:
        yield hdf5


def refusal(file):
    file.flush()
    with pytest.raises(ModelFileError) as caught:
        check_structure(file)
    return str(caught.value)


def test_plain_groups_and_datasets_pass(file):
    group = file.create_group("model_weights/dense_1")
    group["dense_1_W:0"] = np.ones((3, 4), "float32")
    group["scalar"] = np.float32(1)
    group["empty"] = np.zeros((0, 3))
    group.create_dataset("chunked", data=np.zeros(1000), chunks=(100,), maxshape=(None,))
    file.flush()
    check_structure(file)


def test_soft_link(file):
    file["a/w"] = h5py.SoftLink("/elsewhere")
    assert refusal(file) == "'/a/w' is a link to another place; model files have none"


def test_external_link(file):
    file["a/w"] = h5py.ExternalLink("/etc/passwd", "/")
    assert refusal(file) == "'/a/w' is a link to another place; model files have none"


def test_external_storage(file, tmp_path):
    (tmp_path / "secret").write_bytes(bytes(32))
    file.create_dataset("w", (4,), "float64", external=[(str(tmp_path / "secret"), 0, 32)])
    assert refusal(file) == "dataset '/w' keeps its data in another file; model files do not"


def test_virtual_dataset(file, tmp_path):
    layout = h5py.VirtualLayout((4,), "float64")
    layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "w", shape=(4,))
    file.create_virtual_dataset("w", layout)
    assert refusal(file) == (
        "dataset '/w' is virtual, made of other datasets; model files have none"
    )


def test_dataset_that_was_never_written(file):
    file.create_dataset("w", (1_000_000, 1_000_000), "float32")
    assert refusal(file).startswith("dataset '/w' claims 4,000,000,000,000 bytes for its shape")


@pytest.mark.parametrize(
    "options", [{"compression": "gzip"}, {"scaleoffset": 2}, {"fletcher32": True}], ids=str
)
def test_filters(file, options):
    """A gzip filter may unpack a megabyte to a gigabyte, others load libraries."""
    file.create_dataset("w", data=np.zeros(100), chunks=(10,), **options)
    assert refusal(file) == (
        "dataset '/w' is compressed; Keras and Pronghorn write plain arrays: unpack the file "
        "with h5repack -f NONE"
    )


def test_chunks_that_were_never_written(file):
    data = file.create_dataset("w", (1000,), "float64", chunks=(10,))
    data[:10] = 1
    assert refusal(file).startswith("dataset '/w' claims 8,000 bytes for its shape (1000,)")


def test_named_type(file):
    file["t"] = np.dtype("float64")
    assert refusal(file) == "'/t' is neither a group nor a dataset"


def test_group_that_contains_itself(file):
    group = file.create_group("a/b")
    group["again"] = file["a"]
    file.flush()
    check_structure(file)


def test_arrays_that_together_are_larger_than_the_file():
    check_total(1000, 1000)
    with pytest.raises(ModelFileError, match="made to exhaust memory"):
        check_total(1001, 1000)
