"""NVIDIA GPUs: kernels as Numba compiles them for CUDA, arrays of `numba.cuda`.

What a kernels package's `cuda.py` needs:

- `twin(kernel)` is the kernel of `cpu.py` with its `prange` loop spread over threads.
- `kernel` is the decorator for loops over `prange` that are better arranged otherwise here, and,
  with `grid`, for functions that share memory: they use `cuda` as in Numba's documentation, `real`
  for the float type, and `BLOCK` threads in a block.
- `composed` makes a kernel of several.
"""

from pronghorn.devices.cuda.composition import Composed, composed
from pronghorn.devices.cuda.device import CudaDevice
from pronghorn.devices.cuda.kernels import Kernel, kernel, twin
from pronghorn.devices.cuda.launch import block_per_row
from pronghorn.devices.cuda.numbers import divided
from pronghorn.devices.cuda.target import BLOCK, LANES, cuda
from pronghorn.devices.program import prange, real

__all__ = [
    "BLOCK",
    "LANES",
    "Composed",
    "CudaDevice",
    "Kernel",
    "block_per_row",
    "composed",
    "cuda",
    "divided",
    "kernel",
    "prange",
    "real",
    "twin",
]
