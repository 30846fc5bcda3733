"""Finds the weight that each stored array belongs to, and sets all of them or none."""

from collections.abc import Iterable, Sequence

import numpy as np

from pronghorn.components.layer import Layer
from pronghorn.components.weight import Weight
from pronghorn.errors import ModelFileError
from pronghorn.files.kernels import fits, from_file
from pronghorn.files.origin import Origin
from pronghorn.files.reading import StoredArray, StoredLayer

Pair = tuple[Layer, StoredLayer]


def pair_by_order(layers: Sequence[Layer], stored: Sequence[StoredLayer]) -> list[Pair]:
    """Layers that have weights with those of the file, in order; names do not matter.

    Raises:
        ModelFileError: there are more of the one than of the other.
    """
    ours = [layer for layer in layers if layer.weights]
    theirs = [layer for layer in stored if layer.arrays]
    if len(ours) != len(theirs):
        raise ModelFileError(
            f"the file holds weights of {len(theirs)} layers ({_names(theirs)}), but the model "
            f"has {len(ours)} layers with weights ({_names(ours)})"
        )
    return list(zip(ours, theirs, strict=True))


def pair_by_name(layers: Sequence[Layer], stored: Sequence[StoredLayer]) -> list[Pair]:
    """Each layer of the file with the model's layer of the same name, if there is one."""
    named = {layer.name: layer for layer in layers}
    return [(named[entry.name], entry) for entry in stored if entry.name in named]


def set_weights(pairs: Iterable[Pair], origin: Origin) -> None:
    """Read the arrays and set the weights; nothing is set if anything does not fit.

    Raises:
        ModelFileError: numbers or shapes of arrays differ, or an array cannot be read.
    """
    matched = [match for pair in pairs for match in _match(*pair, origin)]
    changes = [(weight, _prepared(weight, array, origin)) for weight, array in matched]
    for weight, value in changes:
        weight.value = value


def _match(layer: Layer, stored: StoredLayer, origin: Origin) -> list[tuple[Weight, StoredArray]]:
    layer.expect_weights([array.shape for array in stored.arrays])
    weights = list(layer.weights)
    if len(weights) != len(stored.arrays):
        raise ModelFileError(
            f"layer {layer.name!r} ({type(layer).__name__}) has {len(weights)} weights, but layer "
            f"{stored.name!r} in the file has {len(stored.arrays)}"
        )
    for weight, array in zip(weights, stored.arrays, strict=True):
        if not fits(array.shape, weight.shape, weight.spatial_axes, origin):
            raise ModelFileError(
                f"weight {weight.name!r} has shape {weight.shape}, but {array.name!r} in the file "
                f"has shape {array.shape}"
            )
    return list(zip(weights, stored.arrays, strict=True))


def _prepared(weight: Weight, array: StoredArray, origin: Origin) -> np.ndarray:
    return from_file(array.read(), weight.shape, weight.spatial_axes, origin)


def _names(layers: Sequence[Layer | StoredLayer]) -> str:
    return ", ".join(layer.name for layer in layers) or "none"
