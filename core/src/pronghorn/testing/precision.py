"""Where a kernel that was given float32 computes in float64 without having been told to.

Numba's own type inference is the witness, on the very text that is compiled. What is float64
because an argument is, or because the text says `float64(...)`, was asked for; all other results
of type float64 are accidents: a literal that nobody typed, an integer among floats.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

import numpy as np

from pronghorn import devices
from pronghorn.components.weight import Weight
from pronghorn.devices import Device
from pronghorn.devices.cpu import Kernel
from pronghorn.devices.host_target import CPU
from pronghorn.devices.kinds import of_value
from pronghorn.devices.program import Program

LOOPS = replace(
    CPU,
    helper="@njit(inline='always')",
    header=("from numba import njit", "prange = range"),
    split=lambda program, source, tree: [tree],
)
"""The kernel in one piece, its helpers inlined, so that type inference sees all of it."""

Call = tuple[Any, tuple[Any, ...]]
"""A kernel, or a pair of kernels, and its arguments."""


def check_calls(calls: Sequence[Call], device: Device | None = None) -> None:
    """Raise AssertionError if any of these calls computes in float64 by accident."""
    cpu = devices.get("cpu") if device is None else device
    accidents = [text for kernel, args in calls for text in accidental_doubles(kernel, args, cpu)]
    told = "\n  ".join(dict.fromkeys(accidents))
    assert not accidents, f"float32 is computed in float64:\n  {told}"


def accidental_doubles(kernel: Any, args: Sequence[Any], device: Device) -> list[str]:
    """Each operation of a call that is in float64 though nothing asked for it, with its line.

    Empty for calls without float32 arrays, and for what is no loop of `pronghorn.devices.cpu`.
    """
    from numba import typeof

    chosen = kernel.on(device) if hasattr(kernel, "on") else kernel
    arrays = [arg.array if isinstance(arg, Weight) else arg for arg in args]
    if type(chosen) is not Kernel or not _begins_with_float32(arrays):
        return []
    values, real = chosen.values(arrays)
    kinds = [of_value(v, real) for v in values]
    program = Program(chosen.source, chosen.functions, LOOPS, real, kinds)
    types = tuple(typeof(value) for value in values)
    found = _inferred(program.text, program.name, types)
    return [_placed(program, line, operation) for line, operation in found]


def _begins_with_float32(arrays: Sequence[Any]) -> bool:
    """Whether the first floating array, which settles the float type, is float32."""
    floating = (a.dtype for a in arrays if isinstance(a, np.ndarray) and a.dtype.kind == "f")
    return next(floating, None) == np.float32


@lru_cache(maxsize=1024)
def _inferred(text: str, name: str, arguments: tuple[Any, ...]) -> list[tuple[int, str]]:
    """Lines and texts of the accidents in the kernel of a program's text."""
    from numba import types

    namespace: dict[str, Any] = {}
    exec(compile(text, "<kernel>", "exec"), namespace)
    found: list[tuple[int, str]] = _typing_pipeline()(namespace[name], arguments, types.void)
    return found


@cache
def _typing_pipeline() -> Callable[..., Any]:
    """A Numba compiler that stops after type inference and gives the accidents it found."""
    from numba.core.compiler import CompilerBase, DefaultPassBuilder, Flags
    from numba.core.compiler_machinery import FunctionPass, PassManager, register_pass
    from numba.core.registry import cpu_target

    @register_pass(mutates_CFG=False, analysis_only=True)
    class FindDoubles(FunctionPass):
        _name = "pronghorn_find_doubles"

        def __init__(self) -> None:
            FunctionPass.__init__(self)

        def run_pass(self, state: Any) -> bool:
            state.cr = list(_accidents(state.func_ir, state.typemap))
            return False

    class UntilTyped(CompilerBase):
        def define_pipelines(self) -> list[Any]:
            manager = PassManager("pronghorn_typing")
            manager.passes.extend(DefaultPassBuilder.define_untyped_pipeline(self.state).passes)
            typed = DefaultPassBuilder.define_typed_pipeline(self.state).passes
            manager.passes.append(typed[0])
            manager.add_pass(FindDoubles, "float64 that nobody asked for")
            manager.finalize()
            return [manager]

    def infer(function: Any, args: tuple[Any, ...], result: Any) -> Any:
        flags = Flags()
        flags.nrt = True
        typing, target = cpu_target.typing_context, cpu_target.target_context
        return UntilTyped(typing, target, None, args, result, flags, {}).compile_extra(function)

    return infer


def _accidents(code: Any, types_of: Any) -> Iterator[tuple[int, str]]:
    """Line and text of every operation in float64 none of whose operands is float64 by wish."""
    from numba.core import ir

    assigned = [
        each for block in code.blocks.values() for each in block.body if isinstance(each, ir.Assign)
    ]
    wanted = _wanted(assigned, types_of)
    doubles = {a.target.name for a in assigned if _is_double(types_of.get(a.target.name))}
    operations = ("binop", "inplace_binop", "unary", "call")
    computed = [
        a
        for a in assigned
        if a.target.name in doubles - wanted
        and isinstance(a.value, ir.Expr)
        and a.value.op in operations
    ]
    spread = _carried(assigned, {a.target.name for a in computed})
    # Only where it begins: what is computed from an accident is float64 by consequence.
    first = [a for a in computed if not spread & _read(a.value)] or computed
    for each in first:
        yield each.loc.line, _operation(each.value)


def _carried(assigned: Sequence[Any], names: set[str]) -> set[str]:
    """These names, and all to which their values are handed on without being computed with."""
    from numba.core import ir

    carried, before = set(names), -1
    while before != len(carried):
        before = len(carried)
        for each in assigned:
            handed = isinstance(each.value, ir.Var) or getattr(each.value, "op", "") in HANDED_ON
            if handed and carried & _read(each.value):
                carried.add(each.target.name)
    return carried


HANDED_ON = ("phi", "cast", "exhaust_iter", "build_tuple", "static_getitem", "getitem")
"""Operations that give one of the values that they are given."""


def _read(value: Any) -> set[str]:
    """Names of the variables that the right side of an assignment reads."""
    from numba.core import ir

    if isinstance(value, ir.Var):
        return {value.name}
    return {v.name for v in value.list_vars()} if isinstance(value, ir.Expr) else set()


def _wanted(assigned: Sequence[Any], types_of: Any) -> set[str]:
    """Names of values that are float64 because an argument is, or because the text says so."""
    from numba.core import ir, types

    wanted: set[str] = set()
    for each in assigned:
        if isinstance(each.value, ir.Arg):
            wanted.add(each.target.name)
        elif isinstance(each.value, ir.Expr) and each.value.op == "call":
            called = types_of.get(each.value.func.name)
            if isinstance(called, types.NumberClass) and called.dtype == types.float64:
                wanted.add(each.target.name)
    wanted = {name for name in wanted if _is_double(types_of.get(name))}
    before = -1
    while before != len(wanted):
        before = len(wanted)
        for each in assigned:
            if _is_double(types_of.get(each.target.name)) and wanted & _read(each.value):
                wanted.add(each.target.name)
    return wanted


def _is_double(kind: Any) -> bool:
    from numba import types

    if isinstance(kind, types.BaseTuple):
        return any(_is_double(part) for part in kind)
    return bool(getattr(kind, "dtype", kind) == types.float64)


def _operation(expression: Any) -> str:
    function = getattr(expression, "fn", None)
    return str(getattr(function, "__name__", expression.op))


def _placed(program: Program, line: int, operation: str) -> str:
    """The place in the author's source of an operation in a line of the generated text."""
    origin = program.origin(line)
    if origin is None:
        return f"{program.name}: {operation}"
    source, node = origin
    return f"{source.place(node)}: {operation} in {source.tree.name}{source.excerpt(node)}"
