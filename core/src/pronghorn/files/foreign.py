"""Says what a file is that is not a model file, and what to do with it."""

from pathlib import Path

import h5py

from pronghorn.errors import ModelFileError

EXPECTED = "expected an HDF5 file (.h5) as Pronghorn's or Keras's model.save() writes it"


def check_is_hdf5(path: Path) -> None:
    """Raise ModelFileError unless `path` is a file that begins as HDF5 files do."""
    if not path.exists():
        raise ModelFileError(f"there is no such file; {EXPECTED}")
    if not path.is_file():
        raise ModelFileError(f"this is not a file; {EXPECTED}")
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise ModelFileError(f"cannot read: {error.strerror}") from error
    if not start:
        raise ModelFileError(f"the file is empty; {EXPECTED}")
    if not h5py.is_hdf5(path):
        raise ModelFileError(f"{_guess(start)}; {EXPECTED}")


def _guess(start: bytes) -> str:
    if start.startswith(b"PK\x03\x04"):
        return "this is a zip archive, like the .keras files of Keras 3: save it as .h5 there"
    if start.startswith(b"\x89HDF"):
        return "this was an HDF5 file, but its first bytes are damaged"
    return "this is not an HDF5 file"


def explain_foreign(file: h5py.File) -> str:
    """Why an HDF5 file without a group of weights is no model file."""
    if "nb_layers" in file.attrs:
        return (
            "these are weights of Keras 0.x: load them in Keras 1 and save them again, "
            "then this file can be read"
        )
    if "layers" in file and "vars" in file:
        return (
            "these are weights in the .weights.h5 format of Keras 3: call model.save('model.h5') "
            "there and load that"
        )
    held = ", ".join(sorted(repr(name) for name in list(file)[:10])) or "nothing"
    return f"this HDF5 file is not a model: no group 'model_weights', it holds {held}"
