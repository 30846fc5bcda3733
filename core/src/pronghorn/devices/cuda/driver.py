"""What NVIDIA's driver says of itself and its GPUs, asked directly.

The driver library answers these few questions whatever package compiles the kernels, also where
none is installed, so that an error can name what is missing.
"""

import ctypes
import sys
from dataclasses import dataclass
from functools import cache
from typing import Any

from pronghorn.errors import DeviceError

LIBRARIES = ("nvcuda.dll",) if sys.platform == "win32" else ("libcuda.so.1", "libcuda.so")
NO_DEVICE = 100
COMPUTE_MAJOR, COMPUTE_MINOR, MULTIPROCESSORS = 75, 76, 16
"""Numbers of the driver's errors and attributes; they are part of its ABI."""


@dataclass(frozen=True)
class Gpu:
    """One GPU.

    Attributes:
        name: of the product.
        capability: compute capability, as (9, 0).
        memory: bytes in all.
        multiprocessors: how many there are.
    """

    name: str
    capability: tuple[int, int]
    memory: int
    multiprocessors: int


@cache
def gpus() -> tuple[Gpu, ...]:
    """The GPUs that the driver shows to this process; at least one.

    Raises:
        DeviceError: there is no driver, or it shows none. The message says what to do.
    """
    library = _library()
    _initialize(library)
    count = ctypes.c_int()
    _ask(library, "cuDeviceGetCount", ctypes.byref(count))
    return tuple(_gpu(library, number) for number in range(count.value))


@cache
def version() -> str:
    """The newest CUDA version that the driver runs, as "13.0"."""
    number = ctypes.c_int()
    _ask(_library(), "cuDriverGetVersion", ctypes.byref(number))
    return f"{number.value // 1000}.{number.value % 1000 // 10}"


def _library() -> Any:
    for name in LIBRARIES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise DeviceError(
        f"NVIDIA's driver is not installed here ({LIBRARIES[0]} cannot be loaded); install it, "
        "or stay on the CPU"
    )


def _initialize(library: Any) -> None:
    status = library.cuInit(0)
    if status == NO_DEVICE:
        raise DeviceError(
            "NVIDIA's driver finds no GPU; see what `nvidia-smi` lists, and whether "
            "CUDA_VISIBLE_DEVICES hides it"
        )
    if status:
        raise DeviceError(
            f"NVIDIA's driver cannot start: {_reason(library, status)}; see whether `nvidia-smi` "
            "works"
        )


def _gpu(library: Any, number: int) -> Gpu:
    handle = ctypes.c_int()
    _ask(library, "cuDeviceGet", ctypes.byref(handle), number)
    name = ctypes.create_string_buffer(256)
    _ask(library, "cuDeviceGetName", name, len(name), handle)
    memory = ctypes.c_size_t()
    _ask(library, "cuDeviceTotalMem_v2", ctypes.byref(memory), handle)

    def attribute(which: int) -> int:
        value = ctypes.c_int()
        _ask(library, "cuDeviceGetAttribute", ctypes.byref(value), which, handle)
        return value.value

    return Gpu(
        name.value.decode(),
        (attribute(COMPUTE_MAJOR), attribute(COMPUTE_MINOR)),
        memory.value,
        attribute(MULTIPROCESSORS),
    )


def _ask(library: Any, name: str, *args: Any) -> None:
    status = getattr(library, name)(*args)
    if status:
        raise DeviceError(f"NVIDIA's driver answers {name} with: {_reason(library, status)}")


def _reason(library: Any, status: int) -> str:
    text = ctypes.c_char_p()
    if library.cuGetErrorString(status, ctypes.byref(text)) or not text.value:
        return f"error {status}"
    return f"error {status}, {text.value.decode()}"
