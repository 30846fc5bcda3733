"""Compiling a program's kernel with Numba for the CPU."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from pronghorn.devices import generated
from pronghorn.devices.host_target import CPU, OPTIONS
from pronghorn.devices.kinds import INT
from pronghorn.devices.program import Program
from pronghorn.devices.source import read
from pronghorn.errors import DeviceError, FunctionError

__all__ = ["OPTIONS", "c_function", "entry_point", "explained", "plain_program"]

_kept: list[Any] = []
"""Compiled C functions; their code goes when they do."""


def plain_program(function: Callable[..., Any]) -> Program:
    """A program of integers alone."""
    source = read(function)
    return Program(source, {}, CPU, "float64", [INT] * len(source.tree.args.args))


def entry_point(
    program: Program, types: Sequence[str], options: Mapping[str, Any]
) -> Callable[..., None]:
    """The function that runs the program's kernel, without Numba's dispatch on the types.

    Args:
        program: the kernel and what it calls.
        types: the types of its arguments as Numba writes them.
        options: for `numba.njit`.

    Raises:
        FunctionError: Numba cannot compile it; says where in the source.
    """

    def compiled(module: ModuleType, cached: bool) -> Callable[..., None]:
        return _compile(program, types, {**options, "cache": cached}, module)

    _require_compiler()
    key = _key(program, types, options)
    made: Callable[..., None] = generated.build(program.name, program.text, key, compiled)
    return made


def c_function(program: Program, types: Sequence[str]) -> int:
    """The address of the program's kernel as a C function without a result.

    Raises:
        FunctionError: Numba cannot compile it; says where in the source.
    """

    def compiled(module: ModuleType, cached: bool) -> Any:
        from numba import cfunc
        from numba.core.errors import NumbaError

        signature = f"void({', '.join(types)})"
        try:
            return cfunc(signature, cache=cached, **OPTIONS)(getattr(module, program.name))
        except NumbaError as error:
            raise explained(program, types, str(error)) from error

    _require_compiler()
    key = ["C", *_key(program, types, OPTIONS)]
    made = generated.build(program.name, program.text, key, compiled)
    _kept.append(made)
    return int(made.address)


def _require_compiler() -> None:
    from numba.core import config

    if getattr(config, "DISABLE_JIT"):  # noqa: B009 (made when config is loaded)
        raise DeviceError(
            "NUMBA_DISABLE_JIT is set, and Pronghorn's kernels run compiled only; unset it"
        )


def _key(program: Program, types: Sequence[str], options: Mapping[str, Any]) -> list[str]:
    """What the machine code of a program depends on, besides its text."""
    sources = [generated.sources(module) for module, _ in sorted(program.imports)]
    return [repr(sorted(options.items())), *types, *sources]


def _compile(
    program: Program, types: Sequence[str], options: Mapping[str, Any], module: ModuleType
) -> Callable[..., None]:
    from numba import njit
    from numba.core.errors import NumbaError

    from pronghorn.devices.spread import PartError

    function = getattr(module, program.name)
    try:
        dispatcher = njit(f"void({', '.join(types)})", **options)(function)
    except (NumbaError, PartError) as error:
        raise explained(program, types, str(error)) from error
    (made,) = dispatcher.overloads.values()
    entry: Callable[..., None] = getattr(made, "entry_point")  # noqa: B009 (a named tuple's)
    return entry


def explained(program: Program, types: Sequence[str], report: str) -> FunctionError:
    """Numba's report on the generated text as an error in the source."""
    found = re.search(r'^File ".*", line (\d+)', report, re.MULTILINE)
    origin = program.origin(int(found[1])) if found else None
    lines = [line.strip() for line in report.splitlines() if line.strip()]
    reasons = [line for line in lines if not line.startswith(("Failed in", "There are"))]
    wanted = [line[4:] for line in lines if line.startswith(">>> ")]
    message = " ".join([reasons[0], *wanted[:1]]) if reasons else report
    message = f"{message} (kernel {program.name} for {', '.join(types)})"
    if origin is None:
        return FunctionError(message)
    source, node = origin
    return source.error(node, message)
