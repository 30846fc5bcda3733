"""Puts the optimizer's arrays of a file into the order in which a model takes them.

Keras 1 stores `iterations`, then each slot for all weights sorted by name; later generations
keep the order of layers, and some of them each weight's slots together:

    Keras 1        iterations, m(a) m(b) ..., v(a) v(b) ...          by weight name
    Keras 2        iterations, m(1) m(2) ..., v(1) v(2) ..., extras  by layer
    tf.keras 2.11+ iteration, m(1) v(1) m(2) v(2) ...                by layer, named
    Keras 3        iteration, learning_rate, m(1) v(1) m(2) ...      by layer, named
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pronghorn.errors import ModelFileError
from pronghorn.files.kernels import fits, from_file
from pronghorn.files.origin import Origin
from pronghorn.files.reading import StoredArray

if TYPE_CHECKING:
    from pronghorn.models.sequential import Sequential

SLOTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "SGD": (("m", "momentum"),),
    "RMSprop": (("rms", "velocity"),),
    "Adagrad": (("accumulator",),),
    "Adadelta": (("accum_grad", "accumulated_grad"), ("accum_var", "accumulated_delta_var")),
    "Adam": (("m", "momentum"), ("v", "velocity")),
    "Adamax": (("m", "momentum"), ("v", "u", "norm")),
    "Nadam": (("m", "momentum"), ("v", "velocity")),
    "AdamW": (("m", "momentum"), ("v", "velocity")),
}
"""By optimizer: what tf.keras and Keras 3 call each slot, in the order of Pronghorn's slots."""


def restore_state(
    model: "Sequential", stored: Sequence[StoredArray], origin: Origin, optimizer: str
) -> None:
    """Set the state of a compiled model's optimizer; all of it or nothing.

    Args:
        model: the compiled model.
        stored: the file's arrays in its own order.
        origin: who wrote them.
        optimizer: class name of the optimizer in the file.

    Raises:
        ModelFileError: numbers or shapes of arrays are not those of this model's optimizer.
    """
    if not stored:
        return
    named = model.optimizer_arrays()
    expected = [(array.shape, _spatial_axes(model, name)) for name, array in named]
    ordered = list(stored) if origin.sorts_by_name else _ordered(model, stored, optimizer)
    if len(ordered) != len(expected) or any(
        array is not None and not fits(array.shape, *fitting, origin)
        for array, fitting in zip(ordered, expected, strict=True)
    ):
        raise ModelFileError(
            f"the optimizer's state holds arrays of shapes {[array.shape for array in stored]}, "
            f"but {optimizer} of this model has {[shape for shape, _ in expected]}: pass "
            "compile=False to load the model without it"
        )
    arrays = [
        np.zeros(shape) if array is None else from_file(array.read(), shape, axes, origin)
        for array, (shape, axes) in zip(ordered, expected, strict=True)
    ]
    model.set_optimizer_arrays(arrays)
    counted = _iterations(stored)
    if counted is not None and model.optimizer is not None:
        model.optimizer.iterations = int(counted.read())


def _spatial_axes(model: "Sequential", name: str) -> tuple[int, ...]:
    """The axes along which the kernel is slid whose optimizer array has this name."""
    slots = model.optimizer.slots if model.optimizer is not None else ()
    kernels = (weight for weight in model.trainable_weights if weight.spatial_axes)
    owned = (w.spatial_axes for w in kernels if name in {f"{w.name}_{slot}" for slot in slots})
    return next(owned, ())


def _ordered(
    model: "Sequential", stored: Sequence[StoredArray], optimizer: str
) -> list[StoredArray | None]:
    """Iterations, if the model's optimizer keeps them, then slot by slot, weights by name.

    None stands for zeros that are not stored.
    """
    assert model.optimizer is not None
    weights = model.trainable_weights
    count, wanted = len(weights), len(model.optimizer.slots)
    slots = _slots(stored, optimizer, count, wanted)
    if len(slots) < wanted or any(len(slot) != count for slot in slots):
        raise ModelFileError(
            f"the optimizer's state ({len(stored)} arrays of {optimizer}) does not fit the "
            f"{count} weights that learn: pass compile=False to load the model without it"
        )
    by_name = sorted(range(count), key=lambda index: weights[index].name)
    head = [_iterations(stored)] if model.optimizer.saves_iterations else []
    return [*head, *(slot[index] for slot in slots[:wanted] for index in by_name)]


def _slots(
    stored: Sequence[StoredArray], optimizer: str, count: int, wanted: int
) -> Sequence[Sequence[StoredArray | None]]:
    """The arrays of each slot, in the order of layers."""
    if all(array.shape == () for array in stored):
        # Without momentum, SGD of tf.keras and Keras 3 keeps nothing but numbers.
        return [[None] * count] * wanted
    return _named_slots(stored, SLOTS.get(optimizer, ())) or _slots_in_turn(stored, count)


def _iterations(stored: Sequence[StoredArray]) -> StoredArray | None:
    return next((array for array in stored if "iter" in array.name.lower()), None)


def _named_slots(
    stored: Sequence[StoredArray], slots: tuple[tuple[str, ...], ...]
) -> list[list[StoredArray]]:
    """The arrays of each slot, by the slot's name in theirs; empty if any slot has none."""
    found = [[array for array in stored if _is_slot(array.name, names)] for names in slots]
    return found if all(found) else []


def _is_slot(name: str, slots: tuple[str, ...]) -> bool:
    parts = name.removesuffix(":0").split("/")
    return any(
        parts[-1] == slot or parts[1:2] == [slot] or parts[-1].endswith(f"_{slot}")
        for slot in slots
    )


def _slots_in_turn(stored: Sequence[StoredArray], count: int) -> list[list[StoredArray]]:
    """The arrays of each slot where one slot follows the other, after some scalars."""
    arrays = list(stored)
    while arrays and arrays[0].shape == ():
        arrays.pop(0)
    whole = len(arrays) // count if count else 0
    return [arrays[slot * count : (slot + 1) * count] for slot in range(whole)]
