"""Opens a model file and tells what it holds; arrays are read only when they are asked for."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from pronghorn.errors import ConfigError, ModelFileError
from pronghorn.files.attributes import read_names, read_number, read_text
from pronghorn.files.foreign import check_is_hdf5, explain_foreign
from pronghorn.files.origin import Origin, find_origin
from pronghorn.files.plain import plain_data
from pronghorn.files.structure import check_structure, check_total


@dataclass(frozen=True)
class StoredArray:
    """An array in a file: name, shape, and the numbers at need."""

    name: str
    dataset: h5py.Dataset = field(repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Declared shape."""
        return tuple(self.dataset.shape)

    @property
    def size(self) -> int:
        """Declared number of elements."""
        return int(np.prod(self.shape, dtype=object))

    def read(self) -> np.ndarray:
        """The numbers; ModelFileError if the file does not hold them undamaged."""
        with damage_reported():
            return np.asarray(self.dataset[()])


@dataclass(frozen=True)
class StoredLayer:
    """A layer's name and its arrays, in the order in which the writer listed them."""

    name: str
    arrays: tuple[StoredArray, ...]


@dataclass(frozen=True)
class ModelFile:
    """What an open model file holds.

    Attributes:
        origin: who wrote it.
        layers: the layers that it lists, weightless ones included.
        config: the model's configuration, or None in a file of weights only.
        training: loss, metrics and optimizer of a compiled model, or None.
        optimizer: the arrays of the optimizer's state, or None.
        iterations: number of updates that the optimizer has made, if Pronghorn wrote the file.
        packs: the pack that brought each component, `{kind: {identifier: "pack version"}}`.
        random: seed, keys and steps of the model's random numbers, or None.
    """

    origin: Origin
    layers: tuple[StoredLayer, ...]
    config: Any = None
    training: Any = None
    optimizer: tuple[StoredArray, ...] | None = None
    iterations: float | None = None
    packs: Any = None
    random: Any = None


@contextmanager
def open_model_file(path: str | os.PathLike[str]) -> Iterator[ModelFile]:
    """Open a file that Keras or Pronghorn wrote, its structure checked.

    Raises:
        ModelFileError: there is no such file, it is something else, or it is damaged; the
            message says which and what was expected.
    """
    file = Path(path)
    with named(file):
        check_is_hdf5(file)
        with damage_reported():
            hdf5 = _opened(file)
        try:
            with damage_reported():
                check_structure(hdf5)
                described = _describe(hdf5)
            yield described
        finally:
            with damage_reported():
                hdf5.close()


def _opened(file: Path) -> h5py.File:
    try:
        return h5py.File(file, "r", locking=False)
    except OSError:
        # HDF5 wants the same locking as where this process has the file open already.
        return h5py.File(file, "r")


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Put the file's name before the message of a ModelFileError."""
    try:
        yield
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from error.__cause__


@contextmanager
def damage_reported() -> Iterator[None]:
    """Turn whatever h5py raises on damaged data into a ModelFileError."""
    try:
        yield
    except ModelFileError:
        raise
    except Exception as error:
        # h5py raises OSError, RuntimeError, KeyError, ValueError, TypeError... for damage.
        reason = " ".join(str(error).split())
        raise ModelFileError(f"the file is damaged or truncated: {reason}") from error


@contextmanager
def blamed_on_file() -> Iterator[None]:
    """Turn whatever a component raises at the file's contents into a ModelFileError."""
    try:
        yield
    except ModelFileError:
        raise
    except Exception as error:
        raise ModelFileError(f"the model cannot be restored: {error}") from error


def _describe(file: h5py.File) -> ModelFile:
    group = _weights_group(file)
    layers = tuple(_layers(group))
    names = [array.name for layer in layers for array in layer.arrays]
    optimizer = _optimizer_arrays(file)
    arrays = [array for layer in layers for array in layer.arrays]
    stored = sum(a.size * a.dataset.dtype.itemsize for a in [*arrays, *(optimizer or ())])
    check_total(stored, file.id.get_filesize())
    return ModelFile(
        find_origin(file, group, names),
        layers,
        _json_attribute(file, "model_config"),
        _json_attribute(file, "training_config"),
        optimizer,
        read_number(file, "pronghorn_iterations"),
        _json_attribute(file, "pronghorn_components"),
        _json_attribute(file, "pronghorn_random"),
    )


def _weights_group(file: h5py.File) -> h5py.Group:
    if "layer_names" in file.attrs or "layer_names0" in file.attrs:
        return file
    if "model_weights" in file:
        return _child(file, "model_weights", h5py.Group)
    raise ModelFileError(explain_foreign(file))


def _layers(group: h5py.Group) -> Iterator[StoredLayer]:
    for name in read_names(group, "layer_names") or []:
        yield StoredLayer(name, tuple(_arrays(_child(group, name, h5py.Group))))


def _optimizer_arrays(file: h5py.File) -> tuple[StoredArray, ...] | None:
    if "optimizer_weights" not in file:
        return None
    return tuple(_arrays(_child(file, "optimizer_weights", h5py.Group)))


def _arrays(group: h5py.Group) -> Iterator[StoredArray]:
    for name in read_names(group, "weight_names") or []:
        dataset = _child(group, name, h5py.Dataset)
        if dataset.shape is None or dataset.dtype.kind not in "fiu":
            raise ModelFileError(f"{dataset.name!r} holds no numbers but {dataset.dtype}")
        yield StoredArray(name, dataset)


def _child(group: h5py.Group, name: str, kind: type) -> Any:
    try:
        thing = group[name]
    except (KeyError, ValueError):
        raise ModelFileError(f"{group.name!r} lists {name!r} but does not hold it") from None
    if not isinstance(thing, kind):
        raise ModelFileError(f"{name!r} in {group.name!r} is not a {kind.__name__.lower()}")
    return thing


def _json_attribute(file: h5py.File, name: str) -> Any:
    text = read_text(file, name)
    if text is None:
        return None
    try:
        return plain_data(json.loads(text))
    except (ValueError, RecursionError, ConfigError) as error:
        raise ModelFileError(f"attribute {name!r} is not the JSON of a model: {error}") from error
