"""`save_model` and `save_weights`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pronghorn.files.atomic import check_target, replacing
from pronghorn.files.formats import check_ending, find_format

if TYPE_CHECKING:
    from pronghorn.models.sequential import Sequential

# h5py is imported when a file is touched: making and training a model does not need it.


def save_model(model: "Sequential", path: str | os.PathLike[str], overwrite: bool = True) -> None:
    """Write architecture, weights, compilation and optimizer state to one file.

    The file is HDF5 in the layout of Keras 1.2.2 if the name ends in .h5, .hdf5 or nothing, and
    what a pack has a format for if it ends so. It replaces an older one as a whole, at the end: a
    crash, a full disk or a kill leaves the older file as it was.

    Args:
        model: the model, compiled or not.
        path: where to write. Symbolic links are followed.
        overwrite: whether an existing file may be replaced. If not, and there is one, this is
            an error: nothing is asked on the console, as Keras 1 did.

    Raises:
        ModelFileError: the file exists and `overwrite` is false, it cannot be written, or its
            ending stands for no format.
    """
    check_ending(path)
    other = find_format(path)
    if other is not None:
        check_target(Path(path), overwrite)
        other.save(model, Path(path))
        return
    from pronghorn.files.writing import write_model

    with replacing(path, overwrite) as sink:
        write_model(model, sink)


def save_weights(model: "Sequential", path: str | os.PathLike[str], overwrite: bool = True) -> None:
    """Write the weights to an HDF5 file; arguments, safety and errors as in `save_model`."""
    from pronghorn.files.writing import write_weights

    check_ending(path, whole=False)
    with replacing(path, overwrite) as sink:
        write_weights(model, sink)
