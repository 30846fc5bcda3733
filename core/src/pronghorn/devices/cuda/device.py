"""The GPU as a device: where its arrays come from and how they are filled and read."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from pronghorn.devices.cuda import status, stream
from pronghorn.devices.cuda.staging import Staging
from pronghorn.devices.cuda.target import cuda
from pronghorn.errors import DeviceError


def scratch(shape: tuple[int, ...], dtype: DTypeLike) -> Any:
    """A device array for a kernel's own use, contents undefined."""
    return cuda.device_array(tuple(shape), np.dtype(dtype))


_common: dict[np.dtype[Any], Any] = {}


def common_scratch(shape: tuple[int, ...], dtype: DTypeLike) -> Any:
    """A large array for use within one call: it lies where those of other kernels lie too.

    All calls go through one stream, so they never need it at the same time.
    """
    kind, size = np.dtype(dtype), prod(shape)
    found = _common.get(kind)
    if found is None or found.size < size:
        # Kernels that are bound already keep the smaller one; doubling bounds what they hold.
        found = _common[kind] = scratch((1 << max(size - 1, 0).bit_length(),), kind)
    return found[:size].reshape(tuple(shape))


class CudaDevice:
    """An NVIDIA GPU. Its arrays are those of `numba.cuda`; all work goes through one stream.

    Raises:
        DeviceError: no GPU can be used; says why and what to do.
    """

    name = "cuda"
    side = "cuda"

    def __init__(self) -> None:
        status.require()
        self._stream = stream.current()
        self._staging = Staging(self._stream)

    def __str__(self) -> str:
        return status.describe()

    def empty(self, shape: tuple[int, ...], dtype: DTypeLike) -> Any:
        """A new array, contents undefined."""
        return scratch(shape, dtype)

    def zeros(self, shape: tuple[int, ...], dtype: DTypeLike) -> Any:
        """A new array of zeros."""
        return self.from_host(np.zeros(shape, dtype))

    def from_host(self, array: NDArray[Any]) -> Any:
        """A new device array with the contents of a host array."""
        made = self.empty(array.shape, array.dtype)
        self.copy_in(array, made)
        return made

    def to_host(self, array: Any) -> NDArray[Any]:
        """A new host array with the contents of a device array, once it is computed."""
        host = np.empty(tuple(array.shape), array.dtype)
        self._read(array, host)
        return host

    def copy_in(self, host: NDArray[Any], out: Any) -> None:
        """Overwrite a device array with a host array of the same shape, converting the dtype.

        The host array may be changed afterwards.
        """
        _same_shape(host, out)
        if out.size:
            self._staging.send(host, out)

    def copy_out(self, array: Any, host: NDArray[Any]) -> None:
        """Overwrite a host array with a device array of the same shape, converting the dtype."""
        _same_shape(array, host)
        if host.dtype == array.dtype and host.flags.c_contiguous:
            self._read(array, host)
        else:
            np.copyto(host, self.to_host(array), casting="unsafe")

    def view(self, array: Any, offset_elements: int, shape: tuple[int, ...]) -> Any:
        """Part of a flat array, from an element on, in another shape and in the same memory."""
        size = prod(shape)
        if offset_elements < 0 or offset_elements + size > array.size:
            raise DeviceError(
                f"a view of {size} elements from {offset_elements} leaves an array of {array.size}"
            )
        flat = array if array.ndim == 1 else array.reshape((array.size,))
        return flat[offset_elements : offset_elements + size].reshape(tuple(shape))

    def synchronize(self) -> None:
        """Wait until everything asked for is done."""
        self._stream.synchronize()

    def program(self, calls: Sequence[Callable[[], None]]) -> Callable[[], None]:
        """One call that makes these calls in their order; see `stream.Program`."""
        return stream.Program(calls, self._stream)

    def _read(self, array: Any, host: NDArray[Any]) -> None:
        if array.size:
            array.copy_to_host(host, stream=self._stream.queue)
        self._stream.synchronize()


def _same_shape(given: Any, out: Any) -> None:
    if tuple(given.shape) != tuple(out.shape):
        raise ValueError(f"cannot copy shape {tuple(given.shape)} into shape {tuple(out.shape)}")
