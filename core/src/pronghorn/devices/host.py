"""The CPU as a place for arrays: NumPy's."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from pronghorn.devices.calls import sequence
from pronghorn.errors import DeviceError


class CpuDevice:
    """The host: arrays are NumPy's, every call is done when it returns."""

    name = "cpu"
    side = "cpu"

    def empty(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """A new array, contents undefined, on a boundary that suits vector loads."""
        return _aligned(shape, np.dtype(dtype))

    def zeros(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """A new array of zeros."""
        made = self.empty(shape, dtype)
        made.fill(0)
        return made

    def from_host(self, array: NDArray[Any]) -> NDArray[Any]:
        """A new device array with the contents of a host array."""
        made = self.empty(array.shape, array.dtype)
        made[...] = array
        return made

    def to_host(self, array: NDArray[Any]) -> NDArray[Any]:
        """A new host array with the contents of a device array."""
        return array.copy()

    def copy_in(self, host: NDArray[Any], out: NDArray[Any]) -> None:
        """Overwrite a device array with a host array of the same shape, converting the dtype."""
        np.copyto(out, host, casting="unsafe")

    def copy_out(self, array: NDArray[Any], host: NDArray[Any]) -> None:
        """Overwrite a host array with a device array of the same shape, converting the dtype."""
        np.copyto(host, array, casting="unsafe")

    def view(
        self, array: NDArray[Any], offset_elements: int, shape: tuple[int, ...]
    ) -> NDArray[Any]:
        """Part of a flat array, from an element on, in another shape and in the same memory."""
        size = int(np.prod(shape, dtype=np.int64))
        if offset_elements < 0 or offset_elements + size > array.size:
            raise DeviceError(
                f"a view of {size} elements from {offset_elements} leaves an array of {array.size}"
            )
        return array.reshape(-1)[offset_elements : offset_elements + size].reshape(shape)

    def synchronize(self) -> None:
        """Nothing to wait for."""

    def program(self, calls: Sequence[Callable[[], None]]) -> Callable[[], None]:
        """One call that makes these calls in their order."""
        return sequence(calls)


ALIGNMENT = 64
"""Bytes: a cache line, and the widest vector there is."""


def _aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    memory = np.empty(size + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + size].view(dtype).reshape(shape)
