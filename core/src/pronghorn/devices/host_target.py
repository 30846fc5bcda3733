"""How programs are written down for the CPU."""

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pronghorn.devices import rules
from pronghorn.devices.function import Function
from pronghorn.devices.parts import Entry
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

ELEMENTARY = frozenset(rules.DERIVATIVES) - {
    "ceil", "copysign", "degrees", "fabs", "floor", "isfinite", "isinf", "isnan", "radians",
    "sqrt", "trunc",
}  # fmt: skip
"""Functions of `math` and NumPy that take much longer than an addition."""

LIGHTER = {
    "builtins.min": ("pronghorn.devices.intrinsics", "least"),
    "builtins.max": ("pronghorn.devices.intrinsics", "most"),
    "ndarray.reshape": ("pronghorn.devices.intrinsics", "flat"),
}
"""What Numba would compile as functions of their own, which takes longer than many a kernel."""


ROWS = {
    f"pronghorn.devices.rows.{name}": ("pronghorn.devices.row_lanes", name)
    for name in ("row_sum", "row_dot", "row_max")
}
"""Results of rows in an order that LLVM may not choose by itself."""


def _decorator(options: dict[str, Any]) -> str:
    return f"@njit({', '.join(f'{name}={value!r}' for name, value in options.items())})"


VECTOR_CALL, LIBRARY_CALL = 4, 60
"""Elementary operations in the time of an elementary function, as vector code and as a call."""


def operations(function: Function, real: str) -> int:
    """Elementary operations that a scalar function takes, as far as its calls of `math` tell."""
    fast = CPU.faster.get(real, {})
    calls = (n for n in ast.walk(function.source.tree) if isinstance(n, ast.Call))
    names = [f"math.{n.func.attr}" for n in calls if isinstance(n.func, ast.Attribute)]
    heavy = (name for name in names if name.removeprefix("math.") in ELEMENTARY)
    return sum(VECTOR_CALL if name in fast else LIBRARY_CALL for name in heavy)


Argument = tuple[int, str, int | None]
"""Of a kernel: its place in the call's data, the name of its type, its number of axes or None."""


def kernel_target(
    arguments: Sequence[Argument], apart: bool = True
) -> tuple[Target, set[tuple[str, str]]]:
    """For a kernel that is to become a C function, and its conflicts, filled when it is written.

    See `parts.Entry` for the arguments and for what a conflict is.
    """
    conflicts: set[tuple[str, str]] = set()

    def split(program: Program, source: Source, tree: ast.FunctionDef) -> list[ast.FunctionDef]:
        entry = Entry(tree, source, arguments, program.imported, program.unique, apart)
        functions = entry.functions()
        conflicts.update(entry.conflicts)
        return functions

    return replace(CPU, split=split), conflicts


CPU = Target(
    # Inlined by Numba and not by LLVM alone: arrays passed to a call would be counted, atomically.
    helper=_decorator({**OPTIONS, "inline": "always"}),
    header=("from numba import njit",),
    names={"prange": prange, REAL_NAME: real},
    faster={"float32": {**FASTER, **LIGHTER, **ROWS}, "float64": {**LIGHTER, **ROWS}},
    index=("pronghorn.devices.intrinsics", "at"),
    part=_decorator(OPTIONS),
)
