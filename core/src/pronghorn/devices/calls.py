"""Bound calls: a compiled kernel and where its arguments lie.

A kernel is compiled as a C function of three integers, `kernel(data, first, last)`. `data` is the
address of 64-bit words: the number of chunks to share out, the address of the pool, the address of
the function itself, then the arguments. An array takes a word for its address and one for each
axis, a number takes one. `first` below 0 asks for the whole call, else for some rounds of its loop.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from pronghorn.devices import threads
from pronghorn.devices.host_target import Argument
from pronghorn.devices.parts import ARGUMENTS

Call = Callable[[], None]


def bound(function: int, values: Sequence[Any], chunks: int) -> Call:
    """A call without arguments of the kernel at an address.

    It keeps the arrays alive, and uses them where they are.
    """
    words = [chunks, threads.pool() if chunks else 0, function]
    for value in values:
        words += _words(value)
    data = np.array(words, np.int64)
    made = partial(_compiled("launch"), function, _address(data))
    made.kept = (data, *values)  # type: ignore[attr-defined]
    return made


def sequence(calls: Sequence[Call]) -> Call:
    """One call that makes these calls in their order, bound ones without Python in between."""
    groups: list[list[Call]] = []
    for call in calls:
        if groups and _is_bound(call) and _is_bound(groups[-1][-1]):
            groups[-1].append(call)
        else:
            groups.append([call])
    steps = [_joined(group) if len(group) > 1 else group[0] for group in groups]
    if len(steps) == 1:
        return steps[0]

    def run() -> None:
        for step in steps:
            step()

    return run


def layout(values: Sequence[Any]) -> list[Argument]:
    """For each argument its place in the data, the name of its type, its axes if it is an array."""
    found: list[Argument] = []
    place = ARGUMENTS
    for value in values:
        axes = value.ndim if isinstance(value, np.ndarray) else None
        found.append((place, _type_name(value), axes))
        place += len(_words(value))
    return found


def _joined(calls: Sequence[Call]) -> Call:
    pairs = [word for call in calls for word in call.args]  # type: ignore[attr-defined]
    table = np.array(pairs, np.int64)
    made = partial(_compiled("launch_all"), _address(table), len(calls))
    made.kept = (table, *calls)  # type: ignore[attr-defined]
    return made


def _is_bound(call: Call) -> bool:
    return isinstance(call, partial) and call.func is _compiled("launch")


@cache
def _compiled(name: str) -> Callable[[int, int], None]:
    from pronghorn.devices import jit, pool_loops
    from pronghorn.devices.host_target import OPTIONS

    program = jit.plain_program(getattr(pool_loops, name))
    return jit.entry_point(program, ["int64"] * 2, OPTIONS)


def _words(value: Any) -> list[int]:
    if isinstance(value, np.ndarray):
        return [_address(value), *value.shape]
    if isinstance(value, bool | int):
        return [int(value)]
    return [int(np.float64(value).view(np.int64))]


def _address(array: np.ndarray[Any, Any]) -> int:
    return int(array.__array_interface__["data"][0])


def _type_name(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "int64"
    name = value.dtype.name if isinstance(value, np.ndarray) else type(value).__name__
    return "boolean" if name == "bool" else str(name)
