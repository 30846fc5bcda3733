"""The flat buffers of a model: parameters, gradients, optimizer slots and the rest."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pronghorn.components.weight import Weight
from pronghorn.devices import Device

ALIGNMENT = 16
"""Elements; every weight starts at such a place, so that vectors of it start on a cache line."""


class Storage:
    """Owns the memory of a model's weights on one device.

    The weights that learn lie one after the other in `params`, their gradients at the same places
    in `gradients`, and each slot of the optimizer likewise. The gaps between weights are zero
    and stay zero. The weights that do not learn lie in `fixed`. `clock` counts training steps.
    """

    def __init__(
        self, learning: Sequence[Weight], fixed: Sequence[Weight], device: Device, dtype: np.dtype
    ) -> None:
        self.device = device
        self.dtype = dtype
        self.learning = list(learning)
        self.places, size = _places(learning)
        self.params = device.zeros((size,), dtype)
        self.gradients = device.zeros((size,), dtype)
        self.slots: dict[str, Any] = {}
        self.clock = device.zeros((1,), np.uint64)
        self._homes: list[tuple[Weight, Any, Any]] = [
            (
                weight,
                device.view(self.params, place, weight.shape),
                device.view(self.gradients, place, weight.shape),
            )
            for weight, place in zip(learning, self.places, strict=True)
        ]
        places, size = _places(fixed)
        self.fixed = device.zeros((size,), dtype)
        self._homes += [
            (weight, device.view(self.fixed, place, weight.shape), None)
            for weight, place in zip(fixed, places, strict=True)
        ]
        self.claim()

    def claim(self) -> None:
        """Let the weights live here, with their numbers, if another model's storage has them.

        Models share weights where they share layers, such as a model and a part of it.
        """
        for weight, array, gradient in self._homes:
            if weight.array is not array:
                weight.move(self.device, array, gradient)

    def add_slots(self, names: Sequence[str]) -> None:
        """Make the optimizer's slots, all zero; those that are there keep their numbers."""
        for name in names:
            if name not in self.slots:
                self.slots[name] = self.device.zeros((self.params.size,), self.dtype)

    def adopt(self, old: "Storage") -> None:
        """Take over another storage's count of steps and its slots for the same weights."""
        self.device.copy_in(old.device.to_host(old.clock), self.clock)
        for name in self.slots.keys() & old.slots.keys():
            for weight in self.learning:
                if any(weight is other for other in old.learning):
                    self.set_slot(name, weight, old.get_slot(name, weight))

    def slot_view(self, slot: str, weight: Weight) -> Any:
        """The part of a slot that belongs to a weight, in the weight's shape."""
        index = next(i for i, w in enumerate(self.learning) if w is weight)
        return self.device.view(self.slots[slot], self.places[index], weight.shape)

    def get_slot(self, slot: str, weight: Weight) -> np.ndarray:
        """A host copy of a weight's part of a slot."""
        return np.array(self.device.to_host(self.slot_view(slot, weight)))

    def set_slot(self, slot: str, weight: Weight, value: np.ndarray) -> None:
        """Set a weight's part of a slot."""
        host = np.ascontiguousarray(value, self.dtype).reshape(weight.shape)
        self.device.copy_in(host, self.slot_view(slot, weight))


def _places(weights: Sequence[Weight]) -> tuple[list[int], int]:
    """Where each weight starts in a flat buffer, and the buffer's size."""
    places, size = [], 0
    for weight in weights:
        places.append(size)
        size += -(-weight.size // ALIGNMENT) * ALIGNMENT
    return places, max(size, 1)
