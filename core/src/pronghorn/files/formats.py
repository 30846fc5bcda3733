"""File formats that packs add, chosen by the ending of the file's name."""

import os
from pathlib import Path

from pronghorn.errors import AmbiguousComponentError
from pronghorn.hooks import ModelFormat
from pronghorn.registry import manager

OWN = (".h5", ".hdf5")


def find_format(path: str | os.PathLike[str]) -> ModelFormat | None:
    """The format of a pack that has this file's ending, or None for the core's own, HDF5.

    Any ending that no pack claims means HDF5, as in Keras 1; those in `OWN` always do.

    Raises:
        AmbiguousComponentError: two packs claim the ending.
    """
    suffix = Path(path).suffix.lower()
    if not suffix or suffix in OWN:
        return None
    results = [formats for _, formats in manager.each("pronghorn_model_formats")]
    claims = [found for formats in results for found in formats if suffix in found.suffixes]
    if len(claims) > 1:
        names = " and ".join(sorted(found.name for found in claims))
        raise AmbiguousComponentError(f"the ending {suffix!r} is claimed by the formats {names}")
    return claims[0] if claims else None
