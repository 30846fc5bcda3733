"""File formats that packs add, chosen by the ending of the file's name."""

import os
from pathlib import Path

from pronghorn.errors import AmbiguousComponentError, ModelFileError
from pronghorn.hooks import ModelFormat
from pronghorn.registry import manager

OWN = (".h5", ".hdf5")


def find_format(path: str | os.PathLike[str]) -> ModelFormat | None:
    """The format of a pack that has this file's ending, or None for the core's own, HDF5.

    A file whose ending no pack claims is read as HDF5, whatever it is called.

    Raises:
        AmbiguousComponentError: two packs claim the ending.
    """
    suffix = _ending(path)
    if not suffix or suffix in OWN:
        return None
    claims = [found for found in _of_packs() if suffix in found.suffixes]
    if len(claims) > 1:
        names = " and ".join(sorted(found.name for found in claims))
        raise AmbiguousComponentError(f"the ending {suffix!r} is claimed by the formats {names}")
    return claims[0] if claims else None


def check_ending(path: str | os.PathLike[str], whole: bool = True) -> None:
    """Raise ModelFileError if a file with this ending would not be what its name says.

    A name without an ending means HDF5, as in Keras 1. `whole` is false for files of weights,
    which packs have no formats for.
    """
    suffix = _ending(path)
    known = [*OWN, *(ending for found in _of_packs() for ending in found.suffixes if whole)]
    if not suffix or suffix in known:
        return
    what = ".keras is the zip format of Keras 3, which" if suffix == ".keras" else f"{suffix!r}"
    raise ModelFileError(
        f"cannot write {os.fspath(path)!r}: {what} is not written; end the name in "
        f"{', '.join(dict.fromkeys(known))}"
    )


def _ending(path: str | os.PathLike[str]) -> str:
    """The ending in lower case; the `.25` of `weights.00-0.25` is none."""
    suffix = Path(path).suffix.lower()
    return suffix if any(map(str.isalpha, suffix)) else ""


def _of_packs() -> list[ModelFormat]:
    return [found for _, brought in manager.each("pronghorn_model_formats") for found in brought]
