"""Reads and writes attributes of HDF5 objects as Keras does, whatever h5py's version.

Keras 1 stores texts as bytes (variable-length ASCII) and lists of names as arrays of
fixed-length bytes; Keras 2 splits lists that do not fit into one attribute; Keras 3 stores lists
of variable-length strings. An empty list is a float array without elements in all of them.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import h5py
import numpy as np

from pronghorn.errors import ModelFileError
from pronghorn.files.strings import read_strings

MOST_BYTES = 64 * 2**20
"""Of one attribute: model configurations of real models have some kilobytes."""


def read_text(thing: h5py.Group, name: str) -> str | None:
    """The attribute `name` as text, or None if there is none."""
    if name not in thing.attrs:
        return None
    strings = _strings(thing, name)
    if len(strings) != 1:
        raise ModelFileError(f"attribute {name!r} is not one text")
    return strings[0]


def read_names(thing: h5py.Group, name: str) -> list[str] | None:
    """The attribute `name` as a list of names, or None if there is none.

    A list that Keras 2 has split into `name0`, `name1`, ... is put together again.
    """
    if name in thing.attrs:
        return _read_list(thing, name)
    names: list[str] = []
    for part in range(len(thing.attrs)):
        if f"{name}{part}" not in thing.attrs:
            break
        names += _read_list(thing, f"{name}{part}")
    return names if f"{name}0" in thing.attrs else None


def read_number(thing: h5py.Group, name: str) -> float | None:
    """The attribute `name` as a number, or None if there is none."""
    if name not in thing.attrs:
        return None
    attribute = h5py.h5a.open(thing.id, name.encode())
    if attribute.shape != () or attribute.dtype.kind not in "iuf":
        raise ModelFileError(f"attribute {name!r} is not a number")
    number: float = thing.attrs[name].item()
    return number


def write_text(thing: h5py.Group, name: str, text: str) -> None:
    """Store a text as Keras 1 reads it: bytes of variable length."""
    thing.attrs.create(name, text.encode(), dtype=h5py.string_dtype("ascii"))


def write_names(thing: h5py.Group, name: str, names: Sequence[str]) -> None:
    """Store a list of names as Keras 1 does: bytes of fixed length, or an empty float array."""
    encoded = [entry.encode() for entry in names]
    width = max((len(entry) for entry in encoded), default=0)
    thing.attrs[name] = np.array(encoded, f"S{width}") if encoded else np.zeros(0)


def _read_list(thing: h5py.Group, name: str) -> list[str]:
    shape = h5py.h5a.open(thing.id, name.encode()).shape
    if shape is None or 0 in shape:
        return []
    if len(shape) != 1:
        raise ModelFileError(f"attribute {name!r} is not a list: its shape is {shape}")
    return _strings(thing, name)


def _strings(thing: h5py.Group, name: str) -> list[str]:
    """The strings of an attribute, once their size is known to be sensible."""
    attribute = h5py.h5a.open(thing.id, name.encode())
    kind = attribute.get_type()
    if not isinstance(kind, h5py.h5t.TypeStringID):
        raise ModelFileError(f"attribute {name!r} does not hold text")
    count = 0 if attribute.shape is None else prod(attribute.shape)
    if kind.is_variable_str():
        found = read_strings(thing, name, MOST_BYTES)
        if found is not None:
            return [_decode(value, name) for value in found[:count]]
    _check_size(name, count, kind)
    values = np.atleast_1d(thing.attrs[name]).ravel() if count else ()
    return [_decode(value, name) for value in values]


def _check_size(name: str, count: int, kind: h5py.h5t.TypeStringID) -> None:
    """Raise ModelFileError unless the library may be asked for so many strings."""
    if kind.is_variable_str() and count > 1:
        # Each may be the same long string; and no list of names is so long as to be moved.
        raise ModelFileError(f"attribute {name!r} claims {count:,} strings of unknown length")
    if count * kind.get_size() > MOST_BYTES:
        raise ModelFileError(f"attribute {name!r} claims {count * kind.get_size():,} bytes")


def _decode(value: Any, name: str) -> str:
    try:
        text = value.decode() if isinstance(value, bytes) else str(value)
        text.encode()
    except UnicodeError:
        raise ModelFileError(f"attribute {name!r} is not UTF-8 text") from None
    return text
