"""The CUDA target of Numba: the one place that imports it.

`numba.cuda` is the package numba-cuda where that is installed, what Numba itself still carries
otherwise, and the simulator when NUMBA_ENABLE_CUDASIM=1 is set before Numba is imported.
"""

import ast
import importlib
import importlib.metadata
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import __version__ as numba_version
from numba import cuda as _cuda
from numba.core import config, sigutils

from pronghorn.devices.precision import REAL_NAME
from pronghorn.devices.program import Target, prange, real

Rewrite = Callable[[ast.FunctionDef, str], ast.FunctionDef]

cuda: Any = _cuda
"""Numba's target, by the name that kernels know it by."""

SIMULATED = bool(getattr(config, "ENABLE_CUDASIM", 0))
"""Whether kernels run on the CPU, thread by thread: slow, and only for tests."""

BLOCK = 4 if SIMULATED else 256
"""Threads of a block in kernels that share memory; a power of two."""

LANES = 2 if SIMULATED else 32
"""Threads that read neighbouring elements together: a warp, but for the simulator."""


def implementation() -> str:
    """What compiles the kernels, with its version: part of the key of what it compiled."""
    if getattr(cuda, "implementation", "") == "NVIDIA":
        return f"numba-cuda {importlib.metadata.version('numba-cuda')}"
    return f"numba {numba_version}" + (" simulator" if SIMULATED else "")


HELPER = "@cuda.jit(device=True)"

LARGER, SMALLER = "_larger", "_smaller"
"""What `max` and `min` of two numbers are in generated text.

Numba 0.68 cannot compile them for its own CUDA target. NaN is treated as there and in Python: it
stays if it comes first.
"""

HEADER = f"""\
from {__name__} import cuda

{HELPER}
def {LARGER}(a, b):
    return b if b > a else a

{HELPER}
def {SMALLER}(a, b):
    return b if b < a else a
"""


def kernel_target(rewrite: Rewrite) -> Target:
    """How a generated module for this device begins, and what is done to its functions."""
    return Target(
        helper=HELPER,
        header=(HEADER,),
        names={"prange": prange, REAL_NAME: real, "cuda": cuda},
        rewrite=rewrite,
    )


def numba_type(text: str) -> Any:
    """The Numba type that a text such as "float32[::1]" names."""
    normalize: Any = sigutils.normalize_signature
    (made,), _ = normalize(f"void({text})")
    return made


def _prepare() -> None:
    # Without a row_stack, which NumPy 2.5 took out, numba-cuda 0.30 compiles nothing.
    if implementation().startswith("numba-cuda") and not hasattr(np, "row_stack"):
        np.row_stack = np.vstack
    # Plans launch what there is to do, however small; a warning for each helps nobody.
    for module in ("numba.core.config", "numba.cuda.core.config"):
        try:
            importlib.import_module(module).CUDA_LOW_OCCUPANCY_WARNINGS = 0  # type: ignore[attr-defined]
        except ImportError:
            continue


_prepare()
