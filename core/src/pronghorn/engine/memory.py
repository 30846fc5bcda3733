"""Gives the buffers of a plan their places: those that never live together share memory."""

from collections import defaultdict
from typing import Any

import numpy as np

from pronghorn.devices import Device
from pronghorn.engine.tensor import Buffer

ALIGNMENT = 64
"""Bytes; a cache line, and the width of an AVX-512 register."""


class Workspace:
    """The scratch memory of a model on one device, shared by its plans, which run in turns."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._blocks: dict[np.dtype, Any] = {}

    def place(self, buffers: list[Buffer]) -> None:
        """Give every buffer an array, a view into one block of memory for each dtype."""
        groups: dict[np.dtype, list[Buffer]] = defaultdict(list)
        for buffer in buffers:
            groups[buffer.dtype].append(buffer)
        for dtype, group in groups.items():
            offsets, size = assign_offsets(group)
            block = self._block(dtype, size)
            for buffer, offset in zip(group, offsets, strict=True):
                buffer.array = self.device.view(block, offset, (buffer.size,))

    def _block(self, dtype: np.dtype, size: int) -> Any:
        block = self._blocks.get(dtype)
        if block is None or block.size < size:
            block = self._blocks[dtype] = self.device.zeros((max(size, 1),), dtype)
        return block


def assign_offsets(buffers: list[Buffer]) -> tuple[list[int], int]:
    """Offsets, in elements, at which no two buffers that live together overlap; and the total.

    Largest first, each at the lowest place that is free during its life.
    """
    placed: list[tuple[int, Buffer]] = []
    offsets = [0] * len(buffers)
    for index in sorted(range(len(buffers)), key=lambda i: -buffers[i].size):
        buffer = buffers[index]
        offset = 0
        for start, other in sorted(placed, key=lambda item: item[0]):
            if _live_together(buffer, other) and start < offset + buffer.size:
                offset = max(offset, _aligned(start + other.size, buffer.dtype))
        offsets[index] = offset
        placed.append((offset, buffer))
    return offsets, max((start + buffer.size for start, buffer in placed), default=0)


def _live_together(a: Buffer, b: Buffer) -> bool:
    return a.first <= b.last and b.first <= a.last


def _aligned(offset: int, dtype: np.dtype) -> int:
    step = max(ALIGNMENT // dtype.itemsize, 1)
    return -(-offset // step) * step
