"""How programs are written down for the CPU."""

import ast
from typing import Any

from pronghorn.devices import parts
from pronghorn.devices.precision import REAL_NAME
from pronghorn.devices.program import Program, Target, prange, real
from pronghorn.devices.source import Source

OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract"}}
"""Division by zero gives infinity, and a * b + c may be rounded once; nothing else is relaxed."""

FASTER = {
    **{
        f"math.{name}": ("pronghorn.devices.intrinsics", name)
        for name in ("exp", "expm1", "log", "log1p", "tanh", "erf")
    },
    "pronghorn.devices.vector_math.sigmoid": ("pronghorn.devices.intrinsics", "sigmoid"),
}
"""Functions that LLVM can vectorize, for those of the C library, which it cannot."""


def _decorator(options: dict[str, Any]) -> str:
    return f"@njit({', '.join(f'{name}={value!r}' for name, value in options.items())})"


def _split(program: Program, source: Source, tree: ast.FunctionDef) -> list[ast.FunctionDef]:
    if not any(parts.is_prange(node) for node in ast.walk(tree)):
        return [tree]
    spread = program.imported("pronghorn.devices.spread", "spread")
    return parts.split(tree, source, program.unique, spread)


CPU = Target(
    # Inlined by Numba and not by LLVM alone: arrays passed to a call would be counted, atomically.
    helper=_decorator({**OPTIONS, "inline": "always"}),
    header=("from numba import njit",),
    names={"prange": prange, REAL_NAME: real},
    faster={"float32": FASTER},
    index=("pronghorn.devices.intrinsics", "at"),
    split=_split,
    part=_decorator(OPTIONS),
)
