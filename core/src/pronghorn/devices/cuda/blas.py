"""Matrix products by NVIDIA's cuBLAS, on the pointers of Numba's arrays.

Called through `ctypes`: the functions used here are C functions that have not changed since CUDA 8,
so that neither another package nor its choice of versions stands between. cuBLAS counts
columns first: a matrix of ours is the transpose of what it sees, and `c = a b` is computed as
`c' = b' a'`.
"""

import ctypes
import ctypes.util
import os
import sys
import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from pronghorn.devices.cuda import stream
from pronghorn.devices.cuda.target import SIMULATED, cuda
from pronghorn.errors import DeviceError

MAJORS = (13, 12)
"""Of the versions whose functions are those that are called here."""

PLAIN, TURNED = 0, 1
WORKSPACE = 32 << 20
"""Bytes: what NVIDIA recommends for its GPUs since Hopper; less elsewhere does no harm."""

ROUTINES = {"float32": "cublasSgemm_v2", "float64": "cublasDgemm_v2"}
BATCHED = {"float32": "cublasSgemmStridedBatched", "float64": "cublasDgemmStridedBatched"}
SCALARS = {"float32": ctypes.c_float, "float64": ctypes.c_double}


class Blas:
    """A cuBLAS library with its handle, tied to a stream.

    float32 products are those of float32: the TF32 of tensor cores rounds the factors to eleven
    bits and is left off.

    Args:
        library: as `ctypes` loads it, or anything with its functions.
        queue: pointer of the stream.
        workspace: device array for its own use, so that it allocates nothing when called.
    """

    def __init__(self, library: Any, queue: int, workspace: Any = None) -> None:
        self.library = library
        self._handle = ctypes.c_void_p()
        self._workspace = workspace
        self._ask("cublasCreate_v2", ctypes.byref(self._handle))
        self._ask("cublasSetStream_v2", self._handle, ctypes.c_void_p(queue))
        if workspace is not None:
            memory = ctypes.c_void_p(pointer(workspace))
            size = ctypes.c_size_t(workspace.size)
            self._ask("cublasSetWorkspace_v2", self._handle, memory, size)

    @property
    def version(self) -> str:
        """Of the library, as "13.0.2"."""
        number = ctypes.c_int()
        self._ask("cublasGetVersion_v2", self._handle, ctypes.byref(number))
        major, rest = divmod(number.value, 10000)
        return f"{major}.{rest // 100}.{rest % 100}"

    def product(self, a: Any, b: Any, c: Any, turn_a: bool = False, turn_b: bool = False) -> "Gemm":
        """The call that computes c (m, n) = a b; a or b is taken transposed where it says so.

        With three axes it computes a product for each place along the first one.
        """
        *batch, rows, columns = c.shape
        depth = a.shape[-2] if turn_a else a.shape[-1]
        kind = SCALARS[np.dtype(c.dtype).name]
        routines = BATCHED if batch else ROUTINES
        routine = getattr(self.library, routines[np.dtype(c.dtype).name])
        ways = (TURNED if turn_b else PLAIN, TURNED if turn_a else PLAIN)
        numbers = (ctypes.c_int(n) for n in (columns, rows, depth))
        arguments = (
            self._handle, *map(ctypes.c_int, ways), *numbers,
            ctypes.byref(kind(1.0)), *_matrix(b), *_matrix(a),
            ctypes.byref(kind(0.0)), *_matrix(c), *map(ctypes.c_int, batch),
        )  # fmt: skip
        return Gemm(routine, arguments, (a, b, c), self)

    def _ask(self, name: str, *args: Any) -> None:
        self.check(getattr(self.library, name)(*args), name)

    def check(self, status: int, name: str) -> None:
        """Raise DeviceError unless a call went well."""
        if status:
            raise DeviceError(f"cuBLAS answers {name} with {status}, {self._reason(status)}")

    def _reason(self, status: int) -> str:
        told = self.library.cublasGetStatusString
        told.restype = ctypes.c_char_p
        return str((told(status) or b"an unknown error").decode())


class Gemm:
    """One product with its matrices; calling it puts it into the stream."""

    on_gpu = True
    __slots__ = ("_arguments", "_blas", "_matrices", "_routine")

    def __init__(
        self, routine: Any, arguments: Sequence[Any], matrices: Sequence[Any], blas: Blas
    ) -> None:
        self._routine, self._arguments = routine, tuple(arguments)
        self._matrices, self._blas = matrices, blas

    def __call__(self) -> None:
        status = self._routine(*self._arguments)
        if status:
            self._blas.check(status, "the matrix product")


def pointer(array: Any) -> int:
    """Where a device array starts."""
    return int(array.__cuda_array_interface__["data"][0])


def _matrix(array: Any) -> tuple[Any, ...]:
    """A matrix as cuBLAS takes it: where it starts, and how far its rows are apart.

    Of many matrices also how far these are apart.
    """
    *batch, rows, columns = array.shape
    place = ctypes.c_void_p(pointer(array)), ctypes.c_int(max(columns, 1))
    return (*place, ctypes.c_longlong(rows * columns)) if batch else place


@cache
def find() -> Blas | None:
    """cuBLAS, or None where it is not installed, not wanted, or there is only the simulator.

    PRONGHORN_CUBLAS=0 leaves it out: the products are then Pronghorn's own.
    """
    if SIMULATED or os.environ.get("PRONGHORN_CUBLAS", "1") == "0":
        return None
    library = _library()
    if library is None:
        return None
    try:
        return Blas(library, stream.current().handle, cuda.device_array((WORKSPACE,), np.uint8))
    except DeviceError as error:
        warnings.warn(f"{error}; Pronghorn multiplies without it", RuntimeWarning, stacklevel=2)
        return None


def describe() -> str:
    """What multiplies matrices."""
    found = find()
    return "Pronghorn's own kernels" if found is None else f"cuBLAS {found.version}"


def _library() -> Any:
    try:
        from cuda.pathfinder import load_nvidia_dynamic_lib
    except ImportError:
        return _first(_names())
    try:
        return _first([load_nvidia_dynamic_lib("cublas").abs_path])
    except RuntimeError:
        return _first(_names())


def _names() -> list[str]:
    if sys.platform == "win32":
        return [f"cublas64_{major}.dll" for major in MAJORS]
    return [f"libcublas.so.{major}" for major in MAJORS]


def _first(names: Sequence[str | None]) -> Any:
    for name in names:
        try:
            if name:
                return ctypes.CDLL(name)
        except OSError:
            continue
    return None
