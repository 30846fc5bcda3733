"""The machine code of convolutions: one function for each direction and shape of block."""

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.devices import template
from pronghorn.devices.product.code import epilogue, run
from pronghorn.devices.product.layout import Shape

__all__ = ["call", "epilogue", "task"]


@cache
def task(loops: ModuleType, name: str, shape: Shape, **constants: bool) -> int:
    """The address of a function of a module of loops, compiled for a shape of register blocks.

    Args:
        loops: the module,
        name: of the function.
        shape: of the blocks.
        constants: others of the module.
    """
    known = {
        "BLOCK_ROWS": shape.rows,
        "BLOCK_VECTORS": shape.vectors,
        "BITS": shape.bits,
        "REAL": shape.real,
    }
    return template.c_function(loops, name, {**known, **constants}, "int64")


def call(table: NDArray[np.int64], operands: list[NDArray[Any]]) -> Callable[[], None]:
    """The call that does what a table says; it keeps alive what the table has addresses of."""
    bound = run.bind(table)
    bound.operands = operands  # type: ignore[attr-defined]
    return bound
