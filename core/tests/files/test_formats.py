"""Endings of model files."""

import pytest

from pronghorn.errors import ModelFileError
from pronghorn.files.formats import check_ending


@pytest.mark.parametrize(
    "name", ["m.h5", "m.HDF5", "m", "weights.00-0.25", "folder.keras/m", ".hidden"]
)
def test_hdf5_by_its_endings_and_without_one(name):
    check_ending(name)


@pytest.mark.parametrize("whole", [True, False])
def test_other_endings_are_refused_with_those_that_are_known(whole):
    with pytest.raises(ModelFileError, match=r"'m\.foo': '\.foo' is not written.*\.h5, \.hdf5"):
        check_ending("m.foo", whole)
    with pytest.raises(ModelFileError, match=r"\.keras is the zip format of Keras 3"):
        check_ending("m.keras", whole)


def test_nothing_is_written_under_a_wrong_ending(tmp_path):
    from pronghorn.layers import Dense
    from pronghorn.models import Sequential

    model = Sequential([Dense(1, input_dim=1)])
    with pytest.raises(ModelFileError, match=r"\.keras"):
        model.save(tmp_path / "m.keras")
    with pytest.raises(ModelFileError, match=r"\.foo"):
        model.save_weights(tmp_path / "m.foo")
    assert not any(tmp_path.iterdir())
    model.save(tmp_path / "m")
    assert (tmp_path / "m").read_bytes().startswith(b"\x89HDF")
