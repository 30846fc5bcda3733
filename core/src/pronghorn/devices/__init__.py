"""Devices: where arrays live and kernels run.

Nothing here imports Numba before a kernel is bound.
"""

import os
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

from pronghorn.errors import DeviceError


class Device(Protocol):
    """A place for arrays. On the CPU they are NumPy arrays."""

    @property
    def name(self) -> str:
        """What `get` finds it by: "cpu", "cuda"."""

    @property
    def side(self) -> str:
        """Which module of a kernels package it uses: "cpu" or "cuda"."""

    def empty(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """A new array, contents undefined."""

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """A new array of zeros."""

    def from_host(self, array: Any) -> Any:
        """A new device array with the contents of a host array."""

    def to_host(self, array: Any) -> Any:
        """A new host array with the contents of a device array."""

    def copy_in(self, host: Any, out: Any) -> None:
        """Overwrite a device array with a host array of the same shape, converting the dtype."""

    def copy_out(self, array: Any, host: Any) -> None:
        """Overwrite a host array with a device array of the same shape, converting the dtype."""

    def view(self, array: Any, offset_elements: int, shape: tuple[int, ...]) -> Any:
        """Part of a flat array, from an element on, in another shape and in the same memory."""

    def synchronize(self) -> None:
        """Wait until everything asked for is done."""

    def program(self, calls: Sequence[Callable[[], None]]) -> Callable[[], None]:
        """One call that makes these calls in their order."""


def default() -> Device:
    """The device of new models: the one named by PRONGHORN_DEVICE, else the CPU."""
    return get(os.environ.get("PRONGHORN_DEVICE", "cpu"))


@cache
def get(name: str) -> Device:
    """The device called `name`: "cpu", "cuda" or what a pack brings.

    Raises:
        DeviceError: there is no such device here; says why and what to do.
    """
    makers: dict[str, Callable[[], Device]] = {"cpu": _cpu, "cuda": _cuda}
    if name not in makers:
        makers = {**_of_packs(), **makers}
    if name not in makers:
        near = "; NVIDIA's GPUs are 'cuda'" if "gpu" in name.lower() or "cuda" in name else ""
        known = ", ".join(sorted(makers))
        raise DeviceError(f"there is no device {name!r}; there are: {known}{near}")
    try:
        return makers[name]()
    except DeviceError:
        raise
    except Exception as error:
        raise DeviceError(
            f"the device {name!r} cannot be used: {type(error).__name__}: {error}"
        ) from error


def _cpu() -> Device:
    from pronghorn.devices.host import CpuDevice

    return CpuDevice()


def _cuda() -> Device:
    try:
        from pronghorn.devices.cuda import CudaDevice
    except ImportError as error:
        raise DeviceError(
            f"Numba has no CUDA target here ({error}): pip install 'pronghorn[cuda]'"
        ) from error
    return CudaDevice()


def _of_packs() -> dict[str, Callable[[], Device]]:
    from pronghorn.registry import manager

    found: dict[str, Callable[[], Device]] = {}
    for _, named in manager.each("pronghorn_devices"):
        found.update(named)
    return found
