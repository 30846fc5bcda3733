"""Whether a GPU can be used here; if not, why, and what to do."""

import importlib
from functools import cache

from pronghorn.devices.cuda import blas, driver, launch, stream, target
from pronghorn.errors import DeviceError

INSTALL = "pip install 'pronghorn[cuda]'"


@cache
def require() -> None:
    """Raise DeviceError unless there are a driver, a GPU and a compiler for it."""
    if target.SIMULATED:
        return
    driver.gpus()
    if not _has_compiler():
        raise DeviceError(
            "there is a GPU, but nothing that compiles kernels for it (NVIDIA's libNVVM is "
            f"missing): {INSTALL}"
        )
    if not target.cuda.is_available():
        raise DeviceError(
            f"there is a GPU, but {target.implementation()} cannot use it: "
            f"{_complaint()}; try {INSTALL}"
        )


def describe() -> str:
    """The GPU, its driver, what compiles for it and what multiplies matrices, in one line."""
    if target.SIMULATED:
        return f"simulated on the CPU by {target.implementation()}"
    gpu = launch.current_gpu()
    major, minor = gpu.capability
    graphs = stream.current().core is not None and stream.graphs_wanted()
    return ", ".join(
        (
            f"{gpu.name} (sm_{major}{minor}, {gpu.memory / 2**30:.0f} GiB)",
            f"driver for CUDA {driver.version()}",
            f"kernels by {target.implementation()}",
            f"products by {blas.describe()}",
            "steps replayed as CUDA graphs" if graphs else "steps launched call by call",
        )
    )


def _has_compiler() -> bool:
    nvvm = importlib.import_module("numba.cuda.cudadrv.nvvm")
    return bool(nvvm.is_available())


def _complaint() -> str:
    error = target.cuda.cuda_error()
    return str(error) if error else "it does not say why"
