"""Writes HDF5 files in the layout of Keras 1.2.2, so that it can read them itself."""

import json
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

import h5py
import numpy as np

import pronghorn
from pronghorn.errors import ModelFileError
from pronghorn.files.attributes import write_names, write_text
from pronghorn.files.describing import KERAS_VERSION, describe_architecture, describe_training
from pronghorn.files.packs import record_packs, warn_of_lambdas
from pronghorn.files.random_state import random_state
from pronghorn.files.sink import Sink

if TYPE_CHECKING:
    from pronghorn.components.layer import Layer
    from pronghorn.models.sequential import Sequential

LIBRARY = ("v108", "v108")
"""HDF5 versions that can read the file: from 1.8 on, which also lifts the old format's limit of
64 kB on the names of a model's layers."""


def write_model(model: "Sequential", sink: Sink) -> None:
    """Write architecture, weights and, if the model is compiled, how to resume its training."""
    warn_of_lambdas(model, training=model.compiled)
    with _hdf5(sink) as file:
        write_text(file, "keras_version", KERAS_VERSION)
        write_text(file, "model_config", json.dumps(describe_architecture(model)))
        _write_origin(file, model)
        write_text(file, "pronghorn_random", json.dumps(random_state(model)))
        _write_layers(file.create_group("model_weights"), model.flattened_layers)
        if model.compiled:
            write_text(file, "training_config", json.dumps(describe_training(model)))
            _write_optimizer(file, model)


def write_weights(model: "Sequential", sink: Sink) -> None:
    """Write the weights alone."""
    with _hdf5(sink) as file:
        _write_origin(file, model)
        _write_layers(file, model.flattened_layers)


def _hdf5(sink: Sink) -> h5py.File:
    return h5py.File(sink, "w", libver=LIBRARY)


def _write_origin(file: h5py.File, model: "Sequential") -> None:
    write_text(file, "pronghorn_version", pronghorn.__version__)
    write_text(file, "pronghorn_components", json.dumps(record_packs(model)))


def _write_layers(group: h5py.Group, layers: Sequence["Layer"]) -> None:
    write_names(group, "layer_names", [layer.name for layer in layers])
    for layer in layers:
        with _storable(layer.name):
            # TensorFlow's ending: it tells readers that kernels are those of a correlation.
            arrays = [(f"{weight.name}:0", weight.value) for weight in layer.weights]
            _write_arrays(group.create_group(layer.name), arrays)


def _write_optimizer(file: h5py.File, model: "Sequential") -> None:
    arrays = model.optimizer_arrays()
    if arrays:
        assert model.optimizer is not None
        # Keras 1 forgets the updates of RMSprop, Adagrad and Adadelta, and so their decay.
        file.attrs["pronghorn_iterations"] = model.optimizer.iterations
        _write_arrays(file.create_group("optimizer_weights"), arrays)


def _write_arrays(group: h5py.Group, arrays: Iterable[tuple[str, np.ndarray]]) -> None:
    # Two models inside may have weights of the same name, which Keras tells apart by their order.
    named = dict[str, np.ndarray]()
    for name, array in arrays:
        named[_free(name, named)] = array
    write_names(group, "weight_names", list(named))
    for name, array in named.items():
        group.create_dataset(name, data=array)


def _free(name: str, taken: Container[str]) -> str:
    """The name, or with the first number behind it that is free, as TensorFlow has them."""
    if name not in taken:
        return name
    stem = name.removesuffix(":0")
    return next(
        numbered for n in count(1) if (numbered := f"{stem}_{n}{name[len(stem) :]}") not in taken
    )


@contextmanager
def _storable(name: str) -> Iterator[None]:
    """Say which layer it is if HDF5 cannot have its name, or not beside the others' names."""
    if "\0" in name:
        raise ModelFileError(f"a layer named {name!r} cannot be stored: the name holds a null byte")
    try:
        yield
    except ValueError as error:
        raise ModelFileError(f"a layer named {name!r} cannot be stored: {error}") from error
