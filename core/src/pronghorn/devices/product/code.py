"""The machine code of products: a task for each shape of block, an epilogue for each activation."""

import ast
from functools import cache
from weakref import WeakKeyDictionary

from numba.core.errors import NumbaError

from pronghorn.devices import jit, template
from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.function import Function
from pronghorn.devices.host_target import CPU
from pronghorn.devices.kinds import INT, REAL, Array
from pronghorn.devices.native import call
from pronghorn.devices.product import loops
from pronghorn.devices.product.layout import FIELDS, TASK, TASKS, WORK, Shape
from pronghorn.devices.program import Program
from pronghorn.devices.simd import pointer
from pronghorn.devices.source import read


@kernel(work=lambda table: int(table[WORK]))
def run(table):
    """Do all tasks of the product that a table describes."""
    for task in prange(table[TASKS]):
        call(table[TASK], pointer(table, 0), task)


@kernel(work=lambda tables: int(tables[WORK]) * (tables.size // FIELDS))
def run_all(tables):
    """Do products of one task each, whose tables lie one after the other."""
    for i in prange(tables.size // FIELDS):
        call(tables[i * FIELDS + TASK], pointer(tables, i * FIELDS), 0)


@cache
def task(shape: Shape) -> int:
    """The address of `loops.multiply`, compiled for a shape of register blocks."""
    constants = {
        "BLOCK_ROWS": shape.rows,
        "BLOCK_VECTORS": shape.vectors,
        "BITS": shape.bits,
        "REAL": shape.real,
        "LEFT_WIDTH": shape.left_width,
        "LEFT_BITS": shape.left_bits,
        "THIN": shape.thin,
    }
    return template.c_function(loops, "multiply", constants, "int64")


def epilogue(activate: Function | None, real: str) -> int:
    """The address of the function that applies `activate` to a block; 0 if that changes nothing.

    Raises:
        FunctionError: it cannot be compiled; says where.
    """
    if activate is None or is_identity(activate):
        return 0
    known = _epilogues.setdefault(activate, {})
    if real not in known:
        known[real] = _compiled_epilogue(activate, real)
    return known[real]


_epilogues: WeakKeyDictionary[Function, dict[str, int]] = WeakKeyDictionary()


def _compiled_epilogue(activate: Function, real: str) -> int:
    program = Program(read(apply), {"activate": activate}, CPU, real, (Array(REAL, 1), INT))
    types = (f"CPointer({real})", "int64")
    try:
        return jit.c_function(program, types)
    except NumbaError as error:
        raise jit.explained(program, types, str(error)) from error


def apply(block, size):
    """block = activate(block)."""
    for i in range(size):
        block[i] = activate(block[i])


def is_identity(function: Function) -> bool:
    """Whether the function gives its first argument back."""
    body = function.source.tree.body
    value = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
    return isinstance(value, ast.Name) and value.id == function.parameters[0]
